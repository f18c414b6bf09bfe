/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is kept of heads: origins, paths, keys of queries, the listed headers.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/support/wire.h"

#define DONE "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

static void check(const char *expected, uint8_t flags, const char *request,
		  const char *answer)
{
	const struct wire_piece pieces[] = {
		{ WIRE_SENT, request, 0 },
		{ WIRE_RECEIVED, answer, 0 },
		{ WIRE_SENT, NULL, 0 },
	};
	char *message = wire_differs(expected, flags, pieces);

	if (message)
		print_error("%s\n", message);
	assert_null(message);
}

/* What is told of a request behind "EXCHANGE ". */
static void check_request(const char *request, const char *expected)
{
	_cleanup_buf_ struct pedigree_buf line = PEDIGREE_BUF_INIT;

	pedigree_buf_addf(&line, "EXCHANGE %s\n", expected);
	check(line.data, 0, request, DONE);
}

static void check_target(const char *target, const char *expected)
{
	_cleanup_buf_ struct pedigree_buf request = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf line = PEDIGREE_BUF_INIT;

	pedigree_buf_addf(&request, "GET %s HTTP/1.1\r\nHost: h\r\n\r\n",
			  target);
	pedigree_buf_addf(&line, "GET 200 %s", expected);
	check_request(request.data, line.data);
}

#define NONE " sent 0 received 0"
#define CUT " flags 0x1"

static void test_paths_are_kept_as_they_were_sent(void **state)
{
	static const char *const targets[][2] = {
		{ "/", "http://h /" NONE },
		{ "/a%20b/%C3%A4%2f..//.",
		  "http://h /a%20b/%C3%A4%2f..//." NONE },
		{ "/\xc3\xa4/\xff", "http://h /\xc3\xa4/\xff" NONE },
		{ "/a#b", "http://h /a" NONE },
		{ "/a?b#c", "http://h /a" NONE " query 0x8000" },
		{ "*", "http://h *" NONE },
		{ "http://other/x", "http://other /x" NONE },
		{ "HTTPS://Other:443/x", "https://other /x" NONE },
		{ "http://me:word@other:8080//x?y",
		  "http://other:8080 //x" NONE " query 0x8000" },
		{ "http://other", "http://other /" NONE },
		{ "http://other?acl", "http://other /" NONE " query 0x20" },
		{ "http:///x", " /x" NONE CUT },
		{ "hxxp://other/x", " /x" NONE CUT },
	};

	(void)state;
	for (size_t i = 0; i < PEDIGREE_COUNT(targets); i++)
		check_target(targets[i][0], targets[i][1]);
}

static void test_of_a_query_its_keys_are_told(void **state)
{
	static const struct {
		const char *query;
		unsigned int bits;
	} queries[] = {
		{ "", 0 },
		{ "&&", 0 },
		{ "uploads", PEDIGREE_QUERY_UPLOADS },
		{ "uploads=", PEDIGREE_QUERY_UPLOADS },
		{ "partNumber=1&uploadId=x",
		  PEDIGREE_QUERY_PART | PEDIGREE_QUERY_UPLOAD_ID },
		{ "list-type=2&prefix=a%2F", PEDIGREE_QUERY_LIST },
		{ "restype=container&comp=list", PEDIGREE_QUERY_LIST },
		{ "comp=block&blockid=x",
		  PEDIGREE_QUERY_BLOCK | PEDIGREE_QUERY_OTHER },
		{ "comp=blocklist", PEDIGREE_QUERY_BLOCK_LIST },
		{ "comp=blocklists-and-more", PEDIGREE_QUERY_ASPECT },
		{ "comp", PEDIGREE_QUERY_ASPECT },
		{ "alt=media", PEDIGREE_QUERY_MEDIA },
		{ "alt=json", PEDIGREE_QUERY_OTHER },
		{ "uploadType=resumable&upload_id=x",
		  PEDIGREE_QUERY_UPLOAD_TYPE | PEDIGREE_QUERY_UPLOAD_ID },
		{ "tagging", PEDIGREE_QUERY_ASPECT },
		{ "delete", PEDIGREE_QUERY_DELETE },
		{ "sv=1&sig=x",
		  PEDIGREE_QUERY_OTHER | PEDIGREE_QUERY_SIGNATURE },
		{ "X-Amz-Signature=x", PEDIGREE_QUERY_SIGNATURE },
		{ "a-key-that-is-longer-than-any-other-key=1",
		  PEDIGREE_QUERY_OTHER },
		{ "=uploads", 0 },
		{ "x=uploads", PEDIGREE_QUERY_OTHER },
	};

	(void)state;
	for (size_t i = 0; i < PEDIGREE_COUNT(queries); i++) {
		char target[96], expected[96];

		snprintf(target, sizeof(target), "/a?%s", queries[i].query);
		if (queries[i].bits)
			snprintf(expected, sizeof(expected),
				 "http://h /a" NONE " query 0x%x",
				 queries[i].bits);
		check_target(target,
			     queries[i].bits ? expected : "http://h /a" NONE);
	}
}

