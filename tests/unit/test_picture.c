/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lineage as pictures, and what may be left out of them.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "query/query.h"
#include "render/render.h"

#include "tests/unit/support/scene.h"

static struct pedigree_graph *
graph_of(const char *target, const struct pedigree_trace_options *options,
	 int expected, struct pedigree_error *err)
{
	_cleanup_ledger_ struct pedigree_ledger *ledger = NULL;
	_cleanup_buf_ struct pedigree_buf note = PEDIGREE_BUF_INIT;
	struct pedigree_graph *graph = NULL;
	pedigree_row row = 0;

	assert_int_equal(
		pedigree_ledger_open(test_scene->config, &ledger, NULL), 0);
	assert_int_equal(pedigree_resolve(ledger, target, &row, &note, NULL),
			 0);
	assert_int_equal(pedigree_walk_some(ledger, row, options, &graph, err),
			 expected);
	return graph;
}

/* Edges as "source>destination", through others with "~". Malloc'ed. */
static char *edges_of(const char *target,
		      const struct pedigree_trace_options *options)
{
	struct pedigree_graph *graph = graph_of(target, options, 0, NULL);
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;

	for (size_t i = 0; i < graph->edges.n; i++) {
		const struct pedigree_graph_edge *edge = &graph->edges.v[i];
		size_t ends[] = { edge->source, edge->destination };

		if (edge->shortcut)
			continue;
		for (size_t end = 0; end < 2; end++) {
			const struct pedigree_entity *entity =
				&graph->vertices.v[ends[end]].entity;
			const char *uri = entity->kind == PEDIGREE_ARTIFACT
						  ? entity->source_uri
						  : NULL;

			pedigree_buf_addf(&text, "%s%s",
					  end ? edge->through ? "~" : ">" : " ",
					  uri ? uri + strlen("file:///")
					      : entity->name);
		}
	}
	pedigree_graph_free(graph);
	return pedigree_buf_take(&text);
}

static void assert_edges(const char *target,
			 const struct pedigree_trace_options *options,
			 const char *expected)
{
	_cleanup_free_ char *text = edges_of(target, options);

	assert_string_equal(text, expected);
}

static char *drawn(const char *target, enum pedigree_format format)
{
	const struct pedigree_trace_options options = { 0 };
	const struct pedigree_print print = { .format = format };
	struct pedigree_graph *graph = graph_of(target, &options, 0, NULL);
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	assert_int_equal(
		pedigree_graph_renderer(format)(graph, &print, out, NULL), 0);
	fclose(out);
	pedigree_graph_free(graph);
	return text;
}

static void test_what_is_asked_for_stays_tied_together(void **state)
{
	const char *artifacts[] = { "artifact", NULL };
	const char *runs[] = { "Run", "context", NULL };
	const char *data[] = { "dataset", NULL };

	(void)state;
	put_training(test_scene, "fit", 100, "file:///m", 'm');
	put_deployment(test_scene, "ship", 200, "file:///m", 'm');
	assert_edges("shop", &(struct pedigree_trace_options){ 0 },
		     " ship>shop data.csv>fit m>ship fit>m");
	assert_edges("shop",
		     &(struct pedigree_trace_options){ .kinds = artifacts },
		     " m~shop data.csv~m");
	assert_edges("shop", &(struct pedigree_trace_options){ .types = data },
		     " data.csv~shop");
	/* An association of the API's own is no way through others. */
	assert_edges("shop", &(struct pedigree_trace_options){ .kinds = runs },
		     " fit>shop");
}

static void test_a_kind_that_does_not_exist_is_refused(void **state)
{
	const char *kinds[] = { "runs", NULL };
	const struct pedigree_trace_options options = { .kinds = kinds };
	struct pedigree_error err = PEDIGREE_ERROR_INIT;

	(void)state;
	put_training(test_scene, "fit", 100, "file:///m", 'm');
	assert_null(graph_of("fit", &options, PEDIGREE_EINVAL, &err));
	assert_non_null(strstr(err.text, "no kind 'runs'"));
}

static void test_what_is_older_or_younger_is_left_out(void **state)
{
	(void)state;
	put_training(test_scene, "fit", 100, "file:///m", 'm');
	put_training(test_scene, "refit", 300, "file:///n", 'n');
	assert_edges(
		"file:///data.csv",
		&(struct pedigree_trace_options){ .direction = PEDIGREE_DOWN,
						  .created_after_ms = 200000 },
		" data.csv>refit refit>n");
	assert_edges(
		"file:///data.csv",
		&(struct pedigree_trace_options){ .direction = PEDIGREE_DOWN,
						  .created_before_ms = 200000 },
		" data.csv>fit fit>m");
}

static void test_only_what_bears_a_tag_is_shown(void **state)
{
	struct pedigree_record *record = record_of("tagged", 0, 100);

	(void)state;
	add_input(record, "file:///data.csv", 'd', "DataSet");
	pedigree_pairs_set(&record->entities.v[0].tags, "team", "shop");
	put_ledger(test_scene, record);
	put_training(test_scene, "fit", 200, "file:///m", 'm');
	assert_edges("file:///data.csv",
		     &(struct pedigree_trace_options){
			     .direction = PEDIGREE_DOWN, .tag_key = "team" },
		     " data.csv>tagged");
	assert_edges("file:///data.csv",
		     &(struct pedigree_trace_options){ .direction =
							       PEDIGREE_DOWN,
						       .tag_key = "team",
						       .tag_value = "other" },
		     "");
}

