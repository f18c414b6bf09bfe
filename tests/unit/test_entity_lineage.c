/* SPDX-License-Identifier: Apache-2.0 */
/* Lineage as structures, and calls under difficult circumstances. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/support/alloc.h"
#include "tests/unit/support/client.h"

/* data -> fit -> model; fit -> endpoint, and a chain of 120 data sets before
   it, so that there are several pages. */
static char *make_lineage(char **ret_endpoint)
{
	char *data = make_artifact("s3://b/data", "DataSet");
	char *fit = make_component("fit");
	char *model = make_artifact("s3://b/model", "Model");
	char *endpoint = make_context("shop", "arn:aws:sagemaker:eu-west-1:"
					      "123456789012:endpoint/shop");
	char uri[40];

	DO(pedigree_associate(client, data, fit, "ContributedTo", &err));
	DO(pedigree_associate(client, fit, model, "Produced", &err));
	DO(pedigree_associate(client, fit, endpoint, "AssociatedWith", &err));
	for (int i = 0; i < 120; i++) {
		char *raw;

		snprintf(uri, sizeof(uri), "s3://b/raw/%d", i);
		raw = make_artifact(uri, "DataSet");
		DO(pedigree_associate(client, raw, data, "DerivedFrom", &err));
		free(raw);
	}
	free(fit);
	free(model);
	if (ret_endpoint)
		*ret_endpoint = endpoint;
	else
		free(endpoint);
	return data;
}

static void
test_query_lineage_joins_vertices_and_edges_of_its_pages(void **state)
{
	char *endpoint, *data = make_lineage(&endpoint);
	static const char *const kinds[] = { "TrialComponent", NULL };
	struct pedigree_lineage_query query = { .start_arn = endpoint,
						.direction = PEDIGREE_UP };
	struct pedigree_lineage *lineage;

	(void)state;
	DO(pedigree_query_lineage(client, &query, &lineage, &err));
	assert_int_equal(lineage->n_vertices, 123);
	assert_int_equal(lineage->n_edges, 122);
	assert_string_equal(lineage->vertices[0].arn, endpoint);
	assert_string_equal(lineage->vertices[0].type, "Endpoint");
	assert_string_equal(lineage->vertices[0].kind, "Context");
	for (size_t i = 0; i < lineage->n_edges; i++) {
		assert_true(lineage->edges[i].source < lineage->n_vertices);
		assert_true(lineage->edges[i].destination <
			    lineage->edges[i].source);
	}
	assert_string_equal(lineage->edges[0].type, "AssociatedWith");
	pedigree_lineage_free(lineage);
	query.lineage_types = kinds;
	query.depth = 1;
	DO(pedigree_query_lineage(client, &query, &lineage, &err));
	assert_int_equal(lineage->n_vertices, 1);
	assert_int_equal(lineage->n_edges, 0);
	pedigree_lineage_free(lineage);
	query.start_arn = NULL;
	REFUSED(pedigree_query_lineage(client, &query, &lineage, &err),
		PEDIGREE_EINVAL, "startArns");
	free(endpoint);
	free(data);
}

static void test_what_is_behind_an_endpoint_made_by_hand(void **state)
{
	struct pedigree_lineage *lineage;
	char *data = make_lineage(NULL);

	(void)state;
	DO(pedigree_behind_endpoint(&handle, "shop", &lineage, &err));
	assert_int_equal(lineage->n_vertices, 123);
	assert_string_equal(lineage->vertices[1].name, "fit");
	assert_int_equal(lineage->vertices[1].depth, 1);
	assert_int_equal(lineage->edges[0].serving, PEDIGREE_SERVING_UNKNOWN);
	pedigree_lineage_free(lineage);
	DO(pedigree_ended_up_in(&handle, "s3://b/data", &lineage, &err));
	assert_int_equal(lineage->n_vertices, 4);
	pedigree_lineage_free(lineage);
	DO(pedigree_ancestors(&handle, "fit", 1, &lineage, &err));
	assert_int_equal(lineage->n_vertices, 2);
	assert_true(lineage->cut);
	pedigree_lineage_free(lineage);
	DO(pedigree_descendants(&handle, "fit", 0, &lineage, &err));
	assert_int_equal(lineage->n_vertices, 3);
	pedigree_lineage_free(lineage);
	REFUSED(pedigree_behind_endpoint(&handle, "fit", &lineage, &err),
		PEDIGREE_ENOTFOUND, "is no endpoint");
	REFUSED(pedigree_ended_up_in(&handle, "fit", &lineage, &err),
		PEDIGREE_ENOTFOUND, "is no artifact");
	free(data);
}

