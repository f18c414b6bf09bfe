/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Digests of files by their state. A row is never changed: another state of
 * the file is another row, so that what a run destroyed is still known by
 * what it looked like.
 */
#include "config.h"

#include <string.h>

#include "base/err.h"
#include "base/fs.h"
#include "store/ledger_db.h"
#include "store/store.h"

/* About 150 MiB with its index. */
#define ROWS_MAX "1000000"

/* It is only a cache: rather hash again than wait. */
#define TIMEOUT_MS 500

enum question {
	GET,
	GET_LOOSE,
	PUT,
	TRIM,
	QUESTIONS
};

static const char *const questions[QUESTIONS] = {
	[GET] = "SELECT sha256, md5, size FROM digest WHERE inode = ?1 "
		"AND device = ?2 AND size = ?3 AND mtime = ?4 AND ctime = ?5 "
		"ORDER BY id DESC LIMIT 1",
	[GET_LOOSE] = "SELECT sha256, md5, size FROM digest WHERE inode = ?1 "
		      "AND device = ?2 AND size = ?3 AND mtime = ?4 "
		      "ORDER BY id DESC LIMIT 1",
	[PUT] = "INSERT OR REPLACE INTO digest(inode, device, size, mtime, "
		"ctime, sha256, md5) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
	[TRIM] = "DELETE FROM digest WHERE id <= "
		 "(SELECT max(id) FROM digest) - " ROWS_MAX,
};

static const struct pedigree_db_kind digests_kind = {
	.what = "digest cache",
	.application_id = 0x50656463, /* "Pedc" */
	.version = 1,
	.schema = "CREATE TABLE digest("
		  "	id INTEGER PRIMARY KEY AUTOINCREMENT,"
		  "	inode INTEGER NOT NULL,"
		  "	device INTEGER NOT NULL,"
		  "	size INTEGER NOT NULL,"
		  "	mtime INTEGER NOT NULL,"
		  "	ctime INTEGER NOT NULL,"
		  "	sha256 TEXT NOT NULL,"
		  "	md5 TEXT NOT NULL,"
		  "	UNIQUE(inode, device, size, mtime, ctime));",
	.advice = "remove it, it is made anew",
};

struct pedigree_digests {
	struct pedigree_db *db; /* NULL: it cannot be used */
	bool written;
};

struct pedigree_digests *
pedigree_digests_open(const struct pedigree_config *config)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	struct pedigree_digests *digests = calloc(1, sizeof(*digests));

	if (!digests)
		return NULL;
	pedigree_path_join(&path, pedigree_config_data(config), "digests.db");
	if (!pedigree_buf_error(&path))
		pedigree_db_open(&digests_kind, path.data, PEDIGREE_DB_CACHE,
				 TIMEOUT_MS, questions, QUESTIONS, &digests->db,
				 NULL);
	return digests;
}

void pedigree_digests_close(struct pedigree_digests *digests)
{
	if (!digests)
		return;
	if (digests->db && digests->written)
		pedigree_db_run(digests->db, TRIM, NULL, "");
	pedigree_db_close(digests->db);
	free(digests);
}

static bool take_digest(sqlite3_stmt *stmt, struct pedigree_digest *ret)
{
	const char *sha256 = pedigree_db_text(stmt, 0);
	const char *md5 = pedigree_db_text(stmt, 1);
	bool whole = strlen(sha256) == PEDIGREE_SHA256_HEX - 1 &&
		     strlen(md5) == PEDIGREE_MD5_HEX - 1;

	if (whole) {
		memcpy(ret->sha256, sha256, PEDIGREE_SHA256_HEX);
		memcpy(ret->md5, md5, PEDIGREE_MD5_HEX);
		ret->size = (uint64_t)sqlite3_column_int64(stmt, 2);
	}
	pedigree_db_done(stmt);
	return whole;
}

static int64_t nanoseconds(const struct timespec *time)
{
	return (int64_t)time->tv_sec * 1000000000 + time->tv_nsec;
}

static bool get(void *ctx, const struct stat *st, bool loose,
		struct pedigree_digest *ret)
{
	struct pedigree_digests *digests = ctx;
	sqlite3_stmt *stmt = NULL;

	if (!digests->db)
		return false;
	int status = loose ? pedigree_db_ask(digests->db, GET_LOOSE, &stmt,
					     NULL, "iiii", (int64_t)st->st_ino,
					     (int64_t)st->st_dev,
					     (int64_t)st->st_size,
					     nanoseconds(&st->st_mtim))
			   : pedigree_db_ask(digests->db, GET, &stmt, NULL,
					     "iiiii", (int64_t)st->st_ino,
					     (int64_t)st->st_dev,
					     (int64_t)st->st_size,
					     nanoseconds(&st->st_mtim),
					     nanoseconds(&st->st_ctim));
	return status > 0 && take_digest(stmt, ret);
}

static bool get_old(void *ctx, const struct pedigree_old *old,
		    struct pedigree_digest *ret)
{
	struct pedigree_digests *digests = ctx;
	sqlite3_stmt *stmt = NULL;

	return digests->db &&
	       pedigree_db_ask(digests->db, GET_LOOSE, &stmt, NULL, "iiii",
			       (int64_t)old->inode, (int64_t)old->device,
			       (int64_t)old->size,
			       (int64_t)old->mtime_ns) > 0 &&
	       take_digest(stmt, ret);
}

static void put(void *ctx, const struct stat *st,
		const struct pedigree_digest *digest)
{
	struct pedigree_digests *digests = ctx;

	if (!digests->db)
		return;
	digests->written = true;
	pedigree_db_run(digests->db, PUT, NULL, "iiiiiss", (int64_t)st->st_ino,
			(int64_t)st->st_dev, (int64_t)st->st_size,
			nanoseconds(&st->st_mtim), nanoseconds(&st->st_ctim),
			digest->sha256, digest->md5);
}

void pedigree_digests_cache(struct pedigree_digests *digests,
			    struct pedigree_digest_cache *ret_cache)
{
	*ret_cache = (struct pedigree_digest_cache){ 0 };
	if (!digests)
		return;
	ret_cache->get = get;
	ret_cache->get_old = get_old;
	ret_cache->put = put;
	ret_cache->ctx = digests;
}
