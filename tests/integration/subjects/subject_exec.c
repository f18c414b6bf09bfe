/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "subject.h"

static char *const empty[] = { NULL };
static char *many[200];

/* What a started program does: its file tells that the shim is in it. */
void subject_exec_child(const char *name)
{
	int fd = open(name, O_WRONLY | O_CREAT, 0600);

	OK(fd);
	OK(close(fd));
	say("%s has %d of LD_PRELOAD", name, !!getenv("OTHER"));
}

enum way {
	EXECVE,
	EXECVE_MANY,
	EXECV,
	EXECVP,
	EXECVPE,
	EXECL,
	EXECLE,
	EXECLP,
	FEXECVE,
	EXECVEAT,
	WAYS
};

static const char *const names[WAYS] = {
	[EXECVE] = "execve",   [EXECVE_MANY] = "execve_many",
	[EXECV] = "execv",     [EXECVP] = "execvp",
	[EXECVPE] = "execvpe", [EXECL] = "execl",
	[EXECLE] = "execle",   [EXECLP] = "execlp",
	[FEXECVE] = "fexecve", [EXECVEAT] = "execveat",
};

static void go(enum way way, int program)
{
	const char *self = subject_self, *name = names[way];
	char *argv[] = { (char *)"subject", (char *)"--child", (char *)name,
			 NULL };

	switch (way) {
	case EXECVE:
		execve(self, argv, empty);
		break;
	case EXECVE_MANY:
		execve(self, argv, many);
		break;
	case EXECV:
		execv(self, argv);
		break;
	case EXECVP:
		execvp("subject", argv);
		break;
	case EXECVPE:
		execvpe("subject", argv, empty);
		break;
	case EXECL:
		execl(self, "subject", "--child", name, NULL);
		break;
	case EXECLE:
		execle(self, "subject", "--child", name, NULL, empty);
		break;
	case EXECLP:
		execlp("subject", "subject", "--child", name, NULL);
		break;
	case FEXECVE:
		fexecve(program, argv, empty);
		break;
	default:
		execveat(program, "", argv, empty, AT_EMPTY_PATH);
	}
	_exit(98);
}

static void subject_spawn(void)
{
	char *argv[] = { (char *)"subject", (char *)"--child", (char *)"spawn",
			 NULL };
	pid_t pid;

	expect("open wc ./spawn");
	if (posix_spawn(&pid, subject_self, NULL, NULL, argv, empty))
		errx(99, "posix_spawn");
	reap(pid);
	argv[2] = (char *)"spawnp";
	expect("open wc ./spawnp");
	if (posix_spawnp(&pid, "subject", NULL, NULL, argv, environ))
		errx(99, "posix_spawnp");
	reap(pid);
	say("spawn of nothing: %d",
	    posix_spawn(&pid, "/nowhere", NULL, NULL, argv, environ));
}

static void subject_shell(void)
{
	char command[4200];
	FILE *pipe;
	int c;

	snprintf(command, sizeof(command), "exec '%s' --child system",
		 subject_self);
	expect("open wc ./system");
	say("system: %d", system(command));
	unsetenv("LD_PRELOAD");
	snprintf(command, sizeof(command), "exec '%s' --child popen",
		 subject_self);
	expect("open wc ./popen");
	pipe = popen(command, "r");
	while ((c = getc(pipe)) != EOF)
		putchar(c);
	say("popen: %d", pclose(pipe));
	say("LD_PRELOAD is %s", getenv("LD_PRELOAD") ? "there" : "gone");
}

void subject_exec(void)
{
	char path[4200], *slash;
	int program = open(subject_self, O_PATH | O_CLOEXEC);

	snprintf(path, sizeof(path), "%s", subject_self);
	slash = strrchr(path, '/');
	*slash = 0;
	setenv("PATH", path, 1);
	for (size_t i = 0; i + 1 < sizeof(many) / sizeof(*many); i++)
		many[i] = (char *)"OTHER=1";
	for (int way = 0; way < WAYS; way++) {
		pid_t pid;

		expect("open wc ./%s", names[way]);
		pid = way % 2 ? fork() : vfork();
		if (!pid)
			go(way, program);
		reap(pid);
	}
	say_result("nothing", execl("/nowhere", "x", NULL));
	say_result("nothing", execlp("nowhere", "x", NULL));
	subject_spawn();
	setenv("PATH", "/usr/bin:/bin", 1);
	subject_shell();
}
