/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The folder that a run is done again in: what it reads is there under the
 * same relative names. Data is linked to, since it may be large and since its
 * lineage is that of the original; code is copied, because programs look for
 * files beside themselves, and so is what the run wrote over.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fs.h"
#include "base/hash.h"
#include "query/rerun.h"

#define FOLDER_MODE 0777 /* less the umask, as mkdir(1) */

static int copy_bytes(int from, int to)
{
	char bytes[65536];
	ssize_t n;

	while ((n = read(from, bytes, sizeof(bytes))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || pedigree_write_all(to, bytes, (size_t)n) < 0)
			return -1;
	}
	return 0;
}

static int copy_file(const char *from, const char *to,
		     struct pedigree_error *err)
{
	_cleanup_fd_ int in = open(from, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	_cleanup_fd_ int out = -1;
	struct stat st;

	if (in < 0 || fstat(in, &st) < 0)
		return pedigree_fail_errno(err, "cannot read %s", from);
	out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
		   st.st_mode & 0777);
	if (out < 0 || copy_bytes(in, out) < 0)
		return pedigree_fail_errno(err, "cannot copy %s to %s", from,
					   to);
	return 0;
}

/* The name of a file of the first time in the new folder; false: it is
   somewhere else, or there is no memory. */
static bool name_in(const struct pedigree_rerun_plan *plan, const char *path,
		    struct pedigree_buf *ret)
{
	size_t n = strlen(plan->base);

	if (!pedigree_path_under(path, plan->base) || !path[n])
		return false;
	pedigree_buf_reset(ret);
	pedigree_buf_addf(ret, "%s%s", plan->into, path + n);
	return !pedigree_buf_error(ret);
}

static int make_parent(const char *path, struct pedigree_error *err)
{
	_cleanup_free_ char *folder = strdup(path);

	if (!folder)
		return pedigree_fail_memory(err);
	*strrchr(folder, '/') = '\0';
	return pedigree_mkdirs(folder, FOLDER_MODE, err);
}

/* What is not there any more was told when the inputs were verified. */
static int place(const struct pedigree_rerun_plan *plan,
		 const struct pedigree_rerun_file *file, bool written,
		 struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf name = PEDIGREE_BUF_INIT;
	struct stat st;
	int rc;

	if (!name_in(plan, file->path, &name) || stat(file->path, &st) < 0 ||
	    lstat(name.data, &st) == 0)
		return pedigree_buf_error(&name) ? pedigree_fail_memory(err)
						 : 0;
	rc = make_parent(name.data, err);
	if (rc < 0)
		return rc;
	if (file->code || written)
		return copy_file(file->path, name.data, err);
	if (symlink(file->path, name.data) < 0)
		return pedigree_fail_errno(err, "cannot make the link %s",
					   name.data);
	return 0;
}

/* The folder's own rules say what the new run's files are, too. */
static int place_rules(const struct pedigree_rerun_plan *plan,
		       struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	struct pedigree_rerun_file rules = { .code = true };

	pedigree_buf_addf(&path, "%s%s/pedigree.conf", plan->base,
			  plan->folder + strlen(plan->into));
	if (pedigree_buf_error(&path))
		return pedigree_fail_memory(err);
	rules.path = path.data;
	return place(plan, &rules, true, err);
}

int pedigree_rerun_folder_make(const struct pedigree_rerun_plan *plan,
			       struct pedigree_error *err)
{
	_cleanup_map_ struct pedigree_map *written = pedigree_map_new();
	int rc;

	if (!written)
		return pedigree_fail_memory(err);
	rc = pedigree_mkdirs(plan->folder, FOLDER_MODE, err);
	for (size_t i = 0; rc == 0 && i < plan->outputs.n; i++) {
		_cleanup_buf_ struct pedigree_buf name = PEDIGREE_BUF_INIT;
		const char *path = plan->outputs.v[i].path;

		if (!pedigree_map_at(written, path, strlen(path), NULL))
			return pedigree_fail_memory(err);
		/* A program need not make folders that were there. */
		if (name_in(plan, path, &name))
			rc = make_parent(name.data, err);
	}
	if (rc == 0)
		rc = place_rules(plan, err);
	for (size_t i = 0; rc == 0 && i < plan->inputs.n; i++) {
		const char *path = plan->inputs.v[i].path;

		rc = place(plan, &plan->inputs.v[i],
			   pedigree_map_has(written, path, strlen(path)), err);
	}
	return rc;
}
