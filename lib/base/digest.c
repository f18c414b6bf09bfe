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

int pedigree_digest_fd(int fd, bool (*keep_on)(void *ctx, uint64_t done),
		       void *ctx, struct pedigree_digest *ret_digest,
		       struct pedigree_error *err)
{
	_cleanup_(freep) EVP_MD_CTX *sha = EVP_MD_CTX_new();
	_cleanup_(freep) EVP_MD_CTX *md5 = EVP_MD_CTX_new();
	_cleanup_free_ unsigned char *piece = malloc(PIECE);
	struct pedigree_digest digest = { .size = 0 };
	uint64_t pulse = PULSE;

	if (!sha || !md5 || !piece)
		return pedigree_fail_memory(err);
	if (EVP_DigestInit_ex(sha, EVP_sha256(), NULL) != 1 ||
	    EVP_DigestInit_ex(md5, EVP_md5(), NULL) != 1)
		return crypto_failed(err);
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
		digest.size += (uint64_t)n;
		if (digest.size < pulse)
			continue;
		pulse = digest.size + PULSE;
		if (keep_on && !keep_on(ctx, digest.size))
			return pedigree_fail(err, PEDIGREE_EBUSY,
					     "stopped before the end");
	}
	if (end_hex(sha, digest.sha256) < 0 || end_hex(md5, digest.md5) < 0)
		return crypto_failed(err);
	*ret_digest = digest;
	return 0;
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
