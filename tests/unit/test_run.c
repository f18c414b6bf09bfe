/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fs.h"
#include "evlog/reader.h"
#include "run/run.h"
#include "run/spool.h"

#include "tests/unit/support/folder.h"

static char *argv_of(struct pedigree_run_facts *facts, const char *const *args,
		     size_t n)
{
	facts->argv = calloc(n + 1, sizeof(*facts->argv));
	for (size_t i = 0; i < n; i++)
		facts->argv[i] = strdup(args[i]);
	return facts->argv[0];
}

static void test_what_begins_a_run_is_read_back_byte_for_byte(void **state)
{
	static const char *const args[] = { "train", "a b\n\"\xff\xfe", "" };
	struct pedigree_run_facts facts = { .deploy = true, .start_ms = 5 };
	struct pedigree_run_facts back = { 0 };
	struct pedigree_inherited *file;

	(void)state;
	argv_of(&facts, args, PEDIGREE_COUNT(args));
	facts.name = strdup("name");
	facts.cwd = strdup("/da\xffta");
	facts.start_ns = UINT64_C(1795390724555000001);
	pedigree_pairs_add(&facts.params, "k", "v");
	*(char **)pedigree_vec_push(&facts.inputs) = strdup("s3://b/k");
	file = pedigree_vec_push(&facts.inherited);
	file->path = strdup("/x");
	file->fd = 7;
	file->written = true;
	assert_int_equal(pedigree_begin_write(test_folder, &facts, NULL), 0);
	assert_int_equal(pedigree_begin_read(test_folder, &back, NULL), 0);
	for (size_t i = 0; i < PEDIGREE_COUNT(args); i++)
		assert_string_equal(back.argv[i], args[i]);
	assert_null(back.argv[PEDIGREE_COUNT(args)]);
	assert_string_equal(back.cwd, "/da\xffta");
	assert_true(back.deploy);
	assert_true(back.start_ns == facts.start_ns);
	assert_string_equal(pedigree_pairs_get(&back.params, "k"), "v");
	assert_string_equal(back.inputs.v[0], "s3://b/k");
	assert_int_equal(back.inherited.v[0].fd, 7);
	assert_true(back.inherited.v[0].written);
	assert_false(back.inherited.v[0].read);
	assert_null(back.experiment);
	pedigree_run_facts_clear(&facts);
	pedigree_run_facts_clear(&back);
}

static void test_no_secret_argument_reaches_the_disk(void **state)
{
	static const char *const args[] = { "train", "--password", "hunter2",
					    "--token=hunter2",
					    "https://me:hunter2@host/x" };
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	struct pedigree_run_facts facts = { 0 };

	(void)state;
	argv_of(&facts, args, PEDIGREE_COUNT(args));
	facts.name = strdup("name");
	pedigree_pairs_add(&facts.params, "api_key", "hunter2");
	pedigree_pairs_add(&facts.tags, "password", "hunter2");
	*(char **)pedigree_vec_push(&facts.outputs) =
		strdup("https://host/x?signature=hunter2");
	assert_int_equal(pedigree_begin_write(test_folder, &facts, NULL), 0);
	pedigree_path_join(&path, test_folder, PEDIGREE_BEGIN_NAME);
	assert_int_equal(pedigree_read_file(path.data, 1 << 20, &text, NULL),
			 0);
	assert_non_null(strstr(text.data, "--token"));
	assert_null(strstr(text.data, "hunter2"));
	pedigree_run_facts_clear(&facts);
}

static void test_a_beginning_that_is_none_is_refused(void **state)
{
	static const char *const texts[] = { "{",
					     "[]",
					     "{}",
					     "\xff",
					     "{\"Name\": \"x\"}",
					     "{\"Name\": 3, \"Argv\": [1]}" };
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;

	(void)state;
	pedigree_path_join(&path, test_folder, PEDIGREE_BEGIN_NAME);
	for (size_t i = 0; i < PEDIGREE_COUNT(texts); i++) {
		struct pedigree_error err = PEDIGREE_ERROR_INIT;
		struct pedigree_run_facts facts = { 0 };

		pedigree_write_file(path.data, texts[i], strlen(texts[i]),
				    NULL);
		assert_int_equal(pedigree_begin_read(test_folder, &facts, &err),
				 PEDIGREE_EFORMAT);
		assert_non_null(strstr(err.text, test_folder));
	}
}

