/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A run made by a program that starts another one.
 */
#include "config.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <pedigree/capture.h>

#include "api/api.h"
#include "api/session.h"
#include "base/buf.h"
#include "base/err.h"
#include "rules/redact.h"
#include "run/gc.h"
#include "run/recipe.h"
#include "run/run.h"
#include "store/store.h"

struct pedigree_session {
	const struct pedigree_config *config;
	struct pedigree_run_facts facts;
	struct pedigree_buf preload; /* empty: the run is not captured */
	struct pedigree_buf trouble;
	struct pedigree_run_summary summary;
	int lock;
};

static bool copy_text(char **to, const char *from)
{
	if (!from)
		return true;
	*to = strdup(from);
	return *to != NULL;
}

static bool copy_pairs(struct pedigree_pairs *to, const char *const *from)
{
	for (; from && *from; from++) {
		const char *equals = strchr(*from, '=');
		_cleanup_free_ char *key = NULL;

		if (!equals)
			continue;
		key = strndup(*from, (size_t)(equals - *from));
		if (!key || pedigree_pairs_set(to, key, equals + 1) < 0)
			return false;
	}
	return true;
}

#define COPY_LIST(to, from) \
	({ \
		bool ok_ = true; \
		const char *const *at_ = (from); \
		for (; ok_ && at_ && *at_; at_++) { \
			char **new_ = pedigree_vec_push(to); \
			ok_ = new_ && copy_text(new_, *at_); \
		} \
		ok_; \
	})

static bool copy_argv(struct pedigree_run_facts *facts, const char *const *argv)
{
	size_t n = 0;

	while (argv[n])
		n++;
	facts->argv = calloc(n + 1, sizeof(*facts->argv));
	if (!facts->argv)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!copy_text(&facts->argv[i], argv[i]))
			return false;
	return true;
}

/* A folder that was removed has no path; the kernel knows its last one, and
   says with it that it was deleted. "/" would be another folder. */
static bool copy_cwd(struct pedigree_run_facts *facts)
{
	char cwd[PATH_MAX];
	ssize_t n = 0;

	if (getcwd(cwd, sizeof(cwd)))
		return copy_text(&facts->cwd, cwd);
	n = readlink("/proc/self/cwd", cwd, sizeof(cwd) - 1);
	cwd[n > 0 ? n : 0] = '\0';
	return copy_text(&facts->cwd, cwd[0] == '/' ? cwd : "/");
}

static bool copy_user(struct pedigree_run_facts *facts)
{
	const char *home = getenv("HOME");
	const struct passwd *user = getpwuid(geteuid());
	char number[32];

	snprintf(number, sizeof(number), "%u", (unsigned int)geteuid());
	if (!home || !*home)
		home = user ? user->pw_dir : "";
	return copy_text(&facts->user, user ? user->pw_name : number) &&
	       copy_text(&facts->home, home);
}

/*
 * Regular files among the descriptors that the command will inherit: the
 * shim does not see them being opened ("> result.csv" is the shell's open).
 */
static bool note_inherited(struct pedigree_run_facts *facts)
{
	DIR *folder = opendir("/proc/self/fd");
	struct dirent *entry;
	bool ok = true;

	while (folder && ok && (entry = readdir(folder)) != NULL) {
		struct pedigree_inherited *file;
		char link[64], path[PATH_MAX];
		int fd = atoi(entry->d_name), flags;
		struct stat st;
		ssize_t n;

		if (entry->d_name[0] == '.' || fcntl(fd, F_GETFD) != 0 ||
		    fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
		    st.st_nlink == 0)
			continue;
		snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		n = readlink(link, path, sizeof(path) - 1);
		flags = fcntl(fd, F_GETFL);
		if (n <= 0 || path[0] != '/' || flags < 0 || flags & O_PATH)
			continue;
		path[n] = '\0';
		file = pedigree_vec_push(&facts->inherited);
		if (!file || !copy_text(&file->path, path)) {
			ok = false;
			break;
		}
		file->fd = fd;
		file->read = (flags & O_ACCMODE) != O_WRONLY;
		file->written = (flags & O_ACCMODE) != O_RDONLY;
	}
	if (folder)
		closedir(folder);
	return ok;
}

