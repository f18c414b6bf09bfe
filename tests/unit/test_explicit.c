/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs that say what they know, from C and without a run around them.
 */
#include "config.h"

#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <pedigree/capture.h>
#include <pedigree/lineage.h>

#include "base/fs.h"
#include "evlog/reader.h"
#include "tests/unit/support/folder.h"

#define THREADS 16
#define EACH 15 /* a trial component has 300 parameters at most */

static struct pedigree *pedigree;
static struct pedigree_error err;

static int open_home(void **state)
{
	const int rc = test_folder_make(state);

	setenv("PEDIGREE_HOME", test_folder, 1);
	setenv("XDG_CONFIG_HOME", test_folder, 1);
	unsetenv("PEDIGREE_DISABLE");
	return rc || pedigree_open(NULL, &pedigree, NULL);
}

static int close_home(void **state)
{
	pedigree_close(pedigree);
	return test_folder_remove(state);
}

static struct pedigree_run *begin(const char *name)
{
	struct pedigree_run *run = NULL;

	err = (struct pedigree_error)PEDIGREE_ERROR_INIT;
	if (pedigree_run_begin(pedigree, name, &run, &err) < 0)
		fail_msg("begin: %s", err.text);
	return run;
}

static void end(struct pedigree_run *run)
{
	if (pedigree_run_end(run, PEDIGREE_RUN_COMPLETED, NULL, &err) < 0)
		fail_msg("end: %s", err.text);
}

/* What DescribeTrialComponent answers, to be freed. */
static char *describe(const char *name)
{
	struct pedigree_client *client;
	char request[200], *answer = NULL;

	snprintf(request, sizeof(request), "{\"TrialComponentName\": \"%s\"}",
		 name);
	assert_int_equal(pedigree_client_open(pedigree, NULL, &client, NULL),
			 0);
	if (pedigree_client_call(client, "DescribeTrialComponent", request,
				 &answer, &err) < 0)
		fail_msg("%s: %s", name, err.text);
	pedigree_client_close(client);
	return answer;
}

static void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no %s in %s", part, text);
}

/* The folder of the run called so, which has not ended. */
static const char *folder_of(const char *name)
{
	static char path[4096];
	char command[8192];
	FILE *found;
	size_t n;

	snprintf(command, sizeof(command), "ls -d %s/spool/runs/%s-??????",
		 test_folder, name);
	found = popen(command, "r");
	assert_non_null(found);
	n = fread(path, 1, sizeof(path) - 1, found);
	assert_int_equal(pclose(found), 0);
	path[n - 1] = '\0';
	return path;
}

static void test_arguments_that_make_no_sense_are_refused(void **state)
{
	struct pedigree_run *run = begin("mistakes");
	char *much = calloc(1, 70000);

	(void)state;
	memset(much, 'x', 69999);
	assert_int_equal(pedigree_run_begin(NULL, "x", &run, NULL),
			 PEDIGREE_EINVAL);
	assert_int_equal(pedigree_run_input(run, NULL, NULL, NULL),
			 PEDIGREE_EINVAL);
	assert_int_equal(pedigree_run_output(run, "", "Model", NULL),
			 PEDIGREE_EINVAL);
	assert_int_equal(pedigree_run_param(run, "", "x", NULL),
			 PEDIGREE_EINVAL);
	assert_int_equal(pedigree_run_tag(run, "x", NULL, NULL),
			 PEDIGREE_EINVAL);
	assert_int_equal(pedigree_run_metric(run, "x", (double)NAN, -1, NULL),
			 PEDIGREE_EINVAL);
	assert_int_equal(pedigree_run_metric(run, "x", (double)INFINITY, 0,
					     NULL),
			 PEDIGREE_EINVAL);
	assert_int_equal(pedigree_run_deploy(run, "e", "no-arn", NULL, NULL),
			 PEDIGREE_EINVAL);
	assert_int_equal(pedigree_run_param(run, "x", much, NULL),
			 PEDIGREE_ELIMIT);
	much[60000] = '\0';
	assert_int_equal(pedigree_run_param(run, "x", much, NULL), 0);
	end(run);
	free(much);
}

static void test_a_run_that_could_not_begin_takes_everything(void **state)
{
	(void)state;
	assert_int_equal(pedigree_run_input(NULL, "x", NULL, NULL), 0);
	assert_int_equal(pedigree_run_metric(NULL, "x", 1, 1, NULL), 0);
	assert_int_equal(pedigree_run_joined(NULL), 0);
	assert_string_equal(pedigree_run_name(NULL), "");
	assert_int_equal(pedigree_run_end(NULL, PEDIGREE_RUN_FAILED, "x", NULL),
			 0);
}

static void test_what_was_declared_is_in_the_log_at_once(void **state)
{
	struct pedigree_run *run = begin("at-once");
	struct pedigree_evlog *log = pedigree_evlog_new();
	const struct pedigree_event *last;

	(void)state;
	assert_int_equal(pedigree_run_metric(run, "loss", 0.1, 7, NULL), 0);
	assert_int_equal(
		pedigree_evlog_read(log, folder_of("at-once"), NULL, NULL), 0);
	last = &log->events[log->n_events - 1];
	assert_int_equal(last->type, PEDIGREE_EV_POINT);
	assert_string_equal(last->text, "loss");
	assert_string_equal(last->text2, "0.1");
	assert_string_equal(last->text3, "7");
	assert_int_equal(log->processes[last->process].pid, getpid());
	assert_int_equal(log->loss.bad_frames, 0);
	pedigree_evlog_free(log);
	end(run);
}

