/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "store/ledger_db.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/err.h"
#include "base/fs.h"

#ifndef FUSE_SUPER_MAGIC
#define FUSE_SUPER_MAGIC 0x65735546
#endif

/* File systems where processes of several hosts may have the file: WAL needs
   memory that all of them share. Those that linux/magic.h lacks are from
   statfs(2) and the sources of the file systems. */
static const uint32_t network_magics[] = {
	AFS_FS_MAGIC,	  AFS_SUPER_MAGIC, CODA_SUPER_MAGIC,
	FUSE_SUPER_MAGIC, NCP_SUPER_MAGIC, NFS_SUPER_MAGIC,
	SMB_SUPER_MAGIC,  V9FS_MAGIC,	   0xff534d42, /* CIFS */
	0xfe534d42,				       /* SMB2 */
	0x00c36400,				       /* Ceph */
	0x0bd00bd0,				       /* Lustre */
	0x47504653,				       /* GPFS */
	0x01161970,				       /* GFS2 */
	0x7461636f,				       /* OCFS2 */
	0x19830326,				       /* BeeGFS */
	0x20030528,				       /* OrangeFS */
	0xaad7aaea,				       /* PanFS */
	0x786f4256, /* VirtualBox shared folders */
};

bool pedigree_db_on_network(const char *path)
{
	struct statfs fs;

	if (statfs(path, &fs) < 0)
		return false;
	for (size_t i = 0; i < PEDIGREE_COUNT(network_magics); i++)
		if ((uint32_t)fs.f_type == network_magics[i])
			return true;
	return false;
}

static int code_of(int sqlite_code)
{
	switch (sqlite_code & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_PROTOCOL:
		return PEDIGREE_EBUSY;
	case SQLITE_NOMEM:
		return PEDIGREE_ENOMEM;
	case SQLITE_NOTADB:
	case SQLITE_CORRUPT:
	case SQLITE_SCHEMA:
	case SQLITE_ERROR: /* a table that should be there is not */
		return PEDIGREE_EFORMAT;
	case SQLITE_CONSTRAINT:
	case SQLITE_MISMATCH:
	case SQLITE_TOOBIG:
		return PEDIGREE_EINVAL;
	default:
		return PEDIGREE_EIO;
	}
}

static int fail_sqlite(const struct pedigree_db_kind *kind, const char *path,
		       int sqlite_code, const char *detail, const char *doing,
		       unsigned int timeout_ms, struct pedigree_error *err)
{
	int code = code_of(sqlite_code);

	switch (code) {
	case PEDIGREE_ENOMEM:
		return pedigree_fail_memory(err);
	case PEDIGREE_EBUSY:
		return pedigree_fail(
			err, code,
			"the %s %s was held by another process for more than %u ms; try again, and if it stays so, see which process has it open (fuser -v %s)",
			kind->what, path, timeout_ms, path);
	case PEDIGREE_EFORMAT:
		return pedigree_fail(err, code,
				     "%s is not a usable %s (%s); %s", path,
				     kind->what, detail, kind->advice);
	default:
		return pedigree_fail(err, code, "cannot %s the %s %s: %s",
				     doing, kind->what, path, detail);
	}
}

int pedigree_db_fail(struct pedigree_db *db, const char *doing,
		     struct pedigree_error *err)
{
	return fail_sqlite(db->kind, db->path,
			   sqlite3_extended_errcode(db->handle),
			   sqlite3_errmsg(db->handle), doing, db->timeout_ms,
			   err);
}

static int execute(struct pedigree_db *db, const char *sql, const char *doing,
		   struct pedigree_error *err)
{
	if (sqlite3_exec(db->handle, sql, NULL, NULL, NULL) != SQLITE_OK)
		return pedigree_db_fail(db, doing, err);
	return 0;
}

static int ask_number(struct pedigree_db *db, const char *sql,
		      int64_t *ret_number, struct pedigree_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int64_t number = 0;

	if (sqlite3_prepare_v2(db->handle, sql, -1, &stmt, NULL) != SQLITE_OK)
		return pedigree_db_fail(db, "open", err);
	int status = sqlite3_step(stmt);
	if (status == SQLITE_ROW)
		number = sqlite3_column_int64(stmt, 0);
	if (sqlite3_finalize(stmt) != SQLITE_OK)
		return pedigree_db_fail(db, "open", err);
	*ret_number = number;
	return 0;
}

