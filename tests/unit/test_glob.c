/* SPDX-License-Identifier: Apache-2.0 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/base.h"
#include "rules/glob.h"
#include "rules/rules.h"

struct glob_case {
	const char *glob, *path;
	bool matches;
};

static void check(const struct glob_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (pedigree_glob_match(cases[i].glob, cases[i].path) !=
		    cases[i].matches)
			fail_msg("'%s' should %smatch '%s'", cases[i].glob,
				 cases[i].matches ? "" : "not ", cases[i].path);
	}
}

static void test_a_star_stays_within_a_component(void **state)
{
	static const struct glob_case cases[] = {
		{ "/data/*.csv", "/data/a.csv", true },
		{ "/data/*.csv", "/data/.csv", true },
		{ "/data/*.csv", "/data/b/a.csv", false },
		{ "/data/*/a.csv", "/data/b/a.csv", true },
		{ "/data/*/a.csv", "/data/a.csv", false },
		{ "/data/*", "/data/", true },
		{ "/data/*", "/data", false },
		{ "/*a*b*c", "/xaybzc", true },
		{ "/*a*b*c", "/xaybz", false },
		{ "/d?ta/x", "/data/x", true },
		{ "/d?ta/x", "/d/ta/x", false },
		{ "/data?x", "/data/x", false },
	};

	(void)state;
	check(cases, PEDIGREE_COUNT(cases));
}

static void test_two_stars_cross_components(void **state)
{
	static const struct glob_case cases[] = {
		{ "/usr/**", "/usr/lib/x", true },
		{ "/usr/**", "/usr", false },
		{ "/usr/**", "/usrlocal/x", false },
		{ "/a/**/b", "/a/b", true },
		{ "/a/**/b", "/a/x/y/b", true },
		{ "/a/**/b", "/a/xb", false },
		{ "**/b/c", "/b/c", true },
		{ "**/b/c", "/a/b/b/c", true },
		{ "**/b/c", "/a/xb/c", false },
		{ "**/x*y/**/z", "/1/xy/x2y/3/z", true },
		{ "**/x*y/**/z", "/1/x/y/z", false },
		{ "/a**.py", "/a/b/c.py", true },
		{ "/a**.py", "/a.py", true },
		{ "**", "/anything/at all", true },
		{ "**/**/a", "/a", true },
		{ "/**", "/", true },
	};

	(void)state;
	check(cases, PEDIGREE_COUNT(cases));
}

static void test_a_glob_without_slash_looks_at_the_name(void **state)
{
	static const struct glob_case cases[] = {
		{ "*.csv", "/data/b/a.csv", true },
		{ "*.csv", "/data.csv/b", false },
		{ "Makefile", "/src/Makefile", true },
		{ "Makefile", "/src/Makefile.am", false },
		{ "*.csv", "a.csv", true },
	};

	(void)state;
	check(cases, PEDIGREE_COUNT(cases));
}

static void test_sets_are_those_of_glob7(void **state)
{
	static const struct glob_case cases[] = {
		{ "[abc].x", "/b.x", true },	{ "[!abc].x", "/b.x", false },
		{ "[^abc].x", "/d.x", true },	{ "[a-c]", "/b", true },
		{ "[a-c]", "/-", false },	{ "[]a]", "/]", true },
		{ "[!]a]", "/]", false },	{ "[a-]", "/-", true },
		{ "[[:digit:]x]", "/7", true }, { "[[:digit:]x]", "/x", true },
		{ "[[:digit:]]", "/y", false }, { "[\\]]", "/]", true },
		{ "[ab", "/[ab", true },	{ "[ab", "/a", false },
		{ "/a[/]b", "/a/b", false },	{ "/a[!x]b", "/a/b", false },
	};

	(void)state;
	check(cases, PEDIGREE_COUNT(cases));
}

static void test_braces_are_alternatives(void **state)
{
	static const struct glob_case cases[] = {
		{ "*.{csv,tsv}", "/a.tsv", true },
		{ "*.{csv,tsv}", "/a.psv", false },
		{ "x{,.gz}", "/x", true },
		{ "x{,.gz}", "/x.gz", true },
		{ "{a,b{1,2}}c", "/b2c", true },
		{ "{a,b{1,2}}c", "/bc", false },
		{ "a{b", "/a{b", true },
		{ "a}b", "/a}b", true },
		{ "\\{a,b\\}", "/{a,b}", true },
		{ "{a\\,b,c}", "/a,b", true },
	};

	(void)state;
	check(cases, PEDIGREE_COUNT(cases));
}

static void test_a_backslash_takes_the_meaning_away(void **state)
{
	static const struct glob_case cases[] = {
		{ "a\\*b", "/a*b", true }, { "a\\*b", "/axb", false },
		{ "a\\?b", "/a?b", true }, { "a\\", "/a\\", true },
		{ "\\[a]", "/[a]", true },
	};

	(void)state;
	check(cases, PEDIGREE_COUNT(cases));
}

static void test_names_are_bytes(void **state)
{
	static const struct glob_case cases[] = {
		{ "*.csv", "/\xff\xfe\n.csv", true },
		{ "?", "/\xff", true },
		{ "[\x80-\xff]", "/\xe4", true },
	};

	(void)state;
	check(cases, PEDIGREE_COUNT(cases));
}

static void test_an_explosion_of_alternatives_is_refused(void **state)
{
	_cleanup_(pedigree_globs_clear) struct pedigree_globs globs = { 0 };

	(void)state;
	assert_int_equal(
		pedigree_glob_expand("{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}"
				     "{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}",
				     &globs),
		PEDIGREE_ELIMIT);
}

static void test_many_stars_end_soon(void **state)
{
	char path[4096];

	(void)state;
	memset(path, 'a', sizeof(path));
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	assert_false(pedigree_glob_match("*a*a*a*a*a*a*a*a*a*a*a*b", path));
	assert_false(pedigree_glob_match("/**a**a**a**a**a**a**a**b", path));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_star_stays_within_a_component),
		cmocka_unit_test(test_two_stars_cross_components),
		cmocka_unit_test(test_a_glob_without_slash_looks_at_the_name),
		cmocka_unit_test(test_sets_are_those_of_glob7),
		cmocka_unit_test(test_braces_are_alternatives),
		cmocka_unit_test(test_a_backslash_takes_the_meaning_away),
		cmocka_unit_test(test_names_are_bytes),
		cmocka_unit_test(test_an_explosion_of_alternatives_is_refused),
		cmocka_unit_test(test_many_stars_end_soon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
