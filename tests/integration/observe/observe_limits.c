/* SPDX-License-Identifier: Apache-2.0 */
/* No descriptor left, no memory left, memory locked, no core to be left. */
#include "config.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "observe.h"

static void limit(int what, rlim_t most)
{
	struct rlimit value = { most, most };

	if (setrlimit((__rlimit_resource_t)what, &value) < 0)
		perror("setrlimit");
}

static void calls(void)
{
	char name[] = "limXXXXXX";
	DIR *dir;
	FILE *stream;
	int fd;

	SHOW(fd = open("new", O_RDONLY));
	if (fd >= 0)
		SHOW(close(fd));
	SHOW(fd = open("limited", O_WRONLY | O_CREAT | O_TRUNC, 0600));
	if (fd >= 0)
		SHOW(close(fd));
	SHOW(open("no such", O_RDONLY));
	SHOW_PTR(stream = fopen("new", "r"));
	if (stream)
		SHOW(fclose(stream));
	SHOW_PTR(dir = opendir("."));
	if (dir)
		SHOW(closedir(dir));
	SHOW(fd = mkstemp(name));
	if (fd >= 0) {
		SHOW(close(fd));
		SHOW(unlink(name));
	}
	SHOW(fd = dup(0));
	if (fd >= 0)
		SHOW(close(fd));
	SHOW(rename("limited", "limited too"));
	SHOW(link("limited too", "limited"));
	SHOW(truncate("limited", 5));
	SHOW(unlink("limited too"));
	SHOW(unlink("limited"));
	SHOW(chdir("."));
}

static void children(void)
{
	FILE *pipe;

	fflush(stdout);
	SHOW(system("ulimit -n; ulimit -c; exit 3"));
	SHOW_PTR(pipe = popen("exit 4", "r"));
	if (pipe)
		SHOW(pclose(pipe));
	CHILD(execl("/bin/sh", "sh", "-c", "exit 5", (char *)NULL));
}

static void no_descriptors(void)
{
	int last = -1, fd;

	limit(RLIMIT_NOFILE, 20);
	while ((fd = open("new", O_RDONLY)) >= 0)
		last = fd;
	printf("the last descriptor is %d, errno %d\n", last, errno);
	calls();
	SHOW(dup2(0, 20));
	SHOW(dup2(0, last));
	SHOW(fcntl(0, F_DUPFD, 19));
	SHOW(fcntl(0, F_DUPFD, 20));
	/*
	 * With none left the loader cannot open the C library, and says so
	 * once more of the preloaded one.
	 */
	close(last);
	children();
}

/* Some address space is left, as much as the stream and the folder need. */
static void no_memory(void)
{
	long total = 0;
	FILE *statm = fopen("/proc/self/statm", "r");
	void *room = malloc(100 * 1024);

	if (!statm || fscanf(statm, "%ld", &total) != 1)
		perror("statm");
	if (statm)
		fclose(statm);
	free(room);
	limit(RLIMIT_AS, (rlim_t)total * 4096);
	SHOW_PTR(mmap(NULL, 1 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		      0) == MAP_FAILED
			 ? NULL
			 : "some");
	for (int i = 0; i < 3; i++)
		calls();
}

static void little_memory(void)
{
	limit(RLIMIT_AS, 64 << 20);
	calls();
	children();
}

static void locked_memory(void)
{
	SHOW(mlockall(MCL_CURRENT | MCL_FUTURE));
	calls();
	children();
	SHOW(munlockall());
}

static void no_core(void)
{
	limit(RLIMIT_CORE, 0);
	children();
	abort();
}

static void small_files(void)
{
	limit(RLIMIT_FSIZE, 0);
	calls();
	CHILD(execl("/bin/sh", "sh", "-c", "exit 5", (char *)NULL));
}

void tight_limits(void)
{
	CHILD(no_descriptors());
	CHILD(no_memory());
	CHILD(little_memory());
	CHILD(locked_memory());
	CHILD(no_core());
	CHILD(small_files());
}