static void test_an_end_that_a_crash_emptied_is_no_end(void **state)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	struct pedigree_run_facts facts = { 0 };

	(void)state;
	pedigree_path_join(&path, test_folder, PEDIGREE_END_NAME);
	pedigree_write_file(path.data, "", 0, NULL);
	assert_int_equal(pedigree_end_read(test_folder, &facts, NULL), 0);
	assert_false(facts.end_known);
	facts.end_ms = 77;
	facts.wait_status = 9;
	assert_int_equal(pedigree_end_write(test_folder, &facts, NULL), 0);
	facts.end_ms = facts.wait_status = 0;
	assert_int_equal(pedigree_end_read(test_folder, &facts, NULL), 0);
	assert_true(facts.end_known);
	assert_int_equal(facts.end_ms, 77);
	assert_int_equal(facts.wait_status, 9);
}

static void test_runs_are_named_after_the_script_that_is_meant(void **state)
{
	static const struct {
		const char *args[5];
		const char *start;
	} cases[] = {
		{ { "python3.11", "src/train.py", "--lr", "1" }, "train-2" },
		{ { "/usr/bin/python3", "-u", "-m", "pkg.fit" }, "fit-2" },
		{ { "python", "-c", "print(1)" }, "python-2" },
		{ { "env", "A=b", "bash", "./run all.sh" }, "run-all-2" },
		{ { "./a.out" }, "a-2" },
		{ { "\xff\xfe" }, "run-2" },
	};

	(void)state;
	for (size_t i = 0; i < PEDIGREE_COUNT(cases); i++) {
		struct pedigree_run_facts facts = {
			.argv = (char **)(uintptr_t)cases[i].args,
			.start_ms = 1795390724555,
		};
		_cleanup_free_ char *name = pedigree_spool_default_name(&facts);

		assert_memory_equal(name, cases[i].start,
				    strlen(cases[i].start));
		assert_true(strlen(name) <= 120);
	}
}

static void test_a_new_log_is_read_as_empty_and_takes_no_room(void **state)
{
	struct pedigree_evlog *log = pedigree_evlog_new();
	struct stat st;
	char path[128];

	(void)state;
	assert_int_equal(
		pedigree_spool_make_log(test_folder, "run", "host", NULL), 0);
	snprintf(path, sizeof(path), "%s/host.events", test_folder);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_true(st.st_blocks * 512 < 65536);
	assert_true((uint64_t)st.st_size <= PEDIGREE_LOG_MAX);
	assert_int_equal(pedigree_evlog_add(log, path, NULL), 0);
	assert_int_equal(log->n_events, 0);
	assert_int_equal(pedigree_spool_make_log(test_folder, "run", "host",
						 NULL),
			 PEDIGREE_EIO);
	pedigree_evlog_free(log);
}

static void test_a_log_nobody_writes_to_gives_its_room_back(void **state)
{
	const uint64_t cursor = 8192;
	struct pedigree_log_header before, after;
	struct utsname here;
	struct stat st, old;
	char path[300], last = 'x';
	int fd;

	(void)state;
	assert_int_equal(uname(&here), 0);
	assert_int_equal(pedigree_spool_make_log(test_folder, "run",
						 here.nodename, NULL),
			 0);
	snprintf(path, sizeof(path), "%s/%s.events", test_folder,
		 here.nodename);
	fd = open(path, O_RDWR);
	assert_int_equal(pwrite(fd, &cursor, sizeof(cursor),
				offsetof(struct pedigree_log_header, cursor)),
			 sizeof(cursor));
	assert_int_equal(pwrite(fd, &last, 1, (off_t)cursor - 1), 1);
	assert_int_equal(pread(fd, &before, sizeof(before), 0), sizeof(before));
	assert_int_equal(fstat(fd, &old), 0);
	pedigree_log_settle(test_folder);
	/* Who has the old one keeps it. */
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_size, old.st_size);
	close(fd);
	fd = open(path, O_RDONLY);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_size, cursor);
	assert_int_equal(st.st_mode & 0777, 0600);
	last = 0;
	assert_int_equal(pread(fd, &last, 1, (off_t)cursor - 1), 1);
	assert_int_equal(last, 'x');
	assert_int_equal(pread(fd, &after, sizeof(after), 0), sizeof(after));
	assert_int_equal(after.capacity, cursor);
	before.capacity = after.capacity;
	assert_memory_equal(&before, &after, sizeof(before));
	close(fd);
}

