/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that became objects, and objects that became files.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "graph/json.h"

#include "tests/unit/support/exchange.h"

#define B "https://b.s3.eu-west-1.amazonaws.com"
#define HELLO_MD5 "5d41402abc4b2a76b9719d911017c592"
#define HELLO_MD5_64 "XUFAKrxLKna5cZ2REBfFkg=="
#define HELLO_SHA_64 "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="
#define HELLO_CRC32C "mnG7TA=="
#define HELLO_CRC32 "NhCmhg=="
#define HELLO_CRC64 "M3eFcAZSQlc="

/* The digest that the object at s3://b/k has, after `fields` were told. */
static const char *digest_after(struct fake_run *s, const char *const *fields)
{
	struct exchange put = {
		.method = "PUT", .origin = B, .path = "/k", .sent = 5
	};
	const struct pedigree_entity *object;

	for (size_t i = 0; fields[i]; i++)
		put.fields[i] = fields[i];
	fake_put(s, "hello.bin", "hello");
	fake_put(s, "other.bin", "jello");
	fake_begin(s);
	fake_open(s, R, "other.bin");
	fake_open(s, R, "hello.bin");
	fake_exchange(s, &put);
	fake_build(s);
	object = fake_uri(s, "s3://b/k");
	assert_non_null(object);
	return fake_property(object, "Digest");
}

#define AFTER(s, ...) \
	digest_after(s, (const char *const[]){ __VA_ARGS__, NULL })

static void test_an_etag_of_one_part_is_the_files_md5(void **state)
{
	struct fake_run *s = *state;

	assert_string_equal(AFTER(s, "etag", "\"" HELLO_MD5 "\""), HELLO_SHA);
	assert_string_equal(fake_property(fake_uri(s, "s3://b/k"), "MD5"),
			    HELLO_MD5);
}

static void test_checksums_tell_too(void **state)
{
	assert_string_equal(AFTER(*state, "x-amz-checksum-sha256",
				  HELLO_SHA_64),
			    HELLO_SHA);
}

static void test_a_checksum_of_32_bits_will_do_with_the_size(void **state)
{
	assert_string_equal(AFTER(*state, "etag", "\"0a0a\"",
				  "request-x-amz-checksum-crc32c",
				  HELLO_CRC32C),
			    HELLO_SHA);
}

/* What newer clients send behind the body, and the answer repeats. */
static void test_every_checksum_of_s3_will_do(void **state)
{
	assert_string_equal(AFTER(*state, "etag", "\"0a0a\"",
				  "x-amz-checksum-crc32", HELLO_CRC32),
			    HELLO_SHA);
	assert_string_equal(AFTER(*state, "etag", "\"0a0a\"",
				  "x-amz-checksum-crc64nvme", HELLO_CRC64),
			    HELLO_SHA);
	assert_null(AFTER(*state, "etag", "\"0a0a\"", "x-amz-checksum-crc32",
			  HELLO_CRC32C));
	/* Of parts, not of the whole. */
	assert_null(AFTER(*state, "etag", "\"0a0a\"", "x-amz-checksum-crc32",
			  HELLO_CRC32 "-1"));
}

static void test_google_tells_two(void **state)
{
	assert_string_equal(AFTER(*state, "x-goog-hash",
				  "crc32c=" HELLO_CRC32C ",md5=" HELLO_MD5_64),
			    HELLO_SHA);
}

static void test_google_may_tell_two_in_two_headers(void **state)
{
	assert_string_equal(AFTER(*state, "x-goog-hash", "crc32c=" HELLO_CRC32C,
				  "x-goog-hash", "md5=" HELLO_MD5_64),
			    HELLO_SHA);
	assert_string_equal(AFTER(*state, "x-goog-hash", "md5=" HELLO_MD5_64,
				  "x-goog-hash", "crc32c=" HELLO_CRC32C),
			    HELLO_SHA);
	/* Put together of parts, it has no MD5. */
	assert_string_equal(AFTER(*state, "x-goog-hash",
				  "crc32c=" HELLO_CRC32C),
			    HELLO_SHA);
	assert_null(AFTER(*state, "x-goog-hash", "crc32c=" HELLO_CRC32C,
			  "x-goog-hash", "md5=AAAAAAAAAAAAAAAAAAAAAA=="));
}

