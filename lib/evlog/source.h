/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of a log file, through a window of bounded size.
 */
#ifndef PEDIGREE_EVLOG_SOURCE_H
#define PEDIGREE_EVLOG_SOURCE_H

#include <stdint.h>

#include <pedigree/error.h>

#include "evlog/format.h"

struct pedigree_source {
	const char *path; /* borrowed, for messages */
	int fd;
	uint64_t size;			   /* of the file when it was opened */
	struct pedigree_log_header header; /* as it was then */
	char *window;
	uint64_t start; /* offset of the window */
	size_t filled;
	uint64_t data_end; /* the file has no hole before, as far as
				   known */
};

/*
 * Opens a log and checks its header. PEDIGREE_EFORMAT: not a log that this
 * version reads; the text says why.
 */
int pedigree_source_open(struct pedigree_source *ret, const char *path,
			 struct pedigree_error *err);
void pedigree_source_close(struct pedigree_source *source);

/* The header as it is now. */
int pedigree_source_header(const struct pedigree_source *source,
			   struct pedigree_log_header *ret,
			   struct pedigree_error *err);

/*
 * Shows the bytes from `offset` on, at most `n` (up to PEDIGREE_FRAME_MAX);
 * *ret_n is less where the file ends. They are valid until the next call.
 */
int pedigree_source_at(struct pedigree_source *source, uint64_t offset,
		       size_t n, const char **ret_bytes, size_t *ret_n,
		       struct pedigree_error *err);

/*
 * The first offset from `offset` on, in whole grains, where the file is not
 * a hole; its size when there is none.
 */
uint64_t pedigree_source_next(struct pedigree_source *source, uint64_t offset);

#endif
