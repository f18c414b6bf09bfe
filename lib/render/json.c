/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers as JSON, in the API's words. An element of a list stands on a line
 * of its own.
 */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "base/err.h"
#include "graph/json.h"
#include "render/renderers.h"

static void add_true(struct pedigree_buf *buf, const char *key)
{
	pedigree_json_key(buf, key);
	pedigree_buf_add_str(buf, "true");
}

static void add_time(struct pedigree_buf *buf, const char *key, int64_t ms)
{
	if (ms <= 0)
		return;
	pedigree_json_key(buf, key);
	pedigree_buf_addf(buf, "%" PRId64 ".%03" PRId64, ms / 1000, ms % 1000);
}

static void add_extent(struct pedigree_buf *buf,
		       const struct pedigree_entity *entity)
{
	struct pedigree_extent extent;

	if (!pedigree_extent_of(entity, &extent))
		return;
	pedigree_json_key(buf, "Files");
	pedigree_buf_addf(buf, "%" PRIu64, extent.files);
	pedigree_json_key(buf, "FilesPresent");
	pedigree_buf_addf(buf, "%" PRIu64, extent.present);
}

static void add_vertex(struct pedigree_buf *buf,
		       const struct pedigree_entity *entity)
{
	pedigree_buf_add_char(buf, '{');
	pedigree_json_member(buf, "Arn", entity->arn);
	pedigree_json_member(buf, "LineageType",
			     pedigree_kind_word(entity->kind));
	pedigree_json_member(buf, "Type", pedigree_vertex_type(entity));
	pedigree_json_member(buf, "Name", entity->name);
	pedigree_json_member(buf, "SourceUri", entity->source_uri);
	if (entity->kind == PEDIGREE_ARTIFACT)
		pedigree_json_member(buf, "Version",
				     pedigree_version_of(entity));
	add_extent(buf, entity);
	add_time(buf, "CreationTime", entity->created_ms);
	pedigree_json_member(buf, "Status", entity->status);
	pedigree_buf_add_char(buf, '}');
}

static void add_edge(struct pedigree_buf *buf,
		     const struct pedigree_graph *graph,
		     const struct pedigree_graph_edge *edge)
{
	static const char *const deployed[] = {
		[PEDIGREE_DEPLOYED_CURRENT] = "Current",
		[PEDIGREE_DEPLOYED_REPLACED] = "Replaced",
		[PEDIGREE_DEPLOYED_FAILED] = "Failed",
	};

	pedigree_buf_add_char(buf, '{');
	pedigree_json_member(buf, "SourceArn",
			     graph->vertices.v[edge->source].entity.arn);
	pedigree_json_member(buf, "DestinationArn",
			     graph->vertices.v[edge->destination].entity.arn);
	pedigree_json_member(buf, "AssociationType", edge->type);
	if (edge->deployed)
		pedigree_json_member(buf, "Deployment",
				     deployed[edge->deployed]);
	if (edge->through)
		add_true(buf, "Through");
	pedigree_buf_add_char(buf, '}');
}

static void separate(struct pedigree_buf *buf, size_t i)
{
	pedigree_buf_add_str(buf, i ? ",\n" : "\n");
}

static int print_graph(const struct pedigree_graph *graph,
		       const struct pedigree_print *print, FILE *out,
		       struct pedigree_error *err)
{
	static const char *const directions[] = {
		[PEDIGREE_UP] = "Ascendants",
		[PEDIGREE_DOWN] = "Descendants",
		[PEDIGREE_BOTH] = "Both",
	};
	_cleanup_buf_ struct pedigree_buf buf = PEDIGREE_BUF_INIT;

	(void)print;
	pedigree_buf_add_char(&buf, '{');
	pedigree_json_member(&buf, "StartArn", graph->vertices.v[0].entity.arn);
	pedigree_json_member(&buf, "Direction", directions[graph->direction]);
	pedigree_json_key(&buf, "Vertices");
	pedigree_buf_add_char(&buf, '[');
	for (size_t i = 0; i < graph->vertices.n; i++) {
		separate(&buf, i);
		add_vertex(&buf, &graph->vertices.v[i].entity);
	}
	pedigree_buf_add_str(&buf, "\n]");
	pedigree_json_key(&buf, "Edges");
	pedigree_buf_add_char(&buf, '[');
	for (size_t i = 0; i < graph->edges.n; i++) {
		separate(&buf, i);
		add_edge(&buf, graph, &graph->edges.v[i]);
	}
	pedigree_buf_add_str(&buf, "\n]");
	pedigree_json_key(&buf, "DepthCut");
	pedigree_buf_add_str(&buf, graph->cut ? "true" : "false");
	if (graph->limited)
		add_true(&buf, "LimitCut");
	if (graph->left_out) {
		pedigree_json_key(&buf, "LeftOut");
		pedigree_buf_addf(&buf, "%zu", graph->left_out);
	}
	if (graph->tangled)
		add_true(&buf, "EdgesCut");
	pedigree_buf_add_str(&buf, "}\n");
	return pedigree_print_buf(&buf, out, err);
}

static int add_entity(struct pedigree_buf *buf,
		      const struct pedigree_entity *entity,
		      struct pedigree_error *err)
{
	return pedigree_entity_to_json(entity, true, buf, err);
}

static int add_neighbours(struct pedigree_buf *buf,
			  const struct pedigree_beside *beside,
			  const struct pedigree_shown *shown,
			  struct pedigree_error *err)
{
	const struct pedigree_neighbours *neighbours =
		beside->after ? &shown->after : &shown->before;
	size_t n = 0;

