/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One SQLite file, opened with care, and its prepared statements. Used by
 * lib/store/ledger*.c only.
 *
 * A file is ours when its application_id says so. Anything else (no
 * database, somebody else's, one of a newer pedigree) is PEDIGREE_EFORMAT
 * before a single byte of it was changed.
 */
#ifndef PEDIGREE_STORE_LEDGER_DB_H
#define PEDIGREE_STORE_LEDGER_DB_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include <pedigree/error.h>

#include "base/base.h"
#include "base/buf.h"

/* What kind of file it is: one constant per kind. */
struct pedigree_db_kind {
	const char *what; /* "ledger", for messages */
	int32_t application_id;
	int32_t version;    /* user_version that this build writes */
	const char *schema; /* statements that make version `version` */
	const char *advice; /* what to do about a file that is not ours */
};

/* As a path: a database of this connection alone, in memory. */
#define PEDIGREE_DB_MEMORY ":memory:"

enum pedigree_db_mode {
	PEDIGREE_DB_READ,  /* never makes the file */
	PEDIGREE_DB_WRITE, /* makes it; a commit survives power loss */
	/* The same, but a commit survives only the end of the process until
	   the next checkpoint; closing the database makes one. */
	PEDIGREE_DB_EDIT,
	PEDIGREE_DB_CACHE /* makes it; the last commits may be lost */
};

struct pedigree_db {
	sqlite3 *handle;
	char *path;
	const struct pedigree_db_kind *kind;
	const char *const *sql;	 /* texts of the statements */
	sqlite3_stmt **prepared; /* NULL until first used */
	size_t n;
	unsigned int timeout_ms;
	bool joined; /* the handle is another's */
};

/*
 * `sql` has `n` texts and must outlive the database. PEDIGREE_ENOTFOUND (to
 * read, and there is none yet), PEDIGREE_EFORMAT, PEDIGREE_EBUSY,
 * PEDIGREE_EIO, PEDIGREE_ENOMEM.
 */
int pedigree_db_open(const struct pedigree_db_kind *kind, const char *path,
		     enum pedigree_db_mode mode, unsigned int timeout_ms,
		     const char *const *sql, size_t n,
		     struct pedigree_db **ret_db, struct pedigree_error *err);
void pedigree_db_close(struct pedigree_db *db);

/*
 * Another set of statements for the same connection, and so in the same
 * transactions. To be closed before `db` is.
 */
int pedigree_db_join(const struct pedigree_db *db, const char *const *sql,
		     size_t n, struct pedigree_db **ret_db,
		     struct pedigree_error *err);

/* Turns SQLite's last failure into ours: "DOING PATH: …". */
int pedigree_db_fail(struct pedigree_db *db, const char *doing,
		     struct pedigree_error *err);

/*
 * Starts statement `id` with its parameters bound in order: `types` has a
 * letter for each, 'i' an int64_t, 's' a string or NULL, 'b' the bytes of a
 * struct pedigree_buf. Strings are borrowed until the statement is done.
 * Returns 1 with *ret_stmt on the first row, 0 when there is none, or a
 * failure. Go on with pedigree_db_next; pedigree_db_done ends it early, and
 * does no harm after the last row (NULL is allowed).
 */
int pedigree_db_ask(struct pedigree_db *db, unsigned int id,
		    sqlite3_stmt **ret_stmt, struct pedigree_error *err,
		    const char *types, ...);
int pedigree_db_next(struct pedigree_db *db, sqlite3_stmt *stmt,
		     struct pedigree_error *err);
void pedigree_db_done(sqlite3_stmt *stmt);

/* The same for a statement that answers nothing: 0 or a failure. */
int pedigree_db_run(struct pedigree_db *db, unsigned int id,
		    struct pedigree_error *err, const char *types, ...);

/* BEGIN IMMEDIATE, COMMIT; rollback never fails. */
int pedigree_db_begin(struct pedigree_db *db, struct pedigree_error *err);
int pedigree_db_commit(struct pedigree_db *db, struct pedigree_error *err);
void pedigree_db_rollback(struct pedigree_db *db);

/* A column's text, "" when it is NULL. Valid until the next step. */
const char *pedigree_db_text(sqlite3_stmt *stmt, int column);

/* Is the file on a mount where SQLite's WAL cannot work? */
bool pedigree_db_on_network(const char *path);

#endif
