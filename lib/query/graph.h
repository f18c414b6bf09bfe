/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A graph while it grows: which row is which vertex.
 */
#ifndef PEDIGREE_QUERY_GRAPH_H
#define PEDIGREE_QUERY_GRAPH_H

#include "base/hash.h"
#include "query/filter.h"
#include "query/query.h"

struct pedigree_growth {
	struct pedigree_ledger *ledger;
	struct pedigree_graph *graph;
	struct pedigree_map *vertices;	      /* row to index + 1 */
	struct pedigree_map *edges;	      /* two indexes: known */
	const struct pedigree_filter *filter; /* NULL: nothing is hidden */
	size_t hidden;
};

int pedigree_growth_init(struct pedigree_growth *growth,
			 struct pedigree_ledger *ledger,
			 struct pedigree_error *err);
void pedigree_growth_clear(struct pedigree_growth *growth);

/* Index of a row that is in the graph; SIZE_MAX when it is not. */
size_t pedigree_growth_find(const struct pedigree_growth *growth,
			    pedigree_row row);
/* The same, with the entity read when it is not in the graph yet. */
int pedigree_growth_vertex(struct pedigree_growth *growth, pedigree_row row,
			   unsigned int depth, size_t *ret_at,
			   struct pedigree_error *err);
/* Adds an edge between vertices unless it is known. */
int pedigree_growth_edge(struct pedigree_growth *growth,
			 const struct pedigree_edge *edge,
			 struct pedigree_error *err);
/* Finds the edges of a sorted graph that say nothing (`shortcut`). */
int pedigree_graph_mark_shortcuts(struct pedigree_graph *graph,
				  struct pedigree_error *err);
/* The fixed order of edges, for qsort. */
int pedigree_compare_edges(const void *a, const void *b);
/* Brings everything into the fixed order. */
int pedigree_growth_sort(struct pedigree_growth *growth,
			 struct pedigree_error *err);

#endif
