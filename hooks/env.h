/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LD_PRELOAD of the programs that are about to start: the shim's entry is
 * there once, beside whatever else is, or not at all where it must not be.
 */
#ifndef PEDIGREE_ENV_H
#define PEDIGREE_ENV_H

#include <stdbool.h>
#include <stddef.h>

#define PEDIGREE_ENV_SMALL 32u
#define PEDIGREE_ENV_TEXT 160u

/*
 * An environment for one exec. Small ones live in here, on the caller's
 * stack; others in memory of the thread.
 */
struct pedigree_env {
	char *const *envp; /* to be used */
	void *map;
	size_t map_size;
	char *small[PEDIGREE_ENV_SMALL];
	char text[PEDIGREE_ENV_TEXT];
};

/* Is our entry in the environment's LD_PRELOAD? */
bool pedigree_env_is_preloaded(void);

/*
 * Makes ret_env->envp what `envp` (NULL: empty) should be: with our entry, or
 * without. It is `envp` itself where that is right already. `lasting`: other
 * threads may come to see it, so it is not to be on the stack.
 */
void pedigree_env_prepare(struct pedigree_env *ret_env, char *const envp[],
			  bool preload, bool lasting);

/* After an exec that failed, or a spawn. */
void pedigree_env_release(struct pedigree_env *env);

/* getenv, without libc's, which somebody may have interposed. */
const char *pedigree_env_get(const char *name);

#endif
