/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "store/progress.h"

#include <string.h>

#include "base/err.h"
#include "store/ledger_db.h"

#define TIMEOUT_MS 10000

enum question {
	FIND,
	SET,
	FORGET,
	FORGET_EDGES,
	HAS_EDGE,
	ADD_EDGE,
	STATE,
	DROP_EDGE,
	DROP_STATED,
	STALE,
	SETTLE,
	REVISION,
	DONE,
	DEPLOYED,
	MADE,
	MADE_EDGES,
	QUESTIONS
};

static const char schema[] =
	"CREATE TABLE entity("
	"	local TEXT PRIMARY KEY,"
	"	remote TEXT NOT NULL,"
	"	digest TEXT NOT NULL,"
	"	version TEXT) WITHOUT ROWID;"
	"CREATE INDEX entity_by_version ON entity(version)"
	"	WHERE version IS NOT NULL;"
	"CREATE TABLE edge("
	"	source TEXT NOT NULL,"
	"	destination TEXT NOT NULL,"
	"	type TEXT,"
	"	PRIMARY KEY(source, destination)) WITHOUT ROWID;"
	"CREATE INDEX edge_by_destination ON edge(destination, type, source);"
	"CREATE TABLE stated("
	"	run TEXT NOT NULL,"
	"	source TEXT NOT NULL,"
	"	destination TEXT NOT NULL,"
	"	revision INTEGER NOT NULL,"
	"	PRIMARY KEY(run, source, destination)) WITHOUT ROWID;"
	"CREATE INDEX stated_by_edge ON stated(source, destination);"
	"CREATE TABLE run("
	"	name TEXT PRIMARY KEY,"
	"	revision INTEGER NOT NULL) WITHOUT ROWID;";

static const struct pedigree_db_kind kind = {
	.what = "delivery progress",
	.application_id = 0x50656450, /* "PedP" */
	.version = 1,
	.schema = schema,
	.advice = "remove it: what was delivered is asked of the service again",
};

static const char *const questions[QUESTIONS] = {
	[FIND] = "SELECT remote, digest FROM entity WHERE local = ?1",
	[SET] = "INSERT INTO entity(local, remote, digest, version) "
		"VALUES(?1, ?2, ?3, ?4) ON CONFLICT(local) DO UPDATE SET "
		"remote = excluded.remote, digest = excluded.digest, "
		"version = excluded.version",
	[FORGET] = "DELETE FROM entity WHERE local = ?1",
	[FORGET_EDGES] =
		"DELETE FROM edge WHERE source = ?1 OR destination = ?1",
	[HAS_EDGE] = "SELECT 1 FROM edge WHERE source = ?1 "
		     "AND destination = ?2",
	[ADD_EDGE] = "INSERT INTO edge(source, destination, type) "
		     "VALUES(?1, ?2, ?3) ON CONFLICT DO UPDATE SET "
		     "type = excluded.type",
	[STATE] = "INSERT INTO stated(run, source, destination, revision) "
		  "VALUES(?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET "
		  "revision = excluded.revision",
	[DROP_EDGE] = "DELETE FROM edge WHERE source = ?1 "
		      "AND destination = ?2",
	[DROP_STATED] = "DELETE FROM stated WHERE source = ?1 "
			"AND destination = ?2",
	[STALE] = "SELECT e.source, e.destination FROM stated e "
		  "WHERE e.run = ?1 AND e.revision < ?2 AND NOT EXISTS("
		  "SELECT 1 FROM stated o WHERE o.source = e.source "
		  "AND o.destination = e.destination AND o.run <> e.run)",
	[SETTLE] = "DELETE FROM stated WHERE run = ?1 AND revision < ?2",
	[REVISION] = "SELECT revision FROM run WHERE name = ?1",
	[DONE] = "INSERT INTO run(name, revision) VALUES(?1, ?2) "
		 "ON CONFLICT(name) DO UPDATE SET revision = "
		 "max(revision, excluded.revision)",
	/* Actions have "…:action/" ARNs; what contributes to one and is of
	   the same bytes as what a run produced. */
	[DEPLOYED] =
		"SELECT DISTINCT p.source, c.destination FROM edge i "
		"JOIN entity m ON m.local = i.source "
		"JOIN entity o ON o.version = m.version "
		"JOIN edge p ON p.destination = o.local "
		"AND p.type = 'Produced' "
		"JOIN edge c ON c.source = i.destination "
		"AND c.type = 'AssociatedWith' "
		"WHERE i.type = 'ContributedTo' "
		"AND i.destination GLOB 'arn:*:action/*' "
		"AND NOT EXISTS(SELECT 1 FROM edge WHERE source = p.source "
		"AND destination = c.destination)",
	[MADE] = "SELECT count(*) FROM entity WHERE digest <> '' "
		 "AND remote GLOB 'arn:*:' || ?1 || '/*'",
	[MADE_EDGES] = "SELECT count(*) FROM edge",
};

struct pedigree_progress {
	struct pedigree_db *db;
};

int pedigree_progress_open(const char *path,
			   struct pedigree_progress **ret_progress,
			   struct pedigree_error *err)
{
	struct pedigree_progress *progress = calloc(1, sizeof(*progress));

	if (!progress)
		return pedigree_fail_memory(err);
	int status = pedigree_db_open(&kind, path, PEDIGREE_DB_EDIT, TIMEOUT_MS,
				      questions, QUESTIONS, &progress->db, err);
	if (status) {
		free(progress);
		return status;
	}
	*ret_progress = progress;
	return 0;
}

