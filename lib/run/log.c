/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes an empty event log, and proves that stores into it work.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fs.h"
#include "evlog/format.h"
#include "hooks/log.h"
#include "run/spool.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

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

void pedigree_spool_want_steps(const char *folder, const char *host)
{
	const uint64_t modes = PEDIGREE_MODE_STEPS;
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	_cleanup_fd_ int fd = -1;

	pedigree_path_join(&path, folder, host);
	pedigree_buf_add_str(&path, PEDIGREE_LOG_SUFFIX);
	if (pedigree_buf_error(&path))
		return;
	fd = open(path.data, O_WRONLY | O_CLOEXEC);
	if (fd >= 0 && pwrite(fd, &modes, sizeof(modes),
			      offsetof(struct pedigree_log_header, modes)) < 0)
		return; /* steps then lack redirections and exit statuses */
}

int pedigree_spool_make_log(const char *folder, const char *run,
			    const char *host, struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	_cleanup_fd_ int fd = -1;
	struct pedigree_log_new new = {
		.run = { .bytes = run, .n = strlen(run) },
		.host = host,
	};
	long error;

	pedigree_path_join(&path, folder, host);
	pedigree_buf_add_str(&path, PEDIGREE_LOG_SUFFIX);
	if (pedigree_buf_error(&path))
		return pedigree_fail_memory(err);
	new.path = path.data;
	error = pedigree_log_create(&new);
	if (error) {
		errno = (int)-error;
		return pedigree_fail_errno(err, "cannot make %s", path.data);
	}
	fd = open(path.data, O_RDWR | O_CLOEXEC);
	if (fd < 0 || !stores_work(fd)) {
		pedigree_fail_errno(err, "shared mappings do not work in %s",
				    folder);
		unlink(path.data);
		return PEDIGREE_EIO;
	}
	return 0;
}
