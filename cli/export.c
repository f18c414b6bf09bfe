/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "cli/ask.h"
#include "cli/output.h"
#include "cli/reach.h"
#include "cli/value.h"

struct options {
	struct cli_ask ask;
	struct cli_reach reach;
	enum pedigree_export_format format;
	bool told; /* --format was given */
	const char *target;
	const char *path; /* NULL: to standard output */
};

static bool set_format(struct options *options, const struct cli_option *option,
		       const char *value)
{
	static const enum pedigree_export_format formats[] = {
		PEDIGREE_OPENLINEAGE,
		PEDIGREE_PROV_JSON,
		PEDIGREE_IN_TOTO,
	};
	int choice = cli_value_choice(option, value);

	if (choice < 0)
		return false;
	options->format = formats[choice];
	options->told = true;
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
	if (cli_ask_option(&options->ask, option, value))
		return options->ask.ok;
	cli_reach_option(&options->reach, option, value);
	return options->reach.ok;
}

static long answer(void *ctx, const struct pedigree *pedigree, FILE *out,
		   struct pedigree_error *err)
{
	const struct options *options = ctx;

	return pedigree_export(pedigree, options->target, &options->reach.trace,
			       options->format, &options->ask.print, out, err);
}

static int write_export(struct options *options, const char *target)
{
	const struct cli_output output = { .path = options->path,
					   .answer = answer,
					   .ctx = options };

	options->target = target;
	return cli_output(&options->ask, &output);
}

static int export(const struct cli_command *self, int argc, char **argv)
{
	struct options options = { .told = false };
	int first, status = CLI_TROUBLE;

	cli_ask_init(&options.ask);
	first = cli_parse(self, argc, argv, on_option, &options);
	if (first >= 0 && argc - first != 1)
		cli_usage(self, "%s takes one target, not %d", self->name,
			  argc - first);
	else if (first >= 0 && !options.told)
		cli_usage(
			self,
			"--format is required: openlineage, prov-json or in-toto");
	else if (first >= 0)
		status = write_export(&options, argv[first]);
	cli_reach_clear(&options.reach);
	return status;
}

static const struct cli_option options[] = {
	{ .name = "format",
	  .value = "FORMAT",
	  .choices = "openlineage|prov-json|in-toto",
	  .help = "the format to write; required" },
	{ .name = "output",
	  .letter = 'o',
	  .value = "FILE",
	  .help = "write to this file and not to standard output" },
	CLI_REACH_DIRECTION("; default: up"),
	CLI_REACH_DEPTH(""),
	CLI_REACH_LIMIT(""),
	CLI_ASK_BACKEND,
	{ .name = "quiet", .letter = 'q', .help = "print no progress" },
	{ .name = "no-recover",
	  .help = "do not finish the records of earlier runs first" },
	{ .name = NULL },
};

const struct cli_command cli_export = {
	.name = "export",
	.arguments = "TARGET",
	.summary = "write lineage in the words of other tools",
	.description =
		"TARGET is an ARN, a path, a URI, a run's name or an endpoint's name, as for\n"
		"'pedigree trace'. Writes the runs and deployments that it leads to, each with\n"
		"all of its inputs and outputs: OpenLineage events and in-toto statements (with\n"
		"SLSA provenance) one per line, PROV-JSON as one document.\n\n"
		"Exit status: 0 written, 1 nothing to export, 2 wrong usage, or a ledger that\n"
		"cannot be read.",
	.options = options,
	.main = export,
};
