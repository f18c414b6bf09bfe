/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/fs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"

static int make_folder(const char *path, mode_t mode,
		       struct pedigree_error *err)
{
	struct stat st;

	if (mkdir(path, mode) == 0)
		return 0;
	if (errno == EEXIST && stat(path, &st) == 0) {
		if (S_ISDIR(st.st_mode))
			return 0;
		errno = ENOTDIR;
	}
	return pedigree_fail_errno(err, "cannot make the folder %s", path);
}

bool pedigree_is_ours_alone(const char *folder)
{
	struct stat st;

	return lstat(folder, &st) == 0 && S_ISDIR(st.st_mode) &&
	       st.st_uid == geteuid() && (st.st_mode & 022) == 0;
}

int pedigree_mkdirs(const char *path, mode_t mode, struct pedigree_error *err)
{
	_cleanup_free_ char *copy = strdup(path);
	struct stat st;

	if (!copy)
		return pedigree_fail_memory(err);
	/* Folders above may be searchable only, so look before making. */
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return 0;
	for (char *at = copy + 1; *copy && *at; at++) {
		int result;

		if (*at != '/')
			continue;
		*at = '\0';
		result = stat(copy, &st) == 0 && S_ISDIR(st.st_mode)
				 ? 0
				 : make_folder(copy, mode, err);
		if (result < 0)
			return result;
		*at = '/';
	}
	return make_folder(path, mode, err);
}

static int remove_in(int folder, const char *name, const char *path,
		     struct pedigree_error *err);

static int remove_content(int fd, const char *path, struct pedigree_error *err)
{
	DIR *dir = fdopendir(fd);
	const struct dirent *entry;
	int result = 0;

	if (!dir) {
		result = pedigree_fail_errno(err, "cannot read %s", path);
		close(fd);
		return result;
	}
	while (result == 0 && (entry = readdir(dir))) {
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		result = remove_in(dirfd(dir), entry->d_name, path, err);
	}
	closedir(dir);
	return result;
}

/* `path` is for messages: the tree that is being removed. */
static int remove_in(int folder, const char *name, const char *path,
		     struct pedigree_error *err)
{
	int fd, result;

	if (unlinkat(folder, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return pedigree_fail_errno(err, "cannot remove %s in %s", name,
					   path);
	fd = openat(folder, name,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return pedigree_fail_errno(err, "cannot remove %s in %s", name,
					   path);
	result = remove_content(fd, path, err);
	if (result < 0)
		return result;
	if (unlinkat(folder, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
		return pedigree_fail_errno(err, "cannot remove %s in %s", name,
					   path);
	return 0;
}

int pedigree_remove_tree(const char *path, struct pedigree_error *err)
{
	return remove_in(AT_FDCWD, path, path, err);
}

int pedigree_read_file(const char *path, size_t max, struct pedigree_buf *ret,
		       struct pedigree_error *err)
{
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t before = ret->len;

	if (fd < 0 && errno == ENOENT)
		return pedigree_fail(err, PEDIGREE_ENOTFOUND,
				     "there is no file %s", path);
	if (fd < 0)
		return pedigree_fail_errno(err, "cannot open %s", path);
	for (;;) {
		ssize_t n;

		if (pedigree_buf_reserve(ret, 64 * 1024) < 0)
			return pedigree_fail_memory(err);
		n = read(fd, ret->data + ret->len, 64 * 1024);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			int code = pedigree_fail_errno(err, "cannot read %s",
						       path);

			pedigree_buf_cut(ret, before);
			return code;
		}
		if (n == 0)
			return 0;
		ret->len += (size_t)n;
		ret->data[ret->len] = '\0';
		if (ret->len - before > max) {
			pedigree_buf_cut(ret, before);
			return pedigree_fail(err, PEDIGREE_ELIMIT,
					     "%s is larger than %zu bytes",
					     path, max);
		}
	}
}

int pedigree_write_all(int fd, const void *from, size_t n)
{
	const char *bytes = from;

	while (n) {
		ssize_t done = write(fd, bytes, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -1;
		bytes += done;
		n -= (size_t)done;
	}
	return 0;
}

static int replace(const char *path, const void *bytes, size_t n, bool sync,
		   struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf temporary = PEDIGREE_BUF_INIT;
	int fd, code;

	pedigree_buf_addf(&temporary, "%s.XXXXXX", path);
	if (pedigree_buf_error(&temporary))
		return pedigree_fail_memory(err);
	fd = mkostemp(temporary.data, O_CLOEXEC);
	if (fd < 0)
		return pedigree_fail_errno(err, "cannot write %s", path);
	if (pedigree_write_all(fd, bytes, n) < 0 || (sync && fsync(fd) < 0)) {
		code = pedigree_fail_errno(err, "cannot write %s", path);
		close(fd);
		goto undo;
	}
	if (close(fd) < 0 || rename(temporary.data, path) < 0) {
		code = pedigree_fail_errno(err, "cannot write %s", path);
		goto undo;
	}
	return 0;
undo:
	unlink(temporary.data);
	return code;
}

int pedigree_write_file(const char *path, const void *bytes, size_t n,
			struct pedigree_error *err)
{
	return replace(path, bytes, n, true, err);
}

int pedigree_write_file_soon(const char *path, const void *bytes, size_t n,
			     struct pedigree_error *err)
{
	return replace(path, bytes, n, false, err);
}
