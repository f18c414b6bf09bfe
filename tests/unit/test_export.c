/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lib/export: how runs become events and statements, their jobs, and every
 * allocation failing. What the documents have to be is held against schemas:
 * tests/integration/export/formats.py.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "export/openlineage.h"
#include "graph/sheet.h"
#include "tests/unit/support/alloc.h"
#include "tests/unit/support/scene.h"

static struct pedigree_record *sample(void)
{
	struct pedigree_record *record = record_of("fit", 0, 100);
	struct pedigree_entity *run = &record->entities.v[0];
	struct pedigree_buf recipe = PEDIGREE_BUF_INIT;

	pedigree_sheet_begin(&recipe);
	pedigree_sheet_add(&recipe, "name", "asked", "churn");
	assert_int_equal(
		pedigree_sheet_keep(record, PEDIGREE_PARAM_RECIPE, &recipe), 0);
	pedigree_buf_clear(&recipe);
	run->commit_id = strdup("0123456789012345678901234567890123456789");
	run->repository = strdup("git@git.example:team/churn.git");
	pedigree_pairs_add(&run->tags, "team", "blue \"&\"");
	pedigree_params_set(&run->parameters, "lr", "0.1");
	add_input(record, "file:///in%0Aput.csv", 'i', "DataSet");
	add_input(record, "s3://bucket/key", 'k', "DataSet");
	add_output(record, "file:///model", 'm', "Model");
	add_endpoint(record, "shop");
	return record;
}

static int run_of(const struct pedigree_record *record,
		  struct pedigree_export_run *ret)
{
	*ret = (struct pedigree_export_run)PEDIGREE_EXPORT_RUN_INIT;
	return pedigree_export_run_of(record, 0, ret, NULL);
}

struct counted {
	size_t events, inputs, outputs, largest, starts;
	int answer; /* of the second event */
	char last[4 * PEDIGREE_OPENLINEAGE_LEAST];
};

static int count(void *ctx, const struct pedigree_openlineage_event *event,
		 struct pedigree_error *err)
{
	struct counted *counted = ctx;

	(void)err;
	assert_int_equal(strlen(event->json), event->n);
	assert_true(event->n < sizeof(counted->last));
	memcpy(counted->last, event->json, event->n + 1);
	counted->events++;
	if (strcmp(event->type, "START") == 0) {
		counted->starts++;
	} else {
		counted->inputs += event->inputs;
		counted->outputs += event->outputs;
	}
	if (event->n > counted->largest)
		counted->largest = event->n;
	return counted->events == 2 ? counted->answer : 0;
}

static void test_events_stay_below_the_limit_and_lose_nothing(void **state)
{
	struct pedigree_record *record = sample();
	struct pedigree_export_run run;
	static struct counted counted;
	const struct pedigree_openlineage how = {
		.most = PEDIGREE_OPENLINEAGE_LEAST,
		.each = count,
		.ctx = &counted,
	};
	char uri[64];

	(void)state;
	for (int i = 0; i < 600; i++) {
		snprintf(uri, sizeof(uri), "file:///many/%d", i);
		add_input(record, uri, (char)('a' + i % 26), "DataSet");
	}
	assert_int_equal(run_of(record, &run), 0);
	assert_int_equal(pedigree_openlineage_events(&how, &run, NULL), 0);
	assert_true(counted.events > 3);
	assert_true(counted.largest <= PEDIGREE_OPENLINEAGE_LEAST);
	assert_true(counted.largest > PEDIGREE_OPENLINEAGE_LEAST / 2);
	assert_int_equal(counted.starts, 1);
	assert_int_equal(counted.inputs, 602);
	assert_int_equal(counted.outputs, 1);
	pedigree_export_run_clear(&run);
	pedigree_record_free(record);
}

/* Newlines: two bytes each as JSON. */
static char *long_text(const char *start)
{
	size_t n = strlen(start), more = PEDIGREE_OPENLINEAGE_LEAST;
	char *text = malloc(n + more + 1);

	assert_non_null(text);
	memcpy(text, start, n);
	memset(text + n, '\n', more);
	text[n + more] = '\0';
	return text;
}

static void test_texts_that_fit_no_event_are_left_out_and_counted(void **state)
{
	struct pedigree_record *record = sample();
	struct pedigree_entity *run;
	struct pedigree_export_run told;
	static struct counted counted;
	const struct pedigree_openlineage how = {
		.most = PEDIGREE_OPENLINEAGE_LEAST,
		.each = count,
		.ctx = &counted,
	};
	char *text = long_text("s3://bucket/");

	(void)state;
	add_input(record, text, 'x', "DataSet");
	run = &record->entities.v[0];
	pedigree_params_set(&run->parameters, "long", text);
	pedigree_pairs_add(&run->tags, "long", text);
	free(text);
	assert_int_equal(run_of(record, &told), 0);
	assert_int_equal(pedigree_openlineage_events(&how, &told, NULL), 0);
	assert_true(counted.largest <= PEDIGREE_OPENLINEAGE_LEAST);
	assert_int_equal(counted.inputs, 3);
	assert_non_null(strstr(counted.last, "\"parametersLeftOut\":1"));
	assert_non_null(strstr(counted.last, "\"pedigree_leftOut\":1"));
	assert_non_null(strstr(counted.last, "\"lr\":0.1"));
	pedigree_export_run_clear(&told);
	pedigree_record_free(record);
}

