/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What somebody may have meant who misspelled a word.
 */
#ifndef PEDIGREE_SPELLING_H
#define PEDIGREE_SPELLING_H

#include <stddef.h>

/* Words with more bytes are near none: nobody misspells that by hand. */
#define PEDIGREE_SPELLING_LONGEST 96

/* How many letters are wrong, missing, too many or in the wrong order,
   without case; more than `most` is answered as most + 1. */
size_t pedigree_edit_distance(const char *a, const char *b, size_t most);

/* The nearest of the known words so far; zeros before the first. */
struct pedigree_spelling {
	const char *meant; /* borrowed; NULL: none is near */
	size_t distance;
};

/*
 * Takes a known word for what was meant when it is nearer than those before;
 * half of the written letters wrong is another word, not a mistake.
 */
void pedigree_spelling_try(struct pedigree_spelling *spelling,
			   const char *written, const char *known);

#endif
