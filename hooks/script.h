/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which script a program was started with.
 */
#ifndef PEDIGREE_HOOKS_SCRIPT_H
#define PEDIGREE_HOOKS_SCRIPT_H

#include <limits.h>
#include <stdbool.h>

struct pedigree_script {
	const char *started; /* what the kernel was asked to execute */
	const char *program; /* the program that runs: for "#!", another */
	bool looked;
	char path[PATH_MAX]; /* absolute; "" when there is none */
};

void pedigree_script_start(struct pedigree_script *script, int argc,
			   char *const argv[]);

/* False when there is no script, or no telling. */
bool pedigree_script_find(struct pedigree_script *script, int argc,
			  char *const argv[]);

#endif
