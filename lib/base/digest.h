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
#include "base/vec.h"

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

/*
 * What object stores tell of an object besides: cyclic checksums, and the
 * digests of the parts that it was uploaded in.
 */
enum pedigree_crc {
	PEDIGREE_CRC32,
	PEDIGREE_CRC32C,
	PEDIGREE_CRC64NVME,
	PEDIGREE_CRCS
};

struct pedigree_md5 {
	unsigned char bytes[16];
};

struct pedigree_part_digests {
	uint64_t size; /* of each part but the last; not 0 */
	PEDIGREE_VEC(struct pedigree_md5) md5s;
};

#define PEDIGREE_PART_SIZES 8

struct pedigree_digest_more {
	bool want_crc[PEDIGREE_CRCS];
	uint64_t crc[PEDIGREE_CRCS];
	/* As many as the caller gives sizes for. Released with _clear. */
	struct pedigree_part_digests parts[PEDIGREE_PART_SIZES];
	size_t n_parts;
};

/* As pedigree_digest_fd, and in the same pass what `more` asks for. */
int pedigree_digest_more_fd(int fd, bool (*keep_on)(void *ctx, uint64_t done),
			    void *ctx, struct pedigree_digest_more *more,
			    struct pedigree_digest *ret_digest,
			    struct pedigree_error *err);
/* Forgets the digests and keeps what was asked for. */
void pedigree_digest_more_reset(struct pedigree_digest_more *more);
void pedigree_digest_more_clear(struct pedigree_digest_more *more);

/* S3's ETag of an object uploaded in parts: "HEX-NUMBER". */
#define PEDIGREE_ETAG 48
int pedigree_digest_etag(const struct pedigree_part_digests *parts,
			 char ret_etag[PEDIGREE_ETAG]);
void pedigree_md5_hex(const struct pedigree_md5 *md5,
		      char ret_hex[PEDIGREE_MD5_HEX]);

/* Base64 of `n` bytes, at most 32, with padding and NUL. */
#define PEDIGREE_BASE64 45
void pedigree_base64(const void *bytes, size_t n, char ret[PEDIGREE_BASE64]);
/* The bytes of lower-case hex digits; their number. */
size_t pedigree_from_hex(const char *hex, unsigned char *ret, size_t room);

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