static void record_deployment(const char *run, int64_t start, const char *model)
{
	struct pedigree_record *record = record_of_deployment(run, start);

	add_input(record, model, model[8], "Model");
	add_endpoint(record, "live");
	put_ledger(scene, record);
}

static bool has(const struct pedigree_lineage *lineage, const char *uri)
{
	for (size_t i = 0; i < lineage->n_vertices; i++)
		if (lineage->vertices[i].source_uri &&
		    strcmp(lineage->vertices[i].source_uri, uri) == 0)
			return true;
	return false;
}

static void test_what_was_replaced_is_not_behind_an_endpoint(void **state)
{
	struct pedigree_lineage *lineage;

	(void)state;
	record_deployment("one", 1000, "file:///1.model");
	record_deployment("two", 2000, "file:///2.model");
	DO(pedigree_ancestors(&handle, "live", 0, &lineage, &err));
	assert_true(has(lineage, "file:///1.model"));
	assert_true(has(lineage, "file:///2.model"));
	pedigree_lineage_free(lineage);
	DO(pedigree_behind_endpoint(&handle, "live", &lineage, &err));
	assert_false(has(lineage, "file:///1.model"));
	assert_true(has(lineage, "file:///2.model"));
	assert_int_equal(lineage->n_vertices, 3);
	assert_int_equal(lineage->n_edges, 2);
	assert_int_equal(lineage->edges[0].serving, PEDIGREE_SERVING_NOW);
	assert_int_equal(lineage->edges[0].destination, 0);
	pedigree_lineage_free(lineage);
}

static void test_questions_without_a_ledger_say_so(void **state)
{
	struct pedigree_lineage *lineage;
	struct pedigree_artifact *found;
	size_t n;

	(void)state;
	REFUSED(pedigree_ancestors(&handle, "model", 0, &lineage, &err),
		PEDIGREE_ENOTFOUND, "pedigree run");
	DO(pedigree_artifact_list(client, NULL, &found, &n, &err));
	assert_int_equal(n, 0);
	pedigree_artifact_free(found);
}

static void test_arguments_that_make_no_sense_are_refused(void **state)
{
	struct pedigree_artifact *found;
	char *arn = NULL;
	size_t n;

	(void)state;
	REFUSED(pedigree_artifact_create(NULL, NULL, &arn, &err),
		PEDIGREE_EINVAL, "client");
	REFUSED(pedigree_artifact_create(client, NULL, &arn, &err),
		PEDIGREE_EINVAL, "entity");
	REFUSED(pedigree_artifact_list(NULL, NULL, &found, &n, &err),
		PEDIGREE_EINVAL, "client");
	REFUSED(pedigree_artifact_describe(client, NULL, &found, &err),
		PEDIGREE_EINVAL, "artifactArn");
	REFUSED(pedigree_ancestors(&handle, NULL, 0, NULL, &err),
		PEDIGREE_EINVAL, "target");
	assert_null(arn);
	pedigree_artifact_free(NULL);
	pedigree_lineage_free(NULL);
}

static void test_text_that_is_not_utf_8_is_named(void **state)
{
	static const struct pedigree_property bad[] = { { "k\xff", "v" } };
	struct pedigree_artifact new = { .source_uri = "s3://b/\xff",
					 .type = "DataSet" };

	(void)state;
	REFUSED(pedigree_artifact_create(client, &new, NULL, &err),
		PEDIGREE_EINVAL, "SourceUri is not UTF-8");
	new.source_uri = "s3://b/k";
	new.properties = bad;
	new.n_properties = 1;
	REFUSED(pedigree_artifact_create(client, &new, NULL, &err),
		PEDIGREE_EINVAL, "Properties is not UTF-8");
}

