/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "cli/ask.h"
#include "cli/value.h"

struct options {
	struct cli_ask ask;
	bool manifest, by_rank;
};

static bool on_option(void *ctx, const struct cli_option *option,
		      const char *value)
{
	struct options *options = ctx;

	if (cli_ask_option(&options->ask, option, value))
		return options->ask.ok;
	if (strcmp(option->name, "manifest") == 0) {
		options->manifest = true;
		return true;
	}
	options->by_rank = cli_value_choice(option, value) >= 0;
	return options->by_rank;
}

static int show(const struct cli_command *self, int argc, char **argv)
{
	struct options options = { 0 };
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree *pedigree;
	int first, rc;

	cli_ask_init(&options.ask);
	first = cli_parse(self, argc, argv, on_option, &options);
	if (first < 0)
		return CLI_TROUBLE;
	if (argc - first != 1)
		return cli_usage(self, "show takes one target, not %d",
				 argc - first);
	pedigree = cli_ask_open(&options.ask);
	if (!pedigree)
		return CLI_TROUBLE;
	if (options.by_rank)
		rc = pedigree_show_by_rank(pedigree, argv[first],
					   &options.ask.print, stdout, &err);
	else if (options.manifest)
		rc = pedigree_manifest(pedigree, argv[first],
				       &options.ask.print, stdout, &err);
	else
		rc = pedigree_show(pedigree, argv[first], &options.ask.print,
				   stdout, &err);
	return cli_ask_end(pedigree, rc, &err);
}

static const struct cli_option show_options[] = {
	{ .name = "manifest",
	  .help = "print the files that a data set was made of" },
	{ .name = "by",
	  .value = "WHAT",
	  .choices = "rank",
	  .help = "print what each rank of a job read and wrote" },
	CLI_ASK_BACKEND,
	CLI_PRINT_OPTIONS,
	{ .name = NULL },
};

const struct cli_command cli_show = {
	.name = "show",
	.arguments = "TARGET",
	.summary = "show one run, artifact, deployment or endpoint",
	.description =
		"For a run: its parameters, inputs, outputs, and what capture saw and did not\n"
		"see. TARGET is what 'pedigree trace' takes.\n"
		"\n"
		"Exit status: 0 found, 1 nothing is recorded of the target, 2 wrong usage or a\n"
		"ledger that cannot be read.",
	.options = show_options,
	.main = show,
};
