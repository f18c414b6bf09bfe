/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A graph for Graphviz. Nodes are numbered, so that no name is ever a part of
 * the language; what names are made of stands in quoted strings, where
 * backslashes, quotes and ampersands mean something.
 */
#include "config.h"

#include "base/err.h"
#include "render/caption.h"
#include "render/renderers.h"
#include "render/text.h"

static void quote(struct pedigree_buf *buf, const char *text)
{
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			pedigree_buf_add_char(buf, '\\');
		if (*text == '&')
			pedigree_buf_add_str(buf, "&amp;");
		else
			pedigree_buf_add_char(buf, *text);
	}
}

static void quote_any(struct pedigree_buf *buf, const char *text)
{
	_cleanup_buf_ struct pedigree_buf shown = PEDIGREE_BUF_INIT;

	pedigree_text_add(&shown, text, false);
	if (pedigree_buf_error(&shown))
		buf->failed = true;
	quote(buf, shown.data);
}

static int add_node(struct pedigree_buf *buf,
		    const struct pedigree_graph *graph, size_t at, bool whole)
{
	static const char *const looks[PEDIGREE_LOOKS] = {
		[PEDIGREE_LOOK_DATA] = "",
		[PEDIGREE_LOOK_MODEL] = ", fillcolor=\"#d5f0dc\"",
		[PEDIGREE_LOOK_CODE] = ", fillcolor=\"#eeeeee\", shape=note",
		[PEDIGREE_LOOK_RUN] =
			", fillcolor=\"#d6ecfa\", style=\"filled,rounded\"",
		[PEDIGREE_LOOK_ACTION] =
			", fillcolor=\"#fdeecb\", style=\"filled,rounded\"",
		[PEDIGREE_LOOK_CONTEXT] =
			", fillcolor=\"#f3dcf5\", shape=component",
	};
	const struct pedigree_entity *entity = &graph->vertices.v[at].entity;
	_cleanup_caption_ struct pedigree_caption caption;
	int rc = pedigree_caption_init(&caption, entity, whole);

	if (rc < 0)
		return rc;
	pedigree_buf_addf(buf, "\tn%zu [label=\"", at);
	for (size_t i = 0; i < PEDIGREE_CAPTION_LINES; i++) {
		if (i && caption.lines[i].len)
			pedigree_buf_add_str(buf, "\\n");
		quote(buf, caption.lines[i].data);
	}
	pedigree_buf_addf(buf, "\"%s", looks[pedigree_caption_look(entity)]);
	pedigree_buf_add_str(buf, at ? "" : ", penwidth=2");
	pedigree_buf_add_str(buf, ", tooltip=\"");
	quote_any(buf, entity->source_uri ? entity->source_uri
		       : entity->arn	  ? entity->arn
					  : "");
	pedigree_buf_add_str(buf, "\"];\n");
	return 0;
}

static void add_edge(struct pedigree_buf *buf,
		     const struct pedigree_graph_edge *edge)
{
	const char *label = pedigree_caption_edge(edge);

	pedigree_buf_addf(buf, "\tn%zu -> n%zu", edge->source,
			  edge->destination);
	if (label)
		pedigree_buf_addf(buf, " [label=\"%s\"%s]", label,
				  edge->through ? ", style=dashed" : "");
	pedigree_buf_add_str(buf, ";\n");
}

int pedigree_dot_print(const struct pedigree_graph *graph,
		       const struct pedigree_print *print, FILE *out,
		       struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf buf = PEDIGREE_BUF_INIT;
	struct pedigree_cuts cuts;

	pedigree_buf_add_str(
		&buf,
		"digraph lineage {\n"
		"\trankdir=LR;\n"
		"\tcharset=\"UTF-8\";\n"
		"\tnode [shape=box, style=filled, fillcolor=white, fontname=\"sans-serif\", fontsize=11];\n"
		"\tedge [color=\"#666666\", fontname=\"sans-serif\", fontsize=9];\n");
	pedigree_graph_cuts(graph, &cuts);
	for (size_t i = 0; cuts.sentences[i]; i++)
		pedigree_buf_addf(
			&buf,
			"\tcut%zu [shape=plaintext, style=\"\", label=\"%s\"];\n",
			i, cuts.sentences[i]);
	for (size_t i = 0; i < graph->vertices.n; i++)
		if (add_node(&buf, graph, i, print->wide) < 0)
			return pedigree_fail_memory(err);
	for (size_t i = 0; i < graph->edges.n; i++)
		if (!graph->edges.v[i].shortcut)
			add_edge(&buf, &graph->edges.v[i]);
	pedigree_buf_add_str(&buf, "}\n");
	return pedigree_print_buf(&buf, out, err);
}
