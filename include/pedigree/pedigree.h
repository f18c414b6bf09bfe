/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pedigree: lineage of machine-learning runs, in the words of Amazon
 * SageMaker ML Lineage Tracking.
 *
 * Everything starts with a `struct pedigree`: the configuration, read once,
 * and where the state lives. It is not changed by any call after
 * pedigree_open, so threads may share it.
 *
 *	struct pedigree *p;
 *	struct pedigree_error err = PEDIGREE_ERROR_INIT;
 *	if (pedigree_open(NULL, &p, &err) < 0)
 *		errx(2, "%s", err.text);
 *	…
 *	pedigree_close(p);
 */
#ifndef PEDIGREE_H
#define PEDIGREE_H

#include <stdint.h>

#include <pedigree/error.h>

#ifdef __cplusplus
extern "C" {
#endif

struct pedigree;

struct pedigree_options {
	/**
	 * Settings that stand above all others, "section.key=value" each,
	 * ended by NULL. May be NULL.
	 */
	const char *const *settings;
	/**
	 * What questions are answered from: "ledger", which is what NULL
	 * means, or "sagemaker", the service that this backend delivers to.
	 */
	const char *backend;
	/**
	 * Is called now and then by calls that read much, in the thread that
	 * made the call: `what` says in a few words what is done ("reading
	 * /data/model.pkl"; bytes of any kind), `done` and `all` count bytes.
	 * What gets to its end is told once with both equal. May be NULL.
	 */
	void (*progress)(void *ctx, const char *what, uint64_t done,
			 uint64_t all);
	/** The same where `done` and `all` count things and not bytes:
	 *  objects that a store is asked for. May be NULL. */
	void (*progress_count)(void *ctx, const char *what, uint64_t done,
			       uint64_t all);
	void *progress_ctx;
};

/**
 * Reads the configuration.
 *
 * @param options  may be NULL
 * @param ret      on success, to be released with pedigree_close
 * @return 0; PEDIGREE_ECONFIG for a configuration that is wrong (the text
 *         has file and line), PEDIGREE_ENOMEM
 */
int pedigree_open(const struct pedigree_options *options, struct pedigree **ret,
		  struct pedigree_error *err);

/** Releases what pedigree_open gave. NULL is allowed. */
void pedigree_close(struct pedigree *pedigree);

/** "MAJOR.MINOR.PATCH" of the library that runs. Static. */
const char *pedigree_version(void);

/** Is pedigree switched off (PEDIGREE_DISABLE=1, [capture] enabled = no)? */
int pedigree_disabled(const struct pedigree *pedigree);

/** The value in force of "section.key" or "section name.key"; NULL: none. */
const char *pedigree_setting(const struct pedigree *pedigree, const char *name);

/**
 * What would be kept of arguments, one after the other as a command line has
 * them: what is secret becomes "[redacted:…]". Records nothing.
 *
 * @param each  called with each one's number, what is kept of it, and what
 *              the secrets in it were known by ("name password"), or NULL when
 *              there were none
 * @return how many have lost something; PEDIGREE_EINVAL, PEDIGREE_ENOMEM
 */
int pedigree_redact_test(const struct pedigree *pedigree,
			 const char *const *words, unsigned long n,
			 void (*each)(void *ctx, unsigned long i,
				      const char *kept, const char *why),
			 void *ctx, struct pedigree_error *err);

/** Calls `each` for every warning about the configuration. */
void pedigree_warnings(const struct pedigree *pedigree,
		       void (*each)(void *ctx, const char *sentence),
		       void *ctx);

/** One setting, as pedigree_settings shows it. Valid during the call. */
struct pedigree_setting_view {
	const char *section; /**< "run", or "artifact model" */
	const char *key;
	const char *value;  /**< of a backend: without what looks secret */
	const char *origin; /**< "built-in", "/etc/…conf:3", … */
	int in_force;	    /**< 0: a higher layer replaced it */
};

/** Calls `each` for every setting, lowest layer first. */
int pedigree_settings(const struct pedigree *pedigree,
		      void (*each)(void *ctx,
				   const struct pedigree_setting_view *setting),
		      void *ctx, struct pedigree_error *err);

/**
 * Reads the configuration as pedigree_open does and calls `each` with every
 * mistake in it, and every key that is refused where it stands: a sentence
 * with file and line, and the nearest known word where there is one.
 *
 * @param file  read this file alone, as $PEDIGREE_CONFIG; NULL: all of them
 * @return 0, also when there are mistakes; PEDIGREE_EIO, PEDIGREE_ENOMEM
 */
int pedigree_check_configuration(const char *file,
				 void (*each)(void *ctx, const char *sentence),
				 void *ctx, struct pedigree_error *err);

enum pedigree_health {
	PEDIGREE_HEALTH_OK,
	PEDIGREE_HEALTH_NOTE, /**< works, and the user should know */
	PEDIGREE_HEALTH_BAD
};

/**
 * Looks at everything a run will need (spool, shared mappings, shim, ledger,
 * outbox, backends) and calls `each` with a short name and a sentence.
 *
 * @return the worst health found, or a negative code
 */
int pedigree_doctor(const struct pedigree *pedigree,
		    void (*each)(void *ctx, enum pedigree_health health,
				 const char *what, const char *sentence),
		    void *ctx, struct pedigree_error *err);

#ifdef __cplusplus
}
#endif

#endif
