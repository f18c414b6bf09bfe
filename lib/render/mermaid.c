/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A flowchart for mermaid, as READMEs and wikis draw it. Nodes are numbered;
 * of their texts, letters, digits and what means nothing to mermaid or to
 * HTML stay as they are, and all else is written as a number.
 */
#include "config.h"

#include <ctype.h>
#include <string.h>

#include "base/err.h"
#include "render/caption.h"
#include "render/renderers.h"

/* What viewers draw unless they are told otherwise: maxEdges, maxTextSize. */
#define MOST_EDGES 500
#define MOST_TEXT 50000

static void quote(struct pedigree_buf *buf, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c >= 0x80 || isalnum(c) || strchr(" .,_-+/", c))
			pedigree_buf_add_char(buf, *text);
		else
			pedigree_buf_addf(buf, "#%d;", c);
	}
}

static int add_node(struct pedigree_buf *buf,
		    const struct pedigree_graph *graph, size_t at, bool whole)
{
	static const struct {
		const char *open, *close, *class;
	} looks[PEDIGREE_LOOKS] = {
		[PEDIGREE_LOOK_DATA] = { "[", "]", "data" },
		[PEDIGREE_LOOK_MODEL] = { "[", "]", "model" },
		[PEDIGREE_LOOK_CODE] = { "[", "]", "code" },
		[PEDIGREE_LOOK_RUN] = { "(", ")", "run" },
		[PEDIGREE_LOOK_ACTION] = { "(", ")", "action" },
		[PEDIGREE_LOOK_CONTEXT] = { "[[", "]]", "context" },
	};
	const struct pedigree_entity *entity = &graph->vertices.v[at].entity;
	enum pedigree_look look = pedigree_caption_look(entity);
	_cleanup_caption_ struct pedigree_caption caption;
	int rc = pedigree_caption_init(&caption, entity, whole);

	if (rc < 0)
		return rc;
	pedigree_buf_addf(buf, "  n%zu%s\"", at, looks[look].open);
	for (size_t i = 0; i < PEDIGREE_CAPTION_LINES; i++) {
		if (i && caption.lines[i].len)
			pedigree_buf_add_str(buf, "<br/>");
		quote(buf, caption.lines[i].data);
	}
	pedigree_buf_addf(buf, "\"%s:::%s\n", looks[look].close,
			  looks[look].class);
	return 0;
}

static void add_edge(struct pedigree_buf *buf,
		     const struct pedigree_graph_edge *edge)
{
	const char *label = pedigree_caption_edge(edge);

	pedigree_buf_addf(buf, "  n%zu %s", edge->source,
			  edge->through ? "-.->" : "-->");
	if (label)
		pedigree_buf_addf(buf, "|\"%s\"|", label);
	pedigree_buf_addf(buf, " n%zu\n", edge->destination);
}

static void warn(const struct pedigree_graph *graph,
		 const struct pedigree_buf *buf,
		 const struct pedigree_print *print)
{
	if (!print->note ||
	    (graph->edges.n <= MOST_EDGES && buf->len <= MOST_TEXT))
		return;
	print->note(
		print->note_ctx,
		"this is more than most viewers of mermaid draw (500 edges, 50,000 characters); a smaller --depth, --kind or --type makes it less");
}

int pedigree_mermaid_print(const struct pedigree_graph *graph,
			   const struct pedigree_print *print, FILE *out,
			   struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf buf = PEDIGREE_BUF_INIT;
	struct pedigree_cuts cuts;

	pedigree_buf_add_str(&buf, "flowchart LR\n");
	pedigree_graph_cuts(graph, &cuts);
	for (size_t i = 0; cuts.sentences[i]; i++) {
		pedigree_buf_addf(&buf, "  cut%zu[\"", i);
		quote(&buf, cuts.sentences[i]);
		pedigree_buf_add_str(&buf, "\"]\n");
	}
	for (size_t i = 0; i < graph->vertices.n; i++)
		if (add_node(&buf, graph, i, print->wide) < 0)
			return pedigree_fail_memory(err);
	for (size_t i = 0; i < graph->edges.n; i++)
		if (!graph->edges.v[i].shortcut)
			add_edge(&buf, &graph->edges.v[i]);
	pedigree_buf_add_str(
		&buf,
		"  classDef data fill:#ffffff,stroke:#888888,color:#000000\n"
		"  classDef model fill:#d5f0dc,stroke:#888888,color:#000000\n"
		"  classDef code fill:#eeeeee,stroke:#888888,color:#000000\n"
		"  classDef run fill:#d6ecfa,stroke:#888888,color:#000000\n"
		"  classDef action fill:#fdeecb,stroke:#888888,color:#000000\n"
		"  classDef context fill:#f3dcf5,stroke:#888888,color:#000000\n");
	warn(graph, &buf, print);
	return pedigree_print_buf(&buf, out, err);
}
