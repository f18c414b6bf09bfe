/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/digest.h"

#include <errno.h>
#include <limits.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"

#define PIECE (256u * 1024u) /* read at once */
#define PULSE (4u * 1024u * 1024u)

static void to_hex(const unsigned char *bytes, size_t n, char *hex)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		*hex++ = digits[bytes[i] >> 4];
		*hex++ = digits[bytes[i] & 15];
	}
	*hex = '\0';
}

static void freep(EVP_MD_CTX **ctx)
{
	EVP_MD_CTX_free(*ctx);
}

static int crypto_failed(struct pedigree_error *err)
{
	return pedigree_fail(
		err, PEDIGREE_EIO,
		"libcrypto cannot compute SHA-256 and MD5; is MD5 switched off in openssl.cnf?");
}

static int end_hex(EVP_MD_CTX *ctx, char *hex)
{
	unsigned char bytes[EVP_MAX_MD_SIZE];
	unsigned int n;

	if (EVP_DigestFinal_ex(ctx, bytes, &n) != 1)
		return PEDIGREE_EIO;
	to_hex(bytes, n, hex);
	return 0;
}

/* Polynomials, their bits from the last to the first. */
static const struct {
	uint64_t polynomial;
	uint64_t mask; /* as wide as it is */
} crcs[PEDIGREE_CRCS] = {
	[PEDIGREE_CRC32] = { 0xedb88320u, UINT32_MAX },
	[PEDIGREE_CRC32C] = { 0x82f63b78u, UINT32_MAX },
	[PEDIGREE_CRC64NVME] = { UINT64_C(0x9a6c9329ac4bc9b5), UINT64_MAX },
};

