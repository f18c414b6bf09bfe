/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ways to reach a file: odd conditions.
 */
#include "config.h"

#include <dlfcn.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ways.h"

static void way_descriptors_closed(void)
{
	expect("read in.txt");
	closefrom(3);
	take(open("in.txt", O_RDONLY));
}

static void way_close_range(void)
{
	expect("read in.txt");
	if (close_range(3, ~0U, 0) < 0)
		exit(77);
	take(open("in.txt", O_RDONLY));
}

static void way_descriptors_used_up(void)
{
	expect("read in.txt");
	take(open("in.txt", O_RDONLY));
	while (dup(0) >= 0)
		;
	/* The program's last descriptor, and the shim needs none of it. */
	close(3);
	expect("read other.txt");
	take(open("other.txt", O_RDONLY));
}

static void way_no_exit_handlers(void)
{
	expect("write out.txt");
	put(open("out.txt", NEW, 0640));
	_exit(0);
}

static void way_abort(void)
{
	expect("write out.txt");
	put(open("out.txt", NEW, 0640));
	signal(SIGABRT, SIG_DFL);
	abort();
}

static void way_segv(void)
{
	expect("write out.txt");
	put(open("out.txt", NEW, 0640));
	raise(SIGSEGV);
}

static void handler(int number)
{
	(void)number;
	close(open("in.txt", O_RDONLY));
}

static void way_signal_handler(void)
{
	expect("read in.txt");
	signal(SIGUSR1, handler);
	raise(SIGUSR1);
}

static void way_dlopen(void)
{
	char path[4096];
	void *library;

	if (!realpath("module.so", path))
		exit(77);
	expect("load module.so");
	library = dlopen(path, RTLD_NOW);
	if (!library)
		errx(3, "%s", dlerror());
}

static void way_io_uring(void)
{
#ifdef SYS_io_uring_setup
	char parameters[256] = "";
	int fd = (int)syscall(SYS_io_uring_setup, 1, parameters);

	if (fd < 0)
		exit(77); /* switched off in this kernel */
	expect("blind IoUring");
	close(fd);
#else
	exit(77);
#endif
}

static void way_long_path(void)
{
	char name[201], path[1300] = "";

	memset(name, 'n', 200);
	name[200] = '\0';
	for (int i = 0; i < 5; i++) {
		strcat(strcat(path, name), "/");
		ok(mkdir(path, 0750), "mkdir");
	}
	strcat(path, "out.txt");
	expect("write %s", path);
	put(open(path, NEW, 0640));
}

static void way_odd_names(void)
{
	expect("write sub/a b'\"$c.txt");
	put(open("sub/a b'\"$c.txt", NEW, 0640));
}

static void way_null_paths(void)
{
	char *volatile null = NULL;
	char *const *volatile none = NULL;

	expect("read in.txt");
	if (open(null, O_RDONLY) >= 0 || errno != EFAULT)
		errx(3, "open(NULL): %d", errno);
	if (openat(AT_FDCWD, null, O_RDONLY) >= 0 || errno != EFAULT)
		errx(3, "openat(NULL): %d", errno);
	if (rename(null, "x") >= 0 || errno != EFAULT)
		errx(3, "rename(NULL): %d", errno);
	if (unlink(null) >= 0 || errno != EFAULT)
		errx(3, "unlink(NULL): %d", errno);
	if (chdir(null) >= 0 || errno != EFAULT)
		errx(3, "chdir(NULL): %d", errno);
	if (execve(null, none, none) >= 0 || errno != EFAULT)
		errx(3, "execve(NULL): %d", errno);
	take(open("in.txt", O_RDONLY));
}

const struct way ways_odd[] = {
	WAY(descriptors_closed), WAY(close_range), WAY(descriptors_used_up),
	WAY(no_exit_handlers),	 WAY(abort),	   WAY(segv),
	WAY(signal_handler),	 WAY(dlopen),	   WAY(io_uring),
	WAY(long_path),		 WAY(odd_names),   WAY(null_paths),
	{ NULL, NULL },
};
