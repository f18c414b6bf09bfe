/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of lib/run share: names and small files in the spool.
 */
#ifndef PEDIGREE_RUN_SPOOL_H
#define PEDIGREE_RUN_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "graph/build.h"
#include "graph/model.h"
#include "rules/config.h"

#define PEDIGREE_PID_NAME "pid.json"
#define PEDIGREE_END_NAME "end.json"
#define PEDIGREE_GIT_NAME "git.json"
#define PEDIGREE_LOCK_NAME "lock"
#define PEDIGREE_ALIVE_NAME "alive"
#define PEDIGREE_RECORD_NAME "record.json"

/* Where runs go whose spool cannot take a log; everybody may write here. */
#define PEDIGREE_SPARE "/dev/shm"

/* The places runs can be in; false when there is no i-th. */
bool pedigree_spool_place(const struct pedigree_config *config, size_t i,
			  struct pedigree_buf *buf);

/* pedigree_spool_list of all runs, or of those that are not finished. */
struct pedigree_run_names;
int pedigree_spool_runs(const struct pedigree_config *config, bool unfinished,
			struct pedigree_run_names *ret_names,
			struct pedigree_error *err);

bool pedigree_spool_has(const char *folder, const char *name);
/* Takes the lock of a folder; -1 when it is held and `wait` is false, or
   cannot be taken. */
int pedigree_spool_lock(const char *folder, bool wait);

/* begin.c: two wrappers that start at once must not choose one name. Waits;
   -1 when it cannot be taken. */
int pedigree_spool_lock_names(const struct pedigree_config *config);

/* Start time of a live process in clock ticks since boot; 0: there is none
   (zombies count as none). */
uint64_t pedigree_pid_start(pid_t pid);

/*
 * facts_json.c. begin.json keeps arguments redacted: nothing secret reaches
 * the disk. Strings that are not UTF-8 are kept as {"Bytes": hex}.
 */
int pedigree_begin_write(const char *folder,
			 const struct pedigree_run_facts *facts,
			 struct pedigree_error *err);
int pedigree_pid_write(const char *folder,
		       const struct pedigree_run_facts *facts,
		       struct pedigree_error *err);
/* With pid.json, where there is one. */
int pedigree_begin_read(const char *folder, struct pedigree_run_facts *facts,
			struct pedigree_error *err);
int pedigree_end_write(const char *folder,
		       const struct pedigree_run_facts *facts,
		       struct pedigree_error *err);
int pedigree_end_read(const char *folder, struct pedigree_run_facts *facts,
		      struct pedigree_error *err);
int pedigree_git_write(const char *folder,
		       const struct pedigree_run_facts *facts,
		       struct pedigree_error *err);
int pedigree_git_read(const char *folder, struct pedigree_run_facts *facts,
		      struct pedigree_error *err);

/* log.c: makes FOLDER/HOST.events. */
int pedigree_spool_make_log(const char *folder, const char *run,
			    const char *host, struct pedigree_error *err);
/* Has the shim tell what ties programs and how they end (graph/steps.h);
   where that fails, steps lack it. */
void pedigree_spool_want_steps(const char *folder, const char *host);

/* settle.c: gives back the room that this host's log reserved, once no
   process of the run is left here. A failure leaves the log as it was. */
void pedigree_log_settle(const char *folder);

/* The reverse, also where there is no log of `host` (ours) yet: it can be
   written to again. Only while nobody can settle it. */
bool pedigree_log_unsettle(const char *folder, const char *run,
			   const char *host);

/* unfinished.c: makes recovery look at all runs again. */
void pedigree_run_revive(const struct pedigree_config *config);

/* shim.c: puts the shim into the folder; `ret_preload` gets its entry for
   LD_PRELOAD. */
int pedigree_shim_find(struct pedigree_buf *ret_path,
		       struct pedigree_error *err);
int pedigree_shim_link(const char *folder, struct pedigree_buf *ret_preload,
		       struct pedigree_error *err);
/* The entry for one more rank of the run; false: it has to be a run of its
   own. NULL: none is wanted. */
bool pedigree_shim_join(const char *folder, struct pedigree_buf *ret_preload);
/* Removes what stands outside of the folder for it. */
void pedigree_shim_unlink(const char *folder);

/* name.c: a run's name from its command, with a stamp at its end. */
#define PEDIGREE_NAME_STAMP strlen("-YYYYMMDD-HHMMSS-xxxx")
char *pedigree_spool_default_name(const struct pedigree_run_facts *facts);

/* git.c: asks git beside the run; the answer comes as git.json. */
void pedigree_git_ask(const char *folder, const char *cwd, uint64_t ms);
/* Waits for that answer, at most until `ms` after the run's start. */
void pedigree_git_await(const char *folder, int64_t start_ms, uint64_t ms);

/* alive.c: adds the processes of the log that still run to the record. */
int pedigree_alive_find(const struct pedigree_evlog *log,
			struct pedigree_record *record);
int pedigree_alive_write(const char *folder,
			 const struct pedigree_record *record,
			 struct pedigree_error *err);
/* Did any process in FOLDER/alive end since? */
bool pedigree_alive_changed(const char *folder);

/*
 * The ARN of the SageMaker job that this process runs in; untouched when it
 * runs in none. Only PEDIGREE_ENOMEM. $PEDIGREE_PROCESSING_JOB_CONFIG is for
 * tests: the file that SageMaker has in /opt/ml/config.
 */
int pedigree_job_find(char **ret_arn);
/* Adds which folders of its container are which URIs, as far as that file or
   those of a training job, in /opt/ml/input/config, say. Only
   PEDIGREE_ENOMEM. */
int pedigree_job_places(struct pedigree_pairs *ret_places);

/* mounts.c: adds what is mounted (graph/places.h), as $PEDIGREE_MOUNTINFO
   (for tests) or else the kernel has it. Only PEDIGREE_ENOMEM. */
int pedigree_mounts_find(struct pedigree_pairs *ret_places);

#endif