static const uint64_t *crc_table(enum pedigree_crc kind)
{
	static _Thread_local uint64_t tables[PEDIGREE_CRCS][256];
	uint64_t *table = tables[kind];

	if (table[1])
		return table;
	for (uint64_t i = 0; i < 256; i++) {
		uint64_t crc = i;

		for (int bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ crcs[kind].polynomial
				      : crc >> 1;
		table[i] = crc;
	}
	return table;
}

static uint64_t crc_add(enum pedigree_crc kind, uint64_t crc,
			const unsigned char *bytes, size_t n)
{
	const uint64_t *table = crc_table(kind);

	crc = ~crc & crcs[kind].mask;
	while (n--)
		crc = crc >> 8 ^ table[(crc ^ *bytes++) & 255];
	return ~crc & crcs[kind].mask;
}

/* The part in hand of each size that was asked for. */
struct cutter {
	EVP_MD_CTX *md5[PEDIGREE_PART_SIZES];
	uint64_t filled[PEDIGREE_PART_SIZES];
};

static void cutter_clear(struct cutter *cutter)
{
	for (size_t i = 0; i < PEDIGREE_PART_SIZES; i++)
		EVP_MD_CTX_free(cutter->md5[i]);
}

static int cutter_begin(struct cutter *cutter,
			const struct pedigree_digest_more *more)
{
	for (size_t i = 0; i < more->n_parts; i++) {
		cutter->md5[i] = EVP_MD_CTX_new();
		if (!cutter->md5[i])
			return PEDIGREE_ENOMEM;
		if (EVP_DigestInit_ex(cutter->md5[i], EVP_md5(), NULL) != 1)
			return PEDIGREE_EIO;
	}
	return 0;
}

static int end_part(struct cutter *cutter, struct pedigree_digest_more *more,
		    size_t i)
{
	struct pedigree_md5 *md5 = pedigree_vec_push(&more->parts[i].md5s);

	if (!md5)
		return PEDIGREE_ENOMEM;
	cutter->filled[i] = 0;
	if (EVP_DigestFinal_ex(cutter->md5[i], md5->bytes, NULL) != 1 ||
	    EVP_DigestInit_ex(cutter->md5[i], EVP_md5(), NULL) != 1)
		return PEDIGREE_EIO;
	return 0;
}

static int cut(struct cutter *cutter, struct pedigree_digest_more *more,
	       size_t i, const unsigned char *bytes, size_t n)
{
	while (n) {
		uint64_t room = more->parts[i].size - cutter->filled[i];
		size_t take = n < room ? n : (size_t)room;
		int r = 0;

		if (EVP_DigestUpdate(cutter->md5[i], bytes, take) != 1)
			return PEDIGREE_EIO;
		cutter->filled[i] += take;
		if (take == room)
			r = end_part(cutter, more, i);
		if (r < 0)
			return r;
		bytes += take;
		n -= take;
	}
	return 0;
}

static int add_more(struct cutter *cutter, struct pedigree_digest_more *more,
		    const unsigned char *bytes, size_t n)
{
	int r = 0;

	for (size_t i = 0; i < PEDIGREE_CRCS; i++)
		if (more->want_crc[i])
			more->crc[i] = crc_add((enum pedigree_crc)i,
					       more->crc[i], bytes, n);
	for (size_t i = 0; i < more->n_parts && r == 0; i++)
		r = cut(cutter, more, i, bytes, n);
	return r;
}

static int end_more(struct cutter *cutter, struct pedigree_digest_more *more)
{
	int r = 0;

	for (size_t i = 0; i < more->n_parts && r == 0; i++)
		if (cutter->filled[i])
			r = end_part(cutter, more, i);
	return r;
}

void pedigree_digest_more_reset(struct pedigree_digest_more *more)
{
	memset(more->crc, 0, sizeof(more->crc));
	for (size_t i = 0; i < PEDIGREE_PART_SIZES; i++)
		more->parts[i].md5s.n = 0;
}

void pedigree_digest_more_clear(struct pedigree_digest_more *more)
{
	for (size_t i = 0; i < PEDIGREE_PART_SIZES; i++)
		pedigree_vec_clear(&more->parts[i].md5s);
}

static int fail_digest(int r, struct pedigree_error *err)
{
	return r == PEDIGREE_ENOMEM ? pedigree_fail_memory(err)
				    : crypto_failed(err);
}

int pedigree_digest_more_fd(int fd, bool (*keep_on)(void *ctx, uint64_t done),
			    void *ctx, struct pedigree_digest_more *more,
			    struct pedigree_digest *ret_digest,
			    struct pedigree_error *err)
{
	_cleanup_(freep) EVP_MD_CTX *sha = EVP_MD_CTX_new();
	_cleanup_(freep) EVP_MD_CTX *md5 = EVP_MD_CTX_new();
	_cleanup_(cutter_clear) struct cutter cutter = { 0 };
	_cleanup_free_ unsigned char *piece = malloc(PIECE);
	struct pedigree_digest digest = { .size = 0 };
	uint64_t pulse = PULSE;
	int r;

	if (!sha || !md5 || !piece)
		return pedigree_fail_memory(err);
	if (EVP_DigestInit_ex(sha, EVP_sha256(), NULL) != 1 ||
	    EVP_DigestInit_ex(md5, EVP_md5(), NULL) != 1)
		return crypto_failed(err);
	if (more && (r = cutter_begin(&cutter, more)) < 0)
		return fail_digest(r, err);
	for (;;) {
		ssize_t n = read(fd, piece, PIECE);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return pedigree_fail_errno(err, "cannot read");
		if (n == 0)
			break;
		if (EVP_DigestUpdate(sha, piece, (size_t)n) != 1 ||
		    EVP_DigestUpdate(md5, piece, (size_t)n) != 1)
			return crypto_failed(err);
		if (more && (r = add_more(&cutter, more, piece, (size_t)n)) < 0)
			return fail_digest(r, err);
		digest.size += (uint64_t)n;
		if (digest.size < pulse)
			continue;
		pulse = digest.size + PULSE;
		if (keep_on && !keep_on(ctx, digest.size))
			return pedigree_fail(err, PEDIGREE_EBUSY,
					     "stopped before the end");
	}
	if (more && (r = end_more(&cutter, more)) < 0)
		return fail_digest(r, err);
	if (end_hex(sha, digest.sha256) < 0 || end_hex(md5, digest.md5) < 0)
		return crypto_failed(err);
	*ret_digest = digest;
	return 0;
}

int pedigree_digest_fd(int fd, bool (*keep_on)(void *ctx, uint64_t done),
		       void *ctx, struct pedigree_digest *ret_digest,
		       struct pedigree_error *err)
{
	return pedigree_digest_more_fd(fd, keep_on, ctx, NULL, ret_digest, err);
}

int pedigree_digest_etag(const struct pedigree_part_digests *parts,
			 char ret_etag[PEDIGREE_ETAG])
{
	unsigned char md5[EVP_MAX_MD_SIZE];
	size_t n = parts->md5s.n;

	if (EVP_Digest(parts->md5s.v, n * sizeof(*parts->md5s.v), md5, NULL,
		       EVP_md5(), NULL) != 1)
		return PEDIGREE_EIO;
	to_hex(md5, sizeof(struct pedigree_md5), ret_etag);
	snprintf(ret_etag + 32, PEDIGREE_ETAG - 32, "-%zu", n);
	return 0;
}

void pedigree_md5_hex(const struct pedigree_md5 *md5,
		      char ret_hex[PEDIGREE_MD5_HEX])
{
	to_hex(md5->bytes, sizeof(md5->bytes), ret_hex);
}

void pedigree_base64(const void *bytes, size_t n, char ret[PEDIGREE_BASE64])
{
	EVP_EncodeBlock((unsigned char *)ret, bytes, (int)n);
}

size_t pedigree_from_hex(const char *hex, unsigned char *ret, size_t room)
{
	static const char digits[] = "0123456789abcdef";
	size_t n = 0;

	for (; n < room && hex[0] && hex[1]; hex += 2) {
		const char *high = strchr(digits, hex[0]);
		const char *low = strchr(digits, hex[1]);

		if (!high || !low)
			break;
		ret[n++] =
			(unsigned char)((high - digits) << 4 | (low - digits));
	}
	return n;
}

struct pedigree_sha256_stream {
	EVP_MD_CTX *ctx;
	bool failed;
};

struct pedigree_sha256_stream *pedigree_sha256_new(void)
{
	struct pedigree_sha256_stream *stream = calloc(1, sizeof(*stream));

	if (!stream)
		return NULL;
	stream->ctx = EVP_MD_CTX_new();
	if (!stream->ctx ||
	    EVP_DigestInit_ex(stream->ctx, EVP_sha256(), NULL) != 1) {
		EVP_MD_CTX_free(stream->ctx);
		free(stream);
		return NULL;
	}
	return stream;
}

void pedigree_sha256_add(struct pedigree_sha256_stream *stream,
			 const void *bytes, size_t n)
{
	if (EVP_DigestUpdate(stream->ctx, bytes, n) != 1)
		stream->failed = true;
}

int pedigree_sha256_end(struct pedigree_sha256_stream *stream,
			char ret_hex[PEDIGREE_SHA256_HEX])
{
	int result =
		stream->failed ? PEDIGREE_EIO : end_hex(stream->ctx, ret_hex);

	EVP_MD_CTX_free(stream->ctx);
	free(stream);
	return result;
}

int pedigree_sha256(const void *bytes, size_t n,
		    char ret_hex[PEDIGREE_SHA256_HEX])
{
	struct pedigree_sha256_stream *stream = pedigree_sha256_new();

	if (!stream)
		return PEDIGREE_ENOMEM;
	pedigree_sha256_add(stream, bytes, n);
	return pedigree_sha256_end(stream, ret_hex);
}

void pedigree_sha256_hex(const unsigned char bytes[PEDIGREE_SHA256_BYTES],
			 char ret_hex[PEDIGREE_SHA256_HEX])
{
	to_hex(bytes, PEDIGREE_SHA256_BYTES, ret_hex);
}

int pedigree_hmac_sha256(const void *key, size_t n_key, const void *bytes,
			 size_t n, unsigned char ret[PEDIGREE_SHA256_BYTES])
{
	unsigned char mac[EVP_MAX_MD_SIZE];
	unsigned int n_mac;

	if (n_key > INT_MAX ||
	    !HMAC(EVP_sha256(), key, (int)n_key, bytes, n, mac, &n_mac))
		return PEDIGREE_EIO;
	memcpy(ret, mac, PEDIGREE_SHA256_BYTES);
	OPENSSL_cleanse(mac, sizeof(mac));
	return 0;
}

int pedigree_sha1(const void *bytes, size_t n, char ret_hex[PEDIGREE_SHA1_HEX])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int n_digest;

	if (EVP_Digest(bytes, n, digest, &n_digest, EVP_sha1(), NULL) != 1)
		return PEDIGREE_EIO;
	to_hex(digest, n_digest, ret_hex);
	return 0;
}
