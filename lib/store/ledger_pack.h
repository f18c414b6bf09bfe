/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Manifests in the ledger: compressed, since they are as long as a data set
 * has files. A blob of eight bytes, the text's length (least first), and a
 * zlib stream.
 */
#ifndef PEDIGREE_STORE_LEDGER_PACK_H
#define PEDIGREE_STORE_LEDGER_PACK_H

#include <stddef.h>

#include "base/buf.h"
#include "store/ledger_db.h"

/* Replaces the content of `ret`. PEDIGREE_ENOMEM. */
int pedigree_pack(const char *text, struct pedigree_buf *ret);
/* Any bytes: PEDIGREE_EFORMAT when they are no text packed. */
int pedigree_unpack(const void *bytes, size_t n, struct pedigree_buf *ret);
/* A column that is packed or, of an older ledger, text. */
int pedigree_unpack_column(sqlite3_stmt *stmt, int column,
			   struct pedigree_buf *ret);

#endif
