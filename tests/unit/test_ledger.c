/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ledger: what is written is what is read, by every way there is to ask;
 * and files that are no ledger are told from those that are.
 */
#include "config.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/fs.h"
#include "store/ledger_db.h"
#include "store/ledger_read.h"
#include "store/ledger_schema.h"
#include "store/ledger_write.h"
#include "tests/unit/support/scene.h"

static struct pedigree_ledger *open_ledger(const struct scene *scene)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree_ledger *ledger = NULL;

	if (pedigree_ledger_open(scene->config, &ledger, &err) != 0)
		fail_msg("%s", err.text);
	return ledger;
}

/* The only row that a question finds; 0: none. */
#define only_row(call) \
	({ \
		struct pedigree_rows rows = { 0 }; \
		assert_int_equal(call, 0); \
		assert_true(rows.n <= 1); \
		pedigree_row row_ = rows.n ? rows.v[0] : 0; \
		pedigree_vec_clear(&rows); \
		row_; \
	})

static void test_an_entity_comes_back_whole(void **state)
{
	struct scene *scene = scene_new(NULL);
	struct pedigree_record *record = record_of("Train-1", 0, 100);
	struct pedigree_entity *run = &record->entities.v[0];
	struct pedigree_entity entity = { 0 };
	char *arn = strdup(run->arn);

	(void)state;
	pedigree_params_set(&run->parameters, "lr", "0.5");
	pedigree_params_set(&run->parameters, "opt", "ad\"am");
	pedigree_pairs_add(&run->tags, "team", "blue");
	pedigree_pairs_add(&run->tags, "age", "3");
	run->commit_id = strdup("abc");
	run->message = strdup("exit status 0");
	put_ledger(scene, record);
	entity_by_arn(scene, arn, &entity);
	assert_string_equal(entity.name, "Train-1");
	assert_int_equal(entity.kind, PEDIGREE_TRIAL_COMPONENT);
	assert_string_equal(entity.status, "Completed");
	assert_string_equal(entity.message, "exit status 0");
	assert_string_equal(entity.commit_id, "abc");
	assert_int_equal(entity.start_ms, 100000);
	assert_int_equal(entity.end_ms, 100500);
	assert_int_equal(entity.created_ms, 100000);
	assert_int_equal(entity.parameters.n, 2);
	assert_string_equal(pedigree_pairs_get(&entity.tags, "team"), "blue");
	assert_string_equal(pedigree_pairs_get(&entity.tags, "age"), "3");
	pedigree_entity_clear(&entity);
	free(arn);
	scene_free(scene);
}

static void test_an_entity_is_found_by_every_name_it_has(void **state)
{
	struct scene *scene = scene_new(NULL);
	struct pedigree_record *record = record_of("Train-1", 0, 100);
	struct pedigree_entity *model;
	char *version;

	(void)state;
	add_output(record, "s3://b/model", 'm', "Model");
	model = &record->entities.v[1];
	pedigree_pairs_add(&model->properties, "MD5",
			   "0123456789abcdef0123456789abcdef");
	version = strdup(model->source_types.v[0].value);
	put_ledger(scene, record);
	struct pedigree_ledger *ledger = open_ledger(scene);
	pedigree_row run = only_row(
		pedigree_ledger_by_name(ledger, -1, "tRAIN-1", &rows, NULL));
	assert_true(run > 0);
	assert_int_equal(only_row(pedigree_ledger_by_name(
				 ledger, PEDIGREE_TRIAL_COMPONENT, "train-1",
				 &rows, NULL)),
			 run);
	assert_int_equal(
		only_row(pedigree_ledger_by_name(ledger, PEDIGREE_ACTION,
						 "train-1", &rows, NULL)),
		0);
	pedigree_row artifact = only_row(
		pedigree_ledger_by_uri(ledger, "s3://b/model", &rows, NULL));
	assert_true(artifact > 0 && artifact != run);
	assert_int_equal(only_row(pedigree_ledger_by_digest(ledger, version,
							    &rows, NULL)),
			 artifact);
	assert_int_equal(only_row(pedigree_ledger_by_digest(
				 ledger, "0123456789abcdef0123456789abcdef",
				 &rows, NULL)),
			 artifact);
	assert_int_equal(only_row(pedigree_ledger_by_uri(ledger, "s3://b/MODEL",
							 &rows, NULL)),
			 0);
	assert_int_equal(
		only_row(pedigree_ledger_by_arn(ledger, "arn:no", &rows, NULL)),
		0);
	pedigree_ledger_close(ledger);
	free(version);
	scene_free(scene);
}

