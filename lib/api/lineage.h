/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A lineage while it is made.
 */
#ifndef PEDIGREE_API_LINEAGE_H
#define PEDIGREE_API_LINEAGE_H

#include <pedigree/query.h>

#include "base/arena.h"

/* The structure and, in the arena, what it points to. */
struct pedigree_owned_lineage {
	struct pedigree_arena arena;
	struct pedigree_lineage lineage;
};

/* With room for so many, zeroed; n_vertices and n_edges are 0. NULL: out of
   memory. Released with pedigree_lineage_free(&owned->lineage). */
struct pedigree_owned_lineage *pedigree_owned_lineage_new(size_t vertices,
							  size_t edges);
void pedigree_owned_lineage_freep(struct pedigree_owned_lineage **owned);

/* A copy of a text that may be NULL. */
int pedigree_owned_lineage_keep(struct pedigree_owned_lineage *owned,
				const char *text, const char **ret);

#endif