/* "" is as good as nothing: scripts pass on empty variables. */
static const char *chosen(const struct pedigree *pedigree, const char *given,
			  const char *setting)
{
	const char *value =
		given && *given ? given : pedigree_setting(pedigree, setting);

	return value && *value ? value : NULL;
}

/* What somebody calls it may be an endpoint's URL, with a key in it. */
static bool copy_name(char **to, const char *from)
{
	_cleanup_buf_ struct pedigree_buf safe = PEDIGREE_BUF_INIT;

	if (!from || (!strstr(from, "://") && !pedigree_secret_value(from)))
		return copy_text(to, from);
	pedigree_redact_arg(&safe, NULL, from);
	*to = pedigree_buf_take(&safe);
	return *to != NULL;
}

/* The endpoint's name, with which its ARN ends; NULL: none is in it. */
static const char *name_in_arn(const char *arn)
{
	const char *last = arn && *arn ? strrchr(arn, ':') : NULL;
	const char *slash = last ? strrchr(last, '/') : NULL;

	last = slash ? slash : last;
	return last && last[1] ? last + 1 : NULL;
}

static const char *chosen_endpoint(const struct pedigree *pedigree,
				   const struct pedigree_session_spec *spec)
{
	const char *named = name_in_arn(spec->endpoint_arn);

	if (named && !(spec->endpoint && *spec->endpoint))
		return named;
	return chosen(pedigree, spec->endpoint, "run.endpoint");
}

static bool fill(struct pedigree_session *session,
		 const struct pedigree *pedigree,
		 const struct pedigree_session_spec *spec, bool own)
{
	struct pedigree_run_facts *facts = &session->facts;
	struct pedigree_deployment *deployment = &facts->deployment;
	struct utsname host;

	facts->deploy = spec->deploy != 0;
	facts->watched = spec->watched != 0;
	facts->git_dirty = -1;
	if (uname(&host) < 0)
		snprintf(host.nodename, sizeof(host.nodename), "localhost");
	return copy_argv(facts, spec->argv) &&
	       pedigree_redacted_note(facts) == 0 && copy_cwd(facts) &&
	       copy_user(facts) && copy_text(&facts->host, host.nodename) &&
	       copy_name(&facts->name,
			 spec->deploy
				 ? spec->name
				 : chosen(pedigree, spec->name, "run.name")) &&
	       copy_name(&facts->experiment, chosen(pedigree, spec->experiment,
						    "run.experiment")) &&
	       pedigree_environment_read(session->config, environ, facts) ==
		       0 &&
	       copy_pairs(&facts->params, spec->params) &&
	       copy_pairs(&facts->tags, spec->tags) &&
	       COPY_LIST(&facts->inputs, spec->inputs) &&
	       COPY_LIST(&facts->outputs, spec->outputs) &&
	       (spec->deploy || copy_name(&facts->serve, spec->serve)) &&
	       (spec->deploy || own ||
		copy_text(&facts->steps,
			  chosen(pedigree, spec->steps, "run.steps"))) &&
	       (!spec->deploy ||
		(copy_name(&deployment->endpoint,
			   chosen_endpoint(pedigree, spec)) &&
		 copy_text(&deployment->endpoint_arn, spec->endpoint_arn) &&
		 COPY_LIST(&deployment->models, spec->models))) &&
	       (own || note_inherited(facts));
}

