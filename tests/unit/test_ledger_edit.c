/* SPDX-License-Identifier: Apache-2.0 */
/* Changing the ledger by hand: lib/store/ledger_edit.h. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/ledger_edit.h"
#include "tests/unit/support/scene.h"

static struct scene *scene;
static struct pedigree_editor *editor;
static struct pedigree_record *things; /* the source of entities */
static struct pedigree_error err;

#define DO(call) \
	do { \
		if ((call) != 0) \
			fail_msg("%s: %s", #call, err.text); \
	} while (0)

#define FAILS(call, code) \
	do { \
		assert_int_equal((call), (code)); \
		err = (struct pedigree_error)PEDIGREE_ERROR_INIT; \
	} while (0)

static int setup(void **state)
{
	(void)state;
	scene = scene_new(NULL);
	things = record_of("things", 0, 1);
	err = (struct pedigree_error)PEDIGREE_ERROR_INIT;
	return pedigree_editor_open(scene->config, &editor, &err);
}

static int teardown(void **state)
{
	(void)state;
	pedigree_editor_close(editor);
	pedigree_record_free(things);
	scene_free(scene);
	return 0;
}

/* An artifact with these bytes, made at `ms`. Its ARN is borrowed. */
static const struct pedigree_entity *thing(const char *uri, char bytes,
					   int64_t ms)
{
	struct pedigree_entity *entity;

	add_artifact(things, uri, bytes, 100, "DataSet");
	entity = &things->entities.v[things->entities.n - 1];
	entity->created_ms = entity->modified_ms = ms;
	return entity;
}

static void add(const struct pedigree_entity *entity,
		struct pedigree_editor_end *ret_end)
{
	DO(pedigree_editor_begin(editor, &err));
	DO(pedigree_editor_add(editor, entity, &ret_end->row, &err));
	DO(pedigree_editor_commit(editor, &err));
	ret_end->kind = entity->kind;
}

static void check_edge(const char *source, const char *destination,
		       const char *type)
{
	char *is = edge_type(scene, source, destination);

	assert_string_equal(is, type);
	free(is);
}

static uint64_t degree(const struct pedigree_editor_end *end)
{
	uint64_t n = 99;

	DO(pedigree_editor_begin(editor, &err));
	DO(pedigree_editor_degree(editor, end->row, &n, &err));
	DO(pedigree_editor_commit(editor, &err));
	return n;
}

static uint64_t count(int kind)
{
	uint64_t n = 99;

	DO(pedigree_editor_begin(editor, &err));
	DO(pedigree_editor_count(editor, kind, &n, &err));
	DO(pedigree_editor_commit(editor, &err));
	return n;
}

static void test_an_arn_is_there_once(void **state)
{
	const struct pedigree_entity *a = thing("s3://b/a", 'a', 1000);
	struct pedigree_editor_end end;
	pedigree_row row;

	(void)state;
	add(a, &end);
	DO(pedigree_editor_begin(editor, &err));
	FAILS(pedigree_editor_add(editor, a, &row, &err), PEDIGREE_EEXIST);
	pedigree_editor_rollback(editor);
	assert_int_equal(count(PEDIGREE_ARTIFACT), 1);
}

static void test_a_rollback_leaves_nothing(void **state)
{
	const struct pedigree_entity *a = thing("s3://b/a", 'a', 1000);
	pedigree_row row;

	(void)state;
	DO(pedigree_editor_begin(editor, &err));
	DO(pedigree_editor_add(editor, a, &row, &err));
	pedigree_editor_rollback(editor);
	pedigree_editor_rollback(editor);
	assert_int_equal(count(PEDIGREE_ARTIFACT), 0);
	assert_int_equal(ledger_number(scene, "SELECT count(*) FROM entity"),
			 0);
}

static void test_associations_are_stated_once_and_counted(void **state)
{
	struct pedigree_editor_end a, b;

	(void)state;
	add(thing("s3://b/a", 'a', 1000), &a);
	add(thing("s3://b/b", 'b', 1000), &b);
	DO(pedigree_editor_begin(editor, &err));
	DO(pedigree_editor_associate(editor, &a, &b, "DerivedFrom", 2000,
				     &err));
	FAILS(pedigree_editor_associate(editor, &a, &b, NULL, 2000, &err),
	      PEDIGREE_EEXIST);
	DO(pedigree_editor_associate(editor, &b, &a, NULL, 2000, &err));
	DO(pedigree_editor_commit(editor, &err));
	assert_int_equal(degree(&a), 2);
	assert_int_equal(count(-1), 2);
	DO(pedigree_editor_begin(editor, &err));
	DO(pedigree_editor_dissociate(editor, &b, &a, &err));
	FAILS(pedigree_editor_dissociate(editor, &b, &a, &err),
	      PEDIGREE_ENOTFOUND);
	DO(pedigree_editor_commit(editor, &err));
	assert_int_equal(degree(&a), 1);
	assert_int_equal(degree(&b), 1);
	assert_int_equal(count(-1), 1);
}

static void test_what_runs_recorded_is_not_made_by_hand(void **state)
{
	struct pedigree_record *record = record_of("fit", 0, 5);
	struct pedigree_editor_end a;

	(void)state;
	add_input(record, "file:///in", 'i', "DataSet");
	add_output(record, "file:///out", 'o', "Model");
	put_ledger(scene, record);
	assert_int_equal(count(PEDIGREE_ARTIFACT), 0);
	assert_int_equal(count(-1), 0);
	add(thing("s3://b/a", 'a', 1000), &a);
	assert_int_equal(count(PEDIGREE_ARTIFACT), 1);
}

static void test_copies_are_the_same_and_it_is_no_association(void **state)
{
	const char *const arns[] = {
		strdup(thing("s3://b/a", 'x', 1000)->arn),
		strdup(thing("s3://b/b", 'x', 2000)->arn),
		strdup(thing("s3://b/c", 'x', 3000)->arn),
	};
	struct pedigree_editor_end ends[3];
	size_t first = things->entities.n - 3;

	(void)state;
	for (size_t i = 0; i < 3; i++)
		add(&things->entities.v[first + i], &ends[i]);
	check_edge(arns[0], arns[1], "SameAs");
	check_edge(arns[0], arns[2], "SameAs");
	check_edge(arns[1], arns[2], "");
	assert_int_equal(degree(&ends[0]), 0);
	assert_int_equal(count(-1), 0);

	/* Somebody may state it nevertheless. */
	DO(pedigree_editor_begin(editor, &err));
	DO(pedigree_editor_associate(editor, &ends[0], &ends[1], "DerivedFrom",
				     4000, &err));
	DO(pedigree_editor_commit(editor, &err));
	check_edge(arns[0], arns[1], "DerivedFrom");
	assert_int_equal(degree(&ends[0]), 1);
	DO(pedigree_editor_begin(editor, &err));
	DO(pedigree_editor_dissociate(editor, &ends[0], &ends[1], &err));
	DO(pedigree_editor_commit(editor, &err));
	check_edge(arns[0], arns[1], "SameAs");

	/* The centre of the star goes: the next one is it. */
	DO(pedigree_editor_begin(editor, &err));
	DO(pedigree_editor_remove(editor, ends[0].row, PEDIGREE_ARTIFACT,
				  &err));
	DO(pedigree_editor_commit(editor, &err));
	check_edge(arns[0], arns[1], "");
	check_edge(arns[1], arns[2], "SameAs");
	assert_int_equal(
		ledger_number(scene, "SELECT count(*) FROM association"), 1);
	for (size_t i = 0; i < 3; i++)
		free((char *)arns[i]);
}

static void test_a_change_keeps_the_tags(void **state)
{
	struct pedigree_entity is = { 0 };
	struct pedigree_editor_end a;
	struct pedigree_entity *entity;
	const char *arn;

	(void)state;
	thing("s3://b/a", 'a', 1000);
	entity = &things->entities.v[things->entities.n - 1];
	arn = entity->arn;
	add(entity, &a);
	DO(pedigree_editor_begin(editor, &err));
	DO(pedigree_editor_tag(editor, a.row, "team", "one", &err));
	DO(pedigree_editor_tag(editor, a.row, "team", "two", &err));
	DO(pedigree_editor_tag(editor, a.row, "gone", "x", &err));
	DO(pedigree_editor_untag(editor, a.row, "gone", &err));
	DO(pedigree_editor_untag(editor, a.row, "never", &err));
	free(entity->name);
	entity->name = strdup("renamed");
	DO(pedigree_editor_change(editor, a.row, entity, &err));
	DO(pedigree_editor_commit(editor, &err));
	entity_by_arn(scene, arn, &is);
	assert_string_equal(is.name, "renamed");
	assert_int_equal(is.tags.n, 1);
	assert_string_equal(is.tags.v[0].value, "two");
	pedigree_entity_clear(&is);
}

static void test_a_component_joins_a_trial_once_and_leaves_it_once(void **state)
{
	struct pedigree_record *record = record_of("fit", 0, 5);
	const char *arn = record_arn(record);
	pedigree_row row = 0;

	(void)state;
	DO(pedigree_editor_begin(editor, &err));
	for (size_t i = 0; i < record->entities.n; i++)
		if (strcmp(record->entities.v[i].arn, arn) == 0) {
			record->entities.v[i].created_ms = 1000;
			record->entities.v[i].modified_ms = 1000;
			DO(pedigree_editor_add(editor, &record->entities.v[i],
					       &row, &err));
		}
	DO(pedigree_editor_join(editor, "monday", row, &err));
	DO(pedigree_editor_join(editor, "monday", row, &err));
	DO(pedigree_editor_leave(editor, "Monday", row, &err));
	FAILS(pedigree_editor_leave(editor, "monday", row, &err),
	      PEDIGREE_ENOTFOUND);
	DO(pedigree_editor_commit(editor, &err));
	pedigree_record_free(record);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_an_arn_is_there_once),
		TEST(test_a_rollback_leaves_nothing),
		TEST(test_associations_are_stated_once_and_counted),
		TEST(test_what_runs_recorded_is_not_made_by_hand),
		TEST(test_copies_are_the_same_and_it_is_no_association),
		TEST(test_a_change_keeps_the_tags),
		TEST(test_a_component_joins_a_trial_once_and_leaves_it_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
