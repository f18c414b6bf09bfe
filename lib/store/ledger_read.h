/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the ledger's reader share.
 */
#ifndef PEDIGREE_STORE_LEDGER_READ_H
#define PEDIGREE_STORE_LEDGER_READ_H

#include "store/ledger.h"
#include "store/ledger_db.h"

struct pedigree_ledger {
	struct pedigree_db *db;
};

/* Texts of the two questions a trace asks; a test looks at their plans. */
#define PEDIGREE_LEDGER_EDGES_UP \
	"SELECT source, destination, type, created FROM association " \
	"WHERE destination = ?1 ORDER BY created, source"
#define PEDIGREE_LEDGER_EDGES_DOWN \
	"SELECT source, destination, type, created FROM association " \
	"WHERE source = ?1 ORDER BY created, destination"

/* Appends the first column of every row; `status` is that of _ask. */
int pedigree_ledger_rows(struct pedigree_db *db, sqlite3_stmt *stmt, int status,
			 struct pedigree_rows *rows,
			 struct pedigree_error *err);

#endif
