/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "aws/xml.h"

/* The bytes behind it must not be looked at. */
static bool text_of(const char *xml, size_t n, struct pedigree_buf *ret)
{
	_cleanup_buf_ struct pedigree_buf buf = PEDIGREE_BUF_INIT;

	pedigree_buf_reset(ret);
	pedigree_buf_add(&buf, xml, n);
	return pedigree_aws_xml_text(&buf, "Key", ret);
}

static void test_the_first_element_of_a_name_is_found(void **state)
{
	static const struct {
		const char *xml, *text;
	} cases[] = {
		{ "<Key>a</Key>", "a" },
		{ "<A><Keys>x</Keys><Key>a b</Key><Key>c</Key></A>", "a b" },
		{ "<Key></Key>", "" },
		{ "<Key>&lt;&amp;&gt;&quot;&apos;&#65;&#x42;</Key>",
		  "<&>\"'AB" },
	};
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;

	(void)state;
	for (size_t i = 0; i < PEDIGREE_COUNT(cases); i++) {
		assert_true(text_of(cases[i].xml, strlen(cases[i].xml), &text));
		assert_string_equal(text.data, cases[i].text);
	}
}

static void test_what_is_damaged_gives_nothing(void **state)
{
	static const char *const cases[] = {
		"",
		"<",
		"<Key",
		"<Key/>",
		"<key>a</key>",
		"<Key>a<b>c</b></Key>",
		"<Key>a</Kex>",
		"<Key>&nbsp;</Key>",
		"<Key>&</Key>",
		"<Key>&#;</Key>",
		"<Key>&#0;</Key>",
		"<Key>&#x110000;</Key>",
		"<Key>&#65</Key>;",
	};
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;

	(void)state;
	for (size_t i = 0; i < PEDIGREE_COUNT(cases); i++) {
		if (text_of(cases[i], strlen(cases[i]), &text))
			fail_msg("'%s' gave '%s'", cases[i], text.data);
		assert_int_equal(text.len, 0);
	}
}

static void test_what_is_cut_gives_nothing(void **state)
{
	static const char xml[] = "<A><Key>a&amp;b</Key></A>";
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	size_t whole = strlen("<A><Key>a&amp;b</Key>");

	(void)state;
	for (size_t n = 0; n < sizeof(xml); n++)
		assert_int_equal(text_of(xml, n, &text), n >= whole);
	assert_string_equal(text.data, "a&b");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_first_element_of_a_name_is_found),
		cmocka_unit_test(test_what_is_damaged_gives_nothing),
		cmocka_unit_test(test_what_is_cut_gives_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
