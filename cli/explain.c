/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "cli/ask.h"

static bool on_option(void *ctx, const struct cli_option *option,
		      const char *value)
{
	struct cli_ask *ask = ctx;

	return cli_ask_option(ask, option, value) && ask->ok;
}

static int explain(const struct cli_command *self, int argc, char **argv)
{
	struct cli_ask ask;
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree *pedigree;
	int first, rc;

	cli_ask_init(&ask);
	first = cli_parse(self, argc, argv, on_option, &ask);
	if (first < 0)
		return CLI_TROUBLE;
	if (argc - first != 2)
		return cli_usage(self, "explain takes a run and a path");
	pedigree = cli_ask_open(&ask);
	if (!pedigree)
		return CLI_TROUBLE;
	rc = pedigree_explain(pedigree, argv[first], argv[first + 1],
			      &ask.print, stdout, &err);
	return cli_ask_end(pedigree, rc, &err);
}

static const struct cli_option explain_options[] = {
	CLI_PRINT_OPTIONS,
	{ .name = NULL },
};

const struct cli_command cli_explain = {
	.name = "explain",
	.arguments = "RUN PATH",
	.summary = "tell why a path is or is not in a run's record",
	.description =
		"Names the rule that kept or dropped the path, and the file and line of that\n"
		"rule. PATH may be relative, need not exist any more, and may be the name\n"
		"a file had before it was renamed.\n"
		"\n"
		"Exit status: 0 explained, 1 there is no such run or it did not touch the path,\n"
		"2 wrong usage or a log that cannot be read.",
	.options = explain_options,
	.main = explain,
};
