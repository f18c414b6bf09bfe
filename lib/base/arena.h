/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that is released all at once: many small things that live as long
 * as their owner.
 */
#ifndef PEDIGREE_ARENA_H
#define PEDIGREE_ARENA_H

#include <stddef.h>

#include "base/base.h"

struct pedigree_arena_block;

struct pedigree_arena {
	struct pedigree_arena_block *blocks;
	char *at; /* the rest of the newest block */
	size_t left;
};

#define PEDIGREE_ARENA_INIT \
	{ \
		NULL, NULL, 0 \
	}

/* Releases everything; the arena is empty and usable again. */
void pedigree_arena_clear(struct pedigree_arena *arena);

/* `n` bytes, aligned for any type, with what happens to be in them. NULL:
   out of memory. */
void *pedigree_arena_alloc(struct pedigree_arena *arena, size_t n);

/* A copy of `n` bytes and a closing NUL, not aligned. NULL: out of memory. */
char *pedigree_arena_copy(struct pedigree_arena *arena, const void *bytes,
			  size_t n);

#endif
