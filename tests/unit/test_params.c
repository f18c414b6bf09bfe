/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "graph/params.h"
#include "graph/text.h"
#include "rules/redact.h"

static struct pedigree_entity entity;

static int clear(void **state)
{
	(void)state;
	pedigree_entity_clear(&entity);
	return 0;
}

static void read_args(const char *const *argv)
{
	assert_int_equal(pedigree_params_read(&entity.parameters,
					      (char *const *)argv, 1),
			 0);
}

/* The value of a parameter as text; "" when there is none. */
static const char *value(const char *key)
{
	static char number[40];

	for (size_t i = 0; i < entity.parameters.n; i++) {
		const struct pedigree_param *param = &entity.parameters.v[i];

		if (strcmp(param->key, key) != 0)
			continue;
		if (!param->is_number)
			return param->value;
		snprintf(number, sizeof(number), "%g", param->number);
		return number;
	}
	return "";
}

static void test_every_way_to_write_an_option_is_read(void **state)
{
	const char *argv[] = { "train",	 "--lr",     "0.1",    "--batch=32",
			       "-x",	 "3",	     "--bias", "-0.5",
			       "+a.b=c", "opt=adam", "--dry",  "--verbose",
			       "-",	 "data.csv", NULL };

	(void)state;
	read_args(argv);
	assert_string_equal(value("lr"), "0.1");
	assert_string_equal(value("batch"), "32");
	assert_string_equal(value("x"), "3");
	assert_string_equal(value("bias"), "-0.5");
	assert_string_equal(value("a.b"), "c");
	assert_string_equal(value("opt"), "adam");
	assert_string_equal(value("dry"), "true");
	assert_string_equal(value("verbose"), "-");
	assert_int_equal(entity.parameters.n, 8);
}

static void test_positions_and_what_follows_two_dashes_are_none(void **state)
{
	const char *argv[] = { "train", "a.csv", "b=c d/e", "--",
			       "--lr",	"1",	 NULL };

	(void)state;
	read_args(argv);
	assert_int_equal(entity.parameters.n, 1);
	assert_string_equal(value("b"), "c d/e");
}

static void test_secrets_are_replaced(void **state)
{
	const char *argv[] = { "train",
			       "--api-key",
			       "s3cr3t",
			       "--password=s3cr3t",
			       "token=s3cr3t",
			       "--url",
			       "https://me:s3cr3t@host/x",
			       "--id",
			       "AKIAIOSFODNN7EXAMPLE",
			       NULL };
	struct pedigree_buf command = PEDIGREE_BUF_INIT;

	(void)state;
	read_args(argv);
	assert_string_equal(value("api-key"), PEDIGREE_REDACTED);
	assert_string_equal(value("password"), PEDIGREE_REDACTED);
	assert_string_equal(value("token"), PEDIGREE_REDACTED);
	for (size_t i = 0; i < entity.parameters.n; i++) {
		assert_null(strstr(entity.parameters.v[i].value, "s3cr3t"));
		assert_null(strstr(entity.parameters.v[i].value, "AKIA"));
	}
	pedigree_command_text(&command, (char *const *)argv);
	assert_null(strstr(command.data, "s3cr3t"));
	assert_null(strstr(command.data, "AKIA"));
	pedigree_buf_clear(&command);
}

static void test_limits_cut_and_never_refuse(void **state)
{
	char text[4000];
	char key[16];

	(void)state;
	memset(text, 'v', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(pedigree_param_put(&entity.parameters, "long", text),
			 0);
	assert_int_equal(strlen(value("long")), PEDIGREE_VALUE_MAX);
	assert_string_equal(value("long") + PEDIGREE_VALUE_MAX - 3,
			    "\xe2\x80\xa6");
	for (int i = 0; i < 400; i++) {
		snprintf(key, sizeof(key), "k%d", i);
		assert_int_equal(
			pedigree_param_put(&entity.parameters, key, "v"), 0);
	}
	assert_int_equal(entity.parameters.n, PEDIGREE_PARAMS_MAX);
}

static void test_a_parameter_of_the_program_keeps_its_name(void **state)
{
	(void)state;
	pedigree_param_put(&entity.parameters, "host", "db1");
	assert_int_equal(
		pedigree_param_own(&entity.parameters, "host", "laptop"), 0);
	assert_string_equal(value("host"), "db1");
	assert_string_equal(value("pedigree.host"), "laptop");
}

static void test_a_command_can_be_pasted_into_a_shell(void **state)
{
	const char *argv[] = { "echo", "it's", "a b", "", "x=1", NULL };
	struct pedigree_buf command = PEDIGREE_BUF_INIT;

	(void)state;
	pedigree_command_text(&command, (char *const *)argv);
	assert_string_equal(command.data, "echo 'it'\\''s' 'a b' '' x=1");
	pedigree_buf_clear(&command);
}

static void test_text_is_cut_between_characters(void **state)
{
	static const struct {
		const char *text;
		size_t max;
		const char *wanted;
	} cases[] = {
		{ "abc", 3, "abc" },
		{ "abcd", 3, "\xe2\x80\xa6" },
		{ "abcdefg", 6, "abc\xe2\x80\xa6" },
		{ "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", 7,
		  "\xc3\xa9\xc3\xa9\xe2\x80\xa6" },
		{ "a\xff", 10, "a\xef\xbf\xbd" },
		{ "", 10, "" },
	};

	(void)state;
	for (size_t i = 0; i < PEDIGREE_COUNT(cases); i++) {
		char *clean = pedigree_clean_text(cases[i].text, cases[i].max);

		assert_string_equal(clean, cases[i].wanted);
		free(clean);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, clear)
	const struct CMUnitTest tests[] = {
		TEST(test_every_way_to_write_an_option_is_read),
		TEST(test_positions_and_what_follows_two_dashes_are_none),
		TEST(test_secrets_are_replaced),
		TEST(test_limits_cut_and_never_refuse),
		TEST(test_a_parameter_of_the_program_keeps_its_name),
		TEST(test_a_command_can_be_pasted_into_a_shell),
		TEST(test_text_is_cut_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
