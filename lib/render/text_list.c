/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The renderer for people: lists, and the table of its other parts.
 */
#include "config.h"

#include <string.h>

#include "base/err.h"
#include "render/label.h"
#include "render/renderers.h"
#include "render/text.h"

enum column {
	NAME,
	TYPE,
	STATE,
	WHEN,
	WHERE
};

static int add_heads(struct pedigree_table *table, const char *const *heads)
{
	struct pedigree_line *line = pedigree_table_line(table);

	if (!line)
		return PEDIGREE_ENOMEM;
	for (size_t i = 0; i < PEDIGREE_COLUMNS; i++)
		pedigree_cell_set(line, i, heads[i], PEDIGREE_INK_BOLD, true);
	return 0;
}

/* Where an entity is: not said twice of what has no other name. */
static void add_where(const struct pedigree_entity *entity,
		      struct pedigree_buf *text)
{
	if (entity->kind == PEDIGREE_ARTIFACT)
		pedigree_label_name(entity, true, text);
	else if (entity->kind == PEDIGREE_TRIAL_COMPONENT)
		pedigree_buf_add_str(text,
				     entity->message ? entity->message : "");
	else if (entity->source_uri)
		pedigree_buf_add_str(text, entity->source_uri);
}

static int add_entity(struct pedigree_table *table,
		      const struct pedigree_entity *entity,
		      const struct pedigree_print *print)
{
	struct pedigree_line *line = pedigree_table_line(table);
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;

	if (!line)
		return PEDIGREE_ENOMEM;
	pedigree_label_name(entity, false, &text);
	pedigree_cell_set(line, NAME, text.data, pedigree_label_ink(entity),
			  print->ascii);
	if (entity->kind != PEDIGREE_TRIAL_COMPONENT)
		pedigree_cell_set(line, TYPE, pedigree_label_type(entity),
				  PEDIGREE_INK_PLAIN, print->ascii);
	pedigree_buf_reset(&text);
	pedigree_label_state(entity, print->wide, &text);
	pedigree_label_extent(entity, &text);
	pedigree_cell_set(line, STATE, text.data, PEDIGREE_INK_PLAIN,
			  print->ascii);
	pedigree_buf_reset(&text);
	pedigree_label_time(entity, &text);
	pedigree_cell_set(line, WHEN, text.data, PEDIGREE_INK_DIM,
			  print->ascii);
	pedigree_buf_reset(&text);
	add_where(entity, &text);
	pedigree_cell_set(line, WHERE, text.data, PEDIGREE_INK_DIM,
			  print->ascii);
	return pedigree_buf_error(&text) ? PEDIGREE_ENOMEM : 0;
}

static int print_list(const struct pedigree_entity *entities, size_t n,
		      enum pedigree_kind kind,
		      const struct pedigree_print *print, FILE *out,
		      struct pedigree_error *err)
{
	static const char *const heads[PEDIGREE_KINDS][PEDIGREE_COLUMNS] = {
		[PEDIGREE_ARTIFACT] = { "ARTIFACT", "TYPE", "VERSION",
					"CREATED", "WHERE" },
		[PEDIGREE_ACTION] = { "ACTION", "TYPE", "STATUS", "BEGAN",
				      "WHAT" },
		[PEDIGREE_CONTEXT] = { "CONTEXT", "TYPE", "", "CREATED",
				       "WHAT" },
		[PEDIGREE_TRIAL_COMPONENT] = { "RUN", "", "STATUS", "BEGAN",
					       "MESSAGE" },
	};
	_cleanup_table_ struct pedigree_table table = {
		.elastic = 1u << NAME | 1u << WHERE,
		.drop = { WHERE + 1, STATE + 1, WHEN + 1, TYPE + 1 },
	};
	int rc = n ? add_heads(&table, heads[kind]) : 0;

	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = add_entity(&table, &entities[i], print);
	if (rc < 0)
		return pedigree_fail_memory(err);
	return pedigree_table_print(&table, print, out, err);
}

static int add_edge(struct pedigree_table *table,
		    const struct pedigree_graph *graph,
		    const struct pedigree_graph_edge *edge,
		    const struct pedigree_print *print)
{
	const struct pedigree_entity *ends[] = {
		&graph->vertices.v[edge->source].entity,
		&graph->vertices.v[edge->destination].entity,
	};
	struct pedigree_line *line = pedigree_table_line(table);
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;

	if (!line)
		return PEDIGREE_ENOMEM;
	for (size_t i = 0; i < 2; i++) {
		pedigree_buf_reset(&text);
		pedigree_label_name(ends[i], print->wide, &text);
		pedigree_cell_set(line, 2 * i, text.data,
				  pedigree_label_ink(ends[i]), print->ascii);
	}
	pedigree_cell_set(line, 1, edge->type, PEDIGREE_INK_DIM, print->ascii);
	pedigree_buf_reset(&text);
	pedigree_add_time(&text, edge->created_ms);
	pedigree_cell_set(line, WHEN, text.data, PEDIGREE_INK_DIM,
			  print->ascii);
	return pedigree_buf_error(&text) ? PEDIGREE_ENOMEM : 0;
}

static int print_associations(const struct pedigree_graph *graph,
			      const struct pedigree_print *print, FILE *out,
			      struct pedigree_error *err)
{
	static const char *const heads[PEDIGREE_COLUMNS] = {
		"SOURCE", "ASSOCIATION", "DESTINATION", "CREATED", "",
	};
	_cleanup_table_ struct pedigree_table table = {
		.elastic = 1u << 0 | 1u << 2,
		.drop = { WHEN + 1 },
	};
	int rc = graph->edges.n ? add_heads(&table, heads) : 0;

	for (size_t i = 0; rc == 0 && i < graph->edges.n; i++)
		rc = add_edge(&table, graph, &graph->edges.v[i], print);
	if (rc < 0)
		return pedigree_fail_memory(err);
	return pedigree_table_print(&table, print, out, err);
}

/* A manifest is text made to be read and to be sorted and cut by tools. */
static int print_manifest(const char *text, const struct pedigree_print *print,
			  FILE *out, struct pedigree_error *err)
{
	(void)print;
	fputs(text, out);
	return pedigree_print_end(out, err);
}

const struct pedigree_renderer pedigree_render_text = {
	.format = PEDIGREE_TEXT,
	.name = "text",
	.graph = pedigree_tree_print,
	.shown = pedigree_text_shown,
	.list = print_list,
	.associations = print_associations,
	.manifest = print_manifest,
};
