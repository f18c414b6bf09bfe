/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fs.h"
#include "base/spelling.h"
#include "query/query.h"
#include "tests/unit/support/alloc.h"
#include "tests/unit/support/scene.h"

static struct scene *scene;
static struct pedigree_ledger *ledger;

static void open_ledger(void)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;

	if (pedigree_ledger_open(scene->config, &ledger, &err) != 0)
		fail_msg("%s", err.text);
}

static int setup(void **state)
{
	(void)state;
	scene = scene_new(NULL);
	ledger = NULL;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	pedigree_ledger_close(ledger);
	scene_free(scene);
	return 0;
}

static void use(const char *run, int64_t start, const char *uri, char bytes)
{
	struct pedigree_record *record = record_of(run, 0, start);

	add_input(record, uri, bytes, "Model");
	put_ledger(scene, record);
}

static pedigree_row find_noted(const char *target, struct pedigree_buf *note)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	pedigree_row row = 0;

	if (pedigree_resolve(ledger, target, &row, note, &err) != 0)
		fail_msg("%s", err.text);
	assert_true(row > 0);
	return row;
}

static pedigree_row find(const char *target)
{
	_cleanup_buf_ struct pedigree_buf note = PEDIGREE_BUF_INIT;
	pedigree_row row = find_noted(target, &note);

	assert_string_equal(note.data, "");
	return row;
}

static struct pedigree_graph *
walk(const char *target, enum pedigree_direction direction, unsigned int depth)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree_graph *graph = NULL;

	if (pedigree_walk(ledger, find(target), direction, depth, &graph,
			  &err) != 0)
		fail_msg("%s", err.text);
	return graph;
}

/* What a vertex is called in these tests. */
static const char *called(const struct pedigree_entity *entity)
{
	return entity->kind == PEDIGREE_ARTIFACT ? entity->source_uri
						 : entity->name;
}

static void assert_vertices(const struct pedigree_graph *graph,
			    const char *expected)
{
	_cleanup_buf_ struct pedigree_buf names = PEDIGREE_BUF_INIT;

	for (size_t i = 0; i < graph->vertices.n; i++)
		pedigree_buf_addf(&names, "%s%s", i ? " " : "",
				  called(&graph->vertices.v[i].entity));
	assert_string_equal(names.data, expected);
}

static bool has_edge(const struct pedigree_graph *graph, const char *source,
		     const char *destination, const char *type)
{
	for (size_t i = 0; i < graph->edges.n; i++) {
		const struct pedigree_graph_edge *edge = &graph->edges.v[i];

		if (strcmp(called(&graph->vertices.v[edge->source].entity),
			   source) == 0 &&
		    strcmp(called(&graph->vertices.v[edge->destination].entity),
			   destination) == 0)
			return strcmp(edge->type, type) == 0;
	}
	return false;
}

static void test_an_endpoint_reaches_its_training_data(void **state)
{
	struct pedigree_graph *graph;

	(void)state;
	put_training(scene, "fit", 100, "file:///m", 'm');
	put_deployment(scene, "ship", 200, "file:///m", 'm');
	open_ledger();
	graph = walk("shop", PEDIGREE_UP, 0);
	assert_vertices(graph, "shop fit ship file:///data.csv file:///m");
	assert_true(has_edge(graph, "ship", "shop", "AssociatedWith"));
	assert_true(has_edge(graph, "file:///m", "ship", "ContributedTo"));
	assert_true(has_edge(graph, "fit", "file:///m", "Produced"));
	assert_true(
		has_edge(graph, "file:///data.csv", "fit", "ContributedTo"));
	assert_false(graph->cut);
	pedigree_graph_free(graph);
}

static void test_data_reaches_the_endpoint_it_ended_up_in(void **state)
{
	struct pedigree_graph *graph;

	(void)state;
	put_training(scene, "fit", 100, "file:///m", 'm');
	put_deployment(scene, "ship", 200, "file:///m", 'm');
	open_ledger();
	graph = walk("file:///data.csv", PEDIGREE_DOWN, 0);
	assert_vertices(graph, "file:///data.csv fit file:///m shop ship");
	pedigree_graph_free(graph);
}

