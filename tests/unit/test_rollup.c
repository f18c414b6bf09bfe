/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "graph/rollup.h"

#define MANY 5000

static char *paths[MANY];
static uint32_t group[MANY];
static size_t n_paths;
static struct pedigree_folders folders;

static void add(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void add(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	assert_true(vasprintf(&paths[n_paths++], format, args) > 0);
	va_end(args);
}

static int begin(void **state)
{
	(void)state;
	n_paths = 0;
	return 0;
}

static int end(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_paths; i++)
		free(paths[i]);
	pedigree_folders_clear(&folders);
	return 0;
}

static void roll(size_t min)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;

	assert_int_equal(pedigree_rollup((const char *const *)paths, n_paths,
					 min, "/home/me", group, &folders,
					 &err),
			 0);
}

static void test_few_files_stay_what_they_are(void **state)
{
	(void)state;
	add("/data/a.csv");
	add("/data/b.csv");
	add("/data/deep/c.csv");
	roll(10);
	assert_int_equal(folders.n, 0);
	assert_int_equal(group[2], PEDIGREE_ROLLUP_ALONE);
}

static void test_many_files_of_a_folder_are_one_data_set(void **state)
{
	(void)state;
	for (int i = 0; i < 10; i++)
		add("/data/images/%d.png", i);
	add("/data/labels.csv");
	roll(10);
	assert_int_equal(folders.n, 1);
	assert_string_equal(folders.v[0], "/data/images");
	assert_int_equal(group[0], 0);
	assert_int_equal(group[9], 0);
	assert_int_equal(group[10], PEDIGREE_ROLLUP_ALONE);
}

static void test_partitions_are_one_data_set_at_their_top(void **state)
{
	(void)state;
	for (int day = 0; day < 30; day++)
		for (int hour = 0; hour < 24; hour++)
			add("/lake/events/dt=%d/hour=%d/part-0.parquet", day,
			    hour);
	roll(10);
	assert_int_equal(folders.n, 1);
	assert_string_equal(folders.v[0], "/lake/events");
}

static void test_train_and_test_stay_apart(void **state)
{
	(void)state;
	for (int i = 0; i < 100; i++) {
		add("/data/train/%d.npy", i);
		add("/data/test/%d.npy", i);
	}
	roll(10);
	assert_int_equal(folders.n, 2);
	assert_string_equal(folders.v[0], "/data/train");
	assert_string_equal(folders.v[1], "/data/test");
}

static void test_the_home_folder_is_no_data_set(void **state)
{
	(void)state;
	for (int i = 0; i < 20; i++)
		add("/home/me/%d.csv", i);
	for (int i = 0; i < 20; i++)
		add("/tmp/%d.csv", i);
	roll(10);
	assert_int_equal(folders.n, 0);
}

static void test_many_folders_of_one_file_are_few_artifacts(void **state)
{
	(void)state;
	for (int i = 0; i < MANY; i++)
		add("/lake/a%d/b%d/c%d/d%d/only.bin", i % 9, i / 9 % 9,
		    i / 81 % 9, i);
	roll(1000);
	assert_true(folders.n > 0 && folders.n <= PEDIGREE_ROLLUP_MOST);
	for (size_t i = 0; i < n_paths; i++)
		assert_int_not_equal(group[i], PEDIGREE_ROLLUP_ALONE);
}

static void test_zero_switches_roll_up_off(void **state)
{
	(void)state;
	for (int i = 0; i < 100; i++)
		add("/data/%d", i);
	roll(0);
	assert_int_equal(folders.n, 0);
}

static void test_a_manifest_is_sorted_and_encoded(void **state)
{
	struct pedigree_manifest_line lines[] = {
		{ "/d/b.csv", "sha256:22", 2 },
		{ "/d/a b\n.csv", "sha256:11", 1 },
		{ "/d/c/x", "mtime:5", 3 },
	};
	struct pedigree_buf buf = PEDIGREE_BUF_INIT;

	(void)state;
	pedigree_manifest_text("/d", lines, 3, &buf);
	assert_string_equal(buf.data, "pedigree-manifest 1\n"
				      "sha256:11\t1\ta%20b%0A.csv\n"
				      "sha256:22\t2\tb.csv\n"
				      "mtime:5\t3\tc/x\n");
	pedigree_buf_clear(&buf);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(test_few_files_stay_what_they_are),
		TEST(test_many_files_of_a_folder_are_one_data_set),
		TEST(test_partitions_are_one_data_set_at_their_top),
		TEST(test_train_and_test_stay_apart),
		TEST(test_the_home_folder_is_no_data_set),
		TEST(test_many_folders_of_one_file_are_few_artifacts),
		TEST(test_zero_switches_roll_up_off),
		TEST(test_a_manifest_is_sorted_and_encoded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
