/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "cli/ask.h"

static bool on_option(void *ctx, const struct cli_option *option,
		      const char *value)
{
	struct cli_ask *ask = ctx;

	return cli_ask_option(ask, option, value) && ask->ok;
}

static int events(const struct cli_command *self, int argc, char **argv)
{
	struct cli_ask ask;
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree *pedigree;
	int first, rc;

	cli_ask_init(&ask);
	first = cli_parse(self, argc, argv, on_option, &ask);
	if (first < 0)
		return CLI_TROUBLE;
	if (argc - first != 1)
		return cli_usage(self, "events takes one run, not %d",
				 argc - first);
	pedigree = cli_ask_open(&ask);
	if (!pedigree)
		return CLI_TROUBLE;
	rc = pedigree_events(pedigree, argv[first], &ask.print, stdout, &err);
	return cli_ask_end(pedigree, rc, &err);
}

static const struct cli_option events_options[] = {
	CLI_PRINT_OPTIONS,
	{ .name = NULL },
};

const struct cli_command cli_events = {
	.name = "events",
	.arguments = "RUN",
	.summary = "print the decoded event log of a run, one event per line",
	.description =
		"Each line has the time, the process and its program, the event, how a file was\n"
		"opened (r read, w write, c create, t truncate, l list a folder, a anonymous)\n"
		"and the path. Works while the run goes on.\n"
		"\n"
		"Exit status: 0 printed, 1 there is no such run, 2 wrong usage or a log that\n"
		"cannot be read.",
	.options = events_options,
	.main = events,
};
