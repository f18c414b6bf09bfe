/* SPDX-License-Identifier: Apache-2.0 */
/* The typed calls of <pedigree/entity.h>: entities, tags, associations. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/base.h"
#include "tests/unit/support/client.h"

static void test_an_artifact_is_described_as_it_was_created(void **state)
{
	static const struct pedigree_source_type versions[] = {
		{ "Custom", "sha256:12" },
		{ "MD5Hash", "34" },
	};
	static const struct pedigree_property properties[] = {
		{ "rows", "1000" },
		{ "empty", "" },
	};
	static const struct pedigree_tag tags[] = { { "team", "shop" } };
	static const struct pedigree_artifact new = {
		.name = "train",
		.type = "DataSet",
		.source_uri = "s3://bucket/tr\xc3\xa4in.csv",
		.source_types = versions,
		.n_source_types = PEDIGREE_COUNT(versions),
		.properties = properties,
		.n_properties = PEDIGREE_COUNT(properties),
		.metadata = { .commit_id = "abc", .project_id = "p" },
		.tags = tags,
		.n_tags = PEDIGREE_COUNT(tags),
	};
	struct pedigree_artifact *is;
	struct pedigree_tag *listed;
	size_t n;
	char *arn;

	(void)state;
	DO(pedigree_artifact_create(client, &new, &arn, &err));
	DO(pedigree_artifact_describe(client, arn, &is, &err));
	assert_string_equal(is->arn, arn);
	assert_string_equal(is->name, new.name);
	assert_string_equal(is->type, new.type);
	assert_string_equal(is->source_uri, new.source_uri);
	assert_int_equal(is->n_source_types, 2);
	assert_string_equal(is->source_types[0].type, "Custom");
	assert_string_equal(is->source_types[1].value, "34");
	assert_int_equal(is->n_properties, 2);
	assert_string_equal(is->properties[0].key, "rows");
	assert_string_equal(is->properties[0].value, "1000");
	assert_string_equal(is->properties[1].value, "");
	assert_string_equal(is->metadata.commit_id, "abc");
	assert_null(is->metadata.repository);
	assert_string_equal(is->metadata.project_id, "p");
	assert_true(is->created_ms > 1600000000000);
	assert_true(is->modified_ms == is->created_ms);
	assert_int_equal(is->n_tags, 0);
	pedigree_artifact_free(is);
	DO(pedigree_tags_list(client, arn, &listed, &n, &err));
	assert_int_equal(n, 1);
	assert_string_equal(listed[0].key, "team");
	assert_string_equal(listed[0].value, "shop");
	pedigree_tags_free(listed);
	free(arn);
}

static void test_what_was_described_can_be_changed_and_updated(void **state)
{
	static const struct pedigree_property two[] = { { "a", "1" },
							{ "b", "2" } };
	static const char *const keys[] = { "a", NULL };
	static const struct pedigree_removal removal = { .properties = keys };
	char *arn = make_artifact("s3://b/k", "DataSet");
	struct pedigree_artifact *is;

	(void)state;
	DO(pedigree_artifact_describe(client, arn, &is, &err));
	is->name = "renamed";
	is->properties = two;
	is->n_properties = 2;
	DO(pedigree_artifact_update(client, is, &removal, &err));
	pedigree_artifact_free(is);
	DO(pedigree_artifact_describe(client, arn, &is, &err));
	assert_string_equal(is->name, "renamed");
	assert_int_equal(is->n_properties, 1);
	assert_string_equal(is->properties[0].key, "b");
	pedigree_artifact_free(is);
	DO(pedigree_artifact_delete(client, arn, &err));
	REFUSED(pedigree_artifact_describe(client, arn, &is, &err),
		PEDIGREE_ENOTFOUND, "ResourceNotFound");
	free(arn);
}

static void test_an_action_has_a_source_and_a_status(void **state)
{
	static const struct pedigree_action new = {
		.name = "approve",
		.type = "Approval",
		.source_uri = "https://example.com/1",
		.source_type = "Ticket",
		.source_id = "1",
		.description = "of the model",
		.status = "InProgress",
	};
	static const struct pedigree_action done = { .name = "approve",
						     .status = "Completed" };
	struct pedigree_action *is;

	(void)state;
	DO(pedigree_action_create(client, &new, NULL, &err));
	DO(pedigree_action_update(client, &done, NULL, &err));
	DO(pedigree_action_describe(client, "Approve", &is, &err));
	assert_string_equal(is->source_uri, new.source_uri);
	assert_string_equal(is->source_type, "Ticket");
	assert_string_equal(is->source_id, "1");
	assert_string_equal(is->description, "of the model");
	assert_string_equal(is->status, "Completed");
	pedigree_action_free(is);
	DO(pedigree_action_delete(client, "approve", &err));
}

static void test_a_trial_component_has_numbers_and_text(void **state)
{
	static const struct pedigree_parameter parameters[] = {
		{ .key = "lr", .number = 0.1 },
		{ .key = "none", .number = 0 },
		{ .key = "opt", .text = "adam" },
	};
	static const struct pedigree_component_artifact in[] = {
		{ "data", "s3://b/k", "text/csv" },
	};
	static const struct pedigree_trial_component new = {
		.name = "Fit-1",
		.display_name = "the-first",
		.status = "Completed",
		.message = "well",
		.start_ms = 1700000000500,
		.end_ms = 1700000001000,
		.parameters = parameters,
		.n_parameters = 3,
		.inputs = in,
		.n_inputs = 1,
	};
	struct pedigree_trial_component *is;

	(void)state;
	DO(pedigree_trial_component_create(client, &new, NULL, &err));
	DO(pedigree_trial_component_describe(client, "fit-1", &is, &err));
	assert_string_equal(is->name, "Fit-1");
	assert_string_equal(is->display_name, "the-first");
	assert_string_equal(is->status, "Completed");
	assert_string_equal(is->message, "well");
	assert_true(is->start_ms == new.start_ms);
	assert_true(is->end_ms == new.end_ms);
	assert_int_equal(is->n_parameters, 3);
	assert_string_equal(is->parameters[0].key, "lr");
	assert_null(is->parameters[0].text);
	assert_true(is->parameters[0].number == 0.1);
	assert_null(is->parameters[1].text);
	assert_string_equal(is->parameters[2].text, "adam");
	assert_int_equal(is->n_inputs, 1);
	assert_string_equal(is->inputs[0].media_type, "text/csv");
	assert_int_equal(is->n_outputs, 0);
	assert_null(is->outputs);
	pedigree_trial_component_free(is);
}

static void test_an_update_joins_parameters_and_takes_some_away(void **state)
{
	static const struct pedigree_parameter one[] = { { .key = "a",
							   .text = "1" } };
	static const struct pedigree_parameter two[] = { { .key = "b",
							   .number = 2 } };
	static const char *const keys[] = { "a", NULL };
	static const struct pedigree_removal removal = { .parameters = keys };
	struct pedigree_trial_component change = { .name = "fit",
						   .parameters = one,
						   .n_parameters = 1 };
	struct pedigree_trial_component *is;

	(void)state;
	DO(pedigree_trial_component_create(client, &change, NULL, &err));
	change.parameters = two;
	DO(pedigree_trial_component_update(client, &change, NULL, &err));
	DO(pedigree_trial_component_describe(client, "fit", &is, &err));
	assert_int_equal(is->n_parameters, 2);
	pedigree_trial_component_free(is);
	DO(pedigree_trial_component_update(client, &change, &removal, &err));
	DO(pedigree_trial_component_describe(client, "fit", &is, &err));
	assert_int_equal(is->n_parameters, 1);
	assert_string_equal(is->parameters[0].key, "b");
	pedigree_trial_component_free(is);
}

static void test_a_removal_that_a_kind_cannot_do_is_named(void **state)
{
	static const char *const keys[] = { "a", NULL };
	static const struct pedigree_removal removal = { .parameters = keys };
	static const struct pedigree_context change = { .name = "c" };

	(void)state;
	REFUSED(pedigree_context_update(client, &change, &removal, &err),
		PEDIGREE_EINVAL, "ParametersToRemove");
}

static void test_trials_and_experiments_hold_components(void **state)
{
	static const struct pedigree_experiment experiment = {
		.name = "shop", .description = "of churn"
	};
	static const struct pedigree_trial trial = { .name = "monday",
						     .experiment = "shop" };
	struct pedigree_filter filter = { .trial = "monday" };
	struct pedigree_trial_component *components;
	struct pedigree_experiment *shop;
	struct pedigree_trial *monday;
	size_t n;

	(void)state;
	free(make_component("fit"));
	free(make_component("test"));
	DO(pedigree_experiment_create(client, &experiment, NULL, &err));
	DO(pedigree_trial_create(client, &trial, NULL, &err));
	DO(pedigree_trial_join(client, "monday", "fit", &err));
	DO(pedigree_trial_join(client, "monday", "fit", &err));
	DO(pedigree_trial_component_list(client, &filter, &components, &n,
					 &err));
	assert_int_equal(n, 1);
	assert_string_equal(components[0].name, "fit");
	pedigree_trial_component_free(components);
	DO(pedigree_trial_describe(client, "monday", &monday, &err));
	assert_string_equal(monday->experiment, "shop");
	pedigree_trial_free(monday);
	DO(pedigree_experiment_describe(client, "shop", &shop, &err));
	assert_string_equal(shop->description, "of churn");
	pedigree_experiment_free(shop);
	REFUSED(pedigree_trial_delete(client, "monday", &err), PEDIGREE_EINVAL,
		"ValidationException");
	DO(pedigree_trial_leave(client, "monday", "fit", &err));
	REFUSED(pedigree_trial_leave(client, "monday", "fit", &err),
		PEDIGREE_ENOTFOUND, "ResourceNotFound");
	DO(pedigree_trial_delete(client, "monday", &err));
	DO(pedigree_experiment_delete(client, "shop", &err));
}

static void test_a_list_follows_its_pages(void **state)
{
	struct pedigree_filter filter = { .type = "DataSet", .ascending = 1 };
	struct pedigree_artifact *found;
	char uri[40];
	size_t n;

	(void)state;
	for (int i = 0; i < 130; i++) {
		snprintf(uri, sizeof(uri), "s3://b/%03d", i);
		free(make_artifact(uri, i % 13 ? "DataSet" : "Model"));
	}
	DO(pedigree_artifact_list(client, &filter, &found, &n, &err));
	assert_int_equal(n, 120);
	assert_string_equal(found[0].source_uri, "s3://b/001");
	assert_string_equal(found[119].source_uri, "s3://b/129");
	pedigree_artifact_free(found);
	filter.limit = 7;
	DO(pedigree_artifact_list(client, &filter, &found, &n, &err));
	assert_int_equal(n, 7);
	pedigree_artifact_free(found);
	DO(pedigree_artifact_list(client, NULL, &found, &n, &err));
	assert_int_equal(n, 130);
	pedigree_artifact_free(found);
	filter.type = "Image";
	DO(pedigree_artifact_list(client, &filter, &found, &n, &err));
	assert_int_equal(n, 0);
	assert_non_null(found);
	pedigree_artifact_free(found);
}

static void test_a_filter_that_a_list_does_not_have_is_named(void **state)
{
	static const struct pedigree_filter filter = { .source_uri = "s3://b" };
	struct pedigree_experiment *found;
	size_t n;

	(void)state;
	REFUSED(pedigree_experiment_list(client, &filter, &found, &n, &err),
		PEDIGREE_EINVAL, "ListExperiments takes no SourceUri");
}

static void test_associations_are_listed_with_their_ends(void **state)
{
	char *data = make_artifact("s3://b/data", "DataSet");
	char *fit = make_component("fit");
	struct pedigree_association_filter filter = { .destination_arn = fit };
	struct pedigree_association *found;
	size_t n;

	(void)state;
	DO(pedigree_associate(client, data, fit, "ContributedTo", &err));
	REFUSED(pedigree_associate(client, data, fit, NULL, &err),
		PEDIGREE_EEXIST, "already exists");
	DO(pedigree_association_list(client, &filter, &found, &n, &err));
	assert_int_equal(n, 1);
	assert_string_equal(found[0].source_arn, data);
	assert_string_equal(found[0].source_type, "DataSet");
	assert_string_equal(found[0].destination_arn, fit);
	assert_string_equal(found[0].destination_name, "fit");
	assert_string_equal(found[0].type, "ContributedTo");
	assert_true(found[0].created_ms > 1600000000000);
	pedigree_association_free(found);
	REFUSED(pedigree_artifact_delete(client, data, &err), PEDIGREE_EINVAL,
		"ValidationException");
	DO(pedigree_dissociate(client, data, fit, &err));
	REFUSED(pedigree_dissociate(client, data, fit, &err),
		PEDIGREE_ENOTFOUND, "ResourceNotFound");
	free(data);
	free(fit);
}

static void test_tags_are_added_changed_and_deleted(void **state)
{
	static const struct pedigree_tag first[] = { { "a", "1" },
						     { "b", "2" } };
	static const struct pedigree_tag again[] = { { "a", "3" } };
	static const char *const keys[] = { "b", "never", NULL };
	char *fit = make_component("fit");
	struct pedigree_tag *tags;
	size_t n;

	(void)state;
	DO(pedigree_tags_add(client, fit, first, 2, &err));
	DO(pedigree_tags_add(client, fit, again, 1, &err));
	DO(pedigree_tags_add(client, fit, NULL, 0, &err));
	DO(pedigree_tags_delete(client, fit, keys, &err));
	DO(pedigree_tags_list(client, fit, &tags, &n, &err));
	assert_int_equal(n, 1);
	assert_string_equal(tags[0].value, "3");
	pedigree_tags_free(tags);
	free(fit);
}

static void test_a_search_compares_parameters_and_tags(void **state)
{
	static const struct pedigree_tag tags[] = { { "team", "shop" } };
	static const struct pedigree_condition both[] = {
		{ "Parameters.lr", "LessThan", "0.5" },
		{ "Tags.team", NULL, "shop" },
	};
	struct pedigree_search search = { .conditions = both,
					  .n_conditions = 2,
					  .sort_by = "TrialComponentName",
					  .ascending = 1 };
	struct pedigree_trial_component *found;
	struct pedigree_experiment *none;
	size_t n;

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct pedigree_parameter lr = { .key = "lr",
						 .number = i < 2 ? 0.1 : 1 };
		char name[] = { "fit0" };
		struct pedigree_trial_component new = { .name = name,
							.parameters = &lr,
							.n_parameters = 1,
							.tags = tags,
							.n_tags = i % 2 };

		name[3] = (char)('0' + i);
		DO(pedigree_trial_component_create(client, &new, NULL, &err));
	}
	DO(pedigree_trial_component_search(client, &search, &found, &n, &err));
	assert_int_equal(n, 1);
	assert_string_equal(found[0].name, "fit1");
	assert_int_equal(found[0].n_tags, 1);
	assert_string_equal(found[0].tags[0].value, "shop");
	pedigree_trial_component_free(found);
	search.any = 1;
	DO(pedigree_trial_component_search(client, &search, &found, &n, &err));
	assert_int_equal(n, 3);
	assert_string_equal(found[2].name, "fit3");
	pedigree_trial_component_free(found);
	DO(pedigree_experiment_search(client, NULL, &none, &n, &err));
	assert_int_equal(n, 0);
	pedigree_experiment_free(none);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CLIENT_TEST(test_an_artifact_is_described_as_it_was_created),
		CLIENT_TEST(test_what_was_described_can_be_changed_and_updated),
		CLIENT_TEST(test_an_action_has_a_source_and_a_status),
		CLIENT_TEST(test_a_trial_component_has_numbers_and_text),
		CLIENT_TEST(
			test_an_update_joins_parameters_and_takes_some_away),
		CLIENT_TEST(test_a_removal_that_a_kind_cannot_do_is_named),
		CLIENT_TEST(test_trials_and_experiments_hold_components),
		CLIENT_TEST(test_a_list_follows_its_pages),
		CLIENT_TEST(test_a_filter_that_a_list_does_not_have_is_named),
		CLIENT_TEST(test_associations_are_listed_with_their_ends),
		CLIENT_TEST(test_tags_are_added_changed_and_deleted),
		CLIENT_TEST(test_a_search_compares_parameters_and_tags),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
