/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "subject.h"

static void touch(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	OK(fd);
	OK(close(fd));
}

static _Atomic bool stop;

static void *opens(void *unused)
{
	while (!atomic_load(&stop))
		close(open("busy", O_RDONLY));
	return unused;
}

/* A child is made while other threads are in the middle of an event. */
static void subject_busy_fork(void)
{
	pthread_t threads[3];
	char name[16];

	expect("open wc ./busy");
	touch("busy");
	expect("open r ./busy");
	OK(close(open("busy", O_RDONLY)));
	for (int i = 0; i < 3; i++)
		if (pthread_create(&threads[i], NULL, opens, NULL))
			errx(99, "pthread_create");
	for (int i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "busy%d", i);
		expect("open wc ./%s", name);
		pid_t pid = fork();
		if (!pid) {
			touch(name);
			_exit(0);
		}
		reap(pid);
	}
	atomic_store(&stop, true);
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
}

/* The child of vfork moves; its parent stays. */
static void subject_visit(void)
{
	pid_t pid;

	OK(mkdir("other", 0755));
	pid = vfork();
	if (!pid) {
		if (chdir("other"))
			_exit(97);
		execl(subject_self, "subject", "--child", "visitor", NULL);
		_exit(98);
	}
	/* The visitor speaks, too: not while it may. */
	reap(pid);
	expect("open wc ./other/visitor");
	expect("open wc ./stayed");
	touch("stayed");
}

/* The same from a forked child that had no event yet. */
static void subject_visit_deep(void)
{
	pid_t pid = fork(), deeper;

	if (!pid) {
		deeper = vfork();
		if (!deeper) {
			close(open("busy", O_RDWR));
			_exit(0);
		}
		waitpid(deeper, NULL, 0);
		if (chdir("other"))
			_exit(97);
		touch("deep");
		_exit(0);
	}
	expect("open rw ./busy");
	expect("open wc ./other/deep");
	reap(pid);
}

static void subject_killed(void)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		touch("last");
		raise(SIGKILL);
	}
	expect("open wc ./last");
	OK(waitpid(pid, &status, 0));
	say("killed by %d", WTERMSIG(status));
}

static void subject_raw_clone(void)
{
	pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);

	if (!pid) {
		touch("cloned");
		_exit(0);
	}
	expect("open wc ./cloned");
	reap(pid);
}

void subject_fork(void)
{
	pid_t pid;

	expect("open wc ./parent");
	touch("parent");
	pid = fork();
	if (!pid) {
		touch("child");
		pid = fork();
		if (!pid) {
			touch("grandchild");
			exit(0);
		}
		waitpid(pid, NULL, 0);
		exit(0);
	}
	expect("open wc ./child");
	expect("open wc ./grandchild");
	reap(pid);
	subject_busy_fork();
	subject_visit();
	subject_visit_deep();
	subject_killed();
	subject_raw_clone();
}

static void *make_hundred(void *number)
{
	char name[32];

	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "t%d-%d", *(int *)number, i);
		touch(name);
	}
	return NULL;
}

/* More threads than there are slots to write with. */
void subject_threads(void)
{
	enum {
		THREADS = 40
	};
	pthread_t threads[THREADS];
	int numbers[THREADS];

	for (int i = 0; i < THREADS; i++) {
		numbers[i] = i;
		if (pthread_create(&threads[i], NULL, make_hundred,
				   &numbers[i]))
			errx(99, "pthread_create");
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < THREADS; i++)
		for (int j = 0; j < 100; j++)
			expect("open wc ./t%d-%d", i, j);
}
