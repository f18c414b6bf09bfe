/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "hooks/scratch.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "hooks/cold.h"

#define BUFFERS 16u

extern char pedigree_scratch[BUFFERS][PEDIGREE_SCRATCH_SIZE];

PEDIGREE_COLD char pedigree_scratch[BUFFERS][PEDIGREE_SCRATCH_SIZE];
/* Held by a thread during one hook; taken by trying, never by waiting. */
static _Atomic uint32_t taken[BUFFERS];

char *pedigree_scratch_get(void)
{
	for (unsigned int i = 0; i < BUFFERS; i++)
		if (!atomic_exchange_explicit(&taken[i], 1,
					      memory_order_acquire))
			return pedigree_scratch[i];
	return NULL;
}

void pedigree_scratch_put(char *scratch)
{
	if (scratch)
		atomic_store_explicit(&taken[(scratch - pedigree_scratch[0]) /
					     PEDIGREE_SCRATCH_SIZE],
				      0, memory_order_release);
}

void pedigree_scratch_forked(void)
{
	for (unsigned int i = 0; i < BUFFERS; i++)
		atomic_store_explicit(&taken[i], 0, memory_order_relaxed);
}
