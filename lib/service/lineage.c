/* SPDX-License-Identifier: Apache-2.0 */
/*
 * QueryLineage: pages of a walk. Filters say which vertices are answered,
 * not where the walk goes.
 *
 * Vertices come page by page in the order of the walk; an edge is on the
 * page of the later of its ends, so that the pages together have each once.
 */
#include "config.h"

#include <string.h>

#include "base/err.h"
#include "service/walk.h"

#define PAGE 50

struct filters {
	const json_t *types, *lineage_types, *properties;
	int64_t created_before, created_after;
	int64_t modified_before, modified_after;
};

static int64_t time_of(const json_t *filters, const char *name)
{
	int64_t ms = 0;

	pedigree_timestamp_parse(json_object_get(filters, name), &ms);
	return ms;
}

static struct filters read_filters(const struct pedigree_call *call)
{
	const json_t *f = json_object_get(call->request, "Filters");

	return (struct filters){
		.types = json_object_get(f, "Types"),
		.lineage_types = json_object_get(f, "LineageTypes"),
		.properties = json_object_get(f, "Properties"),
		.created_before = time_of(f, "CreatedBefore"),
		.created_after = time_of(f, "CreatedAfter"),
		.modified_before = time_of(f, "ModifiedBefore"),
		.modified_after = time_of(f, "ModifiedAfter"),
	};
}

static bool is_among(const json_t *list, const char *word)
{
	size_t i;
	json_t *item;

	if (!json_array_size(list))
		return true;
	json_array_foreach((json_t *)list, i,
			   item) if (strcmp(json_string_value(item), word) ==
				     0) return true;
	return false;
}

/* Any of the properties: the service's rule. */
static bool has_property(const json_t *wanted,
			 const struct pedigree_pairs *properties)
{
	const char *key;
	json_t *value;

	if (!json_object_size(wanted))
		return true;
	json_object_foreach((json_t *)wanted, key, value)
	{
		const char *here = pedigree_pairs_get(properties, key);

		if (here && strcmp(here, json_string_value(value)) == 0)
			return true;
	}
	return false;
}

static bool is_between(int64_t ms, int64_t after, int64_t before)
{
	return (!after || ms > after) && (!before || ms < before);
}

static bool passes(const struct filters *filters,
		   const struct pedigree_entity *entity)
{
	return is_among(filters->types, pedigree_vertex_type(entity)) &&
	       is_among(filters->lineage_types,
			pedigree_kind_word(entity->kind)) &&
	       has_property(filters->properties, &entity->properties) &&
	       is_between(entity->created_ms, filters->created_after,
			  filters->created_before) &&
	       is_between(entity->modified_ms, filters->modified_after,
			  filters->modified_before);
}

/* Finds out whether a visit passes the filters. */
static int look_at(struct pedigree_call *call, const struct filters *filters,
		   struct pedigree_visit *visit, struct pedigree_error *err)
{
	_cleanup_(pedigree_entity_clear) struct pedigree_entity entity = { 0 };
	int status = (filters->properties ? pedigree_ledger_entity
					  : pedigree_ledger_outline)(
		call->ledger, visit->row, &entity, err);

	if (status || !passes(filters, &entity))
		return status;
	visit->kind = entity.kind;
	visit->type = strdup(pedigree_vertex_type(&entity));
	if (!visit->type)
		return pedigree_fail_memory(err);
	visit->arn = pedigree_take(entity.arn);
	return 0;
}

static int look_up_to(struct pedigree_call *call, struct pedigree_walk *walk,
		      size_t at, struct pedigree_error *err)
{
	struct filters filters = read_filters(call);
	int status = 0;

	for (; !status && walk->looked_at <= at; walk->looked_at++) {
		status = look_at(call, &filters,
				 &walk->visits.v[walk->looked_at], err);
		if (status)
			break;
	}
	return status;
}

static int write_vertex(json_t *vertices, const struct pedigree_visit *visit)
{
	return json_array_append_new(
		       vertices, json_pack("{ssssss}", "Arn", visit->arn,
					   "Type", visit->type, "LineageType",
					   pedigree_kind_word(visit->kind)))
		       ? PEDIGREE_ENOMEM
		       : 0;
}