static void test_the_host_makes_the_origin(void **state)
{
	static const char *const hosts[][2] = {
		{ "Bucket.S3.Amazonaws.COM", "http://bucket.s3.amazonaws.com" },
		{ "h:80", "http://h" },
		{ "h:443", "http://h:443" },
		{ "h:", "http://h" },
		{ "127.0.0.1:9000 ", "http://127.0.0.1:9000" },
		{ "[::1]:9000", "http://[::1]:9000" },
		{ "[::1]", "http://[::1]" },
		{ "me:word@h:81", "http://h:81" },
		{ "b\xc3\xbc.de", "http://b\xc3\xbc.de" },
		/* Those that are none. */
		{ "", "" },
		{ "h:0", "" },
		{ "h:65536", "" },
		{ "h:99999999999999999999", "" },
		{ "h:8a", "" },
		{ "h:-1", "" },
		{ "h i", "" },
		{ "h/a", "" },
		{ "h?a", "" },
		{ "::1", "" },
		{ "[::1", "" },
		{ "[]:80", "" },
		{ ":80", "" },
		{ "h\x01", "" },
	};

	(void)state;
	for (size_t i = 0; i < PEDIGREE_COUNT(hosts); i++) {
		char request[128], expected[128];

		snprintf(request, sizeof(request),
			 "GET /a HTTP/1.1\r\nHost: %s\r\n\r\n", hosts[i][0]);
		snprintf(expected, sizeof(expected), "GET 200 %s /a" NONE "%s",
			 hosts[i][1], *hosts[i][1] ? "" : CUT);
		check_request(request, expected);
	}
	check_request("GET /a HTTP/1.0\r\n\r\n", "GET 200  /a" NONE CUT);
	check("EXCHANGE GET 200 https://h:80 /a" NONE " flags 0x2\n"
	      "EXCHANGE GET 200 https://h /a" NONE " flags 0x2\n",
	      PEDIGREE_F_TLS,
	      "GET /a HTTP/1.1\r\nHost: h:80\r\nHost: other\r\n\r\n"
	      "GET /a HTTP/1.1\r\nHost: h:443\r\n\r\n",
	      DONE DONE);
	/* The target names the host, whatever the header says. */
	check_request("GET http://h/a HTTP/1.1\r\nHost: other\r\n\r\n",
		      "GET 200 http://h /a" NONE);
}

static void test_a_signature_tells_the_service(void **state)
{
	static const struct {
		const char *scope;
		unsigned int service;
	} scopes[] = {
		{ "20261123/us-east-1/s3/aws4_request", PEDIGREE_SERVICE_S3 },
		{ "20261123/s3/aws4_request", PEDIGREE_SERVICE_S3 },
		{ "20261123/r/s3express/aws4_request", PEDIGREE_SERVICE_S3 },
		{ "20261123/us-east-1/sagemaker/aws4_request",
		  PEDIGREE_SERVICE_SAGEMAKER },
		{ "20261123/us-east-1/sts/aws4_request",
		  PEDIGREE_SERVICE_OTHER },
		{ "20261123/us-east-1/a-service-with-a-long-name/aws4_request",
		  PEDIGREE_SERVICE_OTHER },
		{ "20261123/us-east-1/s3/aws5_request", 0 },
		{ "s3", 0 },
	};

	(void)state;
	for (size_t i = 0; i < PEDIGREE_COUNT(scopes); i++) {
		_cleanup_buf_ struct pedigree_buf header = PEDIGREE_BUF_INIT;
		_cleanup_buf_ struct pedigree_buf query = PEDIGREE_BUF_INIT;
		char expected[96], service[32] = "";

		if (scopes[i].service)
			snprintf(service, sizeof(service), " service 0x%x",
				 scopes[i].service);
		pedigree_buf_addf(&header,
				  "GET /a HTTP/1.1\r\nHost: h\r\n"
				  "Authorization: AWS4-HMAC-SHA256 Credential="
				  "AKIDEXAMPLEEXAMPLE12/%s, SignedHeaders=host,"
				  " Signature=fe5f80\r\n\r\n",
				  scopes[i].scope);
		snprintf(expected, sizeof(expected),
			 "GET 200 http://h /a" NONE "%s", service);
		check_request(header.data, expected);

		pedigree_buf_add_str(
			&query, "GET /a?X-Amz-Credential=AKIDEXAMPLEEXAMPLE12");
		pedigree_buf_add_str(&query, "/");
		for (const char *at = scopes[i].scope; *at; at++)
			pedigree_buf_addf(&query, *at == '/' ? "%s" : "%.1s",
					  *at != '/' ? at
					  : i % 2    ? "%2f"
						     : "%2F");
		pedigree_buf_add_str(&query, " HTTP/1.1\r\nHost: h\r\n\r\n");
		snprintf(expected, sizeof(expected),
			 "GET 200 http://h /a" NONE " query 0x8000%s", service);
		check_request(query.data, expected);
	}
}

