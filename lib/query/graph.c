/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "query/graph.h"

#include <stdint.h>
#include <string.h>

#include "base/err.h"

void pedigree_graph_free(struct pedigree_graph *graph)
{
	if (!graph)
		return;
	for (size_t i = 0; i < graph->vertices.n; i++)
		pedigree_entity_clear(&graph->vertices.v[i].entity);
	for (size_t i = 0; i < graph->edges.n; i++)
		free(graph->edges.v[i].type);
	pedigree_vec_clear(&graph->vertices);
	pedigree_vec_clear(&graph->edges);
	free(graph);
}

int pedigree_growth_init(struct pedigree_growth *growth,
			 struct pedigree_ledger *ledger,
			 struct pedigree_error *err)
{
	*growth = (struct pedigree_growth){
		.ledger = ledger,
		.graph = calloc(1, sizeof(*growth->graph)),
		.vertices = pedigree_map_new(),
		.edges = pedigree_map_new(),
	};
	if (growth->graph && growth->vertices && growth->edges)
		return 0;
	pedigree_growth_clear(growth);
	return pedigree_fail_memory(err);
}

void pedigree_growth_clear(struct pedigree_growth *growth)
{
	pedigree_graph_free(growth->graph);
	pedigree_map_free(growth->vertices);
	pedigree_map_free(growth->edges);
	*growth = (struct pedigree_growth){ 0 };
}

size_t pedigree_growth_find(const struct pedigree_growth *growth,
			    pedigree_row row)
{
	void *place = pedigree_map_get(growth->vertices, &row, sizeof(row));

	return (size_t)((uintptr_t)place - 1);
}

int pedigree_growth_vertex(struct pedigree_growth *growth, pedigree_row row,
			   unsigned int depth, size_t *ret_at,
			   struct pedigree_error *err)
{
	size_t at = pedigree_growth_find(growth, row);
	struct pedigree_entity entity = { 0 };
	struct pedigree_vertex *vertex;
	void **place;
	int rc;

	if (at != SIZE_MAX) {
		*ret_at = at;
		return 0;
	}
	rc = pedigree_ledger_entity(growth->ledger, row, &entity, err);
	if (rc < 0)
		return rc;
	place = pedigree_map_at(growth->vertices, &row, sizeof(row), NULL);
	vertex = place ? pedigree_vec_push(&growth->graph->vertices) : NULL;
	if (!vertex) {
		pedigree_entity_clear(&entity);
		return pedigree_fail_memory(err);
	}
	*vertex = (struct pedigree_vertex){
		.row = row,
		.entity = entity,
		.depth = depth,
		.hidden = growth->filter && depth &&
			  !pedigree_filter_matches(growth->filter, &entity),
	};
	growth->hidden += vertex->hidden;
	*ret_at = growth->graph->vertices.n - 1;
	*place = (void *)(uintptr_t)growth->graph->vertices.n;
	return 0;
}

int pedigree_growth_edge(struct pedigree_growth *growth,
			 const struct pedigree_edge *edge,
			 struct pedigree_error *err)
{
	size_t ends[2] = {
		pedigree_growth_find(growth, edge->source),
		pedigree_growth_find(growth, edge->destination),
	};
	struct pedigree_graph_edge *new;
	bool is_new = false;
	char *type = NULL;

	if (!pedigree_map_at(growth->edges, ends, sizeof(ends), &is_new))
		return pedigree_fail_memory(err);
	if (!is_new)
		return 0;
	if (edge->type) {
		type = strdup(edge->type);
		if (!type)
			return pedigree_fail_memory(err);
	}
	new = pedigree_vec_push(&growth->graph->edges);
	if (!new) {
		free(type);
		return pedigree_fail_memory(err);
	}
	*new = (struct pedigree_graph_edge){
		.source = ends[0],
		.destination = ends[1],
		.type = type,
		.created_ms = edge->created_ms,
	};
	return 0;
}

/* What a reader goes by, before the ARN, which is made of digests. */
static const char *called(const struct pedigree_entity *entity)
{
	if (entity->source_uri)
		return entity->source_uri;
	return entity->name ? entity->name : "";
}

static int compare_vertices(const void *a, const void *b)
{
	const struct pedigree_vertex *x = a, *y = b;
	int order = strcmp(called(&x->entity), called(&y->entity));

	if (x->depth != y->depth)
		return x->depth < y->depth ? -1 : 1;
	if (x->entity.created_ms != y->entity.created_ms)
		return x->entity.created_ms < y->entity.created_ms ? -1 : 1;
	if (order)
		return order;
	if (x->entity.arn && y->entity.arn)
		return strcmp(x->entity.arn, y->entity.arn);
	return 0;
}

int pedigree_compare_edges(const void *a, const void *b)
{
	const struct pedigree_graph_edge *x = a, *y = b;

	if (x->destination != y->destination)
		return x->destination < y->destination ? -1 : 1;
	if (x->source != y->source)
		return x->source < y->source ? -1 : 1;
	return 0;
}

int pedigree_growth_sort(struct pedigree_growth *growth,
			 struct pedigree_error *err)
{
	struct pedigree_graph *graph = growth->graph;
	size_t n = graph->vertices.n;
	_cleanup_free_ size_t *moved = calloc(n ? n : 1, sizeof(*moved));
	_cleanup_free_ pedigree_row *rows = calloc(n ? n : 1, sizeof(*rows));

	if (!moved || !rows)
		return pedigree_fail_memory(err);
	for (size_t i = 0; i < n; i++)
		rows[i] = graph->vertices.v[i].row;
	qsort(graph->vertices.v, n, sizeof(*graph->vertices.v),
	      compare_vertices);
	for (size_t i = 0; i < n; i++)
		moved[pedigree_growth_find(growth, graph->vertices.v[i].row)] =
			i;
	for (size_t i = 0; i < n; i++)
		*pedigree_map_at(growth->vertices, &rows[i], sizeof(rows[i]),
				 NULL) = (void *)(uintptr_t)(moved[i] + 1);
	for (size_t i = 0; i < graph->edges.n; i++) {
		struct pedigree_graph_edge *edge = &graph->edges.v[i];

		edge->source = moved[edge->source];
		edge->destination = moved[edge->destination];
	}
	if (graph->edges.n)
		qsort(graph->edges.v, graph->edges.n, sizeof(*graph->edges.v),
		      pedigree_compare_edges);
	return 0;
}
