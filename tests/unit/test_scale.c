/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Work grows with what there is to do and no faster. Of the way from a log to
 * the ledger, CPU time is compared: twice the files may take three times as
 * long, in the best of a few tries. In the ledger, steps of SQLite's virtual
 * machine are counted, which are the same each time.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "evlog/reader.h"
#include "graph/build.h"
#include "query/query.h"

#include "tests/unit/support/log.h"
#include "tests/unit/support/scene.h"

#define TRIES 5

static double cpu(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* From the log of `files` files to a record in the ledger. */
static double record_many(long files)
{
	const char *flags[] = { "capture.hash_max_files=1", NULL };
	struct scene *scene = scene_new(flags);
	struct pedigree_evlog *log = pedigree_evlog_new();
	char name[] = "many", place[] = "/", *argv[] = { name, NULL };
	const struct pedigree_run_facts facts = {
		.run = name,
		.name = name,
		.argv = argv,
		.cwd = place,
		.host = name,
		.user = name,
		.home = place,
		.start_ms = 1,
		.git_dirty = -1,
	};
	struct pedigree_record *record = NULL;
	struct test_log bytes;
	double start;

	assert_non_null(log);
	test_log_many(&bytes, "/data/many", files);
	test_log_write(scene_path(scene, "events"), bytes.bytes.data,
		       bytes.bytes.len, 0);
	test_log_clear(&bytes);
	start = cpu();
	assert_int_equal(
		pedigree_evlog_add(log, scene_path(scene, "events"), NULL), 0);
	pedigree_evlog_sort(log);
	assert_int_equal(pedigree_build(&facts, log, scene->config, NULL,
					&record, NULL),
			 0);
	/* One run, one data set. */
	assert_int_equal(record->entities.n, 2);
	assert_int_equal(record->manifests.n, 1);
	put_ledger(scene, record);
	start = cpu() - start;
	pedigree_evlog_free(log);
	scene_free(scene);
	return start;
}

static void test_twice_the_files_take_twice_the_time(void **state)
{
	double ratio = 0;

	(void)state;
	for (int i = 0; i < TRIES; i++) {
		double once = record_many(50000);

		ratio = record_many(100000) / once;
		if (ratio < 3)
			return;
	}
	fail_msg("twice the files took %.1f times as long", ratio);
}

/* A script in which cp writes a file and grep reads it, again and again. */
static double record_steps(uint32_t n)
{
	struct scene *scene = scene_new(NULL);
	struct pedigree_evlog *log = pedigree_evlog_new();
	char name[] = "steps", place[] = "/", automatic[] = "auto",
	     *argv[] = { name, NULL };
	const struct pedigree_run_facts facts = {
		.run = name,
		.name = name,
		.argv = argv,
		.cwd = place,
		.host = name,
		.user = name,
		.home = place,
		.steps = automatic,
		.pid = 100,
		.start_ms = 1,
		.end_ms = INT64_C(1) << 50,
		.git_dirty = -1,
	};
	struct pedigree_record *record = NULL;
	char path[] = "/tmp/pedigree-scale-XXXXXX.csv";
	struct test_log bytes;
	double start;
	int fd;

	assert_non_null(log);
	fd = mkstemps(path, 4);
	assert_true(fd >= 0);
	close(fd);
	test_log_begin(&bytes, name, name);
	test_log_chunk(&bytes, 4096, 100, 0);
	test_log_process(&bytes, 0, 100, 1, "/bin/sh");
	for (uint32_t i = 0; i < n; i++) {
		test_log_chunk(&bytes, 4096, 1000 + i, 0);
		test_log_process(&bytes, 0, 1000 + i, 100,
				 i % 2 ? "/usr/bin/grep" : "/usr/bin/cp");
		test_log_open(&bytes,
			      i % 2 ? PEDIGREE_F_READ
				    : PEDIGREE_F_WRITE | PEDIGREE_F_TRUNC,
			      0, path);
	}
	test_log_end(&bytes);
	test_log_write(scene_path(scene, "events"), bytes.bytes.data,
		       bytes.bytes.len, 0);
	test_log_clear(&bytes);
	assert_int_equal(
		pedigree_evlog_add(log, scene_path(scene, "events"), NULL), 0);
	pedigree_evlog_sort(log);
	start = cpu();
	assert_int_equal(pedigree_build(&facts, log, scene->config, NULL,
					&record, NULL),
			 0);
	start = cpu() - start;
	assert_int_equal(record->steps.n, n);
	/* Each step has the file, of which nobody knows whose bytes it had. */
	assert_true(record->associations.n > n - 2);
	unlink(path);
	pedigree_record_free(record);
	pedigree_evlog_free(log);
	scene_free(scene);
	return start;
}

static void test_twice_the_steps_take_twice_the_time(void **state)
{
	double ratio = 0;

	(void)state;
	for (int i = 0; i < TRIES; i++) {
		double once = record_steps(2000);

		ratio = record_steps(4000) / once;
		if (ratio < 3)
			return;
	}
	fail_msg("twice the steps took %.1f times as long", ratio);
}

static int64_t steps;

static int count_steps(unsigned int event, void *ctx, void *stmt, void *ns)
{
	(void)event;
	(void)ctx;
	(void)ns;
	steps += sqlite3_stmt_status(stmt, SQLITE_STMTSTATUS_VM_STEP, 1);
	return 0;
}

static int watch(sqlite3 *db, const char **text, const void *api)
{
	(void)text;
	(void)api;
	return sqlite3_trace_v2(db, SQLITE_TRACE_PROFILE, count_steps, NULL);
}

static int start_counting(void **state)
{
	*state = scene_new(NULL);
	return sqlite3_auto_extension((void (*)(void))watch);
}

static int stop_counting(void **state)
{
	sqlite3_cancel_auto_extension((void (*)(void))watch);
	scene_free(*state);
	return 0;
}

/* Run i reads what all read and makes a model. Answers the steps it took. */
static int64_t put_consumer(struct scene *scene, int i)
{
	char name[64];

	snprintf(name, sizeof(name), "run-%d", i);
	struct pedigree_record *record = record_of(name, 0, 1000 + i);
	add_input(record, "file:///data/hub.csv", 'h', "DataSet");
	snprintf(name, sizeof(name), "file:///out/model-%d.pkl", i);
	const char *model =
		add_artifact(record, name, 'm', (size_t)i + 100, "Model");
	pedigree_record_associate(record, record_arn(record), model,
				  "Produced");
	steps = 0;
	put_ledger(scene, record);
	return steps;
}

/* Vertices of a walk; *ret_steps: what it took. */
static size_t walk(struct scene *scene, const char *uri, bool up,
		   unsigned int depth, int64_t *ret_steps)
{
	_cleanup_ledger_ struct pedigree_ledger *ledger = NULL;
	struct pedigree_graph *graph = NULL;
	struct pedigree_rows rows = { 0 };
	size_t n;

	steps = 0;
	assert_int_equal(pedigree_ledger_open(scene->config, &ledger, NULL), 0);
	assert_int_equal(pedigree_ledger_by_uri(ledger, uri, &rows, NULL), 0);
	assert_int_equal(rows.n, 1);
	assert_int_equal(pedigree_walk(ledger, rows.v[0],
				       up ? PEDIGREE_UP : PEDIGREE_DOWN, depth,
				       &graph, NULL),
			 0);
	n = graph->vertices.n;
	pedigree_graph_free(graph);
	pedigree_rows_clear(&rows);
	*ret_steps = steps;
	return n;
}

static void test_what_many_read_is_no_dearer_to_read_once_more(void **state)
{
	int64_t few = 0, many = 0, before, after;

	for (int i = 0; i < 10; i++)
		few = put_consumer(*state, i);
	assert_int_equal(
		walk(*state, "file:///out/model-1.pkl", true, 0, &before), 3);
	for (int i = 10; i < 500; i++)
		many = put_consumer(*state, i);
	assert_in_range(few, 1, INT64_MAX);
	assert_in_range(many, 1, few + few / 10);
	/* Nor does a trace of one model look at the others. */
	assert_int_equal(
		walk(*state, "file:///out/model-1.pkl", true, 0, &after), 3);
	assert_in_range(after, 1, before);
	/* Downstream they are asked for, one step or two. */
	assert_int_equal(walk(*state, "file:///data/hub.csv", false, 1, &after),
			 501);
	assert_int_equal(walk(*state, "file:///data/hub.csv", false, 0, &after),
			 1001);
}

/* A run writes the same bytes `n` times, and the last of them is deployed.
   Answers the steps that both took. */
static int64_t put_equal(int n)
{
	struct scene *scene = scene_new(NULL);
	struct pedigree_record *record = record_of("copies", 0, 1000);
	char name[64];
	int64_t answer;

	for (int i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "file:///%d/model.pkl", i);
		add_output(record, name, 'm', "Model");
	}
	steps = 0;
	put_ledger(scene, record);
	put_deployment(scene, "deploy", 2000, name, 'm');
	answer = steps;
	/* A star, whose centre was first, and the run behind the endpoint. */
	assert_int_equal(ledger_number(scene,
				       "SELECT count(*) FROM association "
				       "WHERE type = 'SameAs'"),
			 n - 1);
	assert_int_equal(ledger_number(scene,
				       "SELECT count(*) FROM association a "
				       "JOIN entity t ON t.id = a.source "
				       "JOIN entity x ON x.id = a.destination "
				       "WHERE a.type = 'AssociatedWith' "
				       "AND t.name = 'copies' "
				       "AND x.type = 'Endpoint'"),
			 1);
	scene_free(scene);
	return answer;
}

