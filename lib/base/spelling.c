/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/spelling.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#define LONGEST PEDIGREE_SPELLING_LONGEST
#define MISTAKES_MAX 3

static int lower(const char *text, size_t i)
{
	return tolower((unsigned char)text[i]);
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t pedigree_edit_distance(const char *a, const char *b, size_t most)
{
	size_t rows[3][LONGEST + 1];
	size_t n = strlen(a), m = strlen(b);
	size_t *before = rows[0], *last = rows[1], *row = rows[2];

	if (n > LONGEST || m > LONGEST || (n > m ? n - m : m - n) > most)
		return most + 1;
	for (size_t j = 0; j <= m; j++)
		last[j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t *spare = before;

		row[0] = i;
		for (size_t j = 1; j <= m; j++) {
			bool same = lower(a, i - 1) == lower(b, j - 1);

			row[j] = least(last[j - 1] + !same,
				       least(last[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 &&
			    lower(a, i - 1) == lower(b, j - 2) &&
			    lower(a, i - 2) == lower(b, j - 1))
				row[j] = least(row[j], before[j - 2] + 1);
		}
		before = last;
		last = row;
		row = spare;
	}
	return last[m] > most ? most + 1 : last[m];
}

void pedigree_spelling_try(struct pedigree_spelling *spelling,
			   const char *written, const char *known)
{
	size_t half = strlen(written) / 2;
	size_t most = half < MISTAKES_MAX ? half : MISTAKES_MAX;
	size_t distance = pedigree_edit_distance(written, known, most);

	if (distance > most ||
	    (spelling->meant && distance >= spelling->distance))
		return;
	spelling->meant = known;
	spelling->distance = distance;
}
