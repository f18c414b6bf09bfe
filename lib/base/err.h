/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Filling struct pedigree_error. The first message wins.
 */
#ifndef PEDIGREE_ERR_H
#define PEDIGREE_ERR_H

#include <pedigree/error.h>

#include "base/base.h"

/* Sets `err` unless it already holds a failure; returns `code`. */
int pedigree_fail(struct pedigree_error *err, int code, const char *format, ...)
	PEDIGREE_PRINTF(3, 4);

/*
 * The same with ": " and strerror(errno) behind the text. Returns
 * PEDIGREE_ENOMEM for ENOMEM, else PEDIGREE_EIO. Leaves errno as it was.
 */
int pedigree_fail_errno(struct pedigree_error *err, const char *format, ...)
	PEDIGREE_PRINTF(2, 3);

/* "out of memory"; returns PEDIGREE_ENOMEM. */
int pedigree_fail_memory(struct pedigree_error *err);

#endif
