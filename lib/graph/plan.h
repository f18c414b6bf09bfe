/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a record will hold, before any byte is hashed: which files are inputs
 * and outputs in the eyes of the rules, which are the program's code, and
 * what is rolled up into what. Building and explaining start here.
 */
#ifndef PEDIGREE_GRAPH_PLAN_H
#define PEDIGREE_GRAPH_PLAN_H

#include <pedigree/error.h>

#include "graph/access.h"
#include "graph/build.h"
#include "graph/rollup.h"
#include "graph/version.h"
#include "rules/config.h"
#include "rules/rules.h"

struct pedigree_plan {
	const struct pedigree_run_facts *facts;
	const struct pedigree_config *config;
	struct pedigree_access access;
	struct pedigree_rules *rules;
	bool borrows_rules; /* of `like`, and data sets */
	struct pedigree_datasets *datasets;
	struct pedigree_sets sets;	  /* that have items */
	struct pedigree_map *set_of;	  /* "role root": index + 1 */
	PEDIGREE_VEC(const char *) types; /* of artifacts; borrowed */
	/* Sorted by role, type and path; code apart, by root and path. */
	struct pedigree_items items;
	struct pedigree_groups groups;
	struct pedigree_items code;
	struct pedigree_groups code_groups;
	char *project;	    /* "" when there is none */
	size_t main_arg;    /* the argument that is the program; 0: argv[0] */
	uint32_t main_name; /* of the main script or program, or NOWHERE */
	uint64_t bytes;	    /* of all that is kept, to be hashed */
};

/* What becomes of a file in one role. */
enum pedigree_fate {
	PEDIGREE_FATE_NONE,	 /* it did not play that role */
	PEDIGREE_FATE_TEMPORARY, /* made and gone within the run */
	PEDIGREE_FATE_UNCHANGED, /* opened for writing, and not changed */
	PEDIGREE_FATE_RULE,	 /* a rule dropped it */
	PEDIGREE_FATE_LIBRARY,	 /* loaded, and no rule calls it code */
	PEDIGREE_FATE_KEPT,
	PEDIGREE_FATE_CODE
};

/*
 * `like` is NULL, or the plan of another part of the same log, which lives
 * longer: where the project is the same, the rules are.
 */
int pedigree_plan_make(struct pedigree_plan *plan,
		       const struct pedigree_plan *like,
		       const struct pedigree_run_facts *facts,
		       const struct pedigree_evlog *log,
		       const struct pedigree_config *config,
		       const struct pedigree_hasher *hasher,
		       struct pedigree_error *err);
void pedigree_plan_clear(struct pedigree_plan *plan);

/* The verdict is set for RULE, LIBRARY, KEPT and CODE. */
enum pedigree_fate pedigree_plan_input(struct pedigree_plan *plan,
				       const struct pedigree_hasher *hasher,
				       const struct pedigree_file *file,
				       struct pedigree_verdict *ret_verdict);
enum pedigree_fate pedigree_plan_output(struct pedigree_plan *plan,
					const struct pedigree_hasher *hasher,
					uint32_t name,
					struct pedigree_verdict *ret_verdict);

/* Index of a type, added when new; -1: no memory. */
int pedigree_plan_type(struct pedigree_plan *plan, const char *type);

/*
 * sets.c: the data set that files of `type` directly in a folder are, as an
 * index into plan->sets plus one; 0: none. PEDIGREE_ENOMEM. `named` is the
 * folder as the program named it when that is another one, or NULL: a root
 * may be a symbolic link.
 */
int pedigree_plan_set(struct pedigree_plan *plan, const char *folder,
		      const char *named, const char *type,
		      enum pedigree_role role);
/* The one whose root the folder is. */
int pedigree_plan_set_at(struct pedigree_plan *plan, const char *folder,
			 enum pedigree_role role);
/* Items of a data set too few to be it are none of it. */
int pedigree_plan_least(const struct pedigree_plan *plan,
			struct pedigree_items *items);
void pedigree_sets_clear(struct pedigree_plan *plan);
/* The rule of a group, or NULL. */
const struct pedigree_dataset *
pedigree_plan_dataset(const struct pedigree_plan *plan,
		      const struct pedigree_group *group);
/* The SourceUri of a file or a group's folder. */
int pedigree_plan_uri(const struct pedigree_plan *plan,
		      const struct pedigree_dataset *dataset, const char *path,
		      struct pedigree_buf *ret);

/* Absolute clean path of what was given relative to the command's folder. */
int pedigree_plan_path(const struct pedigree_plan *plan, const char *given,
		       struct pedigree_buf *ret);

/* deploy.c: was a model read, by the rule for who reads or who writes it? */
bool pedigree_plan_model(const struct pedigree_plan *plan,
			 const struct pedigree_item *item);

/* code.c: sorts plan->code into one group a project root. */
int pedigree_code_group(struct pedigree_plan *plan);

#endif
