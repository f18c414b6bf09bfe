/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "cli/graphviz.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/cli.h"

extern char **environ;

static bool is_in(const char *folder, size_t n)
{
	char path[4096];
	int len = snprintf(path, sizeof(path), "%.*s/dot", (int)n, folder);

	return n && len > 0 && (size_t)len < sizeof(path) &&
	       access(path, X_OK) == 0;
}

bool cli_graphviz_there(void)
{
	const char *path = getenv("PATH");

	while (path && *path) {
		size_t n = strcspn(path, ":");

		if (is_in(path, n))
			return true;
		path += n + (path[n] == ':');
	}
	cli_say("SVG is drawn by Graphviz's `dot`, which is not in PATH: install it (on Debian: apt-get install graphviz), or take --format html, which needs nothing");
	return false;
}

/* A file that holds the graph, open at its beginning; NULL: none. */
static FILE *file_of(const char *graph, size_t n)
{
	FILE *file = tmpfile();

	if (!file)
		return NULL;
	if (fwrite(graph, 1, n, file) == n && fflush(file) == 0 &&
	    fseek(file, 0, SEEK_SET) == 0)
		return file;
	fclose(file);
	return NULL;
}

static bool draw(int in, int out)
{
	char name[] = "dot", format[] = "-Tsvg";
	char *argv[] = { name, format, NULL };
	posix_spawn_file_actions_t actions;
	int status, rc;
	pid_t pid;

	if (posix_spawn_file_actions_init(&actions) != 0) {
		cli_say("out of memory");
		return false;
	}
	posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	rc = posix_spawnp(&pid, name, &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (rc != 0) {
		cli_say("cannot start Graphviz's `dot`: %s", strerror(rc));
		return false;
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR) {
			cli_say("cannot wait for `dot`: %s", strerror(errno));
			return false;
		}
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	cli_say("Graphviz's `dot` failed, %s %d; a smaller --depth or --limit gives it less to do",
		WIFEXITED(status) ? "status" : "signal",
		WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	return false;
}

bool cli_graphviz(const char *graph, size_t n, int fd)
{
	FILE *file = file_of(graph, n);
	bool drawn;

	if (!file) {
		cli_say("cannot write a temporary file: %s", strerror(errno));
		return false;
	}
	drawn = draw(fileno(file), fd);
	fclose(file);
	return drawn;
}
