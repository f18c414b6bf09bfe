/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a target to a row of the ledger, which is the one of this machine, or
 * in memory and filled with what the service has around the target.
 */
#ifndef PEDIGREE_API_QUESTION_H
#define PEDIGREE_API_QUESTION_H

#include <pedigree/pedigree.h>
#include <pedigree/query.h>

#include "base/buf.h"
#include "store/ledger.h"
#include "store/ledger_edit.h"
#include "store/sagemaker_fetch.h"

/* What a question is answered from. */
struct pedigree_view {
	struct pedigree_ledger *ledger; /* NULL: nothing was recorded yet */
	struct pedigree_editor *editor; /* owns the ledger, or NULL */
};

/* `fetch` says what is needed of a service. PEDIGREE_ENOTFOUND when there is
   no ledger yet. */
int pedigree_view_open(const struct pedigree *pedigree,
		       const struct pedigree_fetch *fetch,
		       struct pedigree_view *ret, struct pedigree_error *err);
void pedigree_view_close(struct pedigree_view *view);

struct pedigree_question {
	struct pedigree_view view;
	struct pedigree_ledger *ledger; /* the view's */
	pedigree_row row;
	struct pedigree_buf note; /* a sentence for the user, or empty */
};

/* How far from the target the question goes; 0: no limit. */
struct pedigree_reach {
	enum pedigree_direction direction;
	unsigned int depth;
};

/*
 * Opens the view and finds the target, which may be an endpoint's name
 * before anything else when `endpoint`. The question is cleared whether or
 * not this succeeds.
 */
int pedigree_question_ask(const struct pedigree *pedigree, const char *target,
			  bool endpoint, const struct pedigree_reach *reach,
			  struct pedigree_question *question,
			  struct pedigree_error *err);
/* The ledger of this machine; without one it fails with what is known of `run`,
   which may go on right now. */
int pedigree_question_ledger(const struct pedigree *pedigree, const char *run,
			     struct pedigree_view *ret,
			     struct pedigree_error *err);
/* A run by its name or ARN; who else is called so is told. */
int pedigree_question_run(const struct pedigree *pedigree,
			  const struct pedigree_view *view, const char *run,
			  const struct pedigree_print *print,
			  pedigree_row *ret_row, struct pedigree_error *err);
void pedigree_question_clear(struct pedigree_question *question);

#endif
