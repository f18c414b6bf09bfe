/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For authors of backends. A backend takes run records and delivers them
 * somewhere. It is one file that ends in one `const struct
 * pedigree_backend_ops`; lib/store/null.c is the smallest complete one.
 * doc/how-to-add-a-backend.md walks through it.
 *
 * A record is delivered as its JSON document (lib/graph/json.h describes
 * it), the same text at every attempt. The outbox alone owns retry, backoff,
 * order and quarantine: a backend only says how one attempt ended.
 *
 * A backend is opened, used and closed by one thread of one process at a
 * time; several processes may have the same backend open.
 */
#ifndef PEDIGREE_SYS_BACKEND_H
#define PEDIGREE_SYS_BACKEND_H

#include <stddef.h>

#include <pedigree/error.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PEDIGREE_BACKEND_VERSION 1

/** How an attempt to deliver ended. */
enum pedigree_outcome {
	PEDIGREE_DELIVERED, /**< it is there, now or already before */
	PEDIGREE_RETRY,	    /**< not now; the same attempt may work later */
	PEDIGREE_REJECTED   /**< this record will never be accepted */
};

enum pedigree_option_type {
	PEDIGREE_OPTION_STRING,
	PEDIGREE_OPTION_PATH,
	PEDIGREE_OPTION_NUMBER,
	PEDIGREE_OPTION_BOOL,
	PEDIGREE_OPTION_DURATION
};

/** One key of the backend's section `[backend NAME]`. */
struct pedigree_backend_option {
	const char *key;
	enum pedigree_option_type type;
	const char *fallback; /**< default value, NULL: none */
	const char *help;     /**< one sentence */
};

/** What the front gives a backend when it opens it. */
struct pedigree_backend_env {
	/** What the configuration calls this one: mostly ops->name. */
	const char *name;
	/** Folder for the user's data; exists, mode 0700. */
	const char *data_folder;
	/**
	 * How long a delivery may wait for other processes, in milliseconds;
	 * 0: as long as it should take. What asks a question delivers first
	 * what it can deliver at once.
	 */
	unsigned int patience_ms;
	/**
	 * The value of one of the backend's options: what the configuration
	 * says, else the fallback. NULL for none. Valid until _close.
	 */
	const char *(*option)(const struct pedigree_backend_env *env,
			      const char *key);
};

struct pedigree_backend_ops;

/** Instances embed this as their first member. */
struct pedigree_backend {
	const struct pedigree_backend_ops *ops;
};

struct pedigree_delivery {
	const char *run;       /**< the run's name in the spool; unique */
	unsigned int revision; /**< higher replaces lower, of one run */
	const char *json;      /**< the record; NUL-terminated */
	size_t n;	       /**< its length */
	/**
	 * May be called while the record is delivered, with how much of the
	 * work is done. NULL: nobody watches.
	 */
	void (*progress)(void *ctx, size_t done, size_t all);
	void *progress_ctx;
};

struct pedigree_backend_ops {
	int version;	     /**< PEDIGREE_BACKEND_VERSION */
	const char *name;    /**< as in `[backend] use = NAME` */
	const char *summary; /**< one line for --help and the manual */
	/**
	 * A section that has the options too, for what `[backend NAME]` does
	 * not set. NULL: none.
	 */
	const char *section;
	/** 1: behind a network. It is pushed to in the background. */
	int remote;
	/** Ends with a NULL key. NULL: no options. */
	const struct pedigree_backend_option *options;

	/**
	 * Opens the backend. It makes what it needs below env->data_folder.
	 * A failure means that no record can be delivered now; records stay
	 * in the outbox.
	 */
	int (*open)(const struct pedigree_backend_env *env,
		    struct pedigree_backend **ret_backend,
		    struct pedigree_error *err);
	/** Releases the instance. NULL is allowed. */
	void (*close)(struct pedigree_backend *backend);
	/**
	 * Delivers one record. Delivering the same run and revision again, or
	 * a lower revision after a higher one, changes nothing and is
	 * PEDIGREE_DELIVERED. When it is PEDIGREE_DELIVERED the record
	 * survives the death of the process. `err` is filled for the other
	 * two outcomes.
	 */
	enum pedigree_outcome (*put)(struct pedigree_backend *backend,
				     const struct pedigree_delivery *delivery,
				     struct pedigree_error *err);
	/**
	 * For `pedigree push --dry-run`: tells, a sentence each, what calls a
	 * delivery would make, without making one. NULL: none worth telling.
	 */
	int (*plan)(struct pedigree_backend *backend,
		    const struct pedigree_delivery *delivery,
		    void (*tell)(void *ctx, const char *sentence), void *ctx,
		    struct pedigree_error *err);
	/**
	 * For `pedigree push --status`: tells, a sentence each, how much of
	 * what the backend takes at most this machine has used, without
	 * asking it. NULL: it takes any number.
	 */
	int (*usage)(struct pedigree_backend *backend,
		     void (*tell)(void *ctx, const char *sentence), void *ctx,
		     struct pedigree_error *err);
	/**
	 * For `pedigree doctor`: tries whether records could be delivered now
	 * and tells what a person should know, a sentence each, never a
	 * secret. NULL: that it can be opened is all there is to say.
	 *
	 * @return 0; the failure that a delivery would meet
	 */
	int (*look)(struct pedigree_backend *backend,
		    void (*tell)(void *ctx, const char *sentence), void *ctx,
		    struct pedigree_error *err);
};

#ifdef __cplusplus
}
#endif

#endif
