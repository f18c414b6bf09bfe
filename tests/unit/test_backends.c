/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract of <pedigree/sys/backend.h>, held against every backend of
 * the registry.
 */
#include "config.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fs.h"
#include "graph/json.h"
#include "tests/unit/support/alloc.h"
#include "tests/unit/support/scene.h"

/* Runs a test body for every backend on this machine, each in a state folder
   of its own. Remote ones are tested with a service:
   tests/integration/aws/push.py, tests/integration/export/backend.py. */
static void for_each(void (*body)(struct scene *scene, const char *name))
{
	for (size_t i = 0; pedigree_backends[i]; i++) {
		struct scene *scene;

		if (pedigree_backends[i]->remote)
			continue;
		scene = scene_new(NULL);
		body(scene, pedigree_backends[i]->name);
		scene_free(scene);
	}
}

static struct pedigree_record *sample(unsigned int revision)
{
	struct pedigree_record *record = record_of("run-1", revision, 100);

	add_input(record, "file:///in put.csv", 'i', "DataSet");
	add_output(record, "file:///model", (char)('m' + (int)revision),
		   "Model");
	pedigree_pairs_add(&record->entities.v[0].tags, "team", "blue");
	pedigree_record_blind(record, "static", "a sentence", "/bin/x", 2);
	return record;
}

static void must_deliver(const struct scene *scene, const char *name,
			 struct pedigree_record *record)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;

	if (put_in(scene, name, record, &err) != PEDIGREE_DELIVERED)
		fail_msg("%s: %s", name, err.text);
}

/* All that a backend keeps. SQLite's -wal and -shm are gone once closed. */
static void content_of(const struct scene *scene, struct pedigree_buf *buf)
{
	const char *folder = pedigree_config_data(scene->config);
	struct dirent **entries = NULL;
	int n = scandir(folder, &entries, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		struct pedigree_buf path = PEDIGREE_BUF_INIT;
		struct stat st;

		pedigree_path_join(&path, folder, entries[i]->d_name);
		assert_int_equal(stat(path.data, &st), 0);
		if (S_ISREG(st.st_mode)) {
			pedigree_buf_addf(buf, "%s\n", entries[i]->d_name);
			assert_int_equal(pedigree_read_file(path.data, 1 << 26,
							    buf, NULL),
					 0);
		}
		pedigree_buf_clear(&path);
		free(entries[i]);
	}
	free(entries);
}

static void assert_unchanged(const struct scene *scene, const char *name,
			     struct pedigree_record *record)
{
	struct pedigree_buf before = PEDIGREE_BUF_INIT;
	struct pedigree_buf after = PEDIGREE_BUF_INIT;

	content_of(scene, &before);
	must_deliver(scene, name, record);
	content_of(scene, &after);
	assert_int_equal(before.len, after.len);
	assert_memory_equal(before.data, after.data, before.len);
	pedigree_buf_clear(&before);
	pedigree_buf_clear(&after);
}

static void test_every_backend_describes_itself(void **state)
{
	(void)state;
	for (size_t i = 0; pedigree_backends[i]; i++) {
		const struct pedigree_backend_ops *ops = pedigree_backends[i];
		const struct pedigree_backend_option *option = ops->options;

		assert_int_equal(ops->version, PEDIGREE_BACKEND_VERSION);
		assert_true(*ops->name && *ops->summary);
		assert_ptr_equal(pedigree_backend_find(ops->name), ops);
		assert_non_null(ops->open);
		assert_non_null(ops->close);
		assert_non_null(ops->put);
		for (; option && option->key; option++)
			assert_true(*option->key && *option->help);
		ops->close(NULL);
	}
	assert_null(pedigree_backend_find("nosuch"));
}

static void again(struct scene *scene, const char *name)
{
	must_deliver(scene, name, sample(0));
	assert_unchanged(scene, name, sample(0));
}

static void test_a_delivery_made_twice_changes_nothing(void **state)
{
	(void)state;
	for_each(again);
}

static void lower(struct scene *scene, const char *name)
{
	must_deliver(scene, name, sample(2));
	assert_unchanged(scene, name, sample(1));
	assert_unchanged(scene, name, sample(2));
	must_deliver(scene, name, sample(10));
	assert_unchanged(scene, name, sample(9));
}

