/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many writers of one ledger, and writers that are killed.
 */
#include "config.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/support/scene.h"

#define WRITERS 200

/* Fewer where everything is slower than the time that a ledger is waited for. */
static int n_writers(void)
{
	const char *text = getenv("PEDIGREE_TEST_WRITERS");
	int n = text ? atoi(text) : 0;

	return n > 1 && n < WRITERS ? n : WRITERS;
}

static struct pedigree_record *nth(int i)
{
	struct pedigree_record *record;
	char name[32], uri[32];

	snprintf(name, sizeof(name), "run-%d", i);
	snprintf(uri, sizeof(uri), "file:///out-%d", i);
	record = record_of(name, 0, 100 + i);
	add_input(record, "file:///in", 'i', "DataSet");
	add_output(record, uri, 'o', "Model");
	return record;
}

/* Each child opens the ledger by itself, the first of them makes it. */
static void start(const struct scene *scene, int i, int gate)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	char c;

	if (read(gate, &c, 1) != 0)
		_exit(9);
	int outcome = (int)put_in(scene, "ledger", nth(i), &err);
	if (outcome != PEDIGREE_DELIVERED)
		fprintf(stderr, "writer %d: %s\n", i, err.text);
	_exit(outcome);
}

static void test_two_hundred_writers_at_once_lose_nothing(void **state)
{
	struct scene *scene = scene_new(NULL);
	pid_t children[WRITERS];
	int gate[2], failed = 0, writers = n_writers();

	(void)state;
	assert_int_equal(pipe(gate), 0);
	for (int i = 0; i < writers; i++) {
		children[i] = fork();
		assert_true(children[i] >= 0);
		if (children[i] == 0) {
			close(gate[1]);
			start(scene, i, gate[0]);
		}
	}
	close(gate[0]);
	close(gate[1]);
	for (int i = 0; i < writers; i++) {
		int status;

		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		failed += status != 0;
	}
	assert_int_equal(failed, 0);
	assert_int_equal(ledger_number(scene, "SELECT count(*) FROM run"),
			 writers);
	assert_int_equal(ledger_number(scene,
				       "SELECT count(*) FROM association "
				       "WHERE rule = 0"),
			 2 * writers);
	/* And the rules saw all of them: one star, on the earliest. */
	assert_int_equal(ledger_number(scene,
				       "SELECT count(*) FROM association "
				       "WHERE rule = 1"),
			 writers - 1);
	assert_int_equal(ledger_number(scene,
				       "SELECT count(DISTINCT source) "
				       "FROM association WHERE rule = 1"),
			 1);
	scene_free(scene);
}

/* Writes records without end, a dot for each that was delivered. */
static void write_on(const struct scene *scene, int out)
{
	for (int i = 0;; i++) {
		if (put_in(scene, "ledger", nth(i), NULL) != PEDIGREE_DELIVERED)
			_exit(1);
		if (write(out, ".", 1) != 1)
			_exit(2);
	}
}

static void test_a_killed_writer_leaves_whole_records_only(void **state)
{
	struct scene *scene = scene_new(NULL);
	int64_t before = 0;

	(void)state;
	for (int round = 0; round < 10; round++) {
		int pipe_fds[2], status;
		int64_t delivered = 0;
		char c;

		assert_int_equal(pipe(pipe_fds), 0);
		pid_t pid = fork();
		if (pid == 0)
			write_on(scene, pipe_fds[1]);
		close(pipe_fds[1]);
		for (int i = 0; i < 2 + round; i++)
			delivered += read(pipe_fds[0], &c, 1);
		kill(pid, SIGKILL);
		while (read(pipe_fds[0], &c, 1) == 1)
			delivered++;
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
		close(pipe_fds[0]);
		int64_t runs = ledger_number(scene, "SELECT count(*) FROM run");
		assert_true(runs >= delivered);
		assert_true(runs >= before);
		assert_int_equal(ledger_number(scene,
					       "SELECT count(*) FROM "
					       "association WHERE rule = 0"),
				 2 * runs);
		assert_int_equal(ledger_number(scene,
					       "SELECT count(*) FROM "
					       "association WHERE rule = 1"),
				 runs - 1);
		before = runs;
	}
	scene_free(scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two_hundred_writers_at_once_lose_nothing),
		cmocka_unit_test(
			test_a_killed_writer_leaves_whole_records_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
