/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of a run in the spool.
 *
 *	SPOOL/runs/RUN/begin.json		written before the program starts
 *	SPOOL/runs/RUN/pid.json			the command's pid, once it runs
 *	SPOOL/runs/RUN/git.json			what git said, soon after the start
 *	SPOOL/runs/RUN/libpedigree-preload.so	symbolic link to the shim
 *	SPOOL/runs/RUN/HOST.events		the event log
 *	SPOOL/runs/RUN/HOST.seen		what forked children share, until settled
 *	SPOOL/runs/RUN/lock			held (flock) by who works on it
 *	SPOOL/runs/RUN/end.json			written when the program ended
 *	SPOOL/runs/RUN/alive			pids that record.json has as StillRunning
 *	SPOOL/runs/RUN/record.json		the record as last put in the outbox
 *	SPOOL/runs/RUN/ranks/			see run/ranks.h
 *	SPOOL/finished				when all runs there were had records
 *
 * A spool that cannot take a log is replaced by /dev/shm/pedigree-UID/HASH
 * for that run; everything here looks in both places.
 *
 * The wrapper holds the lock from begin until its finisher is done, so a
 * folder whose lock is free has nobody who works on it.
 *
 * States, by what is there (run_state() decides in this order):
 *
 *	state		when				next
 *	FINISHED	record.json and no `alive`	-
 *	AMENDABLE	record.json and `alive`		finish again: revision + 1
 *	ENDED		end.json			finish
 *	RUNNING		the command's pid is alive,	-
 *			or the lock is held
 *	ABANDONED	none of these			finish, end unknown
 */
#ifndef PEDIGREE_RUN_RUN_H
#define PEDIGREE_RUN_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <pedigree/error.h>

#include "base/buf.h"
#include "base/progress.h"
#include "base/vec.h"
#include "graph/build.h"
#include "rules/config.h"

enum pedigree_run_state {
	PEDIGREE_RUN_FINISHED,
	PEDIGREE_RUN_AMENDABLE,
	PEDIGREE_RUN_ENDED,
	PEDIGREE_RUN_RUNNING,
	PEDIGREE_RUN_ABANDONED
};

/*
 * Makes the folder of a run and everything in it but end and record. The
 * caller fills `facts` but for run, start and git; the call completes them.
 * The name is made unique against the ledger and the spool with a suffix
 * ("-2", "-3"); *ret_renamed tells. `ret_preload` gets the LD_PRELOAD entry
 * for the shim, free of spaces and colons; NULL: no shim is wanted. When the
 * spool cannot take a log (not writable, no shared mappings), the run moves to
 * /dev/shm, and when that fails too the call succeeds with facts->no_capture
 * set, an empty preload and nothing on disk (facts->run is then NULL).
 *
 * *ret_lock is the descriptor that holds the run's lock, or -1; it is closed
 * at exec, and the lock is free when every process that has it closed it.
 */
int pedigree_spool_begin(const struct pedigree_config *config,
			 struct pedigree_run_facts *facts, bool *ret_renamed,
			 struct pedigree_buf *ret_preload, int *ret_lock,
			 struct pedigree_error *err);
/* Writes pid.json. */
int pedigree_spool_started(const struct pedigree_config *config,
			   struct pedigree_run_facts *facts, pid_t pid,
			   struct pedigree_error *err);
/* Writes end.json. */
int pedigree_spool_ended(const struct pedigree_config *config,
			 struct pedigree_run_facts *facts, int wait_status,
			 struct pedigree_error *err);

struct pedigree_run_summary {
	char *name;
	size_t inputs, outputs;
	size_t endpoints; /* that the run deployed to */
	size_t steps;	  /* trial components of its own programs */
	uint64_t dropped;
	size_t blind_spots;
	size_t still_running;
	size_t waiting;	  /* records still in the outbox */
	bool other_ranks; /* they make the record, or have made it */
};
void pedigree_run_summary_clear(struct pedigree_run_summary *summary);

/*
 * Log to record to outbox, where it is safe. A rank of a job (run/ranks.h)
 * leaves it to others while they live. `keep_on` as in build.h. `lock`
 * is what begin gave, or -1: then the call takes the lock itself, and waits
 * for it.
 */
int pedigree_spool_finish(
	const struct pedigree_config *config, const char *run, int lock,
	bool (*keep_on)(void *ctx, uint64_t done, uint64_t all), void *ctx,
	struct pedigree_run_summary *ret_summary, struct pedigree_error *err);

/*
 * While a run with `serve` goes on and its lock is held by the caller or a
 * parent: puts a record of the models that it serves into the outbox, which
 * the finish amends. 1; 0: there is nothing to tell, or nothing new.
 */
int pedigree_spool_serving(const struct pedigree_config *config,
			   const char *run,
			   bool (*keep_on)(void *ctx, uint64_t done,
					   uint64_t all),
			   void *ctx, struct pedigree_error *err);

/*
 * Outbox to the backends on this machine, waiting at most `patience_ms` for
 * each other process in the way (0: as long as it should take). What a
 * backend says is told and is no reason to make a record again;
 * summary->waiting counts what is left.
 */
int pedigree_spool_deliver(const struct pedigree_config *config,
			   unsigned int patience_ms,
			   struct pedigree_run_summary *summary,
			   struct pedigree_error *err);

/* The same as _finish for a run without a folder: facts->no_capture says why. */
int pedigree_spool_finish_facts(const struct pedigree_config *config,
				const struct pedigree_run_facts *facts,
				struct pedigree_run_summary *ret_summary,
				struct pedigree_error *err);

/* Forgets a run whose command never started. */
void pedigree_spool_cancel(const struct pedigree_config *config,
			   const char *run);

/* Reads begin.json, git.json and end.json. PEDIGREE_ENOTFOUND,
   PEDIGREE_EFORMAT. */
int pedigree_spool_facts(const struct pedigree_config *config, const char *run,
			 struct pedigree_run_facts *ret,
			 struct pedigree_error *err);
enum pedigree_run_state
pedigree_spool_state(const struct pedigree_config *config, const char *run);
/* Absolute folder of a run, appended. */
void pedigree_spool_folder(const struct pedigree_config *config,
			   const char *run, struct pedigree_buf *buf);
/* Names in the spool of all runs, oldest first. */
PEDIGREE_VEC_TYPE(pedigree_run_names, char *);
int pedigree_spool_list(const struct pedigree_config *config,
			struct pedigree_run_names *ret_names,
			struct pedigree_error *err);
/* Those without a record, or whose record may be amended: what recovery has
   to look at, without much work for those that are done. */
int pedigree_run_list_unfinished(const struct pedigree_config *config,
				 struct pedigree_run_names *ret_names,
				 struct pedigree_error *err);
void pedigree_run_names_clear(struct pedigree_run_names *names);

/*
 * Finishes every run that is ENDED, ABANDONED or AMENDABLE with new facts,
 * and pushes what waits in the outbox. Calls `tell` with a sentence for each
 * run it finished. Runs that another process is finishing are left to it.
 */
int pedigree_spool_recover(const struct pedigree_config *config,
			   void (*tell)(void *ctx, const char *sentence),
			   void *ctx, const struct pedigree_watcher *progress,
			   struct pedigree_error *err);

/* mounts.c: appends what the configuration, the job's files and the mounts say
   here and now (graph/places.h). PEDIGREE_ENOMEM. */
int pedigree_places_now(const struct pedigree_config *config,
			struct pedigree_pairs *ret_places);

#endif
