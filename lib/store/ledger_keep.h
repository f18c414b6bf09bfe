/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lists of files that the ledger keeps for its data sets, for who has to
 * decide how many of them are kept. What else stands in that table, such as
 * the packages of a run, is no such list and is not told of.
 */
#ifndef PEDIGREE_STORE_LEDGER_KEEP_H
#define PEDIGREE_STORE_LEDGER_KEEP_H

#include <stdbool.h>
#include <stdint.h>

#include <pedigree/error.h>

#include "base/base.h"
#include "rules/config.h"

struct pedigree_keeper;

/* The ledger as a file: where it is, and what may be done with it. To read,
   PEDIGREE_ENOTFOUND when there is none. */
int pedigree_keeper_open(const struct pedigree_config *config, bool write,
			 struct pedigree_keeper **ret_keeper,
			 struct pedigree_error *err);
void pedigree_keeper_close(struct pedigree_keeper *keeper);
#define _cleanup_keeper_ _cleanup_(pedigree_keeper_closep)
static inline void pedigree_keeper_closep(struct pedigree_keeper **keeper)
{
	pedigree_keeper_close(*keeper);
}
/* Borrowed. */
const char *pedigree_keeper_path(const struct pedigree_keeper *keeper);

/*
 * Calls `each` with every manifest that is the list of a data set's files:
 * when a run named that data set last, and the bytes that the list takes.
 * Stops when it does not answer 0, with that answer.
 */
int pedigree_keeper_manifests(struct pedigree_keeper *keeper,
			      int (*each)(void *ctx, const char *digest,
					  int64_t used_ms, uint64_t bytes),
			      void *ctx, struct pedigree_error *err);
/* The same, by their digests alone, with those that a run has to do with. */
int pedigree_keeper_of_run(struct pedigree_keeper *keeper, const char *run,
			   int (*each)(void *ctx, const char *digest),
			   void *ctx, struct pedigree_error *err);
/*
 * Forgets one that no run named since `used_ms`; opened to write. Whose list
 * it is stays as it is, with its version.
 *
 * @return 1; 0: it is gone, or was named since
 */
int pedigree_keeper_forget(struct pedigree_keeper *keeper, const char *digest,
			   int64_t used_ms, struct pedigree_error *err);

#endif
