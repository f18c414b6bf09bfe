/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What becomes of an entity that the ledger has and a record names again.
 * Knows nothing of SQLite.
 */
#ifndef PEDIGREE_STORE_LEDGER_MERGE_H
#define PEDIGREE_STORE_LEDGER_MERGE_H

#include <stdbool.h>
#include <stdint.h>

#include "graph/model.h"

/*
 * Merges `news` into `entity`. What identifies an entity, its CreationTime
 * and, of artifacts, what is known already stay: an artifact gains new
 * properties, and a type that says more than DataSet; of where it was met and
 * how much was there besides, and of other kinds, what `news` says wins when
 * `newer`. *ret_changed tells whether anything became
 * different. PEDIGREE_ENOMEM.
 */
int pedigree_ledger_merge(struct pedigree_entity *entity,
			  const struct pedigree_entity *news, bool newer,
			  bool *ret_changed);

/* The version that is searched for: the Digest property or the "sha256:…"
   value among the source types, else the first of these; NULL when there is
   none. Borrowed. */
const char *pedigree_ledger_version(const struct pedigree_entity *entity);
/* The Bytes property; -1 when there is none. */
int64_t pedigree_ledger_bytes(const struct pedigree_entity *entity);
/* The MD5 property as 32 lower-case hex digits; NULL. Borrowed. */
const char *pedigree_ledger_md5(const struct pedigree_entity *entity);
/* May SameAs tie this artifact? */
bool pedigree_ledger_tied(const struct pedigree_entity *entity);

#endif
