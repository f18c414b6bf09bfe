/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people and programs are shown, to the letter.
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
#include "render/text.h"
#include "tests/unit/support/scene.h"

/* Golden texts. */
static const char tree_shop[] =
	"shop                  Endpoint                            1970-01-01 00:03Z\n"
	"├─ reship             ModelDeployment  Completed          1970-01-01 00:05Z  current\n"
	"│  └─ new             Model            sha256:4e9d8231    1970-01-01 00:02Z\n"
	"│     └─ refit        Run              Completed, 500 ms  1970-01-01 00:02Z\n"
	"│        └─ data.csv  DataSet          sha256:9917c7f4    1970-01-01 00:01Z\n"
	"└─ ship               ModelDeployment  Completed          1970-01-01 00:03Z  replaced\n"
	"   └─ old             Model            sha256:f6449b4f    1970-01-01 00:01Z\n"
	"      └─ fit          Run              Completed, 500 ms  1970-01-01 00:01Z\n"
	"         └─ data.csv  DataSet          sha256:9917c7f4    1970-01-01 00:01Z\n";

static const char tree_ascii[] =
	"caf\\xc3\\xa9     Model    sha256:f6449b4f    1970-01-01 00:01Z\n"
	"`- fit          Run      Completed, 500 ms  1970-01-01 00:01Z\n"
	"   `- data.csv  DataSet  sha256:9917c7f4    1970-01-01 00:01Z\n";

static const char tree_producers[] =
	"m               Model    sha256:f6449b4f    1970-01-01 00:03Z\n"
	"├─ first        Run      Completed, 500 ms  1970-01-01 00:01Z  producer 1 of 2\n"
	"│  └─ data.csv  DataSet  sha256:9917c7f4    1970-01-01 00:03Z\n"
	"└─ second       Run      Completed, 500 ms  1970-01-01 00:03Z  producer 2 of 2\n"
	"   └─ data.csv  DataSet  sha256:9917c7f4    1970-01-01 00:03Z\n";

static const char tree_twice[] =
	"m                    Model    sha256:f6449b4f    1970-01-01 00:01Z\n"
	"├─ first             Run      Completed, 500 ms  1970-01-01 00:01Z  producer 1 of 2\n"
	"│  └─ data.csv       DataSet  sha256:9917c7f4    1970-01-01 00:00Z\n"
	"│     └─ split       Run      Completed, 500 ms  1970-01-01 00:00Z\n"
	"│        └─ raw.csv  DataSet  sha256:f1f29543    1970-01-01 00:00Z\n"
	"└─ second            Run      Completed, 500 ms  1970-01-01 00:03Z  producer 2 of 2\n"
	"   └─ data.csv       DataSet  sha256:9917c7f4    1970-01-01 00:00Z  shown above\n";

static const char json_trace[] =
	"{\"StartArn\":\"arn:aws:sagemaker:local:000000000000:artifact/5bc139fe8b5400c24958d201916c1965\",\"Direction\":\"Ascendants\",\"Vertices\":[\n"
	"{\"Arn\":\"arn:aws:sagemaker:local:000000000000:artifact/5bc139fe8b5400c24958d201916c1965\",\"LineageType\":\"Artifact\",\"Type\":\"Model\",\"Name\":\"a\",\"SourceUri\":\"file:///m\",\"Version\":\"sha256:f6449b4f736925a0013c6cbeb5cc4129c77576761aa2f694cae0f55b1d43f5c9\",\"CreationTime\":100.000},\n"
	"{\"Arn\":\"arn:aws:sagemaker:local:000000000000:experiment-trial-component/fit\",\"LineageType\":\"TrialComponent\",\"Type\":\"SageMakerExperimentTrialComponent\",\"Name\":\"fit\",\"CreationTime\":100.000,\"Status\":\"Completed\"},\n"
	"{\"Arn\":\"arn:aws:sagemaker:local:000000000000:artifact/1f4550fc5331db724b68caf77bf88e89\",\"LineageType\":\"Artifact\",\"Type\":\"DataSet\",\"Name\":\"a\",\"SourceUri\":\"file:///data.csv\",\"Version\":\"sha256:9917c7f497a72a84f23eee01ae54c9454e9794d26f8535adcedee63e18a93403\",\"CreationTime\":100.000}\n"
	"],\"Edges\":[\n"
	"{\"SourceArn\":\"arn:aws:sagemaker:local:000000000000:experiment-trial-component/fit\",\"DestinationArn\":\"arn:aws:sagemaker:local:000000000000:artifact/5bc139fe8b5400c24958d201916c1965\",\"AssociationType\":\"Produced\"},\n"
	"{\"SourceArn\":\"arn:aws:sagemaker:local:000000000000:artifact/1f4550fc5331db724b68caf77bf88e89\",\"DestinationArn\":\"arn:aws:sagemaker:local:000000000000:experiment-trial-component/fit\",\"AssociationType\":\"ContributedTo\"}\n"
	"],\"DepthCut\":false}\n";

