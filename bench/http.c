/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What reading HTTP as it goes by costs, without the tap around it.
 *
 *	bench/http
 *
 * A line for each kind of bytes: nanoseconds of CPU per call and per byte, the
 * least of nine turns.
 */
#include "config.h"

#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/base.h"
#include "hooks/http.h"

enum {
	CHUNK = 65536,
	TURNS = 9,
	CALLS = 200000
};

static unsigned int exchanges;

static void on_exchange(void *context, const struct pedigree_http_event *event)
{
	(void)context;
	exchanges += event->head.status == 200;
}

static void on_lost(void *context, unsigned int n)
{
	(void)context;
	errx(1, "%u exchanges were lost", n);
}

static const struct pedigree_http_sink sink = { on_exchange, on_lost };

static const char get[] =
	"GET /bucket/data/part-00017.parquet HTTP/1.1\r\n"
	"Host: bucket.s3.us-east-1.amazonaws.com\r\n"
	"Accept-Encoding: identity\r\n"
	"User-Agent: Boto3/1.26.27 Python/3.11.2 Linux/6.1 Botocore/1.29.27\r\n"
	"X-Amz-Date: 20261123T020304Z\r\n"
	"X-Amz-Content-SHA256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934"
	"ca495991b7852b855\r\n"
	"Authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261"
	"123/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha25"
	"6;x-amz-date, Signature=fe5f80f77d5fa3beca038a248ff027d0445342fe2855d"
	"dc963176630326f1024\r\n"
	"amz-sdk-invocation-id: 6f0f3ee4-9b1c-4b3d-8d8b-5c2e6f0f3ee4\r\n\r\n";
static const char found[] =
	"HTTP/1.1 200 OK\r\n"
	"x-amz-id-2: eftixk72aD6Ap51TnqcoF8eFidJG9Z/2mkiDFu8yU9AS1ed4OpIszj7UD\r\n"
	"x-amz-request-id: 318BC8BC148832E5\r\n"
	"Date: Mon, 23 Nov 2026 02:03:04 GMT\r\n"
	"Last-Modified: Mon, 23 Nov 2026 01:03:04 GMT\r\n"
	"ETag: \"d41d8cd98f00b204e9800998ecf8427e\"\r\n"
	"x-amz-version-id: 3sL4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY\r\n"
	"Accept-Ranges: bytes\r\n"
	"Content-Type: binary/octet-stream\r\n"
	"Server: AmazonS3\r\n"
	"Content-Length: 0\r\n\r\n";

struct work {
	const char *name;
	const char *sent, *head; /* before the time is taken */
	const char *bytes;	 /* received in each call */
	size_t n;
	bool exchange; /* each call is one: `get` is sent first */
};

static void begin(struct pedigree_http *http, const struct work *work)
{
	pedigree_http_init(http, PEDIGREE_F_TLS, &sink, NULL);
	if (work->sent)
		pedigree_http_sent(http, work->sent, strlen(work->sent));
	if (work->head)
		pedigree_http_received(http, work->head, strlen(work->head));
}

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static double turn(const struct work *work)
{
	static struct pedigree_http http;
	double start;

	begin(&http, work);
	start = now_ns();
	for (int i = 0; i < CALLS; i++) {
		if (work->exchange)
			pedigree_http_sent(&http, get, sizeof(get) - 1);
		if (!pedigree_http_is_foreign(&http))
			pedigree_http_received(&http, work->bytes, work->n);
	}
	return (now_ns() - start) / CALLS;
}

static void measure(const struct work *work)
{
	size_t n = work->n + (work->exchange ? sizeof(get) - 1 : 0);
	double least = 1e18;

	exchanges = 0;
	for (int i = 0; i < TURNS; i++) {
		double ns = turn(work);

		least = ns < least ? ns : least;
	}
	if (work->exchange && exchanges != TURNS * CALLS)
		errx(1, "%u exchanges came out", exchanges);
	printf("%-46s %8zu %10.1f %12.6f\n", work->name, n, least,
	       least / (double)n);
}

int main(void)
{
	static char body[CHUNK], chunk[CHUNK + 8];
	static const char length[] =
		"HTTP/1.1 200 OK\r\nContent-Length: 900000000000000\r\n\r\n";
	static const char chunked[] =
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
	const struct work works[] = {
		{ "a body of 64 KiB a read, by its length", get, length, body,
		  sizeof(body), false },
		{ "the same in chunks of 64 KiB", get, chunked, chunk,
		  0xfff9 + 8, false },
		{ "1 byte a read", get, length, body, 1, false },
		{ "a signed GET of nothing, both heads", NULL, NULL, found,
		  sizeof(found) - 1, true },
		{ "what is no HTTP, 64 KiB a read", NULL, NULL, body,
		  sizeof(body), false },
	};

	memset(body, 'x', sizeof(body));
	memset(chunk, 'x', sizeof(chunk));
	memcpy(chunk, "fff9\r\n", 6);
	memcpy(chunk + 6 + 0xfff9, "\r\n", 2);
	printf("%-46s %8s %10s %12s\n", "", "bytes", "ns", "ns per byte");
	for (size_t i = 0; i < PEDIGREE_COUNT(works); i++)
		measure(&works[i]);
	return 0;
}
