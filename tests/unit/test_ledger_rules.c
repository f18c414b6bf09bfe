/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Edges that follow from several records together.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/digest.h"
#include "tests/unit/support/scene.h"

#define assert_edge(scene, source, destination, expected) \
	do { \
		char *type_ = edge_type(scene, source, destination); \
		assert_string_equal(type_, expected); \
		free(type_); \
	} while (0)

static struct pedigree_record *train(const char *run, int64_t start,
				     const char *uri, char bytes)
{
	struct pedigree_record *record = record_of(run, 0, start);

	add_input(record, "file:///train.csv", 'd', "DataSet");
	add_output(record, uri, bytes, "Model");
	return record;
}

static struct pedigree_record *use(const char *run, int64_t start,
				   const char *uri, char bytes)
{
	struct pedigree_record *record = record_of(run, 0, start);

	add_input(record, uri, bytes, "DataSet");
	return record;
}

static struct pedigree_record *deploy(const char *run, int64_t start,
				      const char *uri, char bytes)
{
	struct pedigree_record *record = record_of_deployment(run, start);

	add_input(record, uri, bytes, "Model");
	add_endpoint(record, "shop");
	return record;
}

static char *arn_of(const char *uri, char bytes, size_t size)
{
	struct pedigree_record *record = record_of("x", 0, 1);
	char *arn = strdup(add_artifact(record, uri, bytes, size, "DataSet"));

	pedigree_record_free(record);
	return arn;
}

static char *arn_of_run(const char *run)
{
	struct pedigree_record *record = record_of(run, 0, 1);
	char *arn = strdup(record_arn(record));

	pedigree_record_free(record);
	return arn;
}

static char *arn_of_shop(void)
{
	struct pedigree_record *record = record_of_deployment("x", 1);
	char *arn = strdup(add_endpoint(record, "shop"));

	pedigree_record_free(record);
	return arn;
}

static void test_copies_hang_as_a_star_on_the_earliest(void **state)
{
	struct scene *scene = scene_new(NULL);
	char *a = arn_of("file:///a", 'm', 100);
	char *b = arn_of("file:///b", 'm', 100);
	char *c = arn_of("file:///c", 'm', 100);

	(void)state;
	put_ledger(scene, train("first", 100, "file:///a", 'm'));
	put_ledger(scene, use("second", 200, "file:///b", 'm'));
	put_ledger(scene, use("third", 300, "file:///c", 'm'));
	assert_edge(scene, a, b, "SameAs");
	assert_edge(scene, a, c, "SameAs");
	assert_edge(scene, b, c, "");
	assert_edge(scene, b, a, "");
	free(a);
	free(b);
	free(c);
	scene_free(scene);
}

/* An object that has the store's word for a version, and perhaps a digest. */
static const char *add_object(struct pedigree_record *record, bool proven,
			      bool output)
{
	const char *arn =
		add_artifact(record, "s3://b/model", 'm', 100, "Model");
	struct pedigree_entity *object =
		&record->entities.v[record->entities.n - 1];
	char *digest = strdup(object->source_types.v[0].value);

	(void)arn;
	pedigree_pairs_clear(&object->source_types);
	pedigree_pairs_add(&object->source_types, "S3ETag", "abc");
	if (proven)
		pedigree_pairs_add(&object->properties, "Digest", digest);
	free(digest);
	free(object->arn);
	object->arn = pedigree_local_arn(object);
	if (output)
		pedigree_record_associate(record, record_arn(record),
					  object->arn, "Produced");
	else
		pedigree_record_associate(record, object->arn,
					  record_arn(record), "ContributedTo");
	return object->arn;
}

