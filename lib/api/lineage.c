/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lineage as structures, from a walk of the ledger.
 */
#include "config.h"

#include "api/lineage.h"

#include <string.h>

#include "api/question.h"
#include "base/base.h"
#include "base/err.h"
#include "query/query.h"

void pedigree_lineage_free(struct pedigree_lineage *lineage)
{
	struct pedigree_owned_lineage *owned;

	if (!lineage)
		return;
	owned = pedigree_container_of(lineage, struct pedigree_owned_lineage,
				      lineage);
	pedigree_arena_clear(&owned->arena);
	free(owned);
}

void pedigree_owned_lineage_freep(struct pedigree_owned_lineage **owned)
{
	if (*owned)
		pedigree_lineage_free(&(*owned)->lineage);
}

struct pedigree_owned_lineage *pedigree_owned_lineage_new(size_t vertices,
							  size_t edges)
{
	struct pedigree_owned_lineage *owned = calloc(1, sizeof(*owned));
	struct pedigree_lineage *lineage;

	if (!owned)
		return NULL;
	lineage = &owned->lineage;
	lineage->vertices = pedigree_arena_alloc(
		&owned->arena, vertices * sizeof(*lineage->vertices));
	lineage->edges = pedigree_arena_alloc(&owned->arena,
					      edges * sizeof(*lineage->edges));
	if (lineage->vertices && lineage->edges) {
		memset(lineage->vertices, 0,
		       vertices * sizeof(*lineage->vertices));
		memset(lineage->edges, 0, edges * sizeof(*lineage->edges));
		return owned;
	}
	pedigree_lineage_free(lineage);
	return NULL;
}

int pedigree_owned_lineage_keep(struct pedigree_owned_lineage *owned,
				const char *text, const char **ret)
{
	*ret = NULL;
	if (!text)
		return 0;
	*ret = pedigree_arena_copy(&owned->arena, text, strlen(text));
	return *ret ? 0 : PEDIGREE_ENOMEM;
}

/* Members of a vertex and where they come from. */
static int keep_vertex(struct pedigree_owned_lineage *owned,
		       const struct pedigree_vertex *from,
		       struct pedigree_lineage_vertex *to)
{
	const struct pedigree_entity *entity = &from->entity;
	const struct {
		const char *text;
		const char **place;
	} texts[] = {
		{ entity->arn, &to->arn },
		{ pedigree_kind_word(entity->kind), &to->kind },
		{ pedigree_vertex_type(entity), &to->type },
		{ entity->name, &to->name },
		{ entity->source_uri, &to->source_uri },
		{ pedigree_version_of(entity), &to->version },
		{ entity->status, &to->status },
	};

	to->created_ms = entity->created_ms;
	to->modified_ms = entity->modified_ms;
	to->depth = from->depth;
	for (size_t i = 0; i < PEDIGREE_COUNT(texts); i++)
		if (pedigree_owned_lineage_keep(owned, texts[i].text,
						texts[i].place))
			return PEDIGREE_ENOMEM;
	return 0;
}

static enum pedigree_serving serving_of(enum pedigree_deployed deployed)
{
	switch (deployed) {
	case PEDIGREE_DEPLOYED_CURRENT:
		return PEDIGREE_SERVING_NOW;
	case PEDIGREE_DEPLOYED_REPLACED:
		return PEDIGREE_SERVING_NO_MORE;
	case PEDIGREE_DEPLOYED_FAILED:
		return PEDIGREE_SERVING_FAILED;
	case PEDIGREE_NO_DEPLOYMENT:
		break;
	}
	return PEDIGREE_SERVING_UNKNOWN;
}

/* `places`: of each vertex of the graph, its place + 1; 0: it is left out. */
static int keep_all(const struct pedigree_graph *graph, const size_t *places,
		    struct pedigree_owned_lineage *owned)
{
	struct pedigree_lineage *lineage = &owned->lineage;

	for (size_t i = 0; i < graph->vertices.n; i++)
		if (places[i] &&
		    keep_vertex(owned, &graph->vertices.v[i],
				&lineage->vertices[lineage->n_vertices++]))
			return PEDIGREE_ENOMEM;
	for (size_t i = 0; i < graph->edges.n; i++) {
		const struct pedigree_graph_edge *from = &graph->edges.v[i];
		struct pedigree_lineage_edge *to =
			&lineage->edges[lineage->n_edges];

		if (!places[from->source] || !places[from->destination])
			continue;
		to->source = places[from->source] - 1;
		to->destination = places[from->destination] - 1;
		to->created_ms = from->created_ms;
		to->serving = serving_of(from->deployed);
		if (pedigree_owned_lineage_keep(owned, from->type, &to->type))
			return PEDIGREE_ENOMEM;
		lineage->n_edges++;
	}
	lineage->cut = graph->cut;
	return 0;
}

static bool is_past(const struct pedigree_graph_edge *edge)
{
	return edge->deployed == PEDIGREE_DEPLOYED_REPLACED ||
	       edge->deployed == PEDIGREE_DEPLOYED_FAILED;
}

