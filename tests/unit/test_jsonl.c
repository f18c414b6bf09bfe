/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file of JSON lines: whole records, once each, whatever happened to the
 * writer before.
 */
#include "config.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/fs.h"
#include "tests/unit/support/scene.h"

static struct pedigree_record *nth(int i, unsigned int revision)
{
	struct pedigree_record *record;
	char name[32];

	snprintf(name, sizeof(name), "run-%d", i);
	record = record_of(name, revision, 100 + i);
	add_input(record, "file:///in", 'i', "DataSet");
	add_output(record, "file:///out", 'o', "Model");
	*(char **)pedigree_vec_push(&record->trials) = strdup("t \"1\"");
	return record;
}

static void put(const struct scene *scene, int i, unsigned int revision)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;

	if (put_in(scene, "jsonl", nth(i, revision), &err) !=
	    PEDIGREE_DELIVERED)
		fail_msg("%s", err.text);
}

static void read_lines(const struct scene *scene, struct pedigree_buf *text)
{
	pedigree_buf_reset(text);
	assert_int_equal(pedigree_read_file(scene_data(scene, "lineage.jsonl"),
					    1 << 26, text, NULL),
			 0);
}

/* Lines that begin with this; all lines must be JSON objects. */
static int count(const struct scene *scene, const char *start)
{
	struct pedigree_buf text = PEDIGREE_BUF_INIT;
	int n = 0;

	read_lines(scene, &text);
	for (char *line = text.data; *line;) {
		char *end = strchr(line, '\n');

		assert_non_null(end);
		*end = '\0';
		json_t *json = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
		assert_true(json_is_object(json));
		json_decref(json);
		n += !strncmp(line, start, strlen(start));
		line = end + 1;
	}
	pedigree_buf_clear(&text);
	return n;
}

static void test_a_record_is_a_line_for_each_thing_in_it(void **state)
{
	struct scene *scene = scene_new(NULL);
	struct pedigree_buf text = PEDIGREE_BUF_INIT;

	(void)state;
	put(scene, 1, 0);
	assert_int_equal(count(scene, "{"), 6);
	assert_int_equal(count(scene, "{\"Kind\":\"TrialComponent\",\"Run\":"
				      "\"run-1\",\"Revision\":0,"
				      "\"TrialComponentName\":\"run-1\""),
			 1);
	assert_int_equal(count(scene, "{\"Kind\":\"Artifact\""), 2);
	assert_int_equal(count(scene, "{\"Kind\":\"Association\",\"Run\":"
				      "\"run-1\",\"Revision\":0,"
				      "\"SourceArn\":\"arn:"),
			 2);
	assert_int_equal(count(scene, "{\"Kind\":\"Capture\",\"Run\":"
				      "\"run-1\",\"Revision\":0,\"Trials\":"
				      "[\"t \\\"1\\\"\"],\"Capture\":{"),
			 1);
	read_lines(scene, &text);
	assert_non_null(strstr(text.data, "\"AssociationType\":\"Produced\""));
	pedigree_buf_clear(&text);
	scene_free(scene);
}

static void test_every_torn_end_is_repaired(void **state)
{
	struct scene *scene = scene_new(NULL);
	struct pedigree_buf whole = PEDIGREE_BUF_INIT;
	struct pedigree_buf text = PEDIGREE_BUF_INIT;
	struct stat st;

	(void)state;
	put(scene, 1, 0);
	assert_int_equal(stat(scene_data(scene, "lineage.jsonl"), &st), 0);
	put(scene, 2, 0);
	read_lines(scene, &whole);
	for (off_t cut = st.st_size; cut < (off_t)whole.len; cut += 13) {
		unlink(scene_data(scene, "lineage.jsonl"));
		pedigree_write_file(scene_data(scene, "lineage.jsonl"),
				    whole.data, (size_t)cut, NULL);
		unlink(scene_data(scene, "lineage.jsonl.index"));
		put(scene, 2, 0);
		read_lines(scene, &text);
		assert_string_equal(text.data, whole.data);
	}
	pedigree_buf_clear(&whole);
	pedigree_buf_clear(&text);
	scene_free(scene);
}

static void test_a_record_whose_index_line_is_lost_is_not_repeated(void **state)
{
	struct scene *scene = scene_new(NULL);
	struct pedigree_buf index = PEDIGREE_BUF_INIT;

	(void)state;
	put(scene, 1, 0);
	put(scene, 2, 3);
	char *path = strdup(scene_data(scene, "lineage.jsonl.index"));
	assert_int_equal(pedigree_read_file(path, 1 << 20, &index, NULL), 0);
	for (size_t cut = 0; cut <= index.len; cut++) {
		assert_int_equal(truncate(path, (off_t)cut), 0);
		put(scene, 1, 0);
		put(scene, 2, 3);
		put(scene, 2, 1);
		assert_int_equal(count(scene, "{"), 12);
	}
	put(scene, 2, 4);
	assert_int_equal(count(scene, "{"), 18);
	free(path);
	pedigree_buf_clear(&index);
	scene_free(scene);
}

