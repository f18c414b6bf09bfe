/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Growing arrays of one type:
 *
 *	PEDIGREE_VEC(struct thing) things = { 0 };
 *	struct thing *new = pedigree_vec_push(&things);
 *	if (!new)
 *		return pedigree_fail_memory(err);
 *	for (size_t i = 0; i < things.n; i++)
 *		use(&things.v[i]);
 *	pedigree_vec_clear(&things);
 */
#ifndef PEDIGREE_VEC_H
#define PEDIGREE_VEC_H

#include <stddef.h>

/* Declares `struct name`, an array that can be passed between functions. */
#define PEDIGREE_VEC_TYPE(name, type) \
	struct name { \
		type *v; \
		size_t n, room; \
	}

#define PEDIGREE_VEC(type) \
	struct { \
		type *v; \
		size_t n, room; \
	}

/* Appends a zeroed element and returns it; NULL when memory ran out. */
#define pedigree_vec_push(vec) \
	((__typeof__((vec)->v))pedigree_vec_push_((void **)&(vec)->v, \
						  &(vec)->n, &(vec)->room, \
						  sizeof(*(vec)->v)))

/* Releases the array (not what its elements own) and leaves it empty. */
#define pedigree_vec_clear(vec) \
	pedigree_vec_clear_((void **)&(vec)->v, &(vec)->n, &(vec)->room)

void *pedigree_vec_push_(void **v, size_t *n, size_t *room, size_t size);
void pedigree_vec_clear_(void **v, size_t *n, size_t *room);

#endif
