/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the ledger remembers, for who builds a record. It is opened when it is
 * first asked; one that cannot be read remembers nothing.
 */
#ifndef PEDIGREE_RUN_MEMORY_H
#define PEDIGREE_RUN_MEMORY_H

#include "graph/build.h"
#include "store/ledger.h"

struct pedigree_run_memory {
	const struct pedigree_config *config;
	struct pedigree_ledger *ledger;
	bool tried;
	struct pedigree_memory memory; /* for pedigree_build_options */
};

/* Valid as long as *memory stays where it is. */
void pedigree_run_memory_init(struct pedigree_run_memory *memory,
			      const struct pedigree_config *config);
void pedigree_run_memory_clear(struct pedigree_run_memory *memory);

#endif
