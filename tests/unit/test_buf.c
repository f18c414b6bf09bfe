/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "tests/unit/support/alloc.h"

static void test_an_empty_buffer_is_an_empty_string(void **state)
{
	struct pedigree_buf buf = PEDIGREE_BUF_INIT;

	(void)state;
	assert_string_equal(buf.data, "");
	pedigree_buf_add(&buf, NULL, 0);
	pedigree_buf_cut(&buf, 0);
	assert_string_equal(buf.data, "");
	pedigree_buf_clear(&buf);
	assert_string_equal(buf.data, "");
}

static void test_what_is_added_follows_what_was_there(void **state)
{
	_cleanup_buf_ struct pedigree_buf buf = PEDIGREE_BUF_INIT;

	(void)state;
	pedigree_buf_add_str(&buf, "a");
	pedigree_buf_add_char(&buf, 'b');
	pedigree_buf_addf(&buf, "%d-%s", 42, "c");
	pedigree_buf_add(&buf, "\0x", 2);
	assert_int_equal(buf.len, 8);
	assert_memory_equal(buf.data, "ab42-c\0x", 9);
	pedigree_buf_cut(&buf, 100);
	assert_int_equal(buf.len, 8);
	pedigree_buf_cut(&buf, 2);
	assert_string_equal(buf.data, "ab");
	pedigree_buf_reset(&buf);
	assert_string_equal(buf.data, "");
}

static void test_long_content_is_kept_whole(void **state)
{
	_cleanup_buf_ struct pedigree_buf buf = PEDIGREE_BUF_INIT;

	(void)state;
	for (int i = 0; i < 10000; i++)
		pedigree_buf_addf(&buf, "%05d", i);
	assert_int_equal(buf.len, 50000);
	for (int i = 0; i < 10000; i++)
		assert_int_equal(strtol((char[6]){ buf.data[i * 5],
						   buf.data[i * 5 + 1],
						   buf.data[i * 5 + 2],
						   buf.data[i * 5 + 3],
						   buf.data[i * 5 + 4] },
					NULL, 10),
				 i);
}

static void test_taking_leaves_the_buffer_empty(void **state)
{
	struct pedigree_buf buf = PEDIGREE_BUF_INIT;
	char *taken = pedigree_buf_take(&buf);

	(void)state;
	assert_string_equal(taken, "");
	free(taken);
	pedigree_buf_add_str(&buf, "text");
	taken = pedigree_buf_take(&buf);
	assert_string_equal(taken, "text");
	assert_string_equal(buf.data, "");
	assert_int_equal(buf.len, 0);
	free(taken);
}

static void test_a_failure_sticks_and_changes_nothing(void **state)
{
	struct pedigree_buf buf = PEDIGREE_BUF_INIT;

	(void)state;
	pedigree_buf_add_str(&buf, "before");
	assert_int_equal(pedigree_buf_reserve(&buf, SIZE_MAX - 3),
			 PEDIGREE_ENOMEM);
	assert_true(pedigree_buf_error(&buf));
	pedigree_buf_add_str(&buf, "after");
	assert_string_equal(buf.data, "before");
	pedigree_buf_reset(&buf);
	assert_true(pedigree_buf_error(&buf));
	assert_null(pedigree_buf_take(&buf));
	assert_false(pedigree_buf_error(&buf));
}

static void test_growth_may_fail(void **state)
{
	struct pedigree_buf buf = PEDIGREE_BUF_INIT;

	(void)state;
	alloc_fail_at(1);
	pedigree_buf_addf(&buf, "%d", 1);
	assert_true(alloc_failed());
	assert_true(pedigree_buf_error(&buf));
	assert_string_equal(buf.data, "");
	pedigree_buf_clear(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_empty_buffer_is_an_empty_string),
		cmocka_unit_test(test_what_is_added_follows_what_was_there),
		cmocka_unit_test(test_long_content_is_kept_whole),
		cmocka_unit_test(test_taking_leaves_the_buffer_empty),
		cmocka_unit_test(test_a_failure_sticks_and_changes_nothing),
		cmocka_unit_test(test_growth_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
