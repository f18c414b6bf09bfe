/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the formats share: identifiers, times, names.
 */
#ifndef PEDIGREE_EXPORT_WORDS_H
#define PEDIGREE_EXPORT_WORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "graph/model.h"

#define PEDIGREE_UUID 37 /* with the closing NUL */

/*
 * The UUID of a run, of version 5: the same for the same run, wherever it is
 * made. `name` is its name in the spool, or NULL.
 */
int pedigree_export_uuid(const struct pedigree_entity *run, const char *name,
			 char ret_uuid[PEDIGREE_UUID]);

/* Appends "2026-11-22T23:01:07.042Z". */
void pedigree_export_time(struct pedigree_buf *buf, int64_t ms);
/* When a run began and ended, as far as that is known; 0: it is not. */
int64_t pedigree_export_began(const struct pedigree_entity *run);
int64_t pedigree_export_ended(const struct pedigree_entity *run);

/* Appends a text that is a URI, also where the URI of an object is written
   as people read it. */
void pedigree_export_uri(struct pedigree_buf *buf, const char *uri);

/*
 * Namespace and name of a data set as OpenLineage's rules have them: ("file",
 * "/a/b"), ("s3://bucket", "key"). A path that is no UTF-8 keeps its URI.
 */
int pedigree_export_dataset(const struct pedigree_entity *entity,
			    struct pedigree_buf *namespace,
			    struct pedigree_buf *name);

/* The hex digits of an artifact's SHA-256, or NULL. That of a data set of
   many files is its manifest's: *ret_manifest. Borrowed. */
const char *pedigree_export_sha256(const struct pedigree_entity *entity,
				   bool *ret_manifest);
/* What identifies the bytes, as the API has it, or NULL. Borrowed. */
const char *pedigree_export_version(const struct pedigree_entity *entity);

/* Where the code of a run is kept, as a URI, and its commit; false: not
   known. Whether memory ran out tells the buffer. */
bool pedigree_export_code(const struct pedigree_entity *run,
			  struct pedigree_buf *url, const char **ret_commit);

/* What a person calls the run; borrowed. */
const char *pedigree_export_name(const struct pedigree_entity *run);

/* A parameter of the run that is a text, or NULL; borrowed. */
const char *pedigree_export_param(const struct pedigree_entity *run,
				  const char *key);

/* What made this, as a URI. */
#define PEDIGREE_EXPORT_PRODUCER "urn:x-pedigree:" PACKAGE_VERSION

#endif
