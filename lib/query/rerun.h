/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a run's recipe to what must be done to do it again.
 */
#ifndef PEDIGREE_QUERY_RERUN_H
#define PEDIGREE_QUERY_RERUN_H

#include <stdbool.h>

#include <pedigree/compare.h>

#include "base/words.h"
#include "query/diff.h"

/* A file of the first run. */
struct pedigree_rerun_file {
	char *path;
	bool code;
};
PEDIGREE_VEC_TYPE(pedigree_rerun_files, struct pedigree_rerun_file);

struct pedigree_rerun_plan {
	struct pedigree_rerun view; /* of what follows */
	struct pedigree_words argv, environment, unset, params;
	char *arn, *name, *experiment, *folder, *input;
	char *into; /* absolute; NULL: in the folder of the first time */
	char *base; /* folder that `into` stands for */
	struct pedigree_rerun_files inputs, outputs;
};

int pedigree_rerun_read(struct pedigree_ledger *ledger, pedigree_row row,
			const struct pedigree_rerun_options *options,
			struct pedigree_rerun_plan **ret_plan,
			struct pedigree_error *err);
void pedigree_rerun_plan_free(struct pedigree_rerun_plan *plan);

/* rerun_files.c: fills inputs and outputs with the local files of the run. */
int pedigree_rerun_files_read(struct pedigree_ledger *ledger,
			      const struct pedigree_shown *shown,
			      struct pedigree_rerun_plan *plan,
			      struct pedigree_error *err);
/* rerun_files.c: would the command write to outputs of the first time? */
int pedigree_rerun_files_check(const struct pedigree_rerun_plan *plan,
			       struct pedigree_error *err);
/* rerun_folder.c: makes `into`. */
int pedigree_rerun_folder_make(const struct pedigree_rerun_plan *plan,
			       struct pedigree_error *err);

#endif
