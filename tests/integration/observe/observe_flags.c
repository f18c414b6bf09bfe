/* SPDX-License-Identifier: Apache-2.0 */
/* Mode bits of what each call creates, and which descriptors exec closes. */
#include "config.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "observe.h"

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

static void made(const char *what, const char *path, int fd)
{
	printf("%s: close-on-exec %d, flags %o\n", what, fcntl(fd, F_GETFD),
	       fd < 0 ? 0 : (unsigned int)fcntl(fd, F_GETFL));
	if (path) {
		mode_of(path);
		unlink(path);
	}
}

#define MADE(path, call) \
	do { \
		int fd_ = call; \
\
		made(#call, path, fd_); \
		close(fd_); \
	} while (0)

#define MADE_STREAM(path, call, end) \
	do { \
		FILE *file_ = call; \
\
		made(#call, path, file_ ? fileno(file_) : -1); \
		if (file_) \
			end(file_); \
	} while (0)

static int temporary_file(int suffix, int flags)
{
	char path[] = "tmpXXXXXX.c";
	int fd;

	path[9] = suffix ? '.' : '\0';
	fd = suffix ? mkostemps(path, 2, flags) : mkostemp(path, flags);
	mode_of("no such");
	if (fd >= 0) {
		struct stat st;

		fstat(fd, &st);
		printf("temporary file: mode %o\n", st.st_mode);
		unlink(path);
	}
	return fd;
}

static void creating(void)
{
	int create = O_WRONLY | O_CREAT;

	MADE("m", open("m", create, 07777));
	MADE("m", open("m", create | O_CLOEXEC | O_APPEND, 0644));
	MADE("m", open64("m", create | O_CLOEXEC, 0640));
	MADE("m", openat(AT_FDCWD, "m", create | O_CLOEXEC, 0601));
	MADE("m", openat64(AT_FDCWD, "m", create | O_NONBLOCK, 0000));
	MADE("m", creat("m", 0755));
	MADE("m", creat64("m", 04711));
	MADE("m", (int)syscall(SYS_openat, AT_FDCWD, "m", create, 0617));
#ifdef SYS_creat /* not on aarch64 */
	MADE("m", (int)syscall(SYS_creat, "m", 0617));
#endif
	MADE_STREAM("m", fopen("m", "w"), fclose);
	MADE_STREAM("m", fopen64("m", "we"), fclose);
	MADE_STREAM("m", fopen("m", "ax"), fclose);
	MADE_STREAM("m", freopen("m", "w+", fopen("new", "re")), fclose);
	MADE_STREAM("m", freopen64("m", "a+e", fopen("new", "r")), fclose);
	MADE(NULL, temporary_file(0, 0));
	MADE(NULL, temporary_file(0, O_CLOEXEC));
	MADE(NULL, temporary_file(1, O_APPEND));
	MADE(NULL, temporary_file(1, O_CLOEXEC | O_SYNC));
}

static void duplicates(void)
{
	int fd = open("new", O_RDONLY | O_CLOEXEC);

	MADE(NULL, dup(fd));
	MADE(NULL, dup2(fd, 50));
	MADE(NULL, dup3(fd, 50, O_CLOEXEC));
	MADE(NULL, fcntl(fd, F_DUPFD, 60));
	MADE(NULL, fcntl(fd, F_DUPFD_CLOEXEC, 60));
	SHOW(fcntl(fd, F_SETFD, 0));
	SHOW(fcntl(fd, F_GETFD));
	SHOW(dup2(fd, fd));
	SHOW(close_range((unsigned int)fd, (unsigned int)fd,
			 CLOSE_RANGE_CLOEXEC));
	SHOW(fcntl(fd, F_GETFD));
	SHOW(close(fd));
}

static void others(void)
{
	DIR *dir = opendir(".");

	made("opendir", NULL, dir ? dirfd(dir) : -1);
	if (dir)
		closedir(dir);
	MADE_STREAM(NULL, popen("exit 0", "r"), pclose);
	MADE_STREAM(NULL, popen("exit 0", "re"), pclose);
	MADE(NULL, open(".", O_DIRECTORY | O_RDONLY));
	MADE(NULL, open(".", O_PATH));
}

void modes_and_flags(void)
{
	static const mode_t masks[] = { 0, 022, 0777 };

	for (size_t i = 0; i < sizeof(masks) / sizeof(masks[0]); i++) {
		printf("umask %o\n", masks[i]);
		umask(masks[i]);
		creating();
	}
	umask(027);
	duplicates();
	others();
}
