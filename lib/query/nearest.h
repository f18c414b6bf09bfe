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

#endif
