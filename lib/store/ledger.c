/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ledger's reader. One statement per question, all through an index.
 */
#include "config.h"

#include "store/ledger.h"

#include <ctype.h>
#include <string.h>

#include "base/err.h"
#include "graph/json.h"
#include "store/ledger_pack.h"
#include "store/ledger_read.h"
#include "store/ledger_schema.h"

/* A reader only ever waits for a commit. */
#define TIMEOUT_MS 10000

enum question {
	BY_ARN,
	BY_NAME,
	BY_KIND_NAME,
	NAMES,
	BY_URI,
	LATEST,
	BELOW,
	BY_VERSION,
	BY_MD5,
	LISTED,
	ENTITY,
	TAGS,
	CAPTURE,
	RUN,
	MANIFEST,
	EDGES_UP,
	EDGES_DOWN,
	DATA_VERSION,
	OUTLINE,
	QUESTIONS
};

static const char *const questions[QUESTIONS] = {
	[BY_ARN] = "SELECT id FROM entity WHERE arn = ?1",
	[BY_NAME] = "SELECT id FROM entity WHERE name = ?1 COLLATE NOCASE "
		    "ORDER BY created, id",
	[BY_KIND_NAME] = "SELECT id FROM entity "
			 "WHERE name = ?1 COLLATE NOCASE AND +kind = ?2 "
			 "ORDER BY created, id",
	[NAMES] = "SELECT name, CASE kind WHEN 0 THEN source_uri END "
		  "FROM entity ORDER BY id DESC LIMIT 100000",
	[BY_URI] = "SELECT id FROM entity WHERE source_uri = ?1 "
		   "ORDER BY created, id",
	[LATEST] = "SELECT id FROM entity WHERE source_uri = ?1 "
		   "AND +kind = 0 ORDER BY latest DESC, created DESC, id DESC "
		   "LIMIT 1",
	/* '0' comes after '/'. */
	[BELOW] = "SELECT DISTINCT source_uri FROM entity "
		  "WHERE source_uri >= ?1 "
		  "AND source_uri < substr(?1, 1, length(?1) - 1) || '0' "
		  "AND +kind = 0 ORDER BY source_uri LIMIT 1 OFFSET ?2",
	[BY_VERSION] = "SELECT id FROM entity WHERE version = ?1 "
		       "ORDER BY observed, produced, arn",
	[BY_MD5] = "SELECT id FROM entity WHERE md5 = ?1 "
		   "ORDER BY observed, produced, arn",
	[LISTED] = "SELECT y.id FROM manifest m "
		   "JOIN entity y ON y.version = 'sha256:' || m.digest "
		   "WHERE +y.kind = 0 ORDER BY y.latest DESC, y.id DESC",
	[ENTITY] = "SELECT kind, doc FROM entity WHERE id = ?1",
	[TAGS] = "SELECT key, value FROM tag WHERE entity = ?1 ORDER BY key",
	[CAPTURE] = "SELECT capture FROM run WHERE entity = ?1",
	[RUN] = "SELECT name FROM run WHERE entity = ?1",
	[MANIFEST] = "SELECT text FROM manifest WHERE digest = ?1",
	[EDGES_UP] = PEDIGREE_LEDGER_EDGES_UP,
	[EDGES_DOWN] = PEDIGREE_LEDGER_EDGES_DOWN,
	[DATA_VERSION] = "PRAGMA data_version",
	[OUTLINE] = "SELECT kind, arn, type, created, modified FROM entity "
		    "WHERE id = ?1 AND kind <> ?2",
};

int pedigree_ledger_open(const struct pedigree_config *config,
			 struct pedigree_ledger **ret_ledger,
			 struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	struct pedigree_ledger *ledger;

	if (pedigree_ledger_configured(config, &path, err))
		return PEDIGREE_ENOMEM;
	ledger = calloc(1, sizeof(*ledger));
	if (!ledger)
		return pedigree_fail_memory(err);
	int status = pedigree_db_open(&pedigree_ledger_kind, path.data,
				      PEDIGREE_DB_READ, TIMEOUT_MS, questions,
				      QUESTIONS, &ledger->db, err);
	if (status) {
		free(ledger);
		return status;
	}
	*ret_ledger = ledger;
	return 0;
}

