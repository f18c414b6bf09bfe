/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP/1.1 as hooks/http.h reads it. Every conversation is played whole, cut
 * at each byte, and byte by byte.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/support/wire.h"

#define SENT(text) \
	{ \
		WIRE_SENT, text, 0 \
	}
#define RECEIVED(text) \
	{ \
		WIRE_RECEIVED, text, 0 \
	}
#define GOES_ON \
	{ \
		WIRE_SENT, NULL, 0 \
	}
#define ENDED \
	{ \
		WIRE_END, NULL, 0 \
	}
#define CLOSED \
	{ \
		WIRE_CLOSE, NULL, 0 \
	}

static void check(const char *expected, uint8_t flags,
		  const struct wire_piece *pieces)
{
	char *message = wire_differs(expected, flags, pieces);

	if (message)
		print_error("%s\n", message);
	assert_null(message);
}

/* One conversation; its pieces are the remaining arguments. */
#define CHECK(expected, flags, ...) \
	check(expected, flags, (const struct wire_piece[]){ __VA_ARGS__ })

#define GET "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"
#define OK "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
#define GOT "EXCHANGE GET 200 http://h /a sent 0 received 5"

static void test_a_request_and_its_answer_are_an_exchange(void **state)
{
	(void)state;
	CHECK(GOT "\n", 0, SENT(GET), RECEIVED(OK), GOES_ON);
	CHECK("EXCHANGE GET 200 https://h /a sent 0 received 5 flags 0x2\n",
	      PEDIGREE_F_TLS, SENT(GET), RECEIVED(OK), CLOSED);
	CHECK("EXCHANGE PUT 201 http://h:81 /b sent 3 received 0 etag=\"x\"\n",
	      0,
	      SENT("PUT /b HTTP/1.1\r\nHost: h:81\r\nContent-Length: 3\r\n\r\n"
		   "abc"),
	      RECEIVED("HTTP/1.1 201 Created\r\nETag: \"x\"\r\n"
		       "Content-Length: 0\r\n\r\n"),
	      GOES_ON);
}

static void test_a_connection_is_kept_for_more_requests(void **state)
{
	(void)state;
	CHECK(GOT "\n" GOT "\n" GOT "\n", 0, SENT(GET), RECEIVED(OK), SENT(GET),
	      RECEIVED(OK "\r\n"), SENT("\r\n" GET), RECEIVED(OK), CLOSED);
}

static void test_pipelined_requests_get_their_answers_in_order(void **state)
{
	(void)state;
	CHECK(GOT "\nEXCHANGE HEAD 200 http://i /bb sent 0 received 0"
		  " request-range=bytes=0-1 etag=2\n"
		  "EXCHANGE PUT 200 http://h /c sent 2 received 5\n",
	      0,
	      SENT(GET "HEAD /bb HTTP/1.1\r\nHost: i\r\nRange: bytes=0-1\r\n"
		       "\r\nPUT /c HTTP/1.1\r\nContent-Length: 2\r\nHost: h\r\n"
		       "\r\nxy"),
	      RECEIVED(OK "HTTP/1.1 200 OK\r\nETag: 2\r\nContent-Length: 9\r\n"
			  "\r\n" OK),
	      GOES_ON);
}

#define GET4 GET GET GET GET
#define OK4 OK OK OK OK
#define GOT4 GOT "\n" GOT "\n" GOT "\n" GOT "\n"

static void test_requests_that_are_too_many_at_once_are_lost(void **state)
{
	(void)state;
	CHECK(GOT4 GOT4 GOT4 GOT4, 0, SENT(GET4 GET4 GET4 GET4),
	      RECEIVED(OK4 OK4 OK4 OK4), GOES_ON);
	CHECK("lost 17\nforeign\n", 0, SENT(GET4 GET4 GET4 GET4 GET),
	      RECEIVED(OK4), GOES_ON);
	/* One more as soon as one is answered. */
	CHECK(GOT "\n", 0, SENT(GET4 GET4 GET4 GET4), RECEIVED(OK), SENT(GET),
	      GOES_ON);
}

