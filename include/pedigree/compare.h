/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Comparing runs, and doing them again.
 */
#ifndef PEDIGREE_COMPARE_H
#define PEDIGREE_COMPARE_H

#include <stdio.h>

#include <pedigree/error.h>
#include <pedigree/pedigree.h>
#include <pedigree/query.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Prints what tells two runs apart: command, data (file by file where data
 * sets differ), code, parameters, environment, packages, host, status,
 * metrics, outputs, and how their models hang together. Times and names of
 * runs are no differences; what was recorded of one run alone is told as not
 * recorded and is none either. JSON: see pedigree-diff(1).
 *
 * @param old_run  a name or ARN; NULL: the newest before `new_run` of the same
 *                 name or command
 * @param new_run  a name or ARN; NULL: the newest of all
 * @param ret_differs  0: they are the same; set on success alone
 * @return 0; PEDIGREE_ENOTFOUND when there is no such run, the text names the
 *         nearest; PEDIGREE_EINVAL when it is no run; PEDIGREE_EFORMAT,
 *         PEDIGREE_EBUSY, PEDIGREE_EIO, PEDIGREE_ENOMEM
 */
int pedigree_diff(const struct pedigree *pedigree, const char *old_run,
		  const char *new_run, const struct pedigree_print *print,
		  FILE *out, int *ret_differs, struct pedigree_error *err);

/** What to do otherwise than the first time. NULL members: nothing. */
struct pedigree_rerun_options {
	/**
	 * A folder that does not exist or is empty: the run is done in there,
	 * among links to its data and copies of its code, so that what it
	 * wrote the first time stays.
	 */
	const char *into;
	/** "N=VALUE": argument N, counted from 0; ended by NULL */
	const char *const *arguments;
	/** Write where the outputs of the first time are, though `into` says
	    otherwise. */
	int force;
};

/**
 * How to do a run again. Belongs to the caller until pedigree_rerun_free, as
 * everything in it. Lists end with NULL.
 */
struct pedigree_rerun {
	const char *arn;		/**< of the run */
	const char *name;		/**< as it was asked for */
	const char *experiment;		/**< or NULL */
	const char *folder;		/**< to run it in */
	const char *input;		/**< file for standard input, or NULL */
	const char *const *argv;	/**< the command */
	const char *const *environment; /**< "NAME=VALUE", to be set */
	const char *const *unset;	/**< names, to be removed */
	const char *const *params;	/**< "KEY=VALUE", as given then */
};

/**
 * Reads how a run was done. Nothing is made or started.
 *
 * @param run  a name or ARN
 * @param options  may be NULL
 * @return 0; PEDIGREE_ENOTFOUND, as pedigree_diff; PEDIGREE_EINVAL when it is
 *         no run, when an argument was a secret and was not given, and when
 *         outputs would be written again; PEDIGREE_EUNSUPPORTED when it was
 *         not recorded how it was done; PEDIGREE_EEXIST for a folder that is
 *         not empty; PEDIGREE_EFORMAT, PEDIGREE_EBUSY, PEDIGREE_EIO,
 *         PEDIGREE_ENOMEM
 */
int pedigree_rerun_plan(const struct pedigree *pedigree, const char *run,
			const struct pedigree_rerun_options *options,
			const struct pedigree_print *print,
			struct pedigree_rerun **ret_rerun,
			struct pedigree_error *err);

/** Releases it. NULL is allowed. */
void pedigree_rerun_free(struct pedigree_rerun *rerun);

/**
 * Makes the folder that options->into named, with what the run reads; nothing
 * to do without one.
 *
 * @return 0; PEDIGREE_EIO, PEDIGREE_ENOMEM
 */
int pedigree_rerun_prepare(const struct pedigree_rerun *rerun,
			   struct pedigree_error *err);

/** How the outputs of a run that was done again compare. */
enum pedigree_rerun_outcome {
	PEDIGREE_RERUN_SAME,
	PEDIGREE_RERUN_DIFFERS,
	PEDIGREE_RERUN_UNKNOWN /**< some were not recorded by their bytes */
};

/**
 * Prints what tells the outputs of a run apart from those of the first time,
 * file by file. JSON: the members "Old", "New", "Outputs" and "Differs" of
 * pedigree_diff.
 *
 * @param run  the name of the new run, whose record is complete
 */
int pedigree_rerun_compare(const struct pedigree *pedigree,
			   const struct pedigree_rerun *rerun, const char *run,
			   const struct pedigree_print *print, FILE *out,
			   enum pedigree_rerun_outcome *ret_outcome,
			   struct pedigree_error *err);

#ifdef __cplusplus
}
#endif

#endif