static void test_a_run_comes_with_its_capture_and_manifests(void **state)
{
	struct scene *scene = scene_new(NULL);
	struct pedigree_record *record = record_of("train", 0, 100);
	struct pedigree_manifest *manifest =
		pedigree_vec_push(&record->manifests);
	struct pedigree_buf text = PEDIGREE_BUF_INIT;

	(void)state;
	manifest->digest = strdup("d1");
	manifest->text = strdup("a\nb\n");
	record->processes = 7;
	add_output(record, "file:///m", 'm', "Model");
	put_ledger(scene, record);
	struct pedigree_ledger *ledger = open_ledger(scene);
	pedigree_row run = only_row(
		pedigree_ledger_by_name(ledger, -1, "train", &rows, NULL));
	assert_int_equal(pedigree_ledger_capture(ledger, run, &text, NULL), 0);
	assert_non_null(strstr(text.data, "\"Processes\":7"));
	assert_int_equal(pedigree_ledger_run(ledger, run, &text, NULL), 0);
	assert_string_equal(text.data, "train");
	assert_int_equal(pedigree_ledger_run(ledger, run + 1, &text, NULL), 0);
	assert_string_equal(text.data, "");
	assert_int_equal(pedigree_ledger_manifest(ledger, "d1", &text, NULL),
			 0);
	assert_string_equal(text.data, "a\nb\n");
	assert_int_equal(pedigree_ledger_manifest(ledger, "d2", &text, NULL),
			 PEDIGREE_ENOTFOUND);
	pedigree_buf_clear(&text);
	pedigree_ledger_close(ledger);
	scene_free(scene);
}

static void test_edges_are_read_both_ways_oldest_first(void **state)
{
	struct scene *scene = scene_new(NULL);
	struct pedigree_record *record = record_of("late", 0, 300);
	struct pedigree_edges edges = { 0 };

	(void)state;
	add_input(record, "file:///in", 'i', "DataSet");
	put_ledger(scene, record);
	record = record_of("early", 0, 100);
	add_input(record, "file:///in", 'i', "DataSet");
	add_output(record, "file:///out", 'o', "Model");
	put_ledger(scene, record);
	struct pedigree_ledger *ledger = open_ledger(scene);
	pedigree_row in = only_row(
		pedigree_ledger_by_uri(ledger, "file:///in", &rows, NULL));
	pedigree_row early = only_row(
		pedigree_ledger_by_name(ledger, -1, "early", &rows, NULL));
	assert_int_equal(pedigree_ledger_edges(ledger, in, false, &edges, NULL),
			 0);
	assert_int_equal(edges.n, 2);
	assert_int_equal(edges.v[0].destination, early);
	assert_int_equal(edges.v[0].created_ms, 100000);
	assert_string_equal(edges.v[0].type, "ContributedTo");
	assert_int_equal(edges.v[1].created_ms, 300000);
	pedigree_edges_clear(&edges);
	assert_int_equal(
		pedigree_ledger_edges(ledger, early, true, &edges, NULL), 0);
	assert_int_equal(edges.n, 1);
	assert_int_equal(edges.v[0].source, in);
	pedigree_edges_clear(&edges);
	pedigree_ledger_close(ledger);
	scene_free(scene);
}

/* How many; *ret_created: when the first was made. */
static size_t associated(struct pedigree_ledger *ledger,
			 const struct pedigree_edge_filter *filter,
			 int64_t *ret_created)
{
	struct pedigree_edges edges = { 0 };
	size_t n;

	assert_int_equal(
		pedigree_ledger_find_edges(ledger, filter, &edges, NULL), 0);
	n = edges.n;
	*ret_created = n ? edges.v[0].created_ms : 0;
	pedigree_edges_clear(&edges);
	return n;
}

