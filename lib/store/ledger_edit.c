/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "store/ledger_edit.h"

#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "graph/json.h"
#include "store/ledger_merge.h"
#include "store/ledger_read.h"
#include "store/ledger_schema.h"
#include "store/ledger_write.h"

/* Long enough for dozens of processes that edit at once. */
#define TIMEOUT_MS 30000

/* Whose an entity or a statement is that no run made. */
#define BY_HAND "''"

enum question {
	ADD,
	CHANGE,
	REMOVE,
	REMOVE_TAGS,
	REMOVE_MEMBER,
	REMOVE_RUN,
	UNTAG,
	NEIGHBOURS,
	FORGET_EDGES,
	FORGET_STATED,
	EDGE,
	DROP_EDGE,
	DROP_STATED,
	STATE,
	DEGREE,
	LEAVE,
	CHANGES,
	COUNT,
	COUNT_EDGES,
	QUESTIONS
};

static const char *const questions[QUESTIONS] = {
	[ADD] = "INSERT INTO entity(arn, kind, name, type, source_uri, "
		"version, md5, bytes, tied, created, modified, observed, "
		"latest, run, doc) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, "
		"CASE WHEN ?8 >= 0 THEN ?8 END, ?9, ?10, ?11, ?10, "
		"?10, " BY_HAND ", ?12) ON CONFLICT(arn) DO NOTHING",
	[CHANGE] =
		"UPDATE entity SET name = ?2, type = ?3, source_uri = ?4, "
		"md5 = ?5, bytes = CASE WHEN ?6 >= 0 THEN ?6 END, tied = ?7, "
		"modified = ?8, doc = ?9 WHERE id = ?1",
	[REMOVE] = "DELETE FROM entity WHERE id = ?1",
	[REMOVE_TAGS] = "DELETE FROM tag WHERE entity = ?1",
	[REMOVE_MEMBER] = "DELETE FROM membership WHERE component = ?1",
	[REMOVE_RUN] = "DELETE FROM run WHERE entity = ?1",
	[UNTAG] = "DELETE FROM tag WHERE entity = ?1 AND key = ?2",
	[NEIGHBOURS] = "SELECT a.source, s.kind, a.destination, d.kind "
		       "FROM association a JOIN entity s ON s.id = a.source "
		       "JOIN entity d ON d.id = a.destination "
		       "WHERE a.source = ?1 UNION ALL "
		       "SELECT a.source, s.kind, a.destination, d.kind "
		       "FROM association a JOIN entity s ON s.id = a.source "
		       "JOIN entity d ON d.id = a.destination "
		       "WHERE a.destination = ?1",
	[FORGET_EDGES] = "DELETE FROM association "
			 "WHERE source = ?1 OR destination = ?1",
	[FORGET_STATED] = "DELETE FROM stated "
			  "WHERE source = ?1 OR destination = ?1",
	[EDGE] = "SELECT rule FROM association "
		 "WHERE source = ?1 AND destination = ?2",
	[DROP_EDGE] = "DELETE FROM association "
		      "WHERE source = ?1 AND destination = ?2 AND rule = 0",
	[DROP_STATED] = "DELETE FROM stated "
			"WHERE source = ?1 AND destination = ?2",
	[STATE] = "INSERT INTO stated(run, source, destination, revision) "
		  "VALUES(" BY_HAND ", ?1, ?2, 0) ON CONFLICT DO NOTHING",
	[DEGREE] = "SELECT count(*) FROM association "
		   "WHERE (source = ?1 OR destination = ?1) AND rule = 0",
	[LEAVE] = "DELETE FROM membership WHERE trial = ?1 AND component = ?2",
	[CHANGES] = "SELECT changes()",
	[COUNT] = "SELECT count(*) FROM entity "
		  "WHERE kind = ?1 AND run = " BY_HAND,
	[COUNT_EDGES] = "SELECT count(*) FROM stated WHERE run = " BY_HAND,
};

