/* SPDX-License-Identifier: Apache-2.0 */
/* Arguments, shorthand, timestamps and queries: what people type. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include <pedigree/lineage.h>

#include "base/base.h"
#include "service/query.h"
#include "service/shape.h"

static void check_request(const char *operation, const char *base,
			  const char *const *args, const char *expected)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	char *request;

	if (pedigree_request_from_args(operation, base, args, &request, &err))
		fail_msg("%s: %s", expected, err.text);
	assert_string_equal(request, expected);
	free(request);
}

static void check_refusal(const char *operation, const char *const *args,
			  int code, const char *words)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	char *request = NULL;

	assert_int_equal(pedigree_request_from_args(operation, NULL, args,
						    &request, &err),
			 code);
	assert_null(request);
	if (!strstr(err.text, words))
		fail_msg("'%s' does not say '%s'", err.text, words);
}

#define ARGS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void test_arguments_become_members(void **state)
{
	(void)state;
	check_request("create-artifact", NULL,
		      ARGS("--artifact-type", "DataSet", "--source",
			   "SourceUri=s3://b/k"),
		      "{\"ArtifactType\":\"DataSet\","
		      "\"Source\":{\"SourceUri\":\"s3://b/k\"}}");
	check_request("CreateArtifact", NULL,
		      ARGS("--artifact-type=A=B", "--source",
			   "{\"SourceUri\": \"u\"}"),
		      "{\"ArtifactType\":\"A=B\","
		      "\"Source\":{\"SourceUri\":\"u\"}}");
}

static void test_a_list_takes_several_words(void **state)
{
	(void)state;
	check_request("add-tags", NULL,
		      ARGS("--resource-arn", "arn", "--tags", "Key=a,Value=b",
			   "Key=c,Value=d"),
		      "{\"ResourceArn\":\"arn\",\"Tags\":["
		      "{\"Key\":\"a\",\"Value\":\"b\"},"
		      "{\"Key\":\"c\",\"Value\":\"d\"}]}");
	check_request("delete-tags", NULL,
		      ARGS("--resource-arn", "arn", "--tag-keys", "a", "b"),
		      "{\"ResourceArn\":\"arn\",\"TagKeys\":[\"a\",\"b\"]}");
}

static void test_shorthand_nests_and_quotes(void **state)
{
	(void)state;
	check_request(
		"create-artifact", NULL,
		ARGS("--artifact-type", "D", "--source",
		     "SourceUri=u,SourceTypes=[{SourceIdType=Custom,Value=1},"
		     "{SourceIdType=MD5Hash,Value=2}]",
		     "--properties", "a=\"b, c\",d='e=f'"),
		"{\"ArtifactType\":\"D\",\"Source\":{\"SourceUri\":\"u\","
		"\"SourceTypes\":[{\"SourceIdType\":\"Custom\",\"Value\":\"1\"},"
		"{\"SourceIdType\":\"MD5Hash\",\"Value\":\"2\"}]},"
		"\"Properties\":{\"a\":\"b, c\",\"d\":\"e=f\"}}");
}

static void test_booleans_and_numbers_have_their_types(void **state)
{
	(void)state;
	check_request("query-lineage", NULL,
		      ARGS("--start-arns", "a", "--no-include-edges",
			   "--max-depth", "3"),
		      "{\"StartArns\":[\"a\"],\"IncludeEdges\":false,"
		      "\"MaxDepth\":3}");
}

static void test_arguments_lie_over_the_base(void **state)
{
	(void)state;
	check_request("delete-context", "{\"ContextName\": \"a\"}",
		      ARGS("--context-name", "b"), "{\"ContextName\":\"b\"}");
	check_request("delete-context", "{\"ContextName\": \"a\"}",
		      (const char *const[]){ NULL }, "{\"ContextName\":\"a\"}");
}

static void test_arguments_that_are_wrong_are_named(void **state)
{
	(void)state;
	check_refusal("create-artefact", ARGS("--x"), PEDIGREE_EUNSUPPORTED,
		      "create-artifact");
	check_refusal("delete-context", ARGS("--context-nam", "x"),
		      PEDIGREE_EINVAL, "--context-name");
	check_refusal("delete-context", (const char *const[]){ NULL },
		      PEDIGREE_EINVAL, "--context-name");
	check_refusal("delete-context", ARGS("word"), PEDIGREE_EINVAL,
		      "'word'");
	check_refusal("query-lineage",
		      ARGS("--start-arns", "a", "--max-depth", "x"),
		      PEDIGREE_EINVAL, "--max-depth");
	check_refusal("query-lineage",
		      ARGS("--start-arns", "a", "--include-edges=yes"),
		      PEDIGREE_EINVAL, "takes no value");
	check_refusal("create-artifact",
		      ARGS("--artifact-type", "D", "--source", "SourceUri"),
		      PEDIGREE_EINVAL, "--source");
	check_refusal("create-artifact",
		      ARGS("--artifact-type", "D", "--source", "{\"a\": }"),
		      PEDIGREE_EFORMAT, "line 1");
}

static void test_timestamps_are_iso_or_seconds(void **state)
{
	static const struct {
		const char *text;
		int64_t ms; /* -1: none */
	} cases[] = {
		{ "1970-01-01", 0 },
		{ "2023-11-14T22:13:20Z", 1700000000000 },
		{ "2023-11-14T22:13:20", 1700000000000 },
		{ "2023-11-14 22:13:20", 1700000000000 },
		{ "2023-11-14T22:13:20.5678Z", 1700000000567 },
		{ "2023-11-14T23:13:20+01:00", 1700000000000 },
		{ "2023-11-14T17:13:20-0500", 1700000000000 },
		{ "1700000000", 1700000000000 },
		{ "1700000000.25", 1700000000250 },
		{ "2023-13-14", -1 },
		{ "2023-11-14T25:13:20", -1 },
		{ "2023-11-14T22:13:20+1", -1 },
		{ "2023-11-14T22:13:20Zx", -1 },
		{ "17000000000000", -1 },
		{ "12.5.", -1 },
		{ "yesterday", -1 },
		{ "", -1 },
	};

	(void)state;
	for (size_t i = 0; i < PEDIGREE_COUNT(cases); i++) {
		json_t *json = json_string(cases[i].text);
		int64_t ms = -1;
		bool is = pedigree_timestamp_parse(json, &ms);

		if (is != (cases[i].ms >= 0) || (is && ms != cases[i].ms))
			fail_msg("'%s': %d, %lld", cases[i].text, is,
				 (long long)ms);
		json_decref(json);
	}
}

