/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "aws/s3.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "aws/credentials.h"
#include "aws/endpoint.h"
#include "aws/region.h"
#include "aws/sigv4.h"
#include "base/err.h"
#include "base/fs.h"

enum {
	TRIES = 3,
	PAUSE_MS = 300,
	CONNECT_MS = 5000,
	TOTAL_MS = 30000
};

struct pedigree_aws_s3 {
	struct pedigree_aws_chain *chain;
	struct pedigree_http *http;
	char region[PEDIGREE_HTTP_REGION];
	bool given; /* the endpoint is the user's */
	struct pedigree_error stopped;
};

int pedigree_aws_s3_new(const struct pedigree_aws_s3_options *options,
			struct pedigree_aws_s3 **ret,
			struct pedigree_error *err)
{
	const struct pedigree_aws_options who = {
		.profile = options->profile,
		.region = options->region,
	};
	const struct pedigree_http_options http = { .connections = 1 };
	struct pedigree_aws_s3 *s3 = calloc(1, sizeof(*s3));
	const char *region = NULL;
	int result;

	if (!s3)
		return pedigree_fail_memory(err);
	result = pedigree_aws_chain_new(&who, &s3->chain, err);
	if (result == 0)
		result = pedigree_http_new(&http, &s3->http, err);
	if (result < 0) {
		pedigree_aws_s3_free(s3);
		return result;
	}
	region = pedigree_aws_region(pedigree_aws_chain_files(s3->chain),
				     pedigree_aws_chain_profile(s3->chain),
				     options->region);
	snprintf(s3->region, sizeof(s3->region), "%s",
		 region ? region : "us-east-1");
	s3->given = pedigree_aws_endpoint_given(
		pedigree_aws_chain_files(s3->chain),
		pedigree_aws_chain_profile(s3->chain), PEDIGREE_AWS_S3);
	*ret = s3;
	return 0;
}

void pedigree_aws_s3_free(struct pedigree_aws_s3 *s3)
{
	if (!s3)
		return;
	pedigree_http_free(s3->http);
	pedigree_aws_chain_free(s3->chain);
	free(s3);
}

/* A request as it is sent; `path` points into `url`. */
struct call {
	struct pedigree_buf url, host, query;
	const char *path;
};

static void call_clear(struct call *call)
{
	pedigree_buf_clear(&call->url);
	pedigree_buf_clear(&call->host);
	pedigree_buf_clear(&call->query);
}

/* Signed is what has its slashes encoded, unlike in a path. */
static void add_query(struct pedigree_buf *query, const char *version)
{
	pedigree_buf_add_str(query, "versionId=");
	for (; *version; version++) {
		const char one[] = { *version, '\0' };

		if (*version == '/')
			pedigree_buf_add_str(query, "%2F");
		else
			pedigree_percent_encode(query, one);
	}
}

static int address(const struct pedigree_aws_s3 *s3,
		   const struct pedigree_aws_object *object, struct call *call,
		   struct pedigree_error *err)
{
	int result =
		pedigree_aws_endpoint(pedigree_aws_chain_files(s3->chain),
				      pedigree_aws_chain_profile(s3->chain),
				      PEDIGREE_AWS_S3, s3->region,
				      s3->given ? NULL : object->endpoint,
				      &call->url, err);

	if (result < 0)
		return result;
	/* Paths for all buckets: a name with a dot has no certificate. */
	pedigree_buf_addf(&call->url, "/%s/", object->bucket);
	pedigree_percent_encode(&call->url, object->key);
	if (object->version)
		add_query(&call->query, object->version);
	if (pedigree_buf_error(&call->url) || pedigree_buf_error(&call->query))
		return pedigree_fail_memory(err);
	if (!pedigree_aws_url_host(call->url.data, &call->host, &call->path))
		return pedigree_fail(err, PEDIGREE_EINVAL,
				     "the object has no URL");
	return pedigree_buf_error(&call->host) ? pedigree_fail_memory(err) : 0;
}

static int send_once(struct pedigree_aws_s3 *s3, const struct call *call,
		     const char *url, struct pedigree_http_response *ret,
		     struct pedigree_error *err)
{
	_cleanup_sigv4_ struct pedigree_sigv4 made = PEDIGREE_SIGV4_INIT;
	const struct pedigree_aws_credentials *keys;
	const struct pedigree_sigv4_scope scope = {
		.region = s3->region,
		.service = "s3",
		.plain_path = true,
		.content_sha256 = true,
	};
	const struct pedigree_sigv4_request request = {
		.method = "HEAD",
		.host = call->host.data,
		.path = call->path,
		.query = call->query.len ? call->query.data : NULL,
	};
	struct pedigree_sigv4_header headers[4];
	struct pedigree_http_request http = {
		.method = "HEAD",
		.url = url,
		.headers = headers,
		.connect_ms = CONNECT_MS,
		.total_ms = TOTAL_MS,
	};
	int result = pedigree_aws_chain_get(s3->chain, time(NULL), &keys, err);