static void test_a_lower_revision_changes_nothing(void **state)
{
	(void)state;
	for_each(lower);
}

static void die_after_put(struct scene *scene, const char *name)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		struct pedigree_buf json = PEDIGREE_BUF_INIT;
		struct pedigree_record *record = sample(0);
		struct pedigree_backend *backend;

		pedigree_record_to_json(record, &json, NULL);
		const struct pedigree_delivery delivery = { .run = record->run,
							    .json = json.data,
							    .n = json.len };
		if (pedigree_backend_open(scene->config, name, 0, &backend,
					  NULL) ||
		    pedigree_backend_put(backend, &delivery, NULL) !=
			    PEDIGREE_DELIVERED)
			_exit(1);
		kill(getpid(), SIGKILL);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	/* Opened and closed, what the dead process left is in order again. */
	must_deliver(scene, name, record_of("other", 0, 50));
	assert_unchanged(scene, name, sample(0));
}

static void test_what_was_delivered_survives_the_process(void **state)
{
	(void)state;
	for_each(die_after_put);
}

static void cut_short(struct scene *scene, const char *name)
{
	struct pedigree_record *record = sample(0);
	struct pedigree_buf json = PEDIGREE_BUF_INIT;
	struct pedigree_backend *backend = NULL;

	assert_int_equal(pedigree_record_to_json(record, &json, NULL), 0);
	assert_int_equal(pedigree_backend_open(scene->config, name, 0, &backend,
					       NULL),
			 0);
	for (size_t n = 0; n < json.len; n += 7) {
		struct pedigree_error err = PEDIGREE_ERROR_INIT;
		char *copy = strndup(json.data, n);
		const struct pedigree_delivery delivery = { .run = record->run,
							    .json = copy,
							    .n = n };
		enum pedigree_outcome outcome =
			pedigree_backend_put(backend, &delivery, &err);

		assert_int_not_equal(outcome, PEDIGREE_RETRY);
		if (outcome == PEDIGREE_REJECTED)
			assert_true(err.code < 0 && *err.text);
		free(copy);
	}
	pedigree_backend_close(backend);
	pedigree_buf_clear(&json);
	pedigree_record_free(record);
}

static void test_what_is_no_record_is_never_tried_again(void **state)
{
	(void)state;
	for_each(cut_short);
}

static void mislabelled(struct scene *scene, const char *name)
{
	struct pedigree_record *record = sample(0);
	struct pedigree_buf json = PEDIGREE_BUF_INIT;
	struct pedigree_backend *backend = NULL;
	struct pedigree_error err = PEDIGREE_ERROR_INIT;

	assert_int_equal(pedigree_record_to_json(record, &json, NULL), 0);
	assert_int_equal(pedigree_backend_open(scene->config, name, 0, &backend,
					       NULL),
			 0);
	const struct pedigree_delivery delivery = { .run = "another",
						    .json = json.data,
						    .n = json.len };
	if (strcmp(name, "null") != 0)
		assert_int_equal(pedigree_backend_put(backend, &delivery, &err),
				 PEDIGREE_REJECTED);
	pedigree_backend_close(backend);
	pedigree_buf_clear(&json);
	pedigree_record_free(record);
}

static void test_a_record_under_another_name_is_rejected(void **state)
{
	(void)state;
	for_each(mislabelled);
}

static void no_memory(struct scene *scene, const char *name)
{
	struct pedigree_record *record = sample(0);
	struct pedigree_buf json = PEDIGREE_BUF_INIT;

	assert_int_equal(pedigree_record_to_json(record, &json, NULL), 0);
	const struct pedigree_delivery delivery = { .run = record->run,
						    .json = json.data,
						    .n = json.len };
	for (unsigned int n = 1;; n++) {
		struct pedigree_backend *backend = NULL;
		struct pedigree_error err = PEDIGREE_ERROR_INIT;
		enum pedigree_outcome outcome = PEDIGREE_RETRY;

		alloc_fail_at(n);
		if (pedigree_backend_open(scene->config, name, 0, &backend,
					  &err) == 0)
			outcome =
				pedigree_backend_put(backend, &delivery, &err);
		bool failed = alloc_failed();
		pedigree_backend_close(backend);
		if (!failed) {
			assert_int_equal(outcome, PEDIGREE_DELIVERED);
			assert_true(n > 1);
			break;
		}
		/* Some failures do no harm, the others pass. */
		if (outcome == PEDIGREE_REJECTED)
			fail_msg("%s, allocation %u: %s", name, n, err.text);
		if (outcome == PEDIGREE_RETRY)
			assert_int_equal(err.code, PEDIGREE_ENOMEM);
	}
	pedigree_buf_clear(&json);
	pedigree_record_free(record);
	assert_unchanged(scene, name, sample(0));
}

