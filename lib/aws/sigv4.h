/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AWS Signature Version 4 in the Authorization header, as a pure function of
 * a request, keys, a scope and a time. It sends nothing and reads no clock.
 *
 * Every call signs anew: a repeated request needs a new date.
 */
#ifndef PEDIGREE_AWS_SIGV4_H
#define PEDIGREE_AWS_SIGV4_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include <pedigree/error.h>

#include "base/base.h"
#include "base/buf.h"
#include "base/digest.h"

#define PEDIGREE_SIGV4_DATE 17 /* "20260102T030405Z" with its NUL */

struct pedigree_sigv4_header {
	const char *name;
	const char *value;
};

/*
 * A request as it goes over the wire. Paths and queries are given as they
 * stand in the URL, percent-encoded by whoever made it.
 *
 * All headers are signed but those that a client or a proxy changes on the
 * way (Connection, Expect, User-Agent, … and Authorization itself). A Host or
 * X-Amz-Content-Sha256 among them counts; an X-Amz-Date, X-Amz-Security-Token
 * or Authorization does not, since these are what signing makes.
 */
struct pedigree_sigv4_request {
	const char *method;
	const char *host;  /* with ":port" unless it is the scheme's own */
	const char *path;  /* NULL or "": "/" */
	const char *query; /* without "?"; NULL: none */
	const struct pedigree_sigv4_header *headers;
	size_t n_headers;
	const void *body;
	size_t n_body;
};

struct pedigree_sigv4_keys {
	const char *access_key;
	const char *secret_key;
	const char *session_token; /* NULL or "": none */
};

struct pedigree_sigv4_scope {
	const char *region;
	const char *service; /* the signing name: "sagemaker", "sts" */
	/*
	 * S3 signs the path as it is; every other service removes dot
	 * segments and double slashes and encodes what is left once more.
	 */
	bool plain_path;
	/* S3 also wants the body's digest in a header. */
	bool content_sha256;
	/* Send the session token without signing it (some proxies need that). */
	bool token_unsigned;
};

/* What is to be sent beside the request's own headers. */
struct pedigree_sigv4 {
	char date[PEDIGREE_SIGV4_DATE]; /* X-Amz-Date */
	/* X-Amz-Content-Sha256, or "" when the scope does not want it. */
	char content_sha256[PEDIGREE_SHA256_HEX];
	/* X-Amz-Security-Token is the keys' session_token. */
	struct pedigree_buf authorization; /* Authorization */
	/*
	 * The text that was hashed, for comparing with the service's answer
	 * when it does not agree. Holds the session token: never print it.
	 */
	struct pedigree_buf canonical;
};

/* clang-format off */
#define PEDIGREE_SIGV4_INIT { "", "", PEDIGREE_BUF_INIT, PEDIGREE_BUF_INIT }
/* clang-format on */
#define _cleanup_sigv4_ _cleanup_(pedigree_sigv4_clear)

/*
 * PEDIGREE_EINVAL: a time beyond the year 9999, or a header, host, path,
 * query or key with a byte that would end a line. No text holds a secret.
 */
int pedigree_sigv4_sign(const struct pedigree_sigv4_request *request,
			const struct pedigree_sigv4_keys *keys,
			const struct pedigree_sigv4_scope *scope, time_t now,
			struct pedigree_sigv4 *ret, struct pedigree_error *err);
/* Wipes and releases; the struct is empty and usable again. */
void pedigree_sigv4_clear(struct pedigree_sigv4 *sigv4);

#endif
