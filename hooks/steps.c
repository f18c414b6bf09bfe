/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "hooks/steps.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "hooks/gate.h"
#include "hooks/scratch.h"
#include "hooks/sys.h"

#define STREAMS 3

/* A pipe's name is pipe:[inode], a file's its path, as /proc has them. */
static size_t name_of(int fd, char *scratch)
{
	char link[] = "/proc/self/fd/0";
	long n;

	link[sizeof(link) - 2] = (char)('0' + fd);
	n = pedigree_sys(SYS_readlinkat, AT_FDCWD, link, scratch,
			 PEDIGREE_SCRATCH_SIZE);
	return n > 0 && n < PEDIGREE_SCRATCH_SIZE ? (size_t)n : 0;
}

static uint8_t access_of(int fd)
{
	long flags = pedigree_sys(SYS_fcntl, fd, F_GETFL);

	if (flags < 0)
		return 0;
	switch (flags & O_ACCMODE) {
	case O_RDONLY:
		return PEDIGREE_F_READ;
	case O_WRONLY:
		return PEDIGREE_F_WRITE;
	default:
		return PEDIGREE_F_READ | PEDIGREE_F_WRITE;
	}
}

static bool is_told(int fd)
{
	struct stat st;

	return !pedigree_sys(SYS_fstat, fd, &st) &&
	       (S_ISFIFO(st.st_mode) || S_ISREG(st.st_mode));
}

void pedigree_steps_streams(void)
{
	_cleanup_scratch_ char *scratch = pedigree_scratch_get();

	if (!scratch)
		return;
	for (int fd = 0; fd < STREAMS; fd++) {
		const struct pedigree_stream body = { .fd = (uint32_t)fd };
		struct pedigree_entry entry = {
			.type = PEDIGREE_EV_STREAM,
			.body = &body,
			.body_size = sizeof(body),
		};

		if (!is_told(fd))
			continue;
		entry.flags = access_of(fd);
		entry.text[0].bytes = scratch;
		entry.text[0].n = name_of(fd, scratch);
		if (entry.flags && entry.text[0].n)
			pedigree_log_add(&entry);
	}
}

void pedigree_steps_reaped(uint32_t pid, int status)
{
	const struct pedigree_reaped body = {
		.status = (uint32_t)status & 0xffff,
		.pid = pid,
	};
	const struct pedigree_entry entry = {
		.type = PEDIGREE_EV_REAPED,
		.body = &body,
		.body_size = sizeof(body),
	};

	if ((WIFEXITED(status) || WIFSIGNALED(status)) && pedigree_gate_on())
		pedigree_log_add(&entry);
}