static void
test_an_allocation_that_fails_is_an_error_and_leaks_nothing(void **state)
{
	static const struct pedigree_property properties[] = { { "a", "b" } };
	static const struct pedigree_artifact new = {
		.source_uri = "s3://b/k",
		.type = "DataSet",
		.properties = properties,
		.n_properties = 1,
	};
	char *arn = NULL, *data = make_lineage(NULL);
	struct pedigree_lineage *lineage = NULL;
	struct pedigree_artifact *is = NULL;
	int status;

	(void)state;
	for (unsigned int n = 1;; n++) {
		alloc_fail_at(n);
		status = pedigree_artifact_create(client, &new, &arn, NULL);
		if (!alloc_failed())
			break;
		/* The answer of one that was made may not have fitted. */
		if (status == PEDIGREE_EEXIST)
			break;
		assert_int_equal(status, PEDIGREE_ENOMEM);
		assert_null(arn);
	}
	free(arn);
	for (unsigned int n = 1;; n++) {
		alloc_fail_at(n);
		status = pedigree_artifact_describe(client, data, &is, NULL);
		if (!alloc_failed())
			break;
		assert_int_equal(status, PEDIGREE_ENOMEM);
	}
	assert_int_equal(status, 0);
	pedigree_artifact_free(is);
	for (unsigned int n = 1; n < 3000; n += n / 40 + 1) {
		alloc_fail_at(n);
		status = pedigree_behind_endpoint(&handle, "shop", &lineage,
						  NULL);
		if (!alloc_failed())
			break;
		assert_int_equal(status, PEDIGREE_ENOMEM);
	}
	pedigree_lineage_free(lineage);
	free(data);
}

#define THREADS 16
#define EACH 20

static void *create_some(void *argument)
{
	size_t thread = (size_t)argument, failed = 0;

	for (int i = 0; i < EACH; i++) {
		struct pedigree_artifact new = { .type = "DataSet" };
		char uri[40];

		snprintf(uri, sizeof(uri), "s3://b/%zu/%d", thread, i);
		new.source_uri = uri;
		failed +=
			pedigree_artifact_create(client, &new, NULL, NULL) != 0;
	}
	return (void *)failed;
}

static size_t count_artifacts(void)
{
	struct pedigree_artifact *found;
	size_t n;

	DO(pedigree_artifact_list(client, NULL, &found, &n, &err));
	pedigree_artifact_free(found);
	return n;
}

static void test_sixteen_threads_share_a_client(void **state)
{
	pthread_t threads[THREADS];

	(void)state;
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, create_some,
						(void *)i),
				 0);
	for (size_t i = 0; i < THREADS; i++) {
		void *failed;

		pthread_join(threads[i], &failed);
		assert_null(failed);
	}
	assert_int_equal(count_artifacts(), THREADS * EACH);
}

static void test_parent_and_child_both_go_on_after_fork(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	free(make_artifact("s3://b/before", "DataSet"));
	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		bool failed = create_some((void *)1) != NULL;

		pedigree_client_close(client);
		_exit(failed);
	}
	assert_null(create_some((void *)2));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(count_artifacts(), 1 + 2 * EACH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CLIENT_TEST(
			test_query_lineage_joins_vertices_and_edges_of_its_pages),
		CLIENT_TEST(test_what_is_behind_an_endpoint_made_by_hand),
		CLIENT_TEST(test_what_was_replaced_is_not_behind_an_endpoint),
		CLIENT_TEST(test_questions_without_a_ledger_say_so),
		CLIENT_TEST(test_arguments_that_make_no_sense_are_refused),
		CLIENT_TEST(test_text_that_is_not_utf_8_is_named),
		CLIENT_TEST(
			test_an_allocation_that_fails_is_an_error_and_leaks_nothing),
		CLIENT_TEST(test_sixteen_threads_share_a_client),
		CLIENT_TEST(test_parent_and_child_both_go_on_after_fork),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
