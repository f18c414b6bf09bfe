/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/base.h"
#include "base/buf.h"
#include "graph/json.h"
#include "graph/model.h"

static void test_a_name_keeps_only_what_the_api_allows(void **state)
{
	static const struct {
		const char *text, *name;
	} cases[] = {
		{ "train.py", "train-py" },
		{ "__init__", "init" },
		{ "", "x" },
		{ "///", "x" },
		{ "a--b", "a-b" },
		{ "caf\xc3\xa9 1", "caf-1" },
	};

	(void)state;
	for (size_t i = 0; i < PEDIGREE_COUNT(cases); i++) {
		_cleanup_free_ char *name = pedigree_api_name(cases[i].text);

		assert_string_equal(name, cases[i].name);
	}
}

static void test_a_long_name_is_cut_and_ends_in_no_hyphen(void **state)
{
	char text[300];
	_cleanup_free_ char *name = NULL;

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[119] = '-';
	text[sizeof(text) - 1] = '\0';
	name = pedigree_api_name(text);
	assert_int_equal(strlen(name), 119);
}

static void test_an_arn_names_its_kind(void **state)
{
	static const char prefix[] = "arn:aws:sagemaker:local:000000000000:";

	(void)state;
	for (int kind = 0; kind < PEDIGREE_KINDS; kind++) {
		struct pedigree_entity entity = { .kind = kind,
						  .name = (char *)"Some-Name",
						  .source_uri =
							  (char *)"s3://b" };
		_cleanup_free_ char *arn = pedigree_local_arn(&entity);

		assert_int_equal(strncmp(arn, prefix, strlen(prefix)), 0);
		assert_int_equal(pedigree_arn_kind(arn), kind);
		if (kind != PEDIGREE_ARTIFACT)
			assert_string_equal(strchr(arn, '/'), "/some-name");
	}
	assert_int_equal(pedigree_arn_kind("arn:aws:s3:::bucket/key"), -1);
	assert_int_equal(pedigree_arn_kind("model.pkl"), -1);
	assert_int_equal(pedigree_arn_kind(""), -1);
	assert_int_equal(
		pedigree_arn_kind(
			"arn:aws:sagemaker:eu-west-1:123456789012:endpoint/e"),
		-1);
}

static void test_two_versions_of_a_uri_are_two_artifacts(void **state)
{
	struct pedigree_entity one = { .source_uri = (char *)"file:///m" };
	struct pedigree_entity two = { .source_uri = (char *)"file:///m" };
	_cleanup_free_ char *first = NULL, *again = NULL, *second = NULL;

	(void)state;
	pedigree_pairs_add(&one.source_types, "Custom", "sha256:00");
	pedigree_pairs_add(&two.source_types, "Custom", "sha256:01");
	first = pedigree_local_arn(&one);
	again = pedigree_local_arn(&one);
	second = pedigree_local_arn(&two);
	assert_string_equal(first, again);
	assert_string_not_equal(first, second);
	assert_int_equal(strlen(strchr(first, '/') + 1), 32);
	pedigree_pairs_clear(&one.source_types);
	pedigree_pairs_clear(&two.source_types);
}

static void test_only_plain_finite_numbers_are_numbers(void **state)
{
	static const struct {
		const char *text;
		bool number;
	} cases[] = {
		{ "0.1", true },
		{ "-3", true },
		{ "1e-5", true },
		{ "nan", false },
		{ "inf", false },
		{ "1e999", false },
		{ "0x10", false },
		{ "007", false },
		{ "1 ", false },
		{ "", false },
		{ "true", false },
		{ "-", false },
		{ "12345678901234567890", false },
	};

	(void)state;
	for (size_t i = 0; i < PEDIGREE_COUNT(cases); i++) {
		struct pedigree_entity entity = { 0 };

		assert_int_equal(pedigree_params_set(&entity.parameters, "k",
						     "text"),
				 0);
		assert_int_equal(pedigree_params_set(&entity.parameters, "k",
						     cases[i].text),
				 0);
		assert_int_equal(entity.parameters.n, 1);
		assert_int_equal(entity.parameters.v[0].is_number,
				 cases[i].number);
		pedigree_entity_clear(&entity);
	}
}

static void test_equal_blind_spots_are_counted_together(void **state)
{
	_cleanup_record_ struct pedigree_record *record = pedigree_record_new();

	(void)state;
	pedigree_record_blind(record, "StaticProgram", "t", "/bin/a", 1);
	pedigree_record_blind(record, "StaticProgram", "t", "/bin/b", 1);
	pedigree_record_blind(record, "StaticProgram", "t", "/bin/a", 2);
	assert_int_equal(record->blind_spots.n, 2);
	assert_int_equal(record->blind_spots.v[0].count, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_name_keeps_only_what_the_api_allows),
		cmocka_unit_test(test_a_long_name_is_cut_and_ends_in_no_hyphen),
		cmocka_unit_test(test_an_arn_names_its_kind),
		cmocka_unit_test(test_two_versions_of_a_uri_are_two_artifacts),
		cmocka_unit_test(test_only_plain_finite_numbers_are_numbers),
		cmocka_unit_test(test_equal_blind_spots_are_counted_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
