/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing a record's edges. Several runs may state the same edge; it goes
 * when the last of them takes it back in a later revision.
 */
#include "config.h"

#include "base/err.h"
#include "store/ledger_write.h"

static bool is_experiment_entity(int kind)
{
	return kind == PEDIGREE_TRIAL_COMPONENT || kind == PEDIGREE_TRIAL ||
	       kind == PEDIGREE_EXPERIMENT;
}

static int find_end(struct pedigree_ledger_put *put, const char *arn,
		    struct pedigree_ledger_end *ret_end,
		    struct pedigree_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int status = arn ? pedigree_db_ask(put->db, PEDIGREE_SQL_WHERE, &stmt,
					   err, "s", arn)
			 : 0;

	if (status < 0)
		return status;
	if (status == 0)
		return pedigree_fail(
			err, PEDIGREE_EINVAL,
			"an association of the record ends at %s, which is neither in the record nor in the ledger",
			arn ? arn : "nothing");
	ret_end->row = sqlite3_column_int64(stmt, 0);
	ret_end->kind = sqlite3_column_int(stmt, 1);
	pedigree_db_done(stmt);
	return 0;
}

static int put_edge(struct pedigree_ledger_put *put,
		    const struct pedigree_record_association *edge,
		    struct pedigree_error *err)
{
	const struct pedigree_record *record = put->record;
	struct pedigree_ledger_end source, destination;
	int status = find_end(put, edge->source, &source, err);

	if (!status)
		status = find_end(put, edge->destination, &destination, err);
	if (status)
		return status;
	if (source.row == destination.row ||
	    (is_experiment_entity(source.kind) &&
	     is_experiment_entity(destination.kind)))
		return pedigree_fail(err, PEDIGREE_EINVAL,
				     "%s and %s may not be associated",
				     edge->source, edge->destination);
	status = pedigree_db_run(put->db, PEDIGREE_SQL_EDGE_ADD, err, "iisi",
				 source.row, destination.row, edge->type,
				 put->created_ms);
	if (!status)
		status = pedigree_db_run(put->db, PEDIGREE_SQL_STATE, err,
					 "siii", record->run, source.row,
					 destination.row,
					 (int64_t)record->revision);
	if (!status)
		status = pedigree_ledger_edge_touched(put, &source,
						      &destination, err);
	return status;
}

struct stale {
	struct pedigree_ledger_end source, destination;
};
PEDIGREE_VEC_TYPE(stales, struct stale);

static int find_stale(struct pedigree_ledger_put *put, struct stales *stales,
		      struct pedigree_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int status = pedigree_db_ask(put->db, PEDIGREE_SQL_STALE, &stmt, err,
				     "si", put->record->run,
				     (int64_t)put->record->revision);

	for (; status > 0; status = pedigree_db_next(put->db, stmt, err)) {
		struct stale *stale = pedigree_vec_push(stales);

		if (!stale) {
			pedigree_db_done(stmt);
			return pedigree_fail_memory(err);
		}
		stale->source.row = sqlite3_column_int64(stmt, 0);
		stale->destination.row = sqlite3_column_int64(stmt, 1);
		stale->source.kind = sqlite3_column_int(stmt, 2);
		stale->destination.kind = sqlite3_column_int(stmt, 3);
	}
	return status;
}

static int drop_stale(struct pedigree_ledger_put *put,
		      struct pedigree_error *err)
{
	struct stales stales = { 0 };
	int status = find_stale(put, &stales, err);

	if (!status && stales.n)
		status = pedigree_db_run(put->db, PEDIGREE_SQL_STATE_DROP, err,
					 "si", put->record->run,
					 (int64_t)put->record->revision);
	for (size_t i = 0; !status && i < stales.n; i++) {
		const struct stale *stale = &stales.v[i];

		status = pedigree_db_run(put->db, PEDIGREE_SQL_EDGE_DROP, err,
					 "ii", stale->source.row,
					 stale->destination.row);
		if (!status)
			status = pedigree_ledger_edge_touched(
				put, &stale->source, &stale->destination, err);
	}
	pedigree_vec_clear(&stales);
	return status;
}

int pedigree_ledger_put_edges(struct pedigree_ledger_put *put,
			      struct pedigree_error *err)
{
	for (size_t i = 0; i < put->record->associations.n; i++) {
		int status =
			put_edge(put, &put->record->associations.v[i], err);
		if (status)
			return status;
	}
	return drop_stale(put, err);
}
