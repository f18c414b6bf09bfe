/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "cli/progress.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"

#define PATIENCE 1.0 /* seconds that pass in silence */
#define PACE 0.1     /* between two pictures of a bar */
#define BAR 20
#define NARROWEST 60

/* What is under way. There is one: calls do one thing after another. */
static struct {
	char what[256];
	double begin, drawn;
	bool said, shown; /* a line; a bar that is on the screen */
	bool counts;	  /* things, not bytes */
} now;

static double clock_now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static bool can_draw(void)
{
	const char *term = getenv("TERM");

	return isatty(STDERR_FILENO) == 1 && term && *term &&
	       strcmp(term, "dumb") != 0;
}

static void put(const char *text)
{
	if (write(STDERR_FILENO, text, strlen(text)) < 0)
		return; /* nobody is left to be told */
}

/* "1.5 GB": three digits are enough for anybody who waits. */
static void format_bytes(double bytes, char *ret, size_t n)
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB" };
	size_t unit = 0;

	for (; bytes >= 1000 && unit < 4; unit++)
		bytes /= 1000;
	snprintf(ret, n, unit && bytes < 10 ? "%.1f %s" : "%.0f %s", bytes,
		 units[unit]);
}

static void format_amount(double amount, char *ret, size_t n)
{
	if (now.counts)
		snprintf(ret, n, amount < 10 ? "%.1f" : "%.0f", amount);
	else
		format_bytes(amount, ret, n);
}

static void format_seconds(double seconds, char *ret, size_t n)
{
	if (seconds < 60)
		snprintf(ret, n, "%.0f s", seconds);
	else if (seconds < 3600)
		snprintf(ret, n, "%.0f min", seconds / 60);
	else
		snprintf(ret, n, "%.1f h", seconds / 3600);
}

static size_t columns(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	return 80;
}

/* The part of it that fits; names begin alike, so the end is kept. */
static const char *tail(const char *text, size_t n)
{
	size_t len = strlen(text);

	return len > n ? text + (len - n) : text;
}

static void draw(uint64_t done, uint64_t all, double seconds)
{
	char rate[32], left[32], line[512], bar[BAR + 1];
	double part = all ? (double)done / (double)all : 0;
	double speed = (double)done / seconds;
	size_t width = columns(), filled;

	if (width < NARROWEST)
		return;
	part = part > 1 ? 1 : part;
	filled = (size_t)(part * BAR);
	memset(bar, '.', BAR);
	memset(bar, '#', filled);
	bar[BAR] = '\0';
	format_amount(speed, rate, sizeof(rate));
	format_seconds(speed > 0 && all > done ? (double)(all - done) / speed
					       : 0,
		       left, sizeof(left));
	/* Besides the name: 20 of the bar and at most 36 of numbers. */
	snprintf(line, sizeof(line), "\r%s [%s] %3.0f%% %s/s, %s left\033[K",
		 tail(now.what, width - NARROWEST + 2), bar, part * 100, rate,
		 left);
	put(line);
	now.shown = true;
}

static void format_whole(uint64_t amount, char *ret, size_t n)
{
	if (now.counts)
		snprintf(ret, n, "%llu", (unsigned long long)amount);
	else
		format_bytes((double)amount, ret, n);
}

static void say_begin(uint64_t all)
{
	char size[32];

	if (now.said)
		return;
	now.said = true;
	format_whole(all, size, sizeof(size));
	cli_say("%s, %s", now.what, size);
}

static void say_end(uint64_t done, double seconds)
{
	char size[32], time[32];

	format_whole(done, size, sizeof(size));
	format_seconds(seconds, time, sizeof(time));
	cli_say("%s: done, %s in %s", now.what, size, time);
}

void cli_progress_clear(void)
{
	if (!now.shown)
		return;
	put("\r\033[K");
	now.shown = false;
}

/* File names may hold anything, and this goes to a terminal. */
static void name(const char *what)
{
	snprintf(now.what, sizeof(now.what), "%s", what);
	for (char *c = now.what; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
}

static void tell(const char *what, uint64_t done, uint64_t all, bool counts)
{
	double time = clock_now(), seconds;

	if (now.begin <= 0) {
		name(what);
		now.counts = counts;
		now.begin = time;
	}
	seconds = time - now.begin;
	if (done >= all) {
		cli_progress_clear();
		if (now.said)
			say_end(done, seconds);
		memset(&now, 0, sizeof(now));
		return;
	}
	if (seconds < PATIENCE || time - now.drawn < PACE)
		return;
	now.drawn = time;
	if (can_draw())
		draw(done, all, seconds);
	else
		say_begin(all);
}

void cli_progress(void *ctx, const char *what, uint64_t done, uint64_t all)
{
	(void)ctx;
	tell(what, done, all, false);
}

void cli_progress_count(void *ctx, const char *what, uint64_t done,
			uint64_t all)
{
	(void)ctx;
	tell(what, done, all, true);
}
