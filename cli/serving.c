/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "cli/serving.h"

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * Models are mostly opened at the start, and each look reads the whole log:
 * so the looks become rarer, and all of them together stay cheap.
 */
#define FIRST_MS 250
#define RAREST_MS 3600000
/* The end of a command does not wait longer for a record that the finish
   makes again anyway. */
#define HURRY_MS 2000

static bool is_over(int fd, int ms)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };

	return poll(&wait, 1, ms) > 0;
}

/* While the command runs. */
static int keep_on(void *ctx, uint64_t done, uint64_t all)
{
	const int *end = ctx;

	(void)done;
	(void)all;
	return !is_over(*end, 0);
}

static void __attribute__((noreturn))
record(struct cli_serving *serving, int end)
{
	sigset_t none;

	setsid();
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	dup2(STDIN_FILENO, STDERR_FILENO); /* /dev/null by now */
	pedigree_session_serving(serving->session, keep_on, &end, NULL);
	_exit(0);
}

/* The process is reaped by the waiting for the command. */
static void start(struct cli_serving *serving)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return;
	serving->pid = fork();
	if (serving->pid == 0) {
		close(ends[0]);
		record(serving, ends[1]);
	}
	close(ends[1]);
	if (serving->pid < 0)
		close(ends[0]);
	else
		serving->end = ends[0];
}

static void stop(struct cli_serving *serving)
{
	close(serving->end);
	serving->end = -1;
}

static int tick(void *ctx)
{
	struct cli_serving *serving = ctx;

	if (serving->end >= 0 && !is_over(serving->end, 0))
		return serving->ms;
	if (serving->end >= 0)
		stop(serving);
	start(serving);
	if (serving->ms < RAREST_MS)
		serving->ms *= 2;
	return serving->ms;
}

void cli_serving_begin(struct cli_serving *serving, struct cli_spawn *spawn)
{
	serving->end = -1;
	serving->ms = FIRST_MS;
	spawn->tick = tick;
	spawn->ctx = serving;
	spawn->tick_ms = FIRST_MS;
}

void cli_serving_end(struct cli_serving *serving)
{
	if (serving->end < 0)
		return;
	shutdown(serving->end, SHUT_WR);
	if (!is_over(serving->end, HURRY_MS)) {
		kill(serving->pid, SIGKILL);
		is_over(serving->end, -1);
	}
	stop(serving);
}