void pedigree_progress_close(struct pedigree_progress *progress)
{
	if (!progress)
		return;
	pedigree_db_close(progress->db);
	free(progress);
}

int pedigree_progress_find(struct pedigree_progress *progress,
			   const char *local, char **ret_remote,
			   char **ret_digest, struct pedigree_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int status =
		pedigree_db_ask(progress->db, FIND, &stmt, err, "s", local);

	if (status <= 0)
		return status;
	_cleanup_free_ char *remote = strdup(pedigree_db_text(stmt, 0));
	_cleanup_free_ char *digest = strdup(pedigree_db_text(stmt, 1));
	pedigree_db_done(stmt);
	if (!remote || !digest)
		return pedigree_fail_memory(err);
	*ret_remote = pedigree_take(remote);
	*ret_digest = pedigree_take(digest);
	return 1;
}

int pedigree_progress_set(struct pedigree_progress *progress, const char *local,
			  const char *remote, const char *digest,
			  const char *version, struct pedigree_error *err)
{
	return pedigree_db_run(progress->db, SET, err, "ssss", local, remote,
			       digest, version);
}

int pedigree_progress_forget(struct pedigree_progress *progress,
			     const char *local, struct pedigree_error *err)
{
	int status =
		pedigree_db_run(progress->db, FORGET_EDGES, err, "s", local);

	if (!status)
		status = pedigree_db_run(progress->db, FORGET, err, "s", local);
	return status;
}

void pedigree_progress_edges_clear(struct pedigree_progress_edges *edges)
{
	for (size_t i = 0; i < edges->n; i++) {
		free(edges->v[i].source);
		free(edges->v[i].destination);
	}
	pedigree_vec_clear(edges);
}

static int read_edges(struct pedigree_db *db, sqlite3_stmt *stmt, int status,
		      struct pedigree_progress_edges *edges,
		      struct pedigree_error *err)
{
	for (; status > 0; status = pedigree_db_next(db, stmt, err)) {
		struct pedigree_progress_edge *edge = pedigree_vec_push(edges);

		if (edge) {
			edge->source = strdup(pedigree_db_text(stmt, 0));
			edge->destination = strdup(pedigree_db_text(stmt, 1));
		}
		if (!edge || !edge->source || !edge->destination) {
			pedigree_db_done(stmt);
			return pedigree_fail_memory(err);
		}
	}
	return status;
}

int pedigree_progress_has_edge(struct pedigree_progress *progress,
			       const char *source, const char *destination,
			       struct pedigree_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int status = pedigree_db_ask(progress->db, HAS_EDGE, &stmt, err, "ss",
				     source, destination);

	if (status > 0)
		pedigree_db_done(stmt);
	return status;
}

int pedigree_progress_add_edge(struct pedigree_progress *progress,
			       const char *run, unsigned int revision,
			       const char *source, const char *destination,
			       const char *type, struct pedigree_error *err)
{
	int status = pedigree_db_run(progress->db, ADD_EDGE, err, "sss", source,
				     destination, type);

	if (!status)
		status =
			pedigree_db_run(progress->db, STATE, err, "sssi", run,
					source, destination, (int64_t)revision);
	return status;
}

int pedigree_progress_drop_edge(struct pedigree_progress *progress,
				const char *source, const char *destination,
				struct pedigree_error *err)
{
	int status = pedigree_db_run(progress->db, DROP_STATED, err, "ss",
				     source, destination);

	if (!status)
		status = pedigree_db_run(progress->db, DROP_EDGE, err, "ss",
					 source, destination);
	return status;
}

int pedigree_progress_stale(struct pedigree_progress *progress, const char *run,
			    unsigned int revision,
			    struct pedigree_progress_edges *edges,
			    struct pedigree_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int status = pedigree_db_ask(progress->db, STALE, &stmt, err, "si", run,
				     (int64_t)revision);

	return read_edges(progress->db, stmt, status, edges, err);
}

int pedigree_progress_settle(struct pedigree_progress *progress,
			     const char *run, unsigned int revision,
			     struct pedigree_error *err)
{
	return pedigree_db_run(progress->db, SETTLE, err, "si", run,
			       (int64_t)revision);
}

int pedigree_progress_revision(struct pedigree_progress *progress,
			       const char *run, long *ret_revision,
			       struct pedigree_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int status =
		pedigree_db_ask(progress->db, REVISION, &stmt, err, "s", run);

	if (status < 0)
		return status;
	*ret_revision = status ? (long)sqlite3_column_int64(stmt, 0) : -1;
	if (status)
		pedigree_db_done(stmt);
	return 0;
}

int pedigree_progress_done(struct pedigree_progress *progress, const char *run,
			   unsigned int revision, struct pedigree_error *err)
{
	return pedigree_db_run(progress->db, DONE, err, "si", run,
			       (int64_t)revision);
}

int pedigree_progress_made(struct pedigree_progress *progress, const char *word,
			   uint64_t *ret_made, struct pedigree_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int status = word ? pedigree_db_ask(progress->db, MADE, &stmt, err, "s",
					    word)
			  : pedigree_db_ask(progress->db, MADE_EDGES, &stmt,
					    err, "");

	if (status < 0)
		return status;
	*ret_made = status ? (uint64_t)sqlite3_column_int64(stmt, 0) : 0;
	if (status)
		pedigree_db_done(stmt);
	return 0;
}

int pedigree_progress_deployed(struct pedigree_progress *progress,
			       struct pedigree_progress_edges *edges,
			       struct pedigree_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int status = pedigree_db_ask(progress->db, DEPLOYED, &stmt, err, "");

	return read_edges(progress->db, stmt, status, edges, err);
}
