/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PEDIGREE_RENDER_DIFF_H
#define PEDIGREE_RENDER_DIFF_H

#include <stdio.h>

#include <pedigree/query.h>

#include "query/diff.h"

/* As text or JSON. */
int pedigree_diff_print(const struct pedigree_diff *diff,
			const struct pedigree_print *print, FILE *out,
			struct pedigree_error *err);
/* The outputs alone. */
int pedigree_diff_print_outputs(const struct pedigree_diff *diff,
				const struct pedigree_print *print, FILE *out,
				struct pedigree_error *err);

#endif
