/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PEDIGREE_CLI_COMPLETE_H
#define PEDIGREE_CLI_COMPLETE_H

#include <stddef.h>
#include <stdio.h>

#include "cli/cli.h"

/* Answers `pedigree --complete WORD…`; complete.c has the format. */
void cli_complete(const char *const *words, size_t n, FILE *out);

#endif
