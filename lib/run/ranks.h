/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many wrappers, one run: the ranks of a job, each under a `pedigree run` of
 * its own, on one host or on several that share the spool.
 *
 *	SPOOL/runs/.launch-KEY		symbolic link to RUN
 *	SPOOL/runs/RUN/ranks/RANK-HOST-PID/	a rank's begin.json, pid.json,
 *					end.json, and lock, which its wrapper
 *					holds as long as it lives
 *	SPOOL/runs/RUN/ranks/recorded	how many ranks the record has
 *
 * RUN/begin.json is the first rank's. RUN/lock is held by who joins and by
 * who finishes, not by wrappers. Whoever ends last makes the record; a rank
 * that comes later still amends it.
 */
#ifndef PEDIGREE_RUN_RANKS_H
#define PEDIGREE_RUN_RANKS_H

#include <stdbool.h>
#include <stddef.h>

#include <pedigree/error.h>

#include "base/buf.h"
#include "graph/build.h"
#include "rules/config.h"

#define PEDIGREE_RANKS_NAME "ranks"
#define PEDIGREE_LAUNCH_KEY 17 /* bytes of a key with its NUL */

/*
 * launch.c: sets launcher, rank and ranks of the facts, which have argv, as
 * the environment says them. *ret_key (PEDIGREE_LAUNCH_KEY bytes) becomes the
 * same in all processes of one launch that run this command, numbers in it
 * aside; "": there is no
 * launch to be told from others. Only PEDIGREE_ENOMEM.
 */
int pedigree_launch_find(struct pedigree_run_facts *facts, char *ret_key);

/*
 * Joins the run of the launch `key`, if there is one that this rank is not
 * already over in: sets run, name and member of the facts, and the outputs
 * as pedigree_spool_begin has them. *ret_joined tells. The caller holds the
 * lock on names. Only PEDIGREE_ENOMEM.
 */
int pedigree_ranks_join(const struct pedigree_config *config, const char *key,
			struct pedigree_run_facts *facts,
			struct pedigree_buf *ret_preload, int *ret_lock,
			bool *ret_joined, struct pedigree_error *err);

/*
 * Makes the run in `folder`, which was just begun, the one of its launch, and
 * this process its first rank. *lock, the run's, is replaced by the rank's. A
 * failure leaves an ordinary run.
 */
int pedigree_ranks_first(const char *folder, const char *key,
			 struct pedigree_run_facts *facts, int *lock,
			 struct pedigree_error *err);

/* How the ranks of a run are; all 0 for an ordinary run. */
struct pedigree_ranks_look {
	size_t all;
	size_t alive;	 /* the wrapper or the command lives */
	size_t ended;	 /* with an end.json */
	size_t recorded; /* are in the record */
	size_t expected; /* as the launcher says; 0: it does not */
};
void pedigree_ranks_look(const char *folder, struct pedigree_ranks_look *ret);
/* No rank came since the record; true for an ordinary run. */
bool pedigree_ranks_are_recorded(const char *folder);
/* Remembers that the record has what `look` has. */
int pedigree_ranks_recorded(const char *folder,
			    const struct pedigree_ranks_look *look,
			    struct pedigree_error *err);

/* Adds what the ranks of a run say to its facts. Nothing for others. */
int pedigree_ranks_facts(const char *folder, struct pedigree_run_facts *facts,
			 struct pedigree_error *err);

#endif
