/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The start and the end of a run on disk.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fs.h"
#include "graph/steps.h"
#include "rules/redact_rules.h"
#include "run/ranks.h"
#include "run/run.h"
#include "run/spool.h"
#include "store/ledger.h"

#define RANDOM_DIGITS 6 /* after the name, in the folder's name */
#define SUFFIX_MAX 10000

/* Does "NAME-xxxxxx" stand in a folder of runs? */
static bool name_in_place(const char *place, const char *name)
{
	const size_t n = strlen(name);
	DIR *folder = opendir(place);
	struct dirent *entry;
	bool found = false;

	while (folder && !found && (entry = readdir(folder)) != NULL)
		found = strncasecmp(entry->d_name, name, n) == 0 &&
			entry->d_name[n] == '-' &&
			strlen(entry->d_name + n + 1) == RANDOM_DIGITS &&
			!strchr(entry->d_name + n + 1, '-');
	if (folder)
		closedir(folder);
	return found;
}

static bool name_taken(const struct pedigree_config *config,
		       struct pedigree_ledger *ledger, const char *name)
{
	_cleanup_buf_ struct pedigree_buf place = PEDIGREE_BUF_INIT;
	static const int kinds[] = { PEDIGREE_TRIAL_COMPONENT,
				     PEDIGREE_ACTION };
	struct pedigree_rows rows = { 0 };
	bool taken = false;

	for (size_t i = 0; !taken && pedigree_spool_place(config, i, &place) &&
			   !pedigree_buf_error(&place);
	     i++)
		taken = name_in_place(place.data, name);
	for (size_t i = 0; ledger && !taken && i < PEDIGREE_COUNT(kinds); i++)
		if (pedigree_ledger_by_name(ledger, kinds[i], name, &rows,
					    NULL) == 0)
			taken = rows.n > 0;
	pedigree_vec_clear(&rows);
	return taken;
}

/* A default name without its stamp. */
static char *stem_of(const char *name)
{
	size_t n = strlen(name);

	return strndup(name,
		       n > PEDIGREE_NAME_STAMP ? n - PEDIGREE_NAME_STAMP : n);
}

/*
 * A ledger that cannot be read takes no part in the choice: the command
 * starts, and the finish will say what is wrong with it.
 */
static int choose_name(const struct pedigree_config *config,
		       struct pedigree_run_facts *facts, bool *ret_renamed,
		       struct pedigree_error *err)
{
	_cleanup_ledger_ struct pedigree_ledger *ledger = NULL;
	_cleanup_free_ char *base = NULL;
	_cleanup_buf_ struct pedigree_buf name = PEDIGREE_BUF_INIT;

	if (!facts->name) {
		facts->name = pedigree_spool_default_name(facts);
		facts->asked = facts->name ? stem_of(facts->name) : NULL;
		return facts->asked ? 0 : pedigree_fail_memory(err);
	}
	base = pedigree_api_name(facts->name);
	if (!base)
		return pedigree_fail_memory(err);
	if (pedigree_ledger_open(config, &ledger, NULL) < 0)
		ledger = NULL;
	/* Room for the suffix; an API name does not end in a hyphen. */
	if (strlen(base) > 114)
		base[114] = '\0';
	pedigree_buf_add_str(&name, base);
	for (unsigned int i = 2; i < SUFFIX_MAX; i++) {
		if (pedigree_buf_error(&name))
			return pedigree_fail_memory(err);
		if (!name_taken(config, ledger, name.data))
			break;
		*ret_renamed = true;
		pedigree_buf_reset(&name);
		pedigree_buf_addf(&name, "%s-%u", base, i);
	}
	free(facts->name);
	facts->name = pedigree_buf_take(&name);
	facts->asked = pedigree_take(base);
	return facts->name ? 0 : pedigree_fail_memory(err);
}

static int make_run_name(struct pedigree_run_facts *facts)
{
	uint32_t random = 0;
	char *run;

	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) < 0)
		random = (uint32_t)(facts->start_ns >> 10) ^ (uint32_t)getpid()
								     << 12;
	if (asprintf(&run, "%s-%0*x", facts->name, RANDOM_DIGITS,
		     random & 0xffffff) < 0)
		return PEDIGREE_ENOMEM;
	free(facts->run);
	facts->run = run;
	return 0;
}