static const char page_run[] =
	"fit  Run\n"
	"  ARN           arn:aws:sagemaker:local:000000000000:experiment-trial-component/fit\n"
	"  Status        Completed\n"
	"  Began         1970-01-01 00:01:40Z\n"
	"  Ended         1970-01-01 00:01:40Z\n"
	"  Took          500 ms\n"
	"\n"
	"Inputs\n"
	"  /data.csv  DataSet  sha256:9917c7f4  1970-01-01 00:01Z\n"
	"\n"
	"Outputs\n"
	"  /m  Model  sha256:f6449b4f  1970-01-01 00:01Z\n"
	"\n"
	"Capture\n"
	"  Seen          0 processes, 0 events\n";

/* What is printed about a target. Malloc'ed. */
static char *printed(const char *target, enum pedigree_direction direction,
		     const struct pedigree_print *print, bool shown)
{
	const struct pedigree_renderer *renderer =
		pedigree_renderer(print->format);
	_cleanup_ledger_ struct pedigree_ledger *ledger = NULL;
	_cleanup_buf_ struct pedigree_buf note = PEDIGREE_BUF_INIT;
	struct pedigree_graph *graph = NULL;
	struct pedigree_shown *entity = NULL;
	pedigree_row row = 0;
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	assert_int_equal(
		pedigree_ledger_open(test_scene->config, &ledger, NULL), 0);
	assert_int_equal(pedigree_resolve(ledger, target, &row, &note, NULL),
			 0);
	assert_int_equal(pedigree_walk(ledger, row, direction, 0, &graph, NULL),
			 0);
	assert_int_equal(pedigree_show_row(ledger, row, &entity, NULL), 0);
	assert_int_equal(shown ? renderer->shown(entity, print, out, NULL)
			       : renderer->graph(graph, print, out, NULL),
			 0);
	fclose(out);
	pedigree_graph_free(graph);
	pedigree_shown_free(entity);
	return text;
}

static void assert_trace(const char *target, enum pedigree_direction direction,
			 const struct pedigree_print *print,
			 const char *expected)
{
	_cleanup_free_ char *text = printed(target, direction, print, false);

	assert_string_equal(text, expected);
}

static const struct pedigree_print plain = { .format = PEDIGREE_TEXT };

static void test_an_endpoint_is_a_tree_with_the_current_one_first(void **state)
{
	(void)state;
	put_training(test_scene, "fit", 100, "file:///old", 'm');
	put_training(test_scene, "refit", 150, "file:///new", 'n');
	put_deployment(test_scene, "ship", 200, "file:///old", 'm');
	put_deployment(test_scene, "reship", 300, "file:///new", 'n');
	assert_trace("shop", PEDIGREE_UP, &plain, tree_shop);
}

static void test_without_utf8_trees_are_drawn_in_ascii(void **state)
{
	const struct pedigree_print print = { .ascii = 1 };

	(void)state;
	put_training(test_scene, "fit", 100, "file:///caf%C3%A9", 'm');
	assert_trace("file:///caf%C3%A9", PEDIGREE_UP, &print, tree_ascii);
}

static void test_all_producers_are_shown_oldest_first(void **state)
{
	(void)state;
	put_training(test_scene, "second", 200, "file:///m", 'm');
	put_training(test_scene, "first", 100, "file:///m", 'm');
	assert_trace("file:///m", PEDIGREE_UP, &plain, tree_producers);
}

static void test_what_appears_twice_is_unfolded_once(void **state)
{
	struct pedigree_record *record = record_of("split", 0, 50);

	(void)state;
	add_input(record, "file:///raw.csv", 'r', "DataSet");
	add_output(record, "file:///data.csv", 'd', "DataSet");
	put_ledger(test_scene, record);
	put_training(test_scene, "first", 100, "file:///m", 'm');
	put_training(test_scene, "second", 200, "file:///m", 'm');
	assert_trace("file:///m", PEDIGREE_UP, &plain, tree_twice);
}

static void test_lines_fit_into_the_columns(void **state)
{
	const struct pedigree_print print = { .columns = 50 };
	_cleanup_free_ char *text = NULL;
	size_t lines = 0;

	(void)state;
	put_training(test_scene,
		     "a-run-with-quite-a-long-name-that-fits-nowhere", 100,
		     "file:///a/model/with/a-name-that-is-very-long-too.joblib",
		     'm');
	text = printed("a-run-with-quite-a-long-name-that-fits-nowhere",
		       PEDIGREE_BOTH, &print, false);
	assert_non_null(strstr(text, "…"));
	for (char *rest = text, *line; (line = strsep(&rest, "\n")); lines++)
		assert_true(pedigree_text_width(line) <= 50);
	assert_true(lines > 4);
}

