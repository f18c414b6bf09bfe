/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP requests, many at once, over connections that are kept (libcurl).
 *
 * TLS certificates are always checked; $AWS_CA_BUNDLE names other
 * authorities. $HTTPS_PROXY, $NO_PROXY and their relatives are honoured.
 * Redirections are not followed: a signature is for one host. When a kept
 * connection turns out to be dead, libcurl sends the request once more over a
 * new one: a service may see it twice although this was asked for once.
 *
 * No text that this makes holds a header, a body or a query.
 */
#ifndef PEDIGREE_AWS_HTTP_H
#define PEDIGREE_AWS_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pedigree/error.h>

#include "aws/sigv4.h"
#include "base/base.h"
#include "base/buf.h"

struct pedigree_http;

struct pedigree_http_options {
	const char *ca_bundle;	  /* a file or a folder; NULL: the system's */
	unsigned int connections; /* at most, per host; 0: 16 */
};

int pedigree_http_new(const struct pedigree_http_options *options,
		      struct pedigree_http **ret, struct pedigree_error *err);
/* Drops what is under way. */
void pedigree_http_free(struct pedigree_http *http);
#define _cleanup_http_ _cleanup_(pedigree_http_freep)
static inline void pedigree_http_freep(struct pedigree_http **http)
{
	pedigree_http_free(*http);
}

/* Everything is copied. 0 in a limit means what stands beside it. */
struct pedigree_http_request {
	const char *method;
	const char *url; /* http: or https:, already encoded */
	const struct pedigree_sigv4_header *headers;
	size_t n_headers;
	const void *body;
	size_t n_body;
	unsigned int connect_ms; /* 10 s */
	unsigned int total_ms;	 /* 60 s, connecting included */
	unsigned int stalled_s;	 /* 30 s without a byte */
	size_t most;		 /* bytes of body accepted; 16 MiB */
	bool no_proxy;		 /* whatever the environment says */
};

enum pedigree_http_outcome {
	PEDIGREE_HTTP_ANSWERED,	  /* status and body are there, whole */
	PEDIGREE_HTTP_NOT_SENT,	  /* no connection: the service saw nothing */
	PEDIGREE_HTTP_LOST,	  /* broken or too slow: it may have acted */
	PEDIGREE_HTTP_UNTRUSTED,  /* TLS: nothing was sent, retrying is vain */
	PEDIGREE_HTTP_TOO_LARGE,  /* refused, it may have acted */
	PEDIGREE_HTTP_IMPOSSIBLE, /* a wrong URL, or memory ran out */
};

#define PEDIGREE_HTTP_REQUEST_ID 128
#define PEDIGREE_HTTP_ETAG 256
#define PEDIGREE_HTTP_VERSION 1032
#define PEDIGREE_HTTP_REGION 64

struct pedigree_http_response {
	void *ctx; /* of the request */
	enum pedigree_http_outcome outcome;
	int status;	   /* 0 when there is none */
	unsigned int sent; /* how often; more than once see above */
	struct pedigree_buf body;
	char request_id[PEDIGREE_HTTP_REQUEST_ID]; /* "" when there is none */
	/* Of an object, as S3 tells them; "" when there is none. */
	char etag[PEDIGREE_HTTP_ETAG];
	char version[PEDIGREE_HTTP_VERSION];
	char region[PEDIGREE_HTTP_REGION]; /* where its bucket is */
	int64_t date; /* the server's, s since 1970; 0: none */
	/* That it asks to be left alone (x-amz-retry-after, Retry-After), at
	   most PEDIGREE_AWS_FOREVER_MS; -1: it does not. */
	int64_t retry_after_ms;
	struct pedigree_error err; /* unless answered: why not */
};

/* clang-format off */
#define PEDIGREE_HTTP_RESPONSE_INIT \
	{ .body = PEDIGREE_BUF_INIT, .retry_after_ms = -1 }
/* clang-format on */
#define _cleanup_http_response_ _cleanup_(pedigree_http_response_clear)
/* Wipes the body, which may hold credentials. */
void pedigree_http_response_clear(struct pedigree_http_response *response);

/* Begins a request; `ctx` comes back with the response. */
int pedigree_http_submit(struct pedigree_http *http,
			 const struct pedigree_http_request *request, void *ctx,
			 struct pedigree_error *err);
/* How many were submitted and not yet returned. */
size_t pedigree_http_pending(const struct pedigree_http *http);

/*
 * Drops one that is under way and returns its `ctx`; NULL when there is none.
 */
void *pedigree_http_cancel(struct pedigree_http *http);

/*
 * Waits at most `timeout_ms` for a request to end. Returns 1 with its
 * response, 0 after the time or when none is pending, or a code.
 */
int pedigree_http_wait(struct pedigree_http *http, int timeout_ms,
		       struct pedigree_http_response *ret,
		       struct pedigree_error *err);

/*
 * One request and its response, with a transport of its own. 0 whenever
 * there is an outcome.
 */
int pedigree_http_call(const struct pedigree_http_request *request,
		       struct pedigree_http_response *ret,
		       struct pedigree_error *err);

/* Milliseconds of a clock that nobody sets. */
int64_t pedigree_http_now_ms(void);

#endif
