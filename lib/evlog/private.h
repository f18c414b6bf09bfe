/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How reader.c fills a struct pedigree_evlog (evlog.c).
 */
#ifndef PEDIGREE_EVLOG_PRIVATE_H
#define PEDIGREE_EVLOG_PRIVATE_H

#include "evlog/reader.h"

/* Copies into memory that lives as long as the log; NULL: out of memory. */
void *pedigree_arena(struct pedigree_evlog *log, const void *bytes, size_t n);
const char *pedigree_arena_text(struct pedigree_evlog *log, const char *text);

/* Append a zeroed element; NULL: out of memory. */
struct pedigree_event *pedigree_evlog_add_event(struct pedigree_evlog *log);
struct pedigree_process *
pedigree_evlog_add_process(struct pedigree_evlog *log);

/* Index of a folder or host, added when new; PEDIGREE_NONE: out of memory. */
uint32_t pedigree_evlog_folder(struct pedigree_evlog *log, const char *path);
uint32_t pedigree_evlog_host(struct pedigree_evlog *log, const char *host);

/* The log as it is, to return to when reading a file fails halfway. */
struct pedigree_evlog_mark {
	size_t n_events, n_processes;
};
struct pedigree_evlog_mark
pedigree_evlog_mark(const struct pedigree_evlog *log);
void pedigree_evlog_reset(struct pedigree_evlog *log,
			  const struct pedigree_evlog_mark *mark);

#endif