static void test_a_signature_of_version_2_is_for_s3(void **state)
{
	(void)state;
	check_request("GET /a HTTP/1.1\r\nHost: h\r\n"
		      "Authorization: AWS AKID:c2lnbg==\r\n\r\n",
		      "GET 200 http://h /a" NONE " service 0x1");
	check_request("GET /a?AWSAccessKeyId=AKID&Signature=x HTTP/1.1\r\n"
		      "Host: h\r\n\r\n",
		      "GET 200 http://h /a" NONE " query 0x8001 service 0x1");
	check_request("GET /a?AWSAccessKeyIds=AKID HTTP/1.1\r\nHost: h\r\n"
		      "Authorization: AWSX AKID:sign\r\n\r\n",
		      "GET 200 http://h /a" NONE " query 0x8000");
}

static void test_listed_headers_are_kept_and_no_others(void **state)
{
	(void)state;
	check("EXCHANGE PUT 200 http://h /a sent 0 received 0"
	      " request-x-amz-copy-source=/b/k%3F"
	      " request-x-amz-checksum-sha256=abc="
	      " request-x-amz-decoded-content-length=12"
	      " request-content-range=bytes 0-1/2"
	      " etag=\"x-2\" x-amz-version-id=v1 x-goog-hash=crc32c=n03x6A=="
	      " x-goog-hash=md5=Ojk9c3dhfxgoKVVHYwFbHQ=="
	      " content-range=bytes 0-9/20"
	      " last-modified=Mon, 23 Nov 2026 02:03:04 GMT"
	      " x-repo-commit=abc x-linked-size=12 x-linked-etag=\"y\""
	      " location=https://h/x\n",
	      0,
	      "PUT /a HTTP/1.1\r\nHost: h\r\nCookie: c\r\nEtag: no\r\n"
	      "X-Amz-Copy-Source:  /b/k%3F?versionId=3 \t\r\n"
	      "X-Amz-Security-Token: t\r\nx-amz-checksum-sha256: abc=\r\n"
	      "x-amz-decoded-content-length: 12\r\nX-Amz-Meta-Range: 1\r\n"
	      "x-amz-checksum-a_b: 1\r\nx-amz-checksum-: 1\r\n"
	      "content-range: bytes 0-1/2\r\n\r\n",
	      "HTTP/1.1 200 OK\r\nETag: \"x-2\"\r\nx-amz-version-id: v1\r\n"
	      "x-goog-hash: crc32c=n03x6A==\r\n"
	      "x-goog-hash: md5=Ojk9c3dhfxgoKVVHYwFbHQ==\r\n"
	      "Content-Range: bytes 0-9/20\r\nSet-Cookie: c\r\n"
	      "Last-Modified: Mon, 23 Nov 2026 02:03:04 GMT\r\n"
	      "X-Repo-Commit: abc\r\nX-Linked-Size: 12\r\n"
	      "X-Linked-Etag: \"y\"\r\nRange: no\r\n"
	      "Location: https://u:p@h/x?sig=s#f\r\n"
	      "Content-Length: 0\r\n\r\n");
	check("EXCHANGE PUT 200 http://h /a sent 0 received 0"
	      " request-x-ms-copy-source=https://a/b/c location=/x location=//h/\n",
	      0,
	      "PUT /a HTTP/1.1\r\nHost: h\r\n"
	      "x-ms-copy-source: https://u@a/b/c?sv=1&sig=x\r\n\r\n",
	      "HTTP/1.1 200 OK\r\nlocation: /x?y\r\nlocation: //u:p@h/\r\n"
	      "Content-Length: 0\r\n\r\n");
}

