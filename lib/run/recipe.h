/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PEDIGREE_RUN_RECIPE_H
#define PEDIGREE_RUN_RECIPE_H

#include "graph/build.h"
#include "rules/config.h"

/*
 * Takes those of the variables ("NAME=VALUE", ended by NULL) into the facts
 * that the configuration allows, and what it allows. PEDIGREE_ENOMEM.
 */
int pedigree_environment_read(const struct pedigree_config *config,
			      char *const *variables,
			      struct pedigree_run_facts *facts);

/* Notes which arguments cannot be kept as they are. PEDIGREE_ENOMEM. */
int pedigree_redacted_note(struct pedigree_run_facts *facts);

/* The run's recipe (graph/sheet.h), into its record. PEDIGREE_ENOMEM. */
int pedigree_recipe_add(const struct pedigree_run_facts *facts,
			struct pedigree_record *record);

#endif
