/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "query/filter.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/err.h"
#include "query/graph.h"

/* A hidden vertex that ties many to many would make an edge of each pair. */
#define MOST_WAYS 20000
#define MOST_STEPS 20000000

static int kind_of(const char *word)
{
	if (strcasecmp(word, "run") == 0)
		return PEDIGREE_TRIAL_COMPONENT;
	for (int kind = 0; kind < PEDIGREE_KINDS; kind++)
		if (strcasecmp(word, pedigree_kind_word(kind)) == 0)
			return kind;
	return -1;
}

int pedigree_filter_init(struct pedigree_filter *filter,
			 const struct pedigree_trace_options *options,
			 struct pedigree_error *err)
{
	*filter = (struct pedigree_filter){
		.options = options,
		.active = options->kinds || options->types ||
			  options->tag_key || options->created_after_ms ||
			  options->created_before_ms,
	};
	for (size_t i = 0; options->kinds && options->kinds[i]; i++) {
		int kind = kind_of(options->kinds[i]);

		if (kind < 0)
			return pedigree_fail(
				err, PEDIGREE_EINVAL,
				"there is no kind '%s': name run, artifact, action or context",
				options->kinds[i]);
		filter->kinds |= 1u << kind;
	}
	return 0;
}

static bool has_type(const struct pedigree_trace_options *options,
		     const struct pedigree_entity *entity)
{
	const char *type = pedigree_vertex_type(entity);

	if (!options->types)
		return true;
	for (size_t i = 0; type && options->types[i]; i++)
		if (strcasecmp(type, options->types[i]) == 0)
			return true;
	return false;
}

static bool has_tag(const struct pedigree_trace_options *options,
		    const struct pedigree_entity *entity)
{
	const char *value;

	if (!options->tag_key)
		return true;
	value = pedigree_pairs_get(&entity->tags, options->tag_key);
	return value &&
	       (!options->tag_value || strcmp(value, options->tag_value) == 0);
}

static bool in_time(const struct pedigree_trace_options *options,
		    const struct pedigree_entity *entity)
{
	int64_t when = entity->start_ms ? entity->start_ms : entity->created_ms;

	if (options->created_after_ms && when < options->created_after_ms)
		return false;
	return !options->created_before_ms || when < options->created_before_ms;
}

bool pedigree_filter_matches(const struct pedigree_filter *filter,
			     const struct pedigree_entity *entity)
{
	const struct pedigree_trace_options *options = filter->options;

	if (filter->kinds && !(filter->kinds & 1u << entity->kind))
		return false;
	return has_type(options, entity) && has_tag(options, entity) &&
	       in_time(options, entity);
}

/* Finding the ways through hidden vertices. */
struct ways {
	struct pedigree_graph *graph;
	size_t *first; /* by vertex: where its edges begin in order */
	size_t *order; /* edges by their sources */
	size_t *seen;  /* by vertex: the source + 1 that came here last */
	size_t *stack;
	size_t n;     /* edges that the graph had */
	size_t steps; /* taken so far */
};

static void ways_clear(struct ways *ways)
{
	free(ways->first);
	free(ways->order);
	free(ways->seen);
	free(ways->stack);
}

static int ways_init(struct ways *ways, struct pedigree_graph *graph)
{
	size_t n = graph->vertices.n, m = graph->edges.n, sum = 0;

	*ways = (struct ways){
		.graph = graph,
		.first = calloc(n + 2, sizeof(size_t)),
		.order = calloc(m ? m : 1, sizeof(size_t)),
		.seen = calloc(n, sizeof(size_t)),
		.stack = calloc(n, sizeof(size_t)),
		.n = m,
	};
	if (!ways->first || !ways->order || !ways->seen || !ways->stack)
		return PEDIGREE_ENOMEM;
	for (size_t i = 0; i < m; i++)
		ways->first[graph->edges.v[i].source + 2]++;
	for (size_t i = 2; i < n + 2; i++)
		ways->first[i] = sum += ways->first[i];
	for (size_t i = 0; i < m; i++)
		ways->order[ways->first[graph->edges.v[i].source + 1]++] = i;
	return 0;
}

