/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The artifacts that `pedigree verify` looks at, and what it finds.
 */
#ifndef PEDIGREE_API_VERIFY_H
#define PEDIGREE_API_VERIFY_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/utsname.h>

#include <pedigree/query.h>

#include "base/hash.h"
#include "base/progress.h"
#include "store/ledger.h"
#include "store/objects.h"

#define PEDIGREE_VERIFY_STATES (PEDIGREE_OBJECT_UNKNOWN + 1)

struct pedigree_check {
	const struct pedigree_config *config;
	struct pedigree_ledger *ledger;
	const struct pedigree_print *print;
	FILE *out;
	const char *target;
	const struct pedigree_watcher *progress;
	struct utsname here;

	struct pedigree_map *known; /* rows that were added */
	struct pedigree_rows files, objects;
	struct pedigree_objects *stores; /* NULL until one is asked */
	struct pedigree_pairs places;	 /* of this machine */
	bool has_places;
	uint64_t done, all;   /* bytes of files */
	uint64_t asked, asks; /* objects */

	size_t n[PEDIGREE_VERIFY_STATES];
	size_t runs, lines;
	bool made_of; /* not what came out */
};

void pedigree_check_clear(struct pedigree_check *check);
/* Takes up an artifact, once. */
int pedigree_check_add(struct pedigree_check *check, pedigree_row row,
		       const struct pedigree_entity *entity,
		       struct pedigree_error *err);
/* Looks at what was taken up, counts and prints. */
int pedigree_check_all(struct pedigree_check *check,
		       struct pedigree_error *err);

#endif
