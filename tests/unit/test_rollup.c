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

static struct pedigree_paths paths;
static struct pedigree_items items;
static struct pedigree_groups groups;

static void add(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void add(const char *format, ...)
{
	struct pedigree_item *item = pedigree_vec_push(&items);
	uint32_t folder;
	char *path;
	va_list args;

	va_start(args, format);
	assert_true(vasprintf(&path, format, args) > 0);
	va_end(args);
	item->name = pedigree_paths_of(&paths, path, &folder);
	free(path);
}

static int begin(void **state)
{
	(void)state;
	return pedigree_paths_init(&paths);
}

static int end(void **state)
{
	(void)state;
	pedigree_groups_clear(&groups);
	pedigree_vec_clear(&items);
	pedigree_paths_clear(&paths);
	return 0;
}

static void roll(size_t min)
{
	pedigree_items_sort(&paths, items.v, items.n);
	assert_int_equal(pedigree_rollup(&paths, items.v, 0, items.n,
					 "/nowhere/me", min, &groups),
			 0);
}

/* How many groups are folders. */
static size_t n_folders(void)
{
	size_t n = 0;

	for (size_t i = 0; i < groups.n; i++)
		n += groups.v[i].folder != NULL;
	return n;
}

static void test_few_files_stay_what_they_are(void **state)
{
	(void)state;
	add("/nowhere/a.csv");
	add("/nowhere/b.csv");
	add("/nowhere/deep/c.csv");
	roll(10);
	assert_int_equal(n_folders(), 0);
	assert_int_equal(groups.n, 3);
}

static void test_many_files_of_a_folder_are_one_data_set(void **state)
{
	(void)state;
	for (int i = 0; i < 10; i++)
		add("/nowhere/images/%d.png", i);
	add("/nowhere/labels.csv");
	roll(10);
	assert_int_equal(groups.n, 2);
	assert_string_equal(groups.v[0].folder, "/nowhere/images");
	assert_int_equal(groups.v[0].n, 10);
	assert_null(groups.v[1].folder);
}

static void test_partitions_are_one_data_set_at_their_top(void **state)
{
	(void)state;
	for (int day = 0; day < 30; day++)
		for (int hour = 0; hour < 24; hour++)
			add("/nowhere/events/dt=%d/hour=%d/part-0.parquet", day,
			    hour);
	roll(10);
	assert_int_equal(groups.n, 1);
	assert_string_equal(groups.v[0].folder, "/nowhere/events");
	assert_int_equal(groups.v[0].n, 30 * 24);
}

static void test_train_and_test_stay_apart(void **state)
{
	(void)state;
	for (int i = 0; i < 100; i++) {
		add("/nowhere/train/%d.npy", i);
		add("/nowhere/test/%d.npy", i);
	}
	roll(10);
	assert_int_equal(groups.n, 2);
	assert_string_equal(groups.v[0].folder, "/nowhere/test");
	assert_string_equal(groups.v[1].folder, "/nowhere/train");
}

static void test_the_home_folder_is_no_data_set(void **state)
{
	(void)state;
	for (int i = 0; i < 20; i++)
		add("/nowhere/me/%d.csv", i);
	for (int i = 0; i < 20; i++)
		add("/tmp/%d.csv", i);
	roll(10);
	assert_int_equal(n_folders(), 0);
	assert_int_equal(groups.n, 40);
}

static void test_very_many_files_in_tmp_are_still_few_artifacts(void **state)
{
	(void)state;
	for (int i = 0; i < MANY; i++)
		add("/tmp/no-such-%d.csv", i);
	roll(10);
	assert_int_equal(groups.n, 1);
	assert_string_equal(groups.v[0].folder, "/tmp");
}

static void test_names_that_sort_around_a_slash_stay_together(void **state)
{
	(void)state;
	for (int i = 0; i < 10; i++) {
		add("/nowhere/a/%d", i);
		add("/nowhere/a-b/%d", i);
		add("/nowhere/a.b/%d", i);
		add("/nowhere/a0/%d", i);
	}
	roll(10);
	assert_int_equal(groups.n, 4);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(groups.v[i].n, 10);
}

static void test_many_folders_of_one_file_are_few_artifacts(void **state)
{
	(void)state;
	for (int i = 0; i < MANY; i++)
		add("/nowhere/a%d/b%d/c%d/d%d/only.bin", i % 9, i / 9 % 9,
		    i / 81 % 9, i);
	roll(1000);
	assert_true(groups.n > 0 && groups.n <= PEDIGREE_ROLLUP_MOST);
	assert_int_equal(n_folders(), groups.n);
}

static void test_zero_switches_roll_up_off(void **state)
{
	(void)state;
	for (int i = 0; i < 100; i++)
		add("/nowhere/%d", i);
	roll(0);
	assert_int_equal(groups.n, 100);
}

static void test_a_manifest_is_encoded_line_by_line(void **state)
{
	struct pedigree_version hashed = { .value = "sha256:11",
					   .bytes = 1,
					   .sized = true };
	struct pedigree_version lost = { .value = "" };
	struct pedigree_buf buf = PEDIGREE_BUF_INIT;

	(void)state;
	pedigree_manifest_begin(&buf);
	pedigree_manifest_add(&buf, &hashed, "a b\n.csv");
	pedigree_manifest_add(&buf, &lost, "c/x");
	assert_string_equal(buf.data, "pedigree-manifest 1\n"
				      "sha256:11\t1\ta%20b%0A.csv\n"
				      "-\t-\tc/x\n");
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
		TEST(test_very_many_files_in_tmp_are_still_few_artifacts),
		TEST(test_names_that_sort_around_a_slash_stay_together),
		TEST(test_many_folders_of_one_file_are_few_artifacts),
		TEST(test_zero_switches_roll_up_off),
		TEST(test_a_manifest_is_encoded_line_by_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