/*
 * Marks what leads to the start without a past deployment. Edges come in the
 * order of their destinations, which is by distance: a second pass finds
 * something only where a longer way is left.
 */
static void mark_present(const struct pedigree_graph *graph, size_t *places)
{
	bool more = true;

	places[0] = 1;
	while (more) {
		more = false;
		for (size_t i = 0; i < graph->edges.n; i++) {
			const struct pedigree_graph_edge *edge =
				&graph->edges.v[i];

			if (is_past(edge) || !places[edge->destination] ||
			    places[edge->source])
				continue;
			places[edge->source] = 1;
			more = true;
		}
	}
}

static int from_graph(const struct pedigree_graph *graph, bool present_only,
		      struct pedigree_lineage **ret_lineage,
		      struct pedigree_error *err)
{
	_cleanup_(pedigree_owned_lineage_freep) struct pedigree_owned_lineage
		*owned = pedigree_owned_lineage_new(graph->vertices.n,
						    graph->edges.n);
	_cleanup_free_ size_t *places =
		calloc(graph->vertices.n, sizeof(*places));
	size_t n = 0;

	if (!owned || !places)
		return pedigree_fail_memory(err);
	if (present_only)
		mark_present(graph, places);
	for (size_t i = 0; i < graph->vertices.n; i++)
		places[i] = present_only && !places[i] ? 0 : ++n;
	if (keep_all(graph, places, owned))
		return pedigree_fail_memory(err);
	*ret_lineage = &pedigree_take(owned)->lineage;
	return 0;
}

static void graph_freep(struct pedigree_graph **graph)
{
	pedigree_graph_free(*graph);
}

struct walk {
	enum pedigree_direction direction;
	unsigned int depth;
	bool endpoint; /* the start is one, and only its present matters */
	bool artifact; /* the start is one */
};

static int check_start(const struct walk *walk,
		       const struct pedigree_entity *start, const char *target,
		       struct pedigree_error *err)
{
	if (walk->endpoint &&
	    (start->kind != PEDIGREE_CONTEXT ||
	     strcmp(pedigree_vertex_type(start), "Endpoint") != 0))
		return pedigree_fail(
			err, PEDIGREE_ENOTFOUND,
			"'%s' is no endpoint but %s; `pedigree list contexts` shows those there are",
			target, start->arn);
	if (walk->artifact && start->kind != PEDIGREE_ARTIFACT)
		return pedigree_fail(
			err, PEDIGREE_ENOTFOUND,
			"'%s' is no artifact but %s; `pedigree list artifacts` shows those there are",
			target, start->arn);
	return 0;
}

static int walk_from(const struct pedigree *pedigree, const char *target,
		     const struct walk *walk,
		     struct pedigree_lineage **ret_lineage,
		     struct pedigree_error *err)
{
	_cleanup_(pedigree_question_clear) struct pedigree_question question = {
		0
	};
	_cleanup_(graph_freep) struct pedigree_graph *graph = NULL;
	const struct pedigree_reach reach = {
		.direction = walk->direction,
		.depth = walk->depth,
	};
	int rc = pedigree_question_ask(pedigree, target, walk->endpoint, &reach,
				       &question, err);

	if (rc == 0)
		rc = pedigree_walk(question.ledger, question.row,
				   walk->direction, walk->depth, &graph, err);
	if (rc == 0)
		rc = check_start(walk, &graph->vertices.v[0].entity, target,
				 err);
	return rc < 0 ? rc
		      : from_graph(graph, walk->endpoint, ret_lineage, err);
}

int pedigree_ancestors(const struct pedigree *pedigree, const char *target,
		       unsigned int depth,
		       struct pedigree_lineage **ret_lineage,
		       struct pedigree_error *err)
{
	const struct walk walk = { .direction = PEDIGREE_UP, .depth = depth };

	return walk_from(pedigree, target, &walk, ret_lineage, err);
}

int pedigree_descendants(const struct pedigree *pedigree, const char *target,
			 unsigned int depth,
			 struct pedigree_lineage **ret_lineage,
			 struct pedigree_error *err)
{
	const struct walk walk = { .direction = PEDIGREE_DOWN, .depth = depth };

	return walk_from(pedigree, target, &walk, ret_lineage, err);
}

int pedigree_behind_endpoint(const struct pedigree *pedigree,
			     const char *endpoint,
			     struct pedigree_lineage **ret_lineage,
			     struct pedigree_error *err)
{
	static const struct walk walk = { .direction = PEDIGREE_UP,
					  .endpoint = true };

	return walk_from(pedigree, endpoint, &walk, ret_lineage, err);
}

int pedigree_ended_up_in(const struct pedigree *pedigree, const char *data,
			 struct pedigree_lineage **ret_lineage,
			 struct pedigree_error *err)
{
	static const struct walk walk = { .direction = PEDIGREE_DOWN,
					  .artifact = true };

	return walk_from(pedigree, data, &walk, ret_lineage, err);
}
