/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ways to reach a file: threads and processes.
 */
#include "config.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ways.h"

static void *thread_main(void *unused)
{
	(void)unused;
	take(open("in.txt", O_RDONLY));
	put(open("out.txt", NEW, 0640));
	return NULL;
}

static void way_thread(void)
{
	pthread_t thread;

	expect("read in.txt");
	expect("write out.txt");
	pthread_create(&thread, NULL, thread_main, NULL);
	pthread_join(thread, NULL);
}

static void way_fork_exit(void)
{
	pid_t pid;

	expect("read in.txt");
	expect("write out.txt");
	pid = fork();
	if (pid == 0) {
		thread_main(NULL);
		_exit(0);
	}
	wait_for(pid);
}

static void way_fork_killed(void)
{
	pid_t pid;

	expect("read in.txt");
	expect("write out.txt");
	pid = fork();
	if (pid == 0) {
		thread_main(NULL);
		kill(getpid(), SIGKILL);
		pause();
	}
	wait_for(pid);
}

static void way_double_fork(void)
{
	pid_t pid;

	expect("write out.txt");
	pid = fork();
	if (pid == 0) {
		pid = fork();
		if (pid == 0) {
			put(open("out.txt", NEW, 0640));
			_exit(0);
		}
		wait_for(pid);
		_exit(0);
	}
	wait_for(pid);
}

/* Child programs are this one: `ways --cat FILE`. */
#define CAT (char *)ways_self, (char *)"--cat", (char *)"in.txt", NULL
static char *cat_args[4];
static char *no_environment[] = { NULL };

static void fill_cat(void)
{
	char *args[] = { CAT };

	memcpy(cat_args, args, sizeof(args));
}

#define CHILD(way, start, call) \
	static void way(void) \
	{ \
		pid_t pid; \
\
		expect("read in.txt"); \
		fill_cat(); \
		pid = start; \
		if (pid == 0) { \
			call; \
			_exit(9); \
		} \
		wait_for(pid); \
	}

CHILD(way_execve, fork(), execve(ways_self, cat_args, environ))
CHILD(way_execv, fork(), execv(ways_self, cat_args))
CHILD(way_execvp, fork(), execvp(ways_self, cat_args))
CHILD(way_execvpe, fork(), execvpe(ways_self, cat_args, environ))
CHILD(way_execl, fork(),
      execl(ways_self, "ways", "--cat", "in.txt", (char *)NULL))
CHILD(way_execlp, fork(),
      execlp(ways_self, "ways", "--cat", "in.txt", (char *)NULL))
CHILD(way_execle, fork(),
      execle(ways_self, "ways", "--cat", "in.txt", (char *)NULL, environ))
CHILD(way_fexecve, fork(),
      fexecve(open(ways_self, O_RDONLY), cat_args, environ))
CHILD(way_execveat, fork(),
      syscall(SYS_execveat, AT_FDCWD, ways_self, cat_args, environ, 0))
CHILD(way_vfork_exec, vfork(), execv(ways_self, cat_args))
CHILD(way_empty_environment, fork(),
      execve(ways_self, cat_args, no_environment))
CHILD(way_vfork_empty_environment, vfork(),
      execve(ways_self, cat_args, no_environment))
CHILD(way_syscall_execve, fork(),
      syscall(SYS_execve, ways_self, cat_args, no_environment))

static void way_posix_spawn(void)
{
	pid_t pid;

	expect("read in.txt");
	fill_cat();
	errno = posix_spawn(&pid, ways_self, NULL, NULL, cat_args, environ);
	if (errno)
		err(3, "posix_spawn");
	wait_for(pid);
}

static void way_posix_spawn_empty_environment(void)
{
	pid_t pid;

	expect("read in.txt");
	fill_cat();
	errno = posix_spawnp(&pid, ways_self, NULL, NULL, cat_args,
			     no_environment);
	if (errno)
		err(3, "posix_spawnp");
	wait_for(pid);
}

static void way_posix_spawn_file_actions(void)
{
	posix_spawn_file_actions_t actions;
	pid_t pid;

	expect("read in.txt");
	expect("write out.txt");
	fill_cat();
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, "out.txt", NEW, 0640);
	errno = posix_spawn(&pid, ways_self, &actions, NULL, cat_args, environ);
	if (errno)
		err(3, "posix_spawn");
	wait_for(pid);
	posix_spawn_file_actions_destroy(&actions);
}

static void way_system(void)
{
	expect("read in.txt");
	expect("write out.txt");
	if (system("read -r line < in.txt; echo \"$line\" > out.txt") != 0)
		exit(3);
}

static void way_system_cleared_environment(void)
{
	expect("read in.txt");
	clearenv();
	if (system("read -r line < in.txt") != 0)
		exit(3);
}

static void way_popen(void)
{
	FILE *pipe;

	expect("read in.txt");
	pipe = popen("cat in.txt", "r");
	fgetc(pipe);
	pclose(pipe);
}

static int clone_main(void *unused)
{
	(void)unused;
	execv(ways_self, cat_args);
	_exit(9);
}

static void way_clone_vm(void)
{
	size_t size = 256 * 1024;
	char *stack = malloc(size);
	pid_t pid;

	expect("read in.txt");
	fill_cat();
	pid = clone(clone_main, stack + size, CLONE_VM | CLONE_VFORK | SIGCHLD,
		    NULL);
	wait_for(pid);
	free(stack);
}

static void way_raw_fork(void)
{
	pid_t pid;

	expect("read in.txt");
	pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	if (pid == 0) {
		take(open("in.txt", O_RDONLY));
		_exit(0);
	}
	wait_for(pid);
}

const struct way ways_process[] = {
	WAY(thread),
	WAY(fork_exit),
	WAY(fork_killed),
	WAY(double_fork),
	WAY(execve),
	WAY(execv),
	WAY(execvp),
	WAY(execvpe),
	WAY(execl),
	WAY(execlp),
	WAY(execle),
	WAY(fexecve),
	WAY(execveat),
	WAY(vfork_exec),
	WAY(empty_environment),
	WAY(vfork_empty_environment),
	WAY(syscall_execve),
	WAY(posix_spawn),
	WAY(posix_spawn_empty_environment),
	WAY(posix_spawn_file_actions),
	WAY(system),
	WAY(system_cleared_environment),
	WAY(popen),
	WAY(clone_vm),
	WAY(raw_fork),
	{ NULL, NULL },
};
