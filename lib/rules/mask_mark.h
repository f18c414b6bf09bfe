/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands where a secret stood: "[redacted]" or "[redacted:1f0c8a22]".
 */
#ifndef PEDIGREE_RULES_MASK_MARK_H
#define PEDIGREE_RULES_MASK_MARK_H

#include <stdbool.h>
#include <stddef.h>

/* Writes the mark of a secret, with a NUL, and returns its length. `key`: of
   16 bytes, or NULL. `ret`: PEDIGREE_MASK_MARK bytes. */
size_t pedigree_mark_make(const unsigned char *key, const char *secret,
			  size_t n, char *ret);

/* The length of a mark that begins right here; or 0. */
size_t pedigree_mark_length(const char *text);

/* Are these bytes a mark and nothing else? */
bool pedigree_mark_is_one(const char *text, size_t n);

#endif
