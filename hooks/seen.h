/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was written already: sets of 64-bit keys, and maps from keys to
 * references. Lock-free; in private memory, so a forked child goes on with
 * a copy.
 */
#ifndef PEDIGREE_SEEN_H
#define PEDIGREE_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A fast hash; never 0. Not for anything that outlives the run. */
uint64_t pedigree_seen_hash(uint64_t seed, const char *bytes, size_t n);

/* Events, by what was opened and how. */
bool pedigree_seen_has(uint64_t key);
void pedigree_seen_add(uint64_t key);

/* Folders: 0 when unknown. */
uint32_t pedigree_seen_folder(uint64_t key);
void pedigree_seen_add_folder(uint64_t key, uint32_t reference);

/* A thread that made a table larger is not in this process. */
void pedigree_seen_forked(void);

#endif
