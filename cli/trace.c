/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/ask.h"

struct options {
	struct cli_ask ask;
	struct pedigree_trace_options trace;
};

static bool set_direction(struct options *options, const char *value)
{
	static const struct {
		const char *word;
		enum pedigree_direction direction;
	} directions[] = {
		{ "up", PEDIGREE_UP },
		{ "down", PEDIGREE_DOWN },
		{ "both", PEDIGREE_BOTH },
	};

	for (size_t i = 0; i < sizeof(directions) / sizeof(*directions); i++) {
		if (strcmp(directions[i].word, value) != 0)
			continue;
		options->trace.direction = directions[i].direction;
		return true;
	}
	cli_say("--direction is up, down or both, not '%s'", value);
	return false;
}

static bool set_depth(struct options *options, const char *value)
{
	char *end;
	unsigned long depth;

	errno = 0;
	depth = strtoul(value, &end, 10);
	if (*end || end == value || *value == '-' || errno || depth > 1000000) {
		cli_say("--depth is a number of steps, not '%s'", value);
		return false;
	}
	options->trace.depth = (unsigned int)depth;
	return true;
}

static bool on_option(void *ctx, const struct cli_option *option,
		      const char *value)
{
	struct options *options = ctx;

	if (cli_ask_option(&options->ask, option, value))
		return options->ask.ok;
	if (strcmp(option->name, "direction") == 0)
		return set_direction(options, value);
	return set_depth(options, value);
}

static int ask(const struct cli_command *self, int argc, char **argv,
	       enum pedigree_direction direction)
{
	struct options options = { .trace = { .direction = direction } };
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree *pedigree;
	int first, rc;

	cli_ask_init(&options.ask);
	first = cli_parse(self, argc, argv, on_option, &options);
	if (first < 0)
		return CLI_TROUBLE;
	if (argc - first != 1)
		return cli_usage(self, "%s takes one target, not %d",
				 self->name, argc - first);
	pedigree = cli_ask_open(&options.ask);
	if (!pedigree)
		return CLI_TROUBLE;
	rc = pedigree_trace(pedigree, argv[first], &options.trace,
			    &options.ask.print, stdout, &err);
	return cli_ask_end(pedigree, rc, &err);
}

static int trace(const struct cli_command *self, int argc, char **argv)
{
	return ask(self, argc, argv, PEDIGREE_UP);
}

static int downstream(const struct cli_command *self, int argc, char **argv)
{
	return ask(self, argc, argv, PEDIGREE_DOWN);
}

#define DEPTH_OPTION \
	{ \
		.name = "depth", .value = "N", \
		.help = "go at most N steps (0: all the way)" \
	}

static const struct cli_option trace_options[] = {
	{ .name = "direction",
	  .value = "WAY",
	  .choices = "up|down|both",
	  .help = "what it was made of (up, the default), what became of it" },
	DEPTH_OPTION,
	CLI_PRINT_OPTIONS,
	{ .name = NULL },
};

static const struct cli_option stream_options[] = {
	DEPTH_OPTION,
	CLI_PRINT_OPTIONS,
	{ .name = NULL },
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