	pedigree_json_key(buf, beside->key);
	pedigree_buf_add_char(buf, '[');
	for (size_t i = 0; i < neighbours->n; i++) {
		const struct pedigree_entity *entity = &neighbours->v[i].entity;
		int rc;

		if (!(beside->kinds & 1u << entity->kind))
			continue;
		separate(buf, n++);
		rc = add_entity(buf, entity, err);
		if (rc < 0)
			return rc;
	}
	pedigree_buf_add_str(buf, n ? "\n]" : "]");
	return 0;
}

static int print_shown(const struct pedigree_shown *shown,
		       const struct pedigree_print *print, FILE *out,
		       struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf buf = PEDIGREE_BUF_INIT;
	int rc;

	(void)print;
	pedigree_buf_add_char(&buf, '{');
	pedigree_json_key(&buf, pedigree_kind_word(shown->entity.kind));
	rc = add_entity(&buf, &shown->entity, err);
	for (size_t i = 0; rc == 0 && i < PEDIGREE_BESIDES; i++)
		if (pedigree_besides[i].of & 1u << shown->entity.kind)
			rc = add_neighbours(&buf, &pedigree_besides[i], shown,
					    err);
	if (rc < 0)
		return rc;
	if (shown->capture) {
		pedigree_json_key(&buf, "Capture");
		pedigree_buf_add_str(&buf, shown->capture);
	}
	pedigree_json_member(&buf, "Run", shown->run);
	pedigree_buf_add_str(&buf, "}\n");
	return pedigree_print_buf(&buf, out, err);
}

static int print_list(const struct pedigree_entity *entities, size_t n,
		      enum pedigree_kind kind,
		      const struct pedigree_print *print, FILE *out,
		      struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf buf = PEDIGREE_BUF_INIT;

	(void)kind;
	(void)print;
	pedigree_buf_add_char(&buf, '[');
	for (size_t i = 0; i < n; i++) {
		int rc;

		separate(&buf, i);
		rc = add_entity(&buf, &entities[i], err);
		if (rc < 0)
			return rc;
	}
	pedigree_buf_add_str(&buf, n ? "\n]\n" : "]\n");
	return pedigree_print_buf(&buf, out, err);
}

/* As ListAssociations has them. */
static int print_associations(const struct pedigree_graph *graph,
			      const struct pedigree_print *print, FILE *out,
			      struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf buf = PEDIGREE_BUF_INIT;

	(void)print;
	pedigree_buf_add_char(&buf, '[');
	for (size_t i = 0; i < graph->edges.n; i++) {
		const struct pedigree_graph_edge *edge = &graph->edges.v[i];
		const struct pedigree_entity *source =
			&graph->vertices.v[edge->source].entity;
		const struct pedigree_entity *destination =
			&graph->vertices.v[edge->destination].entity;

		separate(&buf, i);
		pedigree_buf_add_char(&buf, '{');
		pedigree_json_member(&buf, "SourceArn", source->arn);
		pedigree_json_member(&buf, "DestinationArn", destination->arn);
		pedigree_json_member(&buf, "SourceType",
				     pedigree_vertex_type(source));
		pedigree_json_member(&buf, "DestinationType",
				     pedigree_vertex_type(destination));
		pedigree_json_member(&buf, "AssociationType", edge->type);
		pedigree_json_member(&buf, "SourceName", source->name);
		pedigree_json_member(&buf, "DestinationName",
				     destination->name);
		add_time(&buf, "CreationTime", edge->created_ms);
		pedigree_buf_add_char(&buf, '}');
	}
	pedigree_buf_add_str(&buf, graph->edges.n ? "\n]\n" : "]\n");
	return pedigree_print_buf(&buf, out, err);
}

/* VERSION <tab> SIZE <tab> PATH, after a line that names the format. */
static int print_manifest(const char *text, const struct pedigree_print *print,
			  FILE *out, struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf buf = PEDIGREE_BUF_INIT;
	const char *at = strchr(text, '\n');
	size_t n = 0;

	(void)print;
	pedigree_buf_add_char(&buf, '[');
	while (at && *++at) {
		const char *end = at + strcspn(at, "\n");
		_cleanup_free_ char *line = strndup(at, (size_t)(end - at));
		char *rest = line;
		const char *version, *size;

		if (!line)
			return pedigree_fail_memory(err);
		version = strsep(&rest, "\t");
		size = strsep(&rest, "\t");
		if (!size || !rest)
			return pedigree_fail(
				err, PEDIGREE_EFORMAT,
				"the manifest in the ledger is damaged: line %zu makes no sense",
				n + 2);
		separate(&buf, n++);
		pedigree_buf_add_char(&buf, '{');
		pedigree_json_member(&buf, "Path", rest);
		pedigree_json_key(&buf, "Size");
		pedigree_buf_addf(&buf, "%llu", strtoull(size, NULL, 10));
		pedigree_json_member(&buf, "Version",
				     *version ? version : NULL);
		pedigree_buf_add_char(&buf, '}');
		at = *end ? end : NULL;
	}
	pedigree_buf_add_str(&buf, n ? "\n]\n" : "]\n");
	return pedigree_print_buf(&buf, out, err);
}

const struct pedigree_renderer pedigree_render_json = {
	.format = PEDIGREE_JSON,
	.name = "json",
	.graph = print_graph,
	.shown = print_shown,
	.list = print_list,
	.associations = print_associations,
	.manifest = print_manifest,
};