static void test_both_ways_leaves_out_relatives_of_relatives(void **state)
{
	struct pedigree_graph *graph;

	(void)state;
	put_training(scene, "fit", 100, "file:///m", 'm');
	put_training(scene, "other", 110, "file:///n", 'n');
	put_deployment(scene, "ship", 200, "file:///m", 'm');
	open_ledger();
	graph = walk("file:///m", PEDIGREE_BOTH, 0);
	assert_vertices(graph, "file:///m fit ship file:///data.csv shop");
	pedigree_graph_free(graph);
}

static void test_a_depth_limit_cuts_and_says_so(void **state)
{
	struct pedigree_graph *graph;

	(void)state;
	put_training(scene, "fit", 100, "file:///m", 'm');
	open_ledger();
	graph = walk("file:///m", PEDIGREE_UP, 1);
	assert_vertices(graph, "file:///m fit");
	assert_true(graph->cut);
	pedigree_graph_free(graph);
	graph = walk("file:///m", PEDIGREE_UP, 2);
	assert_vertices(graph, "file:///m fit file:///data.csv");
	assert_false(graph->cut);
	pedigree_graph_free(graph);
}

static void test_a_copy_reaches_the_original_and_not_the_reverse(void **state)
{
	struct pedigree_graph *graph;

	(void)state;
	put_training(scene, "fit", 100, "file:///m", 'm');
	use("predict", 200, "file:///copy", 'm');
	open_ledger();
	graph = walk("file:///copy", PEDIGREE_UP, 0);
	assert_vertices(graph, "file:///copy file:///m fit file:///data.csv");
	pedigree_graph_free(graph);
	graph = walk("file:///m", PEDIGREE_DOWN, 0);
	assert_vertices(graph, "file:///m file:///copy predict");
	pedigree_graph_free(graph);
}

static void test_all_producers_of_the_same_bytes_oldest_first(void **state)
{
	struct pedigree_graph *graph;

	(void)state;
	put_training(scene, "second", 200, "file:///m", 'm');
	put_training(scene, "first", 100, "file:///m", 'm');
	open_ledger();
	graph = walk("file:///m", PEDIGREE_UP, 0);
	assert_vertices(graph, "file:///m first second file:///data.csv");
	pedigree_graph_free(graph);
}

static enum pedigree_deployed deployed(const struct pedigree_graph *graph,
				       const char *action)
{
	for (size_t i = 0; i < graph->edges.n; i++)
		if (strcmp(called(&graph->vertices.v[graph->edges.v[i].source]
					   .entity),
			   action) == 0 &&
		    graph->edges.v[i].deployed)
			return graph->edges.v[i].deployed;
	return PEDIGREE_NO_DEPLOYMENT;
}

static void test_a_replaced_deployment_is_known_from_below_too(void **state)
{
	struct pedigree_graph *graph;

	(void)state;
	put_training(scene, "fit", 100, "file:///m", 'm');
	put_training(scene, "refit", 150, "file:///n", 'n');
	put_deployment(scene, "ship", 200, "file:///m", 'm');
	put_deployment(scene, "reship", 300, "file:///n", 'n');
	open_ledger();
	graph = walk("shop", PEDIGREE_UP, 0);
	assert_int_equal(deployed(graph, "ship"), PEDIGREE_DEPLOYED_REPLACED);
	assert_int_equal(deployed(graph, "reship"), PEDIGREE_DEPLOYED_CURRENT);
	pedigree_graph_free(graph);
	graph = walk("file:///m", PEDIGREE_DOWN, 0);
	assert_int_equal(deployed(graph, "ship"), PEDIGREE_DEPLOYED_REPLACED);
	pedigree_graph_free(graph);
}

