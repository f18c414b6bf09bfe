/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ways to reach a file: opening a file by its name.
 */
#include "config.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ways.h"

/* What glibc's fortified headers call; declared here so that the fortified
   names are reached whatever flags this file is compiled with. */
int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int fd, const char *path, int flags);
int __openat64_2(int fd, const char *path, int flags);

/* --- open ---------------------------------------------------------------- */

READS(way_open, "in.txt", open("in.txt", O_RDONLY))
WRITES(way_open_create, "out.txt", open("out.txt", NEW, 0640))
WRITES(way_open_append, "in.txt", open("in.txt", O_WRONLY | O_APPEND))
WRITES(way_open_rdwr, "in.txt", open("in.txt", O_RDWR))
READS(way_open64, "in.txt", open64("in.txt", O_RDONLY))
WRITES(way_open64_create, "out.txt", open64("out.txt", NEW, 0640))
READS(way_openat_cwd, "in.txt", openat(AT_FDCWD, "in.txt", O_RDONLY))
READS(way_openat_folder, "sub/in.txt",
      openat(folder("sub"), "in.txt", O_RDONLY))
WRITES(way_openat_folder_create, "sub/out.txt",
       openat(folder("sub"), "out.txt", NEW, 0640))
READS(way_openat64, "sub/in.txt", openat64(folder("sub"), "in.txt", O_RDONLY))
READS(way_openat_up, "in.txt", openat(folder("sub"), "../in.txt", O_RDONLY))
WRITES(way_creat, "out.txt", creat("out.txt", 0640))
WRITES(way_creat64, "out.txt", creat64("out.txt", 0640))
READS(way_open_2, "in.txt", __open_2("in.txt", O_RDONLY))
READS(way_open64_2, "in.txt", __open64_2("in.txt", O_RDONLY))
READS(way_openat_2, "sub/in.txt", __openat_2(folder("sub"), "in.txt", O_RDONLY))
READS(way_openat64_2, "sub/in.txt",
      __openat64_2(folder("sub"), "in.txt", O_RDONLY))
READS(way_syscall_openat, "in.txt",
      (int)syscall(SYS_openat, AT_FDCWD, "in.txt", O_RDONLY, 0))
#ifdef SYS_open
READS(way_syscall_open, "in.txt", (int)syscall(SYS_open, "in.txt", O_RDONLY, 0))
WRITES(way_syscall_open_create, "out.txt",
       (int)syscall(SYS_open, "out.txt", NEW, 0640))
#endif
READS(way_doubled_slash, "sub/in.txt", open(".//sub/../sub//in.txt", O_RDONLY))

static void way_syscall_openat2(void)
{
	struct open_how how = { .flags = O_RDONLY };

	expect("read sub/in.txt");
	take((int)syscall(SYS_openat2, folder("sub"), "in.txt", &how,
			  sizeof(how)));
}

static void way_open_handle(void)
{
	struct file_handle *handle = calloc(1, sizeof(*handle) + MAX_HANDLE_SZ);
	int mount, fd;

	handle->handle_bytes = MAX_HANDLE_SZ;
	if (name_to_handle_at(AT_FDCWD, "in.txt", handle, &mount, 0) < 0)
		exit(77);
	fd = open_by_handle_at(folder("."), handle, O_RDONLY);
	if (fd < 0)
		exit(77); /* not allowed, or not on this file system */
	expect("read in.txt");
	take(fd);
	free(handle);
}

static void way_tmpfile_named(void)
{
	char from[64];
	int fd = open(".", O_TMPFILE | O_WRONLY, 0640);

	if (fd < 0 && errno == EOPNOTSUPP)
		exit(77);
	ok(fd, "O_TMPFILE");
	expect("write out.txt");
	ok(write(fd, "x\n", 2), "write");
	snprintf(from, sizeof(from), "/proc/self/fd/%d", fd);
	ok(linkat(AT_FDCWD, from, AT_FDCWD, "out.txt", AT_SYMLINK_FOLLOW),
	   "linkat");
	close(fd);
}