static void test_the_request_may_tell(void **state)
{
	assert_string_equal(AFTER(*state, "request-content-md5", HELLO_MD5_64),
			    HELLO_SHA);
}

static void test_a_size_alone_tells_nothing(void **state)
{
	/* As from a store that encrypts by keys of its own. */
	assert_null(
		AFTER(*state, "etag", "\"00000000000000000000000000000000\""));
}

static void test_what_is_told_must_hold(void **state)
{
	/* The MD5 of neither; then an ETag says nothing. */
	assert_null(AFTER(*state, "content-md5", "AAAAAAAAAAAAAAAAAAAAAA==",
			  "etag", "\"" HELLO_MD5 "\""));
}

/* `n` bytes of one letter. */
static void put_many(struct fake_run *s, const char *name, size_t n)
{
	char *text = malloc(n + 1);

	assert_non_null(text);
	memset(text, 'a', n);
	text[n] = '\0';
	fake_put(s, name, text);
	free(text);
}

#define MIB (1024u * 1024u)

static const struct pedigree_entity *object_of(struct fake_run *s)
{
	const struct pedigree_entity *object;

	fake_build(s);
	object = fake_uri(s, "s3://b/big");
	assert_non_null(object);
	return object;
}

/* The ETags of the parts of big.bin and of the whole, as a store has them. */
static void etags(struct fake_run *s, uint64_t size, char ret[3][40],
		  char ret_etag[PEDIGREE_ETAG])
{
	struct pedigree_digest_more more = { .n_parts = 1 };
	struct pedigree_digest digest;
	FILE *file = fopen(fake_path(s, "big.bin"), "r");

	assert_non_null(file);
	more.parts[0].size = size;
	assert_int_equal(pedigree_digest_more_fd(fileno(file), NULL, NULL,
						 &more, &digest, NULL),
			 0);
	assert_int_equal(more.parts[0].md5s.n, 3);
	for (size_t i = 0; i < 3; i++) {
		char hex[PEDIGREE_MD5_HEX];

		pedigree_md5_hex(&more.parts[0].md5s.v[i], hex);
		snprintf(ret[i], 40, "\"%s\"", hex);
	}
	assert_int_equal(pedigree_digest_etag(&more.parts[0], ret_etag), 0);
	pedigree_digest_more_clear(&more);
	fclose(file);
}

static void test_a_download_is_known_by_the_etag_of_its_parts(void **state)
{
	struct fake_run *s = *state;
	char parts[3][40], etag[PEDIGREE_ETAG];
	const struct pedigree_entity *object;

	put_many(s, "big.bin", 17 * MIB);
	etags(s, 8 * MIB, parts, etag);
	FAKE_EXCHANGE(s, .method = "GET", .origin = B, .path = "/big",
		      .received = 17 * MIB, .fields = { "etag", etag });
	fake_open(s, CREATE, "big.bin.part");
	fake_event(s, PEDIGREE_EV_RENAME, 0, "big.bin.part", "big.bin");
	object = object_of(s);
	assert_string_equal(fake_property(object, "Digest"),
			    fake_version(fake_find(s, "big.bin")));
	assert_string_equal(pedigree_pairs_get(&object->source_types, "S3ETag"),
			    etag);
}

