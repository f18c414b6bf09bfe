/* SPDX-License-Identifier: Apache-2.0 */
/*
 * No value of a query, no header, body or credential leaves hooks/http.h but
 * those it lists: conversations with SECRET in every part that is not listed,
 * cut at every byte. Whatever comes out is searched for it.
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

#define S "SECRET"
#define SENT(text) \
	{ \
		WIRE_SENT, text, 0 \
	}
#define RECEIVED(text) \
	{ \
		WIRE_RECEIVED, text, 0 \
	}
#define CLOSED \
	{ \
		WIRE_CLOSE, NULL, 0 \
	}

/* Everything a head may carry. */
#define REQUEST_HEADERS \
	"Host: " S ":" S "@h\r\n" \
	"Authorization: AWS4-HMAC-SHA256 Credential=" S \
	"/20261123/us-east-1/s3/aws4_request, SignedHeaders=" S \
	", Signature=" S "\r\n" \
	"Proxy-Authorization: Basic " S "\r\n" \
	"Cookie: a=" S "; b=" S "\r\n" \
	"X-Amz-Security-Token: " S "\r\n" \
	"X-Amz-Meta-" S ": " S "\r\n" \
	"X-Amz-Server-Side-Encryption-Customer-Key: " S "\r\n" \
	"X-Amz-Copy-Source: /b/k?versionId=" S "\r\n" \
	"x-ms-copy-source: https://" S "@a/b?sig=" S "#" S "\r\n" \
	"X-Amz-Checksum-" S "_" S ": " S "\r\n" \
	"Expect: " S "\r\n" \
	"Upgrade: " S "\r\n" \
	"X-Folded: a\r\n " S "\r\n\t" S "\r\n" S ": " S "\r\n" S "\r\n" \
	": " S "\r\n"
#define ANSWER_HEADERS \
	"Set-Cookie: " S "=" S "\r\n" \
	"Location: https://" S ":" S "@h/x?" S "=" S "#" S "\r\n" \
	"Authorization: " S "\r\n" \
	"Host: " S "\r\n" \
	"WWW-Authenticate: " S "\r\n" \
	"X-" S ": " S "\r\n"
#define QUERY \
	"?X-Amz-Credential=" S "%2F20261123%2Fr%2Fs3%2Faws4_request&" \
	"X-Amz-Signature=" S "&X-Amz-Security-Token=" S "&sig=" S "&" S "=" S \
	"&comp=" S "&alt=" S "&uploadId=" S "#" S

/* What is left of it. */
#define KEPT \
	" request-x-amz-copy-source=/b/k request-x-ms-copy-source=" \
	"https://a/b location=https://h/x"

