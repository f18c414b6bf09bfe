/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/fs.h"

static const struct {
	const char *path, *clean;
} cleaned[] = {
	{ "/", "/" },
	{ "//", "/" },
	{ "/.", "/" },
	{ "/..", "/" },
	{ "/../..//a", "/a" },
	{ "/a/b", "/a/b" },
	{ "/a//b/", "/a/b" },
	{ "/a/./b/.", "/a/b" },
	{ "/a/../b", "/b" },
	{ "/a/b/..", "/a" },
	{ "/a/..", "/" },
	{ "/a/...", "/a/..." },
	{ "/a/..b/.c", "/a/..b/.c" },
	{ "/a b/\n/\xff", "/a b/\n/\xff" },
};

static void test_a_path_is_cleaned_by_its_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < PEDIGREE_COUNT(cleaned); i++) {
		char path[64];

		strcpy(path, cleaned[i].path);
		pedigree_path_clean(path);
		assert_string_equal(path, cleaned[i].clean);
	}
}

static void test_names_are_joined_to_folders(void **state)
{
	static const char *const cases[][3] = {
		{ "/a", "b", "/a/b" }, { "/a/", "b", "/a/b" },
		{ "/", "b", "/b" },    { "", "b", "b" },
		{ "/a", "/b", "/b" },  { "/a", "", "/a/" },
	};

	(void)state;
	for (size_t i = 0; i < PEDIGREE_COUNT(cases); i++) {
		_cleanup_buf_ struct pedigree_buf buf = PEDIGREE_BUF_INIT;

		pedigree_path_join(&buf, cases[i][0], cases[i][1]);
		assert_string_equal(buf.data, cases[i][2]);
	}
}

static void test_a_folder_is_above_its_files_only(void **state)
{
	(void)state;
	assert_true(pedigree_path_under("/a/b", "/a"));
	assert_true(pedigree_path_under("/a", "/a"));
	assert_true(pedigree_path_under("/a", "/"));
	assert_true(pedigree_path_under("/", "/"));
	assert_false(pedigree_path_under("/ab", "/a"));
	assert_false(pedigree_path_under("/", "/a"));
	assert_false(pedigree_path_under("/b/a", "/a"));
}

static void test_a_path_and_its_uri_are_one(void **state)
{
	static const char *const cases[][2] = {
		{ "/a/b.csv", "file:///a/b.csv" },
		{ "/a b", "file:///a%20b" },
		{ "/100%", "file:///100%25" },
		{ "/\xc3\xa4?#\n", "file:///%C3%A4%3F%23%0A" },
		{ "/-._~", "file:///-._~" },
		{ "/", "file:///" },
	};

	(void)state;
	for (size_t i = 0; i < PEDIGREE_COUNT(cases); i++) {
		_cleanup_buf_ struct pedigree_buf uri = PEDIGREE_BUF_INIT;
		_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;

		pedigree_path_to_uri(&uri, cases[i][0]);
		assert_string_equal(uri.data, cases[i][1]);
		assert_true(pedigree_uri_to_path(&path, uri.data));
		assert_string_equal(path.data, cases[i][0]);
	}
}

static void test_a_uri_that_is_no_file_has_no_path(void **state)
{
	static const char *const cases[] = {
		"",
		"/a",
		"http://a/b",
		"file:/a",
		"file://",
		"file://host",
		"file:///a%",
		"file:///a%2",
		"file:///a%00b",
		"file:///%zz",
		"file:///%2x",
	};
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;

	(void)state;
	pedigree_buf_add_str(&path, "kept");
	for (size_t i = 0; i < PEDIGREE_COUNT(cases); i++) {
		assert_false(pedigree_uri_to_path(&path, cases[i]));
		assert_string_equal(path.data, "kept");
	}
	pedigree_buf_reset(&path);
	assert_true(pedigree_uri_to_path(&path, "file://host/a%2fb"));
	assert_string_equal(path.data, "/a/b");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_path_is_cleaned_by_its_text),
		cmocka_unit_test(test_names_are_joined_to_folders),
		cmocka_unit_test(test_a_folder_is_above_its_files_only),
		cmocka_unit_test(test_a_path_and_its_uri_are_one),
		cmocka_unit_test(test_a_uri_that_is_no_file_has_no_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
