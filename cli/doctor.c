/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "cli/cli.h"

static const char *const words[] = {
	[PEDIGREE_HEALTH_OK] = "ok",
	[PEDIGREE_HEALTH_NOTE] = "note",
	[PEDIGREE_HEALTH_BAD] = "BAD",
};

static bool on_option(void *ctx, const struct cli_option *option,
		      const char *value)
{
	(void)ctx;
	(void)option;
	(void)value;
	return true;
}

static void print(void *ctx, enum pedigree_health health, const char *what,
		  const char *sentence)
{
	fprintf(ctx, "%-5s %-16s %s\n", words[health], what, sentence);
}

static int doctor(const struct cli_command *self, int argc, char **argv)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	int first = cli_parse(self, argc, argv, on_option, NULL);
	struct pedigree *pedigree;
	int health;

	if (first < 0)
		return CLI_TROUBLE;
	if (first < argc)
		return cli_usage(self, "doctor takes no argument '%s'",
				 argv[first]);
	pedigree = cli_open(NULL);
	if (!pedigree)
		return CLI_TROUBLE;
	health = pedigree_doctor(pedigree, print, stdout, &err);
	pedigree_close(pedigree);
	if (health < 0)
		return cli_fail(&err);
	return health == PEDIGREE_HEALTH_BAD ? CLI_NOTHING : CLI_OK;
}

static const struct cli_option doctor_options[] = {
	{ .name = NULL },
};

const struct cli_command cli_doctor = {
	.name = "doctor",
	.arguments = "",
	.summary = "look whether everything that a run needs is there",
	.description =
		"Exit status: 0 when runs will be captured and recorded, 1 when something is\n"
		"bad.",
	.options = doctor_options,
	.main = doctor,
};
