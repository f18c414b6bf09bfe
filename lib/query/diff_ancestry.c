/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does one run's model descend from the other's, or both from a common one?
 */
#include "config.h"

#include <string.h>

#include "base/err.h"
#include "base/hash.h"
#include "query/diff.h"

#define THROUGH_MOST 16 /* so many are told */

static void graph_freep(struct pedigree_graph **graph)
{
	pedigree_graph_free(*graph);
}

static bool is_checkpoint(const struct pedigree_entity *entity)
{
	return entity->kind == PEDIGREE_ARTIFACT && entity->type &&
	       (strcmp(entity->type, "Model") == 0 ||
		strcmp(entity->type, "Checkpoint") == 0);
}

/* The checkpoints of a graph by their rows. */
static int index_checkpoints(const struct pedigree_graph *graph,
			     struct pedigree_map *by_row)
{
	for (size_t i = 0; i < graph->vertices.n; i++) {
		const struct pedigree_vertex *vertex = &graph->vertices.v[i];
		void **at;

		if (!is_checkpoint(&vertex->entity))
			continue;
		at = pedigree_map_at(by_row, &vertex->row, sizeof(vertex->row),
				     NULL);
		if (!at)
			return PEDIGREE_ENOMEM;
		*at = (void *)(uintptr_t)vertex;
	}
	return 0;
}

static int tell(struct pedigree_diff *diff,
		const struct pedigree_vertex *vertex,
		struct pedigree_ledger *ledger, struct pedigree_error *err)
{
	struct pedigree_entity *place;

	if (diff->through.n == THROUGH_MOST)
		return 0;
	place = pedigree_vec_push(&diff->through);
	if (!place)
		return pedigree_fail_memory(err);
	return pedigree_ledger_entity(ledger, vertex->row, place, err);
}

/* Which of the run's outputs are among the other's ancestors? */
static int outputs_in(struct pedigree_ledger *ledger, pedigree_row run,
		      const struct pedigree_map *ancestors,
		      struct pedigree_diff *diff, struct pedigree_error *err)
{
	_cleanup_(pedigree_edges_clear) struct pedigree_edges edges = { 0 };
	int rc = pedigree_ledger_edges(ledger, run, false, &edges, err);

	for (size_t i = 0; rc == 0 && i < edges.n; i++) {
		const struct pedigree_vertex *vertex =
			pedigree_map_get(ancestors, &edges.v[i].destination,
					 sizeof(edges.v[i].destination));

		if (vertex)
			rc = tell(diff, vertex, ledger, err);
	}
	return rc;
}

/* Those that both have, as far as nothing nearer is common already: what a
   common one was made of is common, too. */
static int common_to(struct pedigree_ledger *ledger,
		     const struct pedigree_graph *old,
		     const struct pedigree_map *of_new,
		     struct pedigree_diff *diff, struct pedigree_error *err)
{
	unsigned int nearest = 0;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < old->vertices.n; i++) {
		const struct pedigree_vertex *vertex = &old->vertices.v[i];

		if (!is_checkpoint(&vertex->entity) ||
		    !pedigree_map_has(of_new, &vertex->row,
				      sizeof(vertex->row)))
			continue;
		if (diff->through.n && vertex->depth > nearest)
			break;
		nearest = vertex->depth;
		rc = tell(diff, vertex, ledger, err);
	}
	return rc;
}

int pedigree_diff_ancestry(struct pedigree_ledger *ledger, pedigree_row old_row,
			   pedigree_row new_row, struct pedigree_diff *diff,
			   struct pedigree_error *err)
{
	_cleanup_(graph_freep) struct pedigree_graph *old = NULL;
	_cleanup_(graph_freep) struct pedigree_graph *new = NULL;
	_cleanup_map_ struct pedigree_map *of_old = pedigree_map_new();
	_cleanup_map_ struct pedigree_map *of_new = pedigree_map_new();
	int rc;

	if (!of_old || !of_new)
		return pedigree_fail_memory(err);
	rc = pedigree_walk(ledger, old_row, PEDIGREE_UP, 0, &old, err);
	if (rc == 0)
		rc = pedigree_walk(ledger, new_row, PEDIGREE_UP, 0, &new, err);
	if (rc < 0)
		return rc;
	if (index_checkpoints(old, of_old) < 0 ||
	    index_checkpoints(new, of_new) < 0)
		return pedigree_fail_memory(err);
	rc = outputs_in(ledger, old_row, of_new, diff, err);
	if (rc < 0 || diff->through.n) {
		diff->relation = PEDIGREE_RELATION_NEW_FROM_OLD;
		return rc;
	}
	rc = outputs_in(ledger, new_row, of_old, diff, err);
	if (rc < 0 || diff->through.n) {
		diff->relation = PEDIGREE_RELATION_OLD_FROM_NEW;
		return rc;
	}
	rc = common_to(ledger, old, of_new, diff, err);
	if (diff->through.n)
		diff->relation = PEDIGREE_RELATION_COMMON;
	return rc;
}
