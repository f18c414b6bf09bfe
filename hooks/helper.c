/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A process that became another program by exec sends its parent SIGCHLD,
 * whatever it was made with. So there are two: a copy of us that never execs,
 * whose end nobody is told and that wait() does not see, and its child, the
 * helper. Both make raw system calls alone before the exec. They are copies
 * and not vfork children because they change what they have on the stack.
 */
#include "config.h"

#include "hooks/helper.h"

#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "hooks/sys.h"

/* In the helper's environment: no process of it is to look for a list. */
#define NOT_WATCHED "PEDIGREE_WATCH="

char *pedigree_helper_number(char text[PEDIGREE_HELPER_NUMBER], uint64_t value)
{
	char digits[PEDIGREE_HELPER_NUMBER];
	size_t n = 0, i = 0;

	do
		digits[n++] = (char)('0' + value % 10);
	while (value /= 10);
	while (n)
		text[i++] = digits[--n];
	text[i] = '\0';
	return text;
}

static size_t count(const char *const list[])
{
	size_t n = 0;

	while (list && list[n])
		n++;
	return n;
}

static const char **copy_list(const char **to, const char *const from[],
			      const char *answer)
{
	for (; from && *from; from++)
		*to++ = answer && !strcmp(*from, PEDIGREE_HELPER_ANSWER)
				? answer
				: *from;
	return to;
}

/* Variables that would make the helper one of us. */
static bool is_ours(const char *variable)
{
	return !strncmp(variable, "LD_PRELOAD=", 11) ||
	       !strncmp(variable, NOT_WATCHED, sizeof(NOT_WATCHED) - 1);
}

static void become(const struct pedigree_helper *helper, int out)
{
	const char *const *more = (const char *const *)helper->more;
	size_t n = count(helper->words) + count(more);
	size_t size = (n + 2 + count((const char *const *)environ) + 2) *
		      sizeof(char *);
	char number[PEDIGREE_HELPER_NUMBER];
	const char **argv, **envp, **at;
	long memory = pedigree_sys(SYS_mmap, 0, size, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory < 0 && memory >= -4095)
		return;
	pedigree_sys(SYS_fcntl, out, F_SETFD, 0);
	pedigree_helper_number(number, (uint64_t)out);
	argv = (const char **)memory;
	argv[0] = helper->command;
	at = copy_list(argv + 1, helper->words, number);
	at = copy_list(at, more, NULL);
	*at++ = NULL;
	envp = at;
	for (char **variable = environ; variable && *variable; variable++)
		if (!is_ours(*variable))
			*at++ = *variable;
	*at++ = NOT_WATCHED;
	*at = NULL;
	pedigree_sys(SYS_execve, helper->command, argv, envp);
}

static __attribute__((noreturn)) void leave(void)
{
	for (;;)
		pedigree_sys(SYS_exit_group, 0);
}

/* The copy that nobody can wait for. */
static __attribute__((noreturn)) void
stand_between(const struct pedigree_helper *helper, const int ends[2])
{
	long pid = pedigree_sys(SYS_clone, SIGCHLD);

	if (pid == 0) {
		become(helper, ends[1]);
		leave();
	}
	pedigree_sys(SYS_close, ends[0]);
	pedigree_sys(SYS_close, ends[1]);
	while (pid > 0 && pedigree_sys(SYS_wait4, pid, 0, 0, 0) == -EINTR)
		;
	leave();
}

static int64_t now_ms(void)
{
	struct timespec now = { 0 };

	pedigree_sys(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Waits for bytes or the end; false when the time is over. */
static bool wait_for(long fd, int64_t until)
{
	struct pollfd wait = { .fd = (int)fd, .events = POLLIN };

	for (;;) {
		int64_t left = until - now_ms();
		struct timespec limit = { left / 1000, left % 1000 * 1000000 };
		long n;

		if (left <= 0)
			return false;
		n = pedigree_sys(SYS_ppoll, &wait, 1, &limit, 0, 8);
		if (n != -EINTR)
			return n > 0;
	}
}

static long read_answer(const struct pedigree_helper *helper, long fd)
{
	int64_t until = now_ms() + helper->limit_ms;
	size_t n = 0;

	while (n + 1 < helper->room) {
		long got;

		if (!wait_for(fd, until))
			return -ETIMEDOUT;
		got = pedigree_sys(SYS_read, fd, helper->answer + n,
				   helper->room - 1 - n);
		if (got == -EINTR)
			continue;
		if (got <= 0)
			return got ? got : -EPIPE;
		n += (size_t)got;
		if (helper->answer[n - 1] != '\n')
			continue;
		helper->answer[n - 1] = '\0';
		return n > 1 ? 0 : -ENOENT;
	}
	return -ENAMETOOLONG;
}

long pedigree_helper_run(struct pedigree_helper *helper)
{
	long pid, error;
	int ends[2];

	error = pedigree_sys(SYS_pipe2, ends, O_CLOEXEC);
	if (error)
		return error;
	pid = pedigree_sys(SYS_clone, 0); /* and no signal at its end */
	if (pid == 0)
		stand_between(helper, ends);
	pedigree_sys(SYS_close, ends[1]);
	error = pid < 0 ? pid : read_answer(helper, ends[0]);
	pedigree_sys(SYS_close, ends[0]);
	while (pid > 0 && error != -ETIMEDOUT &&
	       pedigree_sys(SYS_wait4, pid, 0, __WALL, 0) == -EINTR)
		;
	return error;
}