static void test_associations_are_listed_by_what_is_asked_for(void **state)
{
	struct scene *scene = scene_new(NULL);
	struct pedigree_record *record = record_of("early", 0, 100);
	int64_t created;

	(void)state;
	add_input(record, "file:///in.csv", 'a', "DataSet");
	add_output(record, "file:///out.pkl", 'b', "Model");
	put_ledger(scene, record);
	record = record_of("late", 0, 300);
	add_input(record, "file:///in.csv", 'a', "DataSet");
	put_ledger(scene, record);
	struct pedigree_ledger *ledger = open_ledger(scene);
#define ASSOCIATED(...) \
	associated(ledger, &(struct pedigree_edge_filter){ __VA_ARGS__ }, \
		   &created)
	assert_int_equal(ASSOCIATED(.limit = 0), 3);
	assert_int_equal(created, 300000);
	assert_int_equal(ASSOCIATED(.limit = 2), 2);
	assert_int_equal(created, 300000);
	assert_int_equal(ASSOCIATED(.limit = 1, .ascending = true), 1);
	assert_int_equal(created, 100000);
	assert_int_equal(ASSOCIATED(.type = "Produced"), 1);
	assert_int_equal(ASSOCIATED(.name = "LAT"), 1);
	assert_int_equal(created, 300000);
	assert_int_equal(ASSOCIATED(.name = "%"), 0);
	assert_int_equal(ASSOCIATED(.source_uri = "file:///in.csv"), 2);
	assert_int_equal(ASSOCIATED(.source_uri = "file:///out.pkl"), 1);
	assert_int_equal(ASSOCIATED(.created_after_ms = 100000), 1);
	assert_int_equal(ASSOCIATED(.created_before_ms = 300000), 2);
	pedigree_ledger_close(ledger);
	scene_free(scene);
}

static size_t listed(const struct scene *scene,
		     const struct pedigree_ledger_filter *filter,
		     pedigree_row *ret_first)
{
	struct pedigree_ledger *ledger = open_ledger(scene);
	struct pedigree_rows rows = { 0 };

	assert_int_equal(pedigree_ledger_list(ledger, filter, &rows, NULL), 0);
	size_t n = rows.n;
	if (ret_first)
		*ret_first = n ? rows.v[0] : 0;
	pedigree_vec_clear(&rows);
	pedigree_ledger_close(ledger);
	return n;
}

static void test_listing_filters_sorts_and_limits(void **state)
{
	struct scene *scene = scene_new(NULL);
	struct pedigree_ledger_filter filter = {
		.kind = PEDIGREE_TRIAL_COMPONENT
	};
	pedigree_row newest, oldest, by_name;

	(void)state;
	static const char *const names[] = { "b-1", "A-100%_x", "c-1" };
	for (int i = 0; i < 3; i++) {
		struct pedigree_record *record =
			record_of(names[i], 0, 100 * (i + 1));

		pedigree_pairs_add(&record->entities.v[0].tags, "n", names[i]);
		pedigree_pairs_add(&record->entities.v[0].tags, "all", "yes");
		add_input(record, "file:///in", 'i', "DataSet");
		put_ledger(scene, record);
	}
	assert_int_equal(listed(scene, &filter, &newest), 3);
	filter.ascending = true;
	assert_int_equal(listed(scene, &filter, &oldest), 3);
	assert_int_equal(oldest + 2 * (newest - oldest) / 2, newest);
	filter.by_name = true;
	assert_int_equal(listed(scene, &filter, &by_name), 3);
	assert_true(by_name != oldest && by_name != newest);
	filter.limit = 2;
	assert_int_equal(listed(scene, &filter, NULL), 2);
	filter.limit = 0;
	filter.name = "a-1";
	assert_int_equal(listed(scene, &filter, NULL), 1);
	filter.name = "0%_";
	assert_int_equal(listed(scene, &filter, NULL), 1);
	filter.name = "%";
	assert_int_equal(listed(scene, &filter, NULL), 1);
	filter.name = "' OR 1=1 --";
	assert_int_equal(listed(scene, &filter, NULL), 0);
	filter.name = NULL;
	filter.tag_key = "all";
	assert_int_equal(listed(scene, &filter, NULL), 3);
	filter.tag_value = "no";
	assert_int_equal(listed(scene, &filter, NULL), 0);
	filter.tag_key = NULL;
	filter.tag_value = "c-1";
	assert_int_equal(listed(scene, &filter, NULL), 1);
	filter.tag_value = NULL;
	filter.created_after_ms = 100000;
	assert_int_equal(listed(scene, &filter, NULL), 2);
	filter.created_before_ms = 300000;
	assert_int_equal(listed(scene, &filter, NULL), 1);
	filter = (struct pedigree_ledger_filter){ .kind = PEDIGREE_ARTIFACT,
						  .type = "DataSet",
						  .source_uri = "file:///in" };
	assert_int_equal(listed(scene, &filter, NULL), 1);
	filter.type = "Model";
	assert_int_equal(listed(scene, &filter, NULL), 0);
	scene_free(scene);
}

