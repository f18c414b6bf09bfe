/* SPDX-License-Identifier: Apache-2.0 */
/* The API's rules: limits, what a page is, quotas. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/base.h"
#include "tests/unit/support/client.h"

/* The answer of a call that has to go well. */
static char *call(const char *operation, const char *request)
{
	char *answer = NULL;

	if (pedigree_client_call(client, operation, request, &answer, &err))
		fail_msg("%s %s: %s", operation, request, err.text);
	return answer;
}

static void done(const char *operation, const char *request)
{
	free(call(operation, request));
}

static void refused(const char *operation, const char *request, int code,
		    const char *words)
{
	char *answer = NULL;

	err = (struct pedigree_error)PEDIGREE_ERROR_INIT;
	assert_int_equal(pedigree_client_call(client, operation, request,
					      &answer, &err),
			 code);
	if (!strstr(err.text, words))
		fail_msg("'%s' does not say '%s'", err.text, words);
	if (code == PEDIGREE_EINVAL)
		assert_non_null(strstr(answer, "ValidationException"));
	free(answer);
	err = (struct pedigree_error)PEDIGREE_ERROR_INIT;
}

/* A string member of an answer, which it releases. */
static char *text_of(char *answer, const char *query)
{
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	DO(pedigree_answer_print(answer, query, 1, out, &err));
	fclose(out);
	free(answer);
	text[strcspn(text, "\n")] = '\0';
	return text;
}

static void repeat(struct pedigree_buf *buf, const char *unit, int n)
{
	while (n-- > 0)
		pedigree_buf_add_str(buf, unit);
}

/* `unit` so many times in a request, as it must not fit or just fits. */
static void check_length(const char *before, const char *unit, int n,
			 const char *after, bool fits)
{
	_cleanup_buf_ struct pedigree_buf request = PEDIGREE_BUF_INIT;

	pedigree_buf_add_str(&request, before);
	repeat(&request, unit, n);
	pedigree_buf_add_str(&request, after);
	if (fits)
		done("CreateAction", request.data);
	else
		refused("CreateAction", request.data, PEDIGREE_EINVAL,
			"failed to satisfy constraint");
}

#define SOURCE "\"Source\": {\"SourceUri\": \"u\"}, \"ActionType\": \"t\"}"

static void test_lengths_are_counted_in_characters(void **state)
{
	(void)state;
	check_length("{\"ActionName\": \"", "a", 120, "\", " SOURCE, true);
	check_length("{\"ActionName\": \"", "a", 121, "\", " SOURCE, false);
	check_length("{\"ActionName\": \"b\", \"Description\": \"", "\xc3\xa4",
		     3072, "\", " SOURCE, true);
	check_length("{\"ActionName\": \"c\", \"Description\": \"", "\xc3\xa4",
		     3073, "\", " SOURCE, false);
	check_length("{\"ActionName\": \"d\", \"ActionType\": \"t\", "
		     "\"Source\": {\"SourceUri\": \"",
		     "u", 2048, "\"}}", true);
	check_length("{\"ActionName\": \"e\", \"ActionType\": \"t\", "
		     "\"Source\": {\"SourceUri\": \"",
		     "u", 2049, "\"}}", false);
}

static void test_a_map_has_so_many_entries(void **state)
{
	(void)state;
	for (int n = 30; n <= 31; n++) {
		_cleanup_buf_ struct pedigree_buf request = PEDIGREE_BUF_INIT;

		pedigree_buf_addf(&request,
				  "{\"ActionName\": \"a%d\", \"Properties\": {",
				  n);
		for (int i = 0; i < n; i++)
			pedigree_buf_addf(&request, "%s\"k%d\": \"v\"",
					  i ? ", " : "", i);
		pedigree_buf_add_str(&request, "}, " SOURCE);
		if (n == 30)
			done("CreateAction", request.data);
		else
			refused("CreateAction", request.data, PEDIGREE_EINVAL,
				"at 'properties'");
	}
}

