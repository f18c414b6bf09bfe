/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The API ties a run to the endpoint it ends up in directly too. Where the
 * way through model and deployment is in the graph, that edge says nothing.
 */
#include "config.h"

#include <stdlib.h>

#include "base/err.h"
#include "query/graph.h"

#define STEPS 4

struct shortcuts {
	struct pedigree_graph *graph;
	size_t *into; /* by vertex: where the edges into it begin in the
			 graph, which is sorted so */
};

static enum pedigree_kind kind_of(const struct shortcuts *shortcuts, size_t at)
{
	return shortcuts->graph->vertices.v[at].entity.kind;
}

/* Is `wanted` a maker of `at`, through models and their copies? */
static bool reaches(const struct shortcuts *shortcuts, size_t at, size_t wanted,
		    unsigned int steps)
{
	if (at == wanted)
		return true;
	if (!steps || kind_of(shortcuts, at) == PEDIGREE_TRIAL_COMPONENT)
		return false;
	for (size_t i = shortcuts->into[at]; i < shortcuts->into[at + 1]; i++)
		if (reaches(shortcuts, shortcuts->graph->edges.v[i].source,
			    wanted, steps - 1))
			return true;
	return false;
}

static bool is_shortcut(const struct shortcuts *shortcuts,
			const struct pedigree_graph_edge *edge)
{
	size_t context = edge->destination;

	if (kind_of(shortcuts, edge->source) != PEDIGREE_TRIAL_COMPONENT ||
	    kind_of(shortcuts, context) != PEDIGREE_CONTEXT)
		return false;
	for (size_t i = shortcuts->into[context];
	     i < shortcuts->into[context + 1]; i++) {
		size_t source = shortcuts->graph->edges.v[i].source;

		if (kind_of(shortcuts, source) == PEDIGREE_ACTION &&
		    reaches(shortcuts, source, edge->source, STEPS))
			return true;
	}
	return false;
}

int pedigree_graph_mark_shortcuts(struct pedigree_graph *graph,
				  struct pedigree_error *err)
{
	size_t n = graph->vertices.n, m = graph->edges.n;
	_cleanup_free_ size_t *into = calloc(n + 1, sizeof(*into));
	const struct shortcuts shortcuts = { .graph = graph, .into = into };

	if (!into)
		return pedigree_fail_memory(err);
	for (size_t i = 0, v = 0; v <= n; v++) {
		while (i < m && graph->edges.v[i].destination < v)
			i++;
		into[v] = i;
	}
	for (size_t i = 0; i < m; i++)
		graph->edges.v[i].shortcut =
			is_shortcut(&shortcuts, &graph->edges.v[i]);
	return 0;
}
