/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The outbox, with backends that fail in every way a backend may.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fs.h"
#include "graph/json.h"
#include "store/outbox.h"
#include "tests/unit/support/alloc.h"
#include "tests/unit/support/scene.h"

/* The backend of these tests does as it is told and remembers its calls. */
static struct {
	int open_result;
	enum pedigree_outcome outcome;
	const char *only; /* outcome holds for this run only; NULL: all */
	const char *text;
	unsigned int opened, closed;
	struct pedigree_buf calls; /* "RUN.REVISION " for each put */
	void (*during)(void);
} told;

static const struct pedigree_backend_ops told_ops;

static int told_open(const struct pedigree_backend_env *env,
		     struct pedigree_backend **ret_backend,
		     struct pedigree_error *err)
{
	static struct pedigree_backend backend = { .ops = &told_ops };

	(void)env;
	if (told.open_result) {
		err->code = told.open_result;
		snprintf(err->text, sizeof(err->text), "no way to open");
		return told.open_result;
	}
	told.opened++;
	*ret_backend = &backend;
	return 0;
}

static void told_close(struct pedigree_backend *backend)
{
	if (backend)
		told.closed++;
}

static enum pedigree_outcome told_put(struct pedigree_backend *backend,
				      const struct pedigree_delivery *delivery,
				      struct pedigree_error *err)
{
	(void)backend;
	assert_int_equal(strlen(delivery->json), delivery->n);
	pedigree_buf_addf(&told.calls, "%s.%u ", delivery->run,
			  delivery->revision);
	if (told.during)
		told.during();
	if (told.only && strcmp(told.only, delivery->run) != 0)
		return PEDIGREE_DELIVERED;
	if (told.outcome != PEDIGREE_DELIVERED && told.text) {
		err->code = PEDIGREE_EIO;
		snprintf(err->text, sizeof(err->text), "%s", told.text);
	}
	return told.outcome;
}

static const struct pedigree_backend_ops told_ops = {
	.version = PEDIGREE_BACKEND_VERSION,
	.name = "told",
	.summary = "does as it is told",
	.open = told_open,
	.close = told_close,
	.put = told_put,
};

static const char *const told_only[] = { "backend.use=told", NULL };
static const char *const told_and_ledger[] = { "backend.use=told ledger",
					       NULL };

static struct scene *begin(const char *const *flags)
{
	memset(&told, 0, sizeof(told));
	pedigree_buf_init(&told.calls);
	pedigree_backend_of_test = &told_ops;
	return scene_new(flags);
}

static void end(struct scene *scene)
{
	pedigree_backend_of_test = NULL;
	pedigree_buf_clear(&told.calls);
	scene_free(scene);
}

static int put_out(const struct scene *scene, const char *run,
		   unsigned int revision, struct pedigree_error *err)
{
	struct pedigree_record *record = record_of(run, revision, 100);
	int status = pedigree_outbox_put(scene->config, record, err);

	pedigree_record_free(record);
	return status;
}

static const char *waiting_path(const struct scene *scene, const char *name)
{
	static char paths[4][4096];
	static unsigned int next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/outbox/%s",
		 pedigree_config_spool(scene->config), name);
	return path;
}

static bool waits(const struct scene *scene, const char *name)
{
	return access(waiting_path(scene, name), F_OK) == 0;
}