static void test_colour_only_where_it_is_allowed(void **state)
{
	const struct pedigree_print print = { .colour = 1 };
	_cleanup_free_ char *with = NULL, *without = NULL;

	(void)state;
	put_training(test_scene, "fit", 100, "file:///m", 'm');
	with = printed("fit", PEDIGREE_BOTH, &print, false);
	without = printed("fit", PEDIGREE_BOTH, &plain, false);
	assert_non_null(strchr(with, '\033'));
	assert_null(strchr(without, '\033'));
}

static void test_names_cannot_steer_a_terminal(void **state)
{
	static const struct {
		const char *text, *safe, *ascii;
	} cases[] = {
		{ "plain", "plain", "plain" },
		{ "a\033[31mb", "a\\x1b[31mb", "a\\x1b[31mb" },
		{ "a\nb", "a\\x0ab", "a\\x0ab" },
		{ "caf\xc3\xa9", "caf\xc3\xa9", "caf\\xc3\\xa9" },
		{ "\xff\xfe", "\\xff\\xfe", "\\xff\\xfe" },
		{ "\xc2\x9b", "\\xc2\\x9b", "\\xc2\\x9b" },
		{ "\xe2\x80\xae", "\\xe2\\x80\\xae", "\\xe2\\x80\\xae" },
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80", "\\xed\\xa0\\x80" },
		{ "\xe2\x82", "\\xe2\\x82", "\\xe2\\x82" },
	};

	(void)state;
	for (size_t i = 0; i < PEDIGREE_COUNT(cases); i++) {
		_cleanup_buf_ struct pedigree_buf safe = PEDIGREE_BUF_INIT;
		_cleanup_buf_ struct pedigree_buf ascii = PEDIGREE_BUF_INIT;

		pedigree_text_add(&safe, cases[i].text, false);
		pedigree_text_add(&ascii, cases[i].text, true);
		assert_string_equal(safe.data, cases[i].safe);
		assert_string_equal(ascii.data, cases[i].ascii);
	}
}

static void test_a_trace_in_json_has_vertices_and_edges(void **state)
{
	const struct pedigree_print print = { .format = PEDIGREE_JSON };

	(void)state;
	put_training(test_scene, "fit", 100, "file:///m", 'm');
	assert_trace("file:///m", PEDIGREE_UP, &print, json_trace);
}

static void test_a_run_is_a_page(void **state)
{
	_cleanup_free_ char *text = NULL;

	(void)state;
	put_training(test_scene, "fit", 100, "file:///m", 'm');
	text = printed("fit", PEDIGREE_UP, &plain, true);
	assert_string_equal(text, page_run);
}

static void test_jobs_are_called_as_query_lineage_calls_them(void **state)
{
	struct pedigree_entity entity = { .kind = PEDIGREE_TRIAL_COMPONENT };

	(void)state;
	assert_string_equal(pedigree_vertex_type(&entity),
			    "SageMakerExperimentTrialComponent");
	entity.source_type = (char *)"SageMakerTrainingJob";
	assert_string_equal(pedigree_vertex_type(&entity), "TrainingJob");
	entity = (struct pedigree_entity){ .kind = PEDIGREE_CONTEXT,
					   .type = (char *)"Endpoint" };
	assert_string_equal(pedigree_vertex_type(&entity), "Endpoint");
}

static void test_a_full_disk_is_an_error(void **state)
{
	const struct pedigree_renderer *renderer =
		pedigree_renderer(PEDIGREE_JSON);
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	FILE *out = fopen("/dev/full", "w");

	(void)state;
	if (!out)
		skip();
	assert_int_equal(renderer->list(NULL, 0, PEDIGREE_ARTIFACT, &plain, out,
					&err),
			 PEDIGREE_EIO);
	assert_non_null(strstr(err.text, "cannot write"));
	fclose(out);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, test_scene_make, \
					test_scene_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_an_endpoint_is_a_tree_with_the_current_one_first),
		TEST(test_without_utf8_trees_are_drawn_in_ascii),
		TEST(test_all_producers_are_shown_oldest_first),
		TEST(test_what_appears_twice_is_unfolded_once),
		TEST(test_lines_fit_into_the_columns),
		TEST(test_colour_only_where_it_is_allowed),
		TEST(test_names_cannot_steer_a_terminal),
		TEST(test_a_trace_in_json_has_vertices_and_edges),
		TEST(test_a_run_is_a_page),
		TEST(test_jobs_are_called_as_query_lineage_calls_them),
		TEST(test_a_full_disk_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
