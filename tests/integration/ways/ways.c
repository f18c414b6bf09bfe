/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ways a program can reach a file:
 *
 *	ways --list		the names
 *	ways NAME		go that way (ways.h)
 *
 * The current folder holds in.txt, other.txt, a folder sub with in.txt, and
 * module.so. ways.py runs each way bare and captured.
 */
#include "config.h"

#include <err.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ways.h"

const char *ways_self;

void expect(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
}

int ok(int result, const char *what)
{
	if (result < 0)
		err(3, "%s", what);
	return result;
}

void take(int fd)
{
	char byte;

	ok(fd, "open");
	if (read(fd, &byte, 1) < 0)
		err(3, "read");
	close(fd);
}

void put(int fd)
{
	ok(fd, "open");
	ok(write(fd, "x\n", 2), "write");
	close(fd);
}

int folder(const char *path)
{
	return ok(open(path, O_RDONLY | O_DIRECTORY), path);
}

void wait_for(pid_t pid)
{
	int status;

	ok(waitpid(pid, &status, 0), "waitpid");
}

static const struct way *const families[] = { ways_open, ways_name,
					      ways_process, ways_odd };

int main(int argc, char **argv)
{
	static char path[4096];

	if (argc == 3 && strcmp(argv[1], "--cat") == 0) {
		take(open(argv[2], O_RDONLY));
		return 0;
	}
	if (argc != 2)
		errx(99, "usage: ways --list | NAME");
	if (readlink("/proc/self/exe", path, sizeof(path) - 1) < 0)
		err(99, "/proc/self/exe");
	ways_self = path;
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		for (const struct way *way = families[i]; way->name; way++) {
			if (strcmp(argv[1], "--list") == 0) {
				puts(way->name);
			} else if (strcmp(argv[1], way->name) == 0) {
				way->go();
				return 0;
			}
		}
	}
	return strcmp(argv[1], "--list") == 0 ? 0 : 99;
}
