/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Edges that follow from all records together, and not from any of them:
 *
 *	SameAs		artifacts with the same bytes under several URIs hang
 *			as a star on the one that was observed first
 *	DerivedFrom	an artifact on those that hold files of it:
 *			ledger_parts.c
 *	AssociatedWith	a run hangs on every endpoint that serves the bytes
 *			it produced
 *
 * They are a function of what the records state. A put makes them anew
 * around what it touched, so that the order of delivery does not matter.
 */
#include "config.h"

#include <string.h>

#include "base/err.h"
#include "store/ledger_read.h"
#include "store/ledger_schema.h"
#include "store/ledger_write.h"

static int touch(struct pedigree_ledger_put *put, struct pedigree_rows *rows,
		 pedigree_row row, struct pedigree_error *err)
{
	const int64_t key[] = { (const char *)rows - (const char *)put, row };
	pedigree_row *place;
	bool new;

	if (!put->touched)
		put->touched = pedigree_map_new();
	if (!put->touched ||
	    !pedigree_map_at(put->touched, key, sizeof(key), &new))
		return pedigree_fail_memory(err);
	if (!new)
		return 0;
	place = pedigree_vec_push(rows);
	if (!place)
		return pedigree_fail_memory(err);
	*place = row;
	return 0;
}

static int touch_contexts(struct pedigree_ledger_put *put,
			  enum pedigree_ledger_sql question, pedigree_row row,
			  struct pedigree_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int status = pedigree_db_ask(put->db, question, &stmt, err, "i", row);

	for (; status > 0; status = pedigree_db_next(put->db, stmt, err)) {
		int failure = touch(put, &put->contexts,
				    sqlite3_column_int64(stmt, 0), err);
		if (failure) {
			pedigree_db_done(stmt);
			return failure;
		}
	}
	return status;
}

int pedigree_ledger_artifact_touched(struct pedigree_ledger_put *put,
				     pedigree_row artifact,
				     struct pedigree_error *err)
{
	pedigree_row *place = pedigree_vec_push(&put->stars);

	if (!place)
		return pedigree_fail_memory(err);
	*place = artifact;
	return touch_contexts(put, PEDIGREE_SQL_CONTEXTS_OF_MODEL, artifact,
			      err);
}

int pedigree_ledger_edge_touched(struct pedigree_ledger_put *put,
				 const struct pedigree_ledger_end *source,
				 const struct pedigree_ledger_end *destination,
				 struct pedigree_error *err)
{
	int status = 0;

	if (source->kind == PEDIGREE_TRIAL_COMPONENT)
		status = touch(put, &put->runs, source->row, err);
	if (!status && source->kind == PEDIGREE_ARTIFACT)
		status = touch(put, &put->parts, source->row, err);
	if (!status && destination->kind == PEDIGREE_ARTIFACT)
		status = touch(put, &put->parts, destination->row, err);
	if (!status && destination->kind == PEDIGREE_CONTEXT)
		status = touch(put, &put->contexts, destination->row, err);
	if (!status && destination->kind == PEDIGREE_ACTION)
		status = touch_contexts(put, PEDIGREE_SQL_CONTEXTS_OF_ACTION,
					destination->row, err);
	if (!status && source->kind == PEDIGREE_ARTIFACT &&
	    destination->kind == PEDIGREE_ARTIFACT)
		status = pedigree_ledger_artifact_touched(put, destination->row,
							  err);
	return status;
}

/*
 * `artifact` is new, or was observed earlier than known, or may be tied
 * from now on or no longer. Mostly it is one more copy and gets its edge;
 * else the star is made again.
 */
static int set_star(struct pedigree_ledger_put *put, pedigree_row artifact,
		    struct pedigree_error *err)
{
	struct pedigree_db *db = put->db;
	sqlite3_stmt *stmt = NULL;
	pedigree_row centre = 0;
	bool tied = false;
	int status = pedigree_db_ask(db, PEDIGREE_SQL_STAR_CENTRE, &stmt, err,
				     "i", artifact);

