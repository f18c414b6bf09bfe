/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a program says itself, written into an event log. Compiled into
 * libpedigree, not into the shim: events are few, so each is written with
 * pwrite and nothing of the log is mapped but its header. A program may write
 * to several logs. Raw system calls, which the shim does not see.
 *
 * A log is used by one thread at a time; a forked child may go on with its
 * copy.
 */
#ifndef PEDIGREE_DECLARE_H
#define PEDIGREE_DECLARE_H

#include <stddef.h>
#include <stdint.h>

#include "evlog/format.h"

struct pedigree_declarations {
	struct pedigree_log_header *header; /* mapped; NULL: not open */
	char path[1024];
	uint32_t pid;	  /* whose chunk it is */
	uint32_t process; /* reference to its PROCESS or FORK; 0: not yet */
	uint32_t image;	  /* reference to the PROCESS it runs; 0: unknown */
	uint64_t at, end; /* of the next frame; of the chunk */
	_Alignas(8) char frame[PEDIGREE_FRAME_MAX]; /* in the making */
};

/*
 * Opens the log of this host in a run's folder. With a program this process
 * is told of by a PROCESS event of its own; with NULL the shim has told of it.
 * 0 or a negative error number.
 */
int pedigree_declare_open(struct pedigree_declarations *log, const char *folder,
			  const char *program, const char *cwd);

/* Adds an event with up to three texts, the list of them ended by NULL. 0 or
   a negative error number (-E2BIG: too long for a frame). */
int pedigree_declare(struct pedigree_declarations *log,
		     enum pedigree_event_type type, const char *const *texts);

/* Adds a BLIND event without a path. */
int pedigree_declare_blind(struct pedigree_declarations *log,
			   enum pedigree_blind_kind kind);

void pedigree_declare_close(struct pedigree_declarations *log);

#endif
