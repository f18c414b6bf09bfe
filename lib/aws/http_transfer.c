/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "aws/http_transfer.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "aws/when.h"
#include "base/err.h"

enum {
	CONNECT_MS = 10000,
	TOTAL_MS = 60000,
	STALLED_S = 30,
	MOST = 16 << 20
};

/*
 * What comes back
 */

static size_t take_body(char *bytes, size_t size, size_t n, void *ctx)
{
	struct pedigree_transfer *transfer = ctx;
	struct pedigree_buf *body = &transfer->response.body;

	n *= size;
	if (n > transfer->most - body->len) {
		transfer->too_large = true;
		return 0;
	}
	pedigree_buf_add(body, bytes, n);
	return pedigree_buf_error(body) ? 0 : n;
}

/* Is it the header `name`? Then its value, at most `room` - 1 bytes. */
static bool header_is(const char *bytes, size_t n, const char *name, char *ret,
		      size_t room)
{
	size_t n_name = strlen(name);

	if (n <= n_name || bytes[n_name] != ':' ||
	    strncasecmp(bytes, name, n_name) != 0)
		return false;
	bytes += n_name + 1;
	n -= n_name + 1;
	while (n && (*bytes == ' ' || *bytes == '\t'))
		bytes++, n--;
	while (n && strchr("\r\n \t", bytes[n - 1]))
		n--;
	if (n >= room)
		n = room - 1;
	memcpy(ret, bytes, n);
	ret[n] = '\0';
	return true;
}

/* The service's own word counts for more than what a proxy may say. */
static void take_wait(struct pedigree_transfer *transfer, const char *bytes,
		      size_t n)
{
	struct pedigree_http_response *response = &transfer->response;
	int64_t now = response->date ? response->date : time(NULL);
	char value[64];

	if (header_is(bytes, n, "x-amz-retry-after", value, sizeof(value)))
		transfer->asked |=
			pedigree_aws_wait(value, &response->retry_after_ms);
	else if (!transfer->asked &&
		 header_is(bytes, n, "Retry-After", value, sizeof(value)))
		pedigree_aws_retry_after(value, now, &response->retry_after_ms);
}

static size_t take_header(char *bytes, size_t size, size_t n, void *ctx)
{
	struct pedigree_transfer *transfer = ctx;
	struct pedigree_http_response *response = &transfer->response;
	char value[64];

	n *= size;
	if (n >= 5 && !memcmp(bytes, "HTTP/", 5)) {
		/* Another answer: that before was a proxy's or a 100. */
		response->date = 0;
		response->retry_after_ms = -1;
		transfer->asked = false;
		response->request_id[0] = '\0';
		response->etag[0] = '\0';
		response->version[0] = '\0';
		response->region[0] = '\0';
	}
	if (header_is(bytes, n, "x-amzn-RequestId", response->request_id,
		      sizeof(response->request_id)) ||
	    header_is(bytes, n, "x-amz-request-id", response->request_id,
		      sizeof(response->request_id)) ||
	    header_is(bytes, n, "ETag", response->etag,
		      sizeof(response->etag)) ||
	    header_is(bytes, n, "x-amz-version-id", response->version,
		      sizeof(response->version)) ||
	    header_is(bytes, n, "x-amz-bucket-region", response->region,
		      sizeof(response->region)))
		return n;
	if (header_is(bytes, n, "Date", value, sizeof(value)) &&
	    !pedigree_aws_http_date(value, &response->date))
		response->date = 0;
	take_wait(transfer, bytes, n);
	return n;
}

/*
 * What is sent
 */

/*
 * Counts how often the request went out: libcurl repeats it by itself when a
 * kept connection turns out to be dead. It is shown secrets, and looks away.
 */
static int count_sent(CURL *easy, curl_infotype type, char *bytes, size_t n,
		      void *ctx)
{
	struct pedigree_transfer *transfer = ctx;

	(void)easy;
	if (type == CURLINFO_HEADER_OUT &&
	    !(n > 8 && !memcmp(bytes, "CONNECT ", 8)))
		transfer->response.sent++;
	return 0;
}

