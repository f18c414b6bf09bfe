/* SPDX-License-Identifier: Apache-2.0 */
/* Every way to start a program, with every reason for it to fail. */
#include "config.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "observe.h"

static char huge[200 * 1024], long_name[5000];
static char *environment[] = { (char *)"X=only", (char *)"PATH=.:/bin", NULL };

static void file(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (write(fd, text, strlen(text)) < 0)
		perror(path);
	fchmod(fd, mode);
	close(fd);
}

static int copy_of_true(void)
{
	int from = open("/bin/true", O_RDONLY | O_CLOEXEC);
	int to = open("./busy", O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	char block[4096];
	ssize_t n;

	while ((n = read(from, block, sizeof(block))) > 0)
		if (write(to, block, (size_t)n) != n)
			perror("busy");
	fchmod(to, 0755);
	close(from);
	return to;
}

static void spawned(const char *what, int code, pid_t pid)
{
	printf("%s: code %d, errno %d\n", what, code, errno);
	if (code == 0)
		run_child(what, pid);
}

/* execv and its kind only return when they fail; CHILD shows errno then. */
static void every_form(const char *path, char *const args[])
{
	pid_t pid = -1;
	int code, fd;

	printf("program %.20s\n", path);
	CHILD(execv(path, args));
	CHILD(execve(path, args, environment));
	CHILD(execvp(path, args));
	CHILD(execvpe(path, args, environment));
	CHILD(execl(path, args[0], args[1], (char *)NULL));
	CHILD(execle(path, args[0], args[1], (char *)NULL, environment));
	CHILD(execlp(path, args[0], args[1], (char *)NULL));
	CHILD(execveat(AT_FDCWD, path, args, environment, 0));
	CHILD(execveat(AT_FDCWD, path, args, environment, AT_SYMLINK_NOFOLLOW));
	CHILD(execveat(-1, path, args, environment, 0));
	fd = open(path, O_PATH | O_CLOEXEC);
	CHILD(fexecve(fd, args, environment));
	if (fd >= 0)
		close(fd);
	errno = KNOWN;
	code = posix_spawn(&pid, path, NULL, NULL, args, environment);
	spawned("posix_spawn", code, pid);
	errno = KNOWN;
	code = posix_spawnp(&pid, path, NULL, NULL, args, environment);
	spawned("posix_spawnp", code, pid);
}

void failing_programs(void)
{
	static const char *const paths[] = {
		"./text",   "./garbage", "./empty", "./plain",	  "./lost",
		"./itself", "./loop",	 "./busy",  "./text/x",	  "./text/",
		".",	    "./no such", "/bin",    "/bin/true",  "no-such",
		"",	    "no/such",	 "true",    "./dangling", "text",
	};
	char *args[] = { (char *)"zero", (char *)"one", NULL };
	char *too_big[] = { (char *)"zero", huge, NULL };
	int busy;

	memset(huge, 'h', sizeof(huge) - 1);
	memset(long_name, 'n', sizeof(long_name) - 1);
	file("text", "echo \"text $1 $X\"\n", 0755);
	file("garbage", "\177ELF and no more", 0755);
	file("empty", "", 0755);
	file("plain", "#!/bin/sh\n", 0644);
	file("lost", "#!/no/such/interpreter\n", 0755);
	file("itself", "#!./itself\n", 0755);
	if (symlink("loop", "loop") || symlink("nowhere", "dangling"))
		perror("symlink");
	busy = copy_of_true();
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		every_form(paths[i], args);
	every_form(long_name, args);
	every_form("/bin/true", too_big);
	close(busy);
	every_form("./busy", args);
}
