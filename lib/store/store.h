/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The front of the backends, and the outbox.
 *
 * The outbox is a folder in the spool, a folder per backend in it and a file
 * per record in that: OUTBOX/BACKEND/RUN.REVISION.json. A record is put into
 * the folders of all configured backends first and delivered from there, so
 * that a crash at any point delivers it again and never loses it, and one
 * backend's failure is its own. A rejected record is moved to
 * OUTBOX/BACKEND/rejected/ with a .why file beside it.
 */
#ifndef PEDIGREE_STORE_STORE_H
#define PEDIGREE_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>

#include <pedigree/capture.h>
#include <pedigree/error.h>
#include <pedigree/sys/backend.h>

#include "base/progress.h"
#include "graph/build.h"
#include "graph/model.h"
#include "rules/config.h"

/* registry.c: the one list of backends; ends with NULL. */
extern const struct pedigree_backend_ops *const pedigree_backends[];
const struct pedigree_backend_ops *pedigree_backend_find(const char *name);
/* The same of a name in the configuration, whose section may have a type. */
const struct pedigree_backend_ops *
pedigree_backend_of(const struct pedigree_config *config, const char *name);
/* Set by tests: one more backend, found before those of the list. */
extern const struct pedigree_backend_ops *pedigree_backend_of_test;

/*
 * Opens the backend `name`, which may be one by its type, as the configuration
 * says, for deliveries that wait at most `patience_ms` for other processes (0:
 * as they like). PEDIGREE_ENOTFOUND for an unknown name; else what its open
 * says.
 */
int pedigree_backend_open(const struct pedigree_config *config,
			  const char *name, unsigned int patience_ms,
			  struct pedigree_backend **ret_backend,
			  struct pedigree_error *err);
/* The value of an option: of `[backend NAME]`, of the backend's section, or
   the fallback. NULL: none. Borrowed. */
const char *pedigree_backend_option(const struct pedigree_config *config,
				    const struct pedigree_backend_ops *ops,
				    const char *key);
/* As ops->put, but an operation the backend lacks is PEDIGREE_REJECTED. */
enum pedigree_outcome
pedigree_backend_put(struct pedigree_backend *backend,
		     const struct pedigree_delivery *delivery,
		     struct pedigree_error *err);
void pedigree_backend_close(struct pedigree_backend *backend);

/*
 * Puts the record into the outbox of every backend in `[backend] use`. Done
 * when the call returns: the files are complete and under their names.
 */
int pedigree_outbox_put(const struct pedigree_config *config,
			const struct pedigree_record *record,
			struct pedigree_error *err);

struct pedigree_push_result {
	size_t delivered;
	size_t waiting;	 /* still in the outbox */
	size_t rejected; /* moved aside in this push */
};

/*
 * Delivers what waits, oldest first, of one backend or (NULL) of all. Only
 * one process pushes to a backend at a time: a second one waits for the
 * first, then finds nothing left to do. A record that must be tried again
 * ends the push of that backend and of none other. The result is written in
 * any case; the failure returned is the first backend's, its text naming the
 * backend and what to do.
 */
int pedigree_outbox_push(const struct pedigree_config *config,
			 const char *backend,
			 struct pedigree_push_result *ret_result,
			 struct pedigree_error *err);
/* The same for somebody who waits and is told: bytes of records. */
int pedigree_outbox_push_watched(const struct pedigree_config *config,
				 const char *backend,
				 const struct pedigree_watcher *watch,
				 struct pedigree_push_result *ret_result,
				 struct pedigree_error *err);
/*
 * The same for the backends on this machine, or for those behind a network,
 * which may take as long as it takes.
 */
int pedigree_outbox_push_near(const struct pedigree_config *config,
			      unsigned int patience_ms,
			      struct pedigree_push_result *ret_result,
			      struct pedigree_error *err);
int pedigree_outbox_push_remote(const struct pedigree_config *config,
				struct pedigree_push_result *ret_result,
				struct pedigree_error *err);
/* Is a backend in use that is behind a network? */
bool pedigree_outbox_has_remote(const struct pedigree_config *config);
/* Counts what waits. */
size_t pedigree_outbox_waiting(const struct pedigree_config *config,
			       const char *backend);

/* What is in the outbox of one backend or (NULL) of all: status.c. */
int pedigree_outbox_view(
	const struct pedigree_config *config, const char *backend,
	void (*each)(void *ctx, const struct pedigree_outbox_view *record),
	void *ctx, struct pedigree_error *err);
/* Tells, a sentence each, which records a push would deliver, and what calls
   that would take. */
int pedigree_outbox_plan(const struct pedigree_config *config,
			 const char *backend,
			 void (*tell)(void *ctx, const char *sentence),
			 void *ctx, struct pedigree_error *err);

/* Tells, a sentence each, what of the backends' quotas was used from here. */
int pedigree_outbox_usage(const struct pedigree_config *config,
			  const char *backend,
			  void (*tell)(void *ctx, const char *sentence),
			  void *ctx, struct pedigree_error *err);

/*
 * The digest cache, a SQLite file beside the ledger. Never fails for the
 * caller: a cache that cannot be opened finds nothing and keeps nothing.
 */
struct pedigree_digests;
struct pedigree_digests *
pedigree_digests_open(const struct pedigree_config *config);
void pedigree_digests_close(struct pedigree_digests *digests);
void pedigree_digests_cache(struct pedigree_digests *digests,
			    struct pedigree_digest_cache *ret_cache);

#endif
