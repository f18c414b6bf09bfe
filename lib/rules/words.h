/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of keys whose lines add up.
 */
#ifndef PEDIGREE_RULES_WORDS_H
#define PEDIGREE_RULES_WORDS_H

#include <stdbool.h>

#include "base/words.h"
#include "rules/config.h"

/* All words of a key, lowest layer first; also after PEDIGREE_ENOMEM there
   may be some, to be cleared. */
int pedigree_config_words(const struct pedigree_config *config,
			  const char *section, const char *key,
			  struct pedigree_words *ret_words);

/* Does one of them, as a glob, match all of the text? */
bool pedigree_words_match(const struct pedigree_words *globs, const char *text);

#endif
