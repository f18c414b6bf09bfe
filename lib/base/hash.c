/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/hash.h"

#include <string.h>

#include "base/vec.h"

/* Odd 64-bit constants with well-mixed bits, from the digits of pi and e. */
#define MIX_A UINT64_C(0x243f6a8885a308d3)
#define MIX_B UINT64_C(0xb7e151628aed2a6b)

static uint64_t mix(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t pedigree_hash(const void *bytes, size_t n)
{
	const unsigned char *at = bytes;
	uint64_t hash = MIX_A ^ n, word;

	for (; n >= sizeof(word); n -= sizeof(word), at += sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		hash = mix(hash ^ word, MIX_B);
	}
	word = 0;
	if (n)
		memcpy(&word, at, n);
	return mix(hash ^ word, MIX_A ^ MIX_B);
}

struct entry {
	uint64_t hash;
	char *key; /* NUL-terminated behind its n bytes */
	size_t n;
	void *value;
};

struct pedigree_map {
	PEDIGREE_VEC(struct entry) entries;
	uint32_t *slots; /* index into entries + 1; 0: free */
	size_t n_slots;	 /* a power of two, at most half full */
};

struct pedigree_map *pedigree_map_new(void)
{
	return calloc(1, sizeof(struct pedigree_map));
}

void pedigree_map_free(struct pedigree_map *map)
{
	if (!map)
		return;
	for (size_t i = 0; i < map->entries.n; i++)
		free(map->entries.v[i].key);
	pedigree_vec_clear(&map->entries);
	free(map->slots);
	free(map);
}

size_t pedigree_map_count(const struct pedigree_map *map)
{
	return map->entries.n;
}

static struct entry *find(const struct pedigree_map *map, uint64_t hash,
			  const void *key, size_t n)
{
	size_t i;

	if (!map->n_slots)
		return NULL;
	for (i = hash & (map->n_slots - 1); map->slots[i];
	     i = (i + 1) & (map->n_slots - 1)) {
		struct entry *entry = &map->entries.v[map->slots[i] - 1];

		if (entry->hash == hash && entry->n == n &&
		    memcmp(entry->key, key, n) == 0)
			return entry;
	}
	return NULL;
}

static void place(struct pedigree_map *map, uint64_t hash, size_t index)
{
	size_t i = hash & (map->n_slots - 1);

	while (map->slots[i])
		i = (i + 1) & (map->n_slots - 1);
	map->slots[i] = (uint32_t)index + 1;
}

static int grow(struct pedigree_map *map)
{
	size_t more = map->n_slots ? map->n_slots * 2 : 16;
	uint32_t *slots = calloc(more, sizeof(*slots));

	if (!slots)
		return PEDIGREE_ENOMEM;
	free(map->slots);
	map->slots = slots;
	map->n_slots = more;
	for (size_t i = 0; i < map->entries.n; i++)
		place(map, map->entries.v[i].hash, i);
	return 0;
}

void **pedigree_map_at(struct pedigree_map *map, const void *key, size_t n,
		       bool *ret_new)
{
	uint64_t hash = pedigree_hash(key, n);
	struct entry *entry = find(map, hash, key, n);
	char *copy;

	if (entry) {
		if (ret_new)
			*ret_new = false;
		return &entry->value;
	}
	if (map->entries.n >= UINT32_MAX - 1 ||
	    ((map->entries.n + 1) * 2 > map->n_slots && grow(map) < 0))
		return NULL;
	copy = malloc(n + 1);
	if (!copy)
		return NULL;
	entry = pedigree_vec_push(&map->entries);
	if (!entry) {
		free(copy);
		return NULL;
	}
	if (n)
		memcpy(copy, key, n);
	copy[n] = '\0';
	entry->hash = hash;
	entry->key = copy;
	entry->n = n;
	place(map, hash, map->entries.n - 1);
	if (ret_new)
		*ret_new = true;
	return &entry->value;
}

void *pedigree_map_get(const struct pedigree_map *map, const void *key,
		       size_t n)
{
	struct entry *entry = find(map, pedigree_hash(key, n), key, n);

	return entry ? entry->value : NULL;
}

bool pedigree_map_has(const struct pedigree_map *map, const void *key, size_t n)
{
	return find(map, pedigree_hash(key, n), key, n);
}

const char *pedigree_map_key(const struct pedigree_map *map, size_t i,
			     size_t *ret_n)
{
	if (ret_n)
		*ret_n = map->entries.v[i].n;
	return map->entries.v[i].key;
}

void **pedigree_map_value(struct pedigree_map *map, size_t i)
{
	return &map->entries.v[i].value;
}
