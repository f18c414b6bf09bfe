/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Comparing runs.
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

#ifdef __cplusplus
}
#endif

#endif
