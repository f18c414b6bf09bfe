/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/digest.h"
#include "graph/rollup.h"
#include "query/diff.h"
#include "query/rerun.h"
#include "render/diff.h"
#include "tests/unit/support/alloc.h"
#include "tests/unit/support/scene.h"

static struct pedigree_ledger *open_ledger(void)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree_ledger *ledger = NULL;

	if (pedigree_ledger_open(test_scene->config, &ledger, &err) != 0)
		fail_msg("%s", err.text);
	return ledger;
}

static pedigree_row row_of(struct pedigree_ledger *ledger, const char *run)
{
	_cleanup_buf_ struct pedigree_buf note = PEDIGREE_BUF_INIT;
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	pedigree_row row = 0;

	if (pedigree_resolve_run(ledger, run, &row, &note, &err) != 0)
		fail_msg("%s", err.text);
	return row;
}

static struct pedigree_diff *diff_of(const char *old, const char *new)
{
	_cleanup_ledger_ struct pedigree_ledger *ledger = open_ledger();
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree_diff *diff = NULL;

	if (pedigree_diff_make(ledger, row_of(ledger, old), row_of(ledger, new),
			       NULL, &diff, &err) != 0)
		fail_msg("%s", err.text);
	return diff;
}

/* "Added b, Changed c" of a section. */
static void assert_section(const struct pedigree_diff *diff,
			   enum pedigree_diff_part part, const char *expected)
{
	static const char signs[] = "+-~>?";
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	const struct pedigree_diff_lines *lines = &diff->sections[part].lines;

	for (size_t i = 0; i < lines->n; i++)
		pedigree_buf_addf(&text, "%s%c%s", i ? " " : "",
				  signs[lines->v[i].change], lines->v[i].name);
	assert_string_equal(text.data, expected);
}

/* Files "VERSION SIZE PATH" as one data set; a version of a letter is that of
   bytes. */
static void add_folder(struct pedigree_record *record, const char *uri,
		       const char *const *files)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	char digest[PEDIGREE_SHA256_HEX], version[PEDIGREE_SHA256_HEX + 8];
	struct pedigree_manifest *manifest;
	struct pedigree_entity *entity;

	pedigree_manifest_begin(&text);
	for (; *files; files++) {
		size_t n = strcspn(*files, " ");
		const char *size = *files + n + 1;

		pedigree_buf_add_str(&text,
				     n == 1 && **files != '-' ? "sha256:" : "");
		pedigree_buf_add(&text, *files, n);
		pedigree_buf_addf(&text, "\t%.*s\t%s\n",
				  (int)strcspn(size, " "), size,
				  strchr(size, ' ') + 1);
	}
	assert_int_equal(pedigree_sha256(text.data, text.len, digest), 0);
	snprintf(version, sizeof(version), "sha256:%s", digest);
	add_input(record, uri, digest[0], "DataSet");
	entity = &record->entities.v[record->entities.n - 1];
	free(entity->source_types.v[0].value);
	entity->source_types.v[0].value = strdup(version);
	pedigree_pairs_set(&entity->properties, "Manifest", digest);
	free(entity->arn);
	entity->arn = pedigree_local_arn(entity);
	free(record->associations.v[record->associations.n - 1].source);
	record->associations.v[record->associations.n - 1].source =
		strdup(entity->arn);
	manifest = pedigree_vec_push(&record->manifests);
	manifest->digest = strdup(digest);
	manifest->text = pedigree_buf_take(&text);
}

#define FILES(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void put_folder(const char *run, int64_t start, const char *uri,
		       const char *const *files)
{
	struct pedigree_record *record = record_of(run, 0, start);

	add_folder(record, uri, files);
	put_ledger(test_scene, record);
}

static void add_sheet(struct pedigree_record *record, const char *param,
		      const char *lines)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;

	pedigree_sheet_begin(&text);
	pedigree_buf_add_str(&text, lines);
	assert_int_equal(pedigree_sheet_keep(record, param, &text), 0);
}

static void put_sheet(const char *run, int64_t start, const char *param,
		      const char *lines)
{
	struct pedigree_record *record = record_of(run, 0, start);

	add_sheet(record, param, lines);
	put_ledger(test_scene, record);
}

static void test_a_run_does_not_differ_from_itself(void **state)
{
	struct pedigree_diff *diff;

	(void)state;
	put_folder("one", 100, "file:///d", FILES("a 1 a", "b 1 b", "- - c"));
	diff = diff_of("one", "one");
	assert_false(pedigree_diff_differs(diff));
	for (size_t i = 0; i < PEDIGREE_DIFF_PARTS; i++)
		assert_section(diff, i, "");
	pedigree_diff_free(diff);
}

