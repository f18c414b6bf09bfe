/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a trial component has no member for, as text that is kept like a
 * manifest, by its digest:
 *
 *	pedigree-sheet 1
 *	TOPIC TAB NAME TAB VALUE
 *	…
 *
 * NAME and VALUE are percent-encoded as in file URIs. A run has two, named by
 * parameters:
 *
 *	pedigree.recipe		how to do it again: "argument" (by number),
 *				"redacted" (those that are not whole),
 *				"folder", "name" (as it was asked for),
 *				"given" (parameters), "inherited" (open files:
 *				descriptor, r, w), "git", "environment",
 *				"allowed" (the patterns that chose the
 *				variables)
 *	pedigree.surroundings	what it ran on and with: "host", "python"
 *				(distributions), "debian" (packages), "partial"
 *				(topics that are not complete)
 */
#ifndef PEDIGREE_GRAPH_SHEET_H
#define PEDIGREE_GRAPH_SHEET_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/vec.h"
#include "graph/model.h"

#define PEDIGREE_PARAM_RECIPE "pedigree.recipe"
#define PEDIGREE_PARAM_SURROUNDINGS "pedigree.surroundings"
#define PEDIGREE_PARAM_RERUN_OF "pedigree.rerun-of"
#define PEDIGREE_PARAM_RUN "run" /* of a step: the run it is one of */

struct pedigree_sheet_line {
	char *topic, *name, *value;
};
PEDIGREE_VEC_TYPE(pedigree_sheet, struct pedigree_sheet_line);

void pedigree_sheet_begin(struct pedigree_buf *text);
void pedigree_sheet_add(struct pedigree_buf *text, const char *topic,
			const char *name, const char *value);

/* Lines that make no sense are left out. PEDIGREE_ENOMEM. */
int pedigree_sheet_read(const char *text, struct pedigree_sheet *ret_sheet);
void pedigree_sheet_clear(struct pedigree_sheet *sheet);

/* NULL: it does not say. Borrowed. */
const char *pedigree_sheet_get(const struct pedigree_sheet *sheet,
			       const char *topic, const char *name);
bool pedigree_sheet_has(const struct pedigree_sheet *sheet, const char *topic);

/* Is this a variable that its patterns choose? */
bool pedigree_sheet_allows(const struct pedigree_sheet *sheet,
			   const char *variable);

/* Takes the text into the record, as the one that `param` of the run names.
   Deployments have none. */
int pedigree_sheet_keep(struct pedigree_record *record, const char *param,
			struct pedigree_buf *text);

#endif
