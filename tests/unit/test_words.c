/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "aws/words.h"
#include "base/base.h"

static void test_a_line_is_cut_as_a_shell_would(void **state)
{
	static const struct {
		const char *line;
		const char *words[6];
	} lines[] = {
		{ "a", { "a" } },
		{ "  a \t b\n", { "a", "b" } },
		{ "a b c d e", { "a", "b", "c", "d", "e" } },
		{ "'a  b' \"c d\"", { "a  b", "c d" } },
		{ "a'b'\"c\"d", { "abcd" } },
		{ "'' \"\" a", { "", "", "a" } },
		{ "a\\ b \\'", { "a b", "'" } },
		{ "\"a\\\"b\\\\c\\d\"", { "a\"b\\c\\d" } },
		{ "'a\\'", { "a\\" } },
		{ "$HOME ; #|", { "$HOME", ";", "#|" } },
	};

	(void)state;
	for (size_t i = 0; i < PEDIGREE_COUNT(lines); i++) {
		_cleanup_free_ char **words = NULL;
		size_t n = 0;

		assert_int_equal(pedigree_aws_words(lines[i].line, &words), 0);
		for (; words[n] && lines[i].words[n]; n++)
			assert_string_equal(words[n], lines[i].words[n]);
		assert_ptr_equal(words[n], lines[i].words[n]);
	}
}

static void test_a_line_that_has_no_end_is_refused(void **state)
{
	static const char *const lines[] = {
		"", "  ", "'a", "\"a", "a\\", "\"a\\\"", "a 'b\"",
	};
	char **words = NULL;

	(void)state;
	for (size_t i = 0; i < PEDIGREE_COUNT(lines); i++)
		assert_int_equal(pedigree_aws_words(lines[i], &words),
				 PEDIGREE_EFORMAT);
	assert_null(words);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_line_is_cut_as_a_shell_would),
		cmocka_unit_test(test_a_line_that_has_no_end_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
