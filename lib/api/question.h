/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a target to a row of the ledger.
 */
#ifndef PEDIGREE_API_QUESTION_H
#define PEDIGREE_API_QUESTION_H

#include <pedigree/pedigree.h>

#include "base/buf.h"
#include "store/ledger.h"

struct pedigree_question {
	struct pedigree_ledger *ledger;
	pedigree_row row;
	struct pedigree_buf note; /* a sentence for the user, or empty */
};

/*
 * Opens the ledger and finds the target, which may be an endpoint's name
 * before anything else when `endpoint`. The question is cleared whether or
 * not this succeeds.
 */
int pedigree_question_ask(const struct pedigree *pedigree, const char *target,
			  bool endpoint, struct pedigree_question *question,
			  struct pedigree_error *err);
void pedigree_question_clear(struct pedigree_question *question);

#endif
