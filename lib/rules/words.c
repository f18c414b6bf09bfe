/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "rules/words.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "rules/keys.h"
#include "rules/rules.h"

static int add_words(const char *rest, struct pedigree_words *words)
{
	for (;;) {
		_cleanup_free_ char *word = malloc(strlen(rest) + 1);

		if (!word)
			return PEDIGREE_ENOMEM;
		if (pedigree_next_word(&rest, word) <= 0)
			return 0;
		if (pedigree_words_take(words, pedigree_take(word)) < 0)
			return PEDIGREE_ENOMEM;
	}
}

int pedigree_config_words(const struct pedigree_config *config,
			  const char *section, const char *key,
			  struct pedigree_words *ret_words)
{
	size_t n = pedigree_config_count(config);

	for (size_t i = 0; i < n; i++) {
		const struct pedigree_setting *setting =
			pedigree_config_at(config, i);

		if (strcmp(setting->section, section) == 0 &&
		    strcmp(setting->key, key) == 0 &&
		    add_words(setting->value, ret_words) < 0)
			return PEDIGREE_ENOMEM;
	}
	return 0;
}

bool pedigree_words_match(const struct pedigree_words *globs, const char *text)
{
	for (size_t i = 0; i < globs->n; i++)
		if (pedigree_glob_match_text(globs->v[i], text))
			return true;
	return false;
}
