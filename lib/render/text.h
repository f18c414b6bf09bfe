/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text for terminals: what may be shown of any bytes, how wide it is, and
 * tables whose columns fit.
 */
#ifndef PEDIGREE_RENDER_TEXT_H
#define PEDIGREE_RENDER_TEXT_H

#include <stdbool.h>
#include <stdio.h>

#include <pedigree/query.h>

#include "base/buf.h"
#include "base/vec.h"

/*
 * Appends text with control and invisible formatting characters and invalid
 * UTF-8 as \xNN; with `ascii` everything beyond ASCII.
 */
void pedigree_text_add(struct pedigree_buf *buf, const char *text, bool ascii);
/* Columns that printable text takes. */
size_t pedigree_text_width(const char *text);
/* Appends text cut to `width` columns, an ellipsis at its end when cut. */
void pedigree_text_cut(struct pedigree_buf *buf, const char *text, size_t width,
		       bool ascii);

enum pedigree_ink {
	PEDIGREE_INK_PLAIN,
	PEDIGREE_INK_BOLD,
	PEDIGREE_INK_DIM,
	PEDIGREE_INK_RED,
	PEDIGREE_INK_GREEN,
	PEDIGREE_INK_YELLOW,
	PEDIGREE_INK_BLUE,
	PEDIGREE_INK_MAGENTA,
	PEDIGREE_INK_CYAN,
	PEDIGREE_INKS
};

#define PEDIGREE_COLUMNS 5

struct pedigree_cell {
	struct pedigree_buf text; /* as it is to be seen */
	size_t lead;		  /* bytes of it that are lines of a tree */
	enum pedigree_ink ink;
};

struct pedigree_line {
	struct pedigree_cell cells[PEDIGREE_COLUMNS];
};

/*
 * A table that is printed when it is complete. Columns that do not fit are
 * first made narrower (`elastic`, a bit a column), then left out in the
 * order of `drop` (column numbers from 1, 0 ends the list).
 */
struct pedigree_table {
	PEDIGREE_VEC(struct pedigree_line) lines;
	unsigned int elastic;
	unsigned char drop[PEDIGREE_COLUMNS + 1];
};

/* A line of empty cells; NULL: out of memory. Valid until the next one. */
struct pedigree_line *pedigree_table_line(struct pedigree_table *table);
/* Fills a cell with escaped text. NULL text: empty. */
void pedigree_cell_set(struct pedigree_line *line, size_t column,
		       const char *text, enum pedigree_ink ink, bool ascii);
int pedigree_table_print(const struct pedigree_table *table,
			 const struct pedigree_print *print, FILE *out,
			 struct pedigree_error *err);
void pedigree_table_clear(struct pedigree_table *table);
#define _cleanup_table_ _cleanup_(pedigree_table_clear)

#endif
