/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "aws/sigv4.h"

#include <string.h>
#include <strings.h>

#include "aws/sigv4_canonical.h"
#include "base/err.h"
#include "base/vec.h"

#define ALGORITHM "AWS4-HMAC-SHA256"

enum {
	DAY = 8
}; /* of the date: "20260102" */

PEDIGREE_VEC_TYPE(headers, struct pedigree_sigv4_header);

static int check(const char *what, const char *text, struct pedigree_error *err)
{
	if (text && strpbrk(text, "\r\n"))
		return pedigree_fail(err, PEDIGREE_EINVAL,
				     "the %s of a request holds a line break",
				     what);
	return 0;
}

static int check_header(const struct pedigree_sigv4_header *header,
			struct pedigree_error *err)
{
	/* A value may be folded: line breaks followed by white space. */
	if (!header->name[0] || strpbrk(header->name, "\r\n: \t"))
		return pedigree_fail(err, PEDIGREE_EINVAL,
				     "the name of a header is not allowed");
	for (const char *at = header->value; (at = strpbrk(at, "\r\n")); at++)
		if (!strchr("\r\n \t", at[1]) || !at[1])
			return pedigree_fail(err, PEDIGREE_EINVAL,
					     "header %s holds a line break",
					     header->name);
	return 0;
}

static int check_all(const struct pedigree_sigv4_request *request,
		     const struct pedigree_sigv4_keys *keys,
		     struct pedigree_error *err)
{
	int result;

	if ((result = check("method", request->method, err)) < 0 ||
	    (result = check("host", request->host, err)) < 0 ||
	    (result = check("path", request->path, err)) < 0 ||
	    (result = check("query", request->query, err)) < 0 ||
	    (result = check("access key", keys->access_key, err)) < 0 ||
	    (result = check("session token", keys->session_token, err)) < 0)
		return result;
	for (size_t i = 0; i < request->n_headers && result == 0; i++)
		result = check_header(&request->headers[i], err);
	return result;
}

static int write_date(time_t now, char ret[PEDIGREE_SIGV4_DATE],
		      struct pedigree_error *err)
{
	struct tm tm;

	if (!gmtime_r(&now, &tm) || tm.tm_year + 1900 < 1000 ||
	    strftime(ret, PEDIGREE_SIGV4_DATE, "%Y%m%dT%H%M%SZ", &tm) !=
		    PEDIGREE_SIGV4_DATE - 1)
		return pedigree_fail(
			err, PEDIGREE_EINVAL,
			"the clock stands at a time that no request can carry");
	return 0;
}

static const char *given(const struct pedigree_sigv4_request *request,
			 const char *name)
{
	for (size_t i = 0; i < request->n_headers; i++)
		if (!strcasecmp(request->headers[i].name, name))
			return request->headers[i].value;
	return NULL;
}

static bool made_by_signing(const char *name)
{
	return !strcasecmp(name, "X-Amz-Date") ||
	       !strcasecmp(name, "X-Amz-Security-Token");
}

static int add_header(struct headers *headers, const char *name,
		      const char *value)
{
	struct pedigree_sigv4_header *header = pedigree_vec_push(headers);

	if (!header)
		return PEDIGREE_ENOMEM;
	header->name = name;
	header->value = value;
	return 0;
}

/* Those of the request and those that signing adds. */
static int all_headers(const struct pedigree_sigv4_request *request,
		       const struct pedigree_sigv4_keys *keys,
		       const struct pedigree_sigv4_scope *scope,
		       const struct pedigree_sigv4 *sigv4,
		       struct headers *headers)
{
	int result = add_header(headers, "x-amz-date", sigv4->date);

	for (size_t i = 0; i < request->n_headers && result == 0; i++)
		if (!made_by_signing(request->headers[i].name))
			result = add_header(headers, request->headers[i].name,
					    request->headers[i].value);
	if (result == 0 && !given(request, "Host"))
		result = add_header(headers, "host", request->host);
	if (result == 0 && sigv4->content_sha256[0])
		result = add_header(headers, "x-amz-content-sha256",
				    sigv4->content_sha256);
	if (result == 0 && keys->session_token && *keys->session_token &&
	    !scope->token_unsigned)
		result = add_header(headers, "x-amz-security-token",
				    keys->session_token);
	return result;
}

/* Growing would leave copies of the session token behind. */
static int make_room(const struct pedigree_sigv4_request *request,
		     const struct headers *headers, struct pedigree_buf *buf)
{
	size_t n = strlen(request->method) + 2 * PEDIGREE_SHA256_HEX + 16;

	n += 3 * (request->path ? strlen(request->path) : 0);
	n += 4 * (request->query ? strlen(request->query) : 0);
	for (size_t i = 0; i < headers->n; i++)
		n += 2 * strlen(headers->v[i].name) +
		     strlen(headers->v[i].value) + 4;
	return pedigree_buf_reserve(buf, n);
}

static int canonical_request(const struct pedigree_sigv4_request *request,
			     const struct headers *headers, const char *payload,
			     bool plain_path, struct pedigree_buf *buf,
			     struct pedigree_buf *ret_signed)
{
	int result = make_room(request, headers, buf);

