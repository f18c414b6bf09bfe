/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What events come to: inputs, outputs, and their versions.
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

#include "tests/unit/support/fake_run.h"

static void test_what_was_written_first_is_no_input(void **state)
{
	struct fake_run *s = *state;

	fake_open(s, CREATE, "part.csv");
	fake_put(s, "part.csv", "x");
	fake_open(s, R, "part.csv");
	fake_build(s);
	assert_false(fake_input(s, "part.csv"));
	assert_true(fake_output(s, "part.csv"));
}

static void test_a_model_saved_by_rename_has_its_final_name(void **state)
{
	struct fake_run *s = *state;

	fake_open(s, CREATE, "m.pkl.tmp");
	fake_put(s, "m.pkl.tmp", "x");
	fake_event(s, PEDIGREE_EV_RENAME, 0, "m.pkl.tmp", "m.pkl");
	assert_int_equal(
		rename(fake_path(s, "m.pkl.tmp"), fake_path(s, "m.pkl")), 0);
	fake_build(s);
	assert_true(fake_output(s, "m.pkl"));
	assert_null(fake_find(s, "m.pkl.tmp"));
}

/* As a shell's `>out.csv 2>job.log` and `>job.log 2>&1` leave them. */
static void inherit(struct fake_run *s, int fd, const char *name)
{
	struct pedigree_inherited *file;

	file = pedigree_vec_push(&s->facts.inherited);
	assert_non_null(file);
	file->fd = fd;
	file->written = true;
	file->path = strdup(fake_path(s, name));
	assert_non_null(file->path);
}

static void
test_standard_output_is_an_output_and_messages_are_none(void **state)
{
	struct fake_run *s = *state;

	inherit(s, STDOUT_FILENO, "out.csv");
	inherit(s, STDERR_FILENO, "job.log");
	fake_put(s, "out.csv", "x");
	fake_put(s, "job.log", "warning");
	fake_build(s);
	assert_true(fake_output(s, "out.csv"));
	assert_null(fake_find(s, "job.log"));
}

static void test_a_log_of_both_streams_is_no_output(void **state)
{
	struct fake_run *s = *state;

	inherit(s, STDOUT_FILENO, "job.log");
	inherit(s, STDERR_FILENO, "job.log");
	fake_put(s, "job.log", "accuracy 0.9");
	fake_build(s);
	assert_null(fake_find(s, "job.log"));
}

static void test_a_folder_that_moves_takes_its_files_along(void **state)
{
	struct fake_run *s = *state;

	fake_folder(s, "new");
	fake_open(s, CREATE, "old/a/m.pkl");
	fake_folder(s, "new/a");
	fake_put(s, "new/a/m.pkl", "x");
	fake_event(s, PEDIGREE_EV_RENAME, PEDIGREE_F_FOLDER, "old", "new");
	fake_build(s);
	assert_true(fake_output(s, "new/a/m.pkl"));
	assert_int_equal(s->record->entities.n, 2);
}

static void test_an_exchange_swaps_two_files(void **state)
{
	struct fake_run *s = *state;

	fake_put(s, "b.csv", "old");
	fake_begin(s);
	fake_open(s, R, "b.csv");
	fake_open(s, CREATE, "a.csv");
	fake_event(s, PEDIGREE_EV_RENAME, PEDIGREE_F_EXCHANGE, "a.csv",
		   "b.csv");
	rename(fake_path(s, "b.csv"), fake_path(s, "a.csv"));
	fake_put(s, "b.csv", "new");
	fake_build(s);
	assert_true(fake_output(s, "b.csv"));
	assert_false(fake_output(s, "a.csv"));
	/* The old content is at the other name now. */
	assert_int_equal(s->record->entities.n, 3);
	for (size_t i = 0; i < s->record->entities.n; i++)
		if (fake_edge(s, &s->record->entities.v[i],
			      &s->record->entities.v[0]))
			assert_string_not_equal(
				fake_version(&s->record->entities.v[i]),
				"unverified");
}

static void test_a_hard_link_shares_what_was_written(void **state)
{
	struct fake_run *s = *state;

	fake_open(s, CREATE, "m.tmp.csv");
	fake_put(s, "m.tmp.csv", "x");
	fake_event(s, PEDIGREE_EV_LINK, 0, "m.tmp.csv", "m.csv");
	assert_int_equal(link(fake_path(s, "m.tmp.csv"), fake_path(s, "m.csv")),
			 0);
	fake_event(s, PEDIGREE_EV_UNLINK, 0, "m.tmp.csv", NULL);
	unlink(fake_path(s, "m.tmp.csv"));
	fake_build(s);
	assert_true(fake_output(s, "m.csv"));
	assert_int_equal(s->record->entities.n, 2);
}

static void test_a_file_written_and_removed_is_nothing(void **state)
{
	struct fake_run *s = *state;

	fake_open(s, CREATE, "scratch.csv");
	fake_open(s, R, "scratch.csv");
	fake_event(s, PEDIGREE_EV_UNLINK, 0, "scratch.csv", NULL);
	fake_build(s);
	assert_int_equal(s->record->entities.n, 1);
}

static void
test_a_file_opened_for_writing_and_left_alone_is_an_input(void **state)
{
	struct fake_run *s = *state;

	fake_put(s, "table.csv", "x");
	fake_begin(s);
	fake_open(s, R | W, "table.csv");
	fake_build(s);
	assert_true(fake_input(s, "table.csv"));
	assert_false(fake_output(s, "table.csv"));
}

