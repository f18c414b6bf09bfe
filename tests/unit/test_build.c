/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Run records of made-up events.
 */
#include "config.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "graph/json.h"

#include "tests/unit/support/fake_run.h"

static void test_training_has_data_code_and_a_model(void **state)
{
	struct fake_run *s = *state;
	const char *argv[] = { "python3", "train.py", "--lr", "0.1", NULL };
	const struct pedigree_entity *code;

	fake_put(s, "data.csv", "hello");
	fake_put(s, "train.py", "import x");
	fake_put(s, "helper.py", "pass");
	fake_begin(s);
	fake_argv(s, argv);
	fake_open(s, R, "train.py");
	fake_open(s, R, "helper.py");
	fake_open(s, R, "data.csv");
	fake_open(s, R, "/usr/lib/os-release");
	fake_open(s, CREATE, "model.pkl");
	fake_put(s, "model.pkl", "weights");
	fake_build(s);
	assert_true(fake_input(s, "data.csv"));
	assert_string_equal(fake_version(fake_find(s, "data.csv")), HELLO_SHA);
	assert_string_equal(fake_find(s, "data.csv")->type, "DataSet");
	assert_string_equal(fake_property(fake_find(s, "data.csv"), "MD5"),
			    "5d41402abc4b2a76b9719d911017c592");
	assert_true(fake_output(s, "model.pkl"));
	assert_string_equal(fake_find(s, "model.pkl")->type, "Model");
	assert_true(fake_input(s, ""));
	code = fake_find(s, "");
	assert_string_equal(code->type, "Code");
	assert_string_equal(fake_property(code, "Files"), "2");
	assert_string_equal(fake_property(code, "EntryPoint"), "train.py");
	assert_int_equal(s->record->entities.n, 4);
	assert_int_equal(s->record->manifests.n, 1);
	assert_string_equal(s->record->entities.v[0].parameters.v[0].key, "lr");
	assert_int_equal(s->record->processes, 1);
}

static void test_many_files_are_one_data_set_with_one_version(void **state)
{
	struct fake_run *s = *state;
	char *first, name[32];

	fake_folder(s, "images");
	for (int i = 0; i < 12; i++) {
		snprintf(name, sizeof(name), "images/%d x.png", i);
		fake_put(s, name, "hello");
	}
	fake_begin(s);
	for (int i = 0; i < 12; i++) {
		snprintf(name, sizeof(name), "images/%d x.png", 11 - i);
		fake_open(s, R, fake_path(s, name));
	}
	fake_build(s);
	assert_int_equal(s->record->entities.n, 2);
	assert_true(fake_input(s, "images"));
	assert_string_equal(fake_property(fake_find(s, "images"), "Files"),
			    "12");
	assert_string_equal(fake_property(fake_find(s, "images"), "Bytes"),
			    "60");
	assert_int_equal(s->record->manifests.n, 1);
	assert_non_null(strstr(s->record->manifests.v[0].text,
			       "\n" HELLO_SHA "\t5\t0%20x.png\n"));
	first = strdup(fake_find(s, "images")->arn);
	fake_build(s);
	assert_string_equal(fake_find(s, "images")->arn, first);
	free(first);
}

