/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A growing byte string. `data` is always NUL-terminated (it points to a
 * static empty string until the first byte is added), so that it may be used
 * as a C string; it may also hold NUL bytes, `len` counts them.
 *
 * Memory failure is sticky: after one failed growth every further call does
 * nothing and pedigree_buf_error() is true. A long series of appends needs
 * one check at its end.
 */
#ifndef PEDIGREE_BUF_H
#define PEDIGREE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <pedigree/error.h>

#include "base/base.h"

struct pedigree_buf {
	char *data;
	size_t len;  /* without the closing NUL */
	size_t room; /* allocated; 0 while data is static */
	bool failed;
};

extern char pedigree_buf_empty[];

#define PEDIGREE_BUF_INIT \
	{ \
		pedigree_buf_empty, 0, 0, false \
	}
#define _cleanup_buf_ _cleanup_(pedigree_buf_clear)

void pedigree_buf_init(struct pedigree_buf *buf);
/* Releases the memory; the buffer is empty and usable again. */
void pedigree_buf_clear(struct pedigree_buf *buf);
/* Forgets the content and keeps the memory; a failure stays. */
void pedigree_buf_reset(struct pedigree_buf *buf);

void pedigree_buf_add(struct pedigree_buf *buf, const void *bytes, size_t n);
void pedigree_buf_add_str(struct pedigree_buf *buf, const char *text);
void pedigree_buf_add_char(struct pedigree_buf *buf, char c);
void pedigree_buf_addf(struct pedigree_buf *buf, const char *format, ...)
	PEDIGREE_PRINTF(2, 3);
void pedigree_buf_vaddf(struct pedigree_buf *buf, const char *format,
			va_list args) PEDIGREE_PRINTF(2, 0);
/* Cuts the content to `len` bytes; longer lengths change nothing. */
void pedigree_buf_cut(struct pedigree_buf *buf, size_t len);
/* Makes room for `n` more bytes; the caller may write at data + len. */
int pedigree_buf_reserve(struct pedigree_buf *buf, size_t n);

bool pedigree_buf_error(const struct pedigree_buf *buf);
/*
 * Steals the content as a malloc'ed string and leaves the buffer empty.
 * NULL after a memory failure.
 */
char *pedigree_buf_take(struct pedigree_buf *buf);

#endif