/* Below a folder where everybody may write, somebody may have been first. */
static bool usable(const char *place)
{
	_cleanup_free_ char *folder = strdup(place);
	char *slash = NULL;

	if (!folder || !pedigree_is_ours_alone(folder))
		return false;
	while (strncmp(folder, PEDIGREE_SPARE "/",
		       strlen(PEDIGREE_SPARE "/")) == 0 &&
	       (slash = strrchr(folder, '/')) != NULL) {
		if (!pedigree_is_ours_alone(folder))
			return false;
		*slash = '\0';
	}
	return true;
}

static int make_in(const char *place, struct pedigree_run_facts *facts,
		   bool steps, struct pedigree_buf *ret_folder, int *ret_lock,
		   struct pedigree_error *err)
{
	int lock, rc;

	rc = pedigree_mkdirs(place, 0700, err);
	if (rc < 0)
		return rc;
	if (!usable(place))
		return pedigree_fail(err, PEDIGREE_EIO,
				     "%s is not a folder of this user alone",
				     place);
	pedigree_buf_reset(ret_folder);
	pedigree_path_join(ret_folder, place, facts->run);
	if (pedigree_buf_error(ret_folder))
		return pedigree_fail_memory(err);
	if (mkdir(ret_folder->data, 0700) < 0)
		return pedigree_fail_errno(err, "cannot make %s",
					   ret_folder->data);
	lock = pedigree_spool_lock(ret_folder->data, false);
	if (lock < 0)
		rc = pedigree_fail_errno(err, "cannot lock %s",
					 ret_folder->data);
	else
		rc = pedigree_spool_make_log(ret_folder->data, facts->run,
					     facts->host, err);
	if (rc < 0) {
		if (lock >= 0)
			close(lock);
		pedigree_remove_tree(ret_folder->data, NULL);
		return rc;
	}
	if (steps)
		pedigree_spool_want_steps(ret_folder->data, facts->host);
	*ret_lock = lock;
	return 0;
}

static int make_folder(const struct pedigree_config *config,
		       struct pedigree_run_facts *facts,
		       struct pedigree_buf *ret_folder, int *ret_lock,
		       struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf place = PEDIGREE_BUF_INIT;
	bool steps = pedigree_steps_wanted(facts, config);
	int rc = PEDIGREE_EIO;

	for (size_t i = 0; pedigree_spool_place(config, i, &place); i++) {
		if (pedigree_buf_error(&place))
			return pedigree_fail_memory(err);
		rc = make_in(place.data, facts, steps, ret_folder, ret_lock,
			     err);
		if (rc == 0 || rc == PEDIGREE_ENOMEM)
			return rc;
	}
	return rc;
}

static int stamp(struct pedigree_run_facts *facts, struct pedigree_error *err)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	facts->start_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	facts->start_ns =
		(uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
	facts->git_dirty = -1;
	if (!facts->host)
		facts->host = strdup("localhost");
	if (!facts->host || pedigree_job_find(&facts->job_arn) < 0 ||
	    pedigree_job_places(&facts->places) < 0 ||
	    pedigree_mounts_find(&facts->places) < 0)
		return pedigree_fail_memory(err);
	return 0;
}

int pedigree_spool_lock_names(const struct pedigree_config *config)
{
	_cleanup_buf_ struct pedigree_buf place = PEDIGREE_BUF_INIT;

	pedigree_spool_place(config, 0, &place);
	if (pedigree_buf_error(&place) ||
	    pedigree_mkdirs(place.data, 0700, NULL) < 0)
		return -1;
	return pedigree_spool_lock(place.data, true);
}

static int no_capture(struct pedigree_run_facts *facts,
		      struct pedigree_error *why)
{
	free(facts->no_capture);
	facts->no_capture = strdup(why->text);
	*why = (struct pedigree_error)PEDIGREE_ERROR_INIT;
	return facts->no_capture ? 0 : PEDIGREE_ENOMEM;
}

/* "": the run is of this process alone. */
static int find_launch(const struct pedigree_config *config,
		       struct pedigree_run_facts *facts, char *ret_key)
{
	*ret_key = '\0';
	if (facts->deploy || !pedigree_config_bool(config, "run", "join"))
		return 0;
	return pedigree_launch_find(facts, ret_key);
}

