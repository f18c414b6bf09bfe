/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The backend `ledger`: one record, one transaction.
 */
#include "config.h"

#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/err.h"
#include "graph/json.h"
#include "store/ledger.h"
#include "store/ledger_pack.h"
#include "store/ledger_schema.h"
#include "store/ledger_write.h"

/* Long enough for hundreds of writers to take their turn. */
#define TIMEOUT_MS 30000

struct ledger_backend {
	struct pedigree_backend base;
	struct pedigree_db *db;
};

static int ledger_open(const struct pedigree_backend_env *env,
		       struct pedigree_backend **ret_backend,
		       struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	struct ledger_backend *ledger;
	int status;

	pedigree_ledger_path(env->data_folder, env->option(env, "path"), &path);
	if (pedigree_buf_error(&path))
		return pedigree_fail_memory(err);
	ledger = calloc(1, sizeof(*ledger));
	if (!ledger)
		return pedigree_fail_memory(err);
	status = pedigree_db_open(
		&pedigree_ledger_kind, path.data, PEDIGREE_DB_WRITE,
		env->patience_ms ? env->patience_ms : TIMEOUT_MS,
		pedigree_ledger_sqls, PEDIGREE_SQLS, &ledger->db, err);
	if (status) {
		free(ledger);
		return status;
	}
	ledger->base.ops = &pedigree_ledger_ops;
	*ret_backend = &ledger->base;
	return 0;
}

static void ledger_close(struct pedigree_backend *backend)
{
	if (!backend)
		return;
	struct ledger_backend *ledger =
		pedigree_container_of(backend, struct ledger_backend, base);
	pedigree_db_close(ledger->db);
	free(ledger);
}

static int check(const struct pedigree_ledger_put *put,
		 const struct pedigree_delivery *delivery,
		 struct pedigree_error *err)
{
	const struct pedigree_record *record = put->record;

	if (!record->run || strcmp(record->run, delivery->run) != 0 ||
	    record->revision != delivery->revision)
		return pedigree_fail(
			err, PEDIGREE_EINVAL,
			"the record says it is %s, revision %u, and was delivered as %s, revision %u",
			record->run ? record->run : "of no run",
			record->revision, delivery->run, delivery->revision);
	if (record->entities.n == 0)
		return pedigree_fail(err, PEDIGREE_EINVAL,
				     "the record of %s has no entity",
				     record->run);
	return 0;
}

/* 1: this revision or a higher one is there already. */
static int is_known(struct pedigree_ledger_put *put, struct pedigree_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int status = pedigree_db_ask(put->db, PEDIGREE_SQL_RUN_GET, &stmt, err,
				     "s", put->record->run);

	if (status <= 0)
		return status;
	bool known =
		sqlite3_column_int64(stmt, 0) >= (int64_t)put->record->revision;
	pedigree_db_done(stmt);
	return known;
}

static int put_manifest(struct pedigree_ledger_put *put,
			const struct pedigree_manifest *manifest,
			struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf packed = PEDIGREE_BUF_INIT;
	sqlite3_stmt *stmt = NULL;
	int status = pedigree_db_ask(put->db, PEDIGREE_SQL_MANIFEST_HAS, &stmt,
				     err, "s", manifest->digest);

	pedigree_db_done(stmt);
	if (status < 0)
		return status;
	if (status > 0)
		return 0;
	if (pedigree_pack(manifest->text, &packed) < 0)
		return pedigree_fail_memory(err);
	return pedigree_db_run(put->db, PEDIGREE_SQL_MANIFEST_ADD, err, "sb",
			       manifest->digest, &packed);
}

static int put_run(struct pedigree_ledger_put *put, pedigree_row row,
		   struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf capture = PEDIGREE_BUF_INIT;
	const struct pedigree_record *record = put->record;
	int status = pedigree_capture_to_json(record, &capture, err);

	if (!status && pedigree_buf_error(&capture))
		status = pedigree_fail_memory(err);
	if (!status)
		status = pedigree_db_run(put->db, PEDIGREE_SQL_RUN_SET, err,
					 "siis", record->run,
					 (int64_t)record->revision, row,
					 capture.data);
	for (size_t i = 0; !status && i < record->manifests.n; i++)
		status = put_manifest(put, &record->manifests.v[i], err);
	return status;
}

static int write_all(struct pedigree_ledger_put *put,
		     struct pedigree_error *err)
{
	pedigree_row run = 0;
	int status = pedigree_ledger_put_entities(put, &run, err);

	if (!status)
		status = put_run(put, run, err);
	if (!status)
		status = pedigree_ledger_put_edges(put, err);
	if (!status)
		status = pedigree_ledger_apply_rules(put, err);
	return status;
}

static int transact(struct pedigree_ledger_put *put, struct pedigree_error *err)
{
	int status = pedigree_db_begin(put->db, err);

	if (status)
		return status;
	status = is_known(put, err);
	if (status == 0)
		status = write_all(put, err);
	if (status >= 0)
		status = pedigree_db_commit(put->db, err);
	if (status < 0)
		pedigree_db_rollback(put->db);
	return status;
}

static void set_times(struct pedigree_ledger_put *put)
{
	const struct pedigree_entity *run = &put->record->entities.v[0];
	int64_t now_ms = 0;
	struct timespec now;

	if (clock_gettime(CLOCK_REALTIME, &now) == 0)
		now_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	/* The API gives actions no start: theirs is when they were made. */
	put->start_ms = run->start_ms	  ? run->start_ms
			: run->created_ms ? run->created_ms
					  : now_ms;
	put->created_ms = run->created_ms ? run->created_ms : put->start_ms;
}

static enum pedigree_outcome
ledger_put(struct pedigree_backend *backend,
	   const struct pedigree_delivery *delivery, struct pedigree_error *err)
{
	struct ledger_backend *ledger =
		pedigree_container_of(backend, struct ledger_backend, base);
	_cleanup_record_ struct pedigree_record *record = NULL;
	struct pedigree_ledger_put put = { .db = ledger->db };
	int status = pedigree_record_from_json(delivery->json, delivery->n,
					       &record, err);

	if (status)
		return status == PEDIGREE_ENOMEM ? PEDIGREE_RETRY
						 : PEDIGREE_REJECTED;
	put.record = record;
	put.roles = pedigree_map_new();
	if (put.roles)
		status = check(&put, delivery, err);
	else
		status = pedigree_fail_memory(err);
	if (!status) {
		set_times(&put);
		status = transact(&put, err);
	}
	pedigree_map_free(put.roles);
	pedigree_map_free(put.touched);
	pedigree_vec_clear(&put.stars);
	pedigree_vec_clear(&put.parts);
	pedigree_vec_clear(&put.runs);
	pedigree_vec_clear(&put.contexts);
	if (!status)
		return PEDIGREE_DELIVERED;
	return status == PEDIGREE_EINVAL ? PEDIGREE_REJECTED : PEDIGREE_RETRY;
}

static const struct pedigree_backend_option options[] = {
	{
		.key = "path",
		.type = PEDIGREE_OPTION_PATH,
		.help = "the file; default: ledger.db in the data folder",
	},
	{ .key = NULL },
};

const struct pedigree_backend_ops pedigree_ledger_ops = {
	.version = PEDIGREE_BACKEND_VERSION,
	.name = "ledger",
	.summary = "a SQLite file that trace, show and list read",
	.options = options,
	.open = ledger_open,
	.close = ledger_close,
	.put = ledger_put,
};
