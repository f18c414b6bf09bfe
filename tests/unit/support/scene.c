/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "tests/unit/support/scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/digest.h"
#include "base/fs.h"
#include "graph/json.h"

struct scene *scene_new(const char *const *flags)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	const char *tmp = getenv("TMPDIR");
	char home[4096];

	/* Memory: these tests commit often, and commits wait for disks. */
	if (!tmp || !*tmp)
		tmp = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";

	assert_non_null(scene);
	assert_true(asprintf(&scene->folder, "%s/pedigree-unit.XXXXXX", tmp) >
		    0);
	assert_non_null(mkdtemp(scene->folder));
	snprintf(home, sizeof(home), "PEDIGREE_HOME=%s", scene->folder);
	char *const environment[] = { home, NULL };
	const struct pedigree_config_sources sources = {
		.system_file = "",
		.user_file = "",
		.folder_file = "",
		.named_file = "",
		.environment = environment,
		.flags = flags,
	};
	if (pedigree_config_load(&sources, &scene->config, &err) != 0)
		fail_msg("%s", err.text);
	return scene;
}

void scene_free(struct scene *scene)
{
	pedigree_config_free(scene->config);
	assert_int_equal(pedigree_remove_tree(scene->folder, NULL), 0);
	free(scene->folder);
	free(scene);
}

struct scene *test_scene;

int test_scene_make(void **state)
{
	(void)state;
	test_scene = scene_new(NULL);
	return 0;
}

int test_scene_remove(void **state)
{
	(void)state;
	scene_free(test_scene);
	return 0;
}

const char *scene_path(const struct scene *scene, const char *name)
{
	static char paths[4][4096];
	static unsigned int next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", scene->folder, name);
	return path;
}

static struct pedigree_entity *add(struct pedigree_record *record,
				   enum pedigree_kind kind, const char *name)
{
	struct pedigree_entity *entity = pedigree_vec_push(&record->entities);

	assert_non_null(entity);
	entity->kind = kind;
	entity->name = strdup(name);
	entity->created_ms = record->entities.v[0].created_ms;
	return entity;
}

static struct pedigree_record *record_with(enum pedigree_kind kind,
					   const char *run,
					   unsigned int revision, int64_t start)
{
	struct pedigree_record *record = pedigree_record_new();

	assert_non_null(record);
	record->run = strdup(run);
	record->revision = revision;
	struct pedigree_entity *entity = add(record, kind, run);
	entity->arn = pedigree_local_arn(entity);
	entity->created_ms = start * 1000;
	entity->status = strdup("Completed");
	return record;
}

struct pedigree_record *record_of(const char *run, unsigned int revision,
				  int64_t start)
{
	struct pedigree_record *record =
		record_with(PEDIGREE_TRIAL_COMPONENT, run, revision, start);

	record->entities.v[0].start_ms = start * 1000;
	record->entities.v[0].end_ms = start * 1000 + 500;
	return record;
}

struct pedigree_record *record_of_deployment(const char *run, int64_t start)
{
	struct pedigree_record *record =
		record_with(PEDIGREE_ACTION, run, 0, start);

	record->entities.v[0].type = strdup("ModelDeployment");
	record->entities.v[0].source_uri = strdup("file:///deploy.sh");
	return record;
}

const char *record_arn(const struct pedigree_record *record)
{
	return record->entities.v[0].arn;
}

const char *add_artifact(struct pedigree_record *record, const char *uri,
			 char bytes, size_t size, const char *type)
{
	struct pedigree_entity *artifact = add(record, PEDIGREE_ARTIFACT, "a");
	char *text = malloc(size + 1);
	char hex[PEDIGREE_SHA256_HEX];
	char value[PEDIGREE_SHA256_HEX + 8];

	assert_non_null(text);
	memset(text, bytes, size);
	assert_int_equal(pedigree_sha256(text, size, hex), 0);
	free(text);
	snprintf(value, sizeof(value), "sha256:%s", hex);
	artifact->source_uri = strdup(uri);
	artifact->type = strdup(type);
	pedigree_pairs_add(&artifact->source_types, "Custom", value);
	snprintf(value, sizeof(value), "%zu", size);
	pedigree_pairs_add(&artifact->properties, "Bytes", value);
	artifact->arn = pedigree_local_arn(artifact);
	assert_non_null(artifact->arn);
	return artifact->arn;
}

const char *add_input(struct pedigree_record *record, const char *uri,
		      char bytes, const char *type)
{
	const char *arn = add_artifact(record, uri, bytes, 100, type);

	pedigree_record_associate(record, arn, record_arn(record),
				  "ContributedTo");
	return arn;
}

const char *add_output(struct pedigree_record *record, const char *uri,
		       char bytes, const char *type)
{
	const char *arn = add_artifact(record, uri, bytes, 100, type);

	pedigree_record_associate(record, record_arn(record), arn, "Produced");
	return arn;
}

const char *add_endpoint(struct pedigree_record *record, const char *name)
{
	struct pedigree_entity *context = add(record, PEDIGREE_CONTEXT, name);

	context->type = strdup("Endpoint");
	context->source_uri = strdup(name);
	context->arn = pedigree_local_arn(context);
	pedigree_record_associate(record, record_arn(record), context->arn,
				  "AssociatedWith");
	return context->arn;
}

