/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/output.h"
#include "cli/reach.h"

struct options {
	struct cli_ask ask;
	struct cli_reach reach;
	enum pedigree_export_format format;
	bool told; /* --format was given */
	const char *output;
};

static bool set_format(struct options *options, const char *choices,
		       const char *value)
{
	static const struct {
		const char *word;
		enum pedigree_export_format format;
	} formats[] = {
		{ "openlineage", PEDIGREE_OPENLINEAGE },
		{ "prov-json", PEDIGREE_PROV_JSON },
		{ "in-toto", PEDIGREE_IN_TOTO },
	};

	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
		if (strcmp(formats[i].word, value) != 0)
			continue;
		options->format = formats[i].format;
		options->told = true;
		return true;
	}
	cli_say("--format is %s, not '%s'", choices, value);
	return false;
}

static bool on_option(void *ctx, const struct cli_option *option,
		      const char *value)
{
	struct options *options = ctx;

	if (strcmp(option->name, "format") == 0)
		return set_format(options, option->choices, value);
	if (strcmp(option->name, "output") == 0) {
		options->output = value;
		return true;
	}
	if (cli_ask_option(&options->ask, option, value))
		return options->ask.ok;
	cli_reach_option(&options->reach, option, value);
	return options->reach.ok;
}

static int write_export(const struct options *options, const char *target)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree *pedigree = cli_ask_open(&options->ask);
	char *text = NULL;
	size_t n = 0;
	FILE *out;
	int status;

	if (!pedigree)
		return CLI_TROUBLE;
	out = open_memstream(&text, &n);
	if (!out) {
		pedigree_close(pedigree);
		cli_say("out of memory");
		return CLI_TROUBLE;
	}
	status = cli_ask_end(pedigree,
			     pedigree_export(pedigree, target,
					     &options->reach.trace,
					     options->format,
					     &options->ask.print, out, &err),
			     &err);
	if (fclose(out) != 0 && status == CLI_OK) {
		cli_say("out of memory");
		status = CLI_TROUBLE;
	}
	if (status == CLI_OK)
		status = cli_output(options->output, text, n, NULL);
	free(text);
	return status;
}

static int export(const struct cli_command *self, int argc, char **argv)
{
	struct options options = { .output = NULL };
	int first, status = CLI_TROUBLE;

	cli_ask_init(&options.ask);
	first = cli_parse(self, argc, argv, on_option, &options);
	if (first >= 0 && argc - first != 1)
		cli_usage(self, "%s takes one target, not %d", self->name,
			  argc - first);
	else if (first >= 0 && !options.told)
		cli_usage(
			self,
			"--format says in whose words: openlineage, prov-json or in-toto");
	else if (first >= 0)
		status = write_export(&options, argv[first]);
	cli_reach_clear(&options.reach);
	return status;
}

static const struct cli_option options[] = {
	{ .name = "format",
	  .value = "FORMAT",
	  .choices = "openlineage|prov-json|in-toto",
	  .help = "in whose words" },
	{ .name = "output",
	  .letter = 'o',
	  .value = "FILE",
	  .help = "write to this file and not to standard output" },
	CLI_REACH_DIRECTION("; up is usual"),
	CLI_REACH_DEPTH(""),
	CLI_REACH_LIMIT(""),
	CLI_ASK_BACKEND,
	{ .name = "quiet",
	  .letter = 'q',
	  .help = "do not tell how far it is with what takes long" },
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
		"'pedigree trace'. Told are the runs and deployments on the way, each with all\n"
		"of its inputs and outputs: OpenLineage events and in-toto statements (with SLSA\n"
		"provenance) one a line, PROV-JSON as one document.\n\n"
		"Exit status: 0 written, 1 nothing to export, 2 wrong usage, or a ledger that\n"
		"cannot be read.",
	.options = options,
	.main = export,
};
