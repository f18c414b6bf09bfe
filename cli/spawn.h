/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a command so that neither it nor who started us can tell that we are
 * between them: descriptors, signal mask and dispositions, process group,
 * terminal, exit status, death by signal, stop and continue.
 *
 *	struct cli_spawn spawn = { .argv = argv };
 *
 *	cli_spawn_guard(&spawn);
 *	cli_spawn_prepare(&spawn);
 *	status = cli_spawn_start(&spawn, preload);
 *	if (status == CLI_SPAWN_UNWATCHED)
 *		return cli_spawn_exec(&spawn);
 *	if (status)
 *		return status;		// 126 or 127
 *	cli_spawn_wait(&spawn);
 *	…
 *	cli_spawn_leave(&spawn);	// as the command did
 */
#ifndef PEDIGREE_CLI_SPAWN_H
#define PEDIGREE_CLI_SPAWN_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

#include "cli/canary.h"

enum {
	CLI_SPAWN_UNWATCHED = -1, /* nothing was started, and may be bare */
	CLI_SPAWN_TROUBLE = 125,  /* our own, before the command ran */
	CLI_SPAWN_CANNOT = 126,
	CLI_SPAWN_NOT_FOUND = 127
};

#define CLI_SPAWN_GUARDED 2

struct cli_spawn {
	char **argv;
	pid_t pid;	 /* of the command, once started */
	int wait_status; /* once it ended */
	/* Set by the caller, or NULL: called while the command runs, for the
	   first time `tick_ms` after its start; answers after how many
	   milliseconds again. */
	int (*tick)(void *ctx);
	void *ctx;
	int tick_ms;
	/* Private. */
	sigset_t mask; /* as we were given it */
	struct sigaction child, given[CLI_SPAWN_GUARDED];
	struct cli_canary canary;
	int signals; /* signalfd */
	int signals_error;
	pid_t watcher; /* while stopped, and the last one after */
};

/*
 * Before anything is written or said: a message that nobody reads and a limit
 * of the size of files must not end us before the command has begun.
 */
void cli_spawn_guard(struct cli_spawn *spawn);

/*
 * Blocks signals, so that none is lost from here on. The caller may take its
 * time between this and the start.
 */
void cli_spawn_prepare(struct cli_spawn *spawn);

/*
 * Starts the command, with `preload` (may be NULL) in front of LD_PRELOAD in
 * its environment only. When it returns 0 the command's program runs; else
 * what was wrong has been said: of the command, or (CLI_SPAWN_UNWATCHED) that
 * there is no process or descriptor to stand by it with. After success our own
 * stdin, stdout and all other inherited descriptors but stderr are let go, so
 * that pipes end when the command lets go of them.
 */
int cli_spawn_start(struct cli_spawn *spawn, const char *preload);

/*
 * Waits for the end: passes on signals that were sent to us alone, stops
 * when the command stops, reaps whatever else ends (we may be PID 1).
 */
void cli_spawn_wait(struct cli_spawn *spawn);

/* Is called now and then while something is waited for. */
struct cli_spawn_tick {
	void (*tick)(void *ctx);
	void *ctx;
};

/*
 * Waits until `fd` has something to read or was closed, at most `ms`
 * milliseconds (negative: no limit). False when the time was over or when
 * somebody asked us to end. `tick` may be NULL.
 */
bool cli_spawn_wait_fd(struct cli_spawn *spawn, int fd, int ms,
		       const struct cli_spawn_tick *tick);

/* Lets go of all inherited descriptors but stderr. */
void cli_spawn_let_go(void);

/* The mask and the dispositions as they were given to us. */
void cli_spawn_restore(const struct cli_spawn *spawn);

/* Becomes the command without a wrapper, with what was guarded and prepared
   as it was given; returns 126 or 127. */
int cli_spawn_exec(const struct cli_spawn *spawn);

/* Ends as the command did: by its exit status or its signal. */
void cli_spawn_leave(struct cli_spawn *spawn) __attribute__((noreturn));

#endif