static void test_a_rotated_file_is_begun_anew_and_repeats_nothing(void **state)
{
	struct scene *scene = scene_new(NULL);

	(void)state;
	put(scene, 1, 0);
	put(scene, 2, 0);
	assert_int_equal(rename(scene_data(scene, "lineage.jsonl"),
				scene_data(scene, "lineage.jsonl.1")),
			 0);
	put(scene, 2, 0);
	put(scene, 3, 0);
	assert_int_equal(count(scene, "{"), 6);
	assert_int_equal(count(scene, "{\"Kind\":\"Capture\",\"Run\":"
				      "\"run-3\""),
			 1);
	/* Emptied in place, as logrotate's copytruncate does. */
	assert_int_equal(truncate(scene_data(scene, "lineage.jsonl"), 0), 0);
	put(scene, 3, 0);
	put(scene, 4, 0);
	assert_int_equal(count(scene, "{"), 6);
	scene_free(scene);
}

static void test_lines_of_others_are_never_cut_off(void **state)
{
	static const char *const flags[] = { "backend jsonl.path=lineage.jsonl",
					     NULL };
	struct scene *scene = scene_new(flags);
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree_buf text = PEDIGREE_BUF_INIT;
	const char *path = scene_data(scene, "lineage.jsonl");

	(void)state;
	pedigree_mkdirs(pedigree_config_data(scene->config), 0700, NULL);
	pedigree_write_file(path, "{\"mine\": 1}\n", 12, NULL);
	put(scene, 1, 0);
	put(scene, 2, 0);
	assert_int_equal(count(scene, "{\"mine\": 1}"), 1);
	assert_int_equal(count(scene, "{"), 13);
	pedigree_write_file(path, "my diary", 8, NULL);
	assert_int_equal(put_in(scene, "jsonl", nth(3, 0), &err),
			 PEDIGREE_RETRY);
	assert_int_equal(err.code, PEDIGREE_EFORMAT);
	assert_non_null(strstr(err.text, path));
	read_lines(scene, &text);
	assert_string_equal(text.data, "my diary");
	pedigree_buf_clear(&text);
	scene_free(scene);
}

static void test_a_full_disk_leaves_whole_records_only(void **state)
{
	struct scene *scene = scene_new(NULL);
	struct stat st;
	int status;

	(void)state;
	put(scene, 1, 0);
	assert_int_equal(stat(scene_data(scene, "lineage.jsonl"), &st), 0);
	pid_t pid = fork();
	if (pid == 0) {
		const struct rlimit tight = {
			.rlim_cur = (rlim_t)st.st_size + 100,
			.rlim_max = (rlim_t)st.st_size + 100
		};
		struct pedigree_error err = PEDIGREE_ERROR_INIT;

		signal(SIGXFSZ, SIG_IGN);
		setrlimit(RLIMIT_FSIZE, &tight);
		_exit(put_in(scene, "jsonl", nth(2, 0), &err) !=
			      PEDIGREE_RETRY ||
		      err.code != PEDIGREE_EIO);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(count(scene, "{"), 6);
	put(scene, 2, 0);
	assert_int_equal(count(scene, "{"), 12);
	scene_free(scene);
}

static void
test_writers_at_once_and_killed_lose_and_repeat_nothing(void **state)
{
	struct scene *scene = scene_new(NULL);
	pid_t children[4];

	(void)state;
	for (int i = 0; i < 4; i++) {
		children[i] = fork();
		if (children[i] == 0) {
			for (int j = 0;; j++)
				if (put_in(scene, "jsonl", nth(j % 50, 0),
					   NULL) != PEDIGREE_DELIVERED)
					_exit(1);
		}
	}
	/* Killed once all of them have something to do no more. */
	struct stat st = { 0 };
	while (st.st_size < 20000) {
		usleep(1000);
		if (stat(scene_data(scene, "lineage.jsonl"), &st) < 0)
			st.st_size = 0;
	}
	for (int i = 0; i < 4; i++) {
		int status;

		kill(children[i], SIGKILL);
		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_true(WIFSIGNALED(status));
	}
	for (int j = 0; j < 50; j++)
		put(scene, j, 0);
	assert_int_equal(count(scene, "{"), 300);
	assert_int_equal(count(scene, "{\"Kind\":\"Capture\""), 50);
	scene_free(scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_record_is_a_line_for_each_thing_in_it),
		cmocka_unit_test(test_every_torn_end_is_repaired),
		cmocka_unit_test(
			test_a_record_whose_index_line_is_lost_is_not_repeated),
		cmocka_unit_test(
			test_a_rotated_file_is_begun_anew_and_repeats_nothing),
		cmocka_unit_test(test_lines_of_others_are_never_cut_off),
		cmocka_unit_test(test_a_full_disk_leaves_whole_records_only),
		cmocka_unit_test(
			test_writers_at_once_and_killed_lose_and_repeat_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