static void test_no_memory_is_never_the_records_fault(void **state)
{
	(void)state;
	for_each(no_memory);
}

static void test_a_data_folder_that_cannot_be_is_an_error(void **state)
{
	static const char *const flags[] = { "backend ledger.path=/dev/null/x",
					     "backend jsonl.path=/dev/null/x",
					     NULL };
	struct scene *scene = scene_new(flags);

	(void)state;
	for (size_t i = 0; pedigree_backends[i]; i++) {
		struct pedigree_error err = PEDIGREE_ERROR_INIT;
		const char *name = pedigree_backends[i]->name;
		enum pedigree_outcome outcome;

		if (!strcmp(name, "null") || pedigree_backends[i]->remote)
			continue;
		outcome = put_in(scene, name, sample(0), &err);
		assert_int_equal(outcome, PEDIGREE_RETRY);
		assert_int_equal(err.code, PEDIGREE_EIO);
		assert_non_null(strstr(err.text, "/dev/null"));
	}
	scene_free(scene);
}

static void private(struct scene *scene, const char *name)
{
	const char *folder = pedigree_config_data(scene->config);
	mode_t old = umask(0);
	struct dirent *entry;

	must_deliver(scene, name, sample(0));
	umask(old);
	DIR *dir = opendir(folder);
	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		struct stat st;

		assert_int_equal(fstatat(dirfd(dir), entry->d_name, &st, 0), 0);
		if (S_ISREG(st.st_mode))
			assert_int_equal(st.st_mode & 0777, 0600);
	}
	closedir(dir);
}

static void test_files_are_for_their_owner_only(void **state)
{
	(void)state;
	for_each(private);
}

static void test_an_unknown_backend_is_named_with_those_there_are(void **state)
{
	struct scene *scene = scene_new(NULL);
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree_backend *backend;

	(void)state;
	assert_int_equal(pedigree_backend_open(scene->config, "legder", 0,
					       &backend, &err),
			 PEDIGREE_ENOTFOUND);
	assert_non_null(strstr(err.text, "legder"));
	assert_non_null(strstr(err.text, "ledger"));
	scene_free(scene);
}

static void bare_open(struct pedigree_backend **ret_backend)
{
	static const struct pedigree_backend_ops ops = {
		.version = PEDIGREE_BACKEND_VERSION,
		.name = "bare",
		.summary = "can do nothing",
	};
	static struct pedigree_backend backend = { .ops = &ops };

	*ret_backend = &backend;
}

static void test_a_backend_that_takes_nothing_rejects(void **state)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree_backend *backend;
	const struct pedigree_delivery delivery = { .run = "r", .json = "" };

	(void)state;
	bare_open(&backend);
	assert_int_equal(pedigree_backend_put(backend, &delivery, &err),
			 PEDIGREE_REJECTED);
	assert_int_equal(err.code, PEDIGREE_EUNSUPPORTED);
	pedigree_backend_close(backend);
	pedigree_backend_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_backend_describes_itself),
		cmocka_unit_test(test_a_delivery_made_twice_changes_nothing),
		cmocka_unit_test(test_a_lower_revision_changes_nothing),
		cmocka_unit_test(test_what_was_delivered_survives_the_process),
		cmocka_unit_test(test_what_is_no_record_is_never_tried_again),
		cmocka_unit_test(test_a_record_under_another_name_is_rejected),
		cmocka_unit_test(test_no_memory_is_never_the_records_fault),
		cmocka_unit_test(test_a_data_folder_that_cannot_be_is_an_error),
		cmocka_unit_test(test_files_are_for_their_owner_only),
		cmocka_unit_test(
			test_an_unknown_backend_is_named_with_those_there_are),
		cmocka_unit_test(test_a_backend_that_takes_nothing_rejects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
