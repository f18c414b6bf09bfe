/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DerivedFrom between artifacts that have files in common: what one run wrote
 * is seldom cut as what the next one reads, or what is deployed.
 *
 *	data/ (all of it)	–DerivedFrom→	data/ (some of its files)
 *	data/			–DerivedFrom→	data/part-5.csv
 *	model/weights.bin	–DerivedFrom→	model/ (deployed as a folder)
 *
 * The first was produced by a run, the second by none, and a file of the same
 * path and version is in both. What several runs produced has its own history
 * and is not tied.
 */
#include "config.h"

#include <string.h>

#include "base/err.h"
#include "graph/rollup.h"
#include "store/ledger_pack.h"
#include "store/ledger_write.h"

struct part {
	pedigree_row row;
	char *uri, *version;
	char *place;	/* URI of the file or folder */
	char *manifest; /* NULL: a single file */
	bool produced;
	int64_t observed, latest;
};

static void part_clear(struct part *part)
{
	free(part->uri);
	free(part->version);
	free(part->place);
	free(part->manifest);
}

/* Columns of PEDIGREE_SQL_PART and its relatives. */
static int part_read(sqlite3_stmt *stmt, struct part *ret_part)
{
	struct part part = {
		.row = sqlite3_column_int64(stmt, 0),
		.uri = strdup(pedigree_db_text(stmt, 1)),
		.version = strdup(pedigree_db_text(stmt, 2)),
		.produced = sqlite3_column_int(stmt, 3),
		.observed = sqlite3_column_int64(stmt, 4),
		.latest = sqlite3_column_int64(stmt, 5),
	};
	bool folder = sqlite3_column_type(stmt, 6) != SQLITE_NULL;
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;

	/* A damaged one has no file in common with anything. */
	if (folder && pedigree_unpack_column(stmt, 6, &text) != PEDIGREE_ENOMEM)
		part.manifest = pedigree_buf_take(&text);
	part.place = strdup(pedigree_db_text(
		stmt, sqlite3_column_type(stmt, 7) == SQLITE_NULL ? 1 : 7));
	if (!part.uri || !part.place || !part.version ||
	    (folder && !part.manifest)) {
		part_clear(&part);
		return PEDIGREE_ENOMEM;
	}
	*ret_part = part;
	return 0;
}

/* What follows folder `uri` and its slash in `below`; "" when they are the
   same, NULL when it is not below. */
static const char *below(const char *uri, const char *below)
{
	size_t n = strlen(uri);

	if (strncmp(uri, below, n) != 0)
		return NULL;
	if (!below[n])
		return below + n;
	return below[n] == '/' ? below + n + 1 : NULL;
}

static bool has_file(const char *manifest, const char *path,
		     const char *version)
{
	struct pedigree_manifest_line line;

	return pedigree_manifest_find(manifest, path, &line) &&
	       strlen(version) == line.version_n &&
	       memcmp(version, line.version, line.version_n) == 0;
}

/* 1, 0 or a failure. */
static int have_common(const char *wide, const char *narrow, const char *prefix)
{
	_cleanup_map_ struct pedigree_map *lines = pedigree_map_new();
	_cleanup_buf_ struct pedigree_buf key = PEDIGREE_BUF_INIT;
	struct pedigree_manifest_line line;

	if (!lines)
		return PEDIGREE_ENOMEM;
	while (pedigree_manifest_next(&wide, &line)) {
		pedigree_buf_reset(&key);
		pedigree_buf_add(&key, line.version, line.version_n);
		pedigree_buf_add_char(&key, '\t');
		pedigree_buf_add(&key, line.path, line.path_n);
		if (pedigree_buf_error(&key) ||
		    !pedigree_map_at(lines, key.data, key.len, NULL))
			return PEDIGREE_ENOMEM;
	}
	while (pedigree_manifest_next(&narrow, &line)) {
		pedigree_buf_reset(&key);
		pedigree_buf_add(&key, line.version, line.version_n);
		pedigree_buf_add_char(&key, '\t');
		if (*prefix) {
			pedigree_buf_add_str(&key, prefix);
			pedigree_buf_add_char(&key, '/');
		}
		pedigree_buf_add(&key, line.path, line.path_n);
		if (pedigree_buf_error(&key))
			return PEDIGREE_ENOMEM;
		if (pedigree_map_has(lines, key.data, key.len))
			return 1;
	}
	return 0;
}

