/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Breadth first over the ledger's edges. With `Both`, the walk goes on in
 * both directions from everything it visits, as the service's does.
 */
#include "config.h"

#include "service/walk.h"

#include <string.h>

#include "base/err.h"

#define DEPTH 10 /* the API's, when the request names none */

void pedigree_walk_free(struct pedigree_walk *walk)
{
	if (!walk)
		return;
	for (size_t i = 0; i < walk->visits.n; i++) {
		free(walk->visits.v[i].arn);
		free(walk->visits.v[i].type);
	}
	for (size_t i = 0; i < walk->edges.n; i++)
		free(walk->edges.v[i].type);
	pedigree_vec_clear(&walk->visits);
	pedigree_vec_clear(&walk->edges);
	pedigree_map_free(walk->places);
	pedigree_map_free(walk->known);
	free(walk->request);
	free(walk);
}

static void walk_freep(struct pedigree_walk **walk)
{
	pedigree_walk_free(*walk);
}

static int visit(struct pedigree_walk *walk, pedigree_row row, size_t *ret_at,
		 struct pedigree_error *err)
{
	bool is_new;
	void **place =
		pedigree_map_at(walk->places, &row, sizeof(row), &is_new);
	struct pedigree_visit *new =
		place &&is_new ? pedigree_vec_push(&walk->visits) : NULL;

	if (!place || (is_new && !new))
		return pedigree_fail_memory(err);
	if (is_new) {
		new->row = row;
		*place = (void *)(uintptr_t)walk->visits.n;
	}
	*ret_at = (uintptr_t)*place - 1;
	return 0;
}

static int keep_edge(struct pedigree_walk *walk,
		     const struct pedigree_edge *edge, size_t source,
		     size_t destination, struct pedigree_error *err)
{
	const pedigree_row key[] = { edge->source, edge->destination };
	struct pedigree_walked_edge *new;
	bool is_new;

	if (!pedigree_map_at(walk->known, key, sizeof(key), &is_new))
		return pedigree_fail_memory(err);
	if (!is_new)
		return 0;
	new = pedigree_vec_push(&walk->edges);
	if (!new)
		return pedigree_fail_memory(err);
	new->source = source;
	new->destination = destination;
	new->type = edge->type ? strdup(edge->type) : NULL;
	return edge->type && !new->type ? pedigree_fail_memory(err) : 0;
}

struct step {
	struct pedigree_ledger *ledger;
	struct pedigree_walk *walk;
	bool up, down, edges_wanted;
};

static int expand(const struct step *step, size_t at, bool up,
		  struct pedigree_error *err)
{
	_cleanup_(pedigree_edges_clear) struct pedigree_edges edges = { 0 };
	int status = pedigree_ledger_edges(
		step->ledger, step->walk->visits.v[at].row, up, &edges, err);

	for (size_t i = 0; !status && i < edges.n; i++) {
		const struct pedigree_edge *edge = &edges.v[i];
		size_t other;

		status =
			visit(step->walk, up ? edge->source : edge->destination,
			      &other, err);
		if (!status && step->edges_wanted)
			status = keep_edge(step->walk, edge, up ? other : at,
					   up ? at : other, err);
	}
	return status;
}

static int walk_from(const struct step *step, pedigree_row start, int64_t depth,
		     struct pedigree_error *err)
{
	size_t done = 0, first;
	int status = visit(step->walk, start, &first, err);

	for (; !status && depth > 0; depth--) {
		size_t n = step->walk->visits.n;

		for (; !status && done < n; done++) {
			if (step->up)
				status = expand(step, done, true, err);
			if (!status && step->down)
				status = expand(step, done, false, err);
		}
		if (step->walk->visits.n == n)
			break;
	}
	return status;
}

/* Edges were found in this order; those with the same later end stay so. */
static int sort_edges(struct pedigree_walk *walk, struct pedigree_error *err)
{
	size_t n = walk->edges.n;
	_cleanup_free_ size_t *starts =
		calloc(walk->visits.n + 1, sizeof(*starts));
	struct pedigree_walked_edge *sorted = NULL;

	if (!n)
		return 0;
	sorted = calloc(n, sizeof(*sorted));
	if (!starts || !sorted) {
		free(sorted);
		return pedigree_fail_memory(err);
	}
	for (size_t i = 0; i < n; i++)
		starts[pedigree_walked_later(&walk->edges.v[i]) + 1]++;
	for (size_t i = 0; i < walk->visits.n; i++)
		starts[i + 1] += starts[i];
	for (size_t i = 0; i < n; i++)
		sorted[starts[pedigree_walked_later(&walk->edges.v[i])]++] =
			walk->edges.v[i];
	free(walk->edges.v);
	walk->edges.v = sorted;
	walk->edges.room = n;
	return 0;
}

static int walk_all(struct pedigree_call *call, struct pedigree_walk *walk,
		    struct pedigree_error *err)
{
	const char *direction = pedigree_call_text(call, "Direction");
	const json_t *edges = json_object_get(call->request, "IncludeEdges");
	const json_t *starts = json_object_get(call->request, "StartArns");
	const struct step step = {
		.ledger = call->ledger,
		.walk = walk,
		.up = !direction || strcmp(direction, "Descendants") != 0,
		.down = !direction || strcmp(direction, "Ascendants") != 0,
		.edges_wanted = !json_is_false(edges),
	};
	enum pedigree_kind kind;
	pedigree_row row;
	int status = pedigree_call_find_arn(
		call, json_string_value(json_array_get(starts, 0)), &row, &kind,
		err);

	if (status)
		return status;
	walk->places = pedigree_map_new();
	walk->known = pedigree_map_new();
	if (!walk->places || !walk->known)
		return pedigree_fail_memory(err);
	status = walk_from(&step, row,
			   pedigree_call_number(call, "MaxDepth", DEPTH), err);
	if (!status)
		status = sort_edges(walk, err);
	pedigree_map_free(pedigree_take(walk->places));
	pedigree_map_free(pedigree_take(walk->known));
	return status;
}

static bool fits(const struct pedigree_walk *kept,
		 const struct pedigree_walk *wanted)
{
	return kept && kept->ledger == wanted->ledger &&
	       kept->state.others == wanted->state.others &&
	       kept->state.own == wanted->state.own &&
	       strcmp(kept->request, wanted->request) == 0;
}

int pedigree_walk_get(struct pedigree_call *call,
		      struct pedigree_walk **ret_walk,
		      struct pedigree_error *err)
{
	_cleanup_(walk_freep) struct pedigree_walk *walk =
		calloc(1, sizeof(*walk));
	int status;

	if (!walk)
		return pedigree_fail_memory(err);
	walk->request = pedigree_page_key(call);
	if (!walk->request)
		return pedigree_fail_memory(err);
	walk->ledger = call->ledger;
	status = call->ledger ? pedigree_ledger_state(call->ledger,
						      &walk->state, err)
			      : 0;
	if (!status && !fits(*call->walk, walk)) {
		status = walk_all(call, walk, err);
		if (!status) {
			pedigree_walk_free(*call->walk);
			*call->walk = pedigree_take(walk);
		}
	}
	if (!status)
		*ret_walk = *call->walk;
	return status;
}