/* Vertices from place `from` on that pass, until the page is full; *ret_to is
   the place behind them. */
static int write_vertices(struct pedigree_call *call,
			  struct pedigree_walk *walk,
			  const struct pedigree_page *page, size_t from,
			  size_t *ret_to, struct pedigree_error *err)
{
	json_t *vertices = json_object_get(call->answer, "Vertices");
	size_t i;

	for (i = from; i < walk->visits.n; i++) {
		int status = look_up_to(call, walk, i, err);

		if (status)
			return status;
		if (!walk->visits.v[i].arn)
			continue;
		if (json_array_size(vertices) >= page->size)
			break;
		if (write_vertex(vertices, &walk->visits.v[i]))
			return pedigree_fail_memory(err);
	}
	if (i < walk->visits.n &&
	    pedigree_page_more(call, page,
			       json_pack("{sI}", "i", (json_int_t)i)))
		return pedigree_fail_memory(err);
	*ret_to = i;
	return 0;
}

/* The first edge whose later end is not before `place`. */
static size_t first_edge(const struct pedigree_walk *walk, size_t place)
{
	size_t low = 0, high = walk->edges.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (pedigree_walked_later(&walk->edges.v[middle]) < place)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int write_edges(struct pedigree_call *call,
		       const struct pedigree_walk *walk, size_t from, size_t to,
		       struct pedigree_error *err)
{
	json_t *edges = json_object_get(call->answer, "Edges");

	for (size_t i = first_edge(walk, from); i < walk->edges.n; i++) {
		const struct pedigree_walked_edge *edge = &walk->edges.v[i];
		const char *source = walk->visits.v[edge->source].arn;
		const char *destination = walk->visits.v[edge->destination].arn;
		json_t *json;

		if (pedigree_walked_later(edge) >= to)
			break;
		if (!source || !destination)
			continue;
		json = json_pack("{ssss}", "SourceArn", source,
				 "DestinationArn", destination);
		if (!json ||
		    pedigree_put_text(json, "AssociationType", edge->type) ||
		    json_array_append_new(edges, json))
			return pedigree_fail_memory(err);
	}
	return 0;
}

static int answer(struct pedigree_call *call, struct pedigree_walk *walk,
		  const struct pedigree_page *page, struct pedigree_error *err)
{
	size_t to = 0, from = (size_t)json_integer_value(
			       json_object_get(page->mark, "i"));
	int status;

	/* A token of a walk that was longer then. */
	if (from > walk->visits.n)
		from = walk->visits.n;
	if (from)
		status = look_up_to(call, walk, from - 1, err);
	else
		status = 0;
	if (!status)
		status = write_vertices(call, walk, page, from, &to, err);
	return status ? status : write_edges(call, walk, from, to, err);
}

int pedigree_do_query_lineage(struct pedigree_call *call,
			      struct pedigree_error *err)
{
	_cleanup_(pedigree_page_close) struct pedigree_page page = { 0 };
	const json_t *starts = json_object_get(call->request, "StartArns");
	struct pedigree_walk *walk;
	int status;

	if (pedigree_put(call->answer, "Vertices", json_array()) ||
	    pedigree_put(call->answer, "Edges", json_array()))
		return pedigree_fail_memory(err);
	if (!json_array_size(starts))
		return pedigree_refuse(
			call, PEDIGREE_EINVAL,
			"1 validation error detected: Value at 'startArns' failed to satisfy constraint: Member must have one ARN to start from");
	status = pedigree_page_open(call, PAGE, &page);
	if (!status)
		status = pedigree_walk_get(call, &walk, err);
	if (!status)
		status = answer(call, walk, &page, err);
	/* Nobody will ask for more of it. */
	if (status || !json_object_get(call->answer, "NextToken")) {
		pedigree_walk_free(*call->walk);
		*call->walk = NULL;
	}
	return status;
}