	if (status > 0) {
		centre = sqlite3_column_int64(stmt, 0);
		tied = sqlite3_column_int(stmt, 1);
		pedigree_db_done(stmt);
		status = 0;
	}
	if (!status && tied && centre != artifact) {
		status = pedigree_db_ask(db, PEDIGREE_SQL_STAR_STANDS, &stmt,
					 err, "ii", centre, artifact);
		if (status > 0) {
			pedigree_db_done(stmt);
			return pedigree_db_run(db, PEDIGREE_SQL_STAR_ADD, err,
					       "ii", centre, artifact);
		}
	}
	/* One that is not tied has nothing to lose, as a rule: there may be a
	   hundred thousand files of the same few bytes. */
	if (!status && !tied) {
		status = pedigree_db_ask(db, PEDIGREE_SQL_STAR_OF, &stmt, err,
					 "i", artifact);
		pedigree_db_done(stmt);
		if (status <= 0)
			return status;
		status = 0;
	}
	if (!status)
		status = pedigree_db_run(db, PEDIGREE_SQL_STAR_DROP, err, "i",
					 artifact);
	if (!status && centre)
		status = pedigree_db_run(db, PEDIGREE_SQL_STAR_SET, err, "i",
					 centre);
	return status;
}

static int set_deployed(struct pedigree_ledger_put *put,
			const struct pedigree_rows *rows,
			enum pedigree_ledger_sql drop,
			enum pedigree_ledger_sql set,
			struct pedigree_error *err)
{
	for (size_t i = 0; i < rows->n; i++) {
		int status =
			pedigree_db_run(put->db, drop, err, "i", rows->v[i]);
		if (!status)
			status = pedigree_db_run(put->db, set, err, "i",
						 rows->v[i]);
		if (status)
			return status;
	}
	return 0;
}

/* What an artifact is a part of. */
static int read_parts(struct pedigree_ledger_put *put, pedigree_row artifact,
		      struct pedigree_rows *rows, struct pedigree_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int status = pedigree_db_ask(put->db, PEDIGREE_SQL_PARTS_INTO, &stmt,
				     err, "i", artifact);

	return pedigree_ledger_rows(put->db, stmt, status, rows, err);
}

static bool same_rows(const struct pedigree_rows *a,
		      const struct pedigree_rows *b)
{
	return a->n == b->n &&
	       (!a->n || !memcmp(a->v, b->v, a->n * sizeof(*a->v)));
}

/* Its endpoints are looked for only when it became, or is no longer, a part
   of something: it may be what a hundred thousand runs read. */
static int set_parts_of(struct pedigree_ledger_put *put, pedigree_row artifact,
			struct pedigree_error *err)
{
	_cleanup_(pedigree_rows_clear) struct pedigree_rows before = { 0 };
	_cleanup_(pedigree_rows_clear) struct pedigree_rows after = { 0 };
	int status = read_parts(put, artifact, &before, err);

	if (!status)
		status = pedigree_ledger_set_parts(put, artifact, err);
	if (!status)
		status = read_parts(put, artifact, &after, err);
	if (!status && !same_rows(&before, &after))
		status = touch_contexts(put, PEDIGREE_SQL_CONTEXTS_OF_MODEL,
					artifact, err);
	return status;
}

static int set_parts(struct pedigree_ledger_put *put,
		     struct pedigree_error *err)
{
	int status = 0;

	for (size_t i = 0; !status && i < put->parts.n; i++)
		status = set_parts_of(put, put->parts.v[i], err);
	return status;
}

int pedigree_ledger_apply_rules(struct pedigree_ledger_put *put,
				struct pedigree_error *err)
{
	for (size_t i = 0; i < put->stars.n; i++) {
		int status = set_star(put, put->stars.v[i], err);

		if (status)
			return status;
	}
	int status = set_parts(put, err);

	if (!status)
		status = set_deployed(put, &put->runs,
				      PEDIGREE_SQL_DEPLOYED_DROP_RUN,
				      PEDIGREE_SQL_DEPLOYED_SET_RUN, err);
	if (!status)
		status = set_deployed(put, &put->contexts,
				      PEDIGREE_SQL_DEPLOYED_DROP_CONTEXT,
				      PEDIGREE_SQL_DEPLOYED_SET_CONTEXT, err);
	for (size_t i = 0; !status && i < put->contexts.n; i++)
		status = pedigree_ledger_set_current(put, put->contexts.v[i],
						     err);
	return status;
}