static void test_every_failure_of_a_request_is_told(void **state)
{
	(void)state;
	refused("CreateAction",
		"{\"ActionName\": \"a b\", \"Status\": \"Done\", "
		"\"Source\": {\"SourceUri\": \"u\"}}",
		PEDIGREE_EINVAL, "3 validation errors detected");
	refused("CreateAction",
		"{\"ActionName\": \"a\", \"Status\": \"Done\", " SOURCE,
		PEDIGREE_EINVAL, "enum value set: [Unknown, InProgress");
	refused("CreateAction", "{\"ActionName\": 1, " SOURCE, PEDIGREE_EINVAL,
		"Member must be a string");
	refused("CreateAction", "{\"ActionName\": \"a\", \"Sourc\": 1, " SOURCE,
		PEDIGREE_EINVAL, "Sourc");
	refused("CreateAction", "{\"ActionName\": \"a\\u0000b\", " SOURCE,
		PEDIGREE_EFORMAT, "line 1");
	refused("CreateAction", "[]", PEDIGREE_EINVAL, "request");
	refused("ListActions", "{\"MaxResults\": 101}", PEDIGREE_EINVAL,
		"less than or equal to 100");
	refused("ListActions", "{\"MaxResults\": 1.5}", PEDIGREE_EINVAL,
		"integer");
	refused("CreateAction", "{\"ActionName\": ", PEDIGREE_EFORMAT,
		"line 1, column");
	refused("CreateActio", "{}", PEDIGREE_EUNSUPPORTED, "create-action");
}

static void test_names_differ_in_more_than_case(void **state)
{
	(void)state;
	done("CreateAction", "{\"ActionName\": \"Approve\", " SOURCE);
	refused("CreateAction", "{\"ActionName\": \"aPPROVE\", " SOURCE,
		PEDIGREE_EEXIST, "already exists");
}

static void make_contexts(int from, int to)
{
	for (int i = from; i < to; i++) {
		char name[20];

		snprintf(name, sizeof(name), "c%02d", i);
		free(make_context(name, "arn:aws:x"));
	}
}

static char *page(const char *filter, const char *token)
{
	_cleanup_buf_ struct pedigree_buf request = PEDIGREE_BUF_INIT;

	pedigree_buf_addf(&request, "{%s, \"MaxResults\": 3%s%s%s}", filter,
			  token ? ", \"NextToken\": \"" : "",
			  token ? token : "", token ? "\"" : "");
	return call("ListContexts", request.data);
}

#define BY_NAME "\"SortBy\": \"Name\", \"SortOrder\": \"Ascending\""

static void
test_what_is_deleted_or_made_between_pages_moves_nothing(void **state)
{
	char *answer, *token, *names;

	(void)state;
	make_contexts(0, 10);
	answer = page(BY_NAME, NULL);
	token = text_of(strdup(answer), "NextToken");
	names = text_of(answer, "ContextSummaries[].ContextName");
	assert_string_equal(names, "c00\tc01\tc02");
	free(names);
	/* Before the mark, the mark itself, and behind it. */
	DO(pedigree_context_delete(client, "c00", &err));
	DO(pedigree_context_delete(client, "c02", &err));
	DO(pedigree_context_delete(client, "c04", &err));
	free(make_context("c00a", "arn:aws:x"));
	names = text_of(page(BY_NAME, token), "ContextSummaries[].ContextName");
	assert_string_equal(names, "c03\tc05\tc06");
	free(names);
	free(token);
}

static void test_a_token_is_good_for_its_own_request_only(void **state)
{
	_cleanup_buf_ struct pedigree_buf request = PEDIGREE_BUF_INIT;
	char *token;

	(void)state;
	make_contexts(0, 5);
	token = text_of(page(BY_NAME, NULL), "NextToken");
	pedigree_buf_addf(&request, "{\"NextToken\": \"%s\"}", token);
	refused("ListContexts", request.data, PEDIGREE_EINVAL,
		"another request");
	refused("ListActions", request.data, PEDIGREE_EINVAL,
		"another request");
	refused("ListContexts", "{\"NextToken\": \"nonsense\"}",
		PEDIGREE_EINVAL, "NextToken");
	refused("ListContexts", "{\"NextToken\": \"7b7d\"}", PEDIGREE_EINVAL,
		"NextToken");
	refused("ListContexts", "{\"NextToken\": \"7b7\"}", PEDIGREE_EINVAL,
		"NextToken");
	free(token);
}

/* {"StartArns": [ARN], …} */
static char *query(const char *start, const char *token)
{
	_cleanup_buf_ struct pedigree_buf request = PEDIGREE_BUF_INIT;

	pedigree_buf_addf(&request,
			  "{\"StartArns\": [\"%s\"], \"MaxResults\": 2%s%s%s}",
			  start, token ? ", \"NextToken\": \"" : "",
			  token ? token : "", token ? "\"" : "");
	return call("QueryLineage", request.data);
}

