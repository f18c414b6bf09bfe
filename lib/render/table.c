/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables whose columns fit.
 */
#include "config.h"

#include <string.h>

#include "base/err.h"
#include "render/render.h"
#include "render/text.h"

#define GAP 2
#define NARROWEST 16

static const char *const inks[PEDIGREE_INKS] = {
	[PEDIGREE_INK_PLAIN] = "",	   [PEDIGREE_INK_BOLD] = "\033[1m",
	[PEDIGREE_INK_DIM] = "\033[2m",	   [PEDIGREE_INK_RED] = "\033[31m",
	[PEDIGREE_INK_GREEN] = "\033[32m", [PEDIGREE_INK_YELLOW] = "\033[33m",
	[PEDIGREE_INK_BLUE] = "\033[34m",  [PEDIGREE_INK_MAGENTA] = "\033[35m",
	[PEDIGREE_INK_CYAN] = "\033[36m",
};

struct pedigree_line *pedigree_table_line(struct pedigree_table *table)
{
	struct pedigree_line *line = pedigree_vec_push(&table->lines);

	for (size_t i = 0; line && i < PEDIGREE_COLUMNS; i++)
		pedigree_buf_init(&line->cells[i].text);
	return line;
}

void pedigree_cell_set(struct pedigree_line *line, size_t column,
		       const char *text, enum pedigree_ink ink, bool ascii)
{
	struct pedigree_cell *cell = &line->cells[column];

	cell->ink = ink;
	if (text)
		pedigree_text_add(&cell->text, text, ascii);
}

void pedigree_table_clear(struct pedigree_table *table)
{
	for (size_t i = 0; i < table->lines.n; i++)
		for (size_t j = 0; j < PEDIGREE_COLUMNS; j++)
			pedigree_buf_clear(&table->lines.v[i].cells[j].text);
	pedigree_vec_clear(&table->lines);
}

static void measure(const struct pedigree_table *table, size_t *widths)
{
	for (size_t i = 0; i < table->lines.n; i++)
		for (size_t j = 0; j < PEDIGREE_COLUMNS; j++) {
			size_t width = pedigree_text_width(
				table->lines.v[i].cells[j].text.data);

			if (width > widths[j])
				widths[j] = width;
		}
}

static size_t total(const size_t *widths)
{
	size_t sum = 0;

	for (size_t i = 0; i < PEDIGREE_COLUMNS; i++)
		if (widths[i])
			sum += widths[i] + (sum ? GAP : 0);
	return sum;
}

/* Takes what is too much from the widest elastic column. */
static bool squeeze(const struct pedigree_table *table, size_t room,
		    size_t *widths)
{
	size_t sum = total(widths);
	size_t widest = PEDIGREE_COLUMNS, second = NARROWEST, less;

	for (size_t i = 0; i < PEDIGREE_COLUMNS; i++)
		if (table->elastic & 1u << i && widths[i] > NARROWEST &&
		    (widest == PEDIGREE_COLUMNS || widths[i] > widths[widest]))
			widest = i;
	if (widest == PEDIGREE_COLUMNS)
		return false;
	for (size_t i = 0; i < PEDIGREE_COLUMNS; i++)
		if (table->elastic & 1u << i && i != widest &&
		    widths[i] > second && widths[i] < widths[widest])
			second = widths[i];
	less = sum - room;
	if (less > widths[widest] - second)
		less = widths[widest] - second;
	widths[widest] -= less;
	return true;
}

/* The width when every elastic column is as narrow as it may be. */
static size_t least(const struct pedigree_table *table, const size_t *widths)
{
	size_t narrow[PEDIGREE_COLUMNS];

	for (size_t i = 0; i < PEDIGREE_COLUMNS; i++)
		narrow[i] = table->elastic & 1u << i && widths[i] > NARROWEST
				    ? NARROWEST
				    : widths[i];
	return total(narrow);
}

static void fit(const struct pedigree_table *table, size_t room, size_t *widths)
{
	for (const unsigned char *drop = table->drop;
	     *drop && least(table, widths) > room; drop++)
		widths[*drop - 1] = 0;
	while (total(widths) > room && squeeze(table, room, widths))
		;
}

static void add_cell(const struct pedigree_cell *cell, size_t width,
		     const struct pedigree_print *print,
		     struct pedigree_buf *line)
{
	_cleanup_buf_ struct pedigree_buf cut = PEDIGREE_BUF_INIT;
	size_t lead;

	pedigree_text_cut(&cut, cell->text.data, width, print->ascii);
	lead = cell->lead < cut.len ? cell->lead : cut.len;
	pedigree_buf_add(line, cut.data, lead);
	if (print->colour && cell->ink && cut.len > lead) {
		pedigree_buf_add_str(line, inks[cell->ink]);
		pedigree_buf_add_str(line, cut.data + lead);
		pedigree_buf_add_str(line, "\033[0m");
	} else {
		pedigree_buf_add_str(line, cut.data + lead);
	}
}

static void print_line(const struct pedigree_line *from, const size_t *widths,
		       const struct pedigree_print *print,
		       struct pedigree_buf *line)
{
	size_t owed = 0;

	/* Spaces are written when something follows them. */
	for (size_t i = 0; i < PEDIGREE_COLUMNS; i++) {
		const struct pedigree_cell *cell = &from->cells[i];
		size_t width = pedigree_text_width(cell->text.data);

		if (!widths[i])
			continue;
		if (width > widths[i])
			width = widths[i];
		if (width) {
			for (; owed; owed--)
				pedigree_buf_add_char(line, ' ');
			add_cell(cell, widths[i], print, line);
		}
		owed += widths[i] - width + GAP;
	}
	pedigree_buf_add_char(line, '\n');
}

int pedigree_table_print(const struct pedigree_table *table,
			 const struct pedigree_print *print, FILE *out,
			 struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf line = PEDIGREE_BUF_INIT;
	size_t widths[PEDIGREE_COLUMNS] = { 0 };

	for (size_t i = 0; i < table->lines.n; i++)
		for (size_t j = 0; j < PEDIGREE_COLUMNS; j++)
			if (pedigree_buf_error(
				    &table->lines.v[i].cells[j].text))
				return pedigree_fail_memory(err);
	measure(table, widths);
	if (print->columns > 0 && !print->wide)
		fit(table, (size_t)print->columns, widths);
	for (size_t i = 0; i < table->lines.n; i++) {
		pedigree_buf_reset(&line);
		print_line(&table->lines.v[i], widths, print, &line);
		if (pedigree_buf_error(&line))
			return pedigree_fail_memory(err);
		fwrite(line.data, 1, line.len, out);
	}
	return pedigree_print_end(out, err);
}
