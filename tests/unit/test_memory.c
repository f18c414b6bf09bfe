/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every allocation fails in turn: of a graph that is built, of its record
 * written and read, of a put into the ledger (SQLite's own too), of questions,
 * of what is printed of them, and of the API's operations. Each fails with
 * PEDIGREE_ENOMEM, leaves things as they were, and works the next time. Leaks
 * are found by the build with sanitizers.
 */
#include "config.h"

#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "graph/json.h"
#include "query/query.h"
#include "render/render.h"
#include "service/service.h"
#include "store/ledger.h"

#include "tests/unit/support/alloc.h"
#include "tests/unit/support/exchange.h"
#include "tests/unit/support/scene.h"

/*
 * SQLite allocates here, and so through support/alloc.c. jansson 2.14 does
 * not: where its lexer lacks memory for a string, it asserts.
 */
static void *take(int n)
{
	return malloc((size_t)n);
}

static void *take_again(void *old, int n)
{
	return realloc(old, (size_t)n);
}

static int size_of(void *block)
{
	return (int)malloc_usable_size(block);
}

static int round_up(int n)
{
	return (n + 7) & ~7;
}

static int begin(void *unused)
{
	(void)unused;
	return SQLITE_OK;
}

static void end(void *unused)
{
	(void)unused;
}

static int share_allocations(void **state)
{
	static const sqlite3_mem_methods methods = {
		take, free, take_again, size_of, round_up, begin, end, NULL,
	};

	(void)state;
	return sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
}

/*
 * Fails the first allocation of `operation`, then the second, and so on until
 * it needs no more. Where a failure cannot harm, the operation may succeed.
 * Returns how many allocations failed.
 */
static unsigned int
fail_each(int (*operation)(void *ctx, struct pedigree_error *err), void *ctx)
{
	for (unsigned int n = 1;; n++) {
		struct pedigree_error err = PEDIGREE_ERROR_INIT;
		int status;

		alloc_fail_at(n);
		status = operation(ctx, &err);
		if (!alloc_failed()) {
			assert_int_equal(status, 0);
			return n - 1;
		}
		if (status && status != PEDIGREE_ENOMEM)
			fail_msg("allocation %u: %d, %s", n, status, err.text);
	}
}

static int build(void *ctx, struct pedigree_error *err)
{
	const struct fake_run *s = ctx;
	const struct pedigree_build_options options = { 0 };
	struct pedigree_record *record = NULL;
	int status = pedigree_build(&s->facts, &s->log, s->config, &options,
				    &record, err);

	if (status)
		assert_null(record);
	pedigree_record_free(record);
	return status;
}

static void fill(struct fake_run *s)
{
	const char *argv[] = { "python3", "train.py", "--lr", "0.1", NULL };
	static char names[12][32];

	fake_put(s, "data.csv", "hello");
	fake_put(s, "train.py", "import x");
	fake_folder(s, "images");
	for (int i = 0; i < 12; i++) {
		snprintf(names[i], sizeof(names[i]), "images/%d.png", i);
		fake_put(s, names[i], "hello");
	}
	fake_begin(s);
	fake_argv(s, argv);
	fake_open(s, R, "train.py");
	fake_open(s, R, "data.csv");
	for (int i = 0; i < 12; i++)
		fake_open(s, R, fake_path(s, names[i]));
	fake_open(s, CREATE, "model.pkl");
	fake_put(s, "model.pkl", "weights");
}

static void test_a_graph_is_built_or_memory_ran_out(void **state)
{
	struct fake_run *s = *state;

	fill(s);
	assert_true(fail_each(build, s) > 100);
	fake_build(s);
	assert_true(fake_input(s, "images"));
}

static void test_so_is_one_of_objects_and_deployments(void **state)
{
	struct fake_run *s = *state;
	const char *argv[] = { "mlflow", "models",    "serve",
			       "-m",	 "model.pkl", NULL };

	fake_put(s, "model.pkl", "hello");
	fake_begin(s);
	fake_argv(s, argv);
	fake_open(s, R, "model.pkl");
	FAKE_EXCHANGE(s, .method = "PUT", .origin = "http://127.0.0.1:9000",
		      .path = "/b/m", .service = PEDIGREE_SERVICE_S3, .sent = 5,
		      .query = PEDIGREE_QUERY_PART | PEDIGREE_QUERY_UPLOAD_ID,
		      .fields = { "etag",
				  "\"5d41402abc4b2a76b9719d911017c592\"" });
	FAKE_EXCHANGE(s, .origin = "http://127.0.0.1:9000", .path = "/b/m",
		      .service = PEDIGREE_SERVICE_S3,
		      .query = PEDIGREE_QUERY_UPLOAD_ID);
	FAKE_EXCHANGE(s, .method = "HEAD", .origin = "https://huggingface.co",
		      .path = "/o/n/resolve/main/w.pt", .status = 302,
		      .fields = { "location", "https://cdn.hf.co/ab" });
	FAKE_EXCHANGE(s, .method = "GET", .origin = "https://cdn.hf.co",
		      .path = "/ab");
	FAKE_CONTROL(s, .origin = "https://x", .path = "CreateModel",
		     .fields = { "ModelName", "m",
				 "PrimaryContainer.ModelDataUrl", "s3://b/m",
				 "answer-ModelArn", "arn:aws:x:1:model/m" });
	FAKE_CONTROL(s, .origin = "https://x", .path = "CreateEndpointConfig",
		     .fields = { "EndpointConfigName", "c",
				 "ProductionVariants[0].ModelName", "m",
				 "answer-EndpointConfigArn",
				 "arn:aws:x:1:endpoint-config/c" });
	FAKE_CONTROL(s, .origin = "https://x", .path = "CreateEndpoint",
		     .fields = { "EndpointName", "e", "EndpointConfigName", "c",
				 "answer-EndpointArn",
				 "arn:aws:x:1:endpoint/e" });
	FAKE_CONTROL(s, .origin = "https://x", .path = "CreateTrainingJob",
		     .fields = { "TrainingJobName", "j",
				 "OutputDataConfig.S3OutputPath", "s3://b/o",
				 "answer-TrainingJobArn",
				 "arn:aws:sagemaker:x:1:training-job/j" });
	assert_true(fail_each(build, s) > 100);
	fake_build(s);
	assert_non_null(fake_uri(s, "s3://b/m"));
	assert_non_null(fake_property(fake_uri(s, "s3://b/m"), "Digest"));
}

struct text {
	const char *json;
	size_t n;
};

static int reread(void *ctx, struct pedigree_error *err)
{
	const struct text *text = ctx;
	_cleanup_buf_ struct pedigree_buf again = PEDIGREE_BUF_INIT;
	struct pedigree_record *record = NULL;
	int status =
		pedigree_record_from_json(text->json, text->n, &record, err);

	if (!status)
		status = pedigree_record_to_json(record, &again, err);
	if (!status && pedigree_buf_error(&again))
		status = PEDIGREE_ENOMEM;
	if (!status)
		assert_string_equal(again.data, text->json);
	pedigree_record_free(record);
	return status;
}

static void test_a_record_is_read_and_written_or_memory_ran_out(void **state)
{
	struct fake_run *s = *state;
	_cleanup_buf_ struct pedigree_buf json = PEDIGREE_BUF_INIT;
	struct text text;

	fill(s);
	fake_build(s);
	assert_int_equal(pedigree_record_to_json(s->record, &json, NULL), 0);
	text = (struct text){ json.data, json.len };
	assert_true(fail_each(reread, &text) > 50);
}

static struct pedigree_record *sample(const char *run)
{
	struct pedigree_record *record = record_of(run, 0, 100);

	add_input(record, "file:///data.csv", 'd', "DataSet");
	add_output(record, "file:///model.pkl", 'm', "Model");
	pedigree_pairs_add(&record->entities.v[0].tags, "team", "blue");
	return record;
}

static enum pedigree_outcome deliver(const struct scene *scene,
				     const struct pedigree_buf *json,
				     struct pedigree_error *err)
{
	const struct pedigree_delivery delivery = { .run = "run-1",
						    .json = json->data,
						    .n = json->len };
	struct pedigree_backend *backend = NULL;
	enum pedigree_outcome outcome = PEDIGREE_RETRY;

	if (pedigree_backend_open(scene->config, "ledger", 0, &backend, err) ==
	    0)
		outcome = pedigree_backend_put(backend, &delivery, err);
	pedigree_backend_close(backend);
	return outcome;
}

/* Delivery fails as "later", whatever it was that memory lacked for. */
static struct scene *with_one_record(void)
{
	struct scene *scene = scene_new(NULL);

	put_ledger(scene, sample("run-0"));
	return scene;
}

/* What failed is tried again on the same ledger, until it is there. */
static void test_the_ledger_has_a_record_or_nothing_of_it(void **state)
{
	struct pedigree_record *record = sample("run-1");
	struct scene *scene = with_one_record();
	_cleanup_buf_ struct pedigree_buf json = PEDIGREE_BUF_INIT;
	bool failed = true;

	(void)state;
	assert_int_equal(pedigree_record_to_json(record, &json, NULL), 0);
	pedigree_record_free(record);
	for (unsigned int n = 1; failed; n++) {
		struct pedigree_error err = PEDIGREE_ERROR_INIT;
		enum pedigree_outcome outcome;
		bool there;

		alloc_fail_at(n);
		outcome = deliver(scene, &json, &err);
		failed = alloc_failed();
		there = outcome == PEDIGREE_DELIVERED;
		if (!there)
			assert_int_equal(outcome, PEDIGREE_RETRY);
		assert_true(there || failed);
		assert_int_equal(ledger_number(scene,
					       "SELECT count(*) FROM run "
					       "WHERE name = 'run-1'"),
				 there);
		assert_int_equal(ledger_number(scene,
					       "SELECT count(*) FROM stated "
					       "WHERE run = 'run-1'"),
				 there ? 2 : 0);
		/* One that was not needed: the rest with a ledger as it was. */
		if (there && failed) {
			scene_free(scene);
			scene = with_one_record();
		}
	}
	scene_free(scene);
}

struct question {
	struct scene *scene;
	const struct pedigree_trace_options *options;
	enum pedigree_format format;
};

static int print_all(struct pedigree_ledger *ledger,
		     const struct question *question, FILE *out,
		     struct pedigree_error *err)
{
	const struct pedigree_renderer *renderer =
		pedigree_renderer(question->format);
	const struct pedigree_print print = { .format = question->format };
	_cleanup_buf_ struct pedigree_buf note = PEDIGREE_BUF_INIT;
	struct pedigree_graph *graph = NULL;
	struct pedigree_shown *shown = NULL;
	pedigree_row row;
	int status =
		pedigree_resolve(ledger, "file:///model.pkl", &row, &note, err);

	if (!status)
		status = pedigree_walk_some(ledger, row, question->options,
					    &graph, err);
	if (!status)
		status = pedigree_graph_renderer(
			question->format)(graph, &print, out, err);
	if (!status)
		status = pedigree_show_row(ledger, row, &shown, err);
	if (!status && renderer)
		status = renderer->shown(shown, &print, out, err);
	pedigree_graph_free(graph);
	pedigree_shown_free(shown);
	return status;
}

static int ask(void *ctx, struct pedigree_error *err)
{
	const struct question *question = ctx;
	_cleanup_ledger_ struct pedigree_ledger *ledger = NULL;
	_cleanup_file_ FILE *out = fopen("/dev/null", "we");
	int status;

	if (!out)
		return PEDIGREE_ENOMEM;
	status = pedigree_ledger_open(question->scene->config, &ledger, err);
	return status ? status : print_all(ledger, question, out, err);
}

static void test_a_question_is_answered_or_memory_ran_out(void **state)
{
	struct scene *scene = scene_new(NULL);
	const char *kinds[] = { "artifact", NULL };
	const struct pedigree_trace_options options[] = {
		{ .direction = PEDIGREE_BOTH },
		{ .direction = PEDIGREE_BOTH, .kinds = kinds },
	};

	(void)state;
	put_ledger(scene, sample("run-0"));
	for (enum pedigree_format format = PEDIGREE_TEXT;
	     format <= PEDIGREE_HTML; format++)
		for (size_t i = 0; i < PEDIGREE_COUNT(options); i++) {
			struct question question = { scene, &options[i],
						     format };

			assert_true(fail_each(ask, &question) > 50);
		}
	scene_free(scene);
}

struct call {
	struct scene *scene;
	const char *operation, *request;
	unsigned int done; /* how often it succeeded */
};

/* A change that was made is refused as there already the next time. */
static int carry_out(void *ctx, struct pedigree_error *err)
{
	struct call *call = ctx;
	_cleanup_buf_ struct pedigree_buf answer = PEDIGREE_BUF_INIT;
	struct pedigree_service *service = NULL;
	int status = pedigree_service_open(call->scene->config, &service, err);

	if (!status)
		status = pedigree_service_call(
			service, pedigree_operation_find(call->operation),
			call->request, strlen(call->request), &answer, err);
	pedigree_service_close(service);
	if (!status)
		call->done++;
	return status == PEDIGREE_EEXIST && call->done ? 0 : status;
}

static void test_an_operation_is_carried_out_or_memory_ran_out(void **state)
{
	static const char *const calls[][2] = {
		{ "CreateExperiment", "{\"ExperimentName\": \"e\"}" },
		{ "CreateTrial",
		  "{\"TrialName\": \"t\", \"ExperimentName\": \"e\"}" },
		{ "CreateTrialComponent",
		  "{\"TrialComponentName\": \"c\", \"Tags\": [{\"Key\": \"k\", "
		  "\"Value\": \"v\"}], \"Parameters\": {\"lr\": "
		  "{\"NumberValue\": 0.5}}}" },
		{ "AssociateTrialComponent",
		  "{\"TrialComponentName\": \"c\", \"TrialName\": \"t\"}" },
		{ "UpdateTrialComponent",
		  "{\"TrialComponentName\": \"c\", \"DisplayName\": \"d\"}" },
		{ "DescribeTrialComponent", "{\"TrialComponentName\": \"c\"}" },
		{ "CreateArtifact",
		  "{\"ArtifactType\": \"DataSet\", \"Source\": "
		  "{\"SourceUri\": \"s3://b/k\"}, \"Properties\": "
		  "{\"a\": \"b\"}}" },
		{ "ListArtifacts", "{\"MaxResults\": 1}" },
		{ "ListAssociations", "{}" },
		{ "ListTrialComponents", "{\"TrialName\": \"t\"}" },
		{ "Search", "{\"Resource\": \"ExperimentTrialComponent\", "
			    "\"SearchExpression\": {\"Filters\": [{\"Name\": "
			    "\"Tags.k\", \"Value\": \"v\"}]}}" },
	};
	struct scene *scene = scene_new(NULL);

	(void)state;
	for (size_t i = 0; i < PEDIGREE_COUNT(calls); i++) {
		struct call call = {
			.scene = scene,
			.operation = calls[i][0],
			.request = calls[i][1],
		};

		assert_true(fail_each(carry_out, &call) > 20);
	}
	assert_int_equal(ledger_number(scene, "SELECT count(*) FROM entity"),
			 4);
	scene_free(scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_a_graph_is_built_or_memory_ran_out, fake_setup,
			fake_teardown),
		cmocka_unit_test_setup_teardown(
			test_so_is_one_of_objects_and_deployments, fake_setup,
			fake_teardown),
		cmocka_unit_test_setup_teardown(
			test_a_record_is_read_and_written_or_memory_ran_out,
			fake_setup, fake_teardown),
		cmocka_unit_test(test_the_ledger_has_a_record_or_nothing_of_it),
		cmocka_unit_test(test_a_question_is_answered_or_memory_ran_out),
		cmocka_unit_test(
			test_an_operation_is_carried_out_or_memory_ran_out),
	};

	return cmocka_run_group_tests(tests, share_allocations, NULL);
}
