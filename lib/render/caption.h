/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands in and beside the boxes of a picture.
 */
#ifndef PEDIGREE_RENDER_CAPTION_H
#define PEDIGREE_RENDER_CAPTION_H

#include "base/buf.h"
#include "query/query.h"

/* Lines of a box: name, type and version or status, time. */
enum {
	PEDIGREE_CAPTION_NAME,
	PEDIGREE_CAPTION_WHAT,
	PEDIGREE_CAPTION_WHEN,
	PEDIGREE_CAPTION_LINES
};
struct pedigree_caption {
	struct pedigree_buf lines[PEDIGREE_CAPTION_LINES];
};

/* Printable text (text.h), shortened unless `whole`; a line may be empty. */
int pedigree_caption_init(struct pedigree_caption *caption,
			  const struct pedigree_entity *entity, bool whole);
void pedigree_caption_clear(struct pedigree_caption *caption);
#define _cleanup_caption_ _cleanup_(pedigree_caption_clear)

/* What an edge is called: "current", "same bytes", …; NULL: as all are. */
const char *pedigree_caption_edge(const struct pedigree_graph_edge *edge);

/* How a box looks. */
enum pedigree_look {
	PEDIGREE_LOOK_DATA,
	PEDIGREE_LOOK_MODEL,
	PEDIGREE_LOOK_CODE,
	PEDIGREE_LOOK_RUN,
	PEDIGREE_LOOK_ACTION,
	PEDIGREE_LOOK_CONTEXT,
	PEDIGREE_LOOKS
};
enum pedigree_look pedigree_caption_look(const struct pedigree_entity *entity);

#endif