/* --- stdio --------------------------------------------------------------- */

static void use(FILE *file, bool writing)
{
	if (!file)
		err(3, "fopen");
	if (writing)
		fputs("x\n", file);
	else
		fgetc(file);
	fclose(file);
}

static void way_fopen(void)
{
	expect("read in.txt");
	use(fopen("in.txt", "re"), false);
}

static void way_fopen_write(void)
{
	expect("write out.txt");
	use(fopen("out.txt", "w"), true);
}

static void way_fopen_append(void)
{
	expect("write in.txt");
	use(fopen("in.txt", "a+"), true);
}

static void way_fopen64(void)
{
	expect("read in.txt");
	use(fopen64("in.txt", "rb"), false);
}

static void way_freopen(void)
{
	expect("read in.txt");
	expect("read other.txt");
	use(freopen("in.txt", "r", fopen("other.txt", "r")), false);
}

static void way_freopen64(void)
{
	expect("write out.txt");
	use(freopen64("out.txt", "w", fopen("other.txt", "r")), true);
}

static void way_freopen_null(void)
{
	expect("read in.txt");
	use(freopen(NULL, "r", fopen("in.txt", "r")), false);
}

static void way_fdopen(void)
{
	expect("write out.txt");
	use(fdopen(open("out.txt", NEW, 0640), "w"), true);
}

/* --- temporary names ----------------------------------------------------- */

static void named(char *name, int fd)
{
	ok(fd, "mkstemp");
	expect("write %s", name);
	put(fd);
}

#define TEMPORARY(way, call) \
	static void way(void) \
	{ \
		char name[] = "made-XXXXXX.txt"; \
\
		named(name, call); \
	}
#define TEMPORARY_BARE(way, call) \
	static void way(void) \
	{ \
		char name[] = "made-XXXXXX"; \
\
		named(name, call); \
	}

TEMPORARY_BARE(way_mkstemp, mkstemp(name))
TEMPORARY_BARE(way_mkstemp64, mkstemp64(name))
TEMPORARY_BARE(way_mkostemp, mkostemp(name, O_CLOEXEC))
TEMPORARY_BARE(way_mkostemp64, mkostemp64(name, O_CLOEXEC))
TEMPORARY(way_mkstemps, mkstemps(name, 4))
TEMPORARY(way_mkstemps64, mkstemps64(name, 4))
TEMPORARY(way_mkostemps, mkostemps(name, 4, O_CLOEXEC))
TEMPORARY(way_mkostemps64, mkostemps64(name, 4, O_CLOEXEC))

static void way_came_and_went(void)
{
	expect("gone out.tmp");
	put(open("out.tmp", NEW, 0640));
	ok(unlink("out.tmp"), "unlink");
}

const struct way ways_open[] = {
	WAY(open),
	WAY(open_create),
	WAY(open_append),
	WAY(open_rdwr),
	WAY(open64),
	WAY(open64_create),
	WAY(openat_cwd),
	WAY(openat_folder),
	WAY(openat_folder_create),
	WAY(openat64),
	WAY(openat_up),
	WAY(creat),
	WAY(creat64),
	WAY(open_2),
	WAY(open64_2),
	WAY(openat_2),
	WAY(openat64_2),
	WAY(syscall_openat),
	WAY(doubled_slash),
	WAY(syscall_openat2),
	WAY(open_handle),
	WAY(tmpfile_named),
	WAY(fopen),
	WAY(fopen_write),
	WAY(fopen_append),
	WAY(fopen64),
	WAY(freopen),
	WAY(freopen64),
	WAY(freopen_null),
	WAY(fdopen),
	WAY(mkstemp),
	WAY(mkstemp64),
	WAY(mkostemp),
	WAY(mkostemp64),
	WAY(mkstemps),
	WAY(mkstemps64),
	WAY(mkostemps),
	WAY(mkostemps64),
	WAY(came_and_went),
#ifdef SYS_open
	WAY(syscall_open),
	WAY(syscall_open_create),
#endif
	{ NULL, NULL },
};
