/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fs.h"
#include "tests/unit/support/folder.h"

static void test_folders_are_made_with_those_above(void **state)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct stat st;

	(void)state;
	assert_int_equal(pedigree_mkdirs(test_path("a/b//c/"), 0700, NULL), 0);
	assert_int_equal(pedigree_mkdirs(test_path("a/b/c"), 0700, NULL), 0);
	assert_int_equal(stat(test_path("a/b/c"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(pedigree_write_file(test_path("a/file"), "x", 1, NULL),
			 0);
	assert_int_equal(pedigree_mkdirs(test_path("a/file/d"), 0700, &err),
			 PEDIGREE_EIO);
	assert_non_null(strstr(err.text, "a/file"));
	assert_int_equal(pedigree_mkdirs("", 0700, NULL), PEDIGREE_EIO);
}

static void test_a_tree_is_removed_without_following_links(void **state)
{
	struct stat st;

	(void)state;
	pedigree_mkdirs(test_path("tree/x/y"), 0700, NULL);
	pedigree_mkdirs(test_path("outside"), 0700, NULL);
	pedigree_write_file(test_path("outside/kept"), "x", 1, NULL);
	pedigree_write_file(test_path("tree/x/file"), "x", 1, NULL);
	assert_int_equal(symlink(test_path("outside"), test_path("tree/x/l")),
			 0);
	assert_int_equal(symlink(test_path("outside"), test_path("link")), 0);
	assert_int_equal(pedigree_remove_tree(test_path("tree"), NULL), 0);
	assert_int_equal(lstat(test_path("tree"), &st), -1);
	assert_int_equal(pedigree_remove_tree(test_path("link"), NULL), 0);
	assert_int_equal(stat(test_path("outside/kept"), &st), 0);
	assert_int_equal(pedigree_remove_tree(test_path("tree"), NULL), 0);
}

static void test_a_file_is_written_whole_and_read_back(void **state)
{
	_cleanup_buf_ struct pedigree_buf read = PEDIGREE_BUF_INIT;
	const char *path = test_path("whole");
	struct stat st;

	(void)state;
	assert_int_equal(pedigree_write_file(path, "old", 3, NULL), 0);
	assert_int_equal(pedigree_write_file(path, "new\0er", 6, NULL), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	pedigree_buf_add_str(&read, ">");
	assert_int_equal(pedigree_read_file(path, 6, &read, NULL), 0);
	assert_int_equal(read.len, 7);
	assert_memory_equal(read.data, ">new\0er", 8);
}

static void test_a_file_too_large_or_missing_is_told(void **state)
{
	_cleanup_buf_ struct pedigree_buf read = PEDIGREE_BUF_INIT;
	struct pedigree_error err = PEDIGREE_ERROR_INIT;

	(void)state;
	pedigree_buf_add_str(&read, "kept");
	pedigree_write_file(test_path("large"), "12345678", 8, NULL);
	assert_int_equal(pedigree_read_file(test_path("large"), 7, &read, NULL),
			 PEDIGREE_ELIMIT);
	assert_int_equal(pedigree_read_file(test_path("missing"), 7, &read,
					    &err),
			 PEDIGREE_ENOTFOUND);
	assert_non_null(strstr(err.text, "missing"));
	assert_int_equal(pedigree_read_file(test_folder, 7, &read, NULL),
			 PEDIGREE_EIO);
	assert_string_equal(read.data, "kept");
}

static void test_a_write_that_fails_leaves_nothing_behind(void **state)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;

	(void)state;
	assert_int_equal(pedigree_write_file(test_path("no/folder"), "x", 1,
					     &err),
			 PEDIGREE_EIO);
	/* Not over a folder, and no temporary file stays beside it. */
	pedigree_mkdirs(test_path("w/folder"), 0700, NULL);
	assert_int_equal(pedigree_write_file(test_path("w/folder"), "x", 1,
					     NULL),
			 PEDIGREE_EIO);
	assert_int_equal(rmdir(test_path("w/folder")), 0);
	assert_int_equal(rmdir(test_path("w")), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_folders_are_made_with_those_above),
		cmocka_unit_test(
			test_a_tree_is_removed_without_following_links),
		cmocka_unit_test(test_a_file_is_written_whole_and_read_back),
		cmocka_unit_test(test_a_file_too_large_or_missing_is_told),
		cmocka_unit_test(test_a_write_that_fails_leaves_nothing_behind),
	};

	return cmocka_run_group_tests(tests, test_folder_make,
				      test_folder_remove);
}
