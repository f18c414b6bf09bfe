/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/arena.h"

#include <stdint.h>
#include <string.h>

#define BLOCK_SIZE (64u * 1024u)
#define ALIGNMENT (_Alignof(max_align_t))

struct pedigree_arena_block {
	struct pedigree_arena_block *next;
	_Alignas(max_align_t) char bytes[];
};

void pedigree_arena_clear(struct pedigree_arena *arena)
{
	struct pedigree_arena_block *block = arena->blocks;

	while (block) {
		struct pedigree_arena_block *next = block->next;

		free(block);
		block = next;
	}
	*arena = (struct pedigree_arena)PEDIGREE_ARENA_INIT;
}

static char *new_block(struct pedigree_arena *arena, size_t n)
{
	struct pedigree_arena_block *block;

	if (n > SIZE_MAX - sizeof(*block))
		return NULL;
	block = malloc(sizeof(*block) + n);
	if (!block)
		return NULL;
	block->next = arena->blocks;
	arena->blocks = block;
	return block->bytes;
}

static char *take(struct pedigree_arena *arena, size_t n)
{
	char *taken;

	if (n <= arena->left) {
		taken = arena->at;
		arena->at += n;
		arena->left -= n;
		return taken;
	}
	/* What is large gets a block of its own, and the rest stays in use. */
	if (n > BLOCK_SIZE / 8)
		return new_block(arena, n);
	taken = new_block(arena, BLOCK_SIZE);
	if (!taken)
		return NULL;
	arena->at = taken + n;
	arena->left = BLOCK_SIZE - n;
	return taken;
}

void *pedigree_arena_alloc(struct pedigree_arena *arena, size_t n)
{
	size_t pad = -(uintptr_t)arena->at & (ALIGNMENT - 1);

	if (pad > arena->left)
		pad = arena->left;
	arena->at += pad;
	arena->left -= pad;
	return take(arena, n);
}

char *pedigree_arena_copy(struct pedigree_arena *arena, const void *bytes,
			  size_t n)
{
	char *copy = n < SIZE_MAX ? take(arena, n + 1) : NULL;

	if (!copy)
		return NULL;
	if (n)
		memcpy(copy, bytes, n);
	copy[n] = '\0';
	return copy;
}
