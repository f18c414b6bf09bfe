/* SPDX-License-Identifier: Apache-2.0 */
/*
 * -o FILE, for commands that write what is meant for other programs.
 */
#ifndef PEDIGREE_CLI_OUTPUT_H
#define PEDIGREE_CLI_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "cli/ask.h"

struct cli_output {
	const char *path; /* NULL or "-": standard output */
	/* Writes the answer in the place of a plain copy, and says itself what
	   failed; or NULL. */
	bool (*through)(const char *text, size_t n, int fd);
	/* Asks the question; negative: it failed. */
	long (*answer)(void *ctx, const struct pedigree *pedigree, FILE *out,
		       struct pedigree_error *err);
	void *ctx;
};

/*
 * Asks, and writes the answer when it is there as a whole, so that a question
 * that fails leaves an older file alone. An exit status.
 */
int cli_output(const struct cli_ask *ask, const struct cli_output *output);

#endif
