/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing the event log (lib/evlog/format.h). log.c, log_make.c and log_map.c
 * are compiled into the shim and into libpedigree, each with a log of its own;
 * they depend on no other file of hooks/ but sys.h, and have no constructor.
 * In the shim gate.c starts the log and watches for forks. Elsewhere who
 * calls does: _start or _attach once before any event, and _forked in a child
 * (its process id differs) before the child's first.
 *
 * Nothing here allocates, locks, touches errno or keeps a descriptor open.
 * Every function but _start, _attach, _leave and _forked may be called from
 * any thread, from a signal handler that interrupted any of them, and from a
 * vfork child.
 */
#ifndef PEDIGREE_LOG_H
#define PEDIGREE_LOG_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "evlog/format.h"

/* The header, mapped; NULL when this process writes no log. */
extern struct pedigree_log_header *pedigree_log;

/* A counter of the header, to be used atomically. */
#define pedigree_log_counter(member) \
	((_Atomic __typeof__(pedigree_log->member) *)&pedigree_log->member)

struct pedigree_text {
	const char *bytes;
	size_t n; /* without the NUL, which the log adds */
};

#define PEDIGREE_TEXTS 4

/* An event to be written. Bodies as format.h lists them. */
struct pedigree_entry {
	uint8_t type;
	uint8_t flags;
	uint32_t folder;
	const struct pedigree_old *old;
	const void *body;
	size_t body_size;			   /* a multiple of 8 */
	struct pedigree_text text[PEDIGREE_TEXTS]; /* ended by NULL bytes */
};

/* Who writes: the PROCESS event of an image. */
struct pedigree_identity {
	struct pedigree_text cwd; /* absolute, or NULL: unknown */
	const char *program;
	struct pedigree_text args; /* argc strings, NUL between them */
	uint32_t argc;
	uint8_t flags;
};

/*
 * Opens or makes the log of this host in a run's folder (absolute, `n` bytes)
 * and writes the PROCESS event. Without an identity that is left to the first
 * event, and the image is not counted. False when there is no run or it cannot
 * be written to; nothing is left behind then.
 */
bool pedigree_log_start(const char *folder, size_t n,
			const struct pedigree_identity *identity);

/*
 * The same for a second writer in a process that may have one already: the
 * explicit calls of libpedigree beside the shim. Writes nothing at once, never
 * says who the process is, and its events count as those of the process that
 * the log knows by this process id, or, if none is told, of a nameless one.
 */
bool pedigree_log_attach(const char *folder, size_t n);

/* Leaves the log, so that another may be started or attached to. No event may
   be under way in any thread. */
void pedigree_log_leave(void);

/* Tells that this process is a forked child; its next event is a FORK. */
void pedigree_log_forked(void);

/* The reference of the cwd written by _start; 0: none. */
uint32_t pedigree_log_first_cwd(void);

/* The reference of the image's PROCESS event; 0 when that was dropped. */
uint32_t pedigree_log_image(void);

/* Writes an event and answers its reference; 0: dropped and counted. */
uint32_t pedigree_log_add(const struct pedigree_entry *entry);

void pedigree_log_drop(enum pedigree_drop reason);

/* A log to be made. */
struct pedigree_log_new {
	const char *path; /* absolute; FOLDER/HOST.events */
	struct pedigree_text run;
	const char *host;
	uint64_t expected; /* images that will come up */
};

/*
 * Makes a sparse log under its whole name at once. 0 or a negative error
 * number; -EEXIST when there is one. (log_make.c)
 */
long pedigree_log_create(const struct pedigree_log_new *new);

/*
 * The same for the run called like the last component of `folder`, if that
 * has begun; 0 also when there is a log by then.
 */
long pedigree_log_make(const char *folder, size_t n, const char *path,
		       const char *host);

#endif