static void test_a_failed_deployment_replaces_nothing(void **state)
{
	struct pedigree_record *record;
	struct pedigree_graph *graph;

	(void)state;
	put_deployment(scene, "ship", 200, "file:///m", 'm');
	record = record_of_deployment("broken", 300);
	free(record->entities.v[0].status);
	record->entities.v[0].status = strdup("Failed");
	add_endpoint(record, "shop");
	put_ledger(scene, record);
	open_ledger();
	graph = walk("shop", PEDIGREE_UP, 0);
	assert_int_equal(deployed(graph, "ship"), PEDIGREE_DEPLOYED_CURRENT);
	assert_int_equal(deployed(graph, "broken"), PEDIGREE_DEPLOYED_FAILED);
	pedigree_graph_free(graph);
}

/* Writes what add_artifact() takes as the bytes of an artifact. */
static const char *write_bytes(const char *name, char c, size_t n)
{
	const char *path = scene_path(scene, name);
	char *bytes = malloc(n);

	memset(bytes, c, n);
	assert_int_equal(pedigree_write_file(path, bytes, n, NULL), 0);
	free(bytes);
	return path;
}

static size_t artifact_size(void)
{
	struct pedigree_record *record = record_of("x", 0, 1);
	const char *size;
	size_t n;

	add_input(record, "file:///x", 'x', "DataSet");
	size = pedigree_pairs_get(&record->entities.v[1].properties, "Bytes");
	n = strtoul(size, NULL, 10);
	pedigree_record_free(record);
	return n;
}

static void test_a_copy_is_found_by_its_bytes(void **state)
{
	const char *path = write_bytes("anything", 'm', artifact_size());

	(void)state;
	put_training(scene, "fit", 100, "file:///m", 'm');
	put_training(scene, "refit", 200, "file:///m", 'n');
	open_ledger();
	struct pedigree_graph *graph = walk(path, PEDIGREE_UP, 0);

	assert_vertices(graph, "file:///m fit file:///data.csv");
	pedigree_graph_free(graph);
}

static void
test_a_file_of_unknown_bytes_is_found_by_name_with_a_note(void **state)
{
	const char *path = write_bytes("model", 'z', 1000);
	_cleanup_buf_ struct pedigree_buf uri = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf note = PEDIGREE_BUF_INIT;
	_cleanup_free_ char *real = realpath(path, NULL);
	pedigree_row row;

	(void)state;
	pedigree_path_to_uri(&uri, real);
	put_training(scene, "fit", 100, uri.data, 'm');
	open_ledger();
	row = find_noted(path, &note);
	assert_non_null(
		strstr(note.data, "differ from every recorded version"));
	assert_true(row == find(uri.data));
}

static void test_an_empty_file_is_no_copy_of_another_one(void **state)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	_cleanup_buf_ struct pedigree_buf note = PEDIGREE_BUF_INIT;
	struct pedigree_record *record = record_of("fit", 0, 100);
	const char *path = write_bytes("empty", 'x', 0);
	pedigree_row row = 0;

	(void)state;
	add_artifact(record, "file:///other", 'x', 0, "DataSet");
	put_ledger(scene, record);
	open_ledger();
	assert_int_equal(pedigree_resolve(ledger, path, &row, &note, &err),
			 PEDIGREE_ENOTFOUND);
}

static void test_of_several_versions_the_newest_is_taken_and_said(void **state)
{
	_cleanup_buf_ struct pedigree_buf note = PEDIGREE_BUF_INIT;
	_cleanup_(pedigree_entity_clear) struct pedigree_entity entity = { 0 };
	struct pedigree_record *record = record_of("x", 0, 1);
	const char *newest = add_input(record, "file:///m", 'n', "Model");

	(void)state;
	put_training(scene, "fit", 100, "file:///m", 'm');
	put_training(scene, "refit", 200, "file:///m", 'n');
	open_ledger();
	assert_int_equal(pedigree_ledger_entity(ledger, find_noted("/m", &note),
						&entity, NULL),
			 0);
	assert_string_equal(
		note.data, "2 versions of /m are recorded; this is the newest");
	assert_string_equal(entity.arn, newest);
	pedigree_record_free(record);
}

