/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prints everything a program can find out about itself that a shim might
 * change: results and errno of calls that succeed and that fail, the lowest
 * free descriptor, modes, arguments, environment, limits, signals. Run bare
 * and captured in equal folders, it must print the same.
 *
 * Each call is made with a known errno, since a hook may neither set it nor
 * clear it.
 */
#include "config.h"

#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "observe.h"

static int lowest_free(void)
{
	int fd = (int)syscall(SYS_dup, 0);

	syscall(SYS_close, fd);
	return fd;
}

void show(const char *call, long result)
{
	int code = errno;

	printf("%s = %ld, errno %d, free %d\n", call, result, code,
	       lowest_free());
	errno = KNOWN;
}

void mode_of(const char *path)
{
	struct stat st;

	if (lstat(path, &st) == 0)
		printf("%s: mode %o, size %ld, links %ld\n", path, st.st_mode,
		       (long)st.st_size, (long)st.st_nlink);
	else
		printf("%s: errno %d\n", path, errno);
}

static char too_long[5000];
static char *volatile null;

static void opening(void)
{
	int fd;

	umask(027);
	SHOW(fd = open("new", O_RDWR | O_CREAT | O_EXCL, 0666));
	mode_of("new");
	SHOW(write(fd, "x", 1));
	SHOW(close(fd));
	SHOW(close(fd));
	SHOW(open("new", O_RDWR | O_CREAT | O_EXCL, 0666));
	SHOW(open("no such", O_RDONLY));
	SHOW(open("no/such", O_RDWR | O_CREAT, 0600));
	SHOW(open(".", O_RDWR));
	SHOW(open("new/x", O_RDONLY));
	SHOW(open("", O_RDONLY));
	SHOW(open(null, O_RDONLY));
	SHOW(open((char *)1, O_RDONLY));
	SHOW(open(too_long, O_RDONLY));
	SHOW(open("new", O_DIRECTORY));
	SHOW(openat(-1, "new", O_RDONLY));
	SHOW(openat(-1, null, O_RDONLY));
	SHOW(openat(99, "new", O_RDONLY));
	SHOW(openat(0, "new", O_RDONLY));
	SHOW(creat("other", 04755));
	mode_of("other");
	SHOW(close(3));
	SHOW(fd = open(".", O_TMPFILE | O_RDWR, 0640));
	if (fd >= 0) {
		struct stat st;

		fstat(fd, &st);
		printf("O_TMPFILE: mode %o\n", st.st_mode);
		SHOW(close(fd));
	}
	SHOW(syscall(SYS_openat, AT_FDCWD, "no such", O_RDONLY, 0));
	SHOW(syscall(SYS_openat, AT_FDCWD, "new", O_RDONLY, 0));
	SHOW(syscall(SYS_close, 3));
	SHOW(syscall(-1, 1, 2, 3, 4, 5, 6));
	SHOW(syscall(SYS_getpid) == getpid());
}

static void streams(void)
{
	FILE *file = NULL;
	char line[8] = "";

	SHOW_PTR(fopen("no such", "r"));
	SHOW_PTR(fopen("new", "no such mode"));
	SHOW_PTR(fopen(null, "r"));
	SHOW_PTR(file = fopen("new", "r+"));
	SHOW_PTR(fgets(line, sizeof(line), file));
	SHOW_PTR(file = freopen("other", "w", file));
	SHOW(fprintf(file, "%d\n", 5));
	SHOW_PTR(file = freopen(NULL, "r", file));
	SHOW(fclose(file));
	SHOW_PTR(freopen("no such", "r", fopen("new", "r")));
	mode_of("other");
}

static void temporary(void)
{
	char bad[] = "badXXX", good[] = "goodXXXXXX", suffix[] = "sXXXXXX.c";
	int fd;

	SHOW(mkstemp(bad));
	SHOW(fd = mkstemp(good));
	printf("%.4s %zu\n", good, strlen(good));
	SHOW(unlink(good));
	SHOW(close(fd));
	SHOW(fd = mkostemps(suffix, 2, O_CLOEXEC));
	SHOW(fcntl(fd, F_GETFD));
	SHOW(unlink(suffix));
	SHOW(close(fd));
}

