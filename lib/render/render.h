/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Printing what queries found. One renderer a format and a file; the list is
 * render.c's table. Text may carry colour; names and URIs are printed with
 * control characters escaped, so that no file name can drive a terminal.
 */
#ifndef PEDIGREE_RENDER_RENDER_H
#define PEDIGREE_RENDER_RENDER_H

#include <stdio.h>

#include <pedigree/error.h>
#include <pedigree/query.h>

#include "base/buf.h"
#include "query/query.h"

typedef int pedigree_graph_printer(const struct pedigree_graph *graph,
				   const struct pedigree_print *print,
				   FILE *out, struct pedigree_error *err);

struct pedigree_renderer {
	enum pedigree_format format;
	const char *name; /* "text", "json" */
	pedigree_graph_printer *graph;
	int (*shown)(const struct pedigree_shown *shown,
		     const struct pedigree_print *print, FILE *out,
		     struct pedigree_error *err);
	/* Entities of one kind, or associations (kind PEDIGREE_KINDS) as a
	   graph of edges. */
	int (*list)(const struct pedigree_entity *entities, size_t n,
		    enum pedigree_kind kind, const struct pedigree_print *print,
		    FILE *out, struct pedigree_error *err);
	int (*associations)(const struct pedigree_graph *graph,
			    const struct pedigree_print *print, FILE *out,
			    struct pedigree_error *err);
	/* The text of a manifest (graph/rollup.h). */
	int (*manifest)(const char *text, const struct pedigree_print *print,
			FILE *out, struct pedigree_error *err);
};

/* NULL: there is none, or it draws graphs alone. */
const struct pedigree_renderer *pedigree_renderer(enum pedigree_format format);
/* Of any format; NULL: there is none. */
pedigree_graph_printer *pedigree_graph_renderer(enum pedigree_format format);

/* Writes text with control characters and invalid UTF-8 as \xNN. */
void pedigree_print_text(FILE *out, const char *text);

/* What a graph lacks, in sentences for people. */
struct pedigree_cuts {
	const char *sentences[4]; /* ended by NULL */
};
void pedigree_graph_cuts(const struct pedigree_graph *graph,
			 struct pedigree_cuts *ret_cuts);

/* An error unless all of `out` was written. */
int pedigree_print_end(FILE *out, struct pedigree_error *err);

/* The same after writing all of `buf`, if that could be filled. */
int pedigree_print_buf(const struct pedigree_buf *buf, FILE *out,
		       struct pedigree_error *err);

/* "2026-11-22 23:01:07Z" (UTC); nothing for 0. */
void pedigree_add_time(struct pedigree_buf *buf, int64_t ms);

#endif