static void test_files_are_compared_however_they_were_rolled_up(void **state)
{
	struct pedigree_record *record = record_of("two", 0, 200);
	struct pedigree_diff *diff;

	(void)state;
	put_folder("one", 100, "file:///d", FILES("x 9 sub/a", "x 9 sub/b"));
	add_folder(record, "file:///d/sub", FILES("x 9 a", "y 9 b", "x 9 c"));
	put_ledger(test_scene, record);
	diff = diff_of("one", "two");
	assert_section(diff, PEDIGREE_DIFF_DATA, "~sub/b +c");
	assert_int_equal(diff->sections[PEDIGREE_DIFF_DATA].same, 1);
	pedigree_diff_free(diff);
}

static void test_what_has_no_digest_is_only_told_by_its_size(void **state)
{
	struct pedigree_diff *diff;

	(void)state;
	put_folder("one", 100, "file:///d",
		   FILES("mtime:1 5 a", "mtime:1 5 b", "mtime:1 5 c", "- - d",
			 "unverified 7 e", "x 5 f"));
	put_folder("two", 200, "file:///d",
		   FILES("mtime:1 5 a", "mtime:2 5 b", "mtime:2 6 c", "x 1 d",
			 "unverified 8 e", "mtime:2 5 f"));
	diff = diff_of("one", "two");
	assert_section(diff, PEDIGREE_DIFF_DATA, "?b ~c ?d ~e ?f");
	pedigree_diff_free(diff);
}

static void test_a_copied_data_set_is_compared_with_its_original(void **state)
{
	struct pedigree_diff *diff;

	(void)state;
	put_folder("one", 100, "file:///a/d", FILES("x 1 a", "x 1 b"));
	put_folder("two", 200, "file:///b/d", FILES("x 1 a", "y 1 b"));
	put_folder("three", 300, "file:///c/d", FILES("x 1 a", "x 1 b"));
	diff = diff_of("one", "two");
	assert_section(diff, PEDIGREE_DIFF_DATA, "> ~b");
	pedigree_diff_free(diff);
	diff = diff_of("one", "three");
	assert_int_equal(diff->sections[PEDIGREE_DIFF_DATA].lines.n, 1);
	assert_int_equal(diff->sections[PEDIGREE_DIFF_DATA].lines.v[0].change,
			 PEDIGREE_CHANGE_MOVED);
	assert_true(pedigree_diff_differs(diff));
	pedigree_diff_free(diff);
}

static void
test_what_an_older_version_did_not_record_is_no_difference(void **state)
{
	struct pedigree_record *record = record_of("old", 0, 50);
	struct pedigree_diff *diff;

	(void)state;
	put_ledger(test_scene, record);
	record = record_of("new", 0, 100);
	add_sheet(record, PEDIGREE_PARAM_RECIPE,
		  "allowed\tA_*\t\nenvironment\tA_B\t1\n");
	add_sheet(record, PEDIGREE_PARAM_SURROUNDINGS,
		  "host\tkernel\t6\npython\tnumpy\t1\n");
	put_ledger(test_scene, record);
	diff = diff_of("old", "new");
	assert_section(diff, PEDIGREE_DIFF_ENVIRONMENT, "?environment");
	assert_section(diff, PEDIGREE_DIFF_PACKAGES, "?packages");
	assert_section(diff, PEDIGREE_DIFF_HOST, "?kernel");
	assert_false(pedigree_diff_differs(diff));
	pedigree_diff_free(diff);
}

static void test_variables_that_nobody_asked_for_are_not_recorded(void **state)
{
	struct pedigree_diff *diff;

	(void)state;
	put_sheet("one", 100, PEDIGREE_PARAM_RECIPE,
		  "allowed\tA_*\t\nenvironment\tA_X\t1\nenvironment\tA_Y\t1\n");
	put_sheet("two", 200, PEDIGREE_PARAM_RECIPE,
		  "allowed\tA_*\t\nallowed\tB\t\nenvironment\tA_X\t2\n"
		  "environment\tB\t1\n");
	diff = diff_of("one", "two");
	assert_section(diff, PEDIGREE_DIFF_ENVIRONMENT, "~A_X -A_Y ?B");
	pedigree_diff_free(diff);
}

