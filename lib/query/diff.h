/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What tells one run from another.
 */
#ifndef PEDIGREE_QUERY_DIFF_H
#define PEDIGREE_QUERY_DIFF_H

#include <stdbool.h>
#include <stddef.h>

#include <pedigree/error.h>

#include "graph/sheet.h"
#include "query/query.h"

enum pedigree_diff_part {
	PEDIGREE_DIFF_COMMAND,
	PEDIGREE_DIFF_DATA,
	PEDIGREE_DIFF_CODE,
	PEDIGREE_DIFF_PARAMETERS,
	PEDIGREE_DIFF_ENVIRONMENT,
	PEDIGREE_DIFF_PACKAGES,
	PEDIGREE_DIFF_HOST,
	PEDIGREE_DIFF_STATUS,
	PEDIGREE_DIFF_METRICS,
	PEDIGREE_DIFF_OUTPUTS,
	PEDIGREE_DIFF_PARTS
};

enum pedigree_change {
	PEDIGREE_CHANGE_ADDED,
	PEDIGREE_CHANGE_REMOVED,
	PEDIGREE_CHANGE_CHANGED,
	PEDIGREE_CHANGE_MOVED,	    /* the same bytes elsewhere */
	PEDIGREE_CHANGE_UNRECORDED, /* no difference: it cannot be told */
	PEDIGREE_CHANGES
};

struct pedigree_diff_line {
	enum pedigree_change change;
	char *group; /* URI of the folder that the file is in; NULL: none */
	char *name;  /* of a parameter, a package, a file, … */
	char *old;   /* value or version; NULL: not there, or not recorded */
	char *new;
};
PEDIGREE_VEC_TYPE(pedigree_diff_lines, struct pedigree_diff_line);

struct pedigree_diff_section {
	struct pedigree_diff_lines lines; /* those of a group together */
	size_t same;			  /* how many do not differ */
	size_t n[PEDIGREE_CHANGES];
	bool unrecorded; /* of one run or of both, as a whole */
};

/* How the models and checkpoints of the runs hang together. */
enum pedigree_relation {
	PEDIGREE_RELATION_NONE,
	PEDIGREE_RELATION_NEW_FROM_OLD, /* the new one goes on from the old */
	PEDIGREE_RELATION_OLD_FROM_NEW,
	PEDIGREE_RELATION_COMMON /* both go on from the same */
};

struct pedigree_diff {
	struct pedigree_shown *old, *new;
	struct pedigree_diff_section sections[PEDIGREE_DIFF_PARTS];
	enum pedigree_relation relation;
	/* The models and checkpoints that tie them; nearest first. */
	PEDIGREE_VEC(struct pedigree_entity) through;
};

struct pedigree_diff_options {
	/* Folders that stand for one another in outputs, as URIs; NULL: none. */
	const char *old_folder, *new_folder;
	/* Outputs that went through descriptors which the commands were given
	   open are left out: who starts a command again gives it others. */
	bool own_outputs;
};

int pedigree_diff_make(struct pedigree_ledger *ledger, pedigree_row old_row,
		       pedigree_row new_row,
		       const struct pedigree_diff_options *options,
		       struct pedigree_diff **ret_diff,
		       struct pedigree_error *err);
void pedigree_diff_free(struct pedigree_diff *diff);

/* Is there any difference? */
bool pedigree_diff_differs(const struct pedigree_diff *diff);
bool pedigree_diff_section_differs(const struct pedigree_diff_section *section);

/*
 * previous.c: the run before `row`, the newest, of the same name or command;
 * PEDIGREE_ENOTFOUND. The name is that which was asked for, without the suffix
 * that makes it unique.
 */
int pedigree_run_previous(struct pedigree_ledger *ledger, pedigree_row row,
			  pedigree_row *ret_previous,
			  struct pedigree_error *err);
/* The run that began last; PEDIGREE_ENOTFOUND. */
int pedigree_run_newest(struct pedigree_ledger *ledger, pedigree_row *ret_row,
			struct pedigree_error *err);

/* The sheet that a parameter of the run names; *ret_there is false, and the
   sheet untouched, when it names none or the ledger has not got it. */
int pedigree_run_sheet(struct pedigree_ledger *ledger,
		       const struct pedigree_entity *run, const char *param,
		       struct pedigree_sheet *ret_sheet, bool *ret_there,
		       struct pedigree_error *err);

/*
 * A parameter that pedigree made itself, such as "command", under whichever
 * name it has; as text in `buf`. NULL: it has none.
 */
const char *pedigree_run_own_param(const struct pedigree_entity *run,
				   const char *key, struct pedigree_buf *buf);

/* Recipes whose inherited files are left out. */
struct pedigree_diff_leave_out {
	const struct pedigree_sheet *old, *new;
};

/* diff_files.c: the artifacts of one role. `code`: those of type Code, or all
   others. `leave_out` may be NULL. */
int pedigree_diff_files(struct pedigree_ledger *ledger,
			const struct pedigree_neighbours *old,
			const struct pedigree_neighbours *new, bool code,
			const struct pedigree_diff_leave_out *leave_out,
			const struct pedigree_diff_options *options,
			struct pedigree_diff_section *section,
			struct pedigree_error *err);

/* diff_ancestry.c */
int pedigree_diff_ancestry(struct pedigree_ledger *ledger, pedigree_row old_row,
			   pedigree_row new_row, struct pedigree_diff *diff,
			   struct pedigree_error *err);

/* Appends a line of copies and counts it. */
int pedigree_diff_line(struct pedigree_diff_section *section,
		       enum pedigree_change change, const char *group,
		       const char *name, const char *old, const char *new);

#endif
