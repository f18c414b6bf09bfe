/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Streams of HTTP/2, as a library hands their parts over.
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

#define FLAGS (PEDIGREE_F_HTTP2 | PEDIGREE_F_TLS)

enum way {
	END,
	SENT,
	SENT_BODY,
	RECEIVED,
	RECEIVED_BODY
};

struct part {
	enum way way;
	const char *name, *value; /* or the body */
};

static void play(struct pedigree_http *http, const struct part *part)
{
	const char *value = part->value;

	switch (part->way) {
	case SENT:
		pedigree_http2_sent_field(http, part->name, strlen(part->name),
					  value, strlen(value));
		break;
	case RECEIVED:
		pedigree_http2_received_field(http, part->name,
					      strlen(part->name), value,
					      strlen(value));
		break;
	case SENT_BODY:
		pedigree_http2_sent_body(http, part->name, strlen(part->name));
		break;
	default:
		pedigree_http2_received_body(http, part->name,
					     strlen(part->name));
	}
}

static void check(const char *expected, bool ended, const struct part *parts)
{
	_cleanup_buf_ struct pedigree_buf out = PEDIGREE_BUF_INIT;
	struct pedigree_http *http = malloc(sizeof(*http));

	assert_non_null(http);
	memset(http, 0x55, sizeof(*http));
	pedigree_http_init(http, FLAGS, &wire_sink, &out);
	for (; parts->way != END; parts++)
		play(http, parts);
	assert_string_equal(out.data, "");
	pedigree_http_close(http, ended);
	assert_true(pedigree_http_is_foreign(http));
	pedigree_http_close(http, ended);
	free(http);
	assert_string_equal(out.data, expected);
}

#define GET(path) \
	{ SENT, ":method", "GET" }, { SENT, ":scheme", "https" }, \
		{ SENT, ":authority", "H:443" }, \
	{ \
		SENT, ":path", path \
	}
#define POST \
	{ SENT, ":method", "POST" }, { SENT, ":path", "/" }, \
		{ SENT, ":scheme", "https" }, \
	{ \
		SENT, ":authority", "h" \
	}

static void test_a_stream_is_an_exchange(void **state)
{
	static const struct part parts[] = {
		GET("/a?uploads=x"),
		{ SENT, "range", "bytes=0-1" },
		{ SENT, "cookie", "c" },
		{ SENT, "authorization",
		  "AWS4-HMAC-SHA256 Credential=A/1/r/s3/aws4_request, x=y" },
		{ RECEIVED, ":status", "103" },
		{ RECEIVED, "etag", "early" },
		{ RECEIVED, ":status", "206" },
		{ RECEIVED, "etag", "\"e\"" },
		{ RECEIVED, "set-cookie", "c" },
		{ RECEIVED_BODY, "he", NULL },
		{ RECEIVED_BODY, "llo", NULL },
		{ RECEIVED, "x-amz-checksum-crc32", "AA==" },
		{ END, NULL, NULL },
	};

	(void)state;
	check("EXCHANGE GET 206 https://h /a sent 0 received 5 query 0x2"
	      " service 0x1 flags 0x6 request-range=bytes=0-1 etag=\"e\""
	      " x-amz-checksum-crc32=AA==\n",
	      true, parts);
	check("EXCHANGE GET 206 https://h /a sent 0 received 5 query 0x2"
	      " service 0x1 flags 0xe request-range=bytes=0-1 etag=\"e\""
	      " x-amz-checksum-crc32=AA==\n",
	      false, parts);
}

static void test_what_stands_before_the_headers_is_told_apart(void **state)
{
	static const struct part parts[] = {
		{ SENT, ":path", "/a" },	{ SENT, ":xcheme", "https" },
		{ SENT, ":scheme", "http" },	{ SENT, ":authority", "u@h" },
		{ SENT, ":protocol", "x" },	{ SENT, ":method", "DELETE" },
		{ SENT, "host", "other" },	{ RECEIVED, ":xtatus", "500" },
		{ RECEIVED, ":status", "204" }, { END, NULL, NULL },
	};

	(void)state;
	check("EXCHANGE DELETE 204 http://h /a sent 0 received 0 flags 0x6\n",
	      true, parts);
}

