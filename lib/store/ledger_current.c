/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an endpoint serves now: its property CurrentDeployment is the ARN of
 * the newest deployment that did not fail, by when its run started and not
 * by when its record arrived. One that was deleted since serves nothing, and
 * has the property DeletedTime instead.
 */
#include "config.h"

#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "graph/json.h"
#include "store/ledger_write.h"

#define CURRENT "CurrentDeployment"
#define DELETED "DeletedTime"

/* 1 and the endpoint, 0 when the row is none, or a failure. */
static int read_endpoint(struct pedigree_ledger_put *put, pedigree_row row,
			 struct pedigree_entity *ret_context,
			 struct pedigree_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int status = pedigree_db_ask(put->db, PEDIGREE_SQL_ENDPOINT, &stmt, err,
				     "i", row);

	if (status <= 0)
		return status;
	status = pedigree_entity_from_json(
		PEDIGREE_CONTEXT, pedigree_db_text(stmt, 0),
		(size_t)sqlite3_column_bytes(stmt, 0), ret_context, err);
	pedigree_db_done(stmt);
	return status ? status : 1;
}

/* 1 and the newest deployment that did not fail, or the deletion; 0: there is
   none. */
static int newest(struct pedigree_ledger_put *put, pedigree_row context,
		  struct pedigree_entity *ret_action, int64_t *ret_start_ms,
		  struct pedigree_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int status = pedigree_db_ask(put->db, PEDIGREE_SQL_DEPLOYMENTS, &stmt,
				     err, "i", context);

	for (; status > 0; status = pedigree_db_next(put->db, stmt, err)) {
		struct pedigree_entity action = { 0 };
		int result = pedigree_entity_from_json(
			PEDIGREE_ACTION, pedigree_db_text(stmt, 0),
			(size_t)sqlite3_column_bytes(stmt, 0), &action, err);

		if (!result && action.status &&
		    !strcmp(action.status, "Failed")) {
			pedigree_entity_clear(&action);
			continue;
		}
		*ret_start_ms = sqlite3_column_int64(stmt, 1);
		pedigree_db_done(stmt);
		if (result)
			return result;
		*ret_action = action;
		return 1;
	}
	return status;
}

/* 1 when a property is not as it was; without a value it goes. */
static int set(struct pedigree_entity *context, const char *key,
	       const char *value)
{
	const char *known = pedigree_pairs_get(&context->properties, key);

	if (!value)
		return pedigree_pairs_drop(&context->properties, key);
	if (known && !strcmp(known, value))
		return 0;
	return pedigree_pairs_set(&context->properties, key, value) < 0
		       ? PEDIGREE_ENOMEM
		       : 1;
}

static int write_current(struct pedigree_ledger_put *put, pedigree_row row,
			 struct pedigree_entity *context,
			 const struct pedigree_entity *action, int64_t start_ms,
			 struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf doc = PEDIGREE_BUF_INIT;
	bool gone = pedigree_entity_deletes(action);
	int current = set(context, CURRENT, gone ? NULL : action->arn);
	int deleted = set(
		context, DELETED,
		gone ? pedigree_pairs_get(&action->properties, DELETED) : NULL);

	if (current < 0 || deleted < 0)
		return pedigree_fail_memory(err);
	if (!current && !deleted)
		return 0;
	if (start_ms > context->modified_ms)
		context->modified_ms = start_ms;
	int status = pedigree_entity_to_json(context, false, &doc, err);
	if (status)
		return status;
	return pedigree_db_run(put->db, PEDIGREE_SQL_SET_DOC, err, "isi", row,
			       doc.data, context->modified_ms);
}

int pedigree_ledger_set_current(struct pedigree_ledger_put *put,
				pedigree_row context,
				struct pedigree_error *err)
{
	struct pedigree_entity endpoint = { 0 }, action = { 0 };
	int64_t start_ms = 0;
	int status = read_endpoint(put, context, &endpoint, err);

	if (status > 0)
		status = newest(put, context, &action, &start_ms, err);
	if (status > 0)
		status = write_current(put, context, &endpoint, &action,
				       start_ms, err);
	pedigree_entity_clear(&action);
	pedigree_entity_clear(&endpoint);
	return status;
}
