/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A way is a row: a name and a function that prints what must be found of it
 * afterwards, a line each, and then goes that way in the current folder:
 *
 *	read PATH	an input of the run
 *	write PATH	an output of the run
 *	gone PATH	seen, and neither
 *	list PATH, load PATH	seen
 *	blind KIND	a blind spot of the record
 *
 * It exits 77 when the kernel or the file system does not have that way.
 */
#ifndef WAYS_H
#define WAYS_H

#include <fcntl.h>
#include <sys/types.h>

struct way {
	const char *name;
	void (*go)(void);
};
#define WAY(name) \
	{ \
#name, way_##name \
	}

extern const struct way ways_open[], ways_name[], ways_process[], ways_odd[];
extern const char *ways_self; /* this program's path */

void expect(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Each of these ends the program with status 3 when it fails. */
int ok(int result, const char *what);
int folder(const char *path); /* opened */
void take(int fd);	      /* read a byte and close */
void put(int fd);	      /* write two and close */
void wait_for(pid_t pid);

#define NEW (O_WRONLY | O_CREAT | O_TRUNC)

#define READS(name, path, call) \
	static void name(void) \
	{ \
		expect("read " path); \
		take(call); \
	}
#define WRITES(name, path, call) \
	static void name(void) \
	{ \
		expect("write " path); \
		put(call); \
	}

#endif