static void test_who_has_the_start_gets_none(void **state)
{
	struct pedigree_record *record = sample();
	struct pedigree_export_run run;
	static struct counted counted;
	const struct pedigree_openlineage how = {
		.begun = true,
		.each = count,
		.ctx = &counted,
	};

	(void)state;
	assert_int_equal(run_of(record, &run), 0);
	assert_int_equal(pedigree_openlineage_events(&how, &run, NULL), 0);
	assert_int_equal(counted.events, 1);
	assert_int_equal(counted.starts, 0);
	assert_int_equal(counted.inputs, 2);
	pedigree_export_run_clear(&run);
	pedigree_record_free(record);
}

static void test_who_wants_no_more_gets_no_more(void **state)
{
	struct pedigree_record *record = sample();
	struct pedigree_export_run run;
	static struct counted counted = { .answer = PEDIGREE_EBUSY };
	const struct pedigree_openlineage how = { .each = count,
						  .ctx = &counted };

	(void)state;
	assert_int_equal(run_of(record, &run), 0);
	assert_int_equal(pedigree_openlineage_events(&how, &run, NULL),
			 PEDIGREE_EBUSY);
	assert_int_equal(counted.events, 2);
	pedigree_export_run_clear(&run);
	pedigree_record_free(record);
}

static void job_is(const struct pedigree_export_run *run, const char *expected)
{
	struct pedigree_buf job = PEDIGREE_BUF_INIT;

	pedigree_export_job(run, &job);
	assert_string_equal(job.data, expected);
	pedigree_buf_clear(&job);
}

static void test_a_job_is_called_what_its_runs_have_in_common(void **state)
{
	static const struct {
		const char *name, *job;
	} names[] = {
		{ "train-20261122-230514-3f9a", "train" },
		{ "deploy-shop-20261122-230514-00ff", "deploy-shop" },
		{ "train-20261122-230514-3f9g", "train-20261122-230514-3f9g" },
		{ "train-2026112x-230514-3f9a", "train-2026112x-230514-3f9a" },
		{ "-20261122-230514-3f9a", "-20261122-230514-3f9a" },
		{ "fit-2", "fit-2" },
	};

	(void)state;
	for (size_t i = 0; i < PEDIGREE_COUNT(names); i++) {
		const struct pedigree_entity entity = {
			.kind = PEDIGREE_TRIAL_COMPONENT,
			.name = (char *)names[i].name,
		};
		struct pedigree_export_run run = { .run = &entity };

		job_is(&run, names[i].job);
		run.asked = (char *)"asked";
		job_is(&run, "asked");
	}
}

static void test_a_step_is_known_by_its_run(void **state)
{
	struct pedigree_entity whole = { .name = (char *)"pipe-2" };
	struct pedigree_entity step = { .name = (char *)"pipe-2-train" };
	struct pedigree_export_run parent = { .run = &whole,
					      .asked = (char *)"pipe" };
	struct pedigree_export_run run = { .run = &step, .parent = &parent };

	(void)state;
	assert_false(pedigree_export_is_step(&step, &whole));
	pedigree_params_set(&step.parameters, "run", "pipe-2");
	assert_true(pedigree_export_is_step(&step, &whole));
	assert_false(pedigree_export_is_step(&whole, &whole));
	job_is(&run, "pipe.train");
	/* A parameter of the user's own of that name. */
	step.name = (char *)"other-2";
	assert_false(pedigree_export_is_step(&step, &whole));
	job_is(&run, "other-2");
	step.name = NULL;
	pedigree_entity_clear(&step);
}

static int export_all(const struct pedigree_export_ops *ops,
		      const struct pedigree_record *record, FILE *out)
{
	struct pedigree_export plain = { 0 }, *export = &plain;
	struct pedigree_export_run run;
	int status = run_of(record, &run);

	if (status)
		return status;
	if (ops->new)
		export = ops->new ();
	if (!export) {
		pedigree_export_run_clear(&run);
		return PEDIGREE_ENOMEM;
	}
	export->ops = ops;
	export->out = out;
	status = ops->run(export, &run, NULL);
	if (!status && ops->end)
		status = ops->end(export, NULL);
	if (ops->free)
		ops->free(export);
	pedigree_export_run_clear(&run);
	return status;
}

static void test_no_memory_is_said_and_leaks_nothing(void **state)
{
	static const struct pedigree_export_ops *const formats[] = {
		&pedigree_export_openlineage,
		&pedigree_export_prov,
		&pedigree_export_in_toto,
	};
	struct pedigree_record *record = sample();
	FILE *out = fopen("/dev/null", "w");

	(void)state;
	assert_non_null(out);
	for (size_t i = 0; i < PEDIGREE_COUNT(formats); i++) {
		for (unsigned int n = 1;; n++) {
			int status;

			alloc_fail_at(n);
			status = export_all(formats[i], record, out);
			if (!alloc_failed()) {
				assert_int_equal(status, 0);
				assert_true(n > 10);
				break;
			}
			if (status != PEDIGREE_ENOMEM)
				fail_msg("format %zu, allocation %u: %d", i, n,
					 status);
		}
	}
	fclose(out);
	pedigree_record_free(record);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_events_stay_below_the_limit_and_lose_nothing),
		cmocka_unit_test(
			test_texts_that_fit_no_event_are_left_out_and_counted),
		cmocka_unit_test(test_who_has_the_start_gets_none),
		cmocka_unit_test(test_who_wants_no_more_gets_no_more),
		cmocka_unit_test(
			test_a_job_is_called_what_its_runs_have_in_common),
		cmocka_unit_test(test_a_step_is_known_by_its_run),
		cmocka_unit_test(test_no_memory_is_said_and_leaks_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