static const struct {
	const char *what, *expected;
	const struct wire_piece pieces[6];
} conversations[] = {
	{ "an object",
	  "EXCHANGE PUT 200 http://h /k sent 12 received 18 query 0x8025"
	  " service 0x1" KEPT "\n",
	  { SENT("PUT /k" QUERY " HTTP/1.1\r\n" REQUEST_HEADERS
		 "Content-Length: 12\r\n\r\n" S S),
	    RECEIVED("HTTP/1.1 200 " S "\r\n" ANSWER_HEADERS
		     "Content-Length: 18\r\n\r\n" S S S),
	    CLOSED } },
	{ "a target with everything",
	  "EXCHANGE GET 200 http://h:81 /k sent 0 received 6 query 0x8025"
	  " service 0x1" KEPT "\n",
	  { SENT("GET http://" S ":" S "@h:81/k" QUERY
		 " HTTP/1.1\r\n" REQUEST_HEADERS "\r\n"),
	    RECEIVED("HTTP/1.1 200 " S "\r\n" ANSWER_HEADERS
		     "Content-Length: 6\r\n\r\n" S),
	    CLOSED } },
	{ "chunks, their extensions and trailers",
	  "EXCHANGE PUT 200 http://h /k sent 6 received 6 service 0x1" KEPT
	  "\n",
	  { SENT("PUT /k HTTP/1.1\r\n" REQUEST_HEADERS
		 "Transfer-Encoding: chunked\r\n\r\n6;" S "=" S "\r\n" S
		 "\r\n0;" S "\r\n" S ": " S "\r\nCookie: " S "\r\n\r\n"),
	    RECEIVED("HTTP/1.1 200 OK\r\n" ANSWER_HEADERS
		     "Transfer-Encoding: chunked\r\n\r\n6;" S "\r\n" S
		     "\r\n0\r\nX-" S ": " S "\r\n\r\n"),
	    CLOSED } },
	{ "the control plane",
	  "CONTROL POST 400 http://h CreateModel sent 348 received 74"
	  " service 0x1 request-x-amz-copy-source=/b/k"
	  " request-x-ms-copy-source=https://a/b"
	  " PrimaryContainer.ModelDataUrl=https://h/k"
	  " location=https://h/x answer-__type=X\n",
	  { SENT("POST /" S " HTTP/1.1\r\n" REQUEST_HEADERS
		 "X-Amz-Target: SageMaker.CreateModel\r\n"
		 "Content-Length: 348\r\n\r\n"
		 "{\"" S "\":\"" S "\",\"ExecutionRoleArn\":\"" S "\","
		 "\"PrimaryContainer\":{\"ModelDataUrl\":\"https://" S ":" S
		 "@h/k?X-Amz-Signature=" S "#" S "\",\"Image\":null,"
		 "\"Environment\":{\"PASSWORD\":\"" S "\",\"" S "\":[\"" S
		 "\",{\"ModelName\":\"" S "\"}]}},\"Tags\":[{\"Key\":\"" S
		 "\",\"Value\":\"" S "\"}],\"VpcConfig\":\"\\u0053" S "\","
		 "\"ModelName." S "\":\"" S "\",\"a\":[[\"" S "\"]]}"),
	    RECEIVED("HTTP/1.1 400 " S "\r\n" ANSWER_HEADERS
		     "Content-Length: 74\r\n\r\n"
		     "{\"__type\":\"X\",\"message\":\"" S "\",\"" S "\":[\"" S
		     "\"],\"ModelName\":\"" S "\"}"),
	    CLOSED } },
	{ "what is no HTTP",
	  "foreign\n",
	  { SENT(S " " S "\r\n"), RECEIVED(S), CLOSED } },
	{ "a connection that breaks",
	  "lost 2\nforeign\n",
	  { SENT("GET /" S " HTTP/1.1\r\n" REQUEST_HEADERS "\r\n" S "."),
	    CLOSED } },
	{ "what was not answered",
	  "EXCHANGE GET 0 http://h /k sent 0 received 0 query 0x8025"
	  " service 0x1 flags 0x8 request-x-amz-copy-source=/b/k"
	  " request-x-ms-copy-source=https://a/b\n",
	  { SENT("GET /k" QUERY " HTTP/1.1\r\n" REQUEST_HEADERS "\r\n"),
	    CLOSED } },
};

static void test_no_secret_comes_out_of_any_part(void **state)
{
	(void)state;
	for (size_t i = 0; i < PEDIGREE_COUNT(conversations); i++) {
		char *message = wire_differs(conversations[i].expected, 0,
					     conversations[i].pieces);

		/* The test is only as good as this. */
		assert_null(strstr(conversations[i].expected, S));
		if (message)
			print_error("%s: %s\n", conversations[i].what, message);
		assert_null(message);
	}
}

/* A value that is cut is gone, with its beginning. */
static void test_nothing_is_left_of_a_value_that_is_too_long(void **state)
{
	_cleanup_buf_ struct pedigree_buf request = PEDIGREE_BUF_INIT;
	const struct wire_piece pieces[] = {
		{ WIRE_SENT, "GET /k HTTP/1.1\r\nHost: h\r\nRange: ", 0 },
		{ WIRE_SENT,
		  (pedigree_buf_addf(&request, "%0500d", 7), request.data), 0 },
		{ WIRE_SENT, "\r\nContent-MD5: x\r\n\r\n", 0 },
		{ WIRE_CLOSE, NULL, 0 },
	};
	char *message = wire_differs("EXCHANGE GET 0 http://h /k sent 0"
				     " received 0 flags 0x9"
				     " request-content-md5=x\n",
				     0, pieces);

	(void)state;
	if (message)
		print_error("%s\n", message);
	assert_null(message);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_secret_comes_out_of_any_part),
		cmocka_unit_test(
			test_nothing_is_left_of_a_value_that_is_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