static void test_equal_files_are_tied_at_the_cost_of_each(void **state)
{
	int64_t once = put_equal(10000), twice = put_equal(20000);

	(void)state;
	assert_in_range(once, 1, INT64_MAX);
	assert_in_range(twice, once, once * 5 / 2);
}

/* A run reads the same few bytes `n` times, which ties nothing. */
static int64_t put_small(int n)
{
	struct scene *scene = scene_new(NULL);
	struct pedigree_record *record = record_of("reader", 0, 1000);
	char name[64];
	int64_t answer;

	for (int i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "file:///%d/label.txt", i);
		add_artifact(record, name, 's', 4, "DataSet");
	}
	steps = 0;
	put_ledger(scene, record);
	answer = steps;
	assert_int_equal(ledger_number(scene,
				       "SELECT count(*) FROM association "
				       "WHERE type = 'SameAs'"),
			 0);
	scene_free(scene);
	return answer;
}

static void test_small_equal_files_cost_what_each_does(void **state)
{
	int64_t once = put_small(2000), twice = put_small(4000);

	(void)state;
	assert_in_range(once, 1, INT64_MAX);
	assert_in_range(twice, once, once * 5 / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_what_many_read_is_no_dearer_to_read_once_more,
			start_counting, stop_counting),
		cmocka_unit_test_setup_teardown(
			test_equal_files_are_tied_at_the_cost_of_each,
			start_counting, stop_counting),
		cmocka_unit_test_setup_teardown(
			test_small_equal_files_cost_what_each_does,
			start_counting, stop_counting),
		cmocka_unit_test(test_twice_the_files_take_twice_the_time),
		cmocka_unit_test(test_twice_the_steps_take_twice_the_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
