/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "store/ledger_pack.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include <pedigree/error.h>

#include "base/base.h"

#define HEADER 8
/* zlib makes no more of a byte: who claims it lies. */
#define RATIO_MAX 1040
/* Digests are half of a manifest and do not become smaller by trying: the
   fastest level takes a third of the default's time for a tenth more bytes. */
#define LEVEL Z_BEST_SPEED

int pedigree_pack(const char *text, struct pedigree_buf *ret)
{
	uint64_t n = strlen(text);
	uLongf room = compressBound(n);
	_cleanup_free_ unsigned char *out = malloc(HEADER + room);

	if (!out)
		return PEDIGREE_ENOMEM;
	for (unsigned int i = 0; i < HEADER; i++)
		out[i] = (unsigned char)(n >> (8 * i));
	if (compress2(out + HEADER, &room, (const unsigned char *)text, n,
		      LEVEL) != Z_OK)
		return PEDIGREE_ENOMEM;
	pedigree_buf_reset(ret);
	pedigree_buf_add(ret, out, HEADER + room);
	return pedigree_buf_error(ret) ? PEDIGREE_ENOMEM : 0;
}

int pedigree_unpack(const void *bytes, size_t n, struct pedigree_buf *ret)
{
	const unsigned char *in = bytes;
	_cleanup_free_ unsigned char *out = NULL;
	uint64_t size = 0;
	uLongf got;
	int r;

	if (n <= HEADER)
		return PEDIGREE_EFORMAT;
	for (unsigned int i = 0; i < HEADER; i++)
		size |= (uint64_t)in[i] << (8 * i);
	if (size / RATIO_MAX > n)
		return PEDIGREE_EFORMAT;
	out = malloc(size + 1);
	if (!out)
		return PEDIGREE_ENOMEM;
	got = size + 1;
	r = uncompress(out, &got, in + HEADER, n - HEADER);
	if (r == Z_MEM_ERROR)
		return PEDIGREE_ENOMEM;
	if (r != Z_OK || got != size || memchr(out, '\0', size))
		return PEDIGREE_EFORMAT;
	pedigree_buf_reset(ret);
	pedigree_buf_add(ret, out, size);
	return pedigree_buf_error(ret) ? PEDIGREE_ENOMEM : 0;
}

int pedigree_unpack_column(sqlite3_stmt *stmt, int column,
			   struct pedigree_buf *ret)
{
	const void *bytes = sqlite3_column_blob(stmt, column);
	size_t n = (size_t)sqlite3_column_bytes(stmt, column);

	if (sqlite3_column_type(stmt, column) == SQLITE_BLOB)
		return pedigree_unpack(bytes, n, ret);
	pedigree_buf_reset(ret);
	pedigree_buf_add(ret, bytes ? bytes : "", n);
	return pedigree_buf_error(ret) ? PEDIGREE_ENOMEM : 0;
}
