/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A subject goes through one family of calls and says on stdout, before each,
 * which events it should leave:
 *
 *	> WORD FLAGS PATH [PATH2] [old=SIZE]
 *
 * as support/dump.c prints them, "." standing for the folder it runs in. It
 * runs with and without the shim, and all that it prints must be the same:
 * so it also prints what it sees (say).
 */
#ifndef PEDIGREE_TEST_SUBJECT_H
#define PEDIGREE_TEST_SUBJECT_H

#include <err.h>
#include <stdio.h>

struct subject {
	const char *name;
	void (*run)(void);
};

extern const char *subject_self; /* absolute path of this program */

#define expect(...) say("> " __VA_ARGS__)
/* Prints a line at once: the next call may end the process. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Ends the test unless a call of the subject succeeded. */
#define OK(call) \
	do { \
		if ((call) < 0) \
			err(99, "%s", #call); \
	} while (0)
/* Makes a file, which is a "> open wct" of its own to be expected. */
void give(const char *path, const char *content);
/* Says what a call answered, with errno. */
void say_result(const char *what, long result);
/* Waits for a child and says how it ended. */
void reap(int pid);

void subject_dirs(void);
void subject_exec(void);
void subject_exec_child(const char *name);
void subject_fork(void);
void subject_limits_chroot(void);
void subject_limits_files(void);
void subject_limits_old_kernel(void);
void subject_names(void);
void subject_odd(void);
void subject_open(void);
void subject_signal(void);
void subject_stdio(void);
void subject_syscall(void);
void subject_threads(void);

#endif
