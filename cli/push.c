/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include <pedigree/capture.h>

#include "cli/cli.h"

struct options {
	const char *backend;
	bool quiet;
};

static bool on_option(void *ctx, const struct cli_option *option,
		      const char *value)
{
	struct options *options = ctx;

	if (strcmp(option->name, "backend") == 0)
		options->backend = value;
	else if (strcmp(option->name, "quiet") == 0)
		options->quiet = true;
	return true;
}

static int push(const struct cli_command *self, int argc, char **argv)
{
	struct options options = { 0 };
	struct pedigree_push_counts counts = { 0 };
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree *pedigree;
	int first, rc;

	first = cli_parse(self, argc, argv, on_option, &options);
	if (first < 0)
		return CLI_TROUBLE;
	if (first < argc)
		return cli_usage(self, "push takes no argument '%s'",
				 argv[first]);
	pedigree = cli_open(NULL);
	if (!pedigree)
		return CLI_TROUBLE;
	rc = pedigree_push(pedigree, options.backend, &counts, &err);
	if (!options.quiet)
		printf("%zu delivered, %zu waiting, %zu rejected\n",
		       counts.delivered, counts.waiting, counts.rejected);
	/* After it: what recovery makes, it delivers itself. */
	cli_recover(pedigree);
	pedigree_close(pedigree);
	if (rc < 0)
		return cli_fail(&err);
	return counts.waiting || counts.rejected ? CLI_NOTHING : CLI_OK;
}

static const struct cli_option push_options[] = {
	{ .name = "backend", .value = "NAME", .help = "only to this backend" },
	{ .name = "quiet", .letter = 'q', .help = "print no counts" },
	{ .name = NULL },
};

const struct cli_command cli_push = {
	.name = "push",
	.arguments = "",
	.summary = "deliver the records that wait in the outbox",
	.description =
		"Exit status: 0 when nothing is left to deliver, 1 when records wait or were\n"
		"set aside, 2 when a backend could not be reached.",
	.options = push_options,
	.main = push,
};