static int add_header(struct pedigree_transfer *transfer, const char *line)
{
	struct curl_slist *list =
		transfer->curl->slist_append(transfer->headers, line);

	if (!list)
		return PEDIGREE_ENOMEM;
	transfer->headers = list;
	return 0;
}

/* libcurl sends what it is given, and lines of its own making with it. */
static bool is_one_line(const char *value)
{
	for (; *value; value++)
		if (((unsigned char)*value < ' ' && *value != '\t') ||
		    *value == 0x7f)
			return false;
	return true;
}

static int check_headers(const struct pedigree_http_request *request,
			 struct pedigree_error *err)
{
	for (size_t i = 0; i < request->n_headers; i++)
		if (!is_one_line(request->headers[i].value))
			return pedigree_fail(
				err, PEDIGREE_ECONFIG,
				"what would be sent as %s has a control character, which no header may have; see where it is configured",
				request->headers[i].name);
	return 0;
}

static int add_headers(struct pedigree_transfer *transfer,
		       const struct pedigree_http_request *request)
{
	/* libcurl would wait for a leave to send, and name a type of body. */
	int result = add_header(transfer, "Expect:");

	if (result == 0)
		result = add_header(transfer, "Content-Type:");
	for (size_t i = 0; i < request->n_headers && result == 0; i++) {
		_cleanup_buf_ struct pedigree_buf line = PEDIGREE_BUF_INIT;
		const struct pedigree_sigv4_header *header =
			&request->headers[i];

		if (pedigree_buf_reserve(&line, strlen(header->name) +
							strlen(header->value) +
							4) < 0)
			return PEDIGREE_ENOMEM;
		/* "Name;" is how libcurl is told of an empty one. */
		pedigree_buf_addf(&line, *header->value ? "%s: %s" : "%s;",
				  header->name, header->value);
		result = add_header(transfer, line.data);
		explicit_bzero(line.data, line.len);
	}
	return result;
}

static bool set_limits(const struct pedigree_transfer *transfer,
		       const struct pedigree_http_request *request)
{
	__typeof__(curl_easy_setopt) *set = transfer->curl->easy_setopt;
	CURL *easy = transfer->easy;
	long connect =
		request->connect_ms ? (long)request->connect_ms : CONNECT_MS;
	long total = request->total_ms ? (long)request->total_ms : TOTAL_MS;
	long stalled =
		request->stalled_s ? (long)request->stalled_s : STALLED_S;

	return !set(easy, CURLOPT_CONNECTTIMEOUT_MS, connect) &&
	       !set(easy, CURLOPT_TIMEOUT_MS, total) &&
	       !set(easy, CURLOPT_LOW_SPEED_LIMIT, 1L) &&
	       !set(easy, CURLOPT_LOW_SPEED_TIME, stalled) &&
	       /* Of a HEAD, the length is that of what does not come. */
	       (!strcmp(request->method, "HEAD") ||
		!set(easy, CURLOPT_MAXFILESIZE_LARGE,
		     (curl_off_t)transfer->most));
}

static bool set_trust(const struct pedigree_transfer *transfer,
		      const struct pedigree_http_trust *trust)
{
	__typeof__(curl_easy_setopt) *set = transfer->curl->easy_setopt;

	if (set(transfer->easy, CURLOPT_SSL_VERIFYPEER, 1L) ||
	    set(transfer->easy, CURLOPT_SSL_VERIFYHOST, 2L))
		return false;
	if (!trust->path)
		return true;
	return !set(transfer->easy,
		    trust->is_folder ? CURLOPT_CAPATH : CURLOPT_CAINFO,
		    trust->path);
}

