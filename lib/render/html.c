/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A graph as one page that needs no other file. The page is made of the files
 * in page/, which are compiled in. The policy in it names the digests of its
 * one script and one style, so that nothing else in it can ever run, whatever
 * the data say; the data are JSON in a block that is no script, with the
 * characters of HTML written as numbers.
 */
#include "config.h"

#include <string.h>

#include "base/digest.h"
#include "base/err.h"
#include "graph/json.h"
#include "render/caption.h"
#include "render/label.h"
#include "render/page.h"
#include "render/renderers.h"

/* Of hex digits, two a byte. */
static unsigned int byte_at(const char *hex)
{
	static const char digits[] = "0123456789abcdef";

	return (unsigned int)((strchr(digits, hex[0]) - digits) << 4 |
			      (strchr(digits, hex[1]) - digits));
}

/* "'sha256-BASE64'", as Content-Security-Policy has digests. */
static int add_digest(struct pedigree_buf *buf, const char *text)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char hex[PEDIGREE_SHA256_HEX];
	int rc = pedigree_sha256(text, strlen(text), hex);

	if (rc < 0)
		return rc;
	pedigree_buf_add_str(buf, " 'sha256-");
	/* 32 bytes are ten groups of three and one of two. */
	for (size_t i = 0; i < 64; i += 6) {
		unsigned int bits = byte_at(hex + i) << 16 |
				    byte_at(hex + i + 2) << 8 |
				    (i < 60 ? byte_at(hex + i + 4) : 0);

		pedigree_buf_add_char(buf, letters[bits >> 18]);
		pedigree_buf_add_char(buf, letters[bits >> 12 & 63]);
		pedigree_buf_add_char(buf, letters[bits >> 6 & 63]);
		pedigree_buf_add_char(buf, i < 60 ? letters[bits & 63] : '=');
	}
	pedigree_buf_add_char(buf, '\'');
	return 0;
}