static void names(void)
{
	SHOW(rename("no such", "x"));
	SHOW(rename("new", "renamed"));
	SHOW(rename("renamed", "new"));
	SHOW(rename(null, "x"));
	SHOW(renameat2(AT_FDCWD, "new", AT_FDCWD, "other", RENAME_NOREPLACE));
	SHOW(renameat2(AT_FDCWD, "new", AT_FDCWD, "x", 0xffff));
	SHOW(link("new", "linked"));
	SHOW(link("new", "linked"));
	mode_of("new");
	SHOW(symlink("new", "soft"));
	SHOW(symlink("new", "soft"));
	SHOW(unlink("soft"));
	SHOW(unlink("linked"));
	SHOW(unlink("no such"));
	SHOW(unlink("."));
	SHOW(remove("no such"));
	SHOW(mkdir("folder", 0777));
	SHOW(unlink("folder"));
	SHOW(rmdir("new"));
	SHOW(rmdir("folder"));
	SHOW(truncate("no such", 1));
	SHOW(truncate("new", 100));
	SHOW(truncate("new", -1));
	mode_of("new");
}

static void folders(void)
{
	DIR *dir = NULL;
	int fd;

	SHOW_PTR(opendir("no such"));
	SHOW_PTR(opendir("new"));
	SHOW_PTR(dir = opendir("."));
	SHOW(closedir(dir));
	SHOW(chdir("no such"));
	SHOW(chdir("new"));
	SHOW(chdir(null));
	SHOW(chdir("."));
	SHOW(fchdir(-1));
	SHOW(fd = open(".", O_RDONLY | O_DIRECTORY));
	SHOW(fchdir(fd));
	SHOW(close(fd));
}

static void descriptors(void)
{
	SHOW(dup(-1));
	SHOW(dup(0));
	SHOW(dup2(3, 3));
	SHOW(dup2(77, 77));
	SHOW(dup2(3, 9));
	SHOW(dup3(3, 3, 0));
	SHOW(dup3(3, 10, O_CLOEXEC));
	SHOW(fcntl(10, F_GETFD));
	SHOW(fcntl(3, F_DUPFD, 20));
	SHOW(fcntl(3, F_DUPFD_CLOEXEC, 20));
	SHOW(fcntl(-1, F_DUPFD, 20));
	SHOW(fcntl(3, F_GETFL) & O_ACCMODE);
	SHOW(fcntl(3, 12345, 20));
	SHOW(close_range(20, 10, 0));
	SHOW(close_range(9, 30, 0));
	closefrom(3);
	printf("closefrom: free %d\n", lowest_free());
}

void run_child(const char *what, pid_t pid)
{
	int status = -1;

	fflush(stdout);
	waitpid(pid, &status, 0);
	printf("%s: status %x\n", what, status);
	fflush(stdout);
}

