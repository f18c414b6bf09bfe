/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes an empty event log, and proves that stores into it work.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fs.h"
#include "evlog/format.h"
#include "run/spool.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

#define SMALLEST (UINT64_C(1) << 20)

static void read_boot_id(uint8_t id[16])
{
	FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");
	char text[64] = "";
	size_t n = 0;

	if (!file)
		return;
	if (!fgets(text, sizeof(text), file))
		text[0] = '\0';
	fclose(file);
	for (const char *at = text; at[0] && at[1] && n < 16;) {
		unsigned int byte;

		if (*at == '-') {
			at++;
			continue;
		}
		if (sscanf(at, "%2x", &byte) != 1)
			return;
		id[n++] = (uint8_t)byte;
		at += 2;
	}
}

/*
 * The largest size this file system and our limits take. RLIMIT_FSIZE is
 * told by a signal too, which must not reach the program that called us.
 */
static uint64_t reserve(int fd)
{
	const struct timespec now = { 0 };
	uint64_t size = PEDIGREE_LOG_MAX;
	sigset_t too_large, before;

	sigemptyset(&too_large);
	sigaddset(&too_large, SIGXFSZ);
	pthread_sigmask(SIG_BLOCK, &too_large, &before);
	while (size >= SMALLEST && ftruncate(fd, (off_t)size) < 0) {
		if (errno == EINTR)
			continue;
		if (errno != EFBIG && errno != EINVAL && errno != ENOSPC) {
			size = 0;
			break;
		}
		size /= 2;
	}
	while (sigtimedwait(&too_large, NULL, &now) > 0)
		;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return size >= SMALLEST ? size : 0;
}

/* Some FUSE and network mounts have no shared mappings, or take no store. */
static bool stores_work(int fd)
{
	void *page = mmap(NULL, PEDIGREE_LOG_HEADER_SIZE,
			  PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	bool ok;

	if (page == MAP_FAILED)
		return false;
	/* EINVAL: before Linux 5.14; the shim then writes with write(2). */
	ok = madvise(page, PEDIGREE_LOG_HEADER_SIZE, MADV_POPULATE_WRITE) ==
		     0 ||
	     errno == EINVAL;
	munmap(page, PEDIGREE_LOG_HEADER_SIZE);
	return ok;
}

static int fill(int fd, const char *run, const char *host, uint64_t size)
{
	struct pedigree_log_header header = {
		.version = PEDIGREE_LOG_VERSION,
		.byte_order = PEDIGREE_LOG_BYTE_ORDER,
		.header_size = PEDIGREE_LOG_HEADER_SIZE,
		.grain = PEDIGREE_CHUNK_GRAIN,
		.capacity = size,
		.cursor = PEDIGREE_LOG_HEADER_SIZE,
	};
	struct timespec now;

	memcpy(header.magic, PEDIGREE_LOG_MAGIC, sizeof(header.magic));
	clock_gettime(CLOCK_REALTIME, &now);
	header.created_ns =
		(uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
	if (getrandom(&header.salt, sizeof(header.salt), GRND_NONBLOCK) < 0)
		header.salt = header.created_ns ^ (uint64_t)getpid() << 40;
	read_boot_id(header.boot_id);
	snprintf(header.run, sizeof(header.run), "%s", run);
	snprintf(header.host, sizeof(header.host), "%s", host);
	return pwrite(fd, &header, sizeof(header), 0) == (ssize_t)sizeof(header)
		       ? 0
		       : -1;
}

int pedigree_log_make(const char *folder, const char *run, const char *host,
		      struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	_cleanup_fd_ int fd = -1;
	uint64_t size;

	pedigree_path_join(&path, folder, host);
	pedigree_buf_add_str(&path, PEDIGREE_LOG_SUFFIX);
	if (pedigree_buf_error(&path))
		return pedigree_fail_memory(err);
	fd = open(path.data, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return pedigree_fail_errno(err, "cannot make %s", path.data);
	size = reserve(fd);
	if (size == 0 || fill(fd, run, host, size) < 0) {
		pedigree_fail_errno(err, "no room for an event log in %s",
				    folder);
		unlink(path.data);
		return PEDIGREE_EIO;
	}
	if (!stores_work(fd)) {
		pedigree_fail_errno(err, "shared mappings do not work in %s",
				    folder);
		unlink(path.data);
		return PEDIGREE_EIO;
	}
	return 0;
}
