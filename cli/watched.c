/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "cli/watched.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <pedigree/capture.h>
#include <pedigree/watch.h>

#include "cli/cli.h"
#include "cli/ended.h"
#include "cli/spawn.h"

/* The shim may wait no longer; then nobody reads it. */
static bool answer(int fd, const char *text)
{
	char line[4096];
	int n = snprintf(line, sizeof(line), "%s\n", text);
	bool ok = n > 0 && n < (int)sizeof(line) && write(fd, line, n) == n;

	close(fd);
	return ok;
}

static int compile(int fd, const char *list)
{
	struct pedigree *pedigree = NULL;

	pedigree_open(NULL, &pedigree, NULL);
	/* Rules that cannot be compiled are as good as none. */
	if (pedigree_watch_write(pedigree, list, NULL, NULL) == 0 ||
	    pedigree_watch_write(NULL, list, NULL, NULL) == 0)
		answer(fd, "done");
	pedigree_close(pedigree);
	return CLI_OK;
}

static int finish(int fd, const char *preload, const char *status)
{
	struct pedigree *pedigree = NULL;

	if (pedigree_open(NULL, &pedigree, NULL) == 0)
		pedigree_watch_finish(
			pedigree, preload,
			(int)((strtoul(status, NULL, 10) & 0xff) << 8), NULL);
	pedigree_close(pedigree);
	answer(fd, "done");
	return CLI_OK;
}

/* NULL: no run, and nothing left behind. */
static struct pedigree_session *begin(const struct pedigree *pedigree, int fd,
				      pid_t pid, char **argv)
{
	const struct pedigree_session_spec spec = {
		.argv = (const char *const *)argv,
		.watched = 1,
	};
	struct pedigree_session *session = NULL;
	const char *preload;

	if (pedigree_disabled(pedigree) ||
	    pedigree_session_begin(pedigree, &spec, &session, NULL) < 0)
		return NULL;
	pedigree_session_started(session, pid, NULL);
	preload = pedigree_session_preload(session);
	if (answer(fd, preload ? preload : ""))
		return session;
	pedigree_session_cancel(session);
	pedigree_session_free(session);
	return NULL;
}

/*
 * With a session, a process group and nothing of the program's for itself.
 * Who ends the program's group or service sends signals to all of it: the
 * record is made all the same.
 */
static void stand_apart(void)
{
	sigset_t all;

	setsid();
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	signal(SIGCHLD, SIG_DFL);
}

static void let_go(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	cli_spawn_let_go();
	if (null >= 0)
		dup3(null, STDERR_FILENO, O_CLOEXEC);
	if (chdir("/") < 0)
		return; /* its folder cannot be unmounted meanwhile */
}

static void __attribute__((noreturn))
accompany(struct pedigree *pedigree, int fd, pid_t pid, char **argv)
{
	int process = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pedigree_session *session;
	int status;

	stand_apart();
	session = process < 0 ? NULL : begin(pedigree, fd, pid, argv);
	if (!session)
		_exit(0);
	let_go();
	if (cli_ended_wait(process, pid, &status))
		pedigree_session_ended(session, status, NULL);
	pedigree_session_finish(session, NULL, NULL, NULL, NULL);
	if (pedigree_session_forwarding(session) != PEDIGREE_FORWARD_NEVER)
		pedigree_session_forward(session, NULL);
	pedigree_session_tidy(session, NULL);
	_exit(0);
}

/* What git is asked with would be orphans of the program's: they end here. */
static void begin_only(struct pedigree *pedigree, int fd, pid_t pid,
		       char **argv)
{
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	stand_apart();
	pedigree_session_free(begin(pedigree, fd, pid, argv));
	while (wait(NULL) > 0)
		;
}

static int start(int fd, pid_t pid, const char *mode, char **argv)
{
	struct pedigree *pedigree = NULL;

	if (pedigree_open(NULL, &pedigree, NULL) < 0)
		return CLI_TROUBLE;
	if (strcmp(mode, "inside") == 0)
		begin_only(pedigree, fd, pid, argv);
	else if (fork() == 0)
		accompany(pedigree, fd, pid, argv);
	pedigree_close(pedigree);
	return CLI_OK;
}

int cli_watched(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	int fd = argc > 2 ? atoi(argv[2]) : -1;

	if (fd <= STDERR_FILENO || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
		return CLI_TROUBLE;
	if (strcmp(what, "compile") == 0 && argc == 4)
		return compile(fd, argv[3]);
	if (strcmp(what, "finish") == 0 && argc == 5)
		return finish(fd, argv[3], argv[4]);
	if (strcmp(what, "begin") == 0 && argc > 5)
		return start(fd, atoi(argv[3]), argv[4], argv + 5);
	return CLI_TROUBLE;
}
