/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A log is made as large as it may ever grow, and sparse. What copies or
 * packs a home folder and knows nothing of holes would read 32 GiB of zeros
 * for every run, so a log that nobody writes to any more is replaced by a
 * copy of what it holds. Replaced, not cut: a process that is not known to
 * live and has it mapped keeps the old one.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/fs.h"
#include "evlog/format.h"
#include "run/spool.h"

#define PIECE (64 * 1024)

static bool copy(int from, int to, uint64_t size)
{
	char piece[PIECE];
	uint64_t at = 0;

	while (at < size) {
		size_t n = size - at < PIECE ? (size_t)(size - at) : PIECE;
		ssize_t got = pread(from, piece, n, (off_t)at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0 ||
		    pwrite(to, piece, (size_t)got, (off_t)at) != got)
			return false;
		at += (uint64_t)got;
	}
	return true;
}

/* What the log holds in bytes; 0 when it is to be left as it is. */
static uint64_t content(int fd)
{
	struct pedigree_log_header header;
	struct stat st;

	if (fstat(fd, &st) < 0 ||
	    pread(fd, &header, sizeof(header), 0) != sizeof(header) ||
	    memcmp(header.magic, PEDIGREE_LOG_MAGIC, sizeof(header.magic)) ||
	    header.byte_order != PEDIGREE_LOG_BYTE_ORDER ||
	    header.version != PEDIGREE_LOG_VERSION ||
	    header.cursor < PEDIGREE_LOG_HEADER_SIZE ||
	    header.cursor >= (uint64_t)st.st_size)
		return 0;
	return header.cursor;
}

static bool make_copy(int from, uint64_t size, const char *path)
{
	_cleanup_fd_ int to =
		open(path,
		     O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
		     0600);

	return to >= 0 && copy(from, to, size) &&
	       pwrite(to, &size, sizeof(size),
		      offsetof(struct pedigree_log_header, capacity)) ==
		       (ssize_t)sizeof(size) &&
	       fdatasync(to) == 0;
}

void pedigree_log_settle(const char *folder)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf copied = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf seen = PEDIGREE_BUF_INIT;
	_cleanup_fd_ int fd = -1;
	struct utsname here;
	uint64_t size;

	if (uname(&here) < 0)
		return;
	pedigree_path_join(&path, folder, here.nodename);
	pedigree_buf_add_str(&path, PEDIGREE_LOG_SUFFIX);
	pedigree_path_join(&copied, folder, "settling");
	pedigree_path_join(&seen, folder, here.nodename);
	pedigree_buf_add_str(&seen, PEDIGREE_SEEN_SUFFIX);
	if (pedigree_buf_error(&path) || pedigree_buf_error(&copied) ||
	    pedigree_buf_error(&seen))
		return;
	unlink(seen.data);
	fd = open(path.data, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	size = fd < 0 ? 0 : content(fd);
	if (!size)
		return;
	if (!make_copy(fd, size, copied.data) ||
	    rename(copied.data, path.data) < 0)
		unlink(copied.data);
}

bool pedigree_log_unsettle(const char *folder, const char *run,
			   const char *host)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	struct pedigree_log_header header;
	_cleanup_fd_ int fd = -1;
	uint64_t size = PEDIGREE_LOG_MAX;
	struct stat st;

	pedigree_path_join(&path, folder, host);
	pedigree_buf_add_str(&path, PEDIGREE_LOG_SUFFIX);
	if (pedigree_buf_error(&path))
		return false;
	fd = open(path.data, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return errno == ENOENT &&
		       pedigree_spool_make_log(folder, run, host, NULL) == 0;
	if (fstat(fd, &st) < 0 ||
	    pread(fd, &header, sizeof(header), 0) != sizeof(header))
		return false;
	if (header.cursor < (uint64_t)st.st_size)
		return true;
	/* As in hooks/log_make.c, some file systems end earlier. */
	while (ftruncate(fd, (off_t)size) < 0) {
		size /= 2;
		if (size <= (uint64_t)st.st_size)
			return false;
	}
	return pwrite(fd, &size, sizeof(size),
		      offsetof(struct pedigree_log_header, capacity)) ==
	       (ssize_t)sizeof(size);
}