static bool set_protocols(const struct pedigree_transfer *transfer)
{
#if LIBCURL_VERSION_NUM >= 0x075500
	return !transfer->curl->easy_setopt(
		transfer->easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
	return !transfer->curl->easy_setopt(transfer->easy, CURLOPT_PROTOCOLS,
					    (long)(CURLPROTO_HTTP |
						   CURLPROTO_HTTPS));
#endif
}

static bool set_method(const struct pedigree_transfer *transfer,
		       const char *method)
{
	__typeof__(curl_easy_setopt) *set = transfer->curl->easy_setopt;

	if (!strcmp(method, "GET"))
		return true;
	if (!strcmp(method, "HEAD"))
		return !set(transfer->easy, CURLOPT_NOBODY, 1L);
	if (set(transfer->easy, CURLOPT_POST, 1L) ||
	    set(transfer->easy, CURLOPT_POSTFIELDSIZE_LARGE,
		(curl_off_t)transfer->n_body) ||
	    set(transfer->easy, CURLOPT_POSTFIELDS, transfer->body))
		return false;
	return !strcmp(method, "POST") ||
	       !set(transfer->easy, CURLOPT_CUSTOMREQUEST, method);
}

static bool set_options(struct pedigree_transfer *transfer,
			const struct pedigree_http_request *request)
{
	__typeof__(curl_easy_setopt) *set = transfer->curl->easy_setopt;
	CURL *easy = transfer->easy;

	return !set(easy, CURLOPT_URL, request->url) &&
	       !set(easy, CURLOPT_NOSIGNAL, 1L) &&
	       /* What is signed is what is sent. */
	       !set(easy, CURLOPT_PATH_AS_IS, 1L) &&
	       !set(easy, CURLOPT_FOLLOWLOCATION, 0L) &&
	       !set(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) &&
	       !set(easy, CURLOPT_TCP_KEEPALIVE, 1L) &&
	       !set(easy, CURLOPT_USERAGENT, PACKAGE "/" PACKAGE_VERSION) &&
	       !set(easy, CURLOPT_HTTPHEADER, transfer->headers) &&
	       !set(easy, CURLOPT_ERRORBUFFER, transfer->why) &&
	       !set(easy, CURLOPT_WRITEFUNCTION, take_body) &&
	       !set(easy, CURLOPT_WRITEDATA, transfer) &&
	       !set(easy, CURLOPT_HEADERFUNCTION, take_header) &&
	       !set(easy, CURLOPT_HEADERDATA, transfer) &&
	       !set(easy, CURLOPT_DEBUGFUNCTION, count_sent) &&
	       !set(easy, CURLOPT_DEBUGDATA, transfer) &&
	       !set(easy, CURLOPT_VERBOSE, 1L) &&
	       !(request->no_proxy && set(easy, CURLOPT_PROXY, "")) &&
	       set_protocols(transfer) && set_limits(transfer, request) &&
	       set_method(transfer, request->method);
}

static int copy_body(struct pedigree_transfer *transfer,
		     const struct pedigree_http_request *request)
{
	transfer->body = malloc(request->n_body + 1);
	if (!transfer->body)
		return PEDIGREE_ENOMEM;
	if (request->n_body)
		memcpy(transfer->body, request->body, request->n_body);
	transfer->body[request->n_body] = '\0';
	transfer->n_body = request->n_body;
	return 0;
}

int pedigree_transfer_new(const struct pedigree_curl *curl,
			  const struct pedigree_http_request *request,
			  const struct pedigree_http_trust *trust,
			  struct pedigree_transfer **ret,
			  struct pedigree_error *err)
{
	struct pedigree_transfer *transfer;
	int result = check_headers(request, err);

	if (result < 0)
		return result;
	transfer = calloc(1, sizeof(*transfer));
	if (!transfer)
		return pedigree_fail_memory(err);
	transfer->curl = curl;
	transfer->most = request->most ? request->most : MOST;
	transfer->response =
		(struct pedigree_http_response)PEDIGREE_HTTP_RESPONSE_INIT;
	transfer->easy = curl->easy_init();
	if (!transfer->easy || copy_body(transfer, request) < 0 ||
	    add_headers(transfer, request) < 0) {
		pedigree_transfer_free(transfer);
		return pedigree_fail_memory(err);
	}
	if (!set_options(transfer, request) || !set_trust(transfer, trust)) {
		pedigree_transfer_free(transfer);
		return pedigree_fail(
			err, PEDIGREE_EUNSUPPORTED,
			"libcurl lacks an option that is needed to talk to AWS");
	}
	*ret = transfer;
	return 0;
}

void pedigree_transfer_free(struct pedigree_transfer *transfer)
{
	if (transfer->easy)
		transfer->curl->easy_cleanup(transfer->easy);
	for (struct curl_slist *at = transfer->headers; at; at = at->next)
		explicit_bzero(at->data, strlen(at->data));
	transfer->curl->slist_free_all(transfer->headers);
	if (transfer->body)
		explicit_bzero(transfer->body, transfer->n_body);
	free(transfer->body);
	pedigree_http_response_clear(&transfer->response);
	free(transfer);
}

/*
 * How it ended
 */

static enum pedigree_http_outcome
outcome_of(const struct pedigree_transfer *transfer, CURLcode code)
{
	bool sent = transfer->response.sent > 0;

	if (transfer->too_large || code == CURLE_FILESIZE_EXCEEDED)
		return PEDIGREE_HTTP_TOO_LARGE;
	switch (code) {
	case CURLE_OK:
		return PEDIGREE_HTTP_ANSWERED;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
		return PEDIGREE_HTTP_UNTRUSTED;
	case CURLE_OUT_OF_MEMORY:
	case CURLE_WRITE_ERROR: /* no memory for the body */
		return PEDIGREE_HTTP_IMPOSSIBLE;
	case CURLE_URL_MALFORMAT:
	case CURLE_UNSUPPORTED_PROTOCOL: /* or what came back was not HTTP */
		return sent ? PEDIGREE_HTTP_LOST : PEDIGREE_HTTP_IMPOSSIBLE;
	default:
		return sent ? PEDIGREE_HTTP_LOST : PEDIGREE_HTTP_NOT_SENT;
	}
}

static int code_of(enum pedigree_http_outcome outcome, CURLcode code)
{
	switch (outcome) {
	case PEDIGREE_HTTP_TOO_LARGE:
		return PEDIGREE_ELIMIT;
	case PEDIGREE_HTTP_UNTRUSTED:
		return PEDIGREE_ECONFIG;
	case PEDIGREE_HTTP_IMPOSSIBLE:
		return code == CURLE_URL_MALFORMAT ||
				       code == CURLE_UNSUPPORTED_PROTOCOL
			       ? PEDIGREE_ECONFIG
			       : PEDIGREE_ENOMEM;
	default:
		return PEDIGREE_EIO;
	}
}

/* "https://host:port", without path, query and what stands before an "@". */
static void host_of(const char *url, char *ret, size_t room)
{
	const char *host = strstr(url, "://");
	size_t n;

	host = host ? host + 3 : url;
	n = strcspn(host, "/?#");
	while (memchr(host, '@', n)) {
		const char *at = (const char *)memchr(host, '@', n) + 1;

		n -= (size_t)(at - host);
		host = at;
	}
	snprintf(ret, room, "%.*s", (int)(n < room ? n : room - 1), host);
}

static void explain(struct pedigree_transfer *transfer, CURLcode code,
		    const struct pedigree_http_trust *trust)
{
	struct pedigree_http_response *response = &transfer->response;
	const char *url = NULL;
	char host[256];
	int as = code_of(response->outcome, code);
	const char *why = transfer->why[0]
				  ? transfer->why
				  : transfer->curl->easy_strerror(code);

	transfer->curl->easy_getinfo(transfer->easy, CURLINFO_EFFECTIVE_URL,
				     &url);
	host_of(url ? url : "", host, sizeof(host));
	if (response->outcome == PEDIGREE_HTTP_TOO_LARGE)
		pedigree_fail(&response->err, as,
			      "%s answered with more than %zu bytes; refused",
			      host, transfer->most);
	else if (response->outcome == PEDIGREE_HTTP_UNTRUSTED)
		pedigree_fail(
			&response->err, as,
			"the TLS certificate of %s is not trusted by %s: %s; if it should be, set AWS_CA_BUNDLE to a file with the certificate of its authority",
			host, trust->path ? trust->path : "this system", why);
	else
		pedigree_fail(&response->err, as, "cannot talk to %s: %s", host,
			      why);
}

void pedigree_transfer_end(struct pedigree_transfer *transfer, CURLcode code,
			   const struct pedigree_http_trust *trust)
{
	struct pedigree_http_response *response = &transfer->response;
	long status = 0;

	response->outcome = outcome_of(transfer, code);
	transfer->curl->easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE,
				     &status);
	response->status = (int)status;
	if (response->outcome != PEDIGREE_HTTP_ANSWERED)
		explain(transfer, code, trust);
}
