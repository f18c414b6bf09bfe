/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "subject.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct subject subjects[] = {
	{ "chroot", subject_limits_chroot },
	{ "dirs", subject_dirs },
	{ "exec", subject_exec },
	{ "files", subject_limits_files },
	{ "fork", subject_fork },
	{ "names", subject_names },
	{ "odd", subject_odd },
	{ "old_kernel", subject_limits_old_kernel },
	{ "open", subject_open },
	{ "signal", subject_signal },
	{ "stdio", subject_stdio },
	{ "syscall", subject_syscall },
	{ "threads", subject_threads },
};

const char *subject_self;

void say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
}

void say_result(const char *what, long result)
{
	int error = errno;

	say("%s: %ld %s", what, result, result < 0 ? strerror(error) : "");
}

void give(const char *path, const char *content)
{
	FILE *file = fopen(path, "w");

	if (!file || fputs(content, file) < 0 || fclose(file))
		err(99, "%s", path);
}

void reap(int pid)
{
	int status;

	OK(pid);
	OK(waitpid(pid, &status, 0));
	say("child ended with %d", status);
}

int main(int argc, char **argv)
{
	static char self[PATH_MAX];

	if (!realpath("/proc/self/exe", self))
		return 99;
	subject_self = self;
	if (argc == 3 && !strcmp(argv[1], "--child")) {
		subject_exec_child(argv[2]);
		return 0;
	}
	if (argc == 2 && !strcmp(argv[1], "--list")) {
		for (size_t i = 0; i < sizeof(subjects) / sizeof(*subjects);
		     i++)
			puts(subjects[i].name);
		return 0;
	}
	for (size_t i = 0;
	     argc == 2 && i < sizeof(subjects) / sizeof(*subjects); i++)
		if (!strcmp(argv[1], subjects[i].name)) {
			subjects[i].run();
			return 0;
		}
	return 99;
}
