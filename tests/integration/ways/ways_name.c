/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ways to reach a file: names, folders and data.
 */
#include "config.h"

#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ways.h"

/* --- names --------------------------------------------------------------- */

#define SAVED(way, call) \
	static void way(void) \
	{ \
		expect("write out.txt"); \
		expect("gone out.tmp"); \
		put(open("out.tmp", NEW, 0640)); \
		ok(call, "rename"); \
	}

SAVED(way_rename, rename("out.tmp", "out.txt"))
SAVED(way_renameat, renameat(folder("."), "out.tmp", AT_FDCWD, "out.txt"))
SAVED(way_renameat2,
      renameat2(AT_FDCWD, "out.tmp", AT_FDCWD, "out.txt", RENAME_NOREPLACE))
SAVED(way_syscall_rename,
      (int)syscall(SYS_renameat2, AT_FDCWD, "out.tmp", AT_FDCWD, "out.txt", 0))

static void way_rename_again_and_again(void)
{
	expect("write out.txt");
	expect("gone out.tmp");
	for (int i = 0; i < 3; i++) {
		put(open("out.tmp", NEW, 0640));
		ok(rename("out.tmp", "out.txt"), "rename");
	}
}

static void way_rename_exchange(void)
{
	expect("write other.txt");
	put(open("out.tmp", NEW, 0640));
	if (renameat2(AT_FDCWD, "out.tmp", AT_FDCWD, "other.txt",
		      RENAME_EXCHANGE) < 0)
		exit(77);
}

static void way_rename_folder(void)
{
	expect("write new/out.txt");
	ok(mkdir("old", 0750), "mkdir");
	put(open("old/out.txt", NEW, 0640));
	ok(rename("old", "new"), "rename");
}

static void way_link(void)
{
	expect("write out.txt");
	put(open("out.tmp", NEW, 0640));
	ok(link("out.tmp", "out.txt"), "link");
	ok(unlink("out.tmp"), "unlink");
}

static void way_linkat(void)
{
	expect("write sub/out.txt");
	put(open("out.tmp", NEW, 0640));
	ok(linkat(AT_FDCWD, "out.tmp", folder("sub"), "out.txt", 0), "linkat");
	ok(unlinkat(AT_FDCWD, "out.tmp", 0), "unlinkat");
}

static void way_symlink(void)
{
	expect("read in.txt");
	ok(symlink("in.txt", "link.txt"), "symlink");
	take(open("link.txt", O_RDONLY));
}

static void way_symlinkat(void)
{
	expect("read in.txt");
	ok(symlinkat("../in.txt", folder("sub"), "link.txt"), "symlinkat");
	take(open("sub/link.txt", O_RDONLY));
}

static void way_remove(void)
{
	expect("gone out.tmp");
	put(open("out.tmp", NEW, 0640));
	ok(remove("out.tmp"), "remove");
}

static void way_truncate(void)
{
	expect("write in.txt");
	ok(truncate("in.txt", 1), "truncate");
}

static void way_truncate64(void)
{
	expect("write in.txt");
	ok(truncate64("in.txt", 1), "truncate64");
}

static void way_ftruncate(void)
{
	int fd = ok(open("in.txt", O_WRONLY), "open");

	expect("write in.txt");
	ok(ftruncate(fd, 1), "ftruncate");
	close(fd);
}

/* --- folders ------------------------------------------------------------- */

static void way_opendir(void)
{
	DIR *dir = opendir("sub");
	struct dirent *entry;

	expect("list sub");
	expect("read sub/in.txt");
	while ((entry = readdir(dir)))
		if (strcmp(entry->d_name, "in.txt") == 0)
			take(openat(dirfd(dir), entry->d_name, O_RDONLY));
	closedir(dir);
}

static void way_chdir(void)
{
	expect("read sub/in.txt");
	ok(chdir("sub"), "chdir");
	take(open("in.txt", O_RDONLY));
}

static void way_fchdir(void)
{
	expect("read sub/in.txt");
	ok(fchdir(folder("sub")), "fchdir");
	take(open("in.txt", O_RDONLY));
}

static void way_dup_folder(void)
{
	int fd = folder("sub"), copy = 700;

	expect("read sub/in.txt");
	ok(dup2(fd, copy), "dup2");
	close(fd);
	take(openat(copy, "in.txt", O_RDONLY));
}

static void way_reused_folder_number(void)
{
	int fd = folder("sub");

	expect("read in.txt");
	close(fd);
	if (folder(".") != fd)
		errx(3, "the number was not used again");
	take(openat(fd, "in.txt", O_RDONLY));
}

/* --- data plane ---------------------------------------------------------- */

static void way_mmap(void)
{
	int fd = ok(open("in.txt", O_RDWR), "open");
	char *map = mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	expect("write in.txt");
	if (map == MAP_FAILED)
		err(3, "mmap");
	map[0] = 'y';
	munmap(map, 1);
	close(fd);
}

static void way_sendfile(void)
{
	int in = open("in.txt", O_RDONLY), out = open("out.txt", NEW, 0640);

	expect("read in.txt");
	expect("write out.txt");
	ok((int)sendfile(out, in, NULL, 100), "sendfile");
}

static void way_copy_file_range(void)
{
	int in = open("in.txt", O_RDONLY), out = open("out.txt", NEW, 0640);

	expect("read in.txt");
	expect("write out.txt");
	if (copy_file_range(in, NULL, out, NULL, 100, 0) < 0)
		exit(77);
}

static void way_passed_descriptor(void)
{
	int pair[2], fd, got;
	char control[CMSG_SPACE(sizeof(int))] = "", byte = 'x';
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = control,
			      .msg_controllen = sizeof(control) };
	struct cmsghdr *head = CMSG_FIRSTHDR(&msg);

	expect("read in.txt");
	ok(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), "socketpair");
	fd = open("in.txt", O_RDONLY);
	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(head), &fd, sizeof(int));
	ok((int)sendmsg(pair[0], &msg, 0), "sendmsg");
	ok((int)recvmsg(pair[1], &msg, 0), "recvmsg");
	memcpy(&got, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(int));
	take(got);
}

const struct way ways_name[] = {
	WAY(rename),
	WAY(renameat),
	WAY(renameat2),
	WAY(syscall_rename),
	WAY(rename_again_and_again),
	WAY(rename_exchange),
	WAY(rename_folder),
	WAY(link),
	WAY(linkat),
	WAY(symlink),
	WAY(symlinkat),
	WAY(remove),
	WAY(truncate),
	WAY(truncate64),
	WAY(ftruncate),
	WAY(opendir),
	WAY(chdir),
	WAY(fchdir),
	WAY(dup_folder),
	WAY(reused_folder_number),
	WAY(mmap),
	WAY(sendfile),
	WAY(copy_file_range),
	WAY(passed_descriptor),
	{ NULL, NULL },
};