static void test_an_artifact_named_again_keeps_what_it_was(void **state)
{
	struct scene *scene = scene_new(NULL);
	struct pedigree_record *record = record_of("first", 0, 100);
	struct pedigree_entity entity = { 0 };
	char *arn = strdup(add_input(record, "file:///m", 'm', "DataSet"));

	(void)state;
	pedigree_pairs_add(&record->entities.v[1].properties, "Host", "one");
	put_ledger(scene, record);
	record = record_of("second", 0, 200);
	add_input(record, "file:///m", 'm', "Model");
	pedigree_pairs_add(&record->entities.v[1].properties, "Host", "two");
	pedigree_pairs_add(&record->entities.v[1].properties, "New", "yes");
	put_ledger(scene, record);
	entity_by_arn(scene, arn, &entity);
	assert_string_equal(entity.type, "Model");
	assert_int_equal(entity.created_ms, 100000);
	assert_int_equal(entity.modified_ms, 200000);
	assert_string_equal(pedigree_pairs_get(&entity.properties, "Host"),
			    "one");
	assert_string_equal(pedigree_pairs_get(&entity.properties, "New"),
			    "yes");
	pedigree_entity_clear(&entity);
	record = record_of("third", 0, 300);
	add_input(record, "file:///m", 'm', "DataSet");
	put_ledger(scene, record);
	record = record_of("fourth", 0, 300);
	add_input(record, "file:///m", 'm', "Code");
	put_ledger(scene, record);
	entity_by_arn(scene, arn, &entity);
	assert_string_equal(entity.type, "Model");
	assert_int_equal(entity.modified_ms, 200000);
	pedigree_entity_clear(&entity);
	free(arn);
	scene_free(scene);
}

