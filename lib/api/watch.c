/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pedigree/watch.h>

#include "api/api.h"
#include "base/err.h"
#include "base/fs.h"
#include "rules/watch.h"
#include "run/run.h"
#include "run/spool.h"

/* The program that runs: `pedigree`, which the shim will start. */
static int find_command(char command[PATH_MAX], struct pedigree_error *err)
{
	ssize_t n = readlink("/proc/self/exe", command, PATH_MAX - 1);

	if (n <= 0)
		return pedigree_fail_errno(err, "cannot read /proc/self/exe");
	command[n] = '\0';
	return 0;
}

static int put(char to[4096], const char *path, struct pedigree_error *err)
{
	if (strlen(path) >= 4096)
		return pedigree_fail(err, PEDIGREE_EINVAL,
				     "the path %.64s… is too long", path);
	strcpy(to, path);
	return 0;
}

static int find_shim(char shim[4096], struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf found = PEDIGREE_BUF_INIT;
	_cleanup_free_ char *real = NULL;
	int rc = pedigree_shim_find(&found, err);

	if (rc < 0)
		return rc;
	real = realpath(found.data, NULL);
	if (!real)
		return pedigree_fail_errno(err, "cannot use %s", found.data);
	if (strpbrk(real, " :$\t\n"))
		return pedigree_fail(
			err, PEDIGREE_EINVAL,
			"LD_PRELOAD cannot name %s, for the loader splits it at spaces and colons; install pedigree in another folder",
			real);
	return put(shim, real, err);
}

static int write_list(const struct pedigree_config *config, const char *path,
		      size_t *ret_rules, struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf list = PEDIGREE_BUF_INIT;
	_cleanup_free_ char *folder = strdup(path);
	char command[PATH_MAX];
	char *slash = folder ? strrchr(folder, '/') : NULL;
	int rc;

	if (!folder)
		return pedigree_fail_memory(err);
	rc = find_command(command, err);
	if (rc == 0)
		rc = pedigree_watch_compile(config, command, &list, ret_rules,
					    err);
	if (rc == 0 && slash && slash > folder) {
		*slash = '\0';
		rc = pedigree_mkdirs(folder, 0700, err);
	}
	if (rc == 0)
		rc = pedigree_write_file_soon(path, list.data, list.len, err);
	return rc;
}

int pedigree_watch_write(const struct pedigree *pedigree, const char *list,
			 struct pedigree_watch *ret, struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	struct pedigree_watch watch = { .rules = 0 };
	_cleanup_free_ char *cwd = NULL;
	size_t rules = 0;
	int rc;

	if (!pedigree && !list)
		return pedigree_fail(
			err, PEDIGREE_EINVAL,
			"pedigree_watch_write: an argument is missing");
	cwd = list && list[0] != '/' ? getcwd(NULL, 0) : NULL;
	if (list)
		pedigree_path_join(&path, cwd ? cwd : "/", list);
	else
		pedigree_watch_path(pedigree->config, &path);
	if (pedigree_buf_error(&path))
		return pedigree_fail_memory(err);
	rc = put(watch.list, path.data, err);
	if (rc == 0 && ret)
		rc = find_shim(watch.shim, err);
	if (rc == 0)
		rc = write_list(pedigree ? pedigree->config : NULL, path.data,
				&rules, err);
	if (rc < 0)
		return rc;
	watch.rules = rules;
	if (ret)
		*ret = watch;
	return 0;
}

/* A run's name in the spool, from the shim's path in its folder, which may
   be a short link to that. */
static int find_run(const char *preload, char folder[PATH_MAX],
		    const char **ret_run, struct pedigree_error *err)
{
	_cleanup_free_ char *text = strdup(preload);
	char *slash = text ? strrchr(text, '/') : NULL;

	if (!text)
		return pedigree_fail_memory(err);
	if (slash)
		*slash = '\0';
	if (!slash || !realpath(text, folder))
		return pedigree_fail(err, PEDIGREE_ENOTFOUND,
				     "there is no run of %s", preload);
	*ret_run = strrchr(folder, '/') + 1;
	return 0;
}

int pedigree_watch_finish(const struct pedigree *pedigree, const char *preload,
			  int wait_status, struct pedigree_error *err)
{
	_cleanup_(pedigree_run_facts_clear) struct pedigree_run_facts facts = {
		.git_dirty = -1
	};
	struct pedigree_run_summary summary = { 0 };
	char folder[PATH_MAX];
	const char *run = NULL;
	int rc;

	if (!pedigree || !preload)
		return pedigree_fail(
			err, PEDIGREE_EINVAL,
			"pedigree_watch_finish: an argument is missing");
	rc = find_run(preload, folder, &run, err);
	if (rc == 0)
		rc = pedigree_spool_facts(pedigree->config, run, &facts, err);
	if (rc == 0)
		rc = pedigree_spool_ended(pedigree->config, &facts, wait_status,
					  err);
	if (rc == 0)
		rc = pedigree_spool_finish(pedigree->config, run, -1, NULL,
					   NULL, &summary, err);
	if (rc == 0)
		rc = pedigree_spool_deliver(pedigree->config, 0, &summary, err);
	pedigree_run_summary_clear(&summary);
	return rc;
}
