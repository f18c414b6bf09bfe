/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `run --serve`: a server runs for months, so what it serves is recorded soon
 * after it opened it, by a process beside it.
 *
 *	struct cli_serving serving = { .session = session };
 *
 *	cli_serving_begin(&serving, &spawn);
 *	cli_spawn_wait(&spawn);
 *	cli_serving_end(&serving);
 */
#ifndef PEDIGREE_CLI_SERVING_H
#define PEDIGREE_CLI_SERVING_H

#include <pedigree/capture.h>

#include "cli/spawn.h"

struct cli_serving {
	struct pedigree_session *session;
	/* Private. */
	int end; /* of a socket whose other end the process has; -1: none */
	pid_t pid;
	int ms;
};

void cli_serving_begin(struct cli_serving *serving, struct cli_spawn *spawn);
/* The command ended: waits for a record that is being made, and hurries it. */
void cli_serving_end(struct cli_serving *serving);

#endif