/* A request with a header, or a path, of `n` bytes. */
static void long_request(struct pedigree_buf *request, const char *before,
			 size_t n, const char *after)
{
	pedigree_buf_add_str(request, before);
	for (size_t i = 0; i < n; i++)
		pedigree_buf_add_char(request, 'a');
	pedigree_buf_add_str(request, after);
}

static void check_long(const char *before, size_t n, const char *after,
		       const char *expected)
{
	_cleanup_buf_ struct pedigree_buf request = PEDIGREE_BUF_INIT;

	long_request(&request, before, n, after);
	check_request(request.data, expected);
}

static void test_what_is_too_long_is_left_out_and_told(void **state)
{
	(void)state;
	check_long("GET /a HTTP/1.1\r\nRange: ", 1000, "\r\nHost: h\r\n\r\n",
		   "GET 200 http://h /a" NONE CUT);
	check_long("GET /a HTTP/1.1\r\nHost: h\r\nX-Other: ", 1000000,
		   "\r\nRange: 1\r\n\r\n",
		   "GET 200 http://h /a" NONE " request-range=1");
	check_long("GET /a HTTP/1.1\r\nHost: h\r\n", 1000000,
		   ": x\r\nRange: 1\r\n\r\n",
		   "GET 200 http://h /a" NONE " request-range=1");
	check_long("GET /a?uploads&", 1000000,
		   "=x&partNumber HTTP/1.1\r\nHost: h\r\n\r\n",
		   "GET 200 http://h /a" NONE " query 0x800a");
	check_long("GET /", 4000, "?uploads HTTP/1.1\r\nHost: h\r\n\r\n",
		   "GET 200 http://h " NONE " query 0x2" CUT);
	check_long("GET /a HTTP/1.1\r\nHost: ", 264, "b\r\n\r\n",
		   "GET 200  /a" NONE CUT);
	check_long("PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n"
		   "X-Amz-Copy-Source: ",
		   3300, "\r\n\r\n", "PUT 200 http://h /a" NONE CUT);
}

static void test_a_full_structure_leaves_out_what_comes_last(void **state)
{
	_cleanup_buf_ struct pedigree_buf request = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf expected = PEDIGREE_BUF_INIT;

	(void)state;
	for (int i = 0; i < 2; i++) {
		long_request(&request, "GET /", 3000,
			     " HTTP/1.1\r\nHost: h\r\n\r\n");
		if (!i)
			long_request(&expected, "EXCHANGE GET 200 http://h /",
				     3000, NONE "\n");
	}
	pedigree_buf_add_str(&request, "GET /b HTTP/1.1\r\nHost: h\r\n\r\n");
	pedigree_buf_add_str(&expected,
			     "EXCHANGE GET 200 http://h " NONE CUT "\n"
			     "EXCHANGE GET 200 http://h /b" NONE "\n");
	check(expected.data, 0, request.data, DONE DONE DONE);
}

static void test_a_nul_is_in_no_text(void **state)
{
	static const char request[] =
		"GET /a HTTP/1.1\r\nHost: h\r\nRange: a\0b\r\n"
		"X-Amz-Checksum-\0a: b\r\nRange\0: c\r\n\r\n";
	static const char host[] = "GET /a HTTP/1.1\r\nHost: a\0b\r\n\r\n";
	const struct wire_piece pieces[] = {
		{ WIRE_SENT, request, sizeof(request) - 1 },
		{ WIRE_RECEIVED, DONE, 0 },
		{ WIRE_SENT, host, sizeof(host) - 1 },
		{ WIRE_RECEIVED, DONE, 0 },
		{ WIRE_SENT, NULL, 0 },
	};
	char *message = wire_differs("EXCHANGE GET 200 http://h /a" NONE CUT
				     "\nEXCHANGE GET 200  /a" NONE CUT "\n",
				     0, pieces);

	(void)state;
	if (message)
		print_error("%s\n", message);
	assert_null(message);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths_are_kept_as_they_were_sent),
		cmocka_unit_test(test_of_a_query_its_keys_are_told),
		cmocka_unit_test(test_the_host_makes_the_origin),
		cmocka_unit_test(test_a_signature_tells_the_service),
		cmocka_unit_test(test_a_signature_of_version_2_is_for_s3),
		cmocka_unit_test(test_listed_headers_are_kept_and_no_others),
		cmocka_unit_test(test_what_is_too_long_is_left_out_and_told),
		cmocka_unit_test(
			test_a_full_structure_leaves_out_what_comes_last),
		cmocka_unit_test(test_a_nul_is_in_no_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
