/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Content digests (libcrypto). SHA-256 is a version's identity; MD5 is kept
 * beside it only because object stores answer with it (ETag).
 */
#ifndef PEDIGREE_DIGEST_H
#define PEDIGREE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pedigree/error.h>

#include "base/base.h"

#define PEDIGREE_SHA256_HEX 65 /* with the closing NUL */
#define PEDIGREE_SHA256_BYTES 32
#define PEDIGREE_SHA1_HEX 41
#define PEDIGREE_MD5_HEX 33

struct pedigree_digest {
	char sha256[PEDIGREE_SHA256_HEX]; /* lower-case hex */
	char md5[PEDIGREE_MD5_HEX];
	uint64_t size; /* bytes read */
};

/*
 * Both digests of what `fd` holds from its current offset to its end, in one
 * pass. `keep_on`, when not NULL, is asked about every 4 MiB with the bytes
 * done; when it answers false the call returns PEDIGREE_EBUSY.
 */
int pedigree_digest_fd(int fd, bool (*keep_on)(void *ctx, uint64_t done),
		       void *ctx, struct pedigree_digest *ret_digest,
		       struct pedigree_error *err);

/* SHA-256 of bytes in memory, as lower-case hex with NUL. */
int pedigree_sha256(const void *bytes, size_t n,
		    char ret_hex[PEDIGREE_SHA256_HEX]);

/* 32 bytes as lower-case hex with NUL. */
void pedigree_sha256_hex(const unsigned char bytes[PEDIGREE_SHA256_BYTES],
			 char ret_hex[PEDIGREE_SHA256_HEX]);

/* HMAC with SHA-256; `ret` may be the key. */
int pedigree_hmac_sha256(const void *key, size_t n_key, const void *bytes,
			 size_t n, unsigned char ret[PEDIGREE_SHA256_BYTES]);

/* SHA-1 as lower-case hex, where a format has it in file names. */
int pedigree_sha1(const void *bytes, size_t n, char ret_hex[PEDIGREE_SHA1_HEX]);

/* An incremental SHA-256, for manifests. */
struct pedigree_sha256_stream;
struct pedigree_sha256_stream *pedigree_sha256_new(void);
void pedigree_sha256_add(struct pedigree_sha256_stream *stream,
			 const void *bytes, size_t n);
/* Writes the digest and frees the stream; also after a failed add. */
int pedigree_sha256_end(struct pedigree_sha256_stream *stream,
			char ret_hex[PEDIGREE_SHA256_HEX]);

#endif