static int make_new(const struct pedigree_config *config, const char *launch,
		    struct pedigree_run_facts *facts, bool *ret_renamed,
		    struct pedigree_buf *ret_preload, int *ret_lock,
		    struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf folder = PEDIGREE_BUF_INIT;
	struct pedigree_error why = PEDIGREE_ERROR_INIT;
	int lock = -1, rc;

	rc = choose_name(config, facts, ret_renamed, err);
	if (rc < 0)
		return rc;
	if (make_run_name(facts) < 0)
		return pedigree_fail_memory(err);
	if (make_folder(config, facts, &folder, &lock, &why) < 0) {
		free(facts->run);
		facts->run = NULL;
		return no_capture(facts, &why) < 0 ? pedigree_fail_memory(err)
						   : 0;
	}
	if (pedigree_config_bool(config, "capture", "git"))
		pedigree_git_ask(folder.data, facts->cwd,
				 pedigree_config_ms(config, "capture",
						    "git_timeout"));
	if (ret_preload &&
	    pedigree_shim_link(folder.data, ret_preload, &why) < 0) {
		pedigree_buf_reset(ret_preload);
		if (no_capture(facts, &why) < 0)
			rc = pedigree_fail_memory(err);
	}
	if (rc == 0)
		rc = pedigree_redact_setup(config, true, err);
	pedigree_redact_hand_over(config, folder.data);
	if (rc == 0)
		rc = pedigree_begin_write(folder.data, facts, err);
	if (rc < 0) {
		close(lock);
		pedigree_shim_unlink(folder.data);
		pedigree_remove_tree(folder.data, NULL);
		return rc;
	}
	/* Without it, the other ranks make runs of their own. */
	if (*launch)
		pedigree_ranks_first(folder.data, launch, facts, &lock, NULL);
	*ret_lock = lock;
	return 0;
}

int pedigree_spool_begin(const struct pedigree_config *config,
			 struct pedigree_run_facts *facts, bool *ret_renamed,
			 struct pedigree_buf *ret_preload, int *ret_lock,
			 struct pedigree_error *err)
{
	_cleanup_fd_ int names = pedigree_spool_lock_names(config);
	char launch[PEDIGREE_LAUNCH_KEY];
	bool joined = false;
	int rc;

	*ret_renamed = false;
	*ret_lock = -1;
	rc = stamp(facts, err);
	if (rc == 0 && find_launch(config, facts, launch) < 0)
		rc = pedigree_fail_memory(err);
	if (rc == 0 && *launch)
		rc = pedigree_ranks_join(config, launch, facts, ret_preload,
					 ret_lock, &joined, err);
	if (rc < 0 || joined)
		return rc;
	return make_new(config, launch, facts, ret_renamed, ret_preload,
			ret_lock, err);
}

/* Of the run, or of this rank of it. */
static void own_folder(const struct pedigree_config *config,
		       const struct pedigree_run_facts *facts,
		       struct pedigree_buf *ret)
{
	pedigree_spool_folder(config, facts->run, ret);
	if (facts->member)
		pedigree_buf_addf(ret, "/%s", facts->member);
}

int pedigree_spool_started(const struct pedigree_config *config,
			   struct pedigree_run_facts *facts, pid_t pid,
			   struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf folder = PEDIGREE_BUF_INIT;

	facts->pid = (uint32_t)pid;
	facts->pid_start = pedigree_pid_start(pid);
	if (!facts->run)
		return 0;
	own_folder(config, facts, &folder);
	if (pedigree_buf_error(&folder))
		return pedigree_fail_memory(err);
	return pedigree_pid_write(folder.data, facts, err);
}

int pedigree_spool_ended(const struct pedigree_config *config,
			 struct pedigree_run_facts *facts, int wait_status,
			 struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf folder = PEDIGREE_BUF_INIT;
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	facts->end_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	facts->wait_status = wait_status;
	facts->end_known = true;
	if (!facts->run)
		return 0;
	own_folder(config, facts, &folder);
	if (pedigree_buf_error(&folder))
		return pedigree_fail_memory(err);
	return pedigree_end_write(folder.data, facts, err);
}
