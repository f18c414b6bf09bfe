/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starting `pedigree` from within a stranger's process, so that the stranger
 * has no child that it could wait for, no SIGCHLD and no descriptor from it.
 */
#ifndef PEDIGREE_HOOKS_HELPER_H
#define PEDIGREE_HOOKS_HELPER_H

#include <stddef.h>
#include <stdint.h>

struct pedigree_helper {
	const char *command;	  /* absolute */
	const char *const *words; /* its arguments, NULL-ended */
	char *const *more;	  /* after those; NULL: none */
	int limit_ms;		  /* how long to wait for its answer */
	char *answer; /* the line that it writes, without the '\n' */
	size_t room;
};

/* The word among `words` that is replaced by the descriptor to answer to. */
#define PEDIGREE_HELPER_ANSWER "@"

/*
 * Runs it with our environment, but for LD_PRELOAD, and waits for its end,
 * or, after the limit, no longer. 0 with an answer (of at least one byte), or
 * a negative error number.
 */
long pedigree_helper_run(struct pedigree_helper *helper);

/* A number as text; returns `text`. */
#define PEDIGREE_HELPER_NUMBER 21u
char *pedigree_helper_number(char text[PEDIGREE_HELPER_NUMBER], uint64_t value);

#endif