static int share(const struct part *a, const struct part *b)
{
	bool same = strcmp(a->uri, b->uri) == 0;
	const char *rest = same ? "" : below(a->place, b->place);
	const struct part *wide = a, *narrow = b;

	if (!rest) {
		wide = b;
		narrow = a;
		rest = below(b->place, a->place);
	}
	if (!rest || !wide->manifest)
		return 0;
	if (narrow->manifest)
		return have_common(wide->manifest, narrow->manifest, rest);
	return has_file(wide->manifest, rest, narrow->version);
}

static int tie(struct pedigree_ledger_put *put, const struct part *part,
	       const struct part *other, struct pedigree_error *err)
{
	const struct part *from = part->produced ? part : other;
	const struct part *to = part->produced ? other : part;
	int common = share(from, to);

	if (common < 0)
		return pedigree_fail_memory(err);
	return common ? pedigree_db_run(put->db, PEDIGREE_SQL_PART_ADD, err,
					"ii", from->row, to->row)
		      : 0;
}

static int tie_all(struct pedigree_ledger_put *put, const struct part *part,
		   enum pedigree_ledger_sql question, const char *uri,
		   struct pedigree_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int status = pedigree_db_ask(put->db, question, &stmt, err, "siiii",
				     uri, part->row, (int64_t)part->produced,
				     part->observed, part->latest);

	for (; status > 0; status = pedigree_db_next(put->db, stmt, err)) {
		struct part other;
		int failure = part_read(stmt, &other);

		if (!failure) {
			failure = tie(put, part, &other, err);
			part_clear(&other);
		} else {
			failure = pedigree_fail_memory(err);
		}
		if (failure) {
			pedigree_db_done(stmt);
			return failure;
		}
	}
	return status;
}

/* The folders that it is in, up to the first of its host. */
static int tie_above(struct pedigree_ledger_put *put, const struct part *part,
		     struct pedigree_error *err)
{
	_cleanup_free_ char *uri = strdup(part->place);
	const char *root = uri ? strstr(uri, "://") : NULL;
	int status = 0;
	char *slash;

	if (!uri)
		return pedigree_fail_memory(err);
	while (!status && root && (slash = strrchr(root + 3, '/')) != NULL &&
	       slash > root + 3) {
		*slash = '\0';
		status = tie_all(put, part, PEDIGREE_SQL_PARTS_AT, uri, err);
	}
	return status;
}

int pedigree_ledger_set_parts(struct pedigree_ledger_put *put,
			      pedigree_row artifact, struct pedigree_error *err)
{
	_cleanup_(part_clear) struct part part = { 0 };
	sqlite3_stmt *stmt = NULL;
	int status = pedigree_db_run(put->db, PEDIGREE_SQL_PARTS_DROP_FROM, err,
				     "i", artifact);

	if (!status)
		status = pedigree_db_run(put->db, PEDIGREE_SQL_PARTS_DROP_INTO,
					 err, "i", artifact);
	if (!status)
		status = pedigree_db_ask(put->db, PEDIGREE_SQL_PART, &stmt, err,
					 "i", artifact);
	if (status <= 0)
		return status;
	status = part_read(stmt, &part);
	pedigree_db_done(stmt);
	if (status)
		return pedigree_fail_memory(err);
	status = tie_above(put, &part, err);
	if (!status && part.manifest)
		status = tie_all(put, &part, PEDIGREE_SQL_PARTS_AT, part.uri,
				 err);
	if (!status && part.manifest && strcmp(part.place, part.uri) != 0)
		status = tie_all(put, &part, PEDIGREE_SQL_PARTS_AT, part.place,
				 err);
	if (!status && part.manifest)
		status = tie_all(put, &part, PEDIGREE_SQL_PARTS_BELOW,
				 part.place, err);
	return status;
}