struct pedigree_editor {
	struct pedigree_db *db;
	struct pedigree_db *records; /* the statements of ledger_put.c */
	struct pedigree_ledger *ledger;
	struct pedigree_ledger_put put; /* what the rules have to look at */
};

static int open_parts(struct pedigree_editor *editor, const char *path,
		      struct pedigree_error *err)
{
	int status = pedigree_db_open(&pedigree_ledger_kind, path,
				      PEDIGREE_DB_EDIT, TIMEOUT_MS, questions,
				      QUESTIONS, &editor->db, err);

	if (!status)
		status = pedigree_db_join(editor->db, pedigree_ledger_sqls,
					  PEDIGREE_SQLS, &editor->records, err);
	if (!status)
		status = pedigree_ledger_join(editor->db, &editor->ledger, err);
	editor->put.db = editor->records;
	return status;
}

static int open_at(const char *path, struct pedigree_editor **ret_editor,
		   struct pedigree_error *err)
{
	struct pedigree_editor *editor = calloc(1, sizeof(*editor));
	int status;

	if (!editor)
		return pedigree_fail_memory(err);
	status = open_parts(editor, path, err);
	if (status) {
		pedigree_editor_close(editor);
		return status;
	}
	*ret_editor = editor;
	return 0;
}

int pedigree_editor_open_memory(struct pedigree_editor **ret_editor,
				struct pedigree_error *err)
{
	return open_at(PEDIGREE_DB_MEMORY, ret_editor, err);
}

int pedigree_editor_open(const struct pedigree_config *config,
			 struct pedigree_editor **ret_editor,
			 struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;

	if (pedigree_ledger_configured(config, &path, err))
		return PEDIGREE_ENOMEM;
	return open_at(path.data, ret_editor, err);
}

static void forget_touched(struct pedigree_editor *editor)
{
	pedigree_map_free(editor->put.touched);
	editor->put.touched = NULL;
	pedigree_vec_clear(&editor->put.stars);
	pedigree_vec_clear(&editor->put.parts);
	pedigree_vec_clear(&editor->put.runs);
	pedigree_vec_clear(&editor->put.contexts);
}

void pedigree_editor_close(struct pedigree_editor *editor)
{
	if (!editor)
		return;
	forget_touched(editor);
	pedigree_ledger_close(editor->ledger);
	pedigree_db_close(editor->records);
	pedigree_db_close(editor->db);
	free(editor);
}

struct pedigree_ledger *pedigree_editor_ledger(struct pedigree_editor *editor)
{
	return editor->ledger;
}

int pedigree_editor_begin(struct pedigree_editor *editor,
			  struct pedigree_error *err)
{
	return pedigree_db_begin(editor->db, err);
}

int pedigree_editor_commit(struct pedigree_editor *editor,
			   struct pedigree_error *err)
{
	int status = pedigree_ledger_apply_rules(&editor->put, err);

	if (!status)
		status = pedigree_db_commit(editor->db, err);
	if (status)
		pedigree_db_rollback(editor->db);
	forget_touched(editor);
	return status;
}

void pedigree_editor_rollback(struct pedigree_editor *editor)
{
	pedigree_db_rollback(editor->db);
	forget_touched(editor);
}

static int doc_of(const struct pedigree_entity *entity,
		  struct pedigree_buf *doc, struct pedigree_error *err)
{
	int status = pedigree_entity_to_json(entity, false, doc, err);

	if (status)
		return status;
	return pedigree_buf_error(doc) ? pedigree_fail_memory(err) : 0;
}

static int ask_count(struct pedigree_editor *editor, enum question question,
		     int64_t which, uint64_t *ret_count,
		     struct pedigree_error *err)
{
	sqlite3_stmt *stmt = NULL;
	const char *types = question == DEGREE || question == COUNT ? "i" : "";
	int status =
		pedigree_db_ask(editor->db, question, &stmt, err, types, which);

	if (status <= 0)
		return status;
	*ret_count = (uint64_t)sqlite3_column_int64(stmt, 0);
	pedigree_db_done(stmt);
	return 0;
}

