/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A few signatures that botocore computed. Many more are compared with it in
 * tests/integration/aws/sigv4.py.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "aws/sigv4.h"
#include "tests/unit/support/alloc.h"

#define SIGNED(headers, signature) \
	"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/" \
	"aws4_request, SignedHeaders=" headers ", Signature=" signature

enum {
	WHEN = 1440938160
}; /* 2015-08-30T12:36:00Z */

static const struct pedigree_sigv4_keys example_keys = {
	.access_key = "AKIDEXAMPLE",
	.secret_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
};

static const struct pedigree_sigv4_scope example_scope = {
	.region = "us-east-1",
	.service = "service",
};

static void expect(const struct pedigree_sigv4_request *request,
		   const char *authorization)
{
	_cleanup_sigv4_ struct pedigree_sigv4 made = PEDIGREE_SIGV4_INIT;
	struct pedigree_error err = PEDIGREE_ERROR_INIT;

	assert_int_equal(pedigree_sigv4_sign(request, &example_keys,
					     &example_scope, WHEN, &made, &err),
			 0);
	assert_string_equal(made.date, "20150830T123600Z");
	assert_string_equal(made.authorization.data, authorization);
}

static void expect_get(const char *path, const char *query,
		       const char *authorization)
{
	const struct pedigree_sigv4_request request = {
		.method = "GET",
		.host = "example.amazonaws.com",
		.path = path,
		.query = query,
	};

	expect(&request, authorization);
}

static void test_a_request_with_nothing_in_it_is_signed(void **state)
{
	static const char signature[] = SIGNED(
		"host;x-amz-date",
		"5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");

	(void)state;
	expect_get("/", NULL, signature);
	expect_get("", "", signature);
	expect_get(NULL, NULL, signature);
}

static void test_a_path_is_encoded_once_more(void **state)
{
	(void)state;
	expect_get(
		"/%E1%88%B4", NULL,
		SIGNED("host;x-amz-date",
		       "697b34846207a3f72246f99d74ae1ee4fe54f44bb06730c58a0d339eb079596d"));
	expect_get(
		"/a=b:c@d,e;f!g*h'i(j)/", NULL,
		SIGNED("host;x-amz-date",
		       "40ae4f8ea6efcd3e1ee5f57529fbddd816407faa3122f9d7c010115bfd03616d"));
}

static void test_a_path_loses_dots_and_slashes(void **state)
{
	(void)state;
	expect_get(
		"/../../a", NULL,
		SIGNED("host;x-amz-date",
		       "e7dfad111cdad6139e285ddec7592de69207ee936e9af6cffa906e281325f76a"));
}

static void test_parameters_are_sorted_by_name_and_value(void **state)
{
	(void)state;
	expect_get(
		"/", "Param1=value2&Param1=Value1&Param1=",
		SIGNED("host;x-amz-date",
		       "a91384507eef6b89b751c44ad80a54f6289d5c533893be1835bf86b5dc9d76c0"));
	expect_get(
		"/", "bar=%e1%88%b4&%E1%88%B4=b%61r",
		SIGNED("host;x-amz-date",
		       "89379f26efe53ad9162aae076ac5252bd5322ffdeecf61522ed113e46a267da9"));
}

static void expect_headers(const struct pedigree_sigv4_header *headers,
			   size_t n, const char *authorization)
{
	const struct pedigree_sigv4_request request = {
		.method = "GET",
		.host = "example.amazonaws.com",
		.headers = headers,
		.n_headers = n,
	};

	expect(&request, authorization);
}

static void test_headers_of_one_name_are_joined_in_their_order(void **state)
{
	static const struct pedigree_sigv4_header headers[] = {
		{ "My-Header1", "value2" },
		{ "my-header1", "value2" },
		{ "MY-HEADER1", "value1" },
	};

	(void)state;
	expect_headers(
		headers, PEDIGREE_COUNT(headers),
		SIGNED("host;my-header1;x-amz-date",
		       "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"));
}

static void test_the_value_of_a_header_is_trimmed_and_unfolded(void **state)
{
	static const struct pedigree_sigv4_header folded[] = {
		{ "My-Header1", "value1\n  value2\r\n     value3" },
	};
	static const struct pedigree_sigv4_header wide[] = {
		{ "My-Header2", " \"a   b   c\"\t" },
		{ "My-Header1", " value1" },
	};

	(void)state;
	expect_headers(
		folded, PEDIGREE_COUNT(folded),
		SIGNED("host;my-header1;x-amz-date",
		       "cfd34249e4b1c8d6b91ef74165d41a32e5fab3306300901bb65a51a73575eefd"));
	expect_headers(
		wide, PEDIGREE_COUNT(wide),
		SIGNED("host;my-header1;my-header2;x-amz-date",
		       "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"));
}

