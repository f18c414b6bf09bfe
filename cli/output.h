/* SPDX-License-Identifier: Apache-2.0 */
/*
 * -o FILE, for commands that write what is meant for other programs.
 */
#ifndef PEDIGREE_CLI_OUTPUT_H
#define PEDIGREE_CLI_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Writes an answer that is there as a whole, so that a question that fails
 * leaves an older file alone. `path` NULL or "-": to standard output. `through`
 * writes it in the place of a plain copy, and says itself what failed; NULL:
 * none. An exit status.
 */
int cli_output(const char *path, const char *text, size_t n,
	       bool (*through)(const char *text, size_t n, int fd));

#endif