static void test_chunks_end_with_their_trailer(void **state)
{
	(void)state;
	CHECK("EXCHANGE PUT 200 http://h /a sent 26 received 3"
	      " request-x-amz-checksum-crc32=AAAA etag=\"t\"\n" GOT "\n",
	      0,
	      SENT("PUT /a HTTP/1.1\r\nHost: h\r\n"
		   "Transfer-Encoding: chunked\r\n\r\n"
		   "1A;name=\"v\"\r\nabcdefghijklmnopqrstuvwxyz\r\n"
		   "000\r\nX-Amz-Checksum-CRC32: AAAA\r\nContent-Length: 9\r\n"
		   "\r\n"),
	      RECEIVED("HTTP/1.1 200 OK\r\ntransfer-encoding:CHUNKED\r\n"
		       "Content-Length: 77\r\n\r\n"
		       "1 \r\na\r\n2\nbc\n0\nETag: \"t\"\n\n"),
	      SENT(GET), RECEIVED(OK), GOES_ON);
	CHECK("lost 1\nforeign\n", 0, SENT(GET),
	      RECEIVED("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		       "x\r\n"),
	      GOES_ON);
	CHECK("lost 1\nforeign\n", 0, SENT(GET),
	      RECEIVED("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		       "1\r\nab"),
	      GOES_ON);
	CHECK("lost 1\nforeign\n", 0, SENT(GET),
	      RECEIVED("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		       "ffffffffffffffffff\r\n"),
	      GOES_ON);
}

static void test_answers_without_a_body_have_none(void **state)
{
	(void)state;
	CHECK("EXCHANGE HEAD 200 http://h /a sent 0 received 0\n"
	      "EXCHANGE GET 304 http://h /a sent 0 received 0\n"
	      "EXCHANGE DELETE 204 http://h /a sent 0 received 0\n" GOT "\n",
	      0, SENT("HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n"),
	      RECEIVED("HTTP/1.1 200 OK\r\nContent-Length: 123\r\n\r\n"),
	      SENT(GET),
	      RECEIVED(
		      "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n"),
	      SENT("DELETE /a HTTP/1.1\r\nHost: h\r\n\r\n"),
	      RECEIVED("HTTP/1.1 204 No Content\r\n"
		       "Transfer-Encoding: chunked\r\n\r\n"),
	      SENT(GET), RECEIVED(OK), GOES_ON);
}

#define UPLOAD \
	"PUT /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n" \
	"Content-Length: 3\r\n\r\n"
#define DONE "HTTP/1.1 200 OK\r\nETag: e\r\nContent-Length: 0\r\n\r\n"
#define PUT "EXCHANGE PUT 200 http://h /a sent 3 received 0 etag=e\n"

static void test_answers_that_only_prepare_are_passed_over(void **state)
{
	(void)state;
	CHECK(PUT GOT "\n", 0, SENT(UPLOAD),
	      RECEIVED("HTTP/1.1 100 Continue\r\n\r\n"), SENT("abc"),
	      RECEIVED("HTTP/1.1 103 Early Hints\r\nETag: early\r\n\r\n" DONE),
	      SENT(GET), RECEIVED(OK), GOES_ON);
	/* The client did not wait. */
	CHECK(PUT, 0, SENT(UPLOAD "abc"),
	      RECEIVED("HTTP/1.1 100 Continue\r\n\r\n" DONE), GOES_ON);
}

static void test_a_body_that_was_refused_does_not_come(void **state)
{
	(void)state;
	CHECK("EXCHANGE PUT 403 http://h /a sent 0 received 0\n" GOT "\n", 0,
	      SENT(UPLOAD),
	      RECEIVED("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"),
	      SENT(GET), RECEIVED(OK), GOES_ON);
}

static void test_an_answer_may_be_faster_than_its_request(void **state)
{
	(void)state;
	CHECK("EXCHANGE PUT 413 http://h /a sent 2 received 0\n" GOT "\n", 0,
	      SENT("PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nab"),
	      RECEIVED("HTTP/1.1 413 Large\r\nContent-Length: 0\r\n\r\n"),
	      SENT("cd" GET), RECEIVED(OK), GOES_ON);
	CHECK("EXCHANGE PUT 413 http://h /a sent 1 received 0\n" GOT "\n", 0,
	      SENT("PUT /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked"
		   "\r\n\r\n1\r\na\r\n"),
	      RECEIVED("HTTP/1.1 413 Large\r\nContent-Length: 0\r\n\r\n"),
	      SENT("1\r\nb\r\n0\r\nContent-MD5: x\r\n\r\n" GET), RECEIVED(OK),
	      GOES_ON);
}

static void test_an_answer_may_last_until_the_connection_ends(void **state)
{
	static const char head[] = "HTTP/1.0 200 OK\r\n\r\nhello";

	(void)state;
	CHECK(GOT "\n", 0, SENT(GET), RECEIVED(head), ENDED);
	CHECK(GOT " flags 0x8\n", 0, SENT(GET), RECEIVED(head), CLOSED);
	CHECK("", 0, SENT(GET), RECEIVED(head), GOES_ON);
}

static void test_what_did_not_end_says_so(void **state)
{
	(void)state;
	CHECK(GOT " flags 0x8\n", 0, SENT(GET),
	      RECEIVED("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello"),
	      ENDED);
	CHECK("EXCHANGE GET 200 http://h /a sent 0 received 0 flags 0x8 etag=1\n"
	      "EXCHANGE GET 0 http://h /a sent 0 received 0 flags 0x8\n",
	      0, SENT(GET GET),
	      RECEIVED("HTTP/1.1 200 OK\r\nEtag: 1\r\nContent-"), ENDED);
	CHECK("EXCHANGE PUT 0 http://h /a sent 0 received 0 flags 0x8\n", 0,
	      SENT(UPLOAD), RECEIVED("HTTP/1.1 100 Continue\r\n\r\n"), ENDED);
	CHECK("", 0, SENT("GET /a HTTP/1.1\r\nHost"), ENDED);
	CHECK("", 0, ENDED);
}

static void test_a_connection_may_become_something_else(void **state)
{
	(void)state;
	CHECK("EXCHANGE GET 101 http://h /a sent 0 received 0\nforeign\n", 0,
	      SENT("GET /a HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n"
		   "Connection: Upgrade\r\n\r\n"),
	      RECEIVED("HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n\r\n"
		       "\x81\x05hello" OK),
	      SENT(GET), CLOSED);
	CHECK("foreign\n", 0,
	      SENT("CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n"),
	      RECEIVED("HTTP/1.1 200 Connection established\r\n\r\n"),
	      SENT(GET), RECEIVED(OK), CLOSED);
	/* Refused, then tried again on the same connection. */
	CHECK("foreign\n", 0,
	      SENT("CONNECT h:80 HTTP/1.1\r\nHost: h:80\r\n\r\n"),
	      RECEIVED("HTTP/1.1 407 Auth\r\nContent-Length: 2\r\n\r\nno"),
	      SENT("CONNECT h:80 HTTP/1.1\r\nHost: h:80\r\n\r\n"),
	      RECEIVED("HTTP/1.1 200 OK\r\n\r\n"), SENT("\x16\x03"), CLOSED);
}

static void test_lines_may_end_with_lf_alone_and_be_folded(void **state)
{
	(void)state;
	CHECK("EXCHANGE GET 200 http://h /a sent 0 received 2"
	      " request-range=bytes=0- 1 etag=a b\tc\n",
	      0, SENT("GET /a HTTP/1.1\nRange: bytes=0-\n 1\nHost:\n\th\n\n"),
	      RECEIVED("HTTP/1.1 200\nETag:a\n b\n\tc\nContent-Length:2\n"
		       "X-Other: x\n ETag: no\n\nhi"),
	      GOES_ON);
	CHECK(GOT " request-range=a  b c\n", 0,
	      SENT("GET /a HTTP/1.1\r\nRange: a\r\n b\rc \r\nHost: \r\n h\r\n"
		   "\r\n"),
	      RECEIVED(OK), GOES_ON);
}

static void test_bytes_that_are_not_http_cost_one_look(void **state)
{
	static const char *const others[] = {
		"\x16\x03\x01\x02", /* TLS */
		"hello",
		"*1\r\n$4\r\nPING\r\n",
		"\r\n",
		"{\"method\": 1}",
		" GET / HTTP/1.1\r\n",
		"EHLO example.com\r\n",
		"SSH-2.0-OpenSSH_9.2\r\n",
		"GET key\r\n",
		"GET /\n", /* HTTP/0.9 */
		"GET  / HTTP/1.1\r\n",
		"GET / HTTP/1.1 \r\n",
		"GET / HTTP/1.1\r\r\n",
		"GET /a b HTTP/1.1\r\n",
		"GET / HTTP/1.x\r\n",
		"GET / HTTP/3.0\r\n",
		"GET /\x01 HTTP/1.1\r\n",
		"ABCDEFGHIJKLMNOPQ / HTTP/1.1\r\n",
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
	};

	(void)state;
	for (size_t i = 0; i < PEDIGREE_COUNT(others); i++) {
		CHECK("foreign\n", 0, SENT(others[i]), RECEIVED(OK), SENT(GET),
		      RECEIVED(OK), CLOSED);
		CHECK("foreign\n", 0, RECEIVED(others[i]), SENT(GET),
		      RECEIVED(OK), CLOSED);
	}
}

static void test_a_server_is_no_client(void **state)
{
	(void)state;
	CHECK("foreign\n", 0, RECEIVED(GET), SENT(OK), CLOSED);
	CHECK("foreign\n", 0, RECEIVED("220 smtp ready\r\n"),
	      SENT("EHLO x\r\n"), CLOSED);
}

static void test_an_answer_to_no_request_ends_it(void **state)
{
	(void)state;
	CHECK("foreign\n", 0, RECEIVED(OK), SENT(GET), CLOSED);
	CHECK(GOT "\nforeign\n", 0, SENT(GET), RECEIVED(OK),
	      RECEIVED("HTTP/1.1 408 Request Timeout\r\n\r\n"), CLOSED);
	/* In the midst of the next request. */
	CHECK(GOT "\nlost 1\nforeign\n", 0, SENT(GET), RECEIVED(OK),
	      SENT("GET /a HTTP/1.1\r\nHos"), RECEIVED(OK), CLOSED);
}

static void test_broken_framing_ends_it_and_is_counted(void **state)
{
	static const char *const heads[] = {
		"Content-Length: 1\r\nContent-Length: 2\r\n",
		"Content-Length: -1\r\n",
		"Content-Length: 0x1\r\n",
		"Content-Length:\r\n",
		"Content-Length: 99999999999999999999999\r\n",
	};

	(void)state;
	for (size_t i = 0; i < PEDIGREE_COUNT(heads); i++)
		CHECK("lost 1\nforeign\n", 0, SENT(GET),
		      RECEIVED("HTTP/1.1 200 OK\r\n"), RECEIVED(heads[i]),
		      RECEIVED("\r\nhello"), CLOSED);
	CHECK(GOT "\n", 0, SENT(GET),
	      RECEIVED("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"
		       "Content-Length: 05\r\n\r\nhello"),
	      GOES_ON);
	CHECK(GOT "\nlost 1\nforeign\n", 0, SENT(GET), RECEIVED(OK),
	      SENT("garbage"), CLOSED);
	CHECK("lost 2\nforeign\n", 0,
	      SENT(GET "PUT /a HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n"),
	      CLOSED);
	CHECK("lost 1\nforeign\n", 0, SENT(GET), RECEIVED("HTTP/1.1 0"),
	      CLOSED);
	CHECK("lost 1\nforeign\n", 0, SENT(GET), RECEIVED("ICY 200 OK"),
	      CLOSED);
	CHECK("lost 1\nforeign\n", 0, SENT(GET), RECEIVED("HTTP/1.1 2000"),
	      CLOSED);
}

static void test_a_body_nobody_saw_is_counted_by_its_length(void **state)
{
	static const struct wire_piece unseen = { WIRE_SENT_UNSEEN, "....", 0 };
	static const struct wire_piece file = { WIRE_RECEIVED_UNSEEN, "-----",
						0 };

	(void)state;
	CHECK("EXCHANGE PUT 200 http://h /a sent 4 received 5\n" GOT "\n", 0,
	      SENT("PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\n"),
	      unseen, RECEIVED("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"),
	      file, SENT(GET), RECEIVED(OK), GOES_ON);
	CHECK("lost 2\nforeign\n", 0, SENT(GET), unseen, CLOSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_request_and_its_answer_are_an_exchange),
		cmocka_unit_test(test_a_connection_is_kept_for_more_requests),
		cmocka_unit_test(
			test_pipelined_requests_get_their_answers_in_order),
		cmocka_unit_test(
			test_requests_that_are_too_many_at_once_are_lost),
		cmocka_unit_test(test_chunks_end_with_their_trailer),
		cmocka_unit_test(test_answers_without_a_body_have_none),
		cmocka_unit_test(
			test_answers_that_only_prepare_are_passed_over),
		cmocka_unit_test(test_a_body_that_was_refused_does_not_come),
		cmocka_unit_test(test_an_answer_may_be_faster_than_its_request),
		cmocka_unit_test(
			test_an_answer_may_last_until_the_connection_ends),
		cmocka_unit_test(test_what_did_not_end_says_so),
		cmocka_unit_test(test_a_connection_may_become_something_else),
		cmocka_unit_test(
			test_lines_may_end_with_lf_alone_and_be_folded),
		cmocka_unit_test(test_bytes_that_are_not_http_cost_one_look),
		cmocka_unit_test(test_a_server_is_no_client),
		cmocka_unit_test(test_an_answer_to_no_request_ends_it),
		cmocka_unit_test(test_broken_framing_ends_it_and_is_counted),
		cmocka_unit_test(
			test_a_body_nobody_saw_is_counted_by_its_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