static void test_metrics_are_summed_up(void **state)
{
	static const double values[] = { 4, 1, 1 };
	struct pedigree_run *run = begin("metrics");
	char *answer;

	(void)state;
	for (size_t i = 0; i < 3; i++)
		pedigree_run_metric(run, "loss", values[i], (int64_t)i, NULL);
	pedigree_run_metric(run, "auc", 0.75, -1, NULL);
	end(run);
	answer = describe("metrics");
	assert_has(answer, "\"MetricName\":\"loss\"");
	assert_has(answer, "\"Max\":4");
	assert_has(answer, "\"Min\":1");
	assert_has(answer, "\"Last\":1");
	assert_has(answer, "\"Avg\":2");
	assert_has(answer, "\"StdDev\":1.41421356237");
	assert_has(answer, "\"Count\":3");
	assert_has(answer, "\"Last\":0.75");
	free(answer);
}

struct work {
	struct pedigree_run *shared;
	int number;
};

static void *declare(void *ctx)
{
	const struct work *work = ctx;
	char name[32], value[32];
	struct pedigree_run *own;
	intptr_t failures = 0;

	snprintf(name, sizeof(name), "thread-%d", work->number);
	failures += pedigree_run_begin(pedigree, name, &own, NULL) < 0;
	for (int i = 0; i < EACH; i++) {
		snprintf(name, sizeof(name), "k%d-%d", work->number, i);
		snprintf(value, sizeof(value), "%d", i);
		failures +=
			pedigree_run_param(work->shared, name, value, NULL) < 0;
		failures += pedigree_run_param(own, name, value, NULL) < 0;
	}
	failures +=
		pedigree_run_end(own, PEDIGREE_RUN_COMPLETED, NULL, NULL) < 0;
	return (void *)failures;
}

static void assert_params(const char *run, int number)
{
	char part[64], *answer = describe(run);

	for (int i = 0; i < EACH; i++) {
		snprintf(part, sizeof(part), "\"k%d-%d\":{\"NumberValue\":%d",
			 number, i, i);
		assert_has(answer, part);
	}
	free(answer);
}

static void test_threads_share_a_run_and_have_their_own(void **state)
{
	struct pedigree_run *run = begin("shared");
	struct work work[THREADS];
	pthread_t threads[THREADS];

	(void)state;
	for (int i = 0; i < THREADS; i++) {
		work[i] = (struct work){ run, i };
		assert_int_equal(pthread_create(&threads[i], NULL, declare,
						&work[i]),
				 0);
	}
	for (int i = 0; i < THREADS; i++) {
		void *failures;

		pthread_join(threads[i], &failures);
		assert_null(failures);
	}
	end(run);
	for (int i = 0; i < THREADS; i++) {
		char name[32];

		snprintf(name, sizeof(name), "thread-%d", i);
		assert_params("shared", i);
		assert_params(name, i);
	}
}

static void test_a_child_goes_on_with_its_copy(void **state)
{
	struct pedigree_run *run = begin("forked");
	char *answer;
	int status;
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		status = pedigree_run_param(run, "child", "1", NULL);
		status |= pedigree_run_end(run, PEDIGREE_RUN_FAILED,
					   "not the run's", NULL);
		_exit(status != 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	pedigree_run_param(run, "parent", "2", NULL);
	end(run);
	answer = describe("forked");
	assert_has(answer, "\"child\":{\"NumberValue\":1");
	assert_has(answer, "\"parent\":{\"NumberValue\":2");
	assert_has(answer, "\"PrimaryStatus\":\"Completed\"");
	free(answer);
}

static void test_a_run_in_a_repository_asks_git(void **state)
{
	char *was = getcwd(NULL, 0);
	struct pedigree_run *run;
	char *answer;

	(void)state;
	assert_non_null(was);
	assert_int_equal(mkdir(test_path("repository"), 0700), 0);
	assert_int_equal(chdir(test_path("repository")), 0);
	assert_int_equal(system("git init -q && git -c user.name=Ann "
				"-c user.email=ann@example.org "
				"commit -q --allow-empty -m Begin"),
			 0);
	alarm(60);
	run = begin("versioned");
	end(run);
	alarm(0);
	assert_int_equal(chdir(was), 0);
	free(was);
	answer = describe("versioned");
	assert_has(answer, "\"CommitId\":\"");
	free(answer);
}

static void test_a_log_that_is_gone_is_told(void **state)
{
	struct pedigree_run *run = begin("gone");

	(void)state;
	assert_int_equal(pedigree_remove_tree(folder_of("gone"), NULL), 0);
	assert_int_equal(pedigree_run_param(run, "x", "y", &err), PEDIGREE_EIO);
	assert_non_null(strstr(err.text, ".events"));
	assert_true(pedigree_run_end(run, PEDIGREE_RUN_COMPLETED, NULL, NULL) <
		    0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arguments_that_make_no_sense_are_refused),
		cmocka_unit_test(
			test_a_run_that_could_not_begin_takes_everything),
		cmocka_unit_test(test_what_was_declared_is_in_the_log_at_once),
		cmocka_unit_test(test_metrics_are_summed_up),
		cmocka_unit_test(test_threads_share_a_run_and_have_their_own),
		cmocka_unit_test(test_a_child_goes_on_with_its_copy),
		cmocka_unit_test(test_a_run_in_a_repository_asks_git),
		cmocka_unit_test(test_a_log_that_is_gone_is_told),
	};

	return cmocka_run_group_tests(tests, open_home, close_home);
}