static int check(const struct pedigree_session_spec *spec,
		 struct pedigree_error *err)
{
	if (!spec->argv || !spec->argv[0])
		return pedigree_fail(err, PEDIGREE_EINVAL,
				     "there is no command to run");
	if (spec->endpoint_arn && *spec->endpoint_arn &&
	    (strncmp(spec->endpoint_arn, "arn:", 4) != 0 ||
	     !name_in_arn(spec->endpoint_arn)))
		return pedigree_fail(err, PEDIGREE_EINVAL, "'%s' is not an ARN",
				     spec->endpoint_arn);
	if (spec->steps && strcmp(spec->steps, "auto") != 0 &&
	    strcmp(spec->steps, "rules") != 0 && strcmp(spec->steps, "no") != 0)
		return pedigree_fail(err, PEDIGREE_EINVAL,
				     "'%s' is not rules, auto or no",
				     spec->steps);
	return 0;
}

static int note_trouble(struct pedigree_session *session, bool renamed,
			const char *wanted)
{
	if (session->facts.no_capture)
		pedigree_buf_addf(&session->trouble,
				  "the run is not captured: %s",
				  session->facts.no_capture);
	else if (renamed)
		pedigree_buf_addf(
			&session->trouble,
			"there is a run '%s' already; this one is called %s",
			wanted, session->facts.name);
	return pedigree_buf_error(&session->trouble) ? PEDIGREE_ENOMEM : 0;
}

int pedigree_session_make(const struct pedigree *pedigree,
			  const struct pedigree_session_spec *spec, bool own,
			  struct pedigree_session **ret_session,
			  struct pedigree_error *err)
{
	_cleanup_free_ char *wanted = NULL;
	struct pedigree_session *session;
	bool renamed = false;
	int rc;

	if (!pedigree || !spec || !ret_session)
		return pedigree_fail(
			err, PEDIGREE_EINVAL,
			"pedigree_session_begin: an argument is missing");
	rc = check(spec, err);
	if (rc < 0)
		return rc;
	session = calloc(1, sizeof(*session));
	if (!session)
		return pedigree_fail_memory(err);
	session->config = pedigree->config;
	session->lock = -1;
	pedigree_buf_init(&session->preload);
	pedigree_buf_init(&session->trouble);
	if (!fill(session, pedigree, spec, own) ||
	    !copy_text(&wanted, session->facts.name))
		rc = pedigree_fail_memory(err);
	if (rc == 0)
		rc = pedigree_spool_begin(session->config, &session->facts,
					  &renamed,
					  own ? NULL : &session->preload,
					  &session->lock, err);
	if (rc == 0 && note_trouble(session, renamed, wanted) < 0)
		rc = pedigree_fail_memory(err);
	if (rc < 0) {
		pedigree_session_free(session);
		return rc;
	}
	*ret_session = session;
	return 0;
}

int pedigree_session_begin(const struct pedigree *pedigree,
			   const struct pedigree_session_spec *spec,
			   struct pedigree_session **ret_session,
			   struct pedigree_error *err)
{
	return pedigree_session_make(pedigree, spec, false, ret_session, err);
}

const struct pedigree_run_facts *
pedigree_session_facts(const struct pedigree_session *session)
{
	return &session->facts;
}

const char *pedigree_session_name(const struct pedigree_session *session)
{
	return session->facts.name;
}

const char *pedigree_session_preload(const struct pedigree_session *session)
{
	return session->preload.len ? session->preload.data : NULL;
}

const char *pedigree_session_trouble(const struct pedigree_session *session)
{
	return session->trouble.len ? session->trouble.data : NULL;
}

int pedigree_session_started(struct pedigree_session *session, pid_t pid,
			     struct pedigree_error *err)
{
	return pedigree_spool_started(session->config, &session->facts, pid,
				      err);
}

int pedigree_session_ended(struct pedigree_session *session, int wait_status,
			   struct pedigree_error *err)
{
	return pedigree_spool_ended(session->config, &session->facts,
				    wait_status, err);
}

uint64_t pedigree_session_patience(const struct pedigree_session *session)
{
	return pedigree_config_ms(session->config, "run", "finish_timeout");
}

struct asking {
	int (*keep_on)(void *ctx, uint64_t done, uint64_t all);
	void *ctx;
};

static bool ask(void *ctx, uint64_t done, uint64_t all)
{
	const struct asking *asking = ctx;

	return asking->keep_on(asking->ctx, done, all) != 0;
}