static void test_packages_that_were_not_looked_for_are_not_missing(void **state)
{
	struct pedigree_diff *diff;

	(void)state;
	put_sheet("one", 100, PEDIGREE_PARAM_SURROUNDINGS,
		  "python\tnumpy\t1\npython\tscipy\t1\ndebian\tlibc6\t2\n"
		  "debian\tzlib\t\n");
	put_sheet("two", 200, PEDIGREE_PARAM_SURROUNDINGS,
		  "python\tnumpy\t2\npartial\tdebian\t\ndebian\tzlib\t3\n");
	diff = diff_of("one", "two");
	assert_section(
		diff, PEDIGREE_DIFF_PACKAGES,
		"?debian libc6 ?debian zlib ~python numpy -python scipy");
	pedigree_diff_free(diff);
}

static void test_a_sheet_of_noise_says_nothing(void **state)
{
	struct pedigree_diff *diff;

	(void)state;
	put_sheet("one", 100, PEDIGREE_PARAM_RECIPE,
		  "\n\t\n\t\t\nallowed\t%\t%zz\nenvironment\nallowed\t*");
	put_sheet("two", 200, PEDIGREE_PARAM_RECIPE, "");
	diff = diff_of("one", "two");
	assert_false(pedigree_diff_differs(diff));
	pedigree_diff_free(diff);
}

static void test_the_previous_run_has_the_same_name_or_command(void **state)
{
	_cleanup_ledger_ struct pedigree_ledger *ledger = NULL;
	struct pedigree_record *record;
	pedigree_row row, newest;

	(void)state;
	put_sheet("fit", 100, PEDIGREE_PARAM_RECIPE, "name\tasked\tfit\n");
	put_sheet("other-2", 150, PEDIGREE_PARAM_RECIPE,
		  "name\tasked\tother\n");
	put_sheet("fit-2", 200, PEDIGREE_PARAM_RECIPE, "name\tasked\tfit\n");
	record = record_of("a", 0, 300);
	pedigree_params_set(&record->entities.v[0].parameters, "command",
			    "x y");
	put_ledger(test_scene, record);
	record = record_of("b", 0, 400);
	pedigree_params_set(&record->entities.v[0].parameters, "command",
			    "--command is an option");
	pedigree_params_set(&record->entities.v[0].parameters,
			    "pedigree.command", "x y");
	put_ledger(test_scene, record);
	ledger = open_ledger();
	assert_int_equal(pedigree_run_newest(ledger, &newest, NULL), 0);
	assert_int_equal(newest, row_of(ledger, "b"));
	assert_int_equal(pedigree_run_previous(ledger, newest, &row, NULL), 0);
	assert_int_equal(row, row_of(ledger, "a"));
	assert_int_equal(pedigree_run_previous(ledger, row_of(ledger, "fit-2"),
					       &row, NULL),
			 0);
	assert_int_equal(row, row_of(ledger, "fit"));
	assert_int_equal(pedigree_run_previous(ledger, row_of(ledger, "a"),
					       &row, NULL),
			 PEDIGREE_ENOTFOUND);
}

static void put_two(void)
{
	struct pedigree_record *record = record_of("one", 0, 100);

	add_folder(record, "file:///a/d", FILES("x 1 a", "x 1 b"));
	add_input(record, "file:///a/x", 'x', "DataSet");
	add_output(record, "file:///a/m", 'm', "Model");
	add_sheet(record, PEDIGREE_PARAM_RECIPE,
		  "name\tasked\tone\nfolder\tcwd\t/a\nargument\t0\tsh\n"
		  "argument\t1\tb\nallowed\tA_*\t\nenvironment\tA_X\t1\n"
		  "given\tlr\t1\ninherited\tfile:///a/x\t0 r\n");
	put_ledger(test_scene, record);
	record = record_of("two", 0, 200);
	add_folder(record, "file:///b/d", FILES("x 1 a", "y 1 b"));
	add_input(record, "file:///a/m", 'm', "Model");
	add_input(record, "file:///b/x", 'x', "DataSet");
	add_output(record, "file:///a/m", 'n', "Model");
	add_sheet(record, PEDIGREE_PARAM_SURROUNDINGS, "host\tkernel\t6\n");
	put_ledger(test_scene, record);
}