static bool old_digest(void *ctx, const struct pedigree_old *old,
		       struct pedigree_digest *ret)
{
	(void)ctx;
	if (old->inode != 42)
		return false;
	strcpy(ret->sha256, "beef");
	strcpy(ret->md5, "cafe");
	ret->size = old->size;
	return true;
}

static void
test_a_checkpoint_that_is_overwritten_is_input_and_output(void **state)
{
	static const struct pedigree_old old = { .inode = 42, .size = 3 };
	struct fake_run *s = *state;
	struct pedigree_digest_cache cache = { .get_old = old_digest };
	struct pedigree_build_options options = { .cache = &cache };

	fake_put(s, "state.csv", "old");
	fake_begin(s);
	fake_open(s, R, "state.csv");
	fake_open(s, CREATE | PEDIGREE_F_OLD, "state.csv")->old = &old;
	fake_put(s, "state.csv", "new");
	fake_build(s);
	assert_int_equal(s->record->entities.n, 3);
	assert_string_equal(fake_version(fake_find(s, "state.csv")),
			    "unverified");
	pedigree_record_free(s->record);
	s->record = NULL;
	assert_int_equal(pedigree_build(&s->facts, &s->log, s->config, &options,
					&s->record, NULL),
			 0);
	assert_int_equal(s->record->entities.n, 3);
	assert_string_equal(fake_version(fake_find(s, "state.csv")),
			    "sha256:beef");
}

static void test_an_input_that_changed_is_not_verified(void **state)
{
	struct fake_run *s = *state;

	fake_open(s, R, "data.csv");
	fake_put(s, "data.csv", "changed by a stranger");
	fake_build(s);
	assert_string_equal(fake_version(fake_find(s, "data.csv")),
			    "unverified");
	assert_string_equal(fake_property(fake_find(s, "data.csv"),
					  "ChangedDuringRun"),
			    "true");
}

static void test_new_metadata_do_not_change_the_bytes(void **state)
{
	struct fake_run *s = *state;

	fake_put(s, "data.csv", "hello");
	fake_begin(s);
	fake_open(s, R, "data.csv");
	assert_int_equal(chmod(fake_path(s, "data.csv"), 0640), 0);
	fake_build(s);
	assert_string_equal(fake_version(fake_find(s, "data.csv")), HELLO_SHA);
	assert_string_equal(fake_property(fake_find(s, "data.csv"),
					  "MetadataChanged"),
			    "true");
}

static void test_an_output_that_changed_later_is_not_verified(void **state)
{
	struct fake_run *s = *state;

	fake_open(s, CREATE, "m.csv");
	s->facts.start_ms -= 60000;
	s->facts.start_ns -= 60 * SECOND;
	s->events[0].time_ns -= 30 * SECOND;
	s->facts.end_ms = s->facts.start_ms + 40000;
	fake_put(s, "m.csv", "later");
	fake_build(s);
	assert_string_equal(fake_version(fake_find(s, "m.csv")), "unverified");
	assert_string_equal(fake_property(fake_find(s, "m.csv"),
					  "ChangedAfterRun"),
			    "true");
}

static void test_a_link_is_known_by_what_it_leads_to(void **state)
{
	struct fake_run *s = *state;

	fake_folder(s, "blobs");
	fake_put(s, "blobs/abc", "hello");
	assert_int_equal(symlink("blobs/abc", fake_path(s, "weights.csv")), 0);
	fake_begin(s);
	fake_open(s, R, "weights.csv");
	fake_build(s);
	assert_true(fake_input(s, "blobs/abc"));
	assert_null(fake_find(s, "weights.csv"));
	assert_non_null(
		strstr(fake_property(fake_find(s, "blobs/abc"), "OpenedAs"),
		       "/weights.csv"));
}

static void test_a_folder_that_came_and_went_is_no_input(void **state)
{
	struct fake_run *s = *state;

	fake_open(s, R, "pymp-x");
	fake_event(s, PEDIGREE_EV_UNLINK, PEDIGREE_F_FOLDER, "pymp-x", "");
	fake_build(s);
	assert_null(fake_find(s, "pymp-x"));
}

static void test_folders_and_devices_are_no_artifacts(void **state)
{
	struct fake_run *s = *state;

	fake_folder(s, "d");
	assert_int_equal(mkfifo(fake_path(s, "fifo"), 0600), 0);
	fake_begin(s);
	fake_open(s, R, "d");
	fake_open(s, R | PEDIGREE_F_LIST, ".");
	fake_open(s, R, "fifo");
	fake_open(s, R, "/");
	fake_build(s);
	assert_int_equal(s->record->entities.n, 1);
}

int main(void)
{
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fake_setup, fake_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_what_was_written_first_is_no_input),
		TEST(test_a_model_saved_by_rename_has_its_final_name),
		TEST(test_standard_output_is_an_output_and_messages_are_none),
		TEST(test_a_log_of_both_streams_is_no_output),
		TEST(test_a_folder_that_moves_takes_its_files_along),
		TEST(test_an_exchange_swaps_two_files),
		TEST(test_a_hard_link_shares_what_was_written),
		TEST(test_a_file_written_and_removed_is_nothing),
		TEST(test_a_file_opened_for_writing_and_left_alone_is_an_input),
		TEST(test_a_checkpoint_that_is_overwritten_is_input_and_output),
		TEST(test_an_input_that_changed_is_not_verified),
		TEST(test_new_metadata_do_not_change_the_bytes),
		TEST(test_an_output_that_changed_later_is_not_verified),
		TEST(test_a_link_is_known_by_what_it_leads_to),
		TEST(test_a_folder_that_came_and_went_is_no_input),
		TEST(test_folders_and_devices_are_no_artifacts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
