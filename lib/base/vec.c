/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/vec.h"

#include <stdlib.h>
#include <string.h>

void *pedigree_vec_push_(void **v, size_t *n, size_t *room, size_t size)
{
	char *element;

	if (*n == *room) {
		size_t more = *room ? *room * 2 : 8;
		void *grown = reallocarray(*v, more, size);

		if (!grown)
			return NULL;
		*v = grown;
		*room = more;
	}
	element = (char *)*v + *n * size;
	memset(element, 0, size);
	++*n;
	return element;
}

void pedigree_vec_clear_(void **v, size_t *n, size_t *room)
{
	free(*v);
	*v = NULL;
	*n = 0;
	*room = 0;
}