	if (result < 0)
		return result;
	pedigree_buf_addf(buf, "%s\n", request->method);
	pedigree_sigv4_path(buf, request->path, plain_path);
	pedigree_buf_add_char(buf, '\n');
	result = pedigree_sigv4_query(buf, request->query);
	pedigree_buf_add_char(buf, '\n');
	if (result == 0)
		result = pedigree_sigv4_headers(buf, headers->v, headers->n,
						ret_signed);
	if (result < 0)
		return result;
	pedigree_buf_addf(buf, "\n%s\n%s", ret_signed->data, payload);
	return pedigree_buf_error(buf) ? PEDIGREE_ENOMEM : 0;
}

/* The key of a day, a region and a service: four times HMAC. */
static int signing_key(const char *secret, const char *day,
		       const struct pedigree_sigv4_scope *scope,
		       unsigned char ret[PEDIGREE_SHA256_BYTES])
{
	const char *const words[] = { scope->region, scope->service,
				      "aws4_request" };
	size_t n = strlen(secret) + 4;
	_cleanup_free_ char *first = malloc(n + 1);
	int result;

	if (!first)
		return PEDIGREE_ENOMEM;
	memcpy(first, "AWS4", 4);
	memcpy(first + 4, secret, n - 3);
	result = pedigree_hmac_sha256(first, n, day, DAY, ret);
	explicit_bzero(first, n);
	for (size_t i = 0; i < PEDIGREE_COUNT(words) && result == 0; i++)
		result = pedigree_hmac_sha256(ret, PEDIGREE_SHA256_BYTES,
					      words[i], strlen(words[i]), ret);
	return result;
}

static int sign(const struct pedigree_sigv4_keys *keys,
		const struct pedigree_sigv4_scope *scope,
		const struct pedigree_buf *names, struct pedigree_sigv4 *sigv4)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	unsigned char key[PEDIGREE_SHA256_BYTES], mac[PEDIGREE_SHA256_BYTES];
	char hash[PEDIGREE_SHA256_HEX];
	int result = pedigree_sha256(sigv4->canonical.data,
				     sigv4->canonical.len, hash);

	if (result < 0)
		return result;
	pedigree_buf_addf(&text, ALGORITHM "\n%s\n%.*s/%s/%s/aws4_request\n%s",
			  sigv4->date, DAY, sigv4->date, scope->region,
			  scope->service, hash);
	if (pedigree_buf_error(&text))
		return PEDIGREE_ENOMEM;
	result = signing_key(keys->secret_key, sigv4->date, scope, key);
	if (result == 0)
		result = pedigree_hmac_sha256(key, sizeof(key), text.data,
					      text.len, mac);
	explicit_bzero(key, sizeof(key));
	if (result < 0)
		return result;
	pedigree_sha256_hex(mac, hash);
	pedigree_buf_addf(
		&sigv4->authorization,
		ALGORITHM
		" Credential=%s/%.*s/%s/%s/aws4_request, SignedHeaders=%s, Signature=%s",
		keys->access_key, DAY, sigv4->date, scope->region,
		scope->service, names->data, hash);
	return pedigree_buf_error(&sigv4->authorization) ? PEDIGREE_ENOMEM : 0;
}

static int sign_all(const struct pedigree_sigv4_request *request,
		    const struct pedigree_sigv4_keys *keys,
		    const struct pedigree_sigv4_scope *scope,
		    struct pedigree_sigv4 *sigv4)
{
	_cleanup_buf_ struct pedigree_buf names = PEDIGREE_BUF_INIT;
	const char *payload = given(request, "X-Amz-Content-Sha256");
	char body[PEDIGREE_SHA256_HEX];
	struct headers headers = { 0 };
	int result = 0;

	if (!payload) {
		result = pedigree_sha256(request->body, request->n_body, body);
		payload = body;
		if (result == 0 && scope->content_sha256)
			memcpy(sigv4->content_sha256, body, sizeof(body));
	}
	if (result == 0)
		result = all_headers(request, keys, scope, sigv4, &headers);
	if (result == 0)
		result = canonical_request(request, &headers, payload,
					   scope->plain_path, &sigv4->canonical,
					   &names);
	if (result == 0)
		result = sign(keys, scope, &names, sigv4);
	pedigree_vec_clear(&headers);
	return result;
}

int pedigree_sigv4_sign(const struct pedigree_sigv4_request *request,
			const struct pedigree_sigv4_keys *keys,
			const struct pedigree_sigv4_scope *scope, time_t now,
			struct pedigree_sigv4 *ret, struct pedigree_error *err)
{
	_cleanup_sigv4_ struct pedigree_sigv4 made = PEDIGREE_SIGV4_INIT;
	struct pedigree_sigv4 old;
	int result = check_all(request, keys, err);

	if (result == 0)
		result = write_date(now, made.date, err);
	if (result < 0)
		return result;
	result = sign_all(request, keys, scope, &made);
	if (result == PEDIGREE_ENOMEM)
		return pedigree_fail_memory(err);
	if (result < 0)
		return pedigree_fail(err, result,
				     "libcrypto cannot compute HMAC-SHA-256");
	old = *ret;
	*ret = made;
	made = old;
	return 0;
}

void pedigree_sigv4_clear(struct pedigree_sigv4 *sigv4)
{
	if (sigv4->canonical.room)
		explicit_bzero(sigv4->canonical.data, sigv4->canonical.room);
	pedigree_buf_clear(&sigv4->authorization);
	pedigree_buf_clear(&sigv4->canonical);
	sigv4->date[0] = '\0';
	sigv4->content_sha256[0] = '\0';
}
