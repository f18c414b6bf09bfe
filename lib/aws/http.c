/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "aws/http.h"

#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "aws/curl.h"
#include "aws/http_transfer.h"
#include "aws/profile.h"
#include "base/err.h"

enum {
	CONNECTIONS = 16
};

struct pedigree_http {
	const struct pedigree_curl *curl;
	CURLM *multi;
	struct pedigree_http_trust trust;
	struct pedigree_transfer *first; /* those under way */
	size_t pending;
};

int64_t pedigree_http_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

/*
 * Life
 */

static int choose_trust(struct pedigree_http_trust *trust, const char *bundle,
			struct pedigree_error *err)
{
	struct stat st;

	if (!bundle || !*bundle)
		bundle = pedigree_aws_env("AWS_CA_BUNDLE");
	if (!bundle)
		return 0;
	trust->path = pedigree_aws_expand(bundle);
	if (!trust->path)
		return pedigree_fail_memory(err);
	if (stat(trust->path, &st) < 0)
		return pedigree_fail_errno(
			err,
			"cannot read the certificate authorities in %s (AWS_CA_BUNDLE)",
			trust->path);
	trust->is_folder = S_ISDIR(st.st_mode);
	return 0;
}

int pedigree_http_new(const struct pedigree_http_options *options,
		      struct pedigree_http **ret, struct pedigree_error *err)
{
	_cleanup_http_ struct pedigree_http *http = calloc(1, sizeof(*http));
	long connections = options && options->connections
				   ? (long)options->connections
				   : CONNECTIONS;
	int result;

	if (!http)
		return pedigree_fail_memory(err);
	result = choose_trust(&http->trust, options ? options->ca_bundle : NULL,
			      err);
	if (result == 0)
		result = pedigree_curl_load(&http->curl, err);
	if (result < 0)
		return result;
	http->multi = http->curl->multi_init();
	if (!http->multi)
		return pedigree_fail_memory(err);
	if (http->curl->multi_setopt(http->multi, CURLMOPT_MAX_HOST_CONNECTIONS,
				     connections) != CURLM_OK ||
	    http->curl->multi_setopt(http->multi, CURLMOPT_MAXCONNECTS,
				     connections) != CURLM_OK)
		return pedigree_fail(err, PEDIGREE_EUNSUPPORTED,
				     "libcurl is older than what is needed");
	*ret = pedigree_take(http);
	return 0;
}

static void unlink_transfer(struct pedigree_http *http,
			    struct pedigree_transfer *transfer)
{
	struct pedigree_transfer **at = &http->first;

	while (*at != transfer)
		at = &(*at)->next;
	*at = transfer->next;
	http->pending--;
	http->curl->multi_remove_handle(http->multi, transfer->easy);
}

void *pedigree_http_cancel(struct pedigree_http *http)
{
	struct pedigree_transfer *transfer = http->first;
	void *ctx;

	if (!transfer)
		return NULL;
	ctx = transfer->response.ctx;
	unlink_transfer(http, transfer);
	pedigree_transfer_free(transfer);
	return ctx;
}

void pedigree_http_free(struct pedigree_http *http)
{
	if (!http)
		return;
	while (http->first)
		pedigree_http_cancel(http);
	if (http->multi)
		http->curl->multi_cleanup(http->multi);
	free(http->trust.path);
	free(http);
}

void pedigree_http_response_clear(struct pedigree_http_response *response)
{
	if (response->body.room)
		explicit_bzero(response->body.data, response->body.room);
	pedigree_buf_clear(&response->body);
}

/*
 * Requests
 */

int pedigree_http_submit(struct pedigree_http *http,
			 const struct pedigree_http_request *request, void *ctx,
			 struct pedigree_error *err)
{
	struct pedigree_transfer *transfer;
	int result = pedigree_transfer_new(http->curl, request, &http->trust,
					   &transfer, err);
	CURLMcode code;

	if (result < 0)
		return result;
	code = http->curl->multi_add_handle(http->multi, transfer->easy);
	if (code != CURLM_OK) {
		pedigree_transfer_free(transfer);
		return pedigree_fail(err, PEDIGREE_EIO,
				     "cannot begin an HTTP request: %s",
				     http->curl->multi_strerror(code));
	}
	transfer->response.ctx = ctx;
	transfer->next = http->first;
	http->first = transfer;
	http->pending++;
	return 0;
}

size_t pedigree_http_pending(const struct pedigree_http *http)
{
	return http->pending;
}

static struct pedigree_transfer *find(const struct pedigree_http *http,
				      const CURL *easy)
{
	struct pedigree_transfer *transfer = http->first;

	while (transfer->easy != easy)
		transfer = transfer->next;
	return transfer;
}

/* Is one of them done? */
static bool take_done(struct pedigree_http *http,
		      struct pedigree_http_response *ret)
{
	struct pedigree_transfer *transfer;
	const CURLMsg *message;
	CURLcode code;
	int n;

	do {
		message = http->curl->multi_info_read(http->multi, &n);
		if (!message)
			return false;
	} while (message->msg != CURLMSG_DONE);
	/* Removing the handle takes the message with it. */
	transfer = find(http, message->easy_handle);
	code = message->data.result;
	unlink_transfer(http, transfer);
	pedigree_transfer_end(transfer, code, &http->trust);
	pedigree_http_response_clear(ret);
	*ret = transfer->response;
	pedigree_buf_init(&transfer->response.body);
	pedigree_transfer_free(transfer);
	return true;
}

int pedigree_http_wait(struct pedigree_http *http, int timeout_ms,
		       struct pedigree_http_response *ret,
		       struct pedigree_error *err)
{
	int64_t end = pedigree_http_now_ms() + timeout_ms;

	for (;;) {
		int64_t left;
		int running;
		CURLMcode code;

		code = http->curl->multi_perform(http->multi, &running);
		if (code == CURLM_OK && take_done(http, ret))
			return 1;
		left = end - pedigree_http_now_ms();
		if (code == CURLM_OK && (http->pending == 0 || left <= 0))
			return 0;
		if (code == CURLM_OK)
			code = http->curl->multi_poll(http->multi, NULL, 0,
						      (int)left, NULL);
		if (code != CURLM_OK)
			return pedigree_fail(err, PEDIGREE_EIO,
					     "cannot wait for the network: %s",
					     http->curl->multi_strerror(code));
	}
}

int pedigree_http_call(const struct pedigree_http_request *request,
		       struct pedigree_http_response *ret,
		       struct pedigree_error *err)
{
	_cleanup_http_ struct pedigree_http *http = NULL;
	int result = pedigree_http_new(NULL, &http, err);

	if (result == 0)
		result = pedigree_http_submit(http, request, NULL, err);
	while (result == 0)
		result = pedigree_http_wait(http, 1000, ret, err);
	return result > 0 ? 0 : result;
}
