/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The canonical forms of a request's parts, which client and service must
 * compute alike, byte by byte. Each function appends; memory failure is
 * sticky in the buffer.
 */
#ifndef PEDIGREE_AWS_SIGV4_CANONICAL_H
#define PEDIGREE_AWS_SIGV4_CANONICAL_H

#include <stdbool.h>
#include <stddef.h>

#include <pedigree/error.h>

#include "aws/sigv4.h"
#include "base/buf.h"

/*
 * The path without dot segments and empty ones, each remaining byte but
 * unreserved characters and "/" percent-encoded: what was encoded already is
 * encoded twice, as every service but S3 wants it. With `plain` as it is.
 */
void pedigree_sigv4_path(struct pedigree_buf *buf, const char *path,
			 bool plain);

/*
 * The parameters sorted by encoded name, then by encoded value, each with its
 * "=". Encoding is made uniform: "%7e" becomes "~", "%2b" "%2B", a bare "/"
 * "%2F". A "+" stands for itself and becomes "%2B". Empty ones ("a=1&&b=2")
 * do not count. Returns 0 or PEDIGREE_ENOMEM.
 */
int pedigree_sigv4_query(struct pedigree_buf *buf, const char *query);

/*
 * "name:value\n" per header, names in lower case and sorted, values without
 * surrounding white space and with inner runs of it as one space; headers of
 * one name are one line, values joined with "," in the order given. `signed`
 * gets the names, joined with ";". Returns 0 or PEDIGREE_ENOMEM.
 */
int pedigree_sigv4_headers(struct pedigree_buf *buf,
			   const struct pedigree_sigv4_header *headers,
			   size_t n, struct pedigree_buf *ret_signed);

/* Is this header never signed (changed on the way, or made by signing)? */
bool pedigree_sigv4_unsigned(const char *name);

#endif
