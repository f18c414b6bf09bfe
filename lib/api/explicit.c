/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs that say what they know.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <link.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/wait.h>
#include <unistd.h>

#include <pedigree/capture.h>

#include "api/api.h"
#include "api/session.h"
#include "base/err.h"
#include "base/fs.h"
#include "hooks/declare.h"
#include "rules/redact.h"
#include "run/run.h"

struct pedigree_run {
	struct pedigree_declarations log;
	struct pedigree_session *session; /* NULL: joined, or switched off */
	char *name;
	pid_t pid; /* who began it */
	bool off;
};

static const char *const outcomes[] = {
	[PEDIGREE_RUN_COMPLETED] = "Completed",
	[PEDIGREE_RUN_FAILED] = "Failed",
	[PEDIGREE_RUN_STOPPED] = "Stopped",
};

/*
 * `making` is held while a run is made (which asks libc what only one thread
 * may ask), `calls` for the time of one declaration. fork waits for both, so
 * that a child finds them free and its copy of every log between two events.
 */
static pthread_mutex_t making = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t calls = PTHREAD_MUTEX_INITIALIZER;
/* This thread makes a run, and forks to ask git. */
static __thread bool is_making;

static void before_fork(void)
{
	if (!is_making)
		pthread_mutex_lock(&making);
	pthread_mutex_lock(&calls);
}

static void after_fork(void)
{
	pthread_mutex_unlock(&calls);
	if (!is_making)
		pthread_mutex_unlock(&making);
}

static void watch_forks(void)
{
	pthread_atfork(before_fork, after_fork, after_fork);
}

/* Numbers are read and written with a point, wherever the program lives. */
static locale_t plain_numbers(void)
{
	locale_t plain = newlocale(LC_NUMERIC_MASK, "C",
				   duplocale(uselocale((locale_t)0)));

	return plain ? uselocale(plain) : (locale_t)0;
}

static void own_numbers(locale_t before)
{
	if (before)
		freelocale(uselocale(before));
}

/* The folder of the run whose shim the loader mapped into this process. */
static int look_at(struct dl_phdr_info *info, size_t size, void *data)
{
	static const char shim[] = "/" PEDIGREE_SHIM_NAME;
	const char *path = info->dlpi_name;
	struct pedigree_buf *folder = data;
	size_t n = path ? strlen(path) : 0, tail = sizeof(shim) - 1;

	(void)size;
	if (n <= tail || path[0] != '/' || strcmp(path + n - tail, shim) != 0)
		return 0;
	pedigree_buf_reset(folder);
	pedigree_buf_add(folder, path, n - tail);
	pedigree_buf_add_str(folder, "/" PEDIGREE_BEGIN_NAME);
	if (pedigree_buf_error(folder) || access(folder->data, F_OK) < 0) {
		pedigree_buf_reset(folder);
		return 0;
	}
	pedigree_buf_cut(folder, n - tail);
	return 1;
}

static int write_down(struct pedigree_run *run, enum pedigree_event_type type,
		      const char *const *texts, struct pedigree_error *err)
{
	int rc;

	if (run->off)
		return 0;
	pthread_mutex_lock(&calls);
	rc = pedigree_declare(&run->log, type, texts);
	pthread_mutex_unlock(&calls);
	if (rc == -E2BIG)
		return pedigree_fail(err, PEDIGREE_ELIMIT,
				     "%s: %zu bytes of text are too much",
				     pedigree_event_word(type),
				     strlen(texts[0]) +
					     (texts[1] ? strlen(texts[1]) : 0));
	if (rc == -EBADF)
		return pedigree_fail(err, PEDIGREE_EIO,
				     "the run '%s' has no event log",
				     run->name);
	if (rc < 0) {
		errno = -rc;
		return pedigree_fail_errno(err, "cannot write to %s",
					   run->log.path);
	}
	return 0;
}

/* True when the run takes part in the surrounding one. */
static bool join(struct pedigree_run *run)
{
	_cleanup_buf_ struct pedigree_buf folder = PEDIGREE_BUF_INIT;
	const char *const texts[] = { run->name, NULL };

	if (!dl_iterate_phdr(look_at, &folder) || pedigree_buf_error(&folder))
		return false;
	if (pedigree_declare_open(&run->log, folder.data, NULL, NULL) < 0)
		return false;
	pedigree_declare(&run->log, PEDIGREE_EV_BEGIN, texts);
	return true;
}

