/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which commit the project was at, and whether it was changed.
 *
 * Git is asked by a process of its own, started just before the command and
 * running beside it: asking first would delay every short command, and
 * asking at the end would tell of the tree as the run left it. What the
 * command changes in tracked files within those first milliseconds may be
 * taken for a change that was there before; output files are not tracked and
 * do not count.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/fs.h"
#include "rules/redact.h"
#include "run/spool.h"

#define ANSWER_MAX ((size_t)64 << 10)
#define ASKED_NAME "git.asked" /* an answer is to be waited for */

static int64_t monotonic_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Is there a repository at all? Saves three processes where there is none. */
static bool in_repository(const char *cwd)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	_cleanup_free_ char *folder = strdup(cwd);
	char *slash;

	if (getenv("GIT_DIR"))
		return true;
	while (folder && folder[0]) {
		pedigree_buf_reset(&path);
		pedigree_path_join(&path, folder, ".git");
		if (pedigree_buf_error(&path))
			return false;
		if (access(path.data, F_OK) == 0)
			return true;
		slash = strrchr(folder, '/');
		if (!slash)
			break;
		*slash = '\0';
	}
	return false;
}

static void __attribute__((noreturn))
become_git(const char *const *args, int out)
{
	const char *argv[16] = { "git", "-c", "core.fsmonitor=false" };
	size_t n = 3;

	for (size_t i = 0; args[i] && n + 1 < PEDIGREE_COUNT(argv); i++)
		argv[n++] = args[i];
	dup2(out, STDOUT_FILENO);
	/* A program of the user's repository, not of the run. */
	unsetenv("LD_PRELOAD");
	setenv("GIT_OPTIONAL_LOCKS", "0", 1);
	setenv("GIT_TERMINAL_PROMPT", "0", 1);
	setenv("LC_ALL", "C", 1);
	execvp("git", (char **)(uintptr_t)argv);
	_exit(127);
}

/* The answer up to the deadline; false when git failed or was too slow. */
static bool ask(const char *const *args, int64_t deadline,
		struct pedigree_buf *ret_answer)
{
	int ends[2], status = -1;
	bool ended = false;
	pid_t pid;

	pedigree_buf_reset(ret_answer);
	if (pipe2(ends, O_CLOEXEC) < 0)
		return false;
	pid = fork();
	if (pid == 0)
		become_git(args, ends[1]);
	close(ends[1]);
	while (pid > 0 && !ended && ret_answer->len < ANSWER_MAX) {
		struct pollfd wait = { .fd = ends[0], .events = POLLIN };
		int64_t left = deadline - monotonic_ms();
		char bytes[4096];
		ssize_t n;

		if (left <= 0 || poll(&wait, 1, (int)left) <= 0)
			break;
		n = read(ends[0], bytes, sizeof(bytes));
		ended = n <= 0;
		if (n > 0)
			pedigree_buf_add(ret_answer, bytes, (size_t)n);
	}
	close(ends[0]);
	if (pid <= 0)
		return false;
	if (!ended)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return ended && WIFEXITED(status) && WEXITSTATUS(status) == 0 &&
	       !pedigree_buf_error(ret_answer);
}

/* Takes the next line out of `*at`; NULL when there is none. */
static char *take_line(char **at)
{
	char *line = *at;
	char *end = line ? strchr(line, '\n') : NULL;

	if (!end)
		return NULL;
	*end = '\0';
	*at = end + 1;
	return *line ? strdup(line) : NULL;
}

static void ask_all(const char *folder, int64_t deadline)
{
	static const char *const where[] = { "rev-parse", "--show-toplevel",
					     "HEAD", NULL };
	static const char *const top[] = { "rev-parse", "--show-toplevel",
					   NULL };
	static const char *const changes[] = { "status", "--porcelain",
					       "--untracked-files=no", NULL };
	static const char *const remote[] = { "remote", "get-url", "origin",
					      NULL };
	_cleanup_buf_ struct pedigree_buf answer = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf url = PEDIGREE_BUF_INIT;
	struct pedigree_run_facts facts = { .git_dirty = -1 };
	char *at;

	/* A repository without a commit has no HEAD. */
	if (ask(where, deadline, &answer) || ask(top, deadline, &answer)) {
		at = answer.data;
		facts.git_root = take_line(&at);
		facts.git_commit = take_line(&at);
	}
	if (facts.git_root && ask(changes, deadline, &answer))
		facts.git_dirty = answer.len > 0;
	if (facts.git_root && ask(remote, deadline, &answer)) {
		answer.data[strcspn(answer.data, "\n")] = '\0';
		pedigree_redact_url(&url, answer.data);
		facts.git_remote = pedigree_buf_take(&url);
	}
	/* Written in any case: the end of the run waits for it. */
	pedigree_git_write(folder, &facts, NULL);
	pedigree_run_facts_clear(&facts);
}

/* Nothing of ours, of the terminal, of the command's group or of its pipes. */
static void __attribute__((noreturn))
ask_apart(const char *folder, const char *cwd, uint64_t ms)
{
	int null = open("/dev/null", O_RDWR);
	sigset_t none;

	setsid();
	if (fork() != 0)
		_exit(0);
	for (int fd = 0; null >= 0 && fd <= STDERR_FILENO; fd++)
		dup2(null, fd);
	close_range(STDERR_FILENO + 1, UINT_MAX, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (chdir(cwd) == 0)
		ask_all(folder, monotonic_ms() + (int64_t)ms);
	_exit(0);
}

void pedigree_git_ask(const char *folder, const char *cwd, uint64_t ms)
{
	_cleanup_buf_ struct pedigree_buf asked = PEDIGREE_BUF_INIT;
	pid_t pid;
	int fd;

	if (!ms || !in_repository(cwd))
		return;
	pedigree_path_join(&asked, folder, ASKED_NAME);
	if (pedigree_buf_error(&asked))
		return;
	fd = open(asked.data, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	close(fd);
	/* Twice, so that whoever waits for the command has no other child. */
	pid = fork();
	if (pid == 0)
		ask_apart(folder, cwd, ms);
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

void pedigree_git_await(const char *folder, int64_t start_ms, uint64_t ms)
{
	const struct timespec pause = { .tv_nsec = 500000 };
	struct timespec now;

	if (!pedigree_spool_has(folder, ASKED_NAME))
		return;
	while (!pedigree_spool_has(folder, PEDIGREE_GIT_NAME)) {
		clock_gettime(CLOCK_REALTIME, &now);
		/* A clock that was set back must not make this endless. */
		if ((int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 <
			    start_ms ||
		    (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 >
			    start_ms + (int64_t)ms)
			return;
		nanosleep(&pause, NULL);
	}
}