static void test_headers_that_change_on_the_way_are_not_signed(void **state)
{
	static const struct pedigree_sigv4_header headers[] = {
		{ "User-Agent", "pedigree" },
		{ "Connection", "close" },
		{ "expect", "100-continue" },
		{ "Authorization", "old" },
		{ "X-Amz-Date", "20000101T000000Z" },
	};

	(void)state;
	expect_headers(
		headers, PEDIGREE_COUNT(headers),
		SIGNED("host;x-amz-date",
		       "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"));
}

static void test_the_body_is_signed(void **state)
{
	static const struct pedigree_sigv4_header headers[] = {
		{ "Content-Type", "application/x-www-form-urlencoded" },
	};
	static const struct pedigree_sigv4_request request = {
		.method = "POST",
		.host = "example.amazonaws.com",
		.path = "/",
		.headers = headers,
		.n_headers = PEDIGREE_COUNT(headers),
		.body = "Param1=value1",
		.n_body = 13,
	};

	(void)state;
	expect(&request,
	       SIGNED("content-type;host;x-amz-date",
		      "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"));
}

static int sign_with_token(bool token_unsigned, struct pedigree_sigv4 *made)
{
	static const struct pedigree_sigv4_request request = {
		.method = "POST",
		.host = "example.amazonaws.com",
		.path = "/",
	};
	struct pedigree_sigv4_keys keys = example_keys;
	struct pedigree_sigv4_scope scope = example_scope;

	keys.session_token = "a token";
	scope.token_unsigned = token_unsigned;
	return pedigree_sigv4_sign(&request, &keys, &scope, WHEN, made, NULL);
}

static void test_a_session_token_is_signed_unless_told_otherwise(void **state)
{
	_cleanup_sigv4_ struct pedigree_sigv4 made = PEDIGREE_SIGV4_INIT;

	(void)state;
	assert_int_equal(sign_with_token(false, &made), 0);
	assert_non_null(
		strstr(made.authorization.data,
		       "SignedHeaders=host;x-amz-date;x-amz-security-token,"));
	assert_non_null(strstr(made.canonical.data,
			       "\nx-amz-security-token:a token\n"));
	assert_int_equal(sign_with_token(true, &made), 0);
	assert_string_equal(
		made.authorization.data,
		SIGNED("host;x-amz-date",
		       "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"));
	assert_null(strstr(made.canonical.data, "a token"));
}

static void test_a_line_break_is_refused_and_no_secret_told(void **state)
{
	static const struct pedigree_sigv4_request request = {
		.method = "GET",
		.host = "example.amazonaws.com",
	};
	struct pedigree_sigv4_keys keys = example_keys;
	_cleanup_sigv4_ struct pedigree_sigv4 made = PEDIGREE_SIGV4_INIT;
	struct pedigree_error err = PEDIGREE_ERROR_INIT;

	(void)state;
	keys.session_token = "hush\r\nX-Injected: 1";
	assert_int_equal(pedigree_sigv4_sign(&request, &keys, &example_scope,
					     WHEN, &made, &err),
			 PEDIGREE_EINVAL);
	assert_null(strstr(err.text, "hush"));
	assert_non_null(strstr(err.text, "session token"));
	assert_string_equal(made.authorization.data, "");
}

static void test_every_failed_allocation_is_told(void **state)
{
	static const struct pedigree_sigv4_header headers[] = { { "b", "1" },
								{ "a", "2" } };
	static const struct pedigree_sigv4_request request = {
		.method = "POST",
		.host = "example.amazonaws.com",
		.path = "/a/b",
		.query = "b=1&a=2",
		.headers = headers,
		.n_headers = PEDIGREE_COUNT(headers),
	};

	(void)state;
	for (unsigned int n = 1;; n++) {
		_cleanup_sigv4_ struct pedigree_sigv4 made =
			PEDIGREE_SIGV4_INIT;
		struct pedigree_error err = PEDIGREE_ERROR_INIT;
		int result;

		alloc_fail_at(n);
		result = pedigree_sigv4_sign(&request, &example_keys,
					     &example_scope, WHEN, &made, &err);
		if (!alloc_failed()) {
			assert_int_equal(result, 0);
			assert_true(n > 5);
			break;
		}
		assert_int_equal(result, PEDIGREE_ENOMEM);
		assert_string_equal(err.text, "out of memory");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_request_with_nothing_in_it_is_signed),
		cmocka_unit_test(test_a_path_is_encoded_once_more),
		cmocka_unit_test(test_a_path_loses_dots_and_slashes),
		cmocka_unit_test(test_parameters_are_sorted_by_name_and_value),
		cmocka_unit_test(
			test_headers_of_one_name_are_joined_in_their_order),
		cmocka_unit_test(
			test_the_value_of_a_header_is_trimmed_and_unfolded),
		cmocka_unit_test(
			test_headers_that_change_on_the_way_are_not_signed),
		cmocka_unit_test(test_the_body_is_signed),
		cmocka_unit_test(
			test_a_session_token_is_signed_unless_told_otherwise),
		cmocka_unit_test(
			test_a_line_break_is_refused_and_no_secret_told),
		cmocka_unit_test(test_every_failed_allocation_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
