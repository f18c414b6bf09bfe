/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What may go from the spool, and what goes.
 *
 * Of a run only what is recorded and delivered may: it is FINISHED (run.h),
 * and no backend's outbox has a record of it, neither one that waits nor one
 * that was refused. What was refused, and folders that nothing could be made
 * of, are the quarantine: it stays unless the configuration says for how
 * long, and a refused record stays as long as the ledger does not know its
 * run.
 *
 * Of the ledger, the lists of data sets' files may go: those that no run named
 * for long, and none of a run of which an outbox has a record.
 *
 * A folder is renamed before it is removed, under the locks on names and of
 * the run, so that a death in between leaves no half of a run.
 */
#ifndef PEDIGREE_RUN_GC_H
#define PEDIGREE_RUN_GC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <pedigree/capture.h>
#include <pedigree/error.h>

#include "base/hash.h"
#include "base/vec.h"
#include "rules/config.h"
#include "store/ledger_keep.h"

enum pedigree_gc_kind {
	PEDIGREE_GC_RUN,
	PEDIGREE_GC_QUARANTINE,
	PEDIGREE_GC_MANIFEST,
	PEDIGREE_GC_KINDS
};

struct pedigree_gc_item {
	enum pedigree_gc_kind kind;
	char *name;  /* of the run, the file or folder set aside; a digest */
	char *place; /* the folder that it is in; of a manifest the ledger */
	uint64_t bytes;
	struct timespec time; /* since when it is as it is */
	bool stays;
	const char *why; /* the key whose bound it exceeds; NULL: none */
};
PEDIGREE_VEC_TYPE(pedigree_gc_items, struct pedigree_gc_item);
void pedigree_gc_items_clear(struct pedigree_gc_items *items);

/* gc_find.c: all there is, oldest first. *ret_other: the bytes of the spool
   that are no item. */
int pedigree_gc_find(const struct pedigree_config *config,
		     struct pedigree_gc_items *items, uint64_t *ret_other,
		     struct pedigree_error *err);

/* gc_manifest.c: adds the ledger's manifests where the configuration bounds
   them. `held` has the names of runs of which an outbox has a record. */
int pedigree_gc_find_manifests(const struct pedigree_config *config,
			       const struct pedigree_map *held,
			       struct pedigree_gc_items *items,
			       struct pedigree_error *err);
/* 1, or 0 when it was used since. *keeper is opened when it is needed. */
int pedigree_gc_remove_manifest(const struct pedigree_config *config,
				struct pedigree_keeper **keeper,
				const struct pedigree_gc_item *item,
				struct pedigree_error *err);

/* The prefix of folders that are being removed. */
#define PEDIGREE_GC_PREFIX ".gc-"

/*
 * Removes what exceeds the bounds of [gc], or only tells. Of two processes
 * the second waits; with `only_if_due` it leaves it to the first, and nothing
 * is done when [gc] auto is off or it was done a short while ago. What could
 * not be removed is told as the failure, and the rest is removed all the same.
 */
int pedigree_spool_gc(
	const struct pedigree_config *config, bool dry_run, bool only_if_due,
	void (*each)(void *ctx, const struct pedigree_gc_view *view), void *ctx,
	struct pedigree_gc_counts *ret_counts, struct pedigree_error *err);
/*
 * Before a run's end is told, so that what comes after it need not make a file
 * where somebody may be removing the folder: from now on a clean-up is due
 * when the time has passed.
 */
void pedigree_spool_gc_note(const struct pedigree_config *config);

#endif