static void test_names_and_arns_are_found_without_regard_to_case(void **state)
{
	(void)state;
	put_training(scene, "Fit", 100, "file:///m", 'm');
	put_deployment(scene, "ship", 200, "file:///m", 'm');
	open_ledger();
	assert_true(find("fit") == find("Fit"));
	assert_true(
		find("arn:aws:sagemaker:local:000000000000:experiment-trial-component/fit") ==
		find("fit"));
	assert_true(find("SHOP") == find("shop"));
}

static void test_what_is_not_there_is_said_with_what_was_tried(void **state)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	_cleanup_buf_ struct pedigree_buf note = PEDIGREE_BUF_INIT;
	pedigree_row row = 7;

	(void)state;
	put_training(scene, "fit", 100, "file:///m", 'm');
	open_ledger();
	assert_int_equal(pedigree_resolve(ledger, "nonesuch", &row, &note,
					  &err),
			 PEDIGREE_ENOTFOUND);
	assert_non_null(strstr(err.text, "'nonesuch'"));
	assert_non_null(strstr(err.text, "as the name of a run"));
	assert_non_null(strstr(err.text, "as a path"));
	assert_int_equal(row, 7);
}

static void test_words_are_as_far_apart_as_the_slips_between_them(void **state)
{
	static const struct {
		const char *a, *b;
		size_t distance;
	} cases[] = {
		{ "", "", 0 },
		{ "churn", "Churn", 0 },
		{ "churn", "chrun", 1 },
		{ "churn", "chur", 1 },
		{ "churn", "churns", 1 },
		{ "churn", "chuan", 1 },
		{ "churn", "nruhc", 4 },
		{ "a", "abcdef", 5 },
		{ "churn", "model", 5 },
		{ "", "abcd", 4 },
	};

	(void)state;
	for (size_t i = 0; i < PEDIGREE_COUNT(cases); i++) {
		assert_int_equal(pedigree_edit_distance(cases[i].a, cases[i].b,
							9),
				 cases[i].distance);
		assert_int_equal(pedigree_edit_distance(cases[i].b, cases[i].a,
							1),
				 cases[i].distance > 1 ? 2 : cases[i].distance);
	}
}

static void assert_suggested(const char *target, const char *suggestion)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	_cleanup_buf_ struct pedigree_buf note = PEDIGREE_BUF_INIT;
	pedigree_row row = 0;

	assert_int_equal(pedigree_resolve(ledger, target, &row, &note, &err),
			 PEDIGREE_ENOTFOUND);
	if (!suggestion)
		assert_null(strstr(err.text, "did you mean"));
	else if (!strstr(err.text, suggestion))
		fail_msg("%s: %s", target, err.text);
}

static void test_who_misspells_a_name_is_told_the_nearest(void **state)
{
	(void)state;
	put_training(scene, "train-churn", 100, "file:///models/churn.pkl",
		     'm');
	put_training(scene, "train-price", 200, "s3://models/price.pkl", 'p');
	put_training(scene, "red-\xe2\x80\xae", 300,
		     "file:///a%E2%80%AElong-name.pkl", 'q');
	open_ledger();
	assert_suggested("trian-churn", "did you mean 'train-churn'?");
	assert_suggested("train", "'train-price' or 'train-churn'");
	assert_suggested("models/chrun.pkl",
			 "did you mean '/models/churn.pkl'?");
	assert_suggested("prise.pkl", "did you mean 's3://models/price.pkl'?");
	assert_suggested("a-long-name.pkl",
			 "did you mean 'file:///a%E2%80%AElong-name.pkl'?");
	assert_suggested("red", NULL);
	assert_suggested("nothing-like-it", NULL);
}

