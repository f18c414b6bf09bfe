/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "hooks/seen.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

#include "hooks/cold.h"
#include "hooks/sys.h"

#define SETS_MAX (1u << 20) /* then start anew: 8 MiB are enough */
#define HUGE_PAGE (2u << 20)
#define K1 UINT64_C(0x9e3779b97f4a7c15)
#define K2 UINT64_C(0xd6e8feb86659fd93)

/*
 * Open addressing with linear probing; an entry is a key and, in maps, a
 * value. 0 is no key. Entries are never removed.
 */
struct table {
	size_t mask; /* entries - 1 */
	_Atomic size_t used;
	_Atomic uint64_t *words;
};

/*
 * `growing` is held by the thread that makes the next table; it is only ever
 * tried. Others go on with the old table, which is never unmapped: all old
 * ones together are smaller than the new one. What they add to it meanwhile
 * is forgotten, and written once more.
 */
struct set {
	struct table *_Atomic now;
	_Atomic uint32_t growing;
	unsigned int width; /* words in an entry: 1 a set, 2 a map */
};

extern _Atomic uint64_t pedigree_first_events[], pedigree_first_folders[];
PEDIGREE_COLD _Atomic uint64_t pedigree_first_events[512];
PEDIGREE_COLD _Atomic uint64_t pedigree_first_folders[2 * 128];
static struct table first_event_table = {
	.mask = 511,
	.words = pedigree_first_events,
};
static struct table first_folder_table = {
	.mask = 127,
	.words = pedigree_first_folders,
};
static struct set events = { .now = &first_event_table, .width = 1 };
static struct set folders = { .now = &first_folder_table, .width = 2 };

uint64_t pedigree_seen_hash(uint64_t seed, const char *bytes, size_t n)
{
	uint64_t h = (seed + n) * K1, word;

	for (; n >= 8; n -= 8, bytes += 8) {
		__builtin_memcpy(&word, bytes, 8);
		h = (h ^ word) * K2;
		h ^= h >> 29;
	}
	word = 0;
	for (size_t i = 0; i < n; i++)
		word = word << 8 | (unsigned char)bytes[i];
	h = (h ^ word) * K2;
	h ^= h >> 32;
	h *= K1;
	h ^= h >> 29;
	return h ? h : 1;
}

/*
 * Looked up at random, so each page would be faulted in twice, by the first
 * look and by the first store: that was most of what a new file cost. All at
 * once is cheaper, in huge pages where there are any. Kernels that know
 * neither go on without.
 */
static void *map_words(size_t n)
{
	long map = pedigree_sys(SYS_mmap, 0, n * 8, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (map < 0 && map >= -4095)
		return NULL;
	if (n * 8 >= HUGE_PAGE)
		pedigree_sys(SYS_madvise, map, n * 8, MADV_HUGEPAGE);
	pedigree_sys(SYS_madvise, map, n * 8, MADV_POPULATE_WRITE);
	return (void *)map;
}

/* The entry of `key`, or the free one where it belongs; NULL: neither. */
static _Atomic uint64_t *find(const struct table *table, unsigned int width,
			      uint64_t key)
{
	for (size_t i = 0; i <= table->mask; i++) {
		_Atomic uint64_t *entry =
			&table->words[((key + i) & table->mask) * width];
		uint64_t found =
			atomic_load_explicit(entry, memory_order_acquire);

		if (!found || found == key)
			return entry;
	}
	return NULL;
}

static void insert(struct table *table, unsigned int width, uint64_t key,
		   uint64_t value)
{
	for (;;) {
		_Atomic uint64_t *entry = find(table, width, key);
		uint64_t found = 0;

		if (!entry)
			return;
		if (atomic_compare_exchange_strong(entry, &found, key))
			atomic_fetch_add_explicit(&table->used, 1,
						  memory_order_relaxed);
		else if (found != key)
			continue;
		if (width > 1)
			atomic_store_explicit(entry + 1, value,
					      memory_order_release);
		return;
	}
}

static void copy(const struct table *from, struct table *to, unsigned int width)
{
	for (size_t i = 0; i <= from->mask; i++) {
		_Atomic uint64_t *entry = &from->words[i * width];
		uint64_t key =
			atomic_load_explicit(entry, memory_order_acquire);

		if (key)
			insert(to, width, key,
			       width > 1 ? atomic_load_explicit(
						   entry + 1,
						   memory_order_acquire)
					 : 0);
	}
}

/* The new table's head lies in front of its entries. */
static struct table *new_table(size_t entries, unsigned int width)
{
	struct table *table = map_words(8 + entries * width);

	if (!table)
		return NULL;
	table->mask = entries - 1;
	table->words = (_Atomic uint64_t *)table + 8;
	return table;
}

static void start_anew(struct table *table, unsigned int width)
{
	for (size_t i = 0; i < (table->mask + 1) * width; i++)
		atomic_store_explicit(&table->words[i], 0,
				      memory_order_relaxed);
	atomic_store_explicit(&table->used, 0, memory_order_relaxed);
}

static void grow(struct set *set, struct table *table)
{
	size_t entries = (table->mask + 1) * 4;
	struct table *next;

	if (atomic_exchange_explicit(&set->growing, 1, memory_order_acquire))
		return;
	if (atomic_load_explicit(&set->now, memory_order_acquire) != table)
		goto out;
	if (table->mask + 1 >= SETS_MAX) {
		start_anew(table, set->width);
		goto out;
	}
	next = new_table(entries < SETS_MAX ? entries : SETS_MAX, set->width);
	if (!next) {
		start_anew(table, set->width);
		goto out;
	}
	copy(table, next, set->width);
	atomic_store_explicit(&set->now, next, memory_order_release);
out:
	atomic_store_explicit(&set->growing, 0, memory_order_release);
}

static void add(struct set *set, uint64_t key, uint64_t value)
{
	struct table *table =
		atomic_load_explicit(&set->now, memory_order_acquire);

	insert(table, set->width, key, value);
	if (atomic_load_explicit(&table->used, memory_order_relaxed) >
	    table->mask - table->mask / 4)
		grow(set, table);
}

bool pedigree_seen_has(uint64_t key)
{
	_Atomic uint64_t *entry =
		find(atomic_load_explicit(&events.now, memory_order_acquire), 1,
		     key);

	return entry &&
	       atomic_load_explicit(entry, memory_order_relaxed) == key;
}

void pedigree_seen_add(uint64_t key)
{
	add(&events, key, 0);
}

uint32_t pedigree_seen_folder(uint64_t key)
{
	_Atomic uint64_t *entry =
		find(atomic_load_explicit(&folders.now, memory_order_acquire),
		     2, key);

	if (!entry || atomic_load_explicit(entry, memory_order_relaxed) != key)
		return 0;
	return (uint32_t)atomic_load_explicit(entry + 1, memory_order_acquire);
}

void pedigree_seen_add_folder(uint64_t key, uint32_t reference)
{
	add(&folders, key, reference);
}

void pedigree_seen_forked(void)
{
	atomic_store_explicit(&events.growing, 0, memory_order_relaxed);
	atomic_store_explicit(&folders.growing, 0, memory_order_relaxed);
}
