/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/words.h"

#include <stdlib.h>

#include <pedigree/error.h>

int pedigree_words_take(struct pedigree_words *words, char *word)
{
	char **place = word ? pedigree_vec_push(words) : NULL;

	if (!place) {
		free(word);
		return PEDIGREE_ENOMEM;
	}
	*place = word;
	return 0;
}

void pedigree_words_clear(struct pedigree_words *words)
{
	for (size_t i = 0; i < words->n; i++)
		free(words->v[i]);
	pedigree_vec_clear(words);
}
