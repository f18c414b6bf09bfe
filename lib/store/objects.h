/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is an object of a store still what was recorded? S3, and what speaks like
 * it, is asked; nothing is fetched.
 */
#ifndef PEDIGREE_STORE_OBJECTS_H
#define PEDIGREE_STORE_OBJECTS_H

#include <pedigree/error.h>

#include "rules/config.h"

enum pedigree_object_state {
	PEDIGREE_OBJECT_SAME,
	PEDIGREE_OBJECT_CHANGED,
	PEDIGREE_OBJECT_GONE,
	PEDIGREE_OBJECT_UNKNOWN
};

/* What is known of it; NULL: nothing. */
struct pedigree_object_known {
	const char *uri;
	const char *version;  /* S3's own */
	const char *etag;     /* without quotes */
	const char *endpoint; /* where it was, if not Amazon */
};

struct pedigree_objects;

/* Asks nobody yet. */
int pedigree_objects_new(const struct pedigree_config *config,
			 struct pedigree_objects **ret,
			 struct pedigree_error *err);
void pedigree_objects_free(struct pedigree_objects *objects);

/*
 * *ret_why is a part of a sentence, valid until the next call.
 *
 * @return 0, PEDIGREE_ENOMEM: no store is a failure
 */
int pedigree_objects_check(struct pedigree_objects *objects,
			   const struct pedigree_object_known *known,
			   enum pedigree_object_state *ret_state,
			   const char **ret_why, struct pedigree_error *err);

#endif