static void test_of_ten_thousand_some_are_shown_and_so_it_says(void **state)
{
	struct pedigree_trace_options options = { .limit = 2000 };
	struct pedigree_record *record = record_of("fit", 0, 100);
	struct pedigree_graph *graph;
	struct pedigree_cuts cuts;
	char name[64];

	(void)state;
	for (int i = 0; i < 10000; i++) {
		snprintf(name, sizeof(name), "file:///data/%d", i);
		add_artifact(record, name, (char)('!' + i % 90),
			     (size_t)i / 90 + 1, "DataSet");
		pedigree_record_associate(record, record->entities.v[i + 1].arn,
					  record_arn(record), "ContributedTo");
	}
	put_ledger(test_scene, record);
	graph = graph_of("fit", &options, 0, NULL);
	assert_int_equal(graph->vertices.n, 2000);
	assert_true(graph->limited);
	pedigree_graph_cuts(graph, &cuts);
	assert_non_null(strstr(cuts.sentences[0], "--limit"));
	pedigree_graph_free(graph);
}

/* By hand, anything can be made of anything. */
static void tie_a_knot(void)
{
	struct pedigree_record *record = record_of("knot", 0, 100);
	const char *a = add_input(record, "file:///a", 'a', "DataSet");
	const char *b = add_output(record, "file:///b", 'b', "DataSet");

	pedigree_record_associate(record, b, a, "DerivedFrom");
	pedigree_record_associate(record, a, b, "DerivedFrom");
	put_ledger(test_scene, record);
}

static void test_a_circle_is_drawn_in_each_format(void **state)
{
	static const enum pedigree_format formats[] = {
		PEDIGREE_TEXT,	  PEDIGREE_JSON, PEDIGREE_DOT,
		PEDIGREE_MERMAID, PEDIGREE_HTML,
	};

	(void)state;
	tie_a_knot();
	for (size_t i = 0; i < PEDIGREE_COUNT(formats); i++) {
		_cleanup_free_ char *text = drawn("knot", formats[i]);

		assert_non_null(strstr(text, "knot"));
	}
}

static void test_a_circle_is_led_through(void **state)
{
	const char *kinds[] = { "run", NULL };
	const struct pedigree_trace_options options = {
		.direction = PEDIGREE_BOTH,
		.kinds = kinds,
	};

	(void)state;
	tie_a_knot();
	assert_edges("knot", &options, "");
	assert_edges("file:///a", &options, " knot~a a>knot");
}

static void name_hostile(void)
{
	struct pedigree_record *record = record_of("fit", 0, 100);

	add_input(record,
		  "file:///%22%5D;click%20n0%20%5CN%26lt;%3C/script%3E%0A%60",
		  'h', "Data\"Set");
	put_ledger(test_scene, record);
}

static void test_names_are_no_part_of_the_language_of_graphviz(void **state)
{
	_cleanup_free_ char *text = NULL;

	(void)state;
	name_hostile();
	text = drawn("fit", PEDIGREE_DOT);
	assert_non_null(strstr(
		text, "\tn1 [label=\"script>\\\\x0a`\\nData\\\"Set sha256:"));
}

static void test_names_are_no_part_of_the_language_of_mermaid(void **state)
{
	_cleanup_free_ char *text = NULL;

	(void)state;
	name_hostile();
	text = drawn("fit", PEDIGREE_MERMAID);
	assert_non_null(
		strstr(text, "[\"script#62;#92;x0a#96;<br/>Data#34;Set "));
}

static void test_a_page_has_no_tag_but_its_own(void **state)
{
	_cleanup_free_ char *text = NULL;
	char *data;

	(void)state;
	name_hostile();
	text = drawn("fit", PEDIGREE_HTML);
	data = strstr(text, "id=\"lineage\">");
	assert_non_null(data);
	data = strchr(data, '>') + 1;
	data[strcspn(data, "<")] = '\0';
	assert_non_null(strstr(data, "\"Notices\":[]}"));
	assert_non_null(strstr(data, "script\\u003e"));
}

static void test_pictures_are_of_lineage_alone(void **state)
{
	(void)state;
	assert_null(pedigree_renderer(PEDIGREE_HTML));
	assert_non_null(pedigree_graph_renderer(PEDIGREE_HTML));
	assert_null(pedigree_graph_renderer((enum pedigree_format)99));
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, test_scene_make, \
					test_scene_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_is_asked_for_stays_tied_together),
		TEST(test_a_kind_that_does_not_exist_is_refused),
		TEST(test_what_is_older_or_younger_is_left_out),
		TEST(test_only_what_bears_a_tag_is_shown),
		TEST(test_of_ten_thousand_some_are_shown_and_so_it_says),
		TEST(test_a_circle_is_drawn_in_each_format),
		TEST(test_a_circle_is_led_through),
		TEST(test_names_are_no_part_of_the_language_of_graphviz),
		TEST(test_names_are_no_part_of_the_language_of_mermaid),
		TEST(test_a_page_has_no_tag_but_its_own),
		TEST(test_pictures_are_of_lineage_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
