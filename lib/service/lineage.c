/* SPDX-License-Identifier: Apache-2.0 */
/*
 * QueryLineage: breadth first over the ledger's edges. With `Both`, the walk
 * goes on in both directions from everything it visits, as the service's
 * does. Filters say which vertices are answered, not where the walk goes.
 *
 * Vertices come page by page in the order of the walk; an edge is on the
 * page of the later of its ends, so that the pages together have each once.
 */
#include "config.h"

#include <string.h>

#include "base/err.h"
#include "base/hash.h"
#include "service/call.h"

#define DEPTH 10 /* the API's, when the request names none */
#define PAGE 50

struct walk {
	struct pedigree_call *call;
	bool up, down;
	bool edges_wanted;
	int64_t depth;
	struct pedigree_rows rows;   /* visited, in order */
	struct pedigree_map *places; /* row to its place + 1 */
	struct pedigree_edges edges;
	struct pedigree_map *edges_seen; /* two rows: known */
};

static void walk_clear(struct walk *walk)
{
	pedigree_rows_clear(&walk->rows);
	pedigree_edges_clear(&walk->edges);
	pedigree_map_free(walk->places);
	pedigree_map_free(walk->edges_seen);
}

static int visit(struct walk *walk, pedigree_row row,
		 struct pedigree_error *err)
{
	bool is_new;
	void **place =
		pedigree_map_at(walk->places, &row, sizeof(row), &is_new);
	pedigree_row *new =
		place &&is_new ? pedigree_vec_push(&walk->rows) : NULL;

	if (!place || (is_new && !new))
		return pedigree_fail_memory(err);
	if (!is_new)
		return 0;
	*new = row;
	*place = (void *)(uintptr_t)walk->rows.n;
	return 0;
}

static int keep_edge(struct walk *walk, const struct pedigree_edge *edge,
		     struct pedigree_error *err)
{
	const pedigree_row key[] = { edge->source, edge->destination };
	struct pedigree_edge *new;
	bool is_new;

	if (!walk->edges_wanted)
		return 0;
	if (!pedigree_map_at(walk->edges_seen, key, sizeof(key), &is_new))
		return pedigree_fail_memory(err);
	if (!is_new)
		return 0;
	new = pedigree_vec_push(&walk->edges);
	if (!new)
		return pedigree_fail_memory(err);
	*new = *edge;
	new->type = edge->type ? strdup(edge->type) : NULL;
	return edge->type && !new->type ? pedigree_fail_memory(err) : 0;
}

static int expand(struct walk *walk, pedigree_row row, bool up,
		  struct pedigree_error *err)
{
	_cleanup_(pedigree_edges_clear) struct pedigree_edges edges = { 0 };
	int status =
		pedigree_ledger_edges(walk->call->ledger, row, up, &edges, err);

	for (size_t i = 0; !status && i < edges.n; i++) {
		const struct pedigree_edge *edge = &edges.v[i];

		status =
			visit(walk, up ? edge->source : edge->destination, err);
		if (!status)
			status = keep_edge(walk, edge, err);
	}
	return status;
}

static int walk_from(struct walk *walk, pedigree_row start,
		     struct pedigree_error *err)
{
	size_t done = 0;
	int status = visit(walk, start, err);

	for (int64_t depth = 0; !status && depth < walk->depth; depth++) {
		size_t n = walk->rows.n;

		for (; !status && done < n; done++) {
			pedigree_row row = walk->rows.v[done];

			if (walk->up)
				status = expand(walk, row, true, err);
			if (!status && walk->down)
				status = expand(walk, row, false, err);
		}
		if (walk->rows.n == n)
			break;
	}
	return status;
}

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

/* What of the visited is on the page. */
struct written {
	struct pedigree_map *arns; /* row to ARN, of all that pass so far */
	size_t from, to;	   /* places of the page's vertices */
};

static int write_vertex(json_t *vertices, const struct pedigree_entity *entity)
{
	return json_array_append_new(
		       vertices,
		       json_pack("{ssssss}", "Arn", entity->arn, "Type",
				 pedigree_vertex_type(entity), "LineageType",
				 pedigree_kind_word(entity->kind)))
		       ? PEDIGREE_ENOMEM
		       : 0;
}

/*
 * Vertices of the page: those behind place `from` that pass, until the page
 * is full. What came before is looked at too when edges are wanted: an edge
 * may come from there.
 */
static int write_vertices(struct walk *walk, const struct pedigree_page *page,
			  struct written *written, struct pedigree_error *err)
{
	struct filters filters = read_filters(walk->call);
	json_t *vertices = json_object_get(walk->call->answer, "Vertices");
	size_t i = walk->edges_wanted ? 0 : written->from;