int pedigree_ledger_join(const struct pedigree_db *db,
			 struct pedigree_ledger **ret_ledger,
			 struct pedigree_error *err)
{
	struct pedigree_ledger *ledger = calloc(1, sizeof(*ledger));

	if (!ledger)
		return pedigree_fail_memory(err);
	int status =
		pedigree_db_join(db, questions, QUESTIONS, &ledger->db, err);
	if (status) {
		free(ledger);
		return status;
	}
	*ret_ledger = ledger;
	return 0;
}

void pedigree_ledger_close(struct pedigree_ledger *ledger)
{
	if (!ledger)
		return;
	pedigree_db_close(ledger->db);
	free(ledger);
}

int pedigree_ledger_rows(struct pedigree_db *db, sqlite3_stmt *stmt, int status,
			 struct pedigree_rows *rows, struct pedigree_error *err)
{
	for (; status > 0; status = pedigree_db_next(db, stmt, err)) {
		pedigree_row *row = pedigree_vec_push(rows);

		if (!row) {
			pedigree_db_done(stmt);
			return pedigree_fail_memory(err);
		}
		*row = sqlite3_column_int64(stmt, 0);
	}
	return status;
}

static int rows_by_text(struct pedigree_ledger *ledger, enum question question,
			const char *text, struct pedigree_rows *rows,
			struct pedigree_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int status =
		pedigree_db_ask(ledger->db, question, &stmt, err, "s", text);

	return pedigree_ledger_rows(ledger->db, stmt, status, rows, err);
}

int pedigree_ledger_by_arn(struct pedigree_ledger *ledger, const char *arn,
			   struct pedigree_rows *rows,
			   struct pedigree_error *err)
{
	return rows_by_text(ledger, BY_ARN, arn, rows, err);
}

int pedigree_ledger_by_name(struct pedigree_ledger *ledger, int kind,
			    const char *name, struct pedigree_rows *rows,
			    struct pedigree_error *err)
{
	sqlite3_stmt *stmt = NULL;

	if (kind < 0)
		return rows_by_text(ledger, BY_NAME, name, rows, err);
	int status = pedigree_db_ask(ledger->db, BY_KIND_NAME, &stmt, err, "si",
				     name, (int64_t)kind);
	return pedigree_ledger_rows(ledger->db, stmt, status, rows, err);
}

int pedigree_ledger_names(struct pedigree_ledger *ledger,
			  bool (*each)(void *ctx, const char *name,
				       const char *uri),
			  void *ctx, struct pedigree_error *err)
{
	struct pedigree_db *db = ledger->db;
	sqlite3_stmt *stmt = NULL;
	int status = pedigree_db_ask(db, NAMES, &stmt, err, "");

	for (; status > 0; status = pedigree_db_next(db, stmt, err)) {
		const char *name = (const char *)sqlite3_column_text(stmt, 0);
		const char *uri = (const char *)sqlite3_column_text(stmt, 1);

		if ((name || uri) && !each(ctx, name, uri)) {
			pedigree_db_done(stmt);
			return 0;
		}
	}
	return status;
}

int pedigree_ledger_by_uri(struct pedigree_ledger *ledger, const char *uri,
			   struct pedigree_rows *rows,
			   struct pedigree_error *err)
{
	return rows_by_text(ledger, BY_URI, uri, rows, err);
}

_Static_assert(PEDIGREE_ARTIFACT == 0, "questions say so");

int pedigree_ledger_latest(struct pedigree_ledger *ledger, const char *uri,
			   pedigree_row *ret_row, struct pedigree_error *err)
{
	struct pedigree_rows rows = { 0 };
	int status = rows_by_text(ledger, LATEST, uri, &rows, err);

	if (!status && !rows.n)
		status = pedigree_fail(err, PEDIGREE_ENOTFOUND,
				       "no artifact has the URI %s", uri);
	if (!status)
		*ret_row = rows.v[0];
	pedigree_rows_clear(&rows);
	return status;
}

int pedigree_ledger_below(struct pedigree_ledger *ledger, const char *prefix,
			  size_t n, char **ret_uri, struct pedigree_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int status = pedigree_db_ask(ledger->db, BELOW, &stmt, err, "si",
				     prefix, (int64_t)n);
	char *uri;

	if (status <= 0)
		return status ? status
			      : pedigree_fail(err, PEDIGREE_ENOTFOUND,
					      "no artifact is below %s",
					      prefix);
	uri = strdup(pedigree_db_text(stmt, 0));
	pedigree_db_done(stmt);
	if (!uri)
		return pedigree_fail_memory(err);
	*ret_uri = uri;
	return 0;
}