/* The arguments of this process, in one block; NULL: out of memory. */
static char **own_argv(void)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	_cleanup_file_ FILE *file = fopen("/proc/self/cmdline", "re");
	size_t n = 0, argc = 0;
	char bytes[4096], **argv, *copy;

	while (file && (n = fread(bytes, 1, sizeof(bytes), file)) > 0)
		pedigree_buf_add(&text, bytes, n);
	if (!text.len)
		pedigree_buf_add(&text, "program", sizeof("program"));
	if (pedigree_buf_error(&text))
		return NULL;
	for (size_t i = 0; i < text.len; i++)
		argc += !text.data[i];
	argv = malloc((argc + 2) * sizeof(*argv) + text.len + 1);
	if (!argv)
		return NULL;
	copy = memcpy((char *)(argv + argc + 2), text.data, text.len + 1);
	argc = 0;
	for (size_t i = 0; i < text.len; i += strlen(copy + i) + 1)
		argv[argc++] = copy + i;
	argv[argc] = NULL;
	return argv;
}

/* The program's file; "" when it has no absolute path. */
static const char *own_program(char path[PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - 1);

	path[n > 0 && path[0] == '/' ? n : 0] = '\0';
	return path;
}

static int open_own(struct pedigree_run *run, const struct pedigree *pedigree,
		    struct pedigree_error *err)
{
	const struct pedigree_run_facts *facts =
		pedigree_session_facts(run->session);
	_cleanup_buf_ struct pedigree_buf folder = PEDIGREE_BUF_INIT;
	char program[PATH_MAX];
	int rc;

	if (!facts->run)
		return 0; /* the record will say why */
	pedigree_spool_folder(pedigree->config, facts->run, &folder);
	if (pedigree_buf_error(&folder))
		return pedigree_fail_memory(err);
	rc = pedigree_declare_open(&run->log, folder.data, own_program(program),
				   facts->cwd);
	if (rc == 0)
		rc = pedigree_declare_blind(&run->log,
					    PEDIGREE_BLIND_DECLARED_ONLY);
	if (rc < 0) {
		errno = -rc;
		return pedigree_fail_errno(err, "cannot write to %s",
					   run->log.path);
	}
	return pedigree_session_started(run->session, getpid(), err);
}

static int make_own(struct pedigree_run *run, const struct pedigree *pedigree,
		    struct pedigree_error *err)
{
	_cleanup_free_ char **argv = own_argv();
	struct pedigree_session_spec spec = {
		.argv = (const char *const *)argv,
		.name = *run->name ? run->name : NULL,
	};
	char *name;
	int rc;

	if (!argv)
		return pedigree_fail_memory(err);
	rc = pedigree_session_make(pedigree, &spec, true, &run->session, err);
	if (rc < 0)
		return rc;
	name = strdup(pedigree_session_name(run->session));
	if (name) {
		free(run->name);
		run->name = name;
		rc = open_own(run, pedigree, err);
	} else {
		rc = pedigree_fail_memory(err);
	}
	if (rc < 0)
		pedigree_session_cancel(run->session);
	return rc;
}

static void release(struct pedigree_run *run)
{
	pthread_mutex_lock(&calls);
	pedigree_declare_close(&run->log);
	pthread_mutex_unlock(&calls);
	pedigree_session_free(run->session);
	free(run->name);
	free(run);
}

int pedigree_run_begin(const struct pedigree *pedigree, const char *name,
		       struct pedigree_run **ret_run,
		       struct pedigree_error *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct pedigree_run *run;
	int rc = 0;

	if (!pedigree || !ret_run)
		return pedigree_fail(
			err, PEDIGREE_EINVAL,
			"pedigree_run_begin: an argument is missing");
	run = calloc(1, sizeof(*run));
	if (run)
		run->name = strdup(name ? name : "");
	if (!run || !run->name) {
		free(run);
		return pedigree_fail_memory(err);
	}
	pthread_once(&once, watch_forks);
	run->pid = getpid();
	run->off = pedigree_disabled(pedigree) != 0;
	pthread_mutex_lock(&making);
	is_making = true;
	if (!run->off && !join(run))
		rc = make_own(run, pedigree, err);
	is_making = false;
	pthread_mutex_unlock(&making);
	if (rc < 0) {
		release(run);
		return rc;
	}
	*ret_run = run;
	return 0;
}

const char *pedigree_run_name(const struct pedigree_run *run)
{
	return run ? run->name : "";
}

int pedigree_run_joined(const struct pedigree_run *run)
{
	return run && !run->off && !run->session;
}

static int missing(const char *what, struct pedigree_error *err)
{
	return pedigree_fail(err, PEDIGREE_EINVAL, "%s is missing or empty",
			     what);
}

/* Paths are made absolute while the current folder is what it is. */
static int clean_uri(const char *given, struct pedigree_buf *uri,
		     struct pedigree_error *err)
{
	char cwd[PATH_MAX];

	if (strstr(given, "://"))
		pedigree_redact_url(uri, given);
	else if (given[0] == '/' || !getcwd(cwd, sizeof(cwd)))
		pedigree_buf_add_str(uri, given);
	else
		pedigree_path_join(uri, cwd, given);
	return pedigree_buf_error(uri) ? pedigree_fail_memory(err) : 0;
}

