/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every family of calls from a handler on a 16 KiB signal stack: errno after
 * it, and whether it leaves the room that others may count on. And forks while
 * other threads are amid such calls.
 */
#include "config.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "observe.h"

#define STACK (16 * 1024)
#define PAINT 0x5a

static char small_stack[STACK];
static char *const true_args[] = { (char *)"true", NULL };

static void nothing(void)
{
}

static void opens(void)
{
	int fd = open("new", O_RDONLY);

	close(fd);
	close(openat(AT_FDCWD, "new", O_RDWR));
	close(creat("stacked", 0600));
	close((int)syscall(SYS_openat, AT_FDCWD, "new", O_RDONLY, 0));
}

static void stream(void)
{
	FILE *file = fopen("new", "r");

	if (file)
		file = freopen("stacked", "w", file);
	if (file)
		fclose(file);
}

static void temporary(void)
{
	char name[] = "stXXXXXX";

	close(mkstemp(name));
	unlink(name);
}

static void renames(void)
{
	rename("stacked", "stacked too");
	link("stacked too", "stacked");
	symlink("stacked", "soft");
	unlink("soft");
	unlink("stacked too");
	truncate("stacked", 3);
	remove("no such");
	rmdir("no such");
}

static void folder(void)
{
	DIR *dir = opendir(".");

	if (dir)
		closedir(dir);
	chdir(".");
}

static void duplicates(void)
{
	dup2(0, 30);
	dup3(30, 31, O_CLOEXEC);
	close(fcntl(31, F_DUPFD, 40));
	close_range(30, 31, 0);
}

static void executes(void)
{
	if (vfork() == 0) {
		execv("/no such", true_args);
		execve("/bin/true", true_args, environ);
		_exit(9);
	}
	wait(NULL);
}

static void searches(void)
{
	if (vfork() == 0) {
		execvp("no such", true_args);
		execlp("true", "true", (char *)NULL);
		_exit(9);
	}
	wait(NULL);
}

static void spawns(void)
{
	pid_t pid;

	if (posix_spawnp(&pid, "true", NULL, NULL, true_args, environ) == 0)
		waitpid(pid, NULL, 0);
}

/* What the C library takes of the stack itself comes on top of ours. */
static const struct family {
	const char *name;
	void (*call)(void);
	size_t most;
} families[] = {
	{ "nothing", nothing, 5 * 1024 },  { "open", opens, 8 * 1024 },
	{ "fopen", stream, 8 * 1024 },	   { "mkstemp", temporary, 8 * 1024 },
	{ "rename", renames, 8 * 1024 },   { "opendir", folder, 8 * 1024 },
	{ "dup", duplicates, 8 * 1024 },   { "execve", executes, 8 * 1024 },
	{ "execvp", searches, 12 * 1024 }, { "posix_spawn", spawns, 8 * 1024 },
};

static const struct family *current;

static void handler(int number)
{
	(void)number;
	current->call();
}

void small_stacks(void)
{
	stack_t stack = { .ss_sp = small_stack, .ss_size = STACK };
	struct sigaction action = { .sa_handler = handler,
				    .sa_flags = SA_ONSTACK };

	sigaltstack(&stack, NULL);
	sigaction(SIGUSR1, &action, NULL);
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		size_t left = 0;

		current = &families[i];
		memset(small_stack, PAINT, STACK);
		errno = KNOWN;
		raise(SIGUSR1);
		while (left < STACK && small_stack[left] == PAINT)
			left++;
		if (getenv("OBSERVE_STACK"))
			fprintf(stderr, "%s: %zu\n", current->name,
				STACK - left);
		printf("signal stack, %s: %s, errno %d\n", current->name,
		       STACK - left <= current->most ? "enough left" : "eaten",
		       errno);
	}
	stack.ss_flags = SS_DISABLE;
	sigaltstack(&stack, NULL);
}

#define THREADS 3
#define FORKS 40

static atomic_bool over;

/* Names of its own, so that there is something new to note each time. */
static void *busy(void *number)
{
	char name[40];

	for (int i = 0; !atomic_load(&over); i = (i + 1) % 1000) {
		snprintf(name, sizeof(name), "thread-%d-%d",
			 (int)(intptr_t)number, i);
		close(open(name, O_WRONLY | O_CREAT, 0600));
		unlink(name);
	}
	return NULL;
}

/* A lock that another thread held at the fork would hang the child. */
static int forked(void)
{
	int fd, status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		alarm(60);
		fd = open("new", O_RDONLY);
		close(fd);
		fd = open("forked", O_WRONLY | O_CREAT, 0600);
		close(fd);
		chdir(".");
		_exit(fd < 0);
	}
	waitpid(pid, &status, 0);
	return status;
}

void threads_and_forks(void)
{
	pthread_t threads[THREADS];
	int bad = 0;

	for (intptr_t i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, busy, (void *)i);
	for (int i = 0; i < FORKS; i++)
		bad += forked() != 0;
	atomic_store(&over, 1);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	printf("forks beside threads: %d of %d failed\n", bad, FORKS);
}
