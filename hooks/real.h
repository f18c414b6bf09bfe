/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The functions behind the hooks, and the declarations of the hooks.
 */
#ifndef PEDIGREE_REAL_H
#define PEDIGREE_REAL_H

#include <dirent.h>
#include <fcntl.h>
#include <netdb.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/wait.h>

#define HOOK(type, name, parameters) \
	__attribute__((visibility("default"))) type name parameters;
#include "hooks/interpose.def"
#undef HOOK

struct pedigree_real {
#define HOOK(type, name, parameters) type(*name) parameters;
#include "hooks/interpose.def"
#undef HOOK
};

/*
 * Filled once, by the constructor; a member is NULL before that, and for good
 * when the libc at hand has no such function.
 */
extern struct pedigree_real pedigree_real;

/*
 * Fills the table. Called by the constructor, and by those few hooks that
 * cannot make a raw system call instead (stdio, opendir, mkstemp, the
 * searching execs, posix_spawn, system, popen) when another library's
 * constructor calls them before ours ran. No allocator's start calls those,
 * so the dlsym in here cannot meet a lock that is held.
 */
void pedigree_real_resolve(void);

/* The real function of a hook that cannot do without. */
#define pedigree_real_of(name) \
	((pedigree_real.name ? (void)0 : pedigree_real_resolve()), \
	 pedigree_real.name)

#endif
