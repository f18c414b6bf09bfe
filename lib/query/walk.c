/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walking the ledger's edges, breadth first.
 */
#include "config.h"

#include <stdint.h>
#include <string.h>

#include "base/err.h"
#include "query/graph.h"

struct walk {
	struct pedigree_growth growth;
	unsigned int limit; /* steps; UINT_MAX: none */
	size_t most;	    /* vertices that are shown */
	bool up;
	struct pedigree_rows now;  /* to be expanded */
	struct pedigree_rows next; /* found one step further */
	struct pedigree_map *seen; /* in this direction */
};

static int see(struct walk *walk, pedigree_row row, bool *ret_new,
	       struct pedigree_error *err)
{
	if (!pedigree_map_at(walk->seen, &row, sizeof(row), ret_new))
		return pedigree_fail_memory(err);
	return 0;
}

static bool is_full(const struct walk *walk)
{
	return walk->growth.graph->vertices.n - walk->growth.hidden >=
	       walk->most;
}

static int follow(struct walk *walk, const struct pedigree_edge *edge,
		  unsigned int depth, struct pedigree_error *err)
{
	pedigree_row row = walk->up ? edge->source : edge->destination;
	pedigree_row *place;
	bool is_new = false;
	size_t at;
	int rc;

	/* At the limit only edges between what was found are of interest. */
	if (depth >= walk->limit &&
	    !pedigree_map_has(walk->seen, &row, sizeof(row))) {
		walk->growth.graph->cut = true;
		return 0;
	}
	if (is_full(walk) &&
	    pedigree_growth_find(&walk->growth, row) == SIZE_MAX) {
		walk->growth.graph->limited = true;
		return 0;
	}
	rc = see(walk, row, &is_new, err);
	if (rc == 0)
		rc = pedigree_growth_vertex(&walk->growth, row, depth + 1, &at,
					    err);
	if (rc == 0)
		rc = pedigree_growth_edge(&walk->growth, edge, err);
	if (rc < 0 || !is_new)
		return rc;
	place = pedigree_vec_push(&walk->next);
	if (!place)
		return pedigree_fail_memory(err);
	*place = row;
	return 0;
}

static int expand(struct walk *walk, pedigree_row row, unsigned int depth,
		  struct pedigree_error *err)
{
	_cleanup_(pedigree_edges_clear) struct pedigree_edges edges = { 0 };
	int rc = pedigree_ledger_edges(walk->growth.ledger, row, walk->up,
				       &edges, err);

	for (size_t i = 0; rc == 0 && i < edges.n; i++)
		rc = follow(walk, &edges.v[i], depth, err);
	return rc;
}

static int walk_one_way(struct walk *walk, pedigree_row start,
			struct pedigree_error *err)
{
	pedigree_row *place;
	bool is_new;
	int rc;

	walk->seen = pedigree_map_new();
	place = pedigree_vec_push(&walk->now);
	if (!walk->seen || !place)
		return pedigree_fail_memory(err);
	*place = start;
	rc = see(walk, start, &is_new, err);
	for (unsigned int depth = 0; rc == 0 && walk->now.n; depth++) {
		struct pedigree_rows done = walk->now;

		for (size_t i = 0; rc == 0 && i < walk->now.n; i++)
			rc = expand(walk, walk->now.v[i], depth, err);
		walk->now = walk->next;
		walk->next = (struct pedigree_rows){ 0 };
		pedigree_vec_clear(&done);
	}
	pedigree_vec_clear(&walk->now);
	pedigree_vec_clear(&walk->next);
	pedigree_map_free(pedigree_take(walk->seen));
	return rc;
}

static bool failed(const struct pedigree_entity *action)
{
	return action->status && strcmp(action->status, "Failed") == 0;
}

static bool later(const struct pedigree_entity *a,
		  const struct pedigree_entity *b)
{
	if (a->created_ms != b->created_ms)
		return a->created_ms > b->created_ms;
	return a->arn && b->arn && strcmp(a->arn, b->arn) > 0;
}

/* The newest action of a context that did not fail; 0 when there is none, or
   it took the endpoint away. */
static int current_action(struct pedigree_ledger *ledger, pedigree_row context,
			  pedigree_row *ret_row, struct pedigree_error *err)
{
	_cleanup_(pedigree_edges_clear) struct pedigree_edges edges = { 0 };
	_cleanup_(pedigree_entity_clear) struct pedigree_entity best = { 0 };
	int rc = pedigree_ledger_edges(ledger, context, true, &edges, err);

	*ret_row = 0;
	for (size_t i = 0; rc == 0 && i < edges.n; i++) {
		struct pedigree_entity entity = { 0 };

		rc = pedigree_ledger_entity(ledger, edges.v[i].source, &entity,
					    err);
		if (rc < 0)
			break;
		if (entity.kind != PEDIGREE_ACTION || failed(&entity) ||
		    (*ret_row && !later(&entity, &best))) {
			pedigree_entity_clear(&entity);
			continue;
		}
		pedigree_entity_clear(&best);
		best = entity;
		*ret_row = edges.v[i].source;
	}
	if (*ret_row && pedigree_entity_deletes(&best))
		*ret_row = 0;
	return rc;
}