static void test_an_object_hangs_on_the_file_that_it_was(void **state)
{
	struct scene *scene = scene_new(NULL);
	struct pedigree_record *record;
	char *run = arn_of_run("train"), *shop = arn_of_shop();
	char *file = arn_of("file:///model", 'm', 100);
	char *object;

	(void)state;
	put_ledger(scene, train("train", 100, "file:///model", 'm'));
	/* Deployed before anybody knew what it was. */
	record = record_of_deployment("deploy", 300);
	object = strdup(add_object(record, false, false));
	add_endpoint(record, "shop");
	put_ledger(scene, record);
	assert_edge(scene, file, object, "");
	assert_edge(scene, run, shop, "");
	record = record_of("upload", 0, 200);
	add_input(record, "file:///model", 'm', "Model");
	assert_string_equal(add_object(record, true, true), object);
	put_ledger(scene, record);
	assert_edge(scene, file, object, "SameAs");
	assert_edge(scene, run, shop, "AssociatedWith");
	free(run);
	free(shop);
	free(file);
	free(object);
	scene_free(scene);
}

static void
test_a_late_record_of_an_earlier_run_becomes_the_centre(void **state)
{
	struct scene *scene = scene_new(NULL);
	char *a = arn_of("file:///a", 'm', 100);
	char *b = arn_of("file:///b", 'm', 100);
	char *c = arn_of("file:///c", 'm', 100);

	(void)state;
	put_ledger(scene, use("second", 200, "file:///b", 'm'));
	put_ledger(scene, use("third", 300, "file:///c", 'm'));
	assert_edge(scene, b, c, "SameAs");
	put_ledger(scene, train("first", 100, "file:///a", 'm'));
	assert_edge(scene, a, b, "SameAs");
	assert_edge(scene, a, c, "SameAs");
	assert_edge(scene, b, c, "");
	free(a);
	free(b);
	free(c);
	scene_free(scene);
}

static void test_within_one_run_what_it_read_is_the_original(void **state)
{
	struct scene *scene = scene_new(NULL);
	struct pedigree_record *record = record_of("cp", 0, 100);
	char *z = strdup(add_input(record, "file:///z", 'm', "DataSet"));
	char *a = strdup(add_output(record, "file:///a", 'm', "DataSet"));

	(void)state;
	put_ledger(scene, record);
	assert_edge(scene, z, a, "SameAs");
	assert_edge(scene, a, z, "");
	free(a);
	free(z);
	scene_free(scene);
}

static void test_code_and_small_files_are_never_tied(void **state)
{
	struct scene *scene = scene_new(NULL);
	struct pedigree_record *record = record_of("first", 0, 100);

	(void)state;
	add_input(record, "file:///a.py", 'c', "Code");
	add_artifact(record, "file:///a", 's', 63, "DataSet");
	add_artifact(record, "file:///large", 'l', 64, "DataSet");
	put_ledger(scene, record);
	record = record_of("second", 0, 200);
	add_input(record, "file:///b.py", 'c', "Code");
	add_artifact(record, "file:///b", 's', 63, "DataSet");
	add_artifact(record, "file:///large2", 'l', 64, "DataSet");
	put_ledger(scene, record);
	assert_int_equal(ledger_number(scene,
				       "SELECT count(*) FROM association "
				       "WHERE type = 'SameAs'"),
			 1);
	scene_free(scene);
}

static void test_an_artifact_found_to_be_code_leaves_its_star(void **state)
{
	struct scene *scene = scene_new(NULL);
	struct pedigree_record *record;
	char *b = arn_of("file:///b", 'm', 100);
	char *c = arn_of("file:///c", 'm', 100);

	(void)state;
	put_ledger(scene, use("first", 100, "file:///a", 'm'));
	put_ledger(scene, use("second", 200, "file:///b", 'm'));
	put_ledger(scene, use("third", 300, "file:///c", 'm'));
	record = record_of("fourth", 0, 400);
	add_input(record, "file:///a", 'm', "Code");
	put_ledger(scene, record);
	assert_int_equal(ledger_number(scene,
				       "SELECT count(*) FROM association "
				       "WHERE type = 'SameAs'"),
			 1);
	assert_edge(scene, b, c, "SameAs");
	free(b);
	free(c);
	scene_free(scene);
}

