/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists of malloc'ed strings.
 */
#ifndef PEDIGREE_WORDS_H
#define PEDIGREE_WORDS_H

#include "base/base.h"
#include "base/vec.h"

PEDIGREE_VEC_TYPE(pedigree_words, char *);

/* Takes a malloc'ed word; frees it after PEDIGREE_ENOMEM, which a NULL is. */
int pedigree_words_take(struct pedigree_words *words, char *word);
void pedigree_words_clear(struct pedigree_words *words);
#define _cleanup_words_ _cleanup_(pedigree_words_clear)

#endif