/* SQLite takes a file of a few bytes for an empty database, and would write
   over it. */
static bool too_small(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_size > 0 && st.st_size < 512;
}

/* 1: ours, 0: empty (nobody's yet), or a failure. In a transaction, or it
   may see the identity as it was before another process made the tables. */
static int whose(struct pedigree_db *db, struct pedigree_error *err)
{
	const struct pedigree_db_kind *kind = db->kind;
	int64_t id, version, tables;
	int status;

	status = ask_number(db, "PRAGMA application_id", &id, err);
	if (!status)
		status = ask_number(db, "PRAGMA user_version", &version, err);
	if (!status)
		status = ask_number(db, "SELECT count(*) FROM sqlite_master",
				    &tables, err);
	if (status)
		return status;
	if (too_small(db->path))
		return pedigree_fail(
			err, PEDIGREE_EFORMAT,
			"%s is not a usable %s (file is not a database); %s",
			db->path, kind->what, kind->advice);
	if (id == 0 && version == 0 && tables == 0)
		return 0;
	if (id != kind->application_id)
		return pedigree_fail(
			err, PEDIGREE_EFORMAT,
			"%s is a database of another program, not a pedigree %s; %s",
			db->path, kind->what, kind->advice);
	if (version > kind->version)
		return pedigree_fail(
			err, PEDIGREE_EFORMAT,
			"the %s %s was written by a newer pedigree (format %lld, this one knows up to %d); install that version, or: %s",
			kind->what, db->path, (long long)version,
			(int)kind->version, kind->advice);
	if (version != kind->version)
		return pedigree_fail(
			err, PEDIGREE_EFORMAT,
			"the %s %s has format %lld, which no pedigree wrote; %s",
			kind->what, db->path, (long long)version, kind->advice);
	return 1;
}

/*
 * The file is made with mode 0600 before SQLite sees it; SQLite gives its
 * -wal and -shm files the same mode. O_EXCL matters: closing a descriptor of
 * a file that another connection of this process has open would drop that
 * connection's POSIX locks.
 */
static int make_file(const struct pedigree_db_kind *kind, const char *path,
		     struct pedigree_error *err)
{
	_cleanup_free_ char *folder = strdup(path);

	if (!folder)
		return pedigree_fail_memory(err);
	char *slash = strrchr(folder, '/');
	if (slash && slash != folder) {
		*slash = '\0';
		int status = pedigree_mkdirs(folder, 0700, err);
		if (status)
			return status;
	}
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return errno == EEXIST
			       ? 0
			       : pedigree_fail_errno(err,
						     "cannot make the %s %s",
						     kind->what, path);
	close(fd);
	return 0;
}

/*
 * Makes the tables of an empty file. It is done in one transaction and
 * before WAL is switched on, so that the identity stands in the file itself
 * as soon as anything does.
 */
static int make_schema(struct pedigree_db *db, struct pedigree_error *err)
{
	const struct pedigree_db_kind *kind = db->kind;
	_cleanup_buf_ struct pedigree_buf sql = PEDIGREE_BUF_INIT;
	int status = pedigree_db_begin(db, err);

	if (status)
		return status;
	status = whose(db, err);
	if (status) {
		/* Another process was faster, or it was never empty. */
		pedigree_db_rollback(db);
		return status < 0 ? status : 0;
	}
	pedigree_buf_addf(&sql,
			  "PRAGMA application_id = %d;"
			  "PRAGMA user_version = %d;%s",
			  (int)kind->application_id, (int)kind->version,
			  kind->schema);
	if (pedigree_buf_error(&sql))
		status = pedigree_fail_memory(err);
	if (!status)
		status = execute(db, sql.data, "make", err);
	if (!status)
		status = pedigree_db_commit(db, err);
	if (status)
		pedigree_db_rollback(db);
	return status;
}

static const char *const synchronous[] = {
	[PEDIGREE_DB_WRITE] = "PRAGMA synchronous = FULL",
	[PEDIGREE_DB_EDIT] = "PRAGMA synchronous = NORMAL",
	[PEDIGREE_DB_CACHE] = "PRAGMA synchronous = OFF",
};