static void test_an_endpoint_knows_the_run_that_made_its_model(void **state)
{
	struct scene *scene = scene_new(NULL);
	char *run = arn_of_run("train");
	char *shop = arn_of_shop();

	(void)state;
	put_ledger(scene, train("train", 100, "file:///model", 'm'));
	put_ledger(scene, deploy("deploy", 200, "file:///copy", 'm'));
	assert_edge(scene, run, shop, "AssociatedWith");
	free(run);
	free(shop);
	scene_free(scene);
}

static void test_the_training_may_arrive_after_the_deployment(void **state)
{
	struct scene *scene = scene_new(NULL);
	char *run = arn_of_run("train");
	char *again = arn_of_run("again");
	char *other = arn_of_run("other");
	char *shop = arn_of_shop();

	(void)state;
	put_ledger(scene, deploy("deploy", 200, "file:///model", 'm'));
	put_ledger(scene, train("train", 100, "file:///model", 'm'));
	put_ledger(scene, train("again", 150, "file:///elsewhere", 'm'));
	put_ledger(scene, train("other", 160, "file:///model", 'o'));
	assert_edge(scene, run, shop, "AssociatedWith");
	assert_edge(scene, again, shop, "AssociatedWith");
	assert_edge(scene, other, shop, "");
	free(run);
	free(again);
	free(other);
	free(shop);
	scene_free(scene);
}

/* The version that add_artifact() gives 100 times a letter. */
static char *version_of(char bytes)
{
	char text[100], hex[PEDIGREE_SHA256_HEX], version[100];

	memset(text, bytes, sizeof(text));
	assert_int_equal(pedigree_sha256(text, sizeof(text), hex), 0);
	snprintf(version, sizeof(version), "sha256:%s", hex);
	return strdup(version);
}

/* A deployment of file:///model, a folder with one file in it. */
static struct pedigree_record *deploy_folder(int64_t start, char file)
{
	struct pedigree_record *record =
		deploy("deploy", start, "file:///model", 'f');
	struct pedigree_manifest *manifest =
		pedigree_vec_push(&record->manifests);
	char *folder = version_of('f'), *version = version_of(file);

	assert_non_null(manifest);
	manifest->digest = strdup(folder + strlen("sha256:"));
	assert_true(asprintf(&manifest->text,
			     "pedigree-manifest 1\n%s\t100\tweights\n",
			     version) > 0);
	free(folder);
	free(version);
	return record;
}

static void test_a_folder_hangs_on_what_runs_wrote_into_it(void **state)
{
	char *file = arn_of("file:///model/weights", 'm', 100);
	char *folder = arn_of("file:///model", 'f', 100);
	char *run = arn_of_run("train"), *shop = arn_of_shop();

	(void)state;
	for (int late = 0; late < 2; late++) {
		struct scene *scene = scene_new(NULL);

		if (late)
			put_ledger(scene, deploy_folder(200, 'm'));
		put_ledger(scene,
			   train("train", 100, "file:///model/weights", 'm'));
		if (!late)
			put_ledger(scene, deploy_folder(200, 'm'));
		assert_edge(scene, file, folder, "DerivedFrom");
		assert_edge(scene, run, shop, "AssociatedWith");
		scene_free(scene);
	}
	free(file);
	free(folder);
	free(run);
	free(shop);
}

static void test_a_folder_of_other_versions_hangs_on_nothing(void **state)
{
	char *file = arn_of("file:///model/weights", 'm', 100);
	char *folder = arn_of("file:///model", 'f', 100);
	char *run = arn_of_run("train"), *shop = arn_of_shop();

	(void)state;
	for (int late = 0; late < 2; late++) {
		struct scene *scene = scene_new(NULL);

		/* Other bytes, and bytes that were not there yet. */
		put_ledger(scene, deploy_folder(200, late ? 'm' : 'o'));
		put_ledger(scene, train("train", late ? 300 : 100,
					"file:///model/weights", 'm'));
		assert_edge(scene, file, folder, "");
		assert_edge(scene, run, shop, "");
		scene_free(scene);
	}
	free(file);
	free(folder);
	free(run);
	free(shop);
}

