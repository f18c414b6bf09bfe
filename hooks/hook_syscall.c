/* SPDX-License-Identifier: Apache-2.0 */
/*
 * syscall(2): the numbers of calls that other hooks know are recorded as
 * those are; everything else passes through untouched, in a tail call, so
 * that even a number that returns twice or on another stack behaves as with
 * libc alone.
 *
 * Records: as the hooks of the same names; BLIND when io_uring is set up.
 * Before start-up: the raw system call; nothing is recorded.
 * Safe in a signal handler and in a vfork child: yes.
 */
#include "config.h"

#include <linux/openat2.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <unistd.h>

#include "hooks/gate.h"
#include "hooks/launch.h"
#include "hooks/note.h"
#include "hooks/paths.h"
#include "hooks/real.h"
#include "hooks/sockets.h"
#include "hooks/sys.h"

/* Six longs, whatever the caller gave: registers that mean nothing pass. */
typedef long (*six)(long number, long a, long b, long c, long d, long e,
		    long f);

static inline six real(void)
{
	return (six)pedigree_real.syscall;
}

#define TEXT(argument) ((const char *)(argument))

static long open_call(long number, const long *a, int dirfd, const char *path,
		      int flags)
{
	struct pedigree_victim victim;
	long fd;

	pedigree_note_before_open(dirfd, path, flags, &victim);
	fd = real()(number, a[0], a[1], a[2], a[3], a[4], a[5]);
	if (fd >= 0 && pedigree_gate_on())
		pedigree_note_open(dirfd, path, flags, (int)fd, &victim);
	return fd;
}

/* The flags are the kernel's to read first: what they empty is not known. */
static long openat2_call(const long *a)
{
	long fd = real()(SYS_openat2, a[0], a[1], a[2], a[3], a[4], a[5]);
	const struct open_how *how = (const struct open_how *)a[2];

	if (fd >= 0 && pedigree_gate_on())
		pedigree_note_open((int)a[0], TEXT(a[1]), (int)how->flags,
				   (int)fd, NULL);
	return fd;
}

static long rename_call(long number, const long *a,
			struct pedigree_rename *rename)
{
	long result;

	pedigree_note_before_rename(rename);
	result = real()(number, a[0], a[1], a[2], a[3], a[4], a[5]);
	if (!result && pedigree_gate_on())
		pedigree_note_rename(rename);
	return result;
}

static long remove_call(long number, const long *a, int dirfd, const char *path)
{
	struct pedigree_victim victim;
	long result;

	pedigree_note_look(dirfd, path, AT_SYMLINK_NOFOLLOW, &victim);
	result = real()(number, a[0], a[1], a[2], a[3], a[4], a[5]);
	if (!result && pedigree_gate_on())
		pedigree_note_unlink(dirfd, path, &victim);
	return result;
}

static void note_io_uring(void)
{
	static _Atomic bool noted;

	if (pedigree_gate_on() && !atomic_exchange(&noted, true))
		pedigree_note_blind(PEDIGREE_BLIND_IO_URING, AT_FDCWD, NULL);
}

/* Calls of which only the success matters. */
static void note_after(long number, const long *a, long result)
{
	if (!pedigree_gate_on())
		return;
	switch (number) {
#ifdef SYS_link
	case SYS_link:
		pedigree_note_link(AT_FDCWD, TEXT(a[0]), AT_FDCWD, TEXT(a[1]),
				   0);
		break;
	case SYS_symlink:
		pedigree_note_symlink(TEXT(a[0]), AT_FDCWD, TEXT(a[1]));
		break;
	case SYS_dup2:
#endif
	case SYS_dup:
	case SYS_dup3:
		pedigree_dirs_copy((int)a[0], (int)result);
		pedigree_socket_copied((int)a[0], (int)result);
		break;
	case SYS_linkat:
		pedigree_note_link((int)a[0], TEXT(a[1]), (int)a[2], TEXT(a[3]),
				   (int)a[4]);
		break;
	case SYS_symlinkat:
		pedigree_note_symlink(TEXT(a[0]), (int)a[1], TEXT(a[2]));
		break;
	case SYS_chdir:
	case SYS_fchdir:
		pedigree_paths_moved();
		break;
	case SYS_chroot:
		pedigree_note_chroot(TEXT(a[0]));
		break;
	case SYS_io_uring_setup:
		note_io_uring();
		break;
	default:
		break;
	}
}