int pedigree_ledger_by_digest(struct pedigree_ledger *ledger,
			      const char *digest, struct pedigree_rows *rows,
			      struct pedigree_error *err)
{
	size_t n = strlen(digest);

	if (n == 32 && strspn(digest, "0123456789abcdef") == n)
		return rows_by_text(ledger, BY_MD5, digest, rows, err);
	return rows_by_text(ledger, BY_VERSION, digest, rows, err);
}

int pedigree_ledger_listed(struct pedigree_ledger *ledger,
			   struct pedigree_rows *rows,
			   struct pedigree_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int status = pedigree_db_ask(ledger->db, LISTED, &stmt, err, "");

	return pedigree_ledger_rows(ledger->db, stmt, status, rows, err);
}

static int read_tags(struct pedigree_ledger *ledger, pedigree_row row,
		     struct pedigree_entity *entity, struct pedigree_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int status = pedigree_db_ask(ledger->db, TAGS, &stmt, err, "i", row);

	for (; status > 0; status = pedigree_db_next(ledger->db, stmt, err)) {
		if (pedigree_pairs_add(&entity->tags, pedigree_db_text(stmt, 0),
				       pedigree_db_text(stmt, 1)) < 0) {
			pedigree_db_done(stmt);
			return pedigree_fail_memory(err);
		}
	}
	return status;
}

int pedigree_ledger_entity(struct pedigree_ledger *ledger, pedigree_row row,
			   struct pedigree_entity *ret_entity,
			   struct pedigree_error *err)
{
	struct pedigree_entity entity = { 0 };
	sqlite3_stmt *stmt = NULL;
	int status = pedigree_db_ask(ledger->db, ENTITY, &stmt, err, "i", row);

	if (status < 0)
		return status;
	if (status == 0)
		return pedigree_fail(err, PEDIGREE_ENOTFOUND,
				     "the ledger has no entity %lld",
				     (long long)row);
	int kind = sqlite3_column_int(stmt, 0);
	if (kind < 0 || kind >= PEDIGREE_KINDS)
		status = pedigree_fail(err, PEDIGREE_EFORMAT,
				       "%s holds an entity of unknown kind %d",
				       ledger->db->path, kind);
	else
		status = pedigree_entity_from_json(
			(enum pedigree_kind)kind, pedigree_db_text(stmt, 1),
			(size_t)sqlite3_column_bytes(stmt, 1), &entity, err);
	pedigree_db_done(stmt);
	if (status)
		return status;
	status = read_tags(ledger, row, &entity, err);
	if (status) {
		pedigree_entity_clear(&entity);
		return status;
	}
	*ret_entity = entity;
	return 0;
}

int pedigree_ledger_outline(struct pedigree_ledger *ledger, pedigree_row row,
			    struct pedigree_entity *ret_entity,
			    struct pedigree_error *err)
{
	struct pedigree_entity entity = { 0 };
	sqlite3_stmt *stmt = NULL;
	const char *type;
	int status = pedigree_db_ask(ledger->db, OUTLINE, &stmt, err, "ii", row,
				     (int64_t)PEDIGREE_TRIAL_COMPONENT);

	if (status < 0)
		return status;
	/* A trial component, or one that the other knows to complain of. */
	if (status == 0 || sqlite3_column_int(stmt, 0) < 0 ||
	    sqlite3_column_int(stmt, 0) >= PEDIGREE_KINDS) {
		pedigree_db_done(stmt);
		return pedigree_ledger_entity(ledger, row, ret_entity, err);
	}
	type = (const char *)sqlite3_column_text(stmt, 2);
	entity.kind = (enum pedigree_kind)sqlite3_column_int(stmt, 0);
	entity.arn = strdup(pedigree_db_text(stmt, 1));
	entity.type = type ? strdup(type) : NULL;
	entity.created_ms = sqlite3_column_int64(stmt, 3);
	entity.modified_ms = sqlite3_column_int64(stmt, 4);
	if (!entity.arn || (type && !entity.type)) {
		pedigree_db_done(stmt);
		pedigree_entity_clear(&entity);
		return pedigree_fail_memory(err);
	}
	pedigree_db_done(stmt);
	*ret_entity = entity;
	return 0;
}