static void
test_a_higher_revision_replaces_what_is_said_of_the_run(void **state)
{
	struct scene *scene = scene_new(NULL);
	struct pedigree_record *record = record_of("run", 0, 100);
	struct pedigree_record *shared = record_of("other", 0, 50);
	struct pedigree_entity entity = { 0 };
	char *run = strdup(record_arn(record));
	char *gone = strdup(add_input(record, "file:///gone", 'g', "DataSet"));
	char *kept = strdup(add_input(record, "file:///kept", 'k', "DataSet"));
	char *type;

	(void)state;
	pedigree_pairs_add(&record->entities.v[0].tags, "old", "1");
	/* An edge that two records state stays until both take it back. */
	pedigree_record_associate(record, kept, gone, "DerivedFrom");
	add_input(shared, "file:///gone", 'g', "DataSet");
	add_input(shared, "file:///kept", 'k', "DataSet");
	pedigree_record_associate(shared, kept, gone, "DerivedFrom");
	put_ledger(scene, shared);
	put_ledger(scene, record);
	record = record_of("run", 1, 100);
	free(record->entities.v[0].status);
	record->entities.v[0].status = strdup("Failed");
	record->entities.v[0].created_ms = 999000;
	pedigree_pairs_add(&record->entities.v[0].tags, "new", "2");
	record->events = 42;
	add_input(record, "file:///kept", 'k', "DataSet");
	put_ledger(scene, record);
	entity_by_arn(scene, run, &entity);
	assert_string_equal(entity.status, "Failed");
	assert_int_equal(entity.created_ms, 100000);
	assert_null(pedigree_pairs_get(&entity.tags, "old"));
	assert_string_equal(pedigree_pairs_get(&entity.tags, "new"), "2");
	pedigree_entity_clear(&entity);
	entity_by_arn(scene, gone, &entity);
	pedigree_entity_clear(&entity);
	type = edge_type(scene, gone, run);
	assert_string_equal(type, "");
	free(type);
	type = edge_type(scene, kept, run);
	assert_string_equal(type, "ContributedTo");
	free(type);
	type = edge_type(scene, kept, gone);
	assert_string_equal(type, "DerivedFrom");
	free(type);
	assert_int_equal(ledger_number(scene,
				       "SELECT a.created FROM association "
				       "a JOIN entity e ON e.id = "
				       "a.destination WHERE e.run = "
				       "'run'"),
			 100000);
	assert_int_equal(ledger_number(scene, "SELECT count(*) FROM run WHERE "
					      "capture LIKE '%42%'"),
			 1);
	free(run);
	free(gone);
	free(kept);
	scene_free(scene);
}

static void test_a_name_that_another_run_has_is_rejected(void **state)
{
	struct scene *scene = scene_new(NULL);
	struct pedigree_record *record = record_of("elsewhere", 0, 200);
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree_entity entity = { 0 };
	struct pedigree_record *first = record_of("train", 0, 100);
	char *arn = strdup(record_arn(first));

	(void)state;
	put_ledger(scene, first);
	free(record->entities.v[0].arn);
	record->entities.v[0].arn = strdup(arn);
	add_input(record, "file:///x", 'x', "DataSet");
	assert_int_equal(put_in(scene, "ledger", record, &err),
			 PEDIGREE_REJECTED);
	assert_non_null(strstr(err.text, arn));
	entity_by_arn(scene, arn, &entity);
	assert_int_equal(entity.start_ms, 100000);
	pedigree_entity_clear(&entity);
	/* Nothing of a rejected record is left. */
	assert_int_equal(ledger_number(scene, "SELECT count(*) FROM entity"),
			 1);
	free(arn);
	scene_free(scene);
}

static void test_what_the_api_forbids_is_rejected(void **state)
{
	struct scene *scene = scene_new(NULL);
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree_record *record = record_of("other", 0, 100);
	char *other = strdup(record_arn(record));

	(void)state;
	put_ledger(scene, record);
	record = record_of("run", 0, 100);
	pedigree_record_associate(record, record_arn(record), other,
				  "AssociatedWith");
	assert_int_equal(put_in(scene, "ledger", record, &err),
			 PEDIGREE_REJECTED);
	assert_non_null(strstr(err.text, "may not be associated"));
	record = record_of("run", 0, 100);
	err = (struct pedigree_error)PEDIGREE_ERROR_INIT;
	pedigree_record_associate(record, "arn:nowhere", record_arn(record),
				  "ContributedTo");
	assert_int_equal(put_in(scene, "ledger", record, &err),
			 PEDIGREE_REJECTED);
	assert_non_null(strstr(err.text, "arn:nowhere"));
	free(other);
	scene_free(scene);
}

static void test_reading_what_is_not_there_makes_nothing(void **state)
{
	struct scene *scene = scene_new(NULL);
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree_ledger *ledger;

	(void)state;
	assert_int_equal(pedigree_ledger_open(scene->config, &ledger, &err),
			 PEDIGREE_ENOTFOUND);
	assert_non_null(strstr(err.text, "ledger.db"));
	assert_int_equal(access(scene_data(scene, "ledger.db"), F_OK), -1);
	scene_free(scene);
}

