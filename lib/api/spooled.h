/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A run as it is in the spool: its facts and its log.
 */
#ifndef PEDIGREE_API_SPOOLED_H
#define PEDIGREE_API_SPOOLED_H

#include <pedigree/error.h>
#include <pedigree/query.h>

#include "evlog/reader.h"
#include "graph/build.h"
#include "rules/config.h"

struct pedigree_spooled {
	char *run;
	struct pedigree_run_facts facts;
	struct pedigree_evlog *log;
};

/*
 * By the run's own name, its name in the spool, or its ARN. Logs that cannot
 * be read are told to print->note. PEDIGREE_ENOTFOUND.
 */
int pedigree_spooled_read(const struct pedigree_config *config,
			  const char *name, const struct pedigree_print *print,
			  struct pedigree_spooled *spooled,
			  struct pedigree_error *err);
void pedigree_spooled_clear(struct pedigree_spooled *spooled);

#endif