/* The text of a question's only row, replacing what `ret_text` held. */
static int text_of(struct pedigree_ledger *ledger, sqlite3_stmt *stmt,
		   int status, struct pedigree_buf *ret_text,
		   struct pedigree_error *err)
{
	if (status < 0)
		return status;
	pedigree_buf_reset(ret_text);
	if (status > 0) {
		const char *text = pedigree_db_text(stmt, 0);

		pedigree_buf_add(ret_text, text,
				 (size_t)sqlite3_column_bytes(stmt, 0));
		pedigree_db_done(stmt);
	}
	(void)ledger;
	return pedigree_buf_error(ret_text) ? pedigree_fail_memory(err) : 0;
}

int pedigree_ledger_capture(struct pedigree_ledger *ledger, pedigree_row row,
			    struct pedigree_buf *ret_json,
			    struct pedigree_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int status = pedigree_db_ask(ledger->db, CAPTURE, &stmt, err, "i", row);

	return text_of(ledger, stmt, status, ret_json, err);
}

int pedigree_ledger_run(struct pedigree_ledger *ledger, pedigree_row row,
			struct pedigree_buf *ret_run,
			struct pedigree_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int status = pedigree_db_ask(ledger->db, RUN, &stmt, err, "i", row);

	return text_of(ledger, stmt, status, ret_run, err);
}

int pedigree_ledger_manifest(struct pedigree_ledger *ledger, const char *digest,
			     struct pedigree_buf *ret_text,
			     struct pedigree_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int status =
		pedigree_db_ask(ledger->db, MANIFEST, &stmt, err, "s", digest);

	if (status == 0)
		return pedigree_fail(err, PEDIGREE_ENOTFOUND,
				     "the ledger has no manifest %s", digest);
	if (status < 0)
		return status;
	status = pedigree_unpack_column(stmt, 0, ret_text);
	pedigree_db_done(stmt);
	if (status == PEDIGREE_ENOMEM)
		return pedigree_fail_memory(err);
	if (status < 0)
		return pedigree_fail(err, status,
				     "the manifest %s in the ledger is damaged",
				     digest);
	return 0;
}

void pedigree_edges_clear(struct pedigree_edges *edges)
{
	for (size_t i = 0; i < edges->n; i++)
		free(edges->v[i].type);
	pedigree_vec_clear(edges);
}

int pedigree_ledger_read_edges(struct pedigree_db *db, sqlite3_stmt *stmt,
			       int status, struct pedigree_edges *edges,
			       struct pedigree_error *err)
{
	for (; status > 0; status = pedigree_db_next(db, stmt, err)) {
		struct pedigree_edge *edge = pedigree_vec_push(edges);
		const char *type = (const char *)sqlite3_column_text(stmt, 2);

		if (!edge || (type && !(edge->type = strdup(type)))) {
			pedigree_db_done(stmt);
			return pedigree_fail_memory(err);
		}
		edge->source = sqlite3_column_int64(stmt, 0);
		edge->destination = sqlite3_column_int64(stmt, 1);
		edge->created_ms = sqlite3_column_int64(stmt, 3);
	}
	return status;
}

int pedigree_ledger_state(struct pedigree_ledger *ledger,
			  struct pedigree_ledger_state *ret_state,
			  struct pedigree_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int status = pedigree_db_ask(ledger->db, DATA_VERSION, &stmt, err, "");

	if (status < 0)
		return status;
	ret_state->others = status ? sqlite3_column_int64(stmt, 0) : 0;
	ret_state->own = sqlite3_total_changes(ledger->db->handle);
	pedigree_db_done(stmt);
	return 0;
}

int pedigree_ledger_edges(struct pedigree_ledger *ledger, pedigree_row row,
			  bool up, struct pedigree_edges *edges,
			  struct pedigree_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int status = pedigree_db_ask(ledger->db, up ? EDGES_UP : EDGES_DOWN,
				     &stmt, err, "i", row);

	return pedigree_ledger_read_edges(ledger->db, stmt, status, edges, err);
}