static void test_a_record_waits_in_every_backends_folder(void **state)
{
	struct scene *scene = begin(told_and_ledger);
	struct stat st;

	(void)state;
	assert_int_equal(put_out(scene, "a", 0, NULL), 0);
	assert_true(waits(scene, "told/a.0.json"));
	assert_true(waits(scene, "ledger/a.0.json"));
	assert_int_equal(stat(waiting_path(scene, "told/a.0.json"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(stat(waiting_path(scene, "told"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(pedigree_outbox_waiting(scene->config, NULL), 2);
	assert_int_equal(pedigree_outbox_waiting(scene->config, "told"), 1);
	assert_int_equal(told.opened, 0);
	end(scene);
}

static void test_a_push_delivers_oldest_first_and_removes(void **state)
{
	struct scene *scene = begin(told_only);
	struct pedigree_push_result result;

	(void)state;
	put_out(scene, "z", 0, NULL);
	put_out(scene, "a", 0, NULL);
	put_out(scene, "z", 1, NULL);
	put_out(scene, "z", 10, NULL);
	put_out(scene, "b", 0, NULL);
	assert_int_equal(
		pedigree_outbox_push(scene->config, NULL, &result, NULL), 0);
	assert_string_equal(told.calls.data, "z.0 a.0 z.1 z.10 b.0 ");
	assert_int_equal(result.delivered, 5);
	assert_int_equal(result.waiting, 0);
	assert_int_equal(result.rejected, 0);
	assert_int_equal(pedigree_outbox_waiting(scene->config, NULL), 0);
	assert_int_equal(told.opened, 1);
	assert_int_equal(told.closed, 1);
	/* With nothing to do the backend is left in peace. */
	assert_int_equal(
		pedigree_outbox_push(scene->config, NULL, &result, NULL), 0);
	assert_int_equal(told.opened, 1);
	end(scene);
}

static void test_a_retry_stops_this_backend_and_no_other(void **state)
{
	struct scene *scene = begin(told_and_ledger);
	struct pedigree_push_result result;
	struct pedigree_error err = PEDIGREE_ERROR_INIT;

	(void)state;
	told.outcome = PEDIGREE_RETRY;
	told.only = "b";
	told.text = "the line is dead";
	put_out(scene, "a", 0, NULL);
	put_out(scene, "b", 0, NULL);
	put_out(scene, "c", 0, NULL);
	assert_int_equal(pedigree_outbox_push(scene->config, NULL, &result,
					      &err),
			 PEDIGREE_EIO);
	assert_string_equal(told.calls.data, "a.0 b.0 ");
	assert_int_equal(result.delivered, 1 + 3);
	assert_int_equal(result.waiting, 2);
	assert_non_null(strstr(err.text, "told"));
	assert_non_null(strstr(err.text, "the line is dead"));
	assert_non_null(strstr(err.text, "pedigree push"));
	assert_int_equal(ledger_number(scene, "SELECT count(*) FROM run"), 3);
	/* And when the line is back: */
	told.outcome = PEDIGREE_DELIVERED;
	assert_int_equal(
		pedigree_outbox_push(scene->config, "told", &result, NULL), 0);
	assert_string_equal(told.calls.data, "a.0 b.0 b.0 c.0 ");
	assert_int_equal(result.delivered, 2);
	assert_int_equal(result.waiting, 0);
	end(scene);
}

static void test_a_backend_that_does_not_open_keeps_its_records(void **state)
{
	struct scene *scene = begin(told_and_ledger);
	struct pedigree_push_result result;
	struct pedigree_error err = PEDIGREE_ERROR_INIT;

	(void)state;
	told.open_result = PEDIGREE_EFORMAT;
	put_out(scene, "a", 0, NULL);
	assert_int_equal(pedigree_outbox_push(scene->config, NULL, &result,
					      &err),
			 PEDIGREE_EFORMAT);
	assert_int_equal(result.delivered, 1);
	assert_int_equal(result.waiting, 1);
	assert_true(waits(scene, "told/a.0.json"));
	assert_false(waits(scene, "ledger/a.0.json"));
	assert_non_null(strstr(err.text, "no way to open"));
	end(scene);
}

static void test_a_rejected_record_is_set_aside_with_the_reason(void **state)
{
	struct scene *scene = begin(told_only);
	struct pedigree_push_result result;
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree_buf why = PEDIGREE_BUF_INIT;

	(void)state;
	told.outcome = PEDIGREE_REJECTED;
	told.only = "a";
	told.text = "it smells";
	put_out(scene, "a", 3, NULL);
	put_out(scene, "b", 0, NULL);
	assert_int_equal(pedigree_outbox_push(scene->config, NULL, &result,
					      &err),
			 PEDIGREE_EIO);
	assert_string_equal(told.calls.data, "a.3 b.0 ");
	assert_int_equal(result.rejected, 1);
	assert_int_equal(result.delivered, 1);
	assert_int_equal(result.waiting, 0);
	assert_non_null(strstr(err.text, "it smells"));
	assert_non_null(strstr(err.text, "rejected"));
	assert_true(waits(scene, "told/rejected/a.3.json"));
	assert_int_equal(
		pedigree_read_file(waiting_path(scene,
						"told/rejected/a.3.json.why"),
				   1000, &why, NULL),
		0);
	assert_string_equal(why.data, "it smells\n");
	assert_int_equal(
		pedigree_outbox_push(scene->config, NULL, &result, NULL), 0);
	assert_string_equal(told.calls.data, "a.3 b.0 ");
	pedigree_buf_clear(&why);
	end(scene);
}

static void test_what_a_crash_leaves_is_delivered_or_ignored(void **state)
{
	struct scene *scene = begin(told_only);
	struct pedigree_push_result result;

	(void)state;
	put_out(scene, "a", 0, NULL);
	/* Killed while it wrote a record, and while it set one aside. */
	pedigree_write_file(waiting_path(scene, "told/b.0.json.a1B2c3"), "{", 1,
			    NULL);
	pedigree_mkdirs(waiting_path(scene, "told/rejected"), 0700, NULL);
	pedigree_write_file(waiting_path(scene, "told/rejected/a.0.json.why"),
			    "old", 3, NULL);
	/* And what never was ours. */
	pedigree_write_file(waiting_path(scene, "told/README"), "x", 1, NULL);
	pedigree_write_file(waiting_path(scene, "told/.0.json"), "x", 1, NULL);
	pedigree_write_file(waiting_path(scene, "told/c.json"), "x", 1, NULL);
	assert_int_equal(
		symlink("/dev/zero", waiting_path(scene, "told/d.0.json")), 0);
	assert_int_equal(pedigree_outbox_waiting(scene->config, NULL), 1);
	assert_int_equal(
		pedigree_outbox_push(scene->config, NULL, &result, NULL), 0);
	assert_string_equal(told.calls.data, "a.0 ");
	assert_true(waits(scene, "told/b.0.json.a1B2c3"));
	end(scene);
}

static void test_an_old_temporary_file_is_removed(void **state)
{
	struct scene *scene = begin(told_only);
	struct pedigree_push_result result;
	const struct timespec old[2] = { { .tv_sec = 1000 },
					 { .tv_sec = 1000 } };

	(void)state;
	put_out(scene, "a", 0, NULL);
	pedigree_write_file(waiting_path(scene, "told/b.0.json.a1B2c3"), "{", 1,
			    NULL);
	utimensat(AT_FDCWD, waiting_path(scene, "told/b.0.json.a1B2c3"), old,
		  0);
	assert_int_equal(
		pedigree_outbox_push(scene->config, NULL, &result, NULL), 0);
	assert_false(waits(scene, "told/b.0.json.a1B2c3"));
	end(scene);
}

static void die(void)
{
	kill(getpid(), SIGKILL);
}

static void test_a_push_killed_after_the_put_delivers_again(void **state)
{
	struct scene *scene = begin(told_only);
	struct pedigree_push_result result;
	int status;

	(void)state;
	put_out(scene, "a", 0, NULL);
	pid_t pid = fork();
	if (pid == 0) {
		told.during = die;
		pedigree_outbox_push(scene->config, NULL, &result, NULL);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_true(waits(scene, "told/a.0.json"));
	/* The dead process's lock is gone with it. */
	assert_int_equal(
		pedigree_outbox_push(scene->config, NULL, &result, NULL), 0);
	assert_int_equal(result.delivered, 1);
	end(scene);
}

static int gate[2];

static void tell_and_wait(void)
{
	char c = 'x';

	assert_int_equal(write(gate[1], &c, 1), 1);
	while (access(told.text, F_OK) != 0)
		usleep(1000);
}

static void test_a_second_push_waits_and_finds_nothing_to_do(void **state)
{
	struct scene *scene = begin(told_only);
	struct pedigree_push_result result;
	char go[4096], c;
	int status, fd;

	(void)state;
	snprintf(go, sizeof(go), "%s", scene_path(scene, "go"));
	put_out(scene, "a", 0, NULL);
	assert_int_equal(pipe(gate), 0);
	pid_t first = fork();
	if (first == 0) {
		told.text = go;
		told.during = tell_and_wait;
		_exit(pedigree_outbox_push(scene->config, NULL, &result,
					   NULL) ||
		      result.delivered != 1);
	}
	assert_int_equal(read(gate[0], &c, 1), 1);
	/* The first one holds the lock now. */
	fd = open(waiting_path(scene, "told/lock"), O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), -1);
	assert_int_equal(errno, EWOULDBLOCK);
	close(fd);
	pid_t second = fork();
	if (second == 0)
		_exit(pedigree_outbox_push(scene->config, NULL, &result,
					   NULL) ||
		      result.delivered != 0);
	assert_int_equal(waitpid(second, &status, WNOHANG), 0);
	close(open(go, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	assert_int_equal(waitpid(first, &status, 0), first);
	assert_int_equal(status, 0);
	assert_int_equal(waitpid(second, &status, 0), second);
	assert_int_equal(status, 0);
	close(gate[0]);
	close(gate[1]);
	end(scene);
}

static void test_a_full_disk_is_told_and_leaves_nothing_half(void **state)
{
	struct scene *scene = begin(told_only);
	const struct rlimit tight = { .rlim_cur = 10, .rlim_max = 10 };
	int status;

	(void)state;
	pid_t pid = fork();
	if (pid == 0) {
		struct pedigree_error err = PEDIGREE_ERROR_INIT;

		signal(SIGXFSZ, SIG_IGN);
		setrlimit(RLIMIT_FSIZE, &tight);
		_exit(put_out(scene, "a", 0, &err) != PEDIGREE_EIO ||
		      !strstr(err.text, "a.0.json"));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(pedigree_outbox_waiting(scene->config, NULL), 0);
	DIR *dir = opendir(waiting_path(scene, "told"));
	struct dirent *entry;
	while ((entry = readdir(dir)))
		assert_true(entry->d_name[0] == '.');
	closedir(dir);
	end(scene);
}

static void
test_one_folder_that_cannot_be_written_spares_the_others(void **state)
{
	struct scene *scene = begin(told_and_ledger);
	struct pedigree_error err = PEDIGREE_ERROR_INIT;

	(void)state;
	pedigree_mkdirs(waiting_path(scene, "x"), 0700, NULL);
	pedigree_write_file(waiting_path(scene, "told"), "x", 1, NULL);
	assert_int_equal(put_out(scene, "a", 0, &err), PEDIGREE_EIO);
	assert_non_null(strstr(err.text, "told"));
	assert_true(waits(scene, "ledger/a.0.json"));
	end(scene);
}

static void test_no_memory_loses_nothing(void **state)
{
	struct scene *scene = begin(told_only);
	struct pedigree_push_result result;

	(void)state;
	for (unsigned int n = 1;; n++) {
		struct pedigree_record *record = record_of("a", 0, 100);
		struct pedigree_error err = PEDIGREE_ERROR_INIT;

		alloc_fail_at(n);
		int status = pedigree_outbox_put(scene->config, record, &err);
		bool failed = alloc_failed();
		pedigree_record_free(record);
		if (!failed) {
			assert_int_equal(status, 0);
			assert_true(n > 1);
			break;
		}
		assert_int_equal(status, PEDIGREE_ENOMEM);
	}
	for (unsigned int n = 1;; n++) {
		alloc_fail_at(n);
		int status = pedigree_outbox_push(scene->config, NULL, &result,
						  NULL);
		if (!alloc_failed()) {
			assert_int_equal(status, 0);
			break;
		}
		assert_true(waits(scene, "told/a.0.json") ||
			    result.delivered == 1);
	}
	end(scene);
}

static void test_names_are_taken_apart_at_the_last_dots(void **state)
{
	static const struct {
		const char *name;
		size_t run_len;
		int revision;
	} names[] = {
		{ "a.0.json", 1, 0 },
		{ "a.b.12.json", 3, 12 },
		{ "a.999999999.json", 1, 999999999 },
		{ "a.1000000000.json", 0, -1 },
		{ "a.json", 0, -1 },
		{ ".1.json", 0, -1 },
		{ "a.1.json.why", 0, -1 },
		{ "a..json", 0, -1 },
		{ "a1.json", 0, -1 },
		{ "1.json", 0, -1 },
		{ ".json", 0, -1 },
		{ "", 0, -1 },
	};

	(void)state;
	for (size_t i = 0; i < PEDIGREE_COUNT(names); i++) {
		size_t run_len;
		unsigned int revision;
		bool good = pedigree_outbox_parse(names[i].name, &run_len,
						  &revision);

		assert_int_equal(good, names[i].revision >= 0);
		if (!good)
			continue;
		assert_int_equal(run_len, names[i].run_len);
		assert_int_equal(revision, names[i].revision);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_record_waits_in_every_backends_folder),
		cmocka_unit_test(test_a_push_delivers_oldest_first_and_removes),
		cmocka_unit_test(test_a_retry_stops_this_backend_and_no_other),
		cmocka_unit_test(
			test_a_backend_that_does_not_open_keeps_its_records),
		cmocka_unit_test(
			test_a_rejected_record_is_set_aside_with_the_reason),
		cmocka_unit_test(
			test_what_a_crash_leaves_is_delivered_or_ignored),
		cmocka_unit_test(test_an_old_temporary_file_is_removed),
		cmocka_unit_test(
			test_a_push_killed_after_the_put_delivers_again),
		cmocka_unit_test(
			test_a_second_push_waits_and_finds_nothing_to_do),
		cmocka_unit_test(
			test_a_full_disk_is_told_and_leaves_nothing_half),
		cmocka_unit_test(
			test_one_folder_that_cannot_be_written_spares_the_others),
		cmocka_unit_test(test_no_memory_loses_nothing),
		cmocka_unit_test(test_names_are_taken_apart_at_the_last_dots),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
