/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is told of a setting that is nearly right, and what no checkout may
 * say.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "rules/check.h"
#include "rules/command.h"

static void test_a_value_that_is_nearly_right_gets_a_suggestion(void **state)
{
	static const struct {
		enum pedigree_value_type type;
		const char *text, *meant;
	} values[] = {
		{ PEDIGREE_VALUE_DURATION, "10 s", "10s" },
		{ PEDIGREE_VALUE_DURATION, "2sec", "2s" },
		{ PEDIGREE_VALUE_DURATION, "5 Minutes", "5m" },
		{ PEDIGREE_VALUE_DURATION, "3 weeks", "21d" },
		{ PEDIGREE_VALUE_DURATION, "2w", "14d" },
		{ PEDIGREE_VALUE_DURATION, "250 msec", "250ms" },
		{ PEDIGREE_VALUE_SIZE, "1 GB", "1G" },
		{ PEDIGREE_VALUE_SIZE, "64KiB", "64K" },
		{ PEDIGREE_VALUE_SIZE, "12 bytes", "12" },
		{ PEDIGREE_VALUE_BOOL, "ture", "true" },
		{ PEDIGREE_VALUE_BOOL, "yess", "yes" },
		{ PEDIGREE_VALUE_ROLE, "inputs", "input" },
		{ PEDIGREE_VALUE_ROLE, "OUTPUT", "output" },
		{ PEDIGREE_VALUE_PUSH, "manuel", "manual" },
		{ PEDIGREE_VALUE_STORE, "s4", "s3" },
		/* Nothing is near. */
		{ PEDIGREE_VALUE_DURATION, "soon", NULL },
		{ PEDIGREE_VALUE_DURATION, "10 parsecs", NULL },
		{ PEDIGREE_VALUE_DURATION, "-1", NULL },
		{ PEDIGREE_VALUE_DURATION, "99999999999999999999s", NULL },
		{ PEDIGREE_VALUE_SIZE, "1X", NULL },
		{ PEDIGREE_VALUE_SIZE, "", NULL },
		{ PEDIGREE_VALUE_NUMBER, "many", NULL },
		{ PEDIGREE_VALUE_BOOL, "perhaps", NULL },
	};

	(void)state;
	for (size_t i = 0; i < PEDIGREE_COUNT(values); i++) {
		_cleanup_buf_ struct pedigree_buf got = PEDIGREE_BUF_INIT;
		_cleanup_buf_ struct pedigree_buf all = PEDIGREE_BUF_INIT;

		assert_non_null(
			pedigree_value_fault(values[i].type, values[i].text));
		pedigree_value_suggest(values[i].type, values[i].text, &got);
		if (!values[i].meant) {
			assert_int_equal(got.len, 0);
			continue;
		}
		pedigree_buf_addf(&all, "; did you mean '%s'?",
				  values[i].meant);
		assert_string_equal(got.data, all.data);
		/* What is suggested is right. */
		assert_null(
			pedigree_value_fault(values[i].type, values[i].meant));
	}
}

static void test_what_hides_everything_is_known_in_all_its_forms(void **state)
{
	static const char *const all[] = {
		"**",		"/**",	"*",	       "*.csv **", "**/*",
		"{project}/**", "~/**", "{/**,*.log}", "/*/**",	   "[!x]*",
	};
	static const char *const some[] = {
		"*.log",       "/mnt/scratch/**", "raw/**", "{project}/out/**",
		"~/.cache/**", "*.{csv,tsv}",	  "*z*",
	};

	(void)state;
	for (size_t i = 0; i < PEDIGREE_COUNT(all); i++)
		if (pedigree_config_hides_all("exclude", "match", all[i]) != 1)
			fail_msg("%s hides something", all[i]);
	for (size_t i = 0; i < PEDIGREE_COUNT(some); i++)
		if (pedigree_config_hides_all("exclude", "match", some[i]))
			fail_msg("%s hides everything", some[i]);
	/* What keeps things hides nothing. */
	assert_int_equal(pedigree_config_hides_all("artifact", "match", "**"),
			 0);
}

/* With a try of every way to share out the words, this would take years. */
static void test_many_gaps_in_a_command_cost_nothing(void **state)
{
	const struct pedigree_setting setting = {
		.name = "x",
		.value = "sh ** a ** a ** a ** a ** a ** a ** b",
	};
	const char *argv[201] = { "sh" };
	struct pedigree_command_rule rule;
	struct pedigree_command line;

	(void)state;
	for (size_t i = 1; i < 200; i++)
		argv[i] = "a";
	pedigree_command_set(&line, argv);
	assert_int_equal(pedigree_command_rule_read(&setting, &rule), 0);
	assert_false(pedigree_command_match(&rule, &line));
	argv[199] = "b";
	pedigree_command_set(&line, argv);
	assert_true(pedigree_command_match(&rule, &line));
	pedigree_command_rule_clear(&rule);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_a_value_that_is_nearly_right_gets_a_suggestion),
		cmocka_unit_test(
			test_what_hides_everything_is_known_in_all_its_forms),
		cmocka_unit_test(test_many_gaps_in_a_command_cost_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