static void test_the_path_may_be_configured(void **state)
{
	static const char *const flags[] = { "backend ledger.path=sub/l.db",
					     NULL };
	struct scene *scene = scene_new(flags);

	(void)state;
	put_ledger(scene, record_of("run", 0, 100));
	assert_int_equal(access(scene_data(scene, "sub/l.db"), F_OK), 0);
	pedigree_ledger_close(open_ledger(scene));
	scene_free(scene);
}

/* Neither reader nor writer takes the file, and neither changes it. */
static void must_refuse(const struct scene *scene, const char *words)
{
	const char *path = scene_data(scene, "ledger.db");
	struct pedigree_buf before = PEDIGREE_BUF_INIT;
	struct pedigree_buf after = PEDIGREE_BUF_INIT;
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree_ledger *ledger;

	assert_int_equal(pedigree_read_file(path, 1 << 26, &before, NULL), 0);
	assert_int_equal(pedigree_ledger_open(scene->config, &ledger, &err),
			 PEDIGREE_EFORMAT);
	assert_non_null(strstr(err.text, path));
	assert_non_null(strstr(err.text, words));
	assert_non_null(strstr(err.text, "[backend ledger]"));
	err = (struct pedigree_error)PEDIGREE_ERROR_INIT;
	assert_int_equal(put_in(scene, "ledger", record_of("r", 0, 1), &err),
			 PEDIGREE_RETRY);
	assert_int_equal(err.code, PEDIGREE_EFORMAT);
	assert_non_null(strstr(err.text, words));
	assert_int_equal(pedigree_read_file(path, 1 << 26, &after, NULL), 0);
	assert_int_equal(before.len, after.len);
	assert_memory_equal(before.data, after.data, before.len);
	pedigree_buf_clear(&before);
	pedigree_buf_clear(&after);
}

static void test_a_file_that_is_no_database_is_left_alone(void **state)
{
	static const size_t sizes[] = { 1, 20, 100, 512, 5000 };
	struct scene *scene = scene_new(NULL);
	char text[5000];

	(void)state;
	memset(text, 'x', sizeof(text));
	pedigree_mkdirs(pedigree_config_data(scene->config), 0700, NULL);
	for (size_t i = 0; i < PEDIGREE_COUNT(sizes); i++) {
		pedigree_write_file(scene_data(scene, "ledger.db"), text,
				    sizes[i], NULL);
		must_refuse(scene, "not a usable ledger");
	}
	scene_free(scene);
}