/* Did the last statement change a row? */
static int changed(struct pedigree_editor *editor, bool *ret_changed,
		   struct pedigree_error *err)
{
	uint64_t count = 0;
	int status = ask_count(editor, CHANGES, 0, &count, err);

	*ret_changed = count != 0;
	return status;
}

int pedigree_editor_add(struct pedigree_editor *editor,
			const struct pedigree_entity *entity,
			pedigree_row *ret_row, struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf doc = PEDIGREE_BUF_INIT;
	bool added = false;
	int status = doc_of(entity, &doc, err);

	if (!status)
		status = pedigree_db_run(
			editor->db, ADD, err, "sisssssiiiis", entity->arn,
			(int64_t)entity->kind, entity->name, entity->type,
			entity->source_uri, pedigree_ledger_version(entity),
			pedigree_ledger_md5(entity),
			pedigree_ledger_bytes(entity),
			(int64_t)pedigree_ledger_tied(entity),
			entity->created_ms, entity->modified_ms, doc.data);
	if (!status)
		status = changed(editor, &added, err);
	if (status)
		return status;
	if (!added)
		return pedigree_fail(err, PEDIGREE_EEXIST, "%s already exists",
				     entity->arn);
	*ret_row = sqlite3_last_insert_rowid(editor->db->handle);
	for (size_t i = 0; !status && i < entity->tags.n; i++)
		status = pedigree_editor_tag(editor, *ret_row,
					     entity->tags.v[i].key,
					     entity->tags.v[i].value, err);
	if (!status && entity->kind == PEDIGREE_ARTIFACT)
		status = pedigree_ledger_artifact_touched(&editor->put,
							  *ret_row, err);
	return status;
}

int pedigree_editor_change(struct pedigree_editor *editor, pedigree_row row,
			   const struct pedigree_entity *entity,
			   struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf doc = PEDIGREE_BUF_INIT;
	int status = doc_of(entity, &doc, err);

	if (!status)
		status = pedigree_db_run(editor->db, CHANGE, err, "issssiiis",
					 row, entity->name, entity->type,
					 entity->source_uri,
					 pedigree_ledger_md5(entity),
					 pedigree_ledger_bytes(entity),
					 (int64_t)pedigree_ledger_tied(entity),
					 entity->modified_ms, doc.data);
	if (!status && entity->kind == PEDIGREE_ARTIFACT)
		status = pedigree_ledger_artifact_touched(&editor->put, row,
							  err);
	return status;
}

/* Tells the rules that the edges of an entity come or go. */
static int touch_neighbours(struct pedigree_editor *editor, pedigree_row row,
			    struct pedigree_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int status =
		pedigree_db_ask(editor->db, NEIGHBOURS, &stmt, err, "i", row);

	for (; status > 0; status = pedigree_db_next(editor->db, stmt, err)) {
		struct pedigree_ledger_end source = {
			.row = sqlite3_column_int64(stmt, 0),
			.kind = sqlite3_column_int(stmt, 1),
		};
		struct pedigree_ledger_end destination = {
			.row = sqlite3_column_int64(stmt, 2),
			.kind = sqlite3_column_int(stmt, 3),
		};
		int failure = pedigree_ledger_edge_touched(
			&editor->put, &source, &destination, err);
		if (!failure && source.kind == PEDIGREE_ARTIFACT &&
		    source.row != row)
			failure = pedigree_ledger_artifact_touched(
				&editor->put, source.row, err);
		if (failure) {
			pedigree_db_done(stmt);
			return failure;
		}
	}
	return status;
}

int pedigree_editor_remove(struct pedigree_editor *editor, pedigree_row row,
			   enum pedigree_kind kind, struct pedigree_error *err)
{
	static const enum question parts[] = {
		FORGET_EDGES,  FORGET_STATED, REMOVE_TAGS,
		REMOVE_MEMBER, REMOVE_RUN,    REMOVE,
	};
	int status = touch_neighbours(editor, row, err);

	(void)kind;
	for (size_t i = 0; !status && i < PEDIGREE_COUNT(parts); i++)
		status = pedigree_db_run(editor->db, parts[i], err, "i", row);
	return status;
}

