/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the commands that ask have in common.
 */
#ifndef PEDIGREE_CLI_ASK_H
#define PEDIGREE_CLI_ASK_H

#include "cli/cli.h"

/* First member of a command's options. */
struct cli_ask {
	struct pedigree_print print;
	const char *backend; /* NULL: the ledger */
	bool no_recover;
	bool quiet;
	bool ok; /* false after a bad --format */
};

void cli_ask_init(struct cli_ask *ask);
/* For commands that ask about lineage, not about logs. */
#define CLI_ASK_BACKEND \
	{ \
		.name = "backend", .value = "BACKEND", \
		.choices = "ledger|sagemaker", \
		.help = "answer from the ledger (the default) or from AWS" \
	}

/* Takes these, --format, --json, --wide, --quiet and --no-recover; true when
   it was one. */
bool cli_ask_option(struct cli_ask *ask, const struct cli_option *option,
		    const char *value);
/* Opens the library and, unless told not to, finishes earlier runs. */
struct pedigree *cli_ask_open(const struct cli_ask *ask);
/* Closes it; the exit status for what a question answered. */
int cli_ask_end(struct pedigree *pedigree, long rc,
		const struct pedigree_error *err);

#endif
