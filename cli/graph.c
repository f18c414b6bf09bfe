/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "cli/ask.h"
#include "cli/graphviz.h"
#include "cli/output.h"
#include "cli/reach.h"
#include "cli/value.h"

#define USUAL_DEPTH 6
#define USUAL_LIMIT 2000

struct options {
	struct cli_ask ask;
	struct cli_reach reach;
	bool svg;
	const char *target;
	const char *path; /* NULL: to standard output */
};

static bool set_format(struct options *options, const struct cli_option *option,
		       const char *value)
{
	static const enum pedigree_format formats[] = {
		PEDIGREE_DOT,  PEDIGREE_MERMAID, PEDIGREE_DOT,
		PEDIGREE_HTML, PEDIGREE_TEXT,	 PEDIGREE_JSON,
	};
	int choice = cli_value_choice(option, value);

	if (choice < 0)
		return false;
	options->ask.print.format = formats[choice];
	options->svg = strcmp(value, "svg") == 0;
	return true;
}

static bool on_option(void *ctx, const struct cli_option *option,
		      const char *value)
{
	struct options *options = ctx;

	if (strcmp(option->name, "format") == 0)
		return set_format(options, option, value);
	if (strcmp(option->name, "output") == 0) {
		options->path = value;
		return true;
	}
	if (cli_ask_option(&options->ask, option, value)) {
		options->svg &= options->ask.print.format == PEDIGREE_DOT;
		return options->ask.ok;
	}
	cli_reach_option(&options->reach, option, value);
	return options->reach.ok;
}

static long answer(void *ctx, const struct pedigree *pedigree, FILE *out,
		   struct pedigree_error *err)
{
	const struct options *options = ctx;

	return pedigree_trace(pedigree, options->target, &options->reach.trace,
			      &options->ask.print, out, err);
}

static int draw(struct options *options, const char *target)
{
	const struct cli_output output = { .path = options->path,
					   .through = options->svg
							      ? cli_graphviz
							      : NULL,
					   .answer = answer,
					   .ctx = options };

	if (options->svg && !cli_graphviz_there())
		return CLI_TROUBLE;
	options->target = target;
	return cli_output(&options->ask, &output);
}

static int graph(const struct cli_command *self, int argc, char **argv)
{
	struct options options = {
		.reach.trace = { .direction = PEDIGREE_BOTH,
				 .depth = USUAL_DEPTH,
				 .limit = USUAL_LIMIT },
	};
	int first, status = CLI_TROUBLE;

	cli_ask_init(&options.ask);
	options.ask.print.format = PEDIGREE_DOT;
	first = cli_parse(self, argc, argv, on_option, &options);
	if (first >= 0 && argc - first != 1)
		cli_usage(self, "%s takes one target, not %d", self->name,
			  argc - first);
	else if (first >= 0)
		status = draw(&options, argv[first]);
	cli_reach_clear(&options.reach);
	return status;
}

static const struct cli_option options[] = {
	{ .name = "format",
	  .value = "FORMAT",
	  .choices = "dot|mermaid|svg|html|text|json",
	  .help = "what to write; default: dot; svg needs Graphviz" },
	{ .name = "json", .help = "the same as --format json" },
	{ .name = "output",
	  .letter = 'o',
	  .value = "FILE",
	  .help = "write to this file and not to standard output" },
	CLI_REACH_DIRECTION("; default: both"),
	CLI_REACH_DEPTH("; default: 6"),
	CLI_REACH_LIMIT("; default: 2000"),
	CLI_REACH_FILTERS,
	CLI_ASK_BACKEND,
	{ .name = "wide", .help = "do not shorten names and versions" },
	{ .name = "quiet", .letter = 'q', .help = "print no progress" },
	{ .name = "no-recover",
	  .help = "do not finish the records of earlier runs first" },
	{ .name = NULL },
};

const struct cli_command cli_graph = {
	.name = "graph",
	.arguments = "TARGET",
	.summary = "draw what something was made of and what became of it",
	.description =
		"TARGET is an ARN, a path, a URI, a run's name or an endpoint's name, as for\n"
		"'pedigree trace'. HTML is one page that needs no network and no other file.\n"
		"Where only things that are left out tie two that are shown, a dashed line\n"
		"stands for the way through them.\n\n"
		"Exit status: 0 drawn, 1 nothing is recorded of the target, 2 wrong usage, a\n"
		"ledger that cannot be read, or no Graphviz.",
	.options = options,
	.main = graph,
};
