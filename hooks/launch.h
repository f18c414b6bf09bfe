/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program is about to start: what every exec and spawn does before.
 */
#ifndef PEDIGREE_LAUNCH_H
#define PEDIGREE_LAUNCH_H

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>

#include "hooks/env.h"

struct pedigree_launch {
	struct pedigree_env env;
	bool expected; /* counted in the log's header */
	uint32_t guest;
};

enum pedigree_launch_how {
	PEDIGREE_LAUNCH_EXEC,
	PEDIGREE_LAUNCH_SPAWN, /* the target need not be where we look */
};

/*
 * Looks at the target, counts it, says in the log when it will be out of
 * sight, and makes launch->env.envp the environment to start it with. Writes
 * nothing for an ordinary program, so that nothing is made between fork and
 * exec. In a process that is not captured: nothing at all.
 */
void pedigree_launch_begin(struct pedigree_launch *launch, int dirfd,
			   const char *path, int flags, char *const envp[],
			   enum pedigree_launch_how how);
/* The same for a program that is to be found through PATH. */
void pedigree_launch_search(struct pedigree_launch *launch, const char *file,
			    char *const envp[], enum pedigree_launch_how how);

/* The start failed. Keeps errno. */
void pedigree_launch_failed(struct pedigree_launch *launch);
/* The start of another process succeeded. */
void pedigree_launch_done(struct pedigree_launch *launch);

#endif