static void test_an_upload_is_known_by_its_parts(void **state)
{
	struct fake_run *s = *state;
	char parts[3][40], etag[PEDIGREE_ETAG];
	const struct pedigree_entity *object;
	const unsigned int query =
		PEDIGREE_QUERY_PART | PEDIGREE_QUERY_UPLOAD_ID;

	/* Parts of a size that is no client's default, out of order. */
	put_many(s, "big.bin", 17 * MIB + 5);
	etags(s, 7 * MIB, parts, etag);
	fake_begin(s);
	fake_open(s, R, "big.bin");
	FAKE_EXCHANGE(s, .method = "PUT", .origin = B, .path = "/big",
		      .query = query, .sent = 3 * MIB + 5,
		      .fields = { "etag", parts[2] });
	FAKE_EXCHANGE(s, .method = "PUT", .origin = B, .path = "/big",
		      .query = query, .sent = 7 * MIB,
		      .fields = { "etag", parts[0] });
	FAKE_EXCHANGE(s, .method = "PUT", .origin = B, .path = "/big",
		      .query = query, .sent = 7 * MIB,
		      .fields = { "etag", parts[1] });
	FAKE_EXCHANGE(s, .origin = B, .path = "/big",
		      .query = PEDIGREE_QUERY_UPLOAD_ID, .sent = 300);
	object = object_of(s);
	assert_string_equal(fake_property(object, "Digest"),
			    fake_version(fake_find(s, "big.bin")));
	/* The answer to the last request has it in its body. */
	assert_string_equal(pedigree_pairs_get(&object->source_types, "S3ETag"),
			    etag);
}

static void test_an_upload_in_unequal_parts_says_so(void **state)
{
	struct fake_run *s = *state;
	const uint64_t sizes[] = { 5 * MIB, 7 * MIB, 6 * MIB };
	const struct pedigree_entity *object;

	put_many(s, "big.bin", 18 * MIB);
	fake_begin(s);
	fake_open(s, R, "big.bin");
	for (size_t i = 0; i < PEDIGREE_COUNT(sizes); i++)
		FAKE_EXCHANGE(
			s, .method = "PUT", .origin = B, .path = "/big",
			.query = PEDIGREE_QUERY_PART | PEDIGREE_QUERY_UPLOAD_ID,
			.sent = sizes[i], .fields = { "etag", HELLO_MD5 });
	FAKE_EXCHANGE(s, .origin = B, .path = "/big",
		      .query = PEDIGREE_QUERY_UPLOAD_ID, .sent = 300);
	object = object_of(s);
	assert_null(fake_property(object, "Digest"));
	assert_string_equal(fake_property(object, "DigestAbsent"),
			    "it was uploaded in unequal parts");
	assert_string_equal(fake_property(object, "Bytes"), "18874368");
}

static void test_a_file_changed_since_is_not_compared(void **state)
{
	struct fake_run *s = *state;

	fake_put(s, "hello.bin", "jello");
	fake_begin(s);
	fake_open(s, R, "hello.bin");
	FAKE_EXCHANGE(s, .method = "PUT", .origin = B, .path = "/k", .sent = 5,
		      .fields = { "etag", HELLO_MD5 });
	fake_put(s, "hello.bin", "hello");
	fake_build(s);
	assert_null(fake_property(fake_uri(s, "s3://b/k"), "Digest"));
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fake_setup, fake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_an_etag_of_one_part_is_the_files_md5),
		TEST(test_checksums_tell_too),
		TEST(test_a_checksum_of_32_bits_will_do_with_the_size),
		TEST(test_every_checksum_of_s3_will_do),
		TEST(test_google_tells_two),
		TEST(test_google_may_tell_two_in_two_headers),
		TEST(test_the_request_may_tell),
		TEST(test_a_size_alone_tells_nothing),
		TEST(test_what_is_told_must_hold),
		TEST(test_a_download_is_known_by_the_etag_of_its_parts),
		TEST(test_an_upload_is_known_by_its_parts),
		TEST(test_an_upload_in_unequal_parts_says_so),
		TEST(test_a_file_changed_since_is_not_compared),
	};

	return cmocka_run_group_tests_name("bytes", tests, NULL, NULL);
}
