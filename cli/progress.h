/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far something is that takes longer than a second: on a terminal a bar
 * with the rate and the time that is left, elsewhere a line at its start and
 * one at its end. Only while nobody else uses the terminal: not while a
 * wrapped command runs, and behind it only for as long as it is waited for.
 */
#ifndef PEDIGREE_CLI_PROGRESS_H
#define PEDIGREE_CLI_PROGRESS_H

#include <stdint.h>

/* struct pedigree_options' `progress`. */
void cli_progress(void *ctx, const char *what, uint64_t done, uint64_t all);
/* Its `progress_count`. */
void cli_progress_count(void *ctx, const char *what, uint64_t done,
			uint64_t all);
/* Takes the bar away before anything else is printed. */
void cli_progress_clear(void);

#endif
