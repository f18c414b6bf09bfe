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
#include "base/vec.h"

/* What was answered so far. */
struct answered {
	PEDIGREE_VEC(struct pedigree_lineage_page *) pages;
	size_t n_vertices, n_edges;
	struct pedigree_map *places; /* ARN to index + 1 */
};

static void answered_clear(struct answered *answered)
{
	for (size_t i = 0; i < answered->pages.n; i++)
		pedigree_typed_free(answered->pages.v[i]);
	pedigree_vec_clear(&answered->pages);
	pedigree_map_free(answered->places);
}

/* Asks for the page behind the last one. */
static int ask(struct pedigree_client *client,
	       const struct pedigree_lineage_query *query,
	       struct answered *answered, struct pedigree_error *err)
{
	size_t n = answered->pages.n;
	const struct pedigree_lineage_page next = {
		.token = n ? answered->pages.v[n - 1]->token : NULL,
	};
	const struct pedigree_part parts[] = {
		{ &pedigree_form_lineage_query, query },
		{ &pedigree_form_lineage_page, &next },
	};
	_cleanup_free_ char *answer = NULL;
	struct pedigree_lineage_page **page;
	int status = pedigree_typed_call(client, "QueryLineage", parts,
					 PEDIGREE_COUNT(parts), &answer, err);

	if (status)
		return status;
	page = pedigree_vec_push(&answered->pages);
	if (!page)
		return pedigree_fail_memory(err);
	status = pedigree_typed_answer(
		answer, NULL, &pedigree_form_lineage_page, page, NULL, err);
	if (status)
		return status;
	answered->n_vertices += (*page)->n_vertices;
	answered->n_edges += (*page)->n_edges;
	return 0;
}

static int ask_all(struct pedigree_client *client,
		   const struct pedigree_lineage_query *query,
		   struct answered *answered, struct pedigree_error *err)
{
	int status;

	do
		status = ask(client, query, answered, err);
	while (!status && answered->pages.v[answered->pages.n - 1]->token);
	return status;
}

static size_t place_of(const struct answered *answered, const char *arn)
{
	return arn ? (uintptr_t)pedigree_map_get(answered->places, arn,
						 strlen(arn))
		   : 0;
}

static int keep_vertices(struct answered *answered,
			 const struct pedigree_lineage_page *page,
			 struct pedigree_owned_lineage *owned)
{
	struct pedigree_lineage *lineage = &owned->lineage;

	for (size_t i = 0; i < page->n_vertices; i++) {
		const struct pedigree_lineage_vertex *from = &page->vertices[i];
		struct pedigree_lineage_vertex *to =
			&lineage->vertices[lineage->n_vertices];
		const char *arn = from->arn ? from->arn : "";
		void **place = pedigree_map_at(answered->places, arn,
					       strlen(arn), NULL);

		if (!place ||
		    pedigree_owned_lineage_keep(owned, arn, &to->arn) ||
		    pedigree_owned_lineage_keep(owned, from->type, &to->type) ||
		    pedigree_owned_lineage_keep(owned, from->kind, &to->kind))
			return PEDIGREE_ENOMEM;
		*place = (void *)(uintptr_t)++lineage->n_vertices;
	}
	return 0;
}

static int keep_edges(const struct answered *answered,
		      const struct pedigree_lineage_page *page,
		      struct pedigree_owned_lineage *owned)
{
	struct pedigree_lineage *lineage = &owned->lineage;

	for (size_t i = 0; i < page->n_edges; i++) {
		const struct pedigree_arn_edge *from = &page->edges[i];
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

/* An edge is on the page of the later of its ends. */
static int keep_all(struct answered *answered,
		    struct pedigree_owned_lineage *owned)
{
	for (size_t i = 0; i < answered->pages.n; i++)
		if (keep_vertices(answered, answered->pages.v[i], owned) ||
		    keep_edges(answered, answered->pages.v[i], owned))
			return PEDIGREE_ENOMEM;
	return 0;
}

int pedigree_query_lineage(struct pedigree_client *client,
			   const struct pedigree_lineage_query *query,
			   struct pedigree_lineage **ret_lineage,
			   struct pedigree_error *err)
{
	_cleanup_(answered_clear) struct answered answered = { 0 };
	_cleanup_(pedigree_owned_lineage_freep) struct pedigree_owned_lineage
		*owned = NULL;
	int status = ask_all(client, query, &answered, err);

	if (status)
		return status;
	answered.places = pedigree_map_new();
	owned = pedigree_owned_lineage_new(answered.n_vertices,
					   answered.n_edges);
	if (!answered.places || !owned || keep_all(&answered, owned))
		return pedigree_fail_memory(err);
	*ret_lineage = &pedigree_take(owned)->lineage;
	return 0;
}
