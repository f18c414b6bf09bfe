/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "cli/canary.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli/descriptors.h"

/*
 * timeout(1) signals its child and then the group; a sender that walks over
 * the processes of a cgroup takes its time too.
 */
#define WINDOW_NS INT64_C(20000000)
#define PATIENCE_NS INT64_C(2000000000) /* with a canary that gets no time */

struct report {
	int signal_number;
	int64_t when_ns;
};

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/*
 * Never returns. PR_SET_PDEATHSIG ends it when the wrapper is killed; it
 * holds nothing of what the wrapper inherited, so that pipes end in time.
 */
static void __attribute__((noreturn)) sit(int out, pid_t parent)
{
	sigset_t all;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(0);
	if (out > 0)
		cli_descriptors_close(0, (unsigned int)out - 1, false);
	cli_descriptors_close((unsigned int)out + 1, UINT_MAX, false);
	if (chdir("/") < 0)
		_exit(0);
	sigfillset(&all);
	for (;;) {
		struct report report = { 0 };

		report.signal_number = sigwaitinfo(&all, NULL);
		if (report.signal_number < 0)
			continue;
		report.when_ns = now_ns();
		if (write(out, &report, sizeof(report)) < 0)
			continue; /* nobody reads: the pipe is full */
	}
}

void cli_canary_start(struct cli_canary *canary)
{
	pid_t parent = getpid();
	int ends[2];

	memset(canary, 0, sizeof(*canary));
	canary->fd = -1;
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return;
	canary->pid = fork();
	if (canary->pid == 0)
		sit(ends[1], parent);
	close(ends[1]);
	if (canary->pid < 0) {
		canary->pid = 0;
		close(ends[0]);
		return;
	}
	canary->fd = ends[0];
}

static void drain(struct cli_canary *canary)
{
	struct report report;

	while (read(canary->fd, &report, sizeof(report)) == sizeof(report))
		if (report.signal_number > 0 && report.signal_number < NSIG)
			canary->seen_ns[report.signal_number] = report.when_ns;
}

static bool told(struct cli_canary *canary, int signal_number, int64_t start)
{
	int64_t seen, *answered = &canary->answered_ns[signal_number];

	drain(canary);
	seen = canary->seen_ns[signal_number];
	/* One that answers no signal of ours yet: we got no time until now. */
	if (!seen ||
	    start - seen > (seen > *answered ? PATIENCE_NS : WINDOW_NS))
		return false;
	*answered = seen;
	return true;
}

/*
 * On a busy machine the canary may not have run yet; a signal that it has
 * and did not take up shows in its status.
 */
static bool pending(const struct cli_canary *canary, int signal_number)
{
	unsigned long long set = 0;
	char path[64], line[256];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)canary->pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "ShdPnd: %llx", &set) == 1)
			break;
	fclose(file);
	return set >> (signal_number - 1) & 1;
}

char cli_process_state(pid_t pid)
{
	char path[64], text[512];
	const char *close_bracket;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return 0;
	text[n] = '\0';
	close_bracket = strrchr(text, ')');
	return close_bracket && close_bracket[1] ? close_bracket[2] : 0;
}

static bool is_busy(pid_t pid)
{
	char state = cli_process_state(pid);

	return state == 'R' || state == 'D';
}

bool cli_canary_saw(struct cli_canary *canary, int signal_number,
		    bool from_kernel)
{
	const int64_t start = now_ns();
	int64_t left = WINDOW_NS;

	/* The terminal's signals go to its whole foreground group. */
	if (!canary->pid)
		return from_kernel;
	for (;;) {
		struct pollfd wait = { .fd = canary->fd, .events = POLLIN };

		if (told(canary, signal_number, start))
			return true;
		left = start + WINDOW_NS - now_ns();
		if (left <= 0 && pending(canary, signal_number))
			return true;
		/* Awake: it took a signal up and has not told yet. */
		if (left <= 0 && (!is_busy(canary->pid) || left < -PATIENCE_NS))
			return told(canary, signal_number, start);
		if (left <= 0)
			left = 1000000;
		/* Gone: nothing more will come, and nobody can tell. */
		if (poll(&wait, 1, (int)(left / 1000000) + 1) > 0 &&
		    !(wait.revents & POLLIN))
			return from_kernel;
	}
}

void cli_canary_stop(struct cli_canary *canary)
{
	/* A sandbox may refuse even this; then it ends with us. */
	if (canary->pid > 0 && kill(canary->pid, SIGKILL) == 0) {
		while (waitpid(canary->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (canary->fd >= 0)
		close(canary->fd);
	canary->pid = 0;
	canary->fd = -1;
}