static void test_who_names_two_things_is_told_of_the_other(void **state)
{
	_cleanup_buf_ struct pedigree_buf note = PEDIGREE_BUF_INIT;
	struct pedigree_record *record = record_of_deployment("ship", 200);

	(void)state;
	put_training(scene, "shop", 100, "file:///m", 'm');
	add_input(record, "file:///m", 'm', "Model");
	add_endpoint(record, "shop");
	put_ledger(scene, record);
	open_ledger();
	find_noted("shop", &note);
	assert_string_equal(
		note.data,
		"2 things are called shop; this is the newest run, others are found by their ARN: arn:aws:sagemaker:local:000000000000:context/shop");
}

static void test_a_run_is_shown_with_both_sides(void **state)
{
	struct pedigree_shown *shown = NULL;

	(void)state;
	put_training(scene, "fit", 100, "file:///m", 'm');
	open_ledger();
	assert_int_equal(pedigree_show_row(ledger, find("fit"), &shown, NULL),
			 0);
	assert_int_equal(shown->before.n, 1);
	assert_string_equal(shown->before.v[0].entity.source_uri,
			    "file:///data.csv");
	assert_int_equal(shown->after.n, 1);
	assert_string_equal(shown->after.v[0].type, "Produced");
	assert_string_equal(shown->run, "fit");
	pedigree_shown_free(shown);
}

static void test_only_data_sets_have_manifests(void **state)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;

	(void)state;
	put_training(scene, "fit", 100, "file:///m", 'm');
	open_ledger();
	assert_int_equal(pedigree_manifest_row(ledger, find("file:///m"), &text,
					       &err),
			 PEDIGREE_ENOTFOUND);
	assert_non_null(strstr(err.text, "file:///m has no manifest"));
}

static void test_a_walk_survives_any_allocation_failing(void **state)
{
	pedigree_row row;

	(void)state;
	put_training(scene, "fit", 100, "file:///m", 'm');
	put_deployment(scene, "ship", 200, "file:///m", 'm');
	open_ledger();
	row = find("shop");
	for (unsigned int n = 1;; n++) {
		struct pedigree_graph *graph = NULL;
		int rc;

		alloc_fail_at(n);
		rc = pedigree_walk(ledger, row, PEDIGREE_BOTH, 0, &graph, NULL);
		if (!alloc_failed()) {
			assert_int_equal(rc, 0);
			pedigree_graph_free(graph);
			break;
		}
		if (rc == 0) {
			pedigree_graph_free(graph);
			continue;
		}
		assert_int_equal(rc, PEDIGREE_ENOMEM);
		assert_null(graph);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_an_endpoint_reaches_its_training_data),
		TEST(test_data_reaches_the_endpoint_it_ended_up_in),
		TEST(test_both_ways_leaves_out_relatives_of_relatives),
		TEST(test_a_depth_limit_cuts_and_says_so),
		TEST(test_a_copy_reaches_the_original_and_not_the_reverse),
		TEST(test_all_producers_of_the_same_bytes_oldest_first),
		TEST(test_a_replaced_deployment_is_known_from_below_too),
		TEST(test_a_failed_deployment_replaces_nothing),
		TEST(test_a_copy_is_found_by_its_bytes),
		TEST(test_a_file_of_unknown_bytes_is_found_by_name_with_a_note),
		TEST(test_an_empty_file_is_no_copy_of_another_one),
		TEST(test_of_several_versions_the_newest_is_taken_and_said),
		TEST(test_names_and_arns_are_found_without_regard_to_case),
		TEST(test_what_is_not_there_is_said_with_what_was_tried),
		TEST(test_words_are_as_far_apart_as_the_slips_between_them),
		TEST(test_who_misspells_a_name_is_told_the_nearest),
		TEST(test_who_names_two_things_is_told_of_the_other),
		TEST(test_a_run_is_shown_with_both_sides),
		TEST(test_only_data_sets_have_manifests),
		TEST(test_a_walk_survives_any_allocation_failing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