static int set_up(struct pedigree_db *db, enum pedigree_db_mode mode,
		  struct pedigree_error *err)
{
	int status;

	sqlite3_extended_result_codes(db->handle, 1);
	sqlite3_busy_timeout(db->handle, (int)db->timeout_ms);
	/* Until the file is known to be ours, not even a checkpoint of what
	   its owner left in its log. */
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1,
			  NULL);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	status = execute(db, "BEGIN", "open", err);
	if (!status)
		status = whose(db, err);
	pedigree_db_rollback(db);
	if (status < 0)
		return status;
	/* Only memory can be what a rollback of nothing lacks. */
	if (!sqlite3_get_autocommit(db->handle))
		return pedigree_fail_memory(err);
	if (mode == PEDIGREE_DB_READ) {
		if (status == 0)
			return pedigree_fail(
				err, PEDIGREE_ENOTFOUND,
				"the %s %s is empty: nothing was recorded yet",
				db->kind->what, db->path);
		return execute(db, "PRAGMA query_only = 1", "open", err);
	}
	if (status == 0) {
		status = make_schema(db, err);
		if (status)
			return status;
	}
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0,
			  NULL);
	/* A refusal (others have it open, the mount lacks shared memory)
	   leaves a mode that works as well, only slower. */
	if (!pedigree_db_on_network(db->path))
		sqlite3_exec(db->handle, "PRAGMA journal_mode = WAL", NULL,
			     NULL, NULL);
	return execute(db, synchronous[mode], "open", err);
}

static int new_db(const struct pedigree_db_kind *kind, const char *path,
		  unsigned int timeout_ms, const char *const *sql, size_t n,
		  struct pedigree_db **ret_db, struct pedigree_error *err)
{
	struct pedigree_db *db = calloc(1, sizeof(*db));

	if (!db)
		return pedigree_fail_memory(err);
	db->kind = kind;
	db->sql = sql;
	db->n = n;
	db->timeout_ms = timeout_ms;
	db->path = strdup(path);
	db->prepared = calloc(n + 1, sizeof(*db->prepared));
	if (!db->path || !db->prepared) {
		pedigree_db_close(db);
		return pedigree_fail_memory(err);
	}
	*ret_db = db;
	return 0;
}

int pedigree_db_open(const struct pedigree_db_kind *kind, const char *path,
		     enum pedigree_db_mode mode, unsigned int timeout_ms,
		     const char *const *sql, size_t n,
		     struct pedigree_db **ret_db, struct pedigree_error *err)
{
	struct pedigree_db *db = NULL;
	struct stat st;
	int status;

	if (strcmp(path, PEDIGREE_DB_MEMORY) == 0) {
		;
	} else if (mode != PEDIGREE_DB_READ) {
		status = make_file(kind, path, err);
		if (status)
			return status;
	} else if (stat(path, &st) < 0 && errno == ENOENT) {
		return pedigree_fail(
			err, PEDIGREE_ENOTFOUND,
			"there is no %s yet (%s): nothing was recorded; record with `pedigree run -- COMMAND`",
			kind->what, path);
	}
	status = new_db(kind, path, timeout_ms, sql, n, &db, err);
	if (status)
		return status;
	status = sqlite3_open_v2(path, &db->handle,
				 SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
				 NULL);
	if (status != SQLITE_OK)
		status = db->handle ? pedigree_db_fail(db, "open", err)
				    : pedigree_fail_memory(err);
	else
		status = set_up(db, mode, err);
	if (status) {
		pedigree_db_close(db);
		return status;
	}
	*ret_db = db;
	return 0;
}

void pedigree_db_close(struct pedigree_db *db)
{
	if (!db)
		return;
	if (db->prepared)
		for (size_t i = 0; i < db->n; i++)
			sqlite3_finalize(db->prepared[i]);
	if (!db->joined)
		sqlite3_close(db->handle);
	free(db->prepared);
	free(db->path);
	free(db);
}

int pedigree_db_join(const struct pedigree_db *db, const char *const *sql,
		     size_t n, struct pedigree_db **ret_db,
		     struct pedigree_error *err)
{
	int status =
		new_db(db->kind, db->path, db->timeout_ms, sql, n, ret_db, err);

