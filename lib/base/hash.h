/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A map from byte strings to pointers or numbers, and the hash below it.
 */
#ifndef PEDIGREE_HASH_H
#define PEDIGREE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pedigree/error.h>

#include "base/base.h"

/* A 64-bit hash for tables; not stable across versions, not for identity. */
uint64_t pedigree_hash(const void *bytes, size_t n);

/*
 * Keys are copied into the map. Values are borrowed. Iteration is in order
 * of insertion.
 */
struct pedigree_map;

struct pedigree_map *pedigree_map_new(void); /* NULL: out of memory */
void pedigree_map_free(struct pedigree_map *map);
#define _cleanup_map_ _cleanup_(pedigree_map_freep)
static inline void pedigree_map_freep(struct pedigree_map **map)
{
	pedigree_map_free(*map);
}

size_t pedigree_map_count(const struct pedigree_map *map);

/*
 * Where the value of `key` stands, made with the value NULL when missing
 * (*ret_new tells, may be NULL). The place is valid until the next insertion.
 * NULL when memory ran out.
 */
void **pedigree_map_at(struct pedigree_map *map, const void *key, size_t n,
		       bool *ret_new);
/* The value of `key`; NULL when missing. */
void *pedigree_map_get(const struct pedigree_map *map, const void *key,
		       size_t n);
bool pedigree_map_has(const struct pedigree_map *map, const void *key,
		      size_t n);

/* The i-th insertion, i < count: key (NUL-terminated) and place of value. */
const char *pedigree_map_key(const struct pedigree_map *map, size_t i,
			     size_t *ret_n);
void **pedigree_map_value(struct pedigree_map *map, size_t i);

#endif
