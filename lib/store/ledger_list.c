/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Listing the ledger: a statement made of the filters that are set. Values
 * are always bound, never pasted.
 */
#include "config.h"

#include <string.h>

#include "base/err.h"
#include "store/ledger_read.h"

/* The pattern of LIKE (ESCAPE a backslash) for texts that have `text` in them;
   it compares ASCII letters without case. */
static void add_like(const char *text, struct pedigree_buf *buf)
{
	pedigree_buf_add_char(buf, '%');
	for (; *text; text++) {
		if (strchr("%_\\", *text))
			pedigree_buf_add_char(buf, '\\');
		pedigree_buf_add_char(buf, *text);
	}
	pedigree_buf_add_char(buf, '%');
}

/* The trials of an experiment are known by what their documents say. */
static void write_members(const struct pedigree_ledger_filter *filter,
			  struct pedigree_buf *sql)
{
	static const char *const of_experiment[] = {
		[PEDIGREE_TRIAL] =
			" AND json_extract(doc, '$.ExperimentName') = "
			":experiment COLLATE NOCASE",
		[PEDIGREE_TRIAL_COMPONENT] =
			" AND id IN (SELECT m.component FROM membership m "
			"JOIN entity t ON t.name = m.trial COLLATE NOCASE "
			"WHERE t.kind = 4 AND "
			"json_extract(t.doc, '$.ExperimentName') = "
			":experiment COLLATE NOCASE)",
	};
	_Static_assert(PEDIGREE_TRIAL == 4, "the statement says so");

	if (filter->experiment && (filter->kind == PEDIGREE_TRIAL ||
				   filter->kind == PEDIGREE_TRIAL_COMPONENT))
		pedigree_buf_add_str(sql, of_experiment[filter->kind]);
	if (filter->trial)
		pedigree_buf_add_str(
			sql, " AND id IN (SELECT component FROM membership "
			     "WHERE trial = :trial)");
	if (filter->component)
		pedigree_buf_add_str(
			sql, " AND name COLLATE NOCASE IN (SELECT trial "
			     "FROM membership WHERE component = :component)");
}

static void write_query(const struct pedigree_ledger_filter *filter,
			struct pedigree_buf *sql)
{
	const char *order = filter->ascending ? "ASC" : "DESC";
	const char *by = filter->by_name ? "name" : "created";

	pedigree_buf_add_str(sql, "SELECT id FROM entity WHERE kind = :kind");
	if (filter->type)
		pedigree_buf_add_str(sql, " AND type = :type");
	if (filter->name)
		pedigree_buf_add_str(sql, " AND name LIKE :name ESCAPE '\\'");
	if (filter->source_uri)
		pedigree_buf_add_str(sql, " AND source_uri = :uri");
	if (filter->tag_key || filter->tag_value)
		pedigree_buf_addf(
			sql, " AND id IN (SELECT entity FROM tag WHERE %s%s%s)",
			filter->tag_key ? "key = :key" : "",
			filter->tag_key && filter->tag_value ? " AND " : "",
			filter->tag_value ? "value = :value" : "");
	if (filter->created_after_ms)
		pedigree_buf_add_str(sql, " AND created > :after");
	if (filter->created_before_ms)
		pedigree_buf_add_str(sql, " AND created < :before");
	write_members(filter, sql);
	if (filter->behind.row)
		pedigree_buf_addf(sql, " AND (%s, id) %s (%s, :row)", by,
				  filter->ascending ? ">" : "<",
				  filter->by_name ? ":mark_name COLLATE NOCASE"
						  : ":mark");
	pedigree_buf_add_str(sql, " ORDER BY ");
	if (filter->by_tag)
		pedigree_buf_addf(sql,
				  "(SELECT value FROM tag WHERE entity = id "
				  "AND key = :tag) %s NULLS LAST, ",
				  order);
	pedigree_buf_addf(sql, "%s %s, id %s", by, order, order);
	if (filter->limit && filter->limit < INT64_MAX)
		pedigree_buf_addf(sql, " LIMIT %zu", filter->limit);
}

void pedigree_ledger_bind_text(sqlite3_stmt *stmt, const char *name,
			       const char *text)
{
	int i = sqlite3_bind_parameter_index(stmt, name);

	if (i)
		sqlite3_bind_text(stmt, i, text, -1, SQLITE_STATIC);
}

void pedigree_ledger_bind_number(sqlite3_stmt *stmt, const char *name,
				 int64_t number)
{
	int i = sqlite3_bind_parameter_index(stmt, name);

	if (i)
		sqlite3_bind_int64(stmt, i, number);
}

int pedigree_ledger_prepare(struct pedigree_db *db,
			    const struct pedigree_buf *sql, const char *part,
			    struct pedigree_buf *name, sqlite3_stmt **ret_stmt,
			    struct pedigree_error *err)
{
	sqlite3_stmt *stmt = NULL;

	add_like(part ? part : "", name);
	if (pedigree_buf_error(sql) || pedigree_buf_error(name))
		return pedigree_fail_memory(err);
	if (sqlite3_prepare_v2(db->handle, sql->data, -1, &stmt, NULL) !=
	    SQLITE_OK)
		return pedigree_db_fail(db, "read", err);
	pedigree_ledger_bind_text(stmt, ":name", name->data);
	*ret_stmt = stmt;
	return 0;
}

int pedigree_ledger_list(struct pedigree_ledger *ledger,
			 const struct pedigree_ledger_filter *filter,
			 struct pedigree_rows *rows, struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf sql = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf name = PEDIGREE_BUF_INIT;
	struct pedigree_db *db = ledger->db;
	sqlite3_stmt *stmt = NULL;
	int status;

	write_query(filter, &sql);
	status = pedigree_ledger_prepare(db, &sql, filter->name, &name, &stmt,
					 err);
	if (status)
		return status;
	pedigree_ledger_bind_number(stmt, ":kind", filter->kind);
	pedigree_ledger_bind_text(stmt, ":type", filter->type);
	pedigree_ledger_bind_text(stmt, ":uri", filter->source_uri);
	pedigree_ledger_bind_text(stmt, ":key", filter->tag_key);
	pedigree_ledger_bind_text(stmt, ":value", filter->tag_value);
	pedigree_ledger_bind_number(stmt, ":after", filter->created_after_ms);
	pedigree_ledger_bind_number(stmt, ":before", filter->created_before_ms);
	pedigree_ledger_bind_text(stmt, ":experiment", filter->experiment);
	pedigree_ledger_bind_text(stmt, ":trial", filter->trial);
	pedigree_ledger_bind_number(stmt, ":component", filter->component);
	pedigree_ledger_bind_text(stmt, ":mark_name", filter->behind.name);
	pedigree_ledger_bind_text(stmt, ":tag", filter->by_tag);
	pedigree_ledger_bind_number(stmt, ":mark", filter->behind.created_ms);
	pedigree_ledger_bind_number(stmt, ":row", filter->behind.row);
	status = pedigree_ledger_rows(db, stmt, pedigree_db_next(db, stmt, err),
				      rows, err);
	sqlite3_finalize(stmt);
	return status;
}
