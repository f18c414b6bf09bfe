/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/digest.h"
#include "base/fs.h"
#include "tests/unit/support/folder.h"

#define ABC_SHA256 \
	"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define EMPTY_SHA256 \
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
/* A million times "a", from FIPS 180-4's examples. */
#define MILLION_SHA256 \
	"cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"

static int open_with(const char *name, const void *bytes, size_t n)
{
	int fd;

	assert_int_equal(pedigree_write_file(test_path(name), bytes, n, NULL),
			 0);
	fd = open(test_path(name), O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

static void test_both_digests_come_from_one_reading(void **state)
{
	_cleanup_fd_ int fd = open_with("abc", "abc", 3);
	struct pedigree_digest digest;

	(void)state;
	assert_int_equal(pedigree_digest_fd(fd, NULL, NULL, &digest, NULL), 0);
	assert_string_equal(digest.sha256, ABC_SHA256);
	assert_string_equal(digest.md5, "900150983cd24fb0d6963f7d28e17f72");
	assert_int_equal(digest.size, 3);
	/* From the current offset: nothing is left. */
	assert_int_equal(pedigree_digest_fd(fd, NULL, NULL, &digest, NULL), 0);
	assert_string_equal(digest.sha256, EMPTY_SHA256);
	assert_int_equal(digest.size, 0);
}

static void test_bytes_in_memory_have_the_same_digest(void **state)
{
	struct pedigree_sha256_stream *stream = pedigree_sha256_new();
	char hex[PEDIGREE_SHA256_HEX], a[1000];

	(void)state;
	assert_int_equal(pedigree_sha256("abc", 3, hex), 0);
	assert_string_equal(hex, ABC_SHA256);
	assert_int_equal(pedigree_sha256("", 0, hex), 0);
	assert_string_equal(hex, EMPTY_SHA256);
	memset(a, 'a', sizeof(a));
	for (int i = 0; i < 1000; i++)
		pedigree_sha256_add(stream, a, sizeof(a));
	assert_int_equal(pedigree_sha256_end(stream, hex), 0);
	assert_string_equal(hex, MILLION_SHA256);
}

static bool count(void *ctx, uint64_t done)
{
	uint64_t *asked = ctx;

	assert_true(done >= (*asked + 1) * 4194304);
	return ++*asked < 2;
}

static void test_hashing_stops_when_it_is_told(void **state)
{
	const size_t size = 20u << 20;
	struct pedigree_digest digest = { .size = 42 };
	_cleanup_free_ char *bytes = calloc(1, size);
	uint64_t asked = 0;
	int fd;

	(void)state;
	assert_non_null(bytes);
	fd = open_with("large", bytes, size);
	assert_int_equal(pedigree_digest_fd(fd, count, &asked, &digest, NULL),
			 PEDIGREE_EBUSY);
	assert_int_equal(asked, 2);
	assert_int_equal(digest.size, 42);
	close(fd);
}

static void test_what_cannot_be_read_is_told(void **state)
{
	_cleanup_fd_ int folder = open(test_folder, O_RDONLY | O_CLOEXEC);
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree_digest digest;

	(void)state;
	assert_int_equal(pedigree_digest_fd(folder, NULL, NULL, &digest, &err),
			 PEDIGREE_EIO);
	assert_int_equal(err.code, PEDIGREE_EIO);
	assert_int_equal(pedigree_digest_fd(-1, NULL, NULL, &digest, NULL),
			 PEDIGREE_EIO);
}

/* RFC 4231, case 2, and FIPS 180's example */
static void test_keyed_and_short_digests_are_as_published(void **state)
{
	unsigned char mac[PEDIGREE_SHA256_BYTES];
	char hex[PEDIGREE_SHA256_HEX];

	(void)state;
	assert_int_equal(pedigree_hmac_sha256("Jefe", 4,
					      "what do ya want for nothing?",
					      28, mac),
			 0);
	pedigree_sha256_hex(mac, hex);
	assert_string_equal(
		hex,
		"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	assert_int_equal(pedigree_sha1("abc", 3, hex), 0);
	assert_string_equal(hex, "a9993e364706816aba3e25717850c26c9cd0d89d");
}

static void test_parts_and_crc_come_from_the_same_reading(void **state)
{
	_cleanup_fd_ int fd = open_with("digits", "123456789", 9);
	struct pedigree_digest_more more = {
		.want_crc = { true, true, true },
		.parts = { { .size = 4 }, { .size = 9 } },
		.n_parts = 2,
	};
	struct pedigree_digest digest;
	char hex[PEDIGREE_MD5_HEX], etag[PEDIGREE_ETAG], text[PEDIGREE_BASE64];

	(void)state;
	assert_int_equal(pedigree_digest_more_fd(fd, NULL, NULL, &more, &digest,
						 NULL),
			 0);
	/* The check values of the CRCs' definitions. */
	assert_int_equal(more.crc[PEDIGREE_CRC32], 0xcbf43926);
	assert_int_equal(more.crc[PEDIGREE_CRC32C], 0xe3069283);
	assert_true(more.crc[PEDIGREE_CRC64NVME] ==
		    UINT64_C(0xae8b14860a799888));
	assert_int_equal(more.parts[0].md5s.n, 3);
	assert_int_equal(more.parts[1].md5s.n, 1);
	pedigree_md5_hex(&more.parts[0].md5s.v[0], hex);
	assert_string_equal(hex, "81dc9bdb52d04dc20036dbd8313ed055");
	pedigree_md5_hex(&more.parts[1].md5s.v[0], hex);
	assert_string_equal(hex, digest.md5);
	assert_int_equal(pedigree_digest_etag(&more.parts[0], etag), 0);
	assert_string_equal(etag, "393e928fcf5925fcbd3a06aaf20b2d38-3");
	pedigree_base64(&more.parts[1].md5s.v[0], 16, text);
	assert_string_equal(text, "JfnnlDI7RTiF9RgfG2JNCw==");
	pedigree_digest_more_clear(&more);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_digests_come_from_one_reading),
		cmocka_unit_test(test_bytes_in_memory_have_the_same_digest),
		cmocka_unit_test(test_parts_and_crc_come_from_the_same_reading),
		cmocka_unit_test(test_hashing_stops_when_it_is_told),
		cmocka_unit_test(test_what_cannot_be_read_is_told),
		cmocka_unit_test(test_keyed_and_short_digests_are_as_published),
	};

	return cmocka_run_group_tests(tests, test_folder_make,
				      test_folder_remove);
}
