/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of glob matching that rules.c compiles with; rules.h has
 * pedigree_glob_match and says what the letters mean.
 */
#ifndef PEDIGREE_RULES_GLOB_H
#define PEDIGREE_RULES_GLOB_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/vec.h"
#include "rules/glob_plain.h"

#define PEDIGREE_GLOBS_MAX 4096

PEDIGREE_VEC_TYPE(pedigree_globs, char *);

void pedigree_globs_clear(struct pedigree_globs *globs);

/*
 * Adds the globs without braces that one with braces stands for. Returns 0,
 * PEDIGREE_ENOMEM, or PEDIGREE_ELIMIT for more than PEDIGREE_GLOBS_MAX.
 * What was added so far stays in `globs`.
 */
int pedigree_glob_expand(const char *glob, struct pedigree_globs *globs);

/* Appends a glob of a text that is no path: a '*' stands for slashes, too. */
void pedigree_glob_add_any(struct pedigree_buf *buf, const char *glob);

#endif
