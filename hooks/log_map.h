/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part of the event log a writer has before its eyes. For log.c alone.
 */
#ifndef PEDIGREE_LOG_MAP_H
#define PEDIGREE_LOG_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whole pages of the log around one chunk. */
struct pedigree_window {
	char *map; /* NULL: none */
	size_t size;
	uint64_t start; /* offset of `map` in the log */
};

/*
 * Finds or makes the log of a run's folder, checks and maps its header. The
 * descriptor stays open for the claim that follows, until _ready.
 */
bool pedigree_window_open(const char *folder, size_t n);
void pedigree_window_ready(void);

/* Unmaps the header; no window may be left. */
void pedigree_window_close(void);

/*
 * Claims `size` bytes of the log, maps and populates them instead of what the
 * window had, and answers where they are: zeroes. NULL when there is no
 * space or the log cannot be mapped; that is counted.
 */
char *pedigree_window_claim(struct pedigree_window *window, size_t size);

/* The last claim failed for want of space. */
bool pedigree_window_is_full(void);

/* Unmaps. Nothing is written. */
void pedigree_window_drop(struct pedigree_window *window);

static inline uint64_t
pedigree_window_offset(const struct pedigree_window *window, const char *at)
{
	return window->start + (uint64_t)(at - window->map);
}

/*
 * Where records go through write(2), because the kernel cannot promise that a
 * store will succeed, writes `n` bytes at `at`; else does nothing.
 */
bool pedigree_window_flush(const struct pedigree_window *window, const char *at,
			   size_t n);

#endif