static void test_data_that_a_deployment_reads_is_not_its_model(void **state)
{
	struct scene *scene = scene_new(NULL);
	struct pedigree_record *record = record_of("prepare", 0, 100);
	char *run = arn_of_run("prepare");
	char *shop = arn_of_shop();

	(void)state;
	add_output(record, "file:///settings", 's', "DataSet");
	put_ledger(scene, record);
	record = deploy("deploy", 200, "file:///model", 'm');
	add_input(record, "file:///settings", 's', "DataSet");
	put_ledger(scene, record);
	assert_edge(scene, run, shop, "");
	/* Until somebody says that it is a model after all. */
	record = record_of("evaluate", 0, 300);
	add_input(record, "file:///settings", 's', "Model");
	put_ledger(scene, record);
	assert_edge(scene, run, shop, "AssociatedWith");
	free(run);
	free(shop);
	scene_free(scene);
}

static void test_empty_models_say_nothing_about_each_other(void **state)
{
	struct scene *scene = scene_new(NULL);
	struct pedigree_record *record = record_of("train", 0, 100);
	char *run = arn_of_run("train");
	char *shop = arn_of_shop();
	const char *arn = add_artifact(record, "file:///a", 'x', 0, "Model");

	(void)state;
	pedigree_record_associate(record, record_arn(record), arn, "Produced");
	put_ledger(scene, record);
	record = record_of_deployment("deploy", 200);
	arn = add_artifact(record, "file:///b", 'x', 0, "Model");
	pedigree_record_associate(record, arn, record_arn(record),
				  "ContributedTo");
	add_endpoint(record, "shop");
	put_ledger(scene, record);
	assert_edge(scene, run, shop, "");
	free(run);
	free(shop);
	scene_free(scene);
}

static void
test_a_revision_that_takes_an_output_back_takes_its_edges(void **state)
{
	struct scene *scene = scene_new(NULL);
	struct pedigree_record *record = record_of("train", 1, 100);
	char *run = arn_of_run("train");
	char *shop = arn_of_shop();
	char *model = arn_of("file:///model", 'm', 100);

	(void)state;
	put_ledger(scene, train("train", 100, "file:///model", 'm'));
	put_ledger(scene, deploy("deploy", 200, "file:///model", 'm'));
	assert_edge(scene, run, model, "Produced");
	assert_edge(scene, run, shop, "AssociatedWith");
	put_ledger(scene, record);
	assert_edge(scene, run, model, "");
	assert_edge(scene, run, shop, "");
	free(run);
	free(shop);
	free(model);
	scene_free(scene);
}

static struct pedigree_record *nth(int i)
{
	struct pedigree_record *record;

	switch (i) {
	case 0:
		return train("train", 100, "file:///model", 'm');
	case 1:
		return deploy("deploy", 300, "file:///copy", 'm');
	case 2:
		record = train("again", 200, "file:///other", 'm');
		add_input(record, "file:///model", 'm', "Model");
		return record;
	case 3:
		return deploy("redeploy", 400, "file:///model", 'm');
	default:
		record = record_of("train", 1, 100);
		add_input(record, "file:///train.csv", 'd', "DataSet");
		add_output(record, "file:///model", 'm', "Model");
		add_output(record, "file:///log", 'l', "DataSet");
		return record;
	}
}

/* Puts the records in the order of the `which`-th permutation of five. */
static void put_permuted(struct scene *scene, int which)
{
	int left[] = { 0, 1, 2, 3, 4 };

	for (int n = 5; n > 0; which /= n, n--) {
		int at = which % n;

		put_ledger(scene, nth(left[at]));
		memmove(left + at, left + at + 1,
			sizeof(*left) * (size_t)(n - at - 1));
	}
}