	if (result == 0)
		result = pedigree_sigv4_sign(
			&request,
			&(struct pedigree_sigv4_keys){ keys->access_key,
						       keys->secret_key,
						       keys->session_token },
			&scope, time(NULL), &made, err);
	if (result < 0)
		return result;
	headers[http.n_headers++] =
		(struct pedigree_sigv4_header){ "X-Amz-Date", made.date };
	headers[http.n_headers++] =
		(struct pedigree_sigv4_header){ "X-Amz-Content-Sha256",
						made.content_sha256 };
	headers[http.n_headers++] =
		(struct pedigree_sigv4_header){ "Authorization",
						made.authorization.data };
	if (keys->session_token)
		headers[http.n_headers++] =
			(struct pedigree_sigv4_header){ "X-Amz-Security-Token",
							keys->session_token };
	result = pedigree_http_submit(s3->http, &http, NULL, err);
	while (result == 0 && pedigree_http_pending(s3->http))
		result = pedigree_http_wait(s3->http, 1000, ret, err);
	return result < 0 ? result : 0;
}

static bool worth_another(const struct pedigree_http_response *response)
{
	if (response->outcome == PEDIGREE_HTTP_LOST)
		return true;
	return response->outcome == PEDIGREE_HTTP_ANSWERED &&
	       (response->status >= 500 || response->status == 429);
}

/* The bucket is in another region than was asked: 1, once. */
static bool is_moved(struct pedigree_aws_s3 *s3,
		     const struct pedigree_http_response *response)
{
	if (response->outcome != PEDIGREE_HTTP_ANSWERED ||
	    response->status < 300 || !response->region[0] ||
	    strcmp(response->region, s3->region) == 0)
		return false;
	snprintf(s3->region, sizeof(s3->region), "%s", response->region);
	return true;
}

static int send_all(struct pedigree_aws_s3 *s3,
		    const struct pedigree_aws_object *object,
		    struct pedigree_http_response *ret, bool *ret_elsewhere,
		    struct pedigree_error *err)
{
	const struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000L };
	bool moved = false;

	for (int try = 1;; try++) {
		_cleanup_(call_clear) struct call call = { 0 };
		_cleanup_buf_ struct pedigree_buf url = PEDIGREE_BUF_INIT;
		int result = address(s3, object, &call, err);

		if (result < 0)
			return result;
		pedigree_buf_add_str(&url, call.url.data);
		if (call.query.len)
			pedigree_buf_addf(&url, "?%s", call.query.data);
		if (pedigree_buf_error(&url))
			return pedigree_fail_memory(err);
		*ret_elsewhere = object->endpoint &&
				 strncmp(url.data, object->endpoint,
					 strlen(object->endpoint)) != 0;
		result = send_once(s3, &call, url.data, ret, err);
		if (result < 0)
			return result;
		if (!moved && is_moved(s3, ret)) {
			moved = true;
			continue;
		}
		if (try >= TRIES || !worth_another(ret))
			return 0;
		nanosleep(&pause, NULL);
	}
}

static void without_quotes(const char *etag, char *ret, size_t room)
{
	size_t n;

	if (strncmp(etag, "W/", 2) == 0)
		etag += 2;
	etag += *etag == '"';
	n = strlen(etag);
	n -= n && etag[n - 1] == '"';
	snprintf(ret, room, "%.*s", (int)n, etag);
}

static void read_answer(struct pedigree_aws_s3 *s3,
			const struct pedigree_http_response *response,
			struct pedigree_aws_head *ret)
{
	int status = response->status;

	if (response->outcome != PEDIGREE_HTTP_ANSWERED) {
		ret->err = response->err;
		s3->stopped = response->err;
	} else if (status == 200) {
		ret->presence = PEDIGREE_AWS_HERE;
		without_quotes(response->etag, ret->etag, sizeof(ret->etag));
		snprintf(ret->version, sizeof(ret->version), "%s",
			 response->version);
	} else if (status == 404 || status == 405) {
		/* 405: the version is a mark that it was deleted. */
		ret->presence = PEDIGREE_AWS_GONE;
	} else if (status == 401 || status == 403) {
		pedigree_fail(
			&ret->err, PEDIGREE_EIO,
			"S3 refuses to tell (HTTP %d): the credentials are wrong or expired, or lack s3:GetObject and s3:ListBucket",
			status);
	} else {
		pedigree_fail(&ret->err, PEDIGREE_EIO, "S3 answered HTTP %d",
			      status);
	}
}

int pedigree_aws_s3_head(struct pedigree_aws_s3 *s3,
			 const struct pedigree_aws_object *object,
			 struct pedigree_aws_head *ret,
			 struct pedigree_error *err)
{
	_cleanup_http_response_ struct pedigree_http_response response =
		PEDIGREE_HTTP_RESPONSE_INIT;
	struct pedigree_error why = PEDIGREE_ERROR_INIT;
	int result;

	*ret = (struct pedigree_aws_head){
		.presence = PEDIGREE_AWS_UNTOLD,
	};
	if (s3->stopped.code) {
		ret->err = s3->stopped;
		return 0;
	}
	result = send_all(s3, object, &response, &ret->elsewhere, &why);
	if (result == PEDIGREE_ENOMEM)
		return pedigree_fail_memory(err);
	if (result < 0) {
		ret->err = why;
		s3->stopped = why;
		return 0;
	}
	read_answer(s3, &response, ret);
	return 0;
}