static void test_a_lock_is_held_by_one(void **state)
{
	int one = pedigree_spool_lock(test_folder, false);

	(void)state;
	assert_true(one >= 0);
	assert_int_equal(pedigree_spool_lock(test_folder, false), -1);
	close(one);
	one = pedigree_spool_lock(test_folder, false);
	assert_true(one >= 0);
	close(one);
}

static void test_a_process_has_a_start_until_it_ends(void **state)
{
	uint64_t start;
	int ends[2];
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		char c;

		close(ends[1]);
		_exit(read(ends[0], &c, 1) < 0);
	}
	start = pedigree_pid_start(pid);
	assert_true(start > 0);
	assert_true(pedigree_pid_start(pid) == start);
	close(ends[1]);
	close(ends[0]);
	waitpid(pid, NULL, 0);
	assert_true(pedigree_pid_start(pid) == 0);
}

static void make_run(const char *run, const char *const *files)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/spool/runs/%s", test_folder, run);
	assert_int_equal(pedigree_mkdirs(path, 0700, NULL), 0);
	for (; *files; files++) {
		snprintf(path, sizeof(path), "%s/spool/runs/%s/%s", test_folder,
			 run, *files);
		assert_int_equal(pedigree_write_file(path, "", 0, NULL), 0);
	}
}

/* As if nothing had been begun for an hour. */
static void age_runs(void)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT } };
	char path[4096];

	snprintf(path, sizeof(path), "%s/spool/runs", test_folder);
	clock_gettime(CLOCK_REALTIME, &times[1]);
	times[1].tv_sec -= 3600;
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static size_t unfinished(const struct pedigree_config *config)
{
	struct pedigree_run_names names = { 0 };
	size_t n;

	assert_int_equal(pedigree_run_list_unfinished(config, &names, NULL), 0);
	n = names.n;
	for (size_t i = 0; i < n; i++)
		assert_string_not_equal(names.v[i], "done");
	pedigree_run_names_clear(&names);
	return n;
}

static void test_only_unfinished_runs_are_to_be_recovered(void **state)
{
	static const char *const done[] = { "begin.json", "record.json", NULL };
	static const char *const alive[] = { "begin.json", "record.json",
					     "alive", NULL };
	static const char *const begun[] = { "begin.json", NULL };
	char home[4096 + 16];
	struct pedigree_run_names names = { 0 };
	struct pedigree_config *config = NULL;

	(void)state;
	snprintf(home, sizeof(home), "PEDIGREE_HOME=%s", test_folder);
	char *const environment[] = { home, NULL };
	const struct pedigree_config_sources sources = {
		.system_file = "",
		.user_file = "",
		.folder_file = "",
		.named_file = "",
		.environment = environment,
	};
	assert_int_equal(pedigree_config_load(&sources, &config, NULL), 0);
	make_run("done", done);
	age_runs();
	assert_int_equal(unfinished(config), 0);
	assert_int_equal(unfinished(config), 0);
	snprintf(home, sizeof(home), "%s/spool/finished", test_folder);
	assert_int_equal(access(home, F_OK), 0);
	/* What was found is known until another run begins. */
	make_run("alive", alive);
	assert_int_equal(unfinished(config), 1);
	make_run("begun", begun);
	age_runs();
	assert_int_equal(unfinished(config), 2);
	assert_int_equal(unfinished(config), 2);
	assert_int_equal(pedigree_spool_list(config, &names, NULL), 0);
	assert_int_equal(names.n, 3);
	pedigree_run_names_clear(&names);
	pedigree_config_free(config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, test_folder_make, \
					test_folder_remove)
		TEST(test_what_begins_a_run_is_read_back_byte_for_byte),
		TEST(test_no_secret_argument_reaches_the_disk),
		TEST(test_a_beginning_that_is_none_is_refused),
		TEST(test_an_end_that_a_crash_emptied_is_no_end),
		TEST(test_runs_are_named_after_the_script_that_is_meant),
		TEST(test_a_new_log_is_read_as_empty_and_takes_no_room),
		TEST(test_a_log_nobody_writes_to_gives_its_room_back),
		TEST(test_a_lock_is_held_by_one),
		TEST(test_a_process_has_a_start_until_it_ends),
		TEST(test_only_unfinished_runs_are_to_be_recovered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