static void test_the_order_of_delivery_does_not_matter(void **state)
{
	struct pedigree_buf first = PEDIGREE_BUF_INIT;

	(void)state;
	for (int i = 0; i < 120; i++) {
		struct scene *scene = scene_new(NULL);
		struct pedigree_buf dump = PEDIGREE_BUF_INIT;

		put_permuted(scene, i);
		dump_ledger(scene, &dump);
		assert_non_null(strstr(dump.data, "SameAs"));
		if (i == 0)
			pedigree_buf_add(&first, dump.data, dump.len);
		else
			assert_string_equal(dump.data, first.data);
		pedigree_buf_clear(&dump);
		scene_free(scene);
	}
	pedigree_buf_clear(&first);
}

static void test_a_deployment_need_not_be_to_an_endpoint(void **state)
{
	struct scene *scene = scene_new(NULL);
	struct pedigree_record *record =
		deploy("ship", 200, "file:///copy", 'm');
	char *run = arn_of_run("train"), *shop = arn_of_shop();
	struct pedigree_entity context = { 0 };

	(void)state;
	for (size_t i = 0; i < record->entities.n; i++) {
		struct pedigree_entity *entity = &record->entities.v[i];

		if (entity->kind != PEDIGREE_CONTEXT)
			continue;
		free(entity->type);
		entity->type = strdup("Site");
	}
	put_ledger(scene, train("train", 100, "file:///model", 'm'));
	put_ledger(scene, record);
	assert_edge(scene, run, shop, "AssociatedWith");
	entity_by_arn(scene, shop, &context);
	assert_non_null(
		pedigree_pairs_get(&context.properties, "CurrentDeployment"));
	pedigree_entity_clear(&context);
	free(run);
	free(shop);
	scene_free(scene);
}

static void test_an_endpoint_names_its_newest_deployment(void **state)
{
	struct scene *scene = scene_new(NULL);
	struct pedigree_record *newest =
		deploy("third", 300, "file:///m3", '3');
	char *arn = strdup(record_arn(newest));
	char *shop = arn_of_shop();
	struct pedigree_record *failed;
	struct pedigree_entity context = { 0 };

	(void)state;
	put_ledger(scene, deploy("first", 100, "file:///m1", '1'));
	put_ledger(scene, newest);
	put_ledger(scene, deploy("second", 200, "file:///m2", '2'));
	failed = deploy("fourth", 400, "file:///m4", '4');
	free(failed->entities.v[0].status);
	failed->entities.v[0].status = strdup("Failed");
	put_ledger(scene, failed);
	entity_by_arn(scene, shop, &context);
	assert_string_equal(pedigree_pairs_get(&context.properties,
					       "CurrentDeployment"),
			    arn);
	assert_int_equal(context.created_ms, 100000);
	pedigree_entity_clear(&context);
	free(arn);
	free(shop);
	scene_free(scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_copies_hang_as_a_star_on_the_earliest),
		cmocka_unit_test(test_an_object_hangs_on_the_file_that_it_was),
		cmocka_unit_test(
			test_a_late_record_of_an_earlier_run_becomes_the_centre),
		cmocka_unit_test(
			test_within_one_run_what_it_read_is_the_original),
		cmocka_unit_test(test_code_and_small_files_are_never_tied),
		cmocka_unit_test(
			test_an_artifact_found_to_be_code_leaves_its_star),
		cmocka_unit_test(
			test_an_endpoint_knows_the_run_that_made_its_model),
		cmocka_unit_test(
			test_the_training_may_arrive_after_the_deployment),
		cmocka_unit_test(
			test_a_folder_hangs_on_what_runs_wrote_into_it),
		cmocka_unit_test(
			test_a_folder_of_other_versions_hangs_on_nothing),
		cmocka_unit_test(
			test_data_that_a_deployment_reads_is_not_its_model),
		cmocka_unit_test(
			test_empty_models_say_nothing_about_each_other),
		cmocka_unit_test(
			test_a_revision_that_takes_an_output_back_takes_its_edges),
		cmocka_unit_test(test_the_order_of_delivery_does_not_matter),
		cmocka_unit_test(test_a_deployment_need_not_be_to_an_endpoint),
		cmocka_unit_test(test_an_endpoint_names_its_newest_deployment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