static int add_policy(struct pedigree_buf *buf)
{
	int rc;

	pedigree_buf_add_str(
		buf,
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; base-uri 'none'; form-action 'none'; script-src");
	rc = add_digest(buf, pedigree_page_script);
	pedigree_buf_add_str(buf, "; style-src");
	if (rc == 0)
		rc = add_digest(buf, pedigree_page_style);
	pedigree_buf_add_str(buf, "\">\n");
	return rc;
}

/* Text between tags. */
static void add_escaped(struct pedigree_buf *buf, const char *text)
{
	for (; *text; text++) {
		if (strchr("&<>\"'", *text))
			pedigree_buf_addf(buf, "&#%d;", *text);
		else
			pedigree_buf_add_char(buf, *text);
	}
}

/* JSON, in which these characters occur in strings alone. */
static void add_data(struct pedigree_buf *buf, const struct pedigree_buf *json)
{
	if (pedigree_buf_error(json))
		buf->failed = true;
	for (size_t i = 0; i < json->len; i++) {
		char c = json->data[i];

		if (c == '<' || c == '>' || c == '&')
			pedigree_buf_addf(buf, "\\u%04x", c);
		else
			pedigree_buf_add_char(buf, c);
	}
}

static int add_vertex(struct pedigree_buf *json,
		      const struct pedigree_entity *entity, bool whole,
		      struct pedigree_error *err)
{
	static const char *const looks[PEDIGREE_LOOKS] = {
		[PEDIGREE_LOOK_DATA] = "data",
		[PEDIGREE_LOOK_MODEL] = "model",
		[PEDIGREE_LOOK_CODE] = "code",
		[PEDIGREE_LOOK_RUN] = "run",
		[PEDIGREE_LOOK_ACTION] = "action",
		[PEDIGREE_LOOK_CONTEXT] = "context",
	};
	_cleanup_caption_ struct pedigree_caption caption;
	_cleanup_buf_ struct pedigree_buf name = PEDIGREE_BUF_INIT;
	const char *type = pedigree_vertex_type(entity);
	int rc = pedigree_caption_init(&caption, entity, whole);

	if (rc < 0)
		return pedigree_fail_memory(err);
	pedigree_label_name(entity, false, &name);
	if (pedigree_buf_error(&name))
		return pedigree_fail_memory(err);
	pedigree_buf_add_str(json, "{\"Arn\":");
	pedigree_json_string(json, entity->arn ? entity->arn : "");
	pedigree_buf_addf(json, ",\"Kind\":\"%s\",\"Look\":\"%s\",\"Type\":",
			  pedigree_kind_word(entity->kind),
			  looks[pedigree_caption_look(entity)]);
	pedigree_json_string(json, type ? type : "");
	pedigree_buf_add_str(json, ",\"Name\":");
	pedigree_json_string(json, name.data);
	pedigree_buf_add_str(json, ",\"Label\":");
	for (size_t i = 0; i < PEDIGREE_CAPTION_LINES; i++) {
		pedigree_buf_add_char(json, i ? ',' : '[');
		pedigree_json_string(json, caption.lines[i].data);
	}
	pedigree_buf_add_str(json, "],\"Entity\":");
	rc = pedigree_entity_to_json(entity, true, json, err);
	pedigree_buf_add_char(json, '}');
	return rc;
}

static void add_edge(struct pedigree_buf *json,
		     const struct pedigree_graph_edge *edge)
{
	const char *label = pedigree_caption_edge(edge);

	pedigree_buf_addf(json, "{\"Source\":%zu,\"Destination\":%zu",
			  edge->source, edge->destination);
	if (edge->type) {
		pedigree_buf_add_str(json, ",\"AssociationType\":");
		pedigree_json_string(json, edge->type);
	}
	if (label)
		pedigree_buf_addf(json, ",\"Label\":\"%s\"", label);
	pedigree_buf_add_str(json, edge->through ? ",\"Through\":true}" : "}");
}

static int add_lineage(struct pedigree_buf *json,
		       const struct pedigree_graph *graph, bool whole,
		       struct pedigree_error *err)
{
	struct pedigree_cuts cuts;
	int rc = 0;

	pedigree_buf_add_str(json, "{\"Vertices\":[");
	for (size_t i = 0; rc == 0 && i < graph->vertices.n; i++) {
		pedigree_buf_add_str(json, i ? ",\n" : "\n");
		rc = add_vertex(json, &graph->vertices.v[i].entity, whole, err);
	}
	pedigree_buf_add_str(json, "\n],\"Edges\":[");
	for (size_t i = 0, n = 0; i < graph->edges.n; i++) {
		if (graph->edges.v[i].shortcut)
			continue;
		pedigree_buf_add_str(json, n++ ? ",\n" : "\n");
		add_edge(json, &graph->edges.v[i]);
	}
	pedigree_buf_add_str(json, "\n],\"Notices\":[");
	pedigree_graph_cuts(graph, &cuts);
	for (size_t i = 0; cuts.sentences[i]; i++) {
		pedigree_buf_add_str(json, i ? "," : "");
		pedigree_json_string(json, cuts.sentences[i]);
	}
	pedigree_buf_add_str(json, "]}");
	return rc;
}

static int add_head(struct pedigree_buf *buf,
		    const struct pedigree_entity *entity)
{
	_cleanup_caption_ struct pedigree_caption caption;
	int rc = pedigree_caption_init(&caption, entity, true);

	if (rc < 0)
		return rc;
	pedigree_buf_add_str(
		buf,
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
	rc = add_policy(buf);
	pedigree_buf_add_str(
		buf,
		"<meta name=\"referrer\" content=\"no-referrer\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		"<title>Lineage of ");
	add_escaped(buf, caption.lines[PEDIGREE_CAPTION_NAME].data);
	pedigree_buf_add_str(buf, "</title>\n<style>");
	pedigree_buf_add_str(buf, pedigree_page_style);
	pedigree_buf_add_str(buf, "</style>\n</head>\n<body>\n");
	pedigree_buf_add_str(buf, pedigree_page_body);
	return rc;
}

int pedigree_html_print(const struct pedigree_graph *graph,
			const struct pedigree_print *print, FILE *out,
			struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf buf = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf json = PEDIGREE_BUF_INIT;
	int rc = add_lineage(&json, graph, print->wide, err);

	if (rc < 0)
		return rc;
	rc = add_head(&buf, &graph->vertices.v[0].entity);
	if (rc < 0)
		return pedigree_fail_memory(err);
	pedigree_buf_add_str(
		&buf, "<script type=\"application/json\" id=\"lineage\">\n");
	add_data(&buf, &json);
	pedigree_buf_add_str(&buf, "\n</script>\n<script>");
	pedigree_buf_add_str(&buf, pedigree_page_script);
	pedigree_buf_add_str(&buf, "</script>\n</body>\n</html>\n");
	return pedigree_print_buf(&buf, out, err);
}
