/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a remote backend has accepted: which entity has which ARN there, with
 * which content, and which edges. It makes a delivery that was cut short go
 * on where it stopped, and a second one send only what changed.
 *
 * It is a cache of what the service knows: when it is lost, a delivery asks
 * the service again and ends in the same state. One SQLite file a backend,
 * in the data folder; one process at a time uses it (the outbox's lock).
 */
#ifndef PEDIGREE_STORE_PROGRESS_H
#define PEDIGREE_STORE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include <pedigree/error.h>

#include "base/base.h"
#include "base/vec.h"

struct pedigree_progress;

int pedigree_progress_open(const char *path,
			   struct pedigree_progress **ret_progress,
			   struct pedigree_error *err);
void pedigree_progress_close(struct pedigree_progress *progress);

/* 1 with the ARN there and the digest of what was sent, 0 when it was not,
   or a failure. Both are malloc'ed; the digest may be "" (adopted). */
int pedigree_progress_find(struct pedigree_progress *progress,
			   const char *local, char **ret_remote,
			   char **ret_digest, struct pedigree_error *err);
/* `version` is what identifies an artifact's bytes; NULL: nothing does. */
int pedigree_progress_set(struct pedigree_progress *progress, const char *local,
			  const char *remote, const char *digest,
			  const char *version, struct pedigree_error *err);
/* The entity is not there any more, nor its edges. */
int pedigree_progress_forget(struct pedigree_progress *progress,
			     const char *local, struct pedigree_error *err);

/* How many entities of a kind (its word in ARNs) were made there and not
   adopted; NULL: how many edges. */
int pedigree_progress_made(struct pedigree_progress *progress, const char *kind,
			   uint64_t *ret_made, struct pedigree_error *err);

/* An edge between two local ARNs, as a run of the spool stated it. */
struct pedigree_progress_edge {
	char *source, *destination;
};
PEDIGREE_VEC_TYPE(pedigree_progress_edges, struct pedigree_progress_edge);
void pedigree_progress_edges_clear(struct pedigree_progress_edges *edges);

/* 1 when the edge is there, 0 when it is not. */
int pedigree_progress_has_edge(struct pedigree_progress *progress,
			       const char *source, const char *destination,
			       struct pedigree_error *err);
int pedigree_progress_add_edge(struct pedigree_progress *progress,
			       const char *run, unsigned int revision,
			       const char *source, const char *destination,
			       const char *type, struct pedigree_error *err);
int pedigree_progress_drop_edge(struct pedigree_progress *progress,
				const char *source, const char *destination,
				struct pedigree_error *err);
/* Edges that an earlier revision of the run stated, this one does not, and
   no other run does. */
int pedigree_progress_stale(struct pedigree_progress *progress, const char *run,
			    unsigned int revision,
			    struct pedigree_progress_edges *edges,
			    struct pedigree_error *err);
/* Forgets those statements. */
int pedigree_progress_settle(struct pedigree_progress *progress,
			     const char *run, unsigned int revision,
			     struct pedigree_error *err);

/* The highest revision of a run that was delivered whole; -1: none. */
int pedigree_progress_revision(struct pedigree_progress *progress,
			       const char *run, long *ret_revision,
			       struct pedigree_error *err);
int pedigree_progress_done(struct pedigree_progress *progress, const char *run,
			   unsigned int revision, struct pedigree_error *err);

/*
 * Edges that should be and are not: from runs to the endpoints that serve
 * bytes which they produced (AssociatedWith).
 */
int pedigree_progress_deployed(struct pedigree_progress *progress,
			       struct pedigree_progress_edges *edges,
			       struct pedigree_error *err);

#endif