static int mark_deployments(struct pedigree_growth *growth,
			    struct pedigree_error *err)
{
	struct pedigree_graph *graph = growth->graph;
	pedigree_row current = 0;
	size_t last = SIZE_MAX;

	/* Edges into one context follow one another. */
	for (size_t i = 0; i < graph->edges.n; i++) {
		struct pedigree_graph_edge *edge = &graph->edges.v[i];
		const struct pedigree_vertex *to =
			&graph->vertices.v[edge->destination];
		const struct pedigree_vertex *from =
			&graph->vertices.v[edge->source];
		int rc;

		if (to->entity.kind != PEDIGREE_CONTEXT ||
		    from->entity.kind != PEDIGREE_ACTION ||
		    pedigree_entity_deletes(&from->entity))
			continue;
		if (edge->destination != last) {
			rc = current_action(growth->ledger, to->row, &current,
					    err);
			if (rc < 0)
				return rc;
			last = edge->destination;
		}
		edge->deployed =
			from->row == current	? PEDIGREE_DEPLOYED_CURRENT
			: failed(&from->entity) ? PEDIGREE_DEPLOYED_FAILED
						: PEDIGREE_DEPLOYED_REPLACED;
	}
	return 0;
}

static void walk_clear(struct walk *walk)
{
	pedigree_growth_clear(&walk->growth);
	pedigree_vec_clear(&walk->now);
	pedigree_vec_clear(&walk->next);
	pedigree_map_free(walk->seen);
}

int pedigree_walk_some(struct pedigree_ledger *ledger, pedigree_row start,
		       const struct pedigree_trace_options *options,
		       struct pedigree_graph **ret_graph,
		       struct pedigree_error *err)
{
	_cleanup_(walk_clear) struct walk walk = {
		.limit = options->depth ? options->depth : UINT32_MAX,
		.most = options->limit ? options->limit : SIZE_MAX,
	};
	struct pedigree_filter filter;
	size_t at;
	int rc = pedigree_filter_init(&filter, options, err);

	if (rc == 0)
		rc = pedigree_growth_init(&walk.growth, ledger, err);
	if (rc < 0)
		return rc;
	walk.growth.filter = filter.active ? &filter : NULL;
	walk.growth.graph->direction = options->direction;
	rc = pedigree_growth_vertex(&walk.growth, start, 0, &at, err);
	if (rc == 0 && options->direction != PEDIGREE_DOWN) {
		walk.up = true;
		rc = walk_one_way(&walk, start, err);
	}
	if (rc == 0 && options->direction != PEDIGREE_UP) {
		walk.up = false;
		rc = walk_one_way(&walk, start, err);
	}
	if (rc == 0)
		rc = pedigree_growth_sort(&walk.growth, err);
	if (rc == 0)
		rc = mark_deployments(&walk.growth, err);
	if (rc == 0)
		rc = pedigree_graph_mark_shortcuts(walk.growth.graph, err);
	if (rc == 0)
		rc = pedigree_graph_contract(walk.growth.graph, err);
	if (rc == 0)
		*ret_graph = pedigree_take(walk.growth.graph);
	return rc;
}

int pedigree_walk(struct pedigree_ledger *ledger, pedigree_row start,
		  enum pedigree_direction direction, unsigned int depth,
		  struct pedigree_graph **ret_graph, struct pedigree_error *err)
{
	const struct pedigree_trace_options options = {
		.direction = direction,
		.depth = depth,
	};

	return pedigree_walk_some(ledger, start, &options, ret_graph, err);
}

int pedigree_associations(struct pedigree_ledger *ledger,
			  const struct pedigree_edge_filter *filter,
			  struct pedigree_graph **ret_graph,
			  struct pedigree_error *err)
{
	_cleanup_(pedigree_growth_clear) struct pedigree_growth growth = { 0 };
	_cleanup_(pedigree_edges_clear) struct pedigree_edges edges = { 0 };
	size_t at;
	int rc = pedigree_growth_init(&growth, ledger, err);

	if (rc == 0)
		rc = pedigree_ledger_find_edges(ledger, filter, &edges, err);
	for (size_t i = 0; rc == 0 && i < edges.n; i++) {
		rc = pedigree_growth_vertex(&growth, edges.v[i].source, 0, &at,
					    err);
		if (rc == 0)
			rc = pedigree_growth_vertex(
				&growth, edges.v[i].destination, 0, &at, err);
		if (rc == 0)
			rc = pedigree_growth_edge(&growth, &edges.v[i], err);
	}
	if (rc == 0)
		*ret_graph = pedigree_take(growth.graph);
	return rc;
}
