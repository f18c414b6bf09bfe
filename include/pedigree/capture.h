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
 *
 * A session belongs to one thread at a time. A forked child may use its copy,
 * as finishing in the background does, but only one of the two may finish.
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
	int watched;		    /**< it runs already, nobody is around it */
	const char *endpoint;	    /**< name; deployments only */
	const char *endpoint_arn;   /**< names it, too; NULL: a local one */
	const char *const *models;  /**< URIs or paths; deployments only */
	const char *serve;	    /**< endpoint that the command serves with
					 the models it reads; runs only */
	const char *steps;	    /**< "auto", "rules" or "no"; NULL: as the
					 configuration says; runs only */
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
	size_t inputs;	  /**< of the run and its steps, without what one
			       step made for another */
	size_t outputs;	  /**< of the run and its steps */
	uint64_t dropped; /**< events that were not recorded */
	size_t blind_spots;
	size_t still_running; /**< processes of the run still alive */
	size_t waiting;	      /**< records that wait in the outbox */
	int other_ranks;      /**< not 0: this was one rank of a job, whose
				   record others make or have made; the counts
				   are 0 then */
	size_t endpoints;     /**< endpoints that were deployed to */
	size_t steps;	      /**< steps of the run */
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

/**
 * While the command of a session with `serve` runs: records which models are
 * behind the endpoint, if models were opened and something was since the last
 * time. What the command writes is recorded by the finish alone. `keep_on` as
 * above.
 *
 * @return 1 when a record was made, 0 when there is nothing to tell, else a
 *         failure
 */
int pedigree_session_serving(struct pedigree_session *session,
			     int (*keep_on)(void *ctx, uint64_t done,
					    uint64_t all),
			     void *ctx, struct pedigree_error *err);

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

/*
 * A program that says what it knows.
 *
 *	struct pedigree_run *run;
 *	pedigree_run_begin(p, "train-churn", &run, NULL);
 *	pedigree_run_input(run, "s3://shop/customers.csv", "DataSet", NULL);
 *	pedigree_run_param(run, "lr", "0.1", NULL);
 *	pedigree_run_metric(run, "auc", 0.93, -1, NULL);
 *	pedigree_run_output(run, "model.bin", "Model", NULL);
 *	pedigree_run_end(run, PEDIGREE_RUN_COMPLETED, NULL, NULL);
 *
 * Under `pedigree run` the run *joins* the one that surrounds it: what it
 * declares stands in that run's record, beside what was seen of the program.
 * The program's way to it is the shim that the loader mapped, whatever became
 * of LD_PRELOAD since. Without, begin makes a run of its own, which end
 * finishes and delivers; its record has what was declared and the command's
 * arguments, and says in its blind spots (`DeclaredOnly`) that this is all.
 *
 * A call that has returned 0 is on the disk's side of a kill -9. A run of its
 * own whose process dies before end is finished by the next `pedigree`
 * command as Stopped.
 *
 * Runs may follow one another, and be inside one another: those that join are
 * parts of the one that surrounds them, others are runs each. Threads may
 * share a run. A forked child may go on with its copy: what it declares
 * belongs to the run, and its end only releases the copy. After end the run
 * is gone.
 *
 * Every call takes NULL for a run and does nothing then: a program may go on
 * when begin failed. With pedigree switched off (pedigree_disabled) begin
 * succeeds, and its run takes everything and keeps nothing.
 *
 * All calls but begin and end return 0; PEDIGREE_EINVAL (an argument is
 * missing or empty, or no finite number), PEDIGREE_ELIMIT (more than 60 KiB
 * of text), PEDIGREE_EIO (the log cannot be written: the record will say that
 * events were dropped), PEDIGREE_ENOMEM. Texts are UTF-8, copied, and without
 * secrets when they are written: a value that looks like one, or whose name
 * does ("password"), becomes "[redacted]", a URL loses its user and query.
 */
struct pedigree_run;

/** How a run ended. */
enum pedigree_run_outcome {
	PEDIGREE_RUN_COMPLETED,
	PEDIGREE_RUN_FAILED,
	PEDIGREE_RUN_STOPPED /**< on request, such as a signal */
};

/**
 * Begins a run, or joins the one that surrounds the program.
 *
 * @param name     of the run; NULL or "": made from the command. One that is
 *                 taken gets a suffix ("-2"). In a run that it joins, the
 *                 name of the part
 * @param ret_run  to be given to pedigree_run_end
 * @return 0; PEDIGREE_EINVAL, PEDIGREE_EIO (nothing can be written: the text
 *         says why), PEDIGREE_ENOMEM
 */
int pedigree_run_begin(const struct pedigree *pedigree, const char *name,
		       struct pedigree_run **ret_run,
		       struct pedigree_error *err);

/** The name the run got; of a part, the part's. Never NULL. Borrowed. */
const char *pedigree_run_name(const struct pedigree_run *run);

/** Did the run join one that surrounds the program? */
int pedigree_run_joined(const struct pedigree_run *run);