static int declare_file(struct pedigree_run *run, enum pedigree_event_type type,
			const char *uri, const char *kind,
			struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf clean = PEDIGREE_BUF_INIT;
	int rc;

	if (!run)
		return 0;
	if (!uri || !*uri)
		return missing("the URI", err);
	rc = clean_uri(uri, &clean, err);
	if (rc < 0)
		return rc;
	const char *const texts[] = { clean.data, kind && *kind ? kind : NULL,
				      NULL };
	return write_down(run, type, texts, err);
}

int pedigree_run_input(struct pedigree_run *run, const char *uri,
		       const char *type, struct pedigree_error *err)
{
	return declare_file(run, PEDIGREE_EV_INPUT, uri, type, err);
}

int pedigree_run_output(struct pedigree_run *run, const char *uri,
			const char *type, struct pedigree_error *err)
{
	return declare_file(run, PEDIGREE_EV_OUTPUT, uri, type, err);
}

static int declare_pair(struct pedigree_run *run, enum pedigree_event_type type,
			const char *key, const char *value,
			struct pedigree_error *err)
{
	if (!run)
		return 0;
	if (!key || !*key || !value)
		return missing(!key || !*key ? "the key" : "the value", err);
	const char *const texts[] = {
		key,
		pedigree_secret_name(key) || pedigree_secret_value(value)
			? PEDIGREE_REDACTED
			: value,
		NULL
	};
	return write_down(run, type, texts, err);
}

int pedigree_run_param(struct pedigree_run *run, const char *key,
		       const char *value, struct pedigree_error *err)
{
	return declare_pair(run, PEDIGREE_EV_PARAM, key, value, err);
}

int pedigree_run_tag(struct pedigree_run *run, const char *key,
		     const char *value, struct pedigree_error *err)
{
	return declare_pair(run, PEDIGREE_EV_TAG, key, value, err);
}

int pedigree_run_metric(struct pedigree_run *run, const char *name,
			double value, int64_t step, struct pedigree_error *err)
{
	char number[32], steps[24];
	const char *const texts[] = { name, number, step < 0 ? NULL : steps,
				      NULL };
	locale_t before;

	if (!run)
		return 0;
	if (!name || !*name)
		return missing("the metric's name", err);
	if (!isfinite(value))
		return pedigree_fail(err, PEDIGREE_EINVAL,
				     "%s: %f is no value of a metric", name,
				     value);
	before = plain_numbers();
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(number, sizeof(number), "%.*g", digits, value);
		if (strtod(number, NULL) == value)
			break;
	}
	own_numbers(before);
	snprintf(steps, sizeof(steps), "%" PRId64, step);
	return write_down(run,
			  step < 0 ? PEDIGREE_EV_METRIC : PEDIGREE_EV_POINT,
			  texts, err);
}

int pedigree_run_deploy(struct pedigree_run *run, const char *endpoint,
			const char *arn, const char *model,
			struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf uri = PEDIGREE_BUF_INIT;
	int rc = 0;

	if (!run)
		return 0;
	if (!endpoint || !*endpoint)
		return missing("the endpoint's name", err);
	if (arn && *arn && strncmp(arn, "arn:", 4) != 0)
		return pedigree_fail(err, PEDIGREE_EINVAL, "'%s' is not an ARN",
				     arn);
	if (model && *model)
		rc = clean_uri(model, &uri, err);
	if (rc < 0)
		return rc;
	const char *const texts[] = { endpoint, arn ? arn : "", uri.data,
				      NULL };
	return write_down(run, PEDIGREE_EV_DEPLOY, texts, err);
}

static int finish(struct pedigree_run *run, bool completed,
		  struct pedigree_error *err)
{
	locale_t before = plain_numbers();
	int rc = pedigree_session_ended(run->session,
					completed ? 0 : W_EXITCODE(1, 0), err);

	if (rc == 0)
		rc = pedigree_session_finish(run->session, NULL, NULL, NULL,
					     err);
	own_numbers(before);
	return rc;
}

int pedigree_run_end(struct pedigree_run *run,
		     enum pedigree_run_outcome outcome, const char *message,
		     struct pedigree_error *err)
{
	int rc = 0;

	if (!run)
		return 0;
	if ((unsigned int)outcome >= PEDIGREE_COUNT(outcomes))
		outcome = PEDIGREE_RUN_STOPPED;
	if (message && pedigree_secret_value(message))
		message = PEDIGREE_REDACTED;
	if (run->pid == getpid() && !run->off) {
		char text[1025];
		const char *const texts[] = { run->name, outcomes[outcome],
					      message ? text : NULL, NULL };

		snprintf(text, sizeof(text), "%s", message ? message : "");
		if (run->log.header)
			rc = write_down(run, PEDIGREE_EV_END, texts, err);
		if (run->session) {
			int failure = finish(
				run, outcome == PEDIGREE_RUN_COMPLETED, err);

			rc = rc ? rc : failure;
		}
	}
	release(run);
	return rc;
}
