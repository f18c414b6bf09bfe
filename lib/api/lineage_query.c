/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lineage as structures, from the pages of QueryLineage.
 */
#include "config.h"

#include <string.h>

#include "api/client.h"
#include "api/forms.h"
#include "api/lineage.h"
#include "base/base.h"
#include "base/err.h"
#include "base/hash.h"

#define PAGE 50 /* the most that a call answers */

/* What was answered, with ARNs as the ends of edges. */
struct answered {
	struct pedigree_lineage_vertex *vertices;
	struct pedigree_arn_edge *edges;
	size_t n_vertices, n_edges;
	struct pedigree_map *places; /* ARN to index + 1 */
};

static void answered_clear(struct answered *answered)
{
	pedigree_typed_free(answered->vertices);
	pedigree_typed_free(answered->edges);
	pedigree_map_free(answered->places);
}

static int read_answer(const char *text, struct answered *answered,
		       struct pedigree_error *err)
{
	static const struct pedigree_list_name vertices = {
		.list = "Vertices"
	};
	static const struct pedigree_list_name edges = { .list = "Edges" };
	int status =
		pedigree_typed_answer(text, &vertices, &pedigree_form_vertex,
				      &answered->vertices,
				      &answered->n_vertices, err);

	return status ? status
		      : pedigree_typed_answer(text, &edges,
					      &pedigree_form_arn_edge,
					      &answered->edges,
					      &answered->n_edges, err);
}

static size_t place_of(const struct answered *answered, const char *arn)
{
	return arn ? (uintptr_t)pedigree_map_get(answered->places, arn,
						 strlen(arn))
		   : 0;
}

static int keep_vertices(struct answered *answered,
			 struct pedigree_owned_lineage *owned)
{
	struct pedigree_lineage *lineage = &owned->lineage;

	for (size_t i = 0; i < answered->n_vertices; i++) {
		const struct pedigree_lineage_vertex *from =
			&answered->vertices[i];
		struct pedigree_lineage_vertex *to =
			&lineage->vertices[lineage->n_vertices++];
		void **place =
			from->arn ? pedigree_map_at(answered->places, from->arn,
						    strlen(from->arn), NULL)
				  : NULL;

		if (!place ||
		    pedigree_owned_lineage_keep(owned, from->arn, &to->arn) ||
		    pedigree_owned_lineage_keep(owned, from->type, &to->type) ||
		    pedigree_owned_lineage_keep(owned, from->kind, &to->kind))
			return PEDIGREE_ENOMEM;
		*place = (void *)lineage->n_vertices;
	}
	return 0;
}

static int keep_edges(const struct answered *answered,
		      struct pedigree_owned_lineage *owned)
{
	struct pedigree_lineage *lineage = &owned->lineage;

	for (size_t i = 0; i < answered->n_edges; i++) {
		const struct pedigree_arn_edge *from = &answered->edges[i];
		struct pedigree_lineage_edge *to =
			&lineage->edges[lineage->n_edges];
		size_t source = place_of(answered, from->source);
		size_t destination = place_of(answered, from->destination);

		if (!source || !destination)
			continue;
		to->source = source - 1;
		to->destination = destination - 1;
		if (pedigree_owned_lineage_keep(owned, from->type, &to->type))
			return PEDIGREE_ENOMEM;
		lineage->n_edges++;
	}
	return 0;
}

int pedigree_query_lineage(struct pedigree_client *client,
			   const struct pedigree_lineage_query *query,
			   struct pedigree_lineage **ret_lineage,
			   struct pedigree_error *err)
{
	static const struct pedigree_pages pages = { .page_size = PAGE };
	const struct pedigree_part part = { &pedigree_form_lineage_query,
					    query };
	_cleanup_(answered_clear) struct answered answered = { 0 };
	_cleanup_(pedigree_owned_lineage_freep) struct pedigree_owned_lineage
		*owned = NULL;
	_cleanup_free_ char *answer = NULL;
	int status = pedigree_typed_list(client, "QueryLineage", &part, 1,
					 &pages, &answer, err);

	if (!status)
		status = read_answer(answer, &answered, err);
	if (status)
		return status;
	answered.places = pedigree_map_new();
	owned = pedigree_owned_lineage_new(answered.n_vertices,
					   answered.n_edges);
	if (!answered.places || !owned || keep_vertices(&answered, owned) ||
	    keep_edges(&answered, owned))
		return pedigree_fail_memory(err);
	*ret_lineage = &pedigree_take(owned)->lineage;
	return 0;
}