/* Shown when the child is gone, whose output would stand anywhere else. */
#define SPAWN(call) \
	do { \
		long result_, errno_; \
\
		fflush(stdout); \
		errno = KNOWN; \
		result_ = call; \
		errno_ = errno; \
		run_child(#call, pid); \
		errno = (int)errno_; \
		show(#call, result_); \
	} while (0)

static void programs(void)
{
	char *args[] = { (char *)"sh",
			 (char *)"-c",
			 (char *)"echo \"$0 $1 $X\"; ls /proc/self/fd",
			 (char *)"zero",
			 (char *)"one",
			 NULL };
	char *lonely[] = { (char *)"X=only", NULL };
	char *nowhere[] = { (char *)"no such program", NULL };
	posix_spawnattr_t attr;
	pid_t pid = 0;
	FILE *pipe;
	char line[64] = "";

	CHILD(execv("/bin/sh", args));
	CHILD(execve("/bin/sh", args, lonely));
	CHILD(execvp("sh", args));
	CHILD(execvp("no such program", nowhere));
	CHILD(execvp("", nowhere));
	CHILD(execv("new", nowhere));
	CHILD(execv(".", nowhere));
	CHILD(execve(null, nowhere, lonely));
	CHILD(execl("/bin/sh", "sh", "-c", "echo \"$0 $*\"", "a", "b", "c", "d",
		    "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p",
		    "q", "r", "s", "t", "u", "v", "w", "x", "y", "z", "1", "2",
		    "3", "4", "5", "6", "7", "8", "9", (char *)NULL));
	CHILD(execle("/bin/sh", "sh", "-c", "echo \"$0 $X\"", "a", (char *)NULL,
		     lonely));
	CHILD(execlp("sh", "sh", "-c", "echo \"$0\"", "a", (char *)NULL));
	SHOW(posix_spawn(&pid, "/no such", NULL, NULL, nowhere, lonely));
	SPAWN(posix_spawnp(&pid, "sh", NULL, NULL, args, lonely));
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP);
	SPAWN(posix_spawn(&pid, "/bin/sh", NULL, &attr, args, environ));
	posix_spawnattr_destroy(&attr);
	SHOW(system(NULL));
	fflush(stdout);
	SHOW(system("echo system; exit 3"));
	pipe = popen("echo popen; exit 4", "r");
	SHOW_PTR(fgets(line, sizeof(line), pipe));
	SHOW(pclose(pipe));
	SHOW_PTR(popen("echo", "no such mode"));
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void surroundings(char **argv)
{
	static const int limits[] = { RLIMIT_AS,     RLIMIT_CORE,
				      RLIMIT_CPU,    RLIMIT_DATA,
				      RLIMIT_FSIZE,  RLIMIT_MEMLOCK,
				      RLIMIT_NOFILE, RLIMIT_NPROC,
				      RLIMIT_STACK };
	struct sigaction action;
	sigset_t mask;
	size_t n = 0;
	char **sorted;

	for (size_t i = 0; argv[i]; i++)
		printf("argument %zu: %s\n", i, i ? argv[i] : "self");
	while (environ[n])
		n++;
	sorted = calloc(n + 1, sizeof(*sorted));
	memcpy(sorted, environ, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), by_text);
	for (size_t i = 0; i < n; i++)
		if (strncmp(sorted[i], "LD_PRELOAD=", 11) != 0)
			printf("environment: %s\n", sorted[i]);
	free(sorted);
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct rlimit limit;

		getrlimit(limits[i], &limit);
		printf("limit %d: %ld %ld\n", limits[i], (long)limit.rlim_cur,
		       (long)limit.rlim_max);
	}
	sigprocmask(SIG_SETMASK, NULL, &mask);
	for (int i = 1; i < NSIG; i++) {
		if (sigaction(i, NULL, &action) < 0)
			continue;
		printf("signal %d: %s%s\n", i,
		       action.sa_handler == SIG_DFL   ? "default"
		       : action.sa_handler == SIG_IGN ? "ignored"
						      : "handled",
		       sigismember(&mask, i) == 1 ? ", blocked" : "");
	}
	printf("group leader %d, session leader %d, terminal %d%d%d\n",
	       getpgrp() == getpid(), getsid(0) == getpid(), isatty(0),
	       isatty(1), isatty(2));
	printf("dumpable %d, no_new_privs %d, subreaper-free children %d\n",
	       prctl(PR_GET_DUMPABLE), prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0),
	       waitpid(-1, NULL, WNOHANG));
	printf("nice %d, errno at the start %d, free %d\n",
	       getpriority(PRIO_PROCESS, 0), errno, lowest_free());
}

int main(int argc, char **argv)
{
	(void)argc;
	setvbuf(stdout, NULL, _IOLBF, 0);
	memset(too_long, 'n', sizeof(too_long) - 1);
	surroundings(argv);
	opening();
	streams();
	temporary();
	names();
	folders();
	descriptors();
	programs();
	modes_and_flags();
	failing_programs();
	tight_limits();
	small_stacks();
	threads_and_forks();
	return 42;
}