	written->to = written->from;
	for (; i < walk->rows.n; i++) {
		_cleanup_(
			pedigree_entity_clear) struct pedigree_entity entity = {
			0
		};
		pedigree_row row = walk->rows.v[i];
		int status = pedigree_ledger_entity(walk->call->ledger, row,
						    &entity, err);
		void **place;

		if (status)
			return status;
		if (!passes(&filters, &entity)) {
			if (i >= written->from)
				written->to = i + 1;
			continue;
		}
		if (i >= written->from &&
		    json_array_size(vertices) >= page->size)
			return pedigree_page_more(walk->call, page,
						  json_pack("{sI}", "i",
							    (json_int_t)i))
				       ? pedigree_fail_memory(err)
				       : 0;
		place = pedigree_map_at(written->arns, &row, sizeof(row), NULL);
		if (!place)
			return pedigree_fail_memory(err);
		*place = pedigree_take(entity.arn);
		entity.arn = *place;
		if (i >= written->from) {
			written->to = i + 1;
			if (write_vertex(vertices, &entity))
				status = PEDIGREE_ENOMEM;
		}
		entity.arn = NULL;
		if (status)
			return pedigree_fail_memory(err);
	}
	return 0;
}

static size_t place_of(const struct walk *walk, pedigree_row row)
{
	return (uintptr_t)pedigree_map_get(walk->places, &row, sizeof(row)) - 1;
}

static int write_edges(struct walk *walk, const struct written *written,
		       struct pedigree_error *err)
{
	json_t *edges = json_object_get(walk->call->answer, "Edges");

	for (size_t i = 0; i < walk->edges.n; i++) {
		const struct pedigree_edge *edge = &walk->edges.v[i];
		size_t s = place_of(walk, edge->source);
		size_t d = place_of(walk, edge->destination);
		size_t later = s > d ? s : d;
		const char *source = pedigree_map_get(
			written->arns, &edge->source, sizeof(edge->source));
		const char *destination =
			pedigree_map_get(written->arns, &edge->destination,
					 sizeof(edge->destination));
		json_t *json;

		if (!source || !destination || later < written->from ||
		    later >= written->to)
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

static void written_clear(struct written *written)
{
	size_t n = written->arns ? pedigree_map_count(written->arns) : 0;

	for (size_t i = 0; i < n; i++)
		free(*pedigree_map_value(written->arns, i));
	pedigree_map_free(written->arns);
}

static int answer(struct walk *walk, struct pedigree_error *err)
{
	_cleanup_(pedigree_page_close) struct pedigree_page page = { 0 };
	_cleanup_(written_clear) struct written written = { 0 };
	int status = pedigree_page_open(walk->call, PAGE, &page);

	if (status)
		return status;
	written.arns = pedigree_map_new();
	if (!written.arns)
		return pedigree_fail_memory(err);
	written.from =
		(size_t)json_integer_value(json_object_get(page.mark, "i"));
	status = write_vertices(walk, &page, &written, err);
	if (!status)
		status = write_edges(walk, &written, err);
	return status;
}

int pedigree_do_query_lineage(struct pedigree_call *call,
			      struct pedigree_error *err)
{
	const char *direction = pedigree_call_text(call, "Direction");
	const json_t *edges = json_object_get(call->request, "IncludeEdges");
	const json_t *starts = json_object_get(call->request, "StartArns");
	const char *start = json_string_value(json_array_get(starts, 0));
	_cleanup_(walk_clear) struct walk walk = {
		.call = call,
		.up = !direction || strcmp(direction, "Descendants") != 0,
		.down = !direction || strcmp(direction, "Ascendants") != 0,
		.edges_wanted = !json_is_false(edges),
		.depth = pedigree_call_number(call, "MaxDepth", DEPTH),
		.places = pedigree_map_new(),
		.edges_seen = pedigree_map_new(),
	};
	enum pedigree_kind kind;
	pedigree_row row;
	int status = 0;

	if (!walk.places || !walk.edges_seen ||
	    pedigree_put(call->answer, "Vertices", json_array()) ||
	    pedigree_put(call->answer, "Edges", json_array()))
		return pedigree_fail_memory(err);
	if (!start)
		return pedigree_refuse(
			call, PEDIGREE_EINVAL,
			"1 validation error detected: Value at 'startArns' failed to satisfy constraint: Member must have one ARN to start from");
	status = pedigree_call_find_arn(call, start, &row, &kind, err);
	if (!status)
		status = walk_from(&walk, row, err);
	return status ? status : answer(&walk, err);
}
