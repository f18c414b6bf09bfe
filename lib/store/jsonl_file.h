/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file behind the backend `jsonl`: records appended whole and once.
 */
#ifndef PEDIGREE_STORE_JSONL_FILE_H
#define PEDIGREE_STORE_JSONL_FILE_H

#include <pedigree/error.h>

#include "base/buf.h"

/* Every record ends with a line that begins so, followed by the run as a
   JSON string and `,"Revision":N`. No other line begins so. */
#define PEDIGREE_JSONL_LAST "{\"Kind\":\"Capture\",\"Run\":"

/* Makes the file and the folders above it. */
int pedigree_jsonl_make(const char *path, struct pedigree_error *err);

/*
 * Appends the lines of a record unless the file has this revision of the run
 * or a higher one. On failure nothing was appended.
 */
int pedigree_jsonl_append(const char *path, const char *run,
			  unsigned int revision,
			  const struct pedigree_buf *lines,
			  struct pedigree_error *err);

#endif