static void test_a_walk_is_made_anew_when_the_ledger_changed(void **state)
{
	struct pedigree_client *other;
	char *arns[6], *token, *rest;
	char uri[20];

	(void)state;
	for (int i = 0; i < 6; i++) {
		snprintf(uri, sizeof(uri), "s3://b/%d", i);
		arns[i] = make_artifact(uri, "DataSet");
		if (i)
			DO(pedigree_associate(client, arns[i - 1], arns[i],
					      NULL, &err));
	}
	token = text_of(query(arns[0], NULL), "NextToken");
	rest = text_of(query(arns[0], token), "Vertices[].Arn");
	assert_non_null(strstr(rest, arns[2]));
	free(rest);
	/* The same page once more, after a change by this client, */
	DO(pedigree_dissociate(client, arns[1], arns[2], &err));
	rest = text_of(query(arns[0], token), "length(Vertices)");
	assert_string_equal(rest, "0");
	free(rest);
	/* and by another. */
	free(token);
	DO(pedigree_associate(client, arns[1], arns[2], NULL, &err));
	token = text_of(query(arns[0], NULL), "NextToken");
	DO(pedigree_client_open(&handle, NULL, &other, &err));
	DO(pedigree_dissociate(other, arns[2], arns[3], &err));
	pedigree_client_close(other);
	rest = text_of(query(arns[0], token), "length(Vertices)");
	assert_string_equal(rest, "1");
	free(rest);
	free(token);
	for (int i = 0; i < 6; i++)
		free(arns[i]);
}

static void test_a_page_token_behind_the_end_answers_nothing(void **state)
{
	char *one = make_artifact("s3://b/1", "DataSet");
	char *two = make_artifact("s3://b/2", "DataSet");
	char *three = make_artifact("s3://b/3", "DataSet");
	char *token, *n;

	(void)state;
	DO(pedigree_associate(client, one, two, NULL, &err));
	DO(pedigree_associate(client, two, three, NULL, &err));
	token = text_of(query(one, NULL), "NextToken");
	DO(pedigree_dissociate(client, one, two, &err));
	n = text_of(query(one, token), "length(Vertices)");
	assert_string_equal(n, "0");
	free(n);
	free(token);
	free(one);
	free(two);
	free(three);
}

static void test_a_quota_counts_what_is_made_by_hand(void **state)
{
	static const char *const flags[] = { "quota.contexts=2",
					     "quota.associations=1", NULL };
	struct pedigree_client *limited;
	struct scene *small = scene_new(flags);
	struct pedigree owner = { .config = small->config };
	static const struct pedigree_context contexts[] = {
		{ .name = "a", .type = "T", .source_uri = "u" },
		{ .name = "b", .type = "T", .source_uri = "u" },
		{ .name = "c", .type = "T", .source_uri = "u" },
	};
	struct pedigree_record *record = record_of_deployment("d", 1000);
	char *a, *b;

	(void)state;
	/* What runs recorded does not count. */
	add_endpoint(record, "live");
	put_ledger(small, record);
	DO(pedigree_client_open(&owner, NULL, &limited, &err));
	DO(pedigree_context_create(limited, &contexts[0], &a, &err));
	DO(pedigree_context_create(limited, &contexts[1], &b, &err));
	REFUSED(pedigree_context_create(limited, &contexts[2], NULL, &err),
		PEDIGREE_ELIMIT, "ResourceLimitExceeded");
	DO(pedigree_associate(limited, a, b, NULL, &err));
	REFUSED(pedigree_associate(limited, b, a, NULL, &err), PEDIGREE_ELIMIT,
		"ResourceLimitExceeded");
	DO(pedigree_dissociate(limited, a, b, &err));
	DO(pedigree_context_delete(limited, "a", &err));
	DO(pedigree_context_create(limited, &contexts[2], NULL, &err));
	pedigree_client_close(limited);
	scene_free(small);
	free(a);
	free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CLIENT_TEST(test_lengths_are_counted_in_characters),
		CLIENT_TEST(test_a_map_has_so_many_entries),
		CLIENT_TEST(test_every_failure_of_a_request_is_told),
		CLIENT_TEST(test_names_differ_in_more_than_case),
		CLIENT_TEST(
			test_what_is_deleted_or_made_between_pages_moves_nothing),
		CLIENT_TEST(test_a_token_is_good_for_its_own_request_only),
		CLIENT_TEST(test_a_walk_is_made_anew_when_the_ledger_changed),
		CLIENT_TEST(test_a_page_token_behind_the_end_answers_nothing),
		CLIENT_TEST(test_a_quota_counts_what_is_made_by_hand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
