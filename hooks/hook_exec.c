/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The exec family.
 *
 * Records before the call: BLIND for a program the shim will not come up in.
 * Keeps LD_PRELOAD as it must be, also in an environment that was cleaned.
 * Before start-up: the raw system call, or the real function where PATH is
 * searched; nothing is recorded.
 * Safe in a signal handler and in a vfork child: yes.
 *
 * The variadic forms put their arguments on the stack, as libc's do.
 */
#include "config.h"

#include <alloca.h>
#include <stdarg.h>
#include <unistd.h>

#include "hooks/launch.h"
#include "hooks/real.h"
#include "hooks/sys.h"

static int failed(struct pedigree_launch *launch, int result)
{
	pedigree_launch_failed(launch);
	return result;
}

int execve(const char *path, char *const argv[], char *const envp[])
{
	struct pedigree_launch launch;

	if (!pedigree_real.execve)
		return (int)pedigree_sys_result(
			pedigree_sys(SYS_execve, path, argv, envp));
	pedigree_launch_begin(&launch, AT_FDCWD, path, 0, envp,
			      PEDIGREE_LAUNCH_EXEC);
	return failed(&launch,
		      pedigree_real.execve(path, argv, launch.env.envp));
}

int execv(const char *path, char *const argv[])
{
	return execve(path, argv, environ);
}

int execvpe(const char *file, char *const argv[], char *const envp[])
{
	struct pedigree_launch launch;

	pedigree_launch_search(&launch, file, envp, PEDIGREE_LAUNCH_EXEC);
	return failed(&launch,
		      pedigree_real_of(execvpe)(file, argv, launch.env.envp));
}

int execvp(const char *file, char *const argv[])
{
	return execvpe(file, argv, environ);
}

/* A caller may say what libc declares impossible. */
static bool is_null(const char *arg)
{
	return !arg;
}

/* How many arguments there are, without the NULL at their end. */
#define COUNT_ARGUMENTS(first, n) \
	do { \
		va_list counted; \
		(n) = 0; \
		if (is_null(first)) \
			break; \
		va_start(counted, first); \
		do \
			(n)++; \
		while (va_arg(counted, const char *)); \
		va_end(counted); \
	} while (0)

/* Leaves `list` behind the NULL, for who wants what follows. */
#define COPY_ARGUMENTS(list, first, n, argv) \
	do { \
		va_start(list, first); \
		(argv)[0] = (char *)(first); \
		for (size_t i = 1; i <= (n); i++) \
			(argv)[i] = va_arg(list, char *); \
	} while (0)

int execl(const char *path, const char *arg, ...)
{
	va_list list;
	char **argv;
	size_t n;

	COUNT_ARGUMENTS(arg, n);
	argv = alloca((n + 1) * sizeof(*argv));
	COPY_ARGUMENTS(list, arg, n, argv);
	va_end(list);
	return execve(path, argv, environ);
}

int execle(const char *path, const char *arg, ...)
{
	char *const *envp;
	va_list list;
	char **argv;
	size_t n;

	COUNT_ARGUMENTS(arg, n);
	argv = alloca((n + 1) * sizeof(*argv));
	COPY_ARGUMENTS(list, arg, n, argv);
	envp = va_arg(list, char *const *);
	va_end(list);
	return execve(path, argv, envp);
}

int execlp(const char *file, const char *arg, ...)
{
	va_list list;
	char **argv;
	size_t n;

	COUNT_ARGUMENTS(arg, n);
	argv = alloca((n + 1) * sizeof(*argv));
	COPY_ARGUMENTS(list, arg, n, argv);
	va_end(list);
	return execvpe(file, argv, environ);
}

int fexecve(int fd, char *const argv[], char *const envp[])
{
	struct pedigree_launch launch;

	pedigree_launch_begin(&launch, fd, "", AT_EMPTY_PATH, envp,
			      PEDIGREE_LAUNCH_EXEC);
	return failed(&launch,
		      pedigree_real_of(fexecve)(fd, argv, launch.env.envp));
}

int execveat(int dirfd, const char *path, char *const argv[],
	     char *const envp[], int flags)
{
	struct pedigree_launch launch;

	if (!pedigree_real.execveat)
		return (int)pedigree_sys_result(pedigree_sys(
			SYS_execveat, dirfd, path, argv, envp, flags));
	pedigree_launch_begin(&launch, dirfd, path,
			      flags & (AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW),
			      envp, PEDIGREE_LAUNCH_EXEC);
	return failed(&launch, pedigree_real.execveat(dirfd, path, argv,
						      launch.env.envp, flags));
}
