/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding associations: a statement made of the filters that are set, as in
 * ledger_list.c.
 */
#include "config.h"

#include "base/err.h"
#include "store/ledger_read.h"

/* What the API calls the type of an end. */
#define END_TYPE(end) \
	"CASE " end ".kind WHEN 3 THEN coalesce(json_extract(" end \
	".doc, '$.Source.SourceType'), 'SageMakerExperimentTrialComponent') " \
	"ELSE coalesce(" end ".type, '') END"
_Static_assert(PEDIGREE_TRIAL_COMPONENT == 3, "the statement says so");

#define AT_URI "(SELECT id FROM entity WHERE source_uri = :uri)"

static const char *const orders[] = {
	[PEDIGREE_EDGES_BY_CREATION] = "a.created",
	[PEDIGREE_EDGES_BY_SOURCE] = "s.arn",
	[PEDIGREE_EDGES_BY_DESTINATION] = "d.arn",
	[PEDIGREE_EDGES_BY_SOURCE_TYPE] = END_TYPE("s"),
	[PEDIGREE_EDGES_BY_DESTINATION_TYPE] = END_TYPE("d"),
};

static void write_query(const struct pedigree_edge_filter *filter,
			struct pedigree_buf *sql)
{
	const char *order = filter->ascending ? "ASC" : "DESC";

	pedigree_buf_add_str(
		sql, "SELECT a.source, a.destination, a.type, a.created "
		     "FROM association a JOIN entity s ON s.id = a.source "
		     "JOIN entity d ON d.id = a.destination WHERE 1");
	if (filter->source)
		pedigree_buf_add_str(sql, " AND a.source = :source");
	if (filter->destination)
		pedigree_buf_add_str(sql, " AND a.destination = :destination");
	if (filter->source_type)
		pedigree_buf_add_str(sql,
				     " AND " END_TYPE("s") " = :source_type");
	if (filter->destination_type)
		pedigree_buf_add_str(
			sql, " AND " END_TYPE("d") " = :destination_type");
	if (filter->type)
		pedigree_buf_add_str(sql, " AND a.type = :type");
	if (filter->name)
		pedigree_buf_add_str(sql, " AND (s.name LIKE :name ESCAPE '\\' "
					  "OR d.name LIKE :name ESCAPE '\\')");
	if (filter->source_uri)
		pedigree_buf_add_str(sql, " AND (a.source IN " AT_URI
					  " OR a.destination IN " AT_URI ")");
	if (filter->created_after_ms)
		pedigree_buf_add_str(sql, " AND a.created > :after");
	if (filter->created_before_ms)
		pedigree_buf_add_str(sql, " AND a.created < :before");
	if (filter->behind.source)
		pedigree_buf_addf(
			sql,
			" AND (%s, a.source, a.destination) %s (%s, :row, :other)",
			orders[filter->by], filter->ascending ? ">" : "<",
			filter->by == PEDIGREE_EDGES_BY_CREATION ? ":mark"
								 : ":text");
	pedigree_buf_addf(
		sql,
		" ORDER BY %s %s, a.source %s, a.destination %s LIMIT :limit",
		orders[filter->by], order, order, order);
}

int pedigree_ledger_find_edges(struct pedigree_ledger *ledger,
			       const struct pedigree_edge_filter *filter,
			       struct pedigree_edges *edges,
			       struct pedigree_error *err)
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
	pedigree_ledger_bind_number(stmt, ":source", filter->source);
	pedigree_ledger_bind_number(stmt, ":destination", filter->destination);
	pedigree_ledger_bind_text(stmt, ":source_type", filter->source_type);
	pedigree_ledger_bind_text(stmt, ":destination_type",
				  filter->destination_type);
	pedigree_ledger_bind_text(stmt, ":type", filter->type);
	pedigree_ledger_bind_text(stmt, ":uri", filter->source_uri);
	pedigree_ledger_bind_number(stmt, ":after", filter->created_after_ms);
	pedigree_ledger_bind_number(stmt, ":before", filter->created_before_ms);
	pedigree_ledger_bind_number(
		stmt, ":limit", filter->limit ? (int64_t)filter->limit : -1);
	pedigree_ledger_bind_number(stmt, ":mark", filter->behind.created_ms);
	pedigree_ledger_bind_text(stmt, ":text", filter->behind.text);
	pedigree_ledger_bind_number(stmt, ":row", filter->behind.source);
	pedigree_ledger_bind_number(stmt, ":other", filter->behind.destination);
	status = pedigree_ledger_read_edges(
		db, stmt, pedigree_db_next(db, stmt, err), edges, err);
	sqlite3_finalize(stmt);
	return status;
}