/**
 * Declares what the run reads. It is in the record whatever the rules say.
 *
 * @param uri   a URI or a path; relative to the current folder of now
 * @param type  "DataSet", "Model", …; NULL or "": what the rules say
 */
int pedigree_run_input(struct pedigree_run *run, const char *uri,
		       const char *type, struct pedigree_error *err);

/** The same for what the run makes. Its bytes are read when the run ends. */
int pedigree_run_output(struct pedigree_run *run, const char *uri,
			const char *type, struct pedigree_error *err);

/**
 * A parameter: a number in the record if `value` is wholly one. The last
 * value of a key counts, also over one of the command line.
 */
int pedigree_run_param(struct pedigree_run *run, const char *key,
		       const char *value, struct pedigree_error *err);

/** A tag. The last value of a key counts; a run has at most 50. */
int pedigree_run_tag(struct pedigree_run *run, const char *key,
		     const char *value, struct pedigree_error *err);

/**
 * A value of a metric. The record has, per name, how many there were, the
 * last, least and greatest, the mean and the standard deviation.
 *
 * @param value  finite
 * @param step   such as the epoch; negative: none. Kept in the event log
 */
int pedigree_run_metric(struct pedigree_run *run, const char *name,
			double value, int64_t step, struct pedigree_error *err);

/**
 * Declares that the run put a model behind an endpoint.
 *
 * @param endpoint  its name
 * @param arn       its ARN; NULL: a local one made of the name
 * @param model     URI or path; NULL: not known
 */
int pedigree_run_deploy(struct pedigree_run *run, const char *endpoint,
			const char *arn, const char *model,
			struct pedigree_error *err);

/**
 * Ends and releases the run, also when it fails. A run of its own is finished
 * and delivered now, by this process: it reads the files that were declared,
 * for their digests. A part that did not complete leaves its message in the
 * surrounding run's Status, whose PrimaryStatus stays that of the command.
 *
 * @param message  of a run that did not complete; NULL: none
 * @return 0; when delivery failed, that failure: the record is safe in the
 *         outbox; PEDIGREE_EIO, PEDIGREE_ENOMEM: the run is left to the next
 *         `pedigree` command
 */
int pedigree_run_end(struct pedigree_run *run,
		     enum pedigree_run_outcome outcome, const char *message,
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

/** A record in the outbox. Valid during the call of `each`. */
struct pedigree_outbox_view {
	const char *backend;
	const char *run; /**< its name in the spool */
	unsigned int revision;
	const char *path;
	/** Why the backend refused it for good; NULL: it waits. */
	const char *why;
};

/** Calls `each` for every record that waits or was set aside. */
int pedigree_outbox(const struct pedigree *pedigree, const char *backend,
		    void (*each)(void *ctx,
				 const struct pedigree_outbox_view *record),
		    void *ctx, struct pedigree_error *err);

/**
 * Tells, a sentence each, which records pedigree_push would deliver now and,
 * of backends behind a network, what calls that would take. Sends nothing.
 */
int pedigree_push_plan(const struct pedigree *pedigree, const char *backend,
		       void (*tell)(void *ctx, const char *sentence), void *ctx,
		       struct pedigree_error *err);

/** Something that a clean-up removes. Valid during the call of `each`. */
struct pedigree_gc_view {
	const char *kind; /**< "Run", "Quarantine" or "Manifest" */
	const char *name; /**< of a manifest its digest */
	const char *path; /**< of a manifest the ledger's */
	uint64_t bytes;
	uint64_t age;	 /**< in seconds */
	const char *why; /**< the key of [gc] whose bound it exceeds */
};

/** What a clean-up removed and what it left. */
struct pedigree_gc_counts {
	size_t removed, kept;
	uint64_t freed, left; /**< bytes */
};

/**
 * Removes from the spool what exceeds the bounds of `[gc]`, oldest first:
 * event logs of runs whose records are delivered, what is in quarantine, and
 * from the ledger the lists of data sets' files.
 * Never what runs or was not delivered. Waits for another process that does
 * the same.
 *
 * @param dry_run  tell only
 * @param each     gets what is removed; may be NULL
 * @return 0; the first failure, when some of it could not be removed
 */
int pedigree_gc(const struct pedigree *pedigree, int dry_run,
		void (*each)(void *ctx, const struct pedigree_gc_view *view),
		void *ctx, struct pedigree_gc_counts *ret_counts,
		struct pedigree_error *err);

/**
 * The same after a run, when `[gc] auto` allows it and it was not done a short
 * while ago. Leaves it to another process that is at it.
 */
int pedigree_session_tidy(const struct pedigree_session *session,
			  struct pedigree_error *err);

/**
 * Tells, a sentence each, how many entities were made from this machine in
 * backends that take a limited number. Others may have made some too, which
 * is not known here: nothing is asked of the backend.
 */
int pedigree_push_usage(const struct pedigree *pedigree, const char *backend,
			void (*tell)(void *ctx, const char *sentence),
			void *ctx, struct pedigree_error *err);

#ifdef __cplusplus
}
#endif

#endif