static void make_database(const struct scene *scene, const char *sql)
{
	sqlite3 *db;

	pedigree_mkdirs(pedigree_config_data(scene->config), 0700, NULL);
	unlink(scene_data(scene, "ledger.db"));
	assert_int_equal(sqlite3_open(scene_data(scene, "ledger.db"), &db),
			 SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void test_a_database_of_another_program_is_left_alone(void **state)
{
	struct scene *scene = scene_new(NULL);

	(void)state;
	make_database(scene, "CREATE TABLE t(a); INSERT INTO t VALUES(1)");
	must_refuse(scene, "another program");
	make_database(scene, "PRAGMA journal_mode = WAL; CREATE TABLE t(a)");
	must_refuse(scene, "another program");
	make_database(scene, "PRAGMA application_id = 7;");
	must_refuse(scene, "another program");
	make_database(scene, "PRAGMA user_version = 1;");
	must_refuse(scene, "another program");
	scene_free(scene);
}

static void test_a_ledger_of_a_newer_version_is_left_alone(void **state)
{
	struct scene *scene = scene_new(NULL);

	(void)state;
	put_ledger(scene, record_of("run", 0, 100));
	sqlite3 *db;
	assert_int_equal(sqlite3_open(scene_data(scene, "ledger.db"), &db),
			 SQLITE_OK);
	sqlite3_exec(db, "PRAGMA user_version = 2", NULL, NULL, NULL);
	sqlite3_close(db);
	must_refuse(scene, "newer pedigree");
	scene_free(scene);
}

static void test_a_damaged_ledger_is_an_error_and_keeps_the_record(void **state)
{
	struct scene *scene = scene_new(NULL);
	struct pedigree_error err = PEDIGREE_ERROR_INIT;

	(void)state;
	put_ledger(scene, record_of("run", 0, 100));
	int fd = open(scene_data(scene, "ledger.db"), O_WRONLY | O_CLOEXEC);
	for (off_t at = 100; at < 200000; at += 512)
		if (pwrite(fd, "damaged damaged damaged", 23, at) < 0)
			break;
	close(fd);
	assert_int_equal(put_in(scene, "ledger", record_of("r", 0, 1), &err),
			 PEDIGREE_RETRY);
	assert_int_equal(err.code, PEDIGREE_EFORMAT);
	assert_non_null(strstr(err.text, "ledger.db"));
	scene_free(scene);
}

static void test_an_empty_file_becomes_a_ledger(void **state)
{
	struct scene *scene = scene_new(NULL);
	struct pedigree_ledger *ledger;

	(void)state;
	pedigree_mkdirs(pedigree_config_data(scene->config), 0700, NULL);
	pedigree_write_file(scene_data(scene, "ledger.db"), "", 0, NULL);
	assert_int_equal(pedigree_ledger_open(scene->config, &ledger, NULL),
			 PEDIGREE_ENOTFOUND);
	put_ledger(scene, record_of("run", 0, 100));
	pedigree_ledger_close(open_ledger(scene));
	scene_free(scene);
}

static void test_a_full_disk_keeps_the_record(void **state)
{
	struct scene *scene = scene_new(NULL);
	int status;

	(void)state;
	put_ledger(scene, record_of("first", 0, 100));
	pid_t pid = fork();
	if (pid == 0) {
		const struct rlimit tight = { .rlim_cur = 8192,
					      .rlim_max = 8192 };
		struct pedigree_error err = PEDIGREE_ERROR_INIT;
		struct pedigree_record *record = record_of("second", 0, 100);

		for (int i = 0; i < 100; i++) {
			char uri[32];

			snprintf(uri, sizeof(uri), "file:///%d", i);
			add_input(record, uri, 'x', "DataSet");
		}
		signal(SIGXFSZ, SIG_IGN);
		setrlimit(RLIMIT_FSIZE, &tight);
		_exit(put_in(scene, "ledger", record, &err) != PEDIGREE_RETRY ||
		      err.code != PEDIGREE_EIO);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(ledger_number(scene, "SELECT count(*) FROM run"), 1);
	put_ledger(scene, record_of("third", 0, 100));
	scene_free(scene);
}

static void test_a_ledger_that_stays_locked_is_told(void **state)
{
	struct scene *scene = scene_new(NULL);
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree_db *db;
	sqlite3 *holder;

	(void)state;
	put_ledger(scene, record_of("run", 0, 100));
	assert_int_equal(pedigree_db_open(&pedigree_ledger_kind,
					  scene_data(scene, "ledger.db"),
					  PEDIGREE_DB_WRITE, 50, NULL, 0, &db,
					  &err),
			 0);
	assert_int_equal(sqlite3_open(scene_data(scene, "ledger.db"), &holder),
			 SQLITE_OK);
	sqlite3_exec(holder, "BEGIN IMMEDIATE", NULL, NULL, NULL);
	assert_int_equal(pedigree_db_begin(db, &err), PEDIGREE_EBUSY);
	assert_non_null(strstr(err.text, "another process"));
	assert_non_null(strstr(err.text, "50 ms"));
	/* Readers are not kept waiting. */
	pedigree_ledger_close(open_ledger(scene));
	sqlite3_exec(holder, "ROLLBACK", NULL, NULL, NULL);
	assert_int_equal(pedigree_db_begin(db, NULL), 0);
	pedigree_db_rollback(db);
	sqlite3_close(holder);
	pedigree_db_close(db);
	scene_free(scene);
}

/* What a statement made itself, out of what indexes led it to. */
static bool is_own(const char *step)
{
	static const char *const own[] = {
		"SCAN CONSTANT ROW", "SCAN produced", "SCAN model",
		"SCAN bytes",	     "SCAN origin",
	};

	for (size_t i = 0; i < PEDIGREE_COUNT(own); i++)
		if (strcmp(step, own[i]) == 0)
			return true;
	return false;
}

static void assert_plan(sqlite3 *db, const char *query)
{
	struct pedigree_buf sql = PEDIGREE_BUF_INIT;
	sqlite3_stmt *stmt;

	pedigree_buf_addf(&sql, "EXPLAIN QUERY PLAN %s", query);
	assert_int_equal(sqlite3_prepare_v2(db, sql.data, -1, &stmt, NULL),
			 SQLITE_OK);
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		const char *step = (const char *)sqlite3_column_text(stmt, 3);

		if (!strncmp(step, "SCAN", 4) && !is_own(step))
			fail_msg("%s\n%s", query, step);
		if (strstr(step, "entity_by_kind"))
			fail_msg("%s\n%s", query, step);
	}
	sqlite3_finalize(stmt);
	pedigree_buf_clear(&sql);
}

static void test_every_statement_goes_through_an_index(void **state)
{
	struct scene *scene = scene_new(NULL);
	sqlite3 *db;

	(void)state;
	put_ledger(scene, record_of("run", 0, 100));
	sqlite3_open(scene_data(scene, "ledger.db"), &db);
	assert_plan(db, PEDIGREE_LEDGER_EDGES_UP);
	assert_plan(db, PEDIGREE_LEDGER_EDGES_DOWN);
	for (size_t i = 0; i < PEDIGREE_SQLS; i++)
		assert_plan(db, pedigree_ledger_sqls[i]);
	sqlite3_close(db);
	scene_free(scene);
}

static void test_only_its_owner_may_read_it(void **state)
{
	struct scene *scene = scene_new(NULL);
	mode_t old = umask(0);
	struct stat st;

	(void)state;
	put_ledger(scene, record_of("run", 0, 100));
	struct pedigree_db *db;
	pedigree_db_open(&pedigree_ledger_kind, scene_data(scene, "ledger.db"),
			 PEDIGREE_DB_WRITE, 1000, NULL, 0, &db, NULL);
	pedigree_db_begin(db, NULL);
	umask(old);
	static const char *const names[] = { "ledger.db", "ledger.db-wal",
					     "ledger.db-shm" };
	for (size_t i = 0; i < PEDIGREE_COUNT(names); i++) {
		if (stat(scene_data(scene, names[i]), &st) == 0)
			assert_int_equal(st.st_mode & 0777, 0600);
		else
			assert_true(i > 0);
	}
	pedigree_db_rollback(db);
	pedigree_db_close(db);
	scene_free(scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_entity_comes_back_whole),
		cmocka_unit_test(test_an_entity_is_found_by_every_name_it_has),
		cmocka_unit_test(
			test_a_run_comes_with_its_capture_and_manifests),
		cmocka_unit_test(test_edges_are_read_both_ways_oldest_first),
		cmocka_unit_test(
			test_associations_are_listed_by_what_is_asked_for),
		cmocka_unit_test(test_listing_filters_sorts_and_limits),
		cmocka_unit_test(
			test_an_artifact_named_again_keeps_what_it_was),
		cmocka_unit_test(
			test_a_higher_revision_replaces_what_is_said_of_the_run),
		cmocka_unit_test(test_a_name_that_another_run_has_is_rejected),
		cmocka_unit_test(test_what_the_api_forbids_is_rejected),
		cmocka_unit_test(test_reading_what_is_not_there_makes_nothing),
		cmocka_unit_test(test_the_path_may_be_configured),
		cmocka_unit_test(test_a_file_that_is_no_database_is_left_alone),
		cmocka_unit_test(
			test_a_database_of_another_program_is_left_alone),
		cmocka_unit_test(
			test_a_ledger_of_a_newer_version_is_left_alone),
		cmocka_unit_test(
			test_a_damaged_ledger_is_an_error_and_keeps_the_record),
		cmocka_unit_test(test_an_empty_file_becomes_a_ledger),
		cmocka_unit_test(test_a_full_disk_keeps_the_record),
		cmocka_unit_test(test_a_ledger_that_stays_locked_is_told),
		cmocka_unit_test(test_every_statement_goes_through_an_index),
		cmocka_unit_test(test_only_its_owner_may_read_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