/* What the text and the JSON of a comparison cost. */
static int compare_all(struct pedigree_ledger *ledger, pedigree_row old,
		       pedigree_row new, FILE *out)
{
	const struct pedigree_print text = { .format = PEDIGREE_TEXT };
	const struct pedigree_print json = { .format = PEDIGREE_JSON };
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree_diff *diff = NULL;
	int rc = pedigree_diff_make(ledger, old, new, NULL, &diff, &err);

	if (rc == 0)
		rc = pedigree_diff_print(diff, &json, out, &err);
	if (rc == 0)
		rc = pedigree_diff_print_outputs(diff, &json, out, &err);
	if (rc == 0)
		rc = pedigree_diff_print(diff, &text, out, &err);
	if (rc == 0)
		assert_int_equal(diff->relation,
				 PEDIGREE_RELATION_NEW_FROM_OLD);
	pedigree_diff_free(diff);
	return rc;
}

static void test_runs_are_compared_or_memory_ran_out(void **state)
{
	_cleanup_ledger_ struct pedigree_ledger *ledger = NULL;
	FILE *out = fopen("/dev/null", "w");
	pedigree_row old, new;
	unsigned int n = 1;

	(void)state;
	put_two();
	ledger = open_ledger();
	old = row_of(ledger, "one");
	new = row_of(ledger, "two");
	for (;; n++) {
		int rc;

		alloc_fail_at(n);
		rc = compare_all(ledger, old, new, out);
		if (!alloc_failed())
			break;
		/* A text lacks what there was no memory for. */
		assert_true(rc == PEDIGREE_ENOMEM || rc == 0);
	}
	assert_true(n > 100);
	assert_int_equal(compare_all(ledger, old, new, out), 0);
	fclose(out);
}

static void test_a_run_is_read_to_be_done_again_or_memory_ran_out(void **state)
{
	static const char *const arguments[] = { "1=c", NULL };
	const struct pedigree_rerun_options options = {
		.into = scene_path(test_scene, "into"),
		.arguments = arguments,
	};
	_cleanup_ledger_ struct pedigree_ledger *ledger = NULL;
	struct pedigree_rerun_plan *plan;
	pedigree_row row;

	(void)state;
	put_two();
	ledger = open_ledger();
	row = row_of(ledger, "one");
	setenv("A_Y", "1", 1);
	for (unsigned int n = 1;; n++) {
		struct pedigree_error err = PEDIGREE_ERROR_INIT;
		int rc;

		plan = NULL;
		alloc_fail_at(n);
		rc = pedigree_rerun_read(ledger, row, &options, &plan, &err);
		if (!alloc_failed()) {
			assert_int_equal(rc, 0);
			break;
		}
		if (rc != PEDIGREE_ENOMEM && rc != 0)
			fail_msg("%s", err.text);
		pedigree_rerun_plan_free(plan);
	}
	assert_string_equal(plan->view.argv[0], "sh");
	assert_string_equal(plan->view.argv[1], "c");
	assert_null(plan->view.argv[2]);
	assert_string_equal(plan->view.environment[0], "A_X=1");
	assert_string_equal(plan->view.unset[0], "A_Y");
	assert_string_equal(plan->view.params[0], "lr=1");
	assert_string_equal(plan->view.input, "/a/x");
	assert_string_equal(plan->view.folder, options.into);
	pedigree_rerun_plan_free(plan);
	unsetenv("A_Y");
}

static void test_a_run_without_a_recipe_is_not_done_again(void **state)
{
	_cleanup_ledger_ struct pedigree_ledger *ledger = NULL;
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree_rerun_plan *plan = NULL;

	(void)state;
	put_two();
	ledger = open_ledger();
	assert_int_equal(pedigree_rerun_read(ledger, row_of(ledger, "two"),
					     NULL, &plan, &err),
			 PEDIGREE_EUNSUPPORTED);
	assert_non_null(
		strstr(err.text, "it was not recorded how two was run"));
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, test_scene_make, \
					test_scene_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_run_does_not_differ_from_itself),
		TEST(test_files_are_compared_however_they_were_rolled_up),
		TEST(test_what_has_no_digest_is_only_told_by_its_size),
		TEST(test_a_copied_data_set_is_compared_with_its_original),
		TEST(test_what_an_older_version_did_not_record_is_no_difference),
		TEST(test_variables_that_nobody_asked_for_are_not_recorded),
		TEST(test_packages_that_were_not_looked_for_are_not_missing),
		TEST(test_a_sheet_of_noise_says_nothing),
		TEST(test_the_previous_run_has_the_same_name_or_command),
		TEST(test_runs_are_compared_or_memory_ran_out),
		TEST(test_a_run_is_read_to_be_done_again_or_memory_ran_out),
		TEST(test_a_run_without_a_recipe_is_not_done_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