int pedigree_editor_tag(struct pedigree_editor *editor, pedigree_row row,
			const char *key, const char *value,
			struct pedigree_error *err)
{
	return pedigree_db_run(editor->records, PEDIGREE_SQL_TAG_SET, err,
			       "iss", row, key, value);
}

int pedigree_editor_untag(struct pedigree_editor *editor, pedigree_row row,
			  const char *key, struct pedigree_error *err)
{
	return pedigree_db_run(editor->db, UNTAG, err, "is", row, key);
}

static int touch_edge(struct pedigree_editor *editor,
		      const struct pedigree_editor_end *source,
		      const struct pedigree_editor_end *destination,
		      struct pedigree_error *err)
{
	struct pedigree_ledger_end from = { source->row, (int)source->kind };
	struct pedigree_ledger_end to = { destination->row,
					  (int)destination->kind };

	return pedigree_ledger_edge_touched(&editor->put, &from, &to, err);
}

int pedigree_editor_associate(struct pedigree_editor *editor,
			      const struct pedigree_editor_end *source,
			      const struct pedigree_editor_end *destination,
			      const char *type, int64_t now_ms,
			      struct pedigree_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int status = pedigree_db_ask(editor->db, EDGE, &stmt, err, "ii",
				     source->row, destination->row);

	if (status > 0) {
		bool stated = sqlite3_column_int(stmt, 0) == 0;

		pedigree_db_done(stmt);
		if (stated)
			return pedigree_fail(err, PEDIGREE_EEXIST,
					     "the association already exists");
		status = 0;
	}
	if (!status)
		status = pedigree_db_run(editor->records, PEDIGREE_SQL_EDGE_ADD,
					 err, "iisi", source->row,
					 destination->row, type, now_ms);
	if (!status)
		status = pedigree_db_run(editor->db, STATE, err, "ii",
					 source->row, destination->row);
	if (!status)
		status = touch_edge(editor, source, destination, err);
	return status;
}

int pedigree_editor_dissociate(struct pedigree_editor *editor,
			       const struct pedigree_editor_end *source,
			       const struct pedigree_editor_end *destination,
			       struct pedigree_error *err)
{
	bool dropped = false;
	int status = pedigree_db_run(editor->db, DROP_EDGE, err, "ii",
				     source->row, destination->row);

	if (!status)
		status = changed(editor, &dropped, err);
	if (status)
		return status;
	if (!dropped)
		return pedigree_fail(err, PEDIGREE_ENOTFOUND,
				     "the two are not associated");
	status = pedigree_db_run(editor->db, DROP_STATED, err, "ii",
				 source->row, destination->row);
	if (!status)
		status = touch_edge(editor, source, destination, err);
	return status;
}

int pedigree_editor_degree(struct pedigree_editor *editor, pedigree_row row,
			   uint64_t *ret_degree, struct pedigree_error *err)
{
	return ask_count(editor, DEGREE, row, ret_degree, err);
}

int pedigree_editor_join(struct pedigree_editor *editor, const char *trial,
			 pedigree_row component, struct pedigree_error *err)
{
	return pedigree_db_run(editor->records, PEDIGREE_SQL_MEMBER_ADD, err,
			       "si", trial, component);
}

int pedigree_editor_leave(struct pedigree_editor *editor, const char *trial,
			  pedigree_row component, struct pedigree_error *err)
{
	bool left = false;
	int status =
		pedigree_db_run(editor->db, LEAVE, err, "si", trial, component);

	if (!status)
		status = changed(editor, &left, err);
	if (!status && !left)
		status = pedigree_fail(err, PEDIGREE_ENOTFOUND,
				       "the trial component is not in trial %s",
				       trial);
	return status;
}

int pedigree_editor_count(struct pedigree_editor *editor, int kind,
			  uint64_t *ret_count, struct pedigree_error *err)
{
	return ask_count(editor, kind < 0 ? COUNT_EDGES : COUNT, kind,
			 ret_count, err);
}
