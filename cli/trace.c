/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "cli/ask.h"
#include "cli/reach.h"

/* What nobody reads to its end; programs that want all ask for JSON. */
#define LONGEST_TEXT 10000

struct options {
	struct cli_ask ask;
	struct cli_reach reach;
	bool has_limit;
};

static bool on_option(void *ctx, const struct cli_option *option,
		      const char *value)
{
	struct options *options = ctx;

	if (cli_ask_option(&options->ask, option, value))
		return options->ask.ok;
	options->has_limit |= strcmp(option->name, "limit") == 0;
	cli_reach_option(&options->reach, option, value);
	return options->reach.ok;
}

static int ask(const struct cli_command *self, struct options *options,
	       int argc, char **argv)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree *pedigree;
	int first, rc;

	cli_ask_init(&options->ask);
	first = cli_parse(self, argc, argv, on_option, options);
	if (first < 0)
		return CLI_TROUBLE;
	if (argc - first != 1)
		return cli_usage(self, "%s takes one target, not %d",
				 self->name, argc - first);
	if (!options->has_limit && options->ask.print.format == PEDIGREE_TEXT)
		options->reach.trace.limit = LONGEST_TEXT;
	pedigree = cli_ask_open(&options->ask);
	if (!pedigree)
		return CLI_TROUBLE;
	rc = pedigree_trace(pedigree, argv[first], &options->reach.trace,
			    &options->ask.print, stdout, &err);
	return cli_ask_end(pedigree, rc, &err);
}

static int start(const struct cli_command *self, int argc, char **argv,
		 enum pedigree_direction direction)
{
	struct options options = { .reach.trace.direction = direction };
	int status = ask(self, &options, argc, argv);

	cli_reach_clear(&options.reach);
	return status;
}

static int trace(const struct cli_command *self, int argc, char **argv)
{
	return start(self, argc, argv, PEDIGREE_UP);
}

static int downstream(const struct cli_command *self, int argc, char **argv)
{
	return start(self, argc, argv, PEDIGREE_DOWN);
}

#define USUAL_LIMIT "; in text 10000 by default"

static const struct cli_option trace_options[] = {
	CLI_REACH_DIRECTION("; default: up"),
	CLI_REACH_DEPTH(""),
	CLI_REACH_LIMIT(USUAL_LIMIT),
	CLI_REACH_FILTERS,
	CLI_ASK_BACKEND,
	CLI_PRINT_OPTIONS,
	{ .name = NULL },
};

static const struct cli_option stream_options[] = {
	CLI_REACH_DEPTH(""), CLI_REACH_LIMIT(USUAL_LIMIT),
	CLI_REACH_FILTERS,   CLI_ASK_BACKEND,
	CLI_PRINT_OPTIONS,   { .name = NULL },
};

#define TARGET_TEXT \
	"TARGET is an ARN, a path, a URI, a run's name or an endpoint's name. A file\n" \
	"that exists is looked up by its bytes, so a copy of a model finds the run that\n" \
	"made it.\n"

#define STATUS_TEXT \
	"Exit status: 0 found, 1 nothing is recorded of the target, 2 wrong usage or a\n" \
	"ledger that cannot be read."

const struct cli_command cli_trace = {
	.name = "trace",
	.arguments = "TARGET",
	.summary = "show what something was made of, or what became of it",
	.description = TARGET_TEXT "\n" STATUS_TEXT,
	.options = trace_options,
	.main = trace,
};

const struct cli_command cli_upstream = {
	.name = "upstream",
	.arguments = "TARGET",
	.summary = "show what something was made of",
	.description =
		"The same as 'pedigree trace --direction up'.\n\n" TARGET_TEXT
		"\n" STATUS_TEXT,
	.options = stream_options,
	.main = trace,
};

const struct cli_command cli_downstream = {
	.name = "downstream",
	.arguments = "TARGET",
	.summary = "show what became of something",
	.description =
		"The same as 'pedigree trace --direction down'.\n\n" TARGET_TEXT
		"\n" STATUS_TEXT,
	.options = stream_options,
	.main = downstream,
};
