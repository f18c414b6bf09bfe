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

/* A reader on a connection that another has open; it goes first. */
int pedigree_ledger_join(const struct pedigree_db *db,
			 struct pedigree_ledger **ret_ledger,
			 struct pedigree_error *err);

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
/* Appends every row of source, destination, type, creation. */
int pedigree_ledger_read_edges(struct pedigree_db *db, sqlite3_stmt *stmt,
			       int status, struct pedigree_edges *edges,
			       struct pedigree_error *err);

/* Bind what a statement made of filters may name or not. */
void pedigree_ledger_bind_text(sqlite3_stmt *stmt, const char *name,
			       const char *text);
void pedigree_ledger_bind_number(sqlite3_stmt *stmt, const char *name,
				 int64_t number);

/*
 * Prepares a question that is not one of a table's. Its :name is bound to the
 * pattern for names with `part` in them (NULL: any), which `name`, empty
 * before, holds as long as the statement is used. To be finalized.
 */
int pedigree_ledger_prepare(struct pedigree_db *db,
			    const struct pedigree_buf *sql, const char *part,
			    struct pedigree_buf *name, sqlite3_stmt **ret_stmt,
			    struct pedigree_error *err);

#endif