int pedigree_session_finish(struct pedigree_session *session,
			    int (*keep_on)(void *ctx, uint64_t done,
					   uint64_t all),
			    void *ctx,
			    struct pedigree_session_summary *ret_summary,
			    struct pedigree_error *err)
{
	struct asking asking = { .keep_on = keep_on, .ctx = ctx };
	struct pedigree_run_summary *summary = &session->summary;
	int rc;

	pedigree_run_summary_clear(summary);
	if (session->facts.run)
		rc = pedigree_spool_finish(
			session->config, session->facts.run,
			session->facts.member ? -1 : session->lock,
			keep_on ? ask : NULL, &asking, summary, err);
	else
		rc = pedigree_spool_finish_facts(session->config,
						 &session->facts, summary, err);
	pedigree_spool_gc_note(session->config);
	/* Whoever comes after the answer may have to make what is missing; our
	   parents, who share the lock, hold on to it until they end. */
	if (session->lock >= 0)
		flock(session->lock, LOCK_UN);
	if (rc == 0 && !summary->other_ranks)
		rc = pedigree_spool_deliver(session->config, 0, summary, err);
	if (ret_summary)
		*ret_summary = (struct pedigree_session_summary){
			.name = session->facts.name,
			.inputs = summary->inputs,
			.outputs = summary->outputs,
			.endpoints = summary->endpoints,
			.steps = summary->steps,
			.dropped = summary->dropped,
			.blind_spots = summary->blind_spots,
			.still_running = summary->still_running,
			.waiting = summary->waiting,
			.other_ranks = summary->other_ranks,
		};
	return rc;
}

/* Nobody who asks shall wait for a server's models. */
#define SERVING_PATIENCE_MS 250

int pedigree_session_serving(struct pedigree_session *session,
			     int (*keep_on)(void *ctx, uint64_t done,
					    uint64_t all),
			     void *ctx, struct pedigree_error *err)
{
	struct asking asking = { .keep_on = keep_on, .ctx = ctx };
	struct pedigree_run_summary summary = { 0 };
	int rc;

	/* Of a job's ranks the last one to end tells. */
	if (!session->facts.run || !session->facts.serve ||
	    session->facts.member)
		return 0;
	rc = pedigree_spool_serving(session->config, session->facts.run,
				    keep_on ? ask : NULL, &asking, err);
	if (rc > 0)
		pedigree_spool_deliver(session->config, SERVING_PATIENCE_MS,
				       &summary, NULL);
	pedigree_run_summary_clear(&summary);
	return rc;
}

void pedigree_session_cancel(struct pedigree_session *session)
{
	pedigree_spool_cancel(session->config, session->facts.run);
}

void pedigree_session_free(struct pedigree_session *session)
{
	if (!session)
		return;
	if (session->lock >= 0)
		close(session->lock);
	pedigree_run_facts_clear(&session->facts);
	pedigree_run_summary_clear(&session->summary);
	pedigree_buf_clear(&session->preload);
	pedigree_buf_clear(&session->trouble);
	free(session);
}

enum pedigree_forwarding
pedigree_session_forwarding(const struct pedigree_session *session)
{
	const struct pedigree_config *config = session->config;
	const char *when = pedigree_config_get(config, "backend", NULL, "push");

	if (!pedigree_outbox_has_remote(config) || strcmp(when, "manual") == 0)
		return PEDIGREE_FORWARD_NEVER;
	return strcmp(when, "wait") == 0 ? PEDIGREE_FORWARD_FIRST
					 : PEDIGREE_FORWARD_LATER;
}

int pedigree_session_forward(const struct pedigree_session *session,
			     struct pedigree_error *err)
{
	struct pedigree_push_result result;

	return pedigree_outbox_push_remote(session->config, &result, err);
}

int pedigree_session_tidy(const struct pedigree_session *session,
			  struct pedigree_error *err)
{
	return pedigree_spool_gc(session->config, false, true, NULL, NULL, NULL,
				 err);
}