enum pedigree_outcome put_in(const struct scene *scene, const char *backend,
			     struct pedigree_record *record,
			     struct pedigree_error *err)
{
	struct pedigree_buf json = PEDIGREE_BUF_INIT;
	struct pedigree_backend *opened = NULL;
	enum pedigree_outcome outcome = PEDIGREE_RETRY;

	assert_int_equal(pedigree_record_to_json(record, &json, err), 0);
	const struct pedigree_delivery delivery = {
		.run = record->run,
		.revision = record->revision,
		.json = json.data,
		.n = json.len,
	};
	if (pedigree_backend_open(scene->config, backend, 0, &opened, err) == 0)
		outcome = pedigree_backend_put(opened, &delivery, err);
	pedigree_backend_close(opened);
	pedigree_buf_clear(&json);
	pedigree_record_free(record);
	return outcome;
}

void put_ledger(const struct scene *scene, struct pedigree_record *record)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;

	if (put_in(scene, "ledger", record, &err) != PEDIGREE_DELIVERED)
		fail_msg("%s", err.text);
}

const char *scene_data(const struct scene *scene, const char *name)
{
	static char paths[4][4096];
	static unsigned int next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s",
		 pedigree_config_data(scene->config), name);
	return path;
}

static sqlite3 *open_file(const struct scene *scene)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open_v2(scene_data(scene, "ledger.db"), &db,
					 SQLITE_OPEN_READWRITE, NULL),
			 SQLITE_OK);
	sqlite3_busy_timeout(db, 10000);
	return db;
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *stmt = NULL;

	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
		fail_msg("%s", sqlite3_errmsg(db));
	return stmt;
}

char *edge_type(const struct scene *scene, const char *source,
		const char *destination)
{
	sqlite3 *db = open_file(scene);
	sqlite3_stmt *stmt =
		prepare(db, "SELECT e.type FROM association e "
			    "JOIN entity s ON s.id = e.source "
			    "JOIN entity d ON d.id = e.destination "
			    "WHERE s.arn = ?1 AND d.arn = ?2");
	char *type;

	sqlite3_bind_text(stmt, 1, source, -1, SQLITE_STATIC);
	sqlite3_bind_text(stmt, 2, destination, -1, SQLITE_STATIC);
	type = strdup(sqlite3_step(stmt) == SQLITE_ROW
			      ? (const char *)sqlite3_column_text(stmt, 0)
			      : "");
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return type;
}

static void dump(sqlite3 *db, const char *sql, struct pedigree_buf *buf)
{
	sqlite3_stmt *stmt = prepare(db, sql);

	while (sqlite3_step(stmt) == SQLITE_ROW) {
		for (int i = 0; i < sqlite3_column_count(stmt); i++) {
			const char *text =
				(const char *)sqlite3_column_text(stmt, i);

			pedigree_buf_addf(buf, "%s|", text ? text : "-");
		}
		pedigree_buf_add_char(buf, '\n');
	}
	sqlite3_finalize(stmt);
}

void dump_ledger(const struct scene *scene, struct pedigree_buf *buf)
{
	sqlite3 *db = open_file(scene);

	dump(db,
	     "SELECT arn, kind, name, type, source_uri, version, md5, bytes, "
	     "tied, observed, produced, latest, run FROM entity ORDER BY arn",
	     buf);
	dump(db,
	     "SELECT s.arn, d.arn, e.type, e.created, e.rule "
	     "FROM association e JOIN entity s ON s.id = e.source "
	     "JOIN entity d ON d.id = e.destination ORDER BY 1, 2",
	     buf);
	dump(db, "SELECT name, revision, capture FROM run ORDER BY name", buf);
	dump(db,
	     "SELECT a.arn, key, value FROM tag JOIN entity a "
	     "ON a.id = entity ORDER BY 1, 2",
	     buf);
	sqlite3_close(db);
}

int64_t ledger_number(const struct scene *scene, const char *sql)
{
	sqlite3 *db = open_file(scene);
	sqlite3_stmt *stmt = prepare(db, sql);
	int64_t number = sqlite3_step(stmt) == SQLITE_ROW
				 ? sqlite3_column_int64(stmt, 0)
				 : -1;

	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return number;
}

void entity_by_arn(const struct scene *scene, const char *arn,
		   struct pedigree_entity *ret)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree_ledger *ledger = NULL;
	struct pedigree_rows rows = { 0 };

	if (pedigree_ledger_open(scene->config, &ledger, &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(pedigree_ledger_by_arn(ledger, arn, &rows, &err), 0);
	assert_int_equal(rows.n, 1);
	assert_int_equal(pedigree_ledger_entity(ledger, rows.v[0], ret, &err),
			 0);
	pedigree_vec_clear(&rows);
	pedigree_ledger_close(ledger);
}

void put_training(const struct scene *scene, const char *run, int64_t start,
		  const char *uri, char bytes)
{
	struct pedigree_record *record = record_of(run, 0, start);

	add_input(record, "file:///data.csv", 'd', "DataSet");
	add_output(record, uri, bytes, "Model");
	put_ledger(scene, record);
}

void put_deployment(const struct scene *scene, const char *run, int64_t start,
		    const char *uri, char bytes)
{
	struct pedigree_record *record = record_of_deployment(run, start);

	add_input(record, uri, bytes, "Model");
	add_endpoint(record, "shop");
	put_ledger(scene, record);
}
