/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A log between its two readings: scan.c collects what stands in the file in
 * the order of the file, resolve.c turns references into indices.
 */
#ifndef PEDIGREE_EVLOG_RAW_H
#define PEDIGREE_EVLOG_RAW_H

#include <stdint.h>

#include <pedigree/error.h>

#include "base/arena.h"
#include "base/vec.h"
#include "evlog/reader.h"
#include "evlog/source.h"

/* Who wrote a stretch of the log. */
struct pedigree_raw_writer {
	uint32_t ref; /* to its PROCESS or FORK; 0: not named */
	uint32_t pid;
	uint32_t process; /* index into processes, once known */
	uint64_t seq;	  /* of its first event here */
};

struct pedigree_raw_folder {
	uint32_t ref;	 /* of its frame; ascending in the array */
	uint32_t parent; /* reference or 0 */
	uint64_t seq;
	const char *text;
};

/* Beside the process of the same index, minus raw->first_process. */
struct pedigree_raw_process {
	uint32_t ref;	/* of its frame; ascending in the array */
	uint32_t image; /* reference or 0 */
	uint32_t cwd;	/* reference or 0 */
	uint64_t seq;
};

PEDIGREE_VEC_TYPE(pedigree_events, struct pedigree_event);
PEDIGREE_VEC_TYPE(pedigree_processes, struct pedigree_process);
PEDIGREE_VEC_TYPE(pedigree_strings, const char *);

/* What a log is made of, behind its public face; of all its hosts. */
struct pedigree_evlog_parts {
	struct pedigree_arena arena;
	struct pedigree_events events;
	struct pedigree_processes processes;
	struct pedigree_strings folders;
	struct pedigree_strings hosts;
};

/*
 * One host's log while it is added. Until resolved, events name a writer by
 * `process` and a reference by `folder` and `folder2`.
 */
struct pedigree_raw {
	struct pedigree_evlog_parts *parts;
	size_t first_event; /* where this host begins in parts->events */
	size_t first_process;
	uint32_t host;
	PEDIGREE_VEC(struct pedigree_raw_writer) writers;
	PEDIGREE_VEC(struct pedigree_raw_folder) folders;
	PEDIGREE_VEC(struct pedigree_raw_process) processes;
	struct pedigree_loss loss;
	uint64_t max_seq;
	uint64_t bytes; /* of all frames that were read */
	uint64_t limit; /* later events are left out */
};

void pedigree_raw_clear(struct pedigree_raw *raw);

/* scan.c. Expected failures: PEDIGREE_EIO, PEDIGREE_ENOMEM. */
int pedigree_raw_scan(struct pedigree_raw *raw, struct pedigree_source *source,
		      struct pedigree_error *err);

/* keep.c: one frame at `ref`, of the newest writer. False: out of memory. */
bool pedigree_raw_keep(struct pedigree_raw *raw, uint32_t ref,
		       const char *bytes, size_t size);

/* resolve.c. PEDIGREE_ENOMEM. */
int pedigree_raw_resolve(struct pedigree_raw *raw, struct pedigree_error *err);

/* folders.c. The new index of each raw folder, or PEDIGREE_NONE, in a
   malloc'ed array; NULL: out of memory. */
uint32_t *pedigree_raw_folders(struct pedigree_raw *raw);

/* attribute.c: sets `process` of every writer. PEDIGREE_ENOMEM. */
int pedigree_raw_attribute(struct pedigree_raw *raw,
			   struct pedigree_error *err);

/* Position of `ref` in an ascending array of `n` structs of `size` bytes that
   begin with a reference; PEDIGREE_NONE. */
uint32_t pedigree_raw_find(const void *array, size_t n, size_t size,
			   uint32_t ref);

#endif