static void test_timestamps_are_numbers_too(void **state)
{
	json_t *real = json_real(1700000000.5), *huge = json_real(1e300);
	int64_t ms;

	(void)state;
	assert_true(pedigree_timestamp_parse(real, &ms));
	assert_true(ms == 1700000000500);
	assert_false(pedigree_timestamp_parse(huge, &ms));
	assert_false(pedigree_timestamp_parse(json_true(), &ms));
	assert_false(pedigree_timestamp_parse(NULL, &ms));
	json_decref(real);
	json_decref(huge);
}

static void test_queries_choose(void **state)
{
	static const char answer[] =
		"{\"L\": [{\"n\": \"a\", \"v\": {\"x\": 1}},"
		"         {\"n\": \"b\", \"v\": {\"x\": 2}}, {\"n\": \"c\"}],"
		" \"odd name\": true, \"t\": \"text\"}";
	static const char *const cases[][2] = {
		{ "t", "\"text\"" },
		{ "\"odd name\"", "true" },
		{ "missing", "null" },
		{ "L[0].n", "\"a\"" },
		{ "L[-1].n", "\"c\"" },
		{ "L[9]", "null" },
		{ "L[].n", "[\"a\",\"b\",\"c\"]" },
		{ "L[*].v.x", "[1,2]" },
		{ "L[?n=='b'].v.x", "[2]" },
		{ "L[?n!='b'].n", "[\"a\",\"c\"]" },
		{ "L[?n=='z']", "[]" },
		{ "L[0].v.*", "[1]" },
		{ "L[].[n, v.x]", "[[\"a\",1],[\"b\",2],[\"c\",null]]" },
		{ "L[0].{name: n, x: v.x}", "{\"name\":\"a\",\"x\":1}" },
		{ "length(L)", "3" },
		{ "length(t)", "4" },
		{ "L[].n | [0]", "\"a\"" },
		{ "@.t", "\"text\"" },
	};
	json_t *json = json_loads(answer, 0, NULL);

	(void)state;
	for (size_t i = 0; i < PEDIGREE_COUNT(cases); i++) {
		struct pedigree_error err = PEDIGREE_ERROR_INIT;
		json_t *value = NULL;
		char *text;

		if (pedigree_query_json(cases[i][0], json, &value, &err))
			fail_msg("%s: %s", cases[i][0], err.text);
		text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
		if (strcmp(text, cases[i][1]) != 0)
			fail_msg("%s: %s, not %s", cases[i][0], text,
				 cases[i][1]);
		free(text);
		json_decref(value);
	}
	json_decref(json);
}

static void test_queries_that_are_not_understood_are_refused(void **state)
{
	static const char *const cases[] = {
		"",	"L[",	 "L[?n='b']", "L[?n==b", "sort(L)", "L[0]]",
		"a..b", "{a b}", "[a,",	      "a |",	 "'open",   "L[?n<'b']",
	};
	json_t *json = json_object();

	(void)state;
	for (size_t i = 0; i < PEDIGREE_COUNT(cases); i++) {
		struct pedigree_error err = PEDIGREE_ERROR_INIT;
		json_t *value = NULL;

		if (pedigree_query_json(cases[i], json, &value, &err) !=
		    PEDIGREE_EINVAL)
			fail_msg("%s is taken", cases[i]);
		assert_null(value);
		assert_true(err.text[0]);
	}
	json_decref(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arguments_become_members),
		cmocka_unit_test(test_a_list_takes_several_words),
		cmocka_unit_test(test_shorthand_nests_and_quotes),
		cmocka_unit_test(test_booleans_and_numbers_have_their_types),
		cmocka_unit_test(test_arguments_lie_over_the_base),
		cmocka_unit_test(test_arguments_that_are_wrong_are_named),
		cmocka_unit_test(test_timestamps_are_iso_or_seconds),
		cmocka_unit_test(test_timestamps_are_numbers_too),
		cmocka_unit_test(test_queries_choose),
		cmocka_unit_test(
			test_queries_that_are_not_understood_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
