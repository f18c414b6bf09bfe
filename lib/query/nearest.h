/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What somebody may have meant who misspelled a name.
 */
#ifndef PEDIGREE_QUERY_NEAREST_H
#define PEDIGREE_QUERY_NEAREST_H

#include "base/buf.h"
#include "store/ledger.h"

/*
 * Appends "'a', 'b' or 'c'": up to three recorded names that are near the
 * target, each of which may be asked for; nothing when none is. What cannot
 * be read is not told: this is no question of its own.
 */
void pedigree_nearest(struct pedigree_ledger *ledger, const char *target,
		      struct pedigree_buf *buf);

/* How many letters are wrong, missing, too many or in the wrong order,
   without case; more than `most` is answered as most + 1. */
size_t pedigree_edit_distance(const char *a, const char *b, size_t most);

#endif
