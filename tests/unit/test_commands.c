/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deployments that are command lines, and runs that serve.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/support/fake_run.h"

static const struct pedigree_entity *context(struct fake_run *s)
{
	const struct pedigree_entity *found = NULL;

	for (size_t i = 0; i < s->record->entities.n; i++) {
		if (s->record->entities.v[i].kind != PEDIGREE_CONTEXT)
			continue;
		assert_null(found);
		found = &s->record->entities.v[i];
	}
	return found;
}

/* The endpoint that a command line deploys to; "" when to none. */
static const char *deployed(struct fake_run *s, bool deploy,
			    const char *const *argv)
{
	for (size_t i = 0; s->facts.argv && s->facts.argv[i]; i++)
		free(s->facts.argv[i]);
	free(s->facts.argv);
	fake_next(s, "x", deploy);
	fake_argv(s, argv);
	fake_build(s);
	return context(s) ? context(s)->name : "";
}

#define DEPLOYED(s, deploy, ...) \
	deployed(s, deploy, (const char *const[]){ __VA_ARGS__, NULL })

static void test_commands_of_others_deploy(void **state)
{
	struct fake_run *s = *state;

	assert_string_equal(DEPLOYED(s, false, "mlflow", "models", "serve",
				     "-m", "m"),
			    "mlflow-5000");
	assert_string_equal(DEPLOYED(s, false, "/usr/bin/python3",
				     "/usr/bin/mlflow", "models", "serve",
				     "--port=80", "-m", "m"),
			    "mlflow-80");
	assert_string_equal(DEPLOYED(s, true, "kubectl", "apply", "-f",
				     "churn.yaml"),
			    "churn-yaml");
	assert_string_equal(DEPLOYED(s, true, "rsync", "-a", "model.pkl",
				     "web1:/srv"),
			    "web1-srv");
	assert_string_equal(DEPLOYED(s, true, "docker", "push", "shop/m:1"),
			    "shop-m-1");
}

static void test_other_commands_do_not(void **state)
{
	struct fake_run *s = *state;

	assert_string_equal(DEPLOYED(s, false, "mlflow", "models", "build"),
			    "");
	assert_string_equal(DEPLOYED(s, true, "kubectl", "apply"), "");
	assert_string_equal(DEPLOYED(s, true, "kubectl", "get", "-f", "x"), "");
	/* What a run copies is not deployed. */
	assert_string_equal(DEPLOYED(s, false, "rsync", "a", "web1:/srv"), "");
	assert_string_equal(DEPLOYED(s, true, "rsync", "web1:/srv", "a"), "");
}

static void test_an_image_is_what_is_pushed(void **state)
{
	struct fake_run *s = *state;

	DEPLOYED(s, true, "docker", "push", "registry.org/shop/m:1");
	assert_non_null(fake_uri(s, "registry.org/shop/m:1"));
	assert_string_equal(fake_uri(s, "registry.org/shop/m:1")->type,
			    "Image");
	assert_true(fake_edge(s, fake_uri(s, "registry.org/shop/m:1"),
			      s->record->entities.v));
}

static void test_a_rule_of_ones_own_names_the_model(void **state)
{
	struct fake_run *s = *state;
	const char *argv[] = { "sh", "x.sh", NULL };

	fake_put(s, "rules.conf",
		 "[deploy ship]\ncommand = ship.sh --to *\n"
		 "endpoint = shop-{2:x}\nmodel = {1}\ntype = Shelf\n");
	fake_put(s, "model.bin", "hello");
	pedigree_config_free(s->config);
	s->config = fake_config_file(s, fake_path(s, "rules.conf"));
	fake_next(s, "x", true);
	fake_argv(s, argv);
	/* A program that the command started. */
	s->process.args = "sh\0./ship.sh\0--to\0web\0model.bin\0blue";
	s->process.argc = 6;
	fake_event(s, PEDIGREE_EV_PROCESS, 0, "", NULL)->process = 0;
	fake_build(s);
	assert_non_null(context(s));
	assert_string_equal(context(s)->name, "shop-blue");
	assert_string_equal(context(s)->type, "Shelf");
	assert_true(fake_input(s, "model.bin"));
	assert_string_equal(fake_version(fake_find(s, "model.bin")), HELLO_SHA);
}

static void test_what_is_said_outright_comes_first(void **state)
{
	struct fake_run *s = *state;

	s->facts.deployment.endpoint = strdup("said");
	assert_string_equal(DEPLOYED(s, true, "docker", "push", "shop/m:1"),
			    "said");
}

static void test_a_serving_run_ties_the_endpoint_to_its_models(void **state)
{
	struct fake_run *s = *state;
	const struct pedigree_entity *action = NULL;

	fake_put(s, "model.pt", "hello");
	fake_put(s, "words.csv", "data");
	s->facts.serve = strdup("shop");
	fake_next(s, "web", false);
	fake_open(s, R, "model.pt");
	fake_open(s, R, "words.csv");
	fake_build(s);
	for (size_t i = 0; i < s->record->entities.n; i++)
		if (s->record->entities.v[i].kind == PEDIGREE_ACTION)
			action = &s->record->entities.v[i];
	assert_non_null(action);
	assert_non_null(context(s));
	assert_string_equal(context(s)->name, "shop");
	assert_true(fake_edge(s, action, context(s)));
	assert_true(fake_edge(s, fake_find(s, "model.pt"), action));
	assert_false(fake_edge(s, fake_find(s, "words.csv"), action));
	assert_true(fake_input(s, "model.pt"));
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fake_setup, fake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_commands_of_others_deploy),
		TEST(test_other_commands_do_not),
		TEST(test_an_image_is_what_is_pushed),
		TEST(test_a_rule_of_ones_own_names_the_model),
		TEST(test_what_is_said_outright_comes_first),
		TEST(test_a_serving_run_ties_the_endpoint_to_its_models),
	};

	return cmocka_run_group_tests_name("commands", tests, NULL, NULL);
}