static long truncate_call(const long *a)
{
	struct pedigree_victim victim;
	long result;

	pedigree_note_look(AT_FDCWD, TEXT(a[0]), 0, &victim);
	result = real()(SYS_truncate, a[0], a[1], a[2], a[3], a[4], a[5]);
	if (!result && pedigree_gate_on())
		pedigree_note_truncate(TEXT(a[0]), &victim);
	return result;
}

static __attribute__((noinline)) long known(long number, long a0, long a1,
					    long a2, long a3, long a4, long a5)
{
	const long a[6] = { a0, a1, a2, a3, a4, a5 };
	struct pedigree_rename rename = { .fromfd = AT_FDCWD,
					  .tofd = AT_FDCWD };
	long result;

	switch (number) {
#ifdef SYS_open
	case SYS_open:
		return open_call(number, a, AT_FDCWD, TEXT(a0), (int)a1);
	case SYS_creat:
		return open_call(number, a, AT_FDCWD, TEXT(a0),
				 O_WRONLY | O_CREAT | O_TRUNC);
	case SYS_rename:
		rename.from = TEXT(a0);
		rename.to = TEXT(a1);
		return rename_call(number, a, &rename);
	case SYS_unlink:
	case SYS_rmdir:
		return remove_call(number, a, AT_FDCWD, TEXT(a0));
#endif
	case SYS_openat:
		return open_call(number, a, (int)a0, TEXT(a1), (int)a2);
	case SYS_openat2:
		return openat2_call(a);
#ifdef SYS_renameat
	case SYS_renameat:
#endif
	case SYS_renameat2:
		rename.fromfd = (int)a0;
		rename.from = TEXT(a1);
		rename.tofd = (int)a2;
		rename.to = TEXT(a3);
		rename.flags = number == SYS_renameat2 ? (unsigned int)a4 : 0;
		return rename_call(number, a, &rename);
	case SYS_unlinkat:
		return remove_call(number, a, (int)a0, TEXT(a1));
	case SYS_truncate:
		return truncate_call(a);
	case SYS_execve:
		return execve(TEXT(a0), (char *const *)a1, (char *const *)a2);
	case SYS_execveat:
		return execveat((int)a0, TEXT(a1), (char *const *)a2,
				(char *const *)a3, (int)a4);
	case SYS_close:
		/* While the socket can still be asked. */
		if (pedigree_gate_on()) {
			pedigree_dirs_forget((int)a0);
			pedigree_socket_forget((int)a0);
		}
		return real()(number, a0, a1, a2, a3, a4, a5);
	default:
		result = real()(number, a0, a1, a2, a3, a4, a5);
		if (result >= 0)
			note_after(number, a, result);
		return result;
	}
}

static bool is_known(long number)
{
	switch (number) {
#ifdef SYS_open
	case SYS_open:
	case SYS_creat:
	case SYS_rename:
	case SYS_unlink:
	case SYS_rmdir:
	case SYS_link:
	case SYS_symlink:
	case SYS_dup2:
#endif
#ifdef SYS_renameat
	case SYS_renameat:
#endif
	case SYS_openat:
	case SYS_openat2:
	case SYS_renameat2:
	case SYS_unlinkat:
	case SYS_linkat:
	case SYS_symlinkat:
	case SYS_truncate:
	case SYS_execve:
	case SYS_execveat:
	case SYS_chdir:
	case SYS_fchdir:
	case SYS_chroot:
	case SYS_io_uring_setup:
	case SYS_close:
	case SYS_dup:
	case SYS_dup3:
		return true;
	default:
		return false;
	}
}

/* Declared with six longs, so that they pass as they came. */
__attribute__((visibility("default"))) long
pedigree_syscall(long number, long a, long b, long c, long d, long e,
		 long f) __asm__("syscall");

long pedigree_syscall(long number, long a, long b, long c, long d, long e,
		      long f)
{
	if (!pedigree_real.syscall)
		return pedigree_sys_result(
			pedigree_sys6(number, a, b, c, d, e, f));
	if (!is_known(number))
		return real()(number, a, b, c, d, e, f);
	return known(number, a, b, c, d, e, f);
}
