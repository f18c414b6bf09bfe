/* SPDX-License-Identifier: Apache-2.0 */
/*
 * open and its family.
 *
 * Records: OPEN after success, with what O_TRUNC emptied. O_PATH opens no
 * content and is only remembered as a folder.
 * Before start-up: the raw system call; nothing is recorded.
 * Safe in a signal handler and in a vfork child: yes.
 */
#include "config.h"

#include <stdarg.h>

#include "hooks/gate.h"
#include "hooks/note.h"
#include "hooks/paths.h"
#include "hooks/real.h"
#include "hooks/sys.h"

/* The mode is there only when the flags say so (O_TMPFILE too). */
#define READ_MODE(flags, mode) \
	do { \
		if ((flags)&O_CREAT || ((flags)&O_TMPFILE) == O_TMPFILE) { \
			va_list list; \
			va_start(list, flags); \
			(mode) = va_arg(list, mode_t); \
			va_end(list); \
		} \
	} while (0)

static int raw(int dirfd, const char *path, int flags, mode_t mode)
{
	return (int)pedigree_sys_result(
		pedigree_sys(SYS_openat, dirfd, path, flags, mode));
}

static inline void look(int dirfd, const char *path, int flags,
			struct pedigree_victim *ret_victim)
{
	if (flags & O_TRUNC)
		pedigree_note_before_open(dirfd, path, flags, ret_victim);
	else
		ret_victim->content = false;
}

static inline int note(int dirfd, const char *path, int flags, int fd,
		       const struct pedigree_victim *victim)
{
	if (fd >= 0 && pedigree_gate_on())
		pedigree_note_open(dirfd, path, flags, fd, victim);
	return fd;
}

int open(const char *path, int flags, ...)
{
	struct pedigree_victim victim;
	mode_t mode = 0;

	READ_MODE(flags, mode);
	if (!pedigree_real.open)
		return raw(AT_FDCWD, path, flags, mode);
	look(AT_FDCWD, path, flags, &victim);
	return note(AT_FDCWD, path, flags,
		    pedigree_real.open(path, flags, mode), &victim);
}

int open64(const char *path, int flags, ...)
{
	struct pedigree_victim victim;
	mode_t mode = 0;

	READ_MODE(flags, mode);
	if (!pedigree_real.open64)
		return raw(AT_FDCWD, path, flags, mode);
	look(AT_FDCWD, path, flags, &victim);
	return note(AT_FDCWD, path, flags,
		    pedigree_real.open64(path, flags, mode), &victim);
}

int __open(const char *path, int flags, ...)
{
	struct pedigree_victim victim;
	mode_t mode = 0;

	READ_MODE(flags, mode);
	if (!pedigree_real.__open)
		return raw(AT_FDCWD, path, flags, mode);
	look(AT_FDCWD, path, flags, &victim);
	return note(AT_FDCWD, path, flags,
		    pedigree_real.__open(path, flags, mode), &victim);
}

int __open64(const char *path, int flags, ...)
{
	struct pedigree_victim victim;
	mode_t mode = 0;

	READ_MODE(flags, mode);
	if (!pedigree_real.__open64)
		return raw(AT_FDCWD, path, flags, mode);
	look(AT_FDCWD, path, flags, &victim);
	return note(AT_FDCWD, path, flags,
		    pedigree_real.__open64(path, flags, mode), &victim);
}

int openat(int dirfd, const char *path, int flags, ...)
{
	struct pedigree_victim victim;
	mode_t mode = 0;

	READ_MODE(flags, mode);
	if (!pedigree_real.openat)
		return raw(dirfd, path, flags, mode);
	look(dirfd, path, flags, &victim);
	return note(dirfd, path, flags,
		    pedigree_real.openat(dirfd, path, flags, mode), &victim);
}

int openat64(int dirfd, const char *path, int flags, ...)
{
	struct pedigree_victim victim;
	mode_t mode = 0;

	READ_MODE(flags, mode);
	if (!pedigree_real.openat64)
		return raw(dirfd, path, flags, mode);
	look(dirfd, path, flags, &victim);
	return note(dirfd, path, flags,
		    pedigree_real.openat64(dirfd, path, flags, mode), &victim);
}

/* What a caller compiled with _FORTIFY_SOURCE uses when no mode is given. */
int __open_2(const char *path, int flags)
{
	struct pedigree_victim victim;

	if (!pedigree_real.__open_2)
		return raw(AT_FDCWD, path, flags, 0);
	look(AT_FDCWD, path, flags, &victim);
	return note(AT_FDCWD, path, flags, pedigree_real.__open_2(path, flags),
		    &victim);
}

int __open64_2(const char *path, int flags)
{
	struct pedigree_victim victim;

	if (!pedigree_real.__open64_2)
		return raw(AT_FDCWD, path, flags, 0);
	look(AT_FDCWD, path, flags, &victim);
	return note(AT_FDCWD, path, flags,
		    pedigree_real.__open64_2(path, flags), &victim);
}

int __openat_2(int dirfd, const char *path, int flags)
{
	struct pedigree_victim victim;

	if (!pedigree_real.__openat_2)
		return raw(dirfd, path, flags, 0);
	look(dirfd, path, flags, &victim);
	return note(dirfd, path, flags,
		    pedigree_real.__openat_2(dirfd, path, flags), &victim);
}

int __openat64_2(int dirfd, const char *path, int flags)
{
	struct pedigree_victim victim;

	if (!pedigree_real.__openat64_2)
		return raw(dirfd, path, flags, 0);
	look(dirfd, path, flags, &victim);
	return note(dirfd, path, flags,
		    pedigree_real.__openat64_2(dirfd, path, flags), &victim);
}

int creat(const char *path, mode_t mode)
{
	const int flags = O_WRONLY | O_CREAT | O_TRUNC;
	struct pedigree_victim victim;

	if (!pedigree_real.creat)
		return raw(AT_FDCWD, path, flags, mode);
	look(AT_FDCWD, path, flags, &victim);
	return note(AT_FDCWD, path, flags, pedigree_real.creat(path, mode),
		    &victim);
}

int creat64(const char *path, mode_t mode)
{
	const int flags = O_WRONLY | O_CREAT | O_TRUNC;
	struct pedigree_victim victim;

	if (!pedigree_real.creat64)
		return raw(AT_FDCWD, path, flags, mode);
	look(AT_FDCWD, path, flags, &victim);
	return note(AT_FDCWD, path, flags, pedigree_real.creat64(path, mode),
		    &victim);
}

/* The handle has no path: the kernel is asked for it. */
int open_by_handle_at(int mount, struct file_handle *handle, int flags)
{
	int fd;

	if (!pedigree_real.open_by_handle_at)
		return (int)pedigree_sys_result(pedigree_sys(
			SYS_open_by_handle_at, mount, handle, flags));
	fd = pedigree_real.open_by_handle_at(mount, handle, flags);
	if (fd >= 0 && pedigree_gate_on())
		pedigree_note_descriptor(fd, flags);
	return fd;
}
