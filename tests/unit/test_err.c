/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"

static void test_the_first_message_wins(void **state)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;

	(void)state;
	assert_int_equal(pedigree_fail(&err, PEDIGREE_EFORMAT, "%s:%d", "a", 1),
			 PEDIGREE_EFORMAT);
	assert_int_equal(pedigree_fail(&err, PEDIGREE_EIO, "later"),
			 PEDIGREE_EIO);
	assert_int_equal(pedigree_fail_memory(&err), PEDIGREE_ENOMEM);
	assert_int_equal(err.code, PEDIGREE_EFORMAT);
	assert_string_equal(err.text, "a:1");
}

static void test_the_system_says_why(void **state)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;

	(void)state;
	errno = ENOENT;
	assert_int_equal(pedigree_fail_errno(&err, "cannot %s", "go"),
			 PEDIGREE_EIO);
	assert_int_equal(errno, ENOENT);
	assert_non_null(strstr(err.text, "cannot go: "));
	assert_non_null(strstr(err.text, strerror(ENOENT)));
	errno = ENOMEM;
	assert_int_equal(pedigree_fail_errno(NULL, "x"), PEDIGREE_ENOMEM);
}

static void test_a_long_message_is_cut(void **state)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	char text[5000];

	(void)state;
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	errno = EIO;
	pedigree_fail_errno(&err, "%s", text);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
}

static void test_a_message_is_one_line_of_text(void **state)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;

	(void)state;
	pedigree_fail(&err, PEDIGREE_EIO, "%s", "a\nb\x1b[m \xff\xc3 \xc3\xa4");
	assert_string_equal(err.text, "a?b?[m ?? \xc3\xa4");
	err.code = 0;
	errno = EIO;
	pedigree_fail_errno(&err, "%s", "\r\x7f");
	assert_int_equal(strncmp(err.text, "??: ", 4), 0);
}

static void test_every_code_has_a_name(void **state)
{
	(void)state;
	assert_string_equal(pedigree_code_name(PEDIGREE_OK), "success");
	for (int code = PEDIGREE_EAMBIGUOUS; code < 0; code++) {
		assert_non_null(pedigree_code_name(code));
		assert_string_not_equal(pedigree_code_name(code),
					"unknown error");
	}
	assert_string_equal(pedigree_code_name(1), "unknown error");
	assert_string_equal(pedigree_code_name(PEDIGREE_EAMBIGUOUS - 1),
			    "unknown error");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_first_message_wins),
		cmocka_unit_test(test_the_system_says_why),
		cmocka_unit_test(test_a_long_message_is_cut),
		cmocka_unit_test(test_a_message_is_one_line_of_text),
		cmocka_unit_test(test_every_code_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
