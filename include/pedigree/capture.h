/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Capturing a run.
 *
 * A *session* is a run made by a program that starts another one: it is what
 * `pedigree run` and `pedigree deploy` are made of.
 *
 *	begin ──▶ started ──▶ ended ──▶ finish
 *
 *	pedigree_session_begin(p, &spec, &session, &err);
 *	// start the command with pedigree_session_preload(session) in front
 *	// of LD_PRELOAD
 *	pedigree_session_started(session, pid, &err);
 *	// wait for it
 *	pedigree_session_ended(session, wait_status, &err);
 *	pedigree_session_finish(session, NULL, NULL, &summary, &err);
 *	pedigree_session_free(session);
 *
 * After begin everything is on disk: should the caller die at any point, the
 * next `pedigree` command finishes the record (pedigree_recover). A failure
 * of these calls is never a reason not to run the command.
 */
#ifndef PEDIGREE_CAPTURE_H
#define PEDIGREE_CAPTURE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <pedigree/error.h>
#include <pedigree/pedigree.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What is to be run. Lists are ended by NULL and may be NULL. */
struct pedigree_session_spec {
	const char *const *argv;    /**< the command; required */
	const char *name;	    /**< NULL: made from the command */
	const char *experiment;	    /**< NULL: none */
	const char *const *params;  /**< "KEY=VALUE" */
	const char *const *tags;    /**< "KEY=VALUE" */
	const char *const *inputs;  /**< URIs or paths */
	const char *const *outputs; /**< URIs or paths */
	int deploy;		    /**< a deployment, not a run */
	const char *endpoint;	    /**< name; deployments only */
	const char *endpoint_arn;   /**< NULL: a local one */
	const char *const *models;  /**< URIs or paths; deployments only */
};

struct pedigree_session;

/**
 * Makes the run on disk. Never fails for a spool that cannot be used: the
 * session then has no preload, pedigree_session_trouble says why, and the
 * record will say that nothing was captured.
 *
 * @return 0; PEDIGREE_EINVAL (a spec that makes no sense: the text says what),
 *         PEDIGREE_ENOMEM
 */
int pedigree_session_begin(const struct pedigree *pedigree,
			   const struct pedigree_session_spec *spec,
			   struct pedigree_session **ret_session,
			   struct pedigree_error *err);

/** The run's name: TrialComponentName or ActionName. Borrowed. */
const char *pedigree_session_name(const struct pedigree_session *session);

/**
 * What must stand first in the command's LD_PRELOAD (separated by a colon
 * from what was there), or NULL when the run cannot be captured. Borrowed.
 */
const char *pedigree_session_preload(const struct pedigree_session *session);

/**
 * A sentence for the user about the beginning of the run (the name was
 * taken, nothing can be captured), or NULL. Borrowed.
 */
const char *pedigree_session_trouble(const struct pedigree_session *session);

/** Tells that the command runs as `pid`. */
int pedigree_session_started(struct pedigree_session *session, pid_t pid,
			     struct pedigree_error *err);

/** Tells that it ended, with the status of waitpid(2). */
int pedigree_session_ended(struct pedigree_session *session, int wait_status,
			   struct pedigree_error *err);

/**
 * How many milliseconds [run] finish_timeout lets the caller wait for the
 * finish before it leaves the rest to a process of its own.
 */
uint64_t pedigree_session_patience(const struct pedigree_session *session);

/** What came of a session. Valid until the session is freed. */
struct pedigree_session_summary {
	const char *name;
	size_t inputs;
	size_t outputs;
	uint64_t dropped; /**< events that were not recorded */
	size_t blind_spots;
	size_t still_running; /**< processes of the run still alive */
	size_t waiting;	      /**< records that wait in the outbox */
};

/**
 * Makes the record and delivers it. May take long (it reads what the run
 * read, for its digests): `keep_on`, when not NULL, is asked now and then
 * with the bytes done and to do, and stops the hashing by answering 0; what
 * was not hashed has no version then.
 *
 * @return 0; when delivery failed, that failure: the record is safe in the
 *         outbox and summary->waiting is not 0
 */
int pedigree_session_finish(struct pedigree_session *session,
			    int (*keep_on)(void *ctx, uint64_t done,
					   uint64_t all),
			    void *ctx,
			    struct pedigree_session_summary *ret_summary,
			    struct pedigree_error *err);

/** When backends behind a network get the record: [backend] push. */
enum pedigree_forwarding {
	PEDIGREE_FORWARD_NEVER, /**< when `pedigree push` is called */
	PEDIGREE_FORWARD_FIRST, /**< before the command's end is passed on */
	PEDIGREE_FORWARD_LATER	/**< in the background */
};

/** NEVER also when no such backend is in use. */
enum pedigree_forwarding
pedigree_session_forwarding(const struct pedigree_session *session);

/**
 * Delivers what waits for backends behind a network. As slow as they are; it
 * may be killed at any point, and the next one goes on from there.
 */
int pedigree_session_forward(const struct pedigree_session *session,
			     struct pedigree_error *err);

/** Drops a session whose command never started, and its folder. */
void pedigree_session_cancel(struct pedigree_session *session);

/** Releases the session. What is on disk stays. NULL is allowed. */
void pedigree_session_free(struct pedigree_session *session);

/**
 * Finishes runs whose wrapper died, amends records of runs whose processes
 * have ended since, and pushes what waits in the outbox.
 *
 * @param tell  gets a sentence for each run finished; may be NULL
 */
int pedigree_recover(const struct pedigree *pedigree,
		     void (*tell)(void *ctx, const char *sentence), void *ctx,
		     struct pedigree_error *err);

/** How many records a push delivered, left and set aside. */
struct pedigree_push_counts {
	size_t delivered;
	size_t waiting;
	size_t rejected;
};

/** Delivers what waits in the outbox of one backend or (NULL) of all. */
int pedigree_push(const struct pedigree *pedigree, const char *backend,
		  struct pedigree_push_counts *ret_counts,
		  struct pedigree_error *err);

#ifdef __cplusplus
}
#endif

#endif
