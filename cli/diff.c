/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include <pedigree/compare.h>

#include "cli/ask.h"

struct options {
	struct cli_ask ask;
	bool last;
};

static bool on_option(void *ctx, const struct cli_option *option,
		      const char *value)
{
	struct options *options = ctx;

	if (cli_ask_option(&options->ask, option, value))
		return options->ask.ok;
	options->last = true;
	return true;
}

static int diff(const struct cli_command *self, int argc, char **argv)
{
	struct options options = { .last = false };
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	const char *old_run = NULL, *new_run = NULL;
	struct pedigree *pedigree;
	int first, rc, differs = 0, status;

	cli_ask_init(&options.ask);
	first = cli_parse(self, argc, argv, on_option, &options);
	if (first < 0)
		return CLI_TROUBLE;
	if (options.last ? argc - first > 1 : argc - first != 2)
		return cli_usage(
			self,
			options.last
				? "diff --last takes at most one run, not %d"
				: "diff takes two runs, not %d",
			argc - first);
	if (!options.last)
		old_run = argv[first++];
	if (first < argc)
		new_run = argv[first];
	pedigree = cli_ask_open(&options.ask);
	if (!pedigree)
		return CLI_TROUBLE;
	rc = pedigree_diff(pedigree, old_run, new_run, &options.ask.print,
			   stdout, &differs, &err);
	status = cli_ask_end(pedigree, rc, &err);
	/* 1 says that they differ, which is not known of an unknown run. */
	if (rc < 0)
		return status == CLI_OK ? CLI_OK : CLI_TROUBLE;
	return differs ? CLI_NOTHING : CLI_OK;
}

static const struct cli_option diff_options[] = {
	{ .name = "last",
	  .help = "compare with the previous run of the same name or command" },
	CLI_PRINT_OPTIONS,
	{ .name = NULL },
};

const struct cli_command cli_diff = {
	.name = "diff",
	.arguments = "RUN RUN | --last [RUN]",
	.summary = "tell what differs between two runs",
	.description =
		"Compares command, data sets file by file, code, parameters, environment,\n"
		"packages, host, metrics and outputs, and tells whether one run's model goes on\n"
		"from the other's. With --last, a run (the newest) and the one before it that\n"
		"had the same name or command. Times and names of runs are no differences.\n"
		"\n"
		"Exit status: 0 the same, 1 they differ, 2 there is no such run, or wrong usage.",
	.options = diff_options,
	.main = diff,
};