	if (status)
		return status;
	(*ret_db)->handle = db->handle;
	(*ret_db)->joined = true;
	return 0;
}

static int bind_bytes(sqlite3_stmt *stmt, int i, const struct pedigree_buf *buf)
{
	return sqlite3_bind_blob64(stmt, i, buf->data, buf->len, SQLITE_STATIC);
}

static int bind(sqlite3_stmt *stmt, const char *types, va_list args)
{
	for (int i = 1; *types; i++, types++) {
		int status;

		if (*types == 'i')
			status = sqlite3_bind_int64(stmt, i,
						    va_arg(args, int64_t));
		else if (*types == 'b')
			status = bind_bytes(
				stmt, i,
				va_arg(args, const struct pedigree_buf *));
		else
			status = sqlite3_bind_text(stmt, i,
						   va_arg(args, const char *),
						   -1, SQLITE_STATIC);
		if (status != SQLITE_OK)
			return status;
	}
	return SQLITE_OK;
}

static int start(struct pedigree_db *db, unsigned int id, const char *types,
		 va_list args, sqlite3_stmt **ret_stmt,
		 struct pedigree_error *err)
{
	sqlite3_stmt *stmt = db->prepared[id];

	if (!stmt) {
		if (sqlite3_prepare_v3(db->handle, db->sql[id], -1,
				       SQLITE_PREPARE_PERSISTENT, &stmt,
				       NULL) != SQLITE_OK)
			return pedigree_db_fail(db, "read", err);
		db->prepared[id] = stmt;
	}
	if (bind(stmt, types, args) != SQLITE_OK) {
		int status = pedigree_db_fail(db, "use", err);

		pedigree_db_done(stmt);
		return status;
	}
	*ret_stmt = stmt;
	return 0;
}

int pedigree_db_next(struct pedigree_db *db, sqlite3_stmt *stmt,
		     struct pedigree_error *err)
{
	int status = sqlite3_step(stmt);

	if (status == SQLITE_ROW)
		return 1;
	if (status != SQLITE_DONE) {
		status = pedigree_db_fail(
			db, sqlite3_stmt_readonly(stmt) ? "read" : "write to",
			err);
		pedigree_db_done(stmt);
		return status;
	}
	pedigree_db_done(stmt);
	return 0;
}

void pedigree_db_done(sqlite3_stmt *stmt)
{
	if (!stmt)
		return;
	sqlite3_reset(stmt);
	sqlite3_clear_bindings(stmt);
}

int pedigree_db_ask(struct pedigree_db *db, unsigned int id,
		    sqlite3_stmt **ret_stmt, struct pedigree_error *err,
		    const char *types, ...)
{
	sqlite3_stmt *stmt = NULL;
	va_list args;

	va_start(args, types);
	int status = start(db, id, types, args, &stmt, err);
	va_end(args);
	if (status)
		return status;
	status = pedigree_db_next(db, stmt, err);
	if (status > 0)
		*ret_stmt = stmt;
	return status;
}

int pedigree_db_run(struct pedigree_db *db, unsigned int id,
		    struct pedigree_error *err, const char *types, ...)
{
	sqlite3_stmt *stmt = NULL;
	va_list args;

	va_start(args, types);
	int status = start(db, id, types, args, &stmt, err);
	va_end(args);
	if (status)
		return status;
	status = pedigree_db_next(db, stmt, err);
	if (status > 0) {
		pedigree_db_done(stmt);
		status = 0;
	}
	return status;
}

int pedigree_db_begin(struct pedigree_db *db, struct pedigree_error *err)
{
	return execute(db, "BEGIN IMMEDIATE", "write to", err);
}

int pedigree_db_commit(struct pedigree_db *db, struct pedigree_error *err)
{
	return execute(db, "COMMIT", "write to", err);
}

void pedigree_db_rollback(struct pedigree_db *db)
{
	if (!sqlite3_get_autocommit(db->handle))
		sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
}

const char *pedigree_db_text(sqlite3_stmt *stmt, int column)
{
	const char *text = (const char *)sqlite3_column_text(stmt, column);

	return text ? text : "";
}