/* The first of them is read, and so is a file that is no part of a folder. */
static void test_files_above_the_limit_have_size_and_time(void **state)
{
	struct fake_run *s = *state;
	char name[32], line[64];
	struct stat st;

	pedigree_config_free(s->config);
	s->config = fake_config(s, "capture.hash_max_files=1");
	fake_folder(s, "images");
	for (int i = 0; i < 12; i++) {
		snprintf(name, sizeof(name), "images/%02d.png", i);
		fake_put(s, name, "hello");
	}
	fake_put(s, "data.csv", "hello");
	assert_int_equal(stat(fake_path(s, "images/11.png"), &st), 0);
	fake_begin(s);
	for (int i = 0; i < 12; i++) {
		snprintf(name, sizeof(name), "images/%02d.png", i);
		fake_open(s, R, fake_path(s, name));
	}
	fake_open(s, R, "data.csv");
	fake_build(s);
	assert_int_equal(s->record->manifests.n, 1);
	const char *text = s->record->manifests.v[0].text;
	assert_non_null(strstr(text, "\n" HELLO_SHA "\t5\t00.png\n"));
	snprintf(line, sizeof(line), "\nmtime:%lld%09ld\t5\t11.png\n",
		 (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
	assert_non_null(strstr(text, line));
	assert_non_null(fake_property(fake_find(s, "images"), "NotHashed"));
	assert_string_equal(fake_version(fake_find(s, "data.csv")), HELLO_SHA);
}

static void test_a_mapped_folder_has_the_uri_of_its_origin(void **state)
{
	struct fake_run *s = *state;
	char *flag = NULL;

	assert_true(asprintf(&flag, "map.%s/in=s3://bucket/train", s->root) >
		    0);
	pedigree_config_free(s->config);
	s->config = fake_config(s, flag);
	free(flag);
	fake_folder(s, "in");
	fake_put(s, "in/a.csv", "hello");
	fake_begin(s);
	fake_open(s, R, "in/a.csv");
	fake_build(s);
	assert_non_null(fake_uri(s, "s3://bucket/train/a.csv"));
}

static void test_what_is_declared_is_in_whatever_the_rules_say(void **state)
{
	struct fake_run *s = *state;
	const struct pedigree_entity *object;

	fake_put(s, "x.lock", "hello");
	fake_begin(s);
	*(char **)pedigree_vec_push(&s->facts.inputs) = strdup("x.lock");
	*(char **)pedigree_vec_push(&s->facts.inputs) =
		strdup("s3://bucket/key.csv");
	fake_event(s, PEDIGREE_EV_OUTPUT, 0, "https://host/m.bin", "Model");
	fake_build(s);
	assert_true(fake_input(s, "x.lock"));
	assert_string_equal(fake_version(fake_find(s, "x.lock")), HELLO_SHA);
	object = fake_uri(s, "s3://bucket/key.csv");
	if (!object)
		fail_msg("the object is not in the record");
	else
		assert_int_equal(object->source_types.n, 0);
	object = fake_uri(s, "https://host/m.bin");
	if (!object)
		fail_msg("the other object is not in the record");
	else
		assert_string_equal(object->type, "Model");
}

static void test_what_is_declared_is_named_without_secrets(void **state)
{
	struct fake_run *s = *state;
	_cleanup_buf_ struct pedigree_buf json = PEDIGREE_BUF_INIT;

	fake_begin(s);
	*(char **)pedigree_vec_push(&s->facts.inputs) =
		strdup("https://me:hush@host/d.csv?sig=hush");
	fake_event(s, PEDIGREE_EV_OUTPUT, 0, "https://host/m.bin?sig=hush",
		   "Model");
	fake_event(s, PEDIGREE_EV_OUTPUT, 0, "s3://me:hush@bucket", "Model");
	fake_build(s);
	assert_int_equal(pedigree_record_to_json(s->record, &json, NULL), 0);
	assert_non_null(strstr(json.data, "https://host/m.bin"));
	assert_null(strstr(json.data, "hush"));
}

static void test_the_end_of_a_run_is_its_status(void **state)
{
	static const struct {
		int wait_status;
		bool known;
		const char *status, *message;
	} cases[] = {
		{ 0, true, "Completed", NULL },
		{ 3 << 8, true, "Failed", "exit status 3" },
		{ SIGKILL, true, "Failed", "killed by signal 9 (Killed)" },
		{ SIGTERM, true, "Stopped",
		  "killed by signal 15 (Terminated)" },
	};
	struct fake_run *s = *state;

	for (size_t i = 0; i < PEDIGREE_COUNT(cases); i++) {
		s->facts.wait_status = cases[i].wait_status;
		fake_build(s);
		assert_string_equal(s->record->entities.v[0].status,
				    cases[i].status);
		if (cases[i].message)
			assert_string_equal(s->record->entities.v[0].message,
					    cases[i].message);
		else
			assert_null(s->record->entities.v[0].message);
	}
	s->facts.end_known = false;
	fake_build(s);
	assert_string_equal(s->record->entities.v[0].status, "Stopped");
	assert_non_null(strstr(s->record->entities.v[0].message, "died"));
}

static void test_a_deployment_is_an_action_of_an_endpoint(void **state)
{
	struct fake_run *s = *state;
	const struct pedigree_record *record;

	fake_put(s, "model.pkl", "hello");
	fake_put(s, "deploy.sh", "#!/bin/sh");
	fake_begin(s);
	s->facts.deploy = true;
	s->facts.deployment.endpoint = strdup("Churn_Prod");
	*(char **)pedigree_vec_push(&s->facts.deployment.models) =
		strdup("model.pkl");
	fake_open(s, R, "deploy.sh");
	fake_build(s);
	record = s->record;
	assert_int_equal(record->entities.n, 3);
	assert_int_equal(record->entities.v[0].kind, PEDIGREE_ACTION);
	assert_string_equal(record->entities.v[0].type, "ModelDeployment");
	assert_string_equal(
		record->entities.v[0].source_uri,
		"arn:aws:sagemaker:local:000000000000:endpoint/churn_prod");
	assert_int_equal(record->entities.v[1].kind, PEDIGREE_CONTEXT);
	assert_string_equal(record->entities.v[1].name, "Churn_Prod");
	assert_true(
		fake_edge(s, &record->entities.v[0], &record->entities.v[1]));
	assert_true(fake_input(s, "model.pkl"));
	assert_string_equal(fake_version(fake_find(s, "model.pkl")), HELLO_SHA);
}

static void test_without_a_declared_model_the_one_read_counts(void **state)
{
	struct fake_run *s = *state;

	fake_put(s, "m.pkl", "hello");
	fake_put(s, "config.csv", "x");
	fake_begin(s);
	s->facts.deploy = true;
	s->facts.deployment.endpoint = strdup("e");
	fake_open(s, R, "m.pkl");
	fake_open(s, R, "config.csv");
	fake_build(s);
	assert_true(fake_input(s, "m.pkl"));
	assert_string_equal(fake_find(s, "m.pkl")->type, "Model");
	assert_null(fake_find(s, "config.csv"));
}

static void test_a_record_says_what_it_could_not_see(void **state)
{
	struct fake_run *s = *state;

	s->log.loss.dropped[PEDIGREE_DROP_SPACE] = 4;
	s->log.expected = 3;
	s->log.images = 1;
	fake_event(s, PEDIGREE_EV_BLIND, 0, "/bin/static", NULL)->number =
		PEDIGREE_BLIND_STATIC;
	fake_event(s, PEDIGREE_EV_BLIND, 0, "/bin/static", NULL)->number =
		PEDIGREE_BLIND_STATIC;
	s->facts.no_capture = strdup("no room");
	fake_build(s);
	assert_int_equal(s->record->dropped, 4);
	assert_int_equal(s->record->blind_spots.n, 4);
	assert_string_equal(s->record->blind_spots.v[0].kind, "NoCapture");
	assert_string_equal(s->record->blind_spots.v[1].path, "/bin/static");
	assert_int_equal(s->record->blind_spots.v[1].count, 2);
}

static bool never(void *ctx, uint64_t done, uint64_t all)
{
	(void)ctx;
	assert_true(done <= all);
	return false;
}

static void test_hashing_can_be_stopped(void **state)
{
	struct fake_run *s = *state;
	struct pedigree_build_options options = { .keep_on = never };

	fake_put(s, "data.csv", "hello");
	fake_begin(s);
	fake_open(s, R, "data.csv");
	s->facts.end_ms = s->facts.start_ms + 1000;
	assert_int_equal(pedigree_build(&s->facts, &s->log, s->config, &options,
					&s->record, NULL),
			 0);
	assert_true(fake_input(s, "data.csv"));
	assert_null(fake_version(fake_find(s, "data.csv")));
	assert_non_null(
		fake_property(fake_find(s, "data.csv"), "VersionAbsent"));
}

static void test_explain_names_the_rule(void **state)
{
	struct fake_run *s = *state;
	struct pedigree_explanation answer;
	struct pedigree_error err = PEDIGREE_ERROR_INIT;

	fake_put(s, "x.lock", "hello");
	fake_put(s, "data.csv", "hello");
	fake_begin(s);
	fake_open(s, R, "x.lock");
	fake_open(s, R, "data.csv");
	assert_int_equal(pedigree_explain_path(&s->facts, &s->log, s->config,
					       "x.lock", &answer, &err),
			 0);
	assert_true(answer.touched && answer.read && answer.judged);
	assert_false(answer.input);
	assert_string_equal(answer.verdict.rule, "exclude");
	assert_string_equal(answer.verdict.glob, "*.lock");
	pedigree_explanation_clear(&answer);
	assert_int_equal(pedigree_explain_path(&s->facts, &s->log, s->config,
					       fake_path(s, "data.csv"),
					       &answer, &err),
			 0);
	assert_true(answer.input);
	assert_non_null(answer.artifact_uri);
	pedigree_explanation_clear(&answer);
	assert_int_equal(pedigree_explain_path(&s->facts, &s->log, s->config,
					       "never-seen", &answer, &err),
			 0);
	assert_false(answer.touched);
	pedigree_explanation_clear(&answer);
}

static void explain(struct fake_run *s, const char *path, bool input)
{
	struct pedigree_explanation answer;

	assert_int_equal(pedigree_explain_path(&s->facts, &s->log, s->config,
					       path, &answer, NULL),
			 0);
	assert_true(answer.read);
	assert_false(answer.output);
	assert_int_equal(answer.input, input);
	assert_int_equal(answer.artifact_uri != NULL, input);
	assert_int_equal(strstr(answer.reason, "deployment") != NULL, !input);
	pedigree_explanation_clear(&answer);
}

static void test_explain_knows_what_a_deployment_keeps(void **state)
{
	struct fake_run *s = *state;

	fake_put(s, "m.pkl", "hello");
	fake_put(s, "deploy.py", "x");
	fake_put(s, "config.csv", "x");
	fake_begin(s);
	s->facts.deploy = true;
	s->facts.deployment.endpoint = strdup("e");
	fake_open(s, R, "m.pkl");
	fake_open(s, R, "deploy.py");
	fake_open(s, R, "config.csv");
	explain(s, "m.pkl", true);
	explain(s, "deploy.py", false);
	explain(s, "config.csv", false);
	*(char **)pedigree_vec_push(&s->facts.deployment.models) =
		strdup("config.csv");
	explain(s, "m.pkl", false);
	explain(s, "config.csv", true);
}

static void test_hostile_names_make_valid_records(void **state)
{
	struct fake_run *s = *state;
	struct pedigree_buf buf = PEDIGREE_BUF_INIT;
	struct pedigree_record *back = NULL;
	const char *argv[] = { "p", "--n\xff=\xfe\n", NULL };

	fake_put(s, "a \"b\"\n\xff.csv", "hello");
	fake_begin(s);
	fake_argv(s, argv);
	fake_open(s, R, "a \"b\"\n\xff.csv");
	fake_build(s);
	assert_true(fake_input(s, "a \"b\"\n\xff.csv"));
	assert_int_equal(pedigree_record_to_json(s->record, &buf, NULL), 0);
	assert_int_equal(
		pedigree_record_from_json(buf.data, buf.len, &back, NULL), 0);
	pedigree_record_free(back);
	pedigree_buf_clear(&buf);
}

int main(void)
{
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fake_setup, fake_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_training_has_data_code_and_a_model),
		TEST(test_many_files_are_one_data_set_with_one_version),
		TEST(test_files_above_the_limit_have_size_and_time),
		TEST(test_a_mapped_folder_has_the_uri_of_its_origin),
		TEST(test_what_is_declared_is_in_whatever_the_rules_say),
		TEST(test_what_is_declared_is_named_without_secrets),
		TEST(test_the_end_of_a_run_is_its_status),
		TEST(test_a_deployment_is_an_action_of_an_endpoint),
		TEST(test_without_a_declared_model_the_one_read_counts),
		TEST(test_a_record_says_what_it_could_not_see),
		TEST(test_hashing_can_be_stopped),
		TEST(test_explain_names_the_rule),
		TEST(test_explain_knows_what_a_deployment_keeps),
		TEST(test_hostile_names_make_valid_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
