/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Work grows with what there is to do and no faster. All measure CPU time and
 * compare: what must be twice the work may take three times as long, in the
 * best of a few tries.
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

#include <cmocka.h>

#include "evlog/reader.h"
#include "graph/build.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_twice_the_files_take_twice_the_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
