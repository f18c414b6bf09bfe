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

static void add_key(struct pedigree_buf *buf, const char *key)
{
	size_t len = buf->len;

	if (len && buf->data[len - 1] != '{')
		pedigree_buf_add_char(buf, ',');
	pedigree_json_string(buf, key);
	pedigree_buf_add_char(buf, ':');
}

/* Absent members are left out, as the API does. */
static void add_text(struct pedigree_buf *buf, const char *key,
		     const char *value)
{
	if (!value)
		return;
	add_key(buf, key);
	pedigree_json_string(buf, value);
}

static void add_true(struct pedigree_buf *buf, const char *key)
{
	add_key(buf, key);
	pedigree_buf_add_str(buf, "true");
}

static void add_time(struct pedigree_buf *buf, const char *key, int64_t ms)
{
	if (ms <= 0)
		return;
	add_key(buf, key);
	pedigree_buf_addf(buf, "%" PRId64 ".%03" PRId64, ms / 1000, ms % 1000);
}

static void add_vertex(struct pedigree_buf *buf,
		       const struct pedigree_entity *entity)
{
	pedigree_buf_add_char(buf, '{');
	add_text(buf, "Arn", entity->arn);
	add_text(buf, "LineageType", pedigree_kind_word(entity->kind));
	add_text(buf, "Type", pedigree_vertex_type(entity));
	add_text(buf, "Name", entity->name);
	add_text(buf, "SourceUri", entity->source_uri);
	if (entity->kind == PEDIGREE_ARTIFACT)
		add_text(buf, "Version", pedigree_version_of(entity));
	add_time(buf, "CreationTime", entity->created_ms);
	add_text(buf, "Status", entity->status);
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
	add_text(buf, "SourceArn", graph->vertices.v[edge->source].entity.arn);
	add_text(buf, "DestinationArn",
		 graph->vertices.v[edge->destination].entity.arn);
	add_text(buf, "AssociationType", edge->type);
	if (edge->deployed)
		add_text(buf, "Deployment", deployed[edge->deployed]);
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
	add_text(&buf, "StartArn", graph->vertices.v[0].entity.arn);
	add_text(&buf, "Direction", directions[graph->direction]);
	add_key(&buf, "Vertices");
	pedigree_buf_add_char(&buf, '[');
	for (size_t i = 0; i < graph->vertices.n; i++) {
		separate(&buf, i);
		add_vertex(&buf, &graph->vertices.v[i].entity);
	}
	pedigree_buf_add_str(&buf, "\n]");
	add_key(&buf, "Edges");
	pedigree_buf_add_char(&buf, '[');
	for (size_t i = 0; i < graph->edges.n; i++) {
		separate(&buf, i);
		add_edge(&buf, graph, &graph->edges.v[i]);
	}
	pedigree_buf_add_str(&buf, "\n]");
	add_key(&buf, "DepthCut");
	pedigree_buf_add_str(&buf, graph->cut ? "true" : "false");
	if (graph->limited)
		add_true(&buf, "LimitCut");
	if (graph->left_out) {
		add_key(&buf, "LeftOut");
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

	add_key(buf, beside->key);
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
	add_key(&buf, pedigree_kind_word(shown->entity.kind));
	rc = add_entity(&buf, &shown->entity, err);
	for (size_t i = 0; rc == 0 && i < PEDIGREE_BESIDES; i++)
		if (pedigree_besides[i].of & 1u << shown->entity.kind)
			rc = add_neighbours(&buf, &pedigree_besides[i], shown,
					    err);
	if (rc < 0)
		return rc;
	if (shown->capture) {
		add_key(&buf, "Capture");
		pedigree_buf_add_str(&buf, shown->capture);
	}
	add_text(&buf, "Run", shown->run);
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
		add_text(&buf, "SourceArn", source->arn);
		add_text(&buf, "DestinationArn", destination->arn);
		add_text(&buf, "SourceType", pedigree_vertex_type(source));
		add_text(&buf, "DestinationType",
			 pedigree_vertex_type(destination));
		add_text(&buf, "AssociationType", edge->type);
		add_text(&buf, "SourceName", source->name);
		add_text(&buf, "DestinationName", destination->name);
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
		add_text(&buf, "Path", rest);
		add_key(&buf, "Size");
		pedigree_buf_addf(&buf, "%llu", strtoull(size, NULL, 10));
		add_text(&buf, "Version", *version ? version : NULL);
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
