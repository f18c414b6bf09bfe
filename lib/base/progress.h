/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Telling how far something is that may take long. A NULL pointer, like one
 * without `tell`, tells nobody.
 */
#ifndef PEDIGREE_PROGRESS_H
#define PEDIGREE_PROGRESS_H

#include <stddef.h>
#include <stdint.h>

/* As struct pedigree_options has it (pedigree.h). */
struct pedigree_watcher {
	void (*tell)(void *ctx, const char *what, uint64_t done, uint64_t all);
	void (*count)(void *ctx, const char *what, uint64_t done, uint64_t all);
	void *ctx;
};

static inline void
pedigree_progress_tell(const struct pedigree_watcher *progress,
		       const char *what, uint64_t done, uint64_t all)
{
	if (progress && progress->tell)
		progress->tell(progress->ctx, what, done, all);
}

#endif
