/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A run that a program starts by itself, because [watch] names it.
 */
#ifndef PEDIGREE_HOOKS_WATCHED_H
#define PEDIGREE_HOOKS_WATCHED_H

#include <stdbool.h>
#include <stddef.h>

/* Does a folder belong to a run? */
bool pedigree_watched_is_run(const char *folder, size_t n);

/*
 * If the program is to be captured, has `pedigree` make a run for it. Answers
 * the shim's path in the run's folder, as the programs that this one starts
 * get it in LD_PRELOAD, or NULL.
 */
const char *pedigree_watched_begin(int argc, char *const argv[]);

/*
 * After the log was started: nothing outlives a PID 1, and whoever takes in
 * orphans would find the process that waits for its end among its children.
 * So the end of such a program has the run finished itself.
 */
void pedigree_watched_ready(void);

#endif
