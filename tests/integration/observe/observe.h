/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the observing program share. */
#ifndef OBSERVE_H
#define OBSERVE_H

#include <errno.h>
#include <stdio.h>
#include <sys/types.h>
#include <unistd.h>

#define KNOWN 4242 /* no errno of Linux */

/* SHOW(call): the call, its result, errno after it, the lowest free fd. */
#define SHOW(call) show(#call, (errno = KNOWN, (long)(call)))
#define SHOW_PTR(call) show(#call, (errno = KNOWN, (call) != NULL))

/* Makes the call in a child, and shows how that ended. */
#define CHILD(call) \
	do { \
		pid_t pid_; \
\
		fflush(stdout); \
		pid_ = fork(); \
		if (pid_ == 0) { \
			call; \
			fflush(stdout); \
			_exit(errno); \
		} \
		run_child(#call, pid_); \
	} while (0)

void show(const char *call, long result);
void run_child(const char *what, pid_t pid);
void mode_of(const char *path);

/* The parts, in the order of main(). The file "new" is there. */
void modes_and_flags(void);
void failing_programs(void);
void tight_limits(void);
void small_stacks(void);
void threads_and_forks(void);

#endif
