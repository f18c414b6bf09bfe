/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "run/spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/err.h"
#include "base/fs.h"
#include "evlog/format.h"
#include "run/ranks.h"
#include "run/run.h"

/* One for every spool, so that two users' homes or two tests do not finish
   each other's runs. */
static void add_spare(const struct pedigree_config *config,
		      struct pedigree_buf *buf)
{
	const char *spool = pedigree_config_spool(config);
	char name[PEDIGREE_SHA256_HEX] = "";

	pedigree_sha256(spool, strlen(spool), name);
	pedigree_buf_addf(buf, PEDIGREE_SPARE "/pedigree-%u/%.16s/runs",
			  (unsigned int)geteuid(), name);
}

bool pedigree_spool_place(const struct pedigree_config *config, size_t i,
			  struct pedigree_buf *buf)
{
	pedigree_buf_reset(buf);
	if (i == 0)
		pedigree_path_join(buf, pedigree_config_spool(config), "runs");
	else if (i == 1)
		add_spare(config, buf);
	return i < 2;
}

bool pedigree_spool_has(const char *folder, const char *name)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;

	pedigree_path_join(&path, folder, name);
	return !pedigree_buf_error(&path) &&
	       faccessat(AT_FDCWD, path.data, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

int pedigree_spool_lock(const char *folder, bool wait)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	int fd, rc;

	pedigree_path_join(&path, folder, PEDIGREE_LOCK_NAME);
	if (pedigree_buf_error(&path))
		return -1;
	fd = open(path.data, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -1;
	do
		rc = flock(fd, LOCK_EX | (wait ? 0 : LOCK_NB));
	while (rc < 0 && errno == EINTR);
	if (rc < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* /dev/shm is everybody's: a folder there counts only when it is ours. */
static bool is_run(const char *folder)
{
	struct stat st;

	return lstat(folder, &st) == 0 && S_ISDIR(st.st_mode) &&
	       st.st_uid == geteuid() &&
	       pedigree_spool_has(folder, PEDIGREE_BEGIN_NAME);
}

void pedigree_spool_folder(const struct pedigree_config *config,
			   const char *run, struct pedigree_buf *buf)
{
	_cleanup_buf_ struct pedigree_buf place = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;

	for (size_t i = 0; pedigree_spool_place(config, i, &place); i++) {
		pedigree_buf_reset(&path);
		pedigree_path_join(&path, place.data, run);
		if (!is_run(path.data))
			continue;
		pedigree_buf_add_str(buf, path.data);
		return;
	}
	pedigree_path_join(buf, pedigree_config_spool(config), "runs/");
	pedigree_buf_add_str(buf, run);
}

/* A name that came from a user must not walk out of the spool. */
static bool plain_name(const char *run)
{
	return run[0] && run[0] != '.' && !strchr(run, '/');
}

int pedigree_spool_facts(const struct pedigree_config *config, const char *run,
			 struct pedigree_run_facts *ret,
			 struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf folder = PEDIGREE_BUF_INIT;
	struct pedigree_run_facts facts = { .git_dirty = -1 };
	int rc;

	if (!plain_name(run))
		return pedigree_fail(err, PEDIGREE_ENOTFOUND,
				     "there is no run '%s'", run);
	pedigree_spool_folder(config, run, &folder);
	if (pedigree_buf_error(&folder))
		return pedigree_fail_memory(err);
	rc = pedigree_begin_read(folder.data, &facts, err);
	if (rc == 0)
		rc = pedigree_git_read(folder.data, &facts, err);
	if (rc == 0)
		rc = pedigree_end_read(folder.data, &facts, err);
	if (rc == 0)
		rc = pedigree_ranks_facts(folder.data, &facts, err);
	if (rc == 0 && !facts.run) {
		facts.run = strdup(run);
		if (!facts.run)
			rc = pedigree_fail_memory(err);
	}
	if (rc < 0) {
		pedigree_run_facts_clear(&facts);
		return rc;
	}
	*ret = facts;
	return 0;
}

enum pedigree_run_state
pedigree_spool_state(const struct pedigree_config *config, const char *run)
{
	_cleanup_buf_ struct pedigree_buf folder = PEDIGREE_BUF_INIT;
	struct pedigree_run_facts facts = { 0 };
	struct pedigree_ranks_look look;
	bool alive;
	int lock;

	pedigree_spool_folder(config, run, &folder);
	pedigree_ranks_look(folder.data, &look);
	if (look.alive)
		return PEDIGREE_RUN_RUNNING;
	if (look.recorded < look.all)
		return look.ended < look.all ? PEDIGREE_RUN_ABANDONED
					     : PEDIGREE_RUN_ENDED;
	if (pedigree_spool_has(folder.data, PEDIGREE_RECORD_NAME))
		return pedigree_spool_has(folder.data, PEDIGREE_ALIVE_NAME)
			       ? PEDIGREE_RUN_AMENDABLE
			       : PEDIGREE_RUN_FINISHED;
	if (pedigree_spool_has(folder.data, PEDIGREE_END_NAME))
		return PEDIGREE_RUN_ENDED;
	if (pedigree_begin_read(folder.data, &facts, NULL) < 0)
		return PEDIGREE_RUN_ABANDONED;
	alive = facts.pid && facts.pid_start &&
		pedigree_pid_start((pid_t)facts.pid) == facts.pid_start;
	pedigree_run_facts_clear(&facts);
	if (alive)
		return PEDIGREE_RUN_RUNNING;
	lock = pedigree_spool_lock(folder.data, false);
	if (lock < 0)
		return PEDIGREE_RUN_RUNNING;
	close(lock);
	return PEDIGREE_RUN_ABANDONED;
}

struct found {
	char *name;
	struct timespec made;
};

static int older(const void *a, const void *b)
{
	const struct found *one = a, *two = b;

	if (one->made.tv_sec != two->made.tv_sec)
		return one->made.tv_sec < two->made.tv_sec ? -1 : 1;
	if (one->made.tv_nsec != two->made.tv_nsec)
		return one->made.tv_nsec < two->made.tv_nsec ? -1 : 1;
	return strcmp(one->name, two->name);
}

PEDIGREE_VEC_TYPE(founds, struct found);

static void founds_clear(struct founds *founds)
{
	for (size_t i = 0; i < founds->n; i++)
		free(founds->v[i].name);
	pedigree_vec_clear(founds);
}

/* Two questions for each of what may be many thousands. */
static bool is_finished(int place, const char *run)
{
	char path[NAME_MAX + sizeof(PEDIGREE_RECORD_NAME) + 2];

	snprintf(path, sizeof(path), "%s/" PEDIGREE_RECORD_NAME, run);
	if (faccessat(place, path, F_OK, 0) < 0)
		return false;
	snprintf(path, sizeof(path), "%s/" PEDIGREE_ALIVE_NAME, run);
	return faccessat(place, path, F_OK, 0) < 0;
}

static int list_place(const char *place, bool unfinished, struct founds *founds,
		      struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	DIR *folder = opendir(place);
	struct dirent *entry;
	int rc = 0;

	if (!folder)
		return errno == ENOMEM ? pedigree_fail_memory(err) : 0;
	while (rc == 0 && (entry = readdir(folder)) != NULL) {
		struct found *found;
		struct stat st;

		if (entry->d_name[0] == '.')
			continue;
		pedigree_buf_reset(&path);
		pedigree_path_join(&path, place, entry->d_name);
		if (unfinished && !pedigree_buf_error(&path) &&
		    is_finished(dirfd(folder), entry->d_name) &&
		    pedigree_ranks_are_recorded(path.data))
			continue;
		if (!is_run(path.data))
			continue;
		/* begin.json is written again when the command starts, the
		   lock is made once. */
		pedigree_buf_add_str(&path, "/" PEDIGREE_LOCK_NAME);
		if (pedigree_buf_error(&path) || lstat(path.data, &st) < 0)
			memset(&st, 0, sizeof(st));
		found = pedigree_vec_push(founds);
		if (found)
			found->name = strdup(entry->d_name);
		if (!found || !found->name)
			rc = pedigree_fail_memory(err);
		else
			found->made = st.st_mtim;
	}
	closedir(folder);
	return rc;
}

int pedigree_spool_runs(const struct pedigree_config *config, bool unfinished,
			struct pedigree_run_names *ret_names,
			struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf place = PEDIGREE_BUF_INIT;
	_cleanup_(founds_clear) struct founds founds = { 0 };
	struct pedigree_run_names names = { 0 };

	for (size_t i = 0; pedigree_spool_place(config, i, &place); i++) {
		int rc;

		if (pedigree_buf_error(&place))
			return pedigree_fail_memory(err);
		rc = list_place(place.data, unfinished, &founds, err);
		if (rc < 0)
			return rc;
	}
	if (founds.n)
		qsort(founds.v, founds.n, sizeof(*founds.v), older);
	for (size_t i = 0; i < founds.n; i++) {
		char **name = pedigree_vec_push(&names);

		if (!name) {
			pedigree_run_names_clear(&names);
			return pedigree_fail_memory(err);
		}
		*name = pedigree_take(founds.v[i].name);
	}
	*ret_names = names;
	return 0;
}

int pedigree_spool_list(const struct pedigree_config *config,
			struct pedigree_run_names *ret_names,
			struct pedigree_error *err)
{
	return pedigree_spool_runs(config, false, ret_names, err);
}

void pedigree_run_names_clear(struct pedigree_run_names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->v[i]);
	pedigree_vec_clear(names);
}

void pedigree_spool_cancel(const struct pedigree_config *config,
			   const char *run)
{
	_cleanup_buf_ struct pedigree_buf folder = PEDIGREE_BUF_INIT;

	if (!run || !plain_name(run))
		return;
	pedigree_spool_folder(config, run, &folder);
	if (pedigree_buf_error(&folder))
		return;
	pedigree_shim_unlink(folder.data);
	/* Left behind, it would be finished as abandoned: harmless. */
	pedigree_remove_tree(folder.data, NULL);
}
