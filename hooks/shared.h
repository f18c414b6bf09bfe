/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What forked children of one image wrote of what they read: a data loader
 * that forks workers anew every epoch has each of them read the same files.
 * A set of keys in a sparse file beside the log, HOST.seen, that such
 * children map. Whatever goes wrong with it, an event is written once more.
 *
 * Callable from any thread and signal handler, like the log.
 */
#ifndef PEDIGREE_SHARED_H
#define PEDIGREE_SHARED_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The shared key for a private one (seen.h), which must not depend on
 * anything but the log's references. 0: this process keeps to itself, as
 * do all that are not forked, and all while there is little to be shared.
 */
uint64_t pedigree_shared_key(uint64_t key);

bool pedigree_shared_has(uint64_t key);

/* Only once the event is published: the writer may be killed. */
void pedigree_shared_add(uint64_t key);

/* Paths mean something else to this process than to others. */
void pedigree_shared_stop(void);

/* Tells that this process is a forked child. */
void pedigree_shared_forked(void);

#endif
