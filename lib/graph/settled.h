/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a step read was written by a step before it: the order of events says
 * so, where times cannot. Files have finer times than events, and scripts
 * that go on within a tick of the clock.
 */
#ifndef PEDIGREE_GRAPH_SETTLED_H
#define PEDIGREE_GRAPH_SETTLED_H

#include <stdbool.h>
#include <stdint.h>

#include "evlog/reader.h"
#include "graph/steps.h"

struct pedigree_settled; /* the last writers of files */

/* NULL: no memory. The log and the steps must outlive it. */
struct pedigree_settled *
pedigree_settled_new(const struct pedigree_evlog *log,
		     const struct pedigree_log_steps *steps);
void pedigree_settled_free(struct pedigree_settled *settled);
static inline void pedigree_settled_freep(struct pedigree_settled **settled)
{
	pedigree_settled_free(*settled);
}

/*
 * Was a file, when `step` opened it at `seq`, written by the run for the last
 * time, by a program that had ended?
 */
bool pedigree_settled_path(const struct pedigree_settled *settled,
			   const char *path, uint64_t seq, uint32_t step);
/* The same of an OPEN event for reading. */
bool pedigree_settled_event(const struct pedigree_settled *settled,
			    const struct pedigree_event *event, uint32_t step);

/* Who wrote a file for the last time: it has the bytes of that one alone. */
enum pedigree_writer {
	PEDIGREE_WRITER_UNKNOWN, /* the path is none that the run wrote to */
	PEDIGREE_WRITER_SAME,
	PEDIGREE_WRITER_OTHER
};
/* `step` may be PEDIGREE_NONE: what is of no step. */
enum pedigree_writer
pedigree_settled_writer(const struct pedigree_settled *settled,
			const char *path, uint32_t step);

#endif