static void test_a_stream_without_an_answer_has_no_status(void **state)
{
	static const struct part nothing[] = { { END, NULL, NULL } };
	static const struct part asked[] = { GET("/a"), { END, NULL, NULL } };
	static const struct part prepared[] = { GET("/a"),
						{ RECEIVED, ":status", "100" },
						{ END, NULL, NULL } };
	static const struct part pushed[] = { { RECEIVED, ":status", "200" },
					      { RECEIVED, "etag", "e" },
					      { RECEIVED_BODY, "x", NULL },
					      { END, NULL, NULL } };

	(void)state;
	check("", true, nothing);
	check("EXCHANGE GET 0 https://h /a sent 0 received 0 flags 0xe\n", true,
	      asked);
	check("EXCHANGE GET 0 https://h /a sent 0 received 0 flags 0xe\n", true,
	      prepared);
	check("", true, pushed);
}

static void test_the_control_plane_speaks_http2_too(void **state)
{
	static const struct part parts[] = {
		POST,
		{ SENT, "x-amz-target", "SageMaker.DeleteEndpoint" },
		{ SENT_BODY, "{\"Endpoint", NULL },
		{ SENT_BODY, "Name\":\"e\"}", NULL },
		{ RECEIVED, ":status", "400" },
		{ RECEIVED_BODY, "{\"__type\":", NULL },
		{ RECEIVED_BODY, "\"x\"}", NULL },
		{ END, NULL, NULL },
	};

	(void)state;
	check("CONTROL POST 400 https://h DeleteEndpoint sent 20 received 14"
	      " flags 0x6 EndpointName=e answer-__type=x\n",
	      true, parts);
}

static void test_a_length_stands_for_a_body_nobody_saw(void **state)
{
	static const struct part unseen[] = {
		{ SENT, ":method", "PUT" },
		{ SENT, ":authority", "h" },
		{ SENT, ":path", "/a" },
		{ SENT, "content-length", "18446744073709551" },
		{ RECEIVED, ":status", "200" },
		{ RECEIVED, "etag", "e" },
		{ END, NULL, NULL },
	};
	static const struct part seen[] = {
		{ SENT, ":method", "PUT" }, { SENT, "host", "h" },
		{ SENT, ":path", "/a" },    { SENT, "content-length", "2" },
		{ SENT_BODY, "hi", NULL },  { RECEIVED, ":status", "200" },
		{ END, NULL, NULL },
	};

	(void)state;
	check("EXCHANGE PUT 200 https://h /a sent 0 received 0 flags 0x6 etag=e"
	      " request-content-length=18446744073709551\n",
	      true, unseen);
	check("EXCHANGE PUT 200 https://h /a sent 2 received 0 flags 0x6\n",
	      true, seen);
}

static void test_what_no_library_hands_over_does_no_harm(void **state)
{
	static const struct part parts[] = {
		{ SENT, "etag", "no" },
		{ SENT, "range", "1" },
		{ SENT, ":path", "/too-late" },
		{ SENT, "", "x" },
		{ SENT, "transfer-encoding", "chunked" },
		{ RECEIVED, "etag", "before" },
		{ RECEIVED, ":status", "2x0" },
		{ RECEIVED, ":status", "20000000" },
		{ RECEIVED, ":status", "" },
		{ RECEIVED, "content-length", "-1" },
		{ RECEIVED, "etag", "" },
		{ SENT, ":method", "GET" },
		{ SENT_BODY, "", NULL },
		{ RECEIVED_BODY, "", NULL },
		{ RECEIVED, ":status", "200" },
		{ END, NULL, NULL },
	};

	(void)state;
	check("EXCHANGE ? 0   sent 0 received 0 flags 0xf request-range=1"
	      " etag=\n",
	      true, parts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_stream_is_an_exchange),
		cmocka_unit_test(
			test_what_stands_before_the_headers_is_told_apart),
		cmocka_unit_test(test_a_stream_without_an_answer_has_no_status),
		cmocka_unit_test(test_the_control_plane_speaks_http2_too),
		cmocka_unit_test(test_a_length_stands_for_a_body_nobody_saw),
		cmocka_unit_test(test_what_no_library_hands_over_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
