/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Descriptors: only for the table of folders' descriptors, which -at calls
 * need, and for what is known of sockets. Both are empty in most programs,
 * and then nothing happens here.
 *
 * Records: nothing.
 * Before start-up: the raw system call.
 * Safe in a signal handler and in a vfork child: yes; the child's descriptors
 * are not the parent's, and hooks/paths.c keeps them apart.
 */
#include "config.h"

#include <stdarg.h>
#include <unistd.h>

#include "hooks/paths.h"
#include "hooks/real.h"
#include "hooks/sockets.h"
#include "hooks/sys.h"

static inline void forget(int fd)
{
	pedigree_dirs_forget(fd);
	pedigree_socket_forget(fd);
}

int close(int fd)
{
	if (!pedigree_real.close)
		return (int)pedigree_sys_result(pedigree_sys(SYS_close, fd));
	forget(fd);
	return pedigree_real.close(fd);
}

int __close(int fd)
{
	if (!pedigree_real.__close)
		return (int)pedigree_sys_result(pedigree_sys(SYS_close, fd));
	forget(fd);
	return pedigree_real.__close(fd);
}

static void forget_range(unsigned int first, unsigned int last)
{
	if (pedigree_dirs_used)
		pedigree_dirs_clear(first, last);
	if (pedigree_sockets_used)
		pedigree_socket_gone(first, last);
}

int close_range(unsigned int first, unsigned int last, int flags)
{
	int result;

	if (!pedigree_real.close_range)
		return (int)pedigree_sys_result(
			pedigree_sys(SYS_close_range, first, last, flags));
	result = pedigree_real.close_range(first, last, flags);
	if (!result && !(flags & (int)CLOSE_RANGE_CLOEXEC))
		forget_range(first, last);
	return result;
}

void closefrom(int first)
{
	forget_range(first < 0 ? 0 : (unsigned int)first, ~0u);
	pedigree_real_of(closefrom)(first);
}

static int copied(int from, int to)
{
	if (to < 0)
		return to;
	pedigree_dirs_copy(from, to);
	pedigree_socket_copied(from, to);
	return to;
}

int dup(int fd)
{
	if (!pedigree_real.dup)
		return (int)pedigree_sys_result(pedigree_sys(SYS_dup, fd));
	return copied(fd, pedigree_real.dup(fd));
}

/* dup3 refuses equal descriptors; dup2 does not. */
static int raw_dup2(int from, int to)
{
	if (from != to)
		return (int)pedigree_sys_result(
			pedigree_sys(SYS_dup3, from, to, 0));
	from = (int)pedigree_sys_result(pedigree_sys(SYS_fcntl, from, F_GETFD));
	return from < 0 ? from : to;
}

int dup2(int from, int to)
{
	if (!pedigree_real.dup2)
		return raw_dup2(from, to);
	return copied(from, pedigree_real.dup2(from, to));
}

int __dup2(int from, int to)
{
	if (!pedigree_real.__dup2)
		return raw_dup2(from, to);
	return copied(from, pedigree_real.__dup2(from, to));
}

int dup3(int from, int to, int flags)
{
	if (!pedigree_real.dup3)
		return (int)pedigree_sys_result(
			pedigree_sys(SYS_dup3, from, to, flags));
	return copied(from, pedigree_real.dup3(from, to, flags));
}

/* The argument is an int, a pointer or missing; a long holds each. */
#define READ_ARGUMENT(last, argument) \
	do { \
		va_list list; \
		va_start(list, last); \
		(argument) = va_arg(list, long); \
		va_end(list); \
	} while (0)

static int after_fcntl(int fd, int command, int result)
{
	if (command == F_DUPFD || command == F_DUPFD_CLOEXEC)
		return copied(fd, result);
	return result;
}

int fcntl(int fd, int command, ...)
{
	long argument;

	READ_ARGUMENT(command, argument);
	if (!pedigree_real.fcntl)
		return (int)pedigree_sys_result(
			pedigree_sys(SYS_fcntl, fd, command, argument));
	return after_fcntl(fd, command,
			   pedigree_real.fcntl(fd, command, argument));
}

int fcntl64(int fd, int command, ...)
{
	long argument;

	READ_ARGUMENT(command, argument);
	if (!pedigree_real.fcntl64)
		return (int)pedigree_sys_result(
			pedigree_sys(SYS_fcntl, fd, command, argument));
	return after_fcntl(fd, command,
			   pedigree_real.fcntl64(fd, command, argument));
}

int __fcntl(int fd, int command, ...)
{
	long argument;

	READ_ARGUMENT(command, argument);
	if (!pedigree_real.__fcntl)
		return (int)pedigree_sys_result(
			pedigree_sys(SYS_fcntl, fd, command, argument));
	return after_fcntl(fd, command,
			   pedigree_real.__fcntl(fd, command, argument));
}
