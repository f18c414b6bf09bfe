/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the shim is, and how a run's folder gets it.
 *
 * The loader splits LD_PRELOAD at spaces and colons and expands '$', and it
 * knows a library by device and inode: two symbolic links to one file are
 * one library. So a folder with such a name is reached through a short link
 * in /tmp, and a run inside another run gets a copy of the shim: both are
 * loaded then, and each writes its own log.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fs.h"
#include "evlog/format.h"
#include "run/spool.h"

#define SHORT_NAME "short" /* in the folder: symbolic link to the link */

static bool is_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* The folder of the running program, with a slash at its end. */
static bool program_folder(char folder[PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", folder, PATH_MAX - 1);
	char *slash;

	if (n <= 0)
		return false;
	folder[n] = '\0';
	slash = strrchr(folder, '/');
	if (!slash)
		return false;
	slash[1] = '\0';
	return true;
}

/* In a build tree programs are in DIR, DIR/SUB, or .libs in one of them. */
static bool find_beside(struct pedigree_buf *path)
{
	static const char *const places[] = { "", ".libs/", "../.libs/",
					      "../../.libs/",
					      "../lib/pedigree/" };
	char folder[PATH_MAX];

	if (!program_folder(folder))
		return false;
	for (size_t i = 0; i < PEDIGREE_COUNT(places); i++) {
		pedigree_buf_reset(path);
		pedigree_buf_addf(path, "%s%s%s", folder, places[i],
				  PEDIGREE_SHIM_NAME);
		if (is_file(path->data))
			return true;
	}
	pedigree_buf_reset(path);
	return false;
}

static bool in_build_tree(void)
{
	static const char beside[] = ".libs/" PEDIGREE_SHIM_NAME;
	char path[PATH_MAX + sizeof(beside)];
	size_t n;

	if (!program_folder(path))
		return false;
	n = strlen(path);
	if (n > 7 && strcmp(path + n - 7, "/.libs/") == 0)
		return true;
	memcpy(path + n, beside, sizeof(beside));
	return is_file(path);
}

int pedigree_shim_find(struct pedigree_buf *ret_path,
		       struct pedigree_error *err)
{
	static const char installed[] =
		PEDIGREE_PKGLIBDIR "/" PEDIGREE_SHIM_NAME;
	const char *named = secure_getenv("PEDIGREE_SHIM");

	pedigree_buf_reset(ret_path);
	if (named && *named) {
		if (!is_file(named))
			return pedigree_fail(
				err, PEDIGREE_ENOTFOUND,
				"PEDIGREE_SHIM names %s, which is no file",
				named);
		pedigree_buf_add_str(ret_path, named);
	} else if (in_build_tree() && find_beside(ret_path)) {
		;
	} else if (is_file(installed)) {
		pedigree_buf_add_str(ret_path, installed);
	} else if (!find_beside(ret_path)) {
		return pedigree_fail(
			err, PEDIGREE_ENOTFOUND,
			"the shim %s is missing; install pedigree again",
			installed);
	}
	return pedigree_buf_error(ret_path) ? pedigree_fail_memory(err) : 0;
}

static int is_shim(struct dl_phdr_info *info, size_t size, void *unused)
{
	(void)size;
	(void)unused;
	return info->dlpi_name &&
	       strstr(info->dlpi_name, "/" PEDIGREE_SHIM_NAME);
}

/*
 * Is there a shim of ours around us, of another run or one that stands in
 * LD_PRELOAD or /etc/ld.so.preload for good?
 */
static bool has_shim_already(void)
{
	const char *preload = getenv("LD_PRELOAD");

	return (preload && strstr(preload, "/" PEDIGREE_SHIM_NAME)) ||
	       dl_iterate_phdr(is_shim, NULL);
}

static int copy(const char *from, const char *to, struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf bytes = PEDIGREE_BUF_INIT;
	_cleanup_fd_ int fd = -1;
	size_t done = 0;
	int rc;

	rc = pedigree_read_file(from, (size_t)64 << 20, &bytes, err);
	if (rc < 0)
		return rc;
	fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
	if (fd < 0)
		return pedigree_fail_errno(err, "cannot make %s", to);
	while (done < bytes.len) {
		ssize_t n = write(fd, bytes.data + done, bytes.len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return pedigree_fail_errno(err, "cannot write %s", to);
		done += (size_t)n;
	}
	return 0;
}

/*
 * A folder of ours under a random name holds the link; FOLDER/short names
 * it, so that whoever finishes the run can remove both.
 */
static int shorten(const char *folder, struct pedigree_buf *ret_preload,
		   struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf link = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf note = PEDIGREE_BUF_INIT;
	char made[] = "/tmp/pedigree-XXXXXX";

	if (!mkdtemp(made))
		return pedigree_fail_errno(err, "cannot make a folder in /tmp");
	pedigree_path_join(&link, made, "run");
	pedigree_path_join(&note, folder, SHORT_NAME);
	if (pedigree_buf_error(&link) || pedigree_buf_error(&note) ||
	    symlink(made, note.data) < 0 || symlink(folder, link.data) < 0) {
		pedigree_fail_errno(err, "cannot make a short name for %s",
				    folder);
		rmdir(made);
		return PEDIGREE_EIO;
	}
	pedigree_buf_addf(ret_preload, "%s/%s", link.data, PEDIGREE_SHIM_NAME);
	return 0;
}

/* The loader takes these for something else than a part of a path. */
static bool needs_short(const char *folder)
{
	return strpbrk(folder, " :$\t\n") != NULL;
}

int pedigree_shim_link(const char *folder, struct pedigree_buf *ret_preload,
		       struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf shim = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	_cleanup_free_ char *real = NULL;
	int rc;

	rc = pedigree_shim_find(&shim, err);
	if (rc < 0)
		return rc;
	real = realpath(shim.data, NULL);
	pedigree_path_join(&path, folder, PEDIGREE_SHIM_NAME);
	if (!real || pedigree_buf_error(&path))
		return pedigree_fail_errno(err, "cannot use %s", shim.data);
	if (has_shim_already())
		rc = copy(real, path.data, err);
	else if (symlink(real, path.data) < 0)
		rc = pedigree_fail_errno(err, "cannot make %s", path.data);
	if (rc < 0)
		return rc;
	pedigree_buf_reset(ret_preload);
	if (needs_short(folder))
		rc = shorten(folder, ret_preload, err);
	else
		pedigree_buf_add_str(ret_preload, path.data);
	if (rc == 0 && pedigree_buf_error(ret_preload))
		rc = pedigree_fail_memory(err);
	return rc;
}

bool pedigree_shim_join(const char *folder, struct pedigree_buf *ret_preload)
{
	if (!ret_preload)
		return true;
	/* A short name is good on one host and until the record is made. */
	if (needs_short(folder) ||
	    !pedigree_spool_has(folder, PEDIGREE_SHIM_NAME))
		return false;
	pedigree_buf_reset(ret_preload);
	pedigree_path_join(ret_preload, folder, PEDIGREE_SHIM_NAME);
	return !pedigree_buf_error(ret_preload);
}

void pedigree_shim_unlink(const char *folder)
{
	_cleanup_buf_ struct pedigree_buf note = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf link = PEDIGREE_BUF_INIT;
	char made[64];
	ssize_t n;

	pedigree_path_join(&note, folder, SHORT_NAME);
	if (pedigree_buf_error(&note))
		return;
	n = readlink(note.data, made, sizeof(made) - 1);
	if (n <= 0)
		return;
	made[n] = '\0';
	pedigree_path_join(&link, made, "run");
	if (pedigree_buf_error(&link))
		return;
	unlink(link.data);
	rmdir(made);
	unlink(note.data);
}
