/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The writer of hooks/ as libpedigree uses it: without the shim around it.
 */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "evlog/reader.h"
#include "hooks/log.h"
#include "tests/unit/support/folder.h"

static void make_log(char *path, size_t room)
{
	struct utsname here;
	struct pedigree_log_new new = {
		.path = path,
		.run = { .bytes = "run", .n = 3 },
		.host = here.nodename,
	};

	assert_int_equal(uname(&here), 0);
	snprintf(path, room, "%s/%s" PEDIGREE_LOG_SUFFIX, test_folder,
		 here.nodename);
	unlink(path);
	assert_int_equal(pedigree_log_create(&new), 0);
}

static uint32_t add_tag(const char *name, const char *value)
{
	const struct pedigree_entry entry = {
		.type = PEDIGREE_EV_TAG,
		.text = { { name, strlen(name) }, { value, strlen(value) } },
	};

	return pedigree_log_add(&entry);
}

static void start(void)
{
	const struct pedigree_identity self = {
		.cwd = { "/", 1 },
		.program = "writer",
	};

	assert_true(
		pedigree_log_start(test_folder, strlen(test_folder), &self));
}

static struct pedigree_evlog *read_log(const char *path)
{
	struct pedigree_evlog *log = pedigree_evlog_new();

	assert_non_null(log);
	assert_int_equal(pedigree_evlog_add(log, path, NULL), 0);
	pedigree_evlog_sort(log);
	return log;
}

static void test_a_second_writer_is_the_process_it_is_in(void **state)
{
	struct pedigree_evlog *log;
	char path[400];

	(void)state;
	make_log(path, sizeof(path));
	start();
	pedigree_log_leave();
	assert_int_equal(add_tag("left", "x"), 0);
	assert_true(pedigree_log_attach(test_folder, strlen(test_folder)));
	assert_true(add_tag("name", "value"));
	pedigree_log_leave();

	log = read_log(path);
	assert_int_equal(log->n_processes, 1);
	assert_int_equal(log->loss.bad_frames, 0);
	assert_int_equal(log->loss.torn_chunks, 0);
	assert_int_equal(log->n_events, 2);
	assert_int_equal(log->events[1].type, PEDIGREE_EV_TAG);
	assert_int_equal(log->events[1].process, log->events[0].process);
	assert_string_equal(log->events[1].text2, "value");
	pedigree_evlog_free(log);
}

static void test_a_second_writer_in_a_child_is_the_child(void **state)
{
	struct pedigree_evlog *log;
	char path[400];
	int status;
	pid_t pid;

	(void)state;
	make_log(path, sizeof(path));
	start();
	assert_true(add_tag("who", "parent"));
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		pedigree_log_forked();
		if (!add_tag("who", "child"))
			_exit(1);
		pedigree_log_leave();
		if (!pedigree_log_attach(test_folder, strlen(test_folder)))
			_exit(2);
		_exit(add_tag("who", "still the child") ? 0 : 3);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	pedigree_log_leave();

	log = read_log(path);
	assert_int_equal(log->n_processes, 2);
	assert_int_equal(log->loss.bad_frames, 0);
	assert_int_equal(log->n_events, 5);
	assert_string_equal(log->events[4].text2, "still the child");
	assert_int_equal(log->processes[log->events[4].process].pid, pid);
	assert_int_equal(log->events[4].process, log->events[3].process);
	assert_int_not_equal(log->events[3].process, log->events[1].process);
	pedigree_evlog_free(log);
}

static void test_a_log_is_made_once(void **state)
{
	struct pedigree_log_new new = { .run = { "run", 3 }, .host = "host" };
	char path[400];

	(void)state;
	snprintf(path, sizeof(path), "%s/host" PEDIGREE_LOG_SUFFIX,
		 test_folder);
	new.path = path;
	assert_int_equal(pedigree_log_create(&new), 0);
	assert_int_equal(pedigree_log_create(&new), -EEXIST);
	new.path = "no-folder";
	assert_int_equal(pedigree_log_create(&new), -ENAMETOOLONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_second_writer_is_the_process_it_is_in),
		cmocka_unit_test(test_a_second_writer_in_a_child_is_the_child),
		cmocka_unit_test(test_a_log_is_made_once),
	};

	return cmocka_run_group_tests(tests, test_folder_make,
				      test_folder_remove);
}
