/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "store/ledger_keep.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/ledger_db.h"
#include "store/ledger_schema.h"

/* Long enough for a writer with a large record. */
#define TIMEOUT_MS 30000

/* A data set's own word for its list; its version may be something else. */
#define DIGEST "json_extract(y.doc, '$.Properties.Manifest')"
#define ARTIFACT "0" /* enum pedigree_kind; ledger_sql.c compares it */
/* When a run, or somebody, last had to do with it. */
#define USED "max(y.latest, y.modified)"

enum question {
	MANIFESTS,
	OF_RUN,
	FORGET,
	CHANGES,
	QUESTIONS
};

static const char *const questions[QUESTIONS] = {
	[MANIFESTS] =
		"SELECT m.digest, u.used, length(CAST(m.text AS BLOB)) FROM ("
		"SELECT " DIGEST " AS digest, max(" USED ") AS used "
		"FROM entity y WHERE y.kind = " ARTIFACT " GROUP BY 1) u "
		"JOIN manifest m ON m.digest = u.digest",
	[OF_RUN] = "SELECT " DIGEST " FROM run r "
		   "JOIN association a ON a.destination = r.entity "
		   "JOIN entity y ON y.id = a.source WHERE r.name = ?1 "
		   "UNION SELECT " DIGEST " FROM run r "
		   "JOIN association a ON a.source = r.entity "
		   "JOIN entity y ON y.id = a.destination WHERE r.name = ?1",
	/* In one statement, so that no run can name it in between. */
	[FORGET] = "DELETE FROM manifest WHERE digest = ?1 AND NOT EXISTS("
		   "SELECT 1 FROM entity y WHERE y.kind = " ARTIFACT
		   " AND " USED " > ?2 AND " DIGEST " = ?1)",
	[CHANGES] = "SELECT changes()",
};

struct pedigree_keeper {
	struct pedigree_db *db;
};

int pedigree_keeper_open(const struct pedigree_config *config, bool write,
			 struct pedigree_keeper **ret_keeper,
			 struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	struct pedigree_keeper *keeper;
	int status;

	if (pedigree_ledger_configured(config, &path, err))
		return PEDIGREE_ENOMEM;
	keeper = calloc(1, sizeof(*keeper));
	if (!keeper)
		return pedigree_fail_memory(err);
	status = pedigree_db_open(&pedigree_ledger_kind, path.data,
				  write ? PEDIGREE_DB_WRITE : PEDIGREE_DB_READ,
				  TIMEOUT_MS, questions, QUESTIONS, &keeper->db,
				  err);
	if (status) {
		free(keeper);
		return status;
	}
	*ret_keeper = keeper;
	return 0;
}

void pedigree_keeper_close(struct pedigree_keeper *keeper)
{
	if (!keeper)
		return;
	pedigree_db_close(keeper->db);
	free(keeper);
}

const char *pedigree_keeper_path(const struct pedigree_keeper *keeper)
{
	return keeper->db->path;
}

/*
 * Calls `each` with the rows of a question, `status` being pedigree_db_ask's
 * answer, until it does not answer 0. Ends the statement.
 */
static int each_row(struct pedigree_db *db, int status, sqlite3_stmt *stmt,
		    int (*each)(void *ctx, sqlite3_stmt *row), void *ctx,
		    struct pedigree_error *err)
{
	int answer = 0;

	while (status > 0 && !answer) {
		answer = each(ctx, stmt);
		if (!answer)
			status = pedigree_db_next(db, stmt, err);
	}
	pedigree_db_done(stmt);
	return answer ? answer : status;
}

struct manifests {
	int (*each)(void *ctx, const char *digest, int64_t used_ms,
		    uint64_t bytes);
	void *ctx;
};

static int tell_manifest(void *ctx, sqlite3_stmt *row)
{
	const struct manifests *to = ctx;

	return to->each(to->ctx, pedigree_db_text(row, 0),
			sqlite3_column_int64(row, 1),
			(uint64_t)sqlite3_column_int64(row, 2));
}

int pedigree_keeper_manifests(struct pedigree_keeper *keeper,
			      int (*each)(void *ctx, const char *digest,
					  int64_t used_ms, uint64_t bytes),
			      void *ctx, struct pedigree_error *err)
{
	struct manifests to = { .each = each, .ctx = ctx };
	sqlite3_stmt *stmt = NULL;
	int status = pedigree_db_ask(keeper->db, MANIFESTS, &stmt, err, "");

	return each_row(keeper->db, status, stmt, tell_manifest, &to, err);
}

struct digests {
	int (*each)(void *ctx, const char *digest);
	void *ctx;
};

static int tell_digest(void *ctx, sqlite3_stmt *row)
{
	const struct digests *to = ctx;

	return to->each(to->ctx, pedigree_db_text(row, 0));
}

int pedigree_keeper_of_run(struct pedigree_keeper *keeper, const char *run,
			   int (*each)(void *ctx, const char *digest),
			   void *ctx, struct pedigree_error *err)
{
	struct digests to = { .each = each, .ctx = ctx };
	sqlite3_stmt *stmt = NULL;
	int status = pedigree_db_ask(keeper->db, OF_RUN, &stmt, err, "s", run);

	return each_row(keeper->db, status, stmt, tell_digest, &to, err);
}

int pedigree_keeper_forget(struct pedigree_keeper *keeper, const char *digest,
			   int64_t used_ms, struct pedigree_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int status =
		pedigree_db_run(keeper->db, FORGET, err, "si", digest, used_ms);
	int changes = 0;

	if (!status)
		status = pedigree_db_ask(keeper->db, CHANGES, &stmt, err, "");
	if (status > 0)
		changes = sqlite3_column_int(stmt, 0);
	pedigree_db_done(stmt);
	return status < 0 ? status : changes > 0;
}
