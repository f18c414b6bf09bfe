/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs that are in the spool.
 */
#ifndef PEDIGREE_API_RUNNING_H
#define PEDIGREE_API_RUNNING_H

#include <pedigree/error.h>
#include <pedigree/query.h>

#include "graph/model.h"
#include "rules/config.h"
#include "store/ledger.h"

PEDIGREE_VEC_TYPE(pedigree_entities, struct pedigree_entity);
void pedigree_entities_clear(struct pedigree_entities *entities);

/*
 * The name in the spool of a run that is called by that name, by its own
 * name or by its ARN; of several the newest. `ledger` (may be NULL) is asked
 * about runs that are recorded. PEDIGREE_ENOTFOUND.
 */
int pedigree_find_run(const struct pedigree_config *config,
		      struct pedigree_ledger *ledger, const char *name,
		      char **ret_run, struct pedigree_error *err);

/*
 * Appends the runs (PEDIGREE_TRIAL_COMPONENT) or deployments
 * (PEDIGREE_ACTION) that have no record yet and pass the filters, newest
 * first.
 */
int pedigree_running(const struct pedigree_config *config,
		     enum pedigree_kind kind,
		     const struct pedigree_list_options *options,
		     struct pedigree_entities *entities,
		     struct pedigree_error *err);

#endif