static bool hides(const struct ways *ways, size_t at)
{
	return ways->graph->vertices.v[at].hidden;
}

static int add_way(struct ways *ways, size_t from, size_t to)
{
	struct pedigree_graph_edge *edge =
		pedigree_vec_push(&ways->graph->edges);

	if (!edge)
		return PEDIGREE_ENOMEM;
	*edge = (struct pedigree_graph_edge){
		.source = from,
		.destination = to,
		.through = true,
	};
	return 0;
}

/* What the edges out of `at` lead to, for the ways that begin at `from`. */
static int step(struct ways *ways, size_t from, size_t at, size_t *top)
{
	for (size_t i = ways->first[at]; i < ways->first[at + 1]; i++) {
		const struct pedigree_graph_edge *edge =
			&ways->graph->edges.v[ways->order[i]];
		size_t to = edge->destination;
		int rc = 0;

		ways->steps++;
		if (edge->shortcut && (at != from || hides(ways, to)))
			continue;
		if (ways->seen[to] == from + 1)
			continue;
		ways->seen[to] = from + 1;
		if (hides(ways, to))
			ways->stack[(*top)++] = to;
		else if (at != from)
			rc = add_way(ways, from, to);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int ways_from(struct ways *ways, size_t from)
{
	size_t top = 0;
	int rc;

	ways->seen[from] = from + 1;
	rc = step(ways, from, from, &top);
	while (rc == 0 && top)
		rc = step(ways, from, ways->stack[--top], &top);
	return rc;
}

static int find_ways(struct pedigree_graph *graph)
{
	_cleanup_(ways_clear) struct ways ways;
	int rc = ways_init(&ways, graph);

	for (size_t i = 0; rc == 0 && i < graph->vertices.n; i++) {
		if (hides(&ways, i))
			continue;
		if (ways.steps > MOST_STEPS ||
		    graph->edges.n - ways.n > MOST_WAYS) {
			graph->tangled = true;
			break;
		}
		rc = ways_from(&ways, i);
	}
	return rc;
}

static void drop_edges(struct pedigree_graph *graph, const size_t *moved)
{
	size_t kept = 0;

	for (size_t i = 0; i < graph->edges.n; i++) {
		struct pedigree_graph_edge edge = graph->edges.v[i];

		if (graph->vertices.v[edge.source].hidden ||
		    graph->vertices.v[edge.destination].hidden) {
			free(edge.type);
			continue;
		}
		edge.source = moved[edge.source];
		edge.destination = moved[edge.destination];
		graph->edges.v[kept++] = edge;
	}
	graph->edges.n = kept;
}

int pedigree_graph_contract(struct pedigree_graph *graph,
			    struct pedigree_error *err)
{
	_cleanup_free_ size_t *moved =
		calloc(graph->vertices.n, sizeof(*moved));
	size_t kept = 0;

	if (!moved)
		return pedigree_fail_memory(err);
	for (size_t i = 0; i < graph->vertices.n; i++) {
		moved[i] = kept;
		kept += !graph->vertices.v[i].hidden;
	}
	if (kept == graph->vertices.n)
		return 0;
	if (find_ways(graph) < 0)
		return pedigree_fail_memory(err);
	graph->left_out = graph->vertices.n - kept;
	drop_edges(graph, moved);
	for (size_t i = 0; i < graph->vertices.n; i++) {
		struct pedigree_vertex vertex = graph->vertices.v[i];

		if (vertex.hidden)
			pedigree_entity_clear(&vertex.entity);
		else
			graph->vertices.v[moved[i]] = vertex;
	}
	graph->vertices.n = kept;
	qsort(graph->edges.v, graph->edges.n, sizeof(*graph->edges.v),
	      pedigree_compare_edges);
	return pedigree_graph_mark_shortcuts(graph, err);
}
