/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Was a signal sent to our whole process group, or to us alone?
 *
 * The kernel does not say, and the difference decides whether the command
 * has the signal already. So a tiny child stays in our process group, holds
 * every signal blocked and reports each it gets, with the time, through a
 * pipe. What it got as well was sent to the group.
 */
#ifndef PEDIGREE_CLI_CANARY_H
#define PEDIGREE_CLI_CANARY_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct cli_canary {
	pid_t pid;		   /* 0: there is none */
	int fd;			   /* its reports */
	int64_t seen_ns[NSIG];	   /* when it last got each; CLOCK_MONOTONIC */
	int64_t answered_ns[NSIG]; /* of these, the last told of */
};

/*
 * Starts it; all signals must be blocked. Without one (no more processes
 * allowed) cli_canary_saw guesses from the sender.
 */
void cli_canary_start(struct cli_canary *canary);
/* Did the group get the signal that we got now? Takes about 20 ms at most, and
   longer only while the machine gives the canary no time to tell. */
bool cli_canary_saw(struct cli_canary *canary, int signal_number,
		    bool from_kernel);
void cli_canary_stop(struct cli_canary *canary);

/* The letter of /proc/PID/stat: 'R' runs or wants to, 'T' is stopped; 0 when
   there is no such process. */
char cli_process_state(pid_t pid);

#endif
