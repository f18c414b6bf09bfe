/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Buffers of PATH_MAX bytes that are not on the stranger's stack.
 */
#ifndef PEDIGREE_SCRATCH_H
#define PEDIGREE_SCRATCH_H

#include <limits.h>

#define PEDIGREE_SCRATCH_SIZE PATH_MAX

/* NULL when all are taken. */
char *pedigree_scratch_get(void);
/* NULL is allowed. */
void pedigree_scratch_put(char *scratch);

/* The threads that held buffers are not in this process. */
void pedigree_scratch_forked(void);

static inline void pedigree_scratch_putp(char **scratch)
{
	pedigree_scratch_put(*scratch);
}
#define _cleanup_scratch_ __attribute__((cleanup(pedigree_scratch_putp)))

#endif
