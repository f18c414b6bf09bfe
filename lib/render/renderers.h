/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The renderers that render.c lists, and the parts of the text one.
 */
#ifndef PEDIGREE_RENDER_RENDERERS_H
#define PEDIGREE_RENDER_RENDERERS_H

#include "render/render.h"

extern const struct pedigree_renderer pedigree_render_text;
extern const struct pedigree_renderer pedigree_render_json;

/*
 * What stands beside a shown entity: neighbours of some kinds on one side.
 * Kinds are bits, 1 << enum pedigree_kind.
 */
struct pedigree_beside {
	const char *key;     /* in JSON */
	const char *heading; /* in text */
	unsigned int of;     /* shown of these */
	bool after;	     /* else before */
	unsigned int kinds;
};
#define PEDIGREE_BESIDES 9
extern const struct pedigree_beside pedigree_besides[PEDIGREE_BESIDES];

pedigree_graph_printer pedigree_tree_print;
pedigree_graph_printer pedigree_dot_print;
pedigree_graph_printer pedigree_mermaid_print;
pedigree_graph_printer pedigree_html_print;
/* text_show.c */
int pedigree_text_shown(const struct pedigree_shown *shown,
			const struct pedigree_print *print, FILE *out,
			struct pedigree_error *err);

#endif
