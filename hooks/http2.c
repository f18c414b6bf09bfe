/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP/2, a stream at a time. The state of a direction is how much of its
 * message has come.
 */
#include "config.h"

#include <string.h>

#include "hooks/http.h"
#include "hooks/http_call.h"

#define SENT PEDIGREE_HTTP_SENT
#define RECEIVED PEDIGREE_HTTP_RECEIVED

enum {
	NOTHING,
	HEAD,
	BEHIND
};

static bool is(const char *bytes, size_t n, const char *word)
{
	return strlen(word) == n && !memcmp(bytes, word, n);
}

static void on_field(struct pedigree_http *http, enum pedigree_http_way way,
		     const char *name, size_t name_n, const char *value,
		     size_t value_n)
{
	struct pedigree_http_side *side = pedigree_http_side(http, way);

	side->trailer = side->state == BEHIND;
	pedigree_http_field_name(http, way, name, name_n);
	pedigree_http_field_value(http, way, value, value_n);
	/* No length frames anything here. */
	(void)pedigree_http_field_end(http, way);
}

static void on_pseudo(struct pedigree_http *http, const char *name,
		      size_t name_n, const char *value, size_t value_n)
{
	struct pedigree_http_call *call = pedigree_http_call(http, SENT);

	if (is(name, name_n, ":method")) {
		pedigree_http_method(call, value, value_n);
	} else if (is(name, name_n, ":scheme")) {
		http->https = is(value, value_n, "https");
	} else if (is(name, name_n, ":authority")) {
		pedigree_http_host_begin(http);
		pedigree_http_host_add(http, value, value_n);
	} else if (is(name, name_n, ":path") && !call->path_n &&
		   !call->head.fields) {
		pedigree_http_target_add(http, value, value_n);
		pedigree_http_target_end(http);
	}
}

void pedigree_http2_sent_field(struct pedigree_http *http, const char *name,
			       size_t name_n, const char *value, size_t value_n)
{
	if (http->foreign || !name_n)
		return;
	if (http->sent.state == NOTHING) {
		pedigree_http_request_begin(http);
		http->sent.state = HEAD;
	}
	if (*name != ':')
		on_field(http, SENT, name, name_n, value, value_n);
	else if (http->sent.state == HEAD)
		on_pseudo(http, name, name_n, value, value_n);
}

static void end_request_head(struct pedigree_http *http)
{
	if (http->sent.state != HEAD)
		return;
	pedigree_http_request_head(http);
	http->sent.state = BEHIND;
}

void pedigree_http2_sent_body(struct pedigree_http *http, const void *bytes,
			      size_t n)
{
	if (http->foreign)
		return;
	end_request_head(http);
	pedigree_http_body(http, SENT, bytes, n);
}

static void on_status(struct pedigree_http *http, const char *value, size_t n)
{
	unsigned int status = 0;

	for (size_t i = 0; n == 3 && i < n; i++)
		status = status * 10 + ((unsigned char)value[i] - '0');
	pedigree_http_answer_begin(http);
	http->calls[0].head.status = status < 1000 ? (uint16_t)status : 0;
	http->received.state = HEAD;
}

void pedigree_http2_received_field(struct pedigree_http *http, const char *name,
				   size_t name_n, const char *value,
				   size_t value_n)
{
	if (http->foreign || !name_n)
		return;
	end_request_head(http);
	if (!http->calls_n)
		return;
	if (*name != ':')
		on_field(http, RECEIVED, name, name_n, value, value_n);
	else if (is(name, name_n, ":status") && http->received.state != BEHIND)
		on_status(http, value, value_n);
}

void pedigree_http2_received_body(struct pedigree_http *http, const void *bytes,
				  size_t n)
{
	if (http->foreign || !http->calls_n)
		return;
	if (http->received.state == HEAD) {
		pedigree_http_answer_head(http);
		http->received.state = BEHIND;
	}
	pedigree_http_body(http, RECEIVED, bytes, n);
}

/* What was sent, where the body itself went by unseen. */
static void add_length(struct pedigree_http *http)
{
	static const char name[] = "request-content-length";
	struct pedigree_area area = pedigree_http_area(http, RECEIVED);
	uint64_t length = http->calls[0].length;
	char digits[20];
	size_t at = sizeof(digits);

	if (!length || http->calls[0].head.sent)
		return;
	do
		digits[--at] = (char)('0' + length % 10);
	while ((length /= 10));
	pedigree_fields_begin(&area, sizeof(digits));
	pedigree_fields_name(&area, name, sizeof(name));
	pedigree_fields_add(&area, digits + at, sizeof(digits) - at);
	if (pedigree_fields_end(&area, PEDIGREE_FIELDS_HEADER) > 0)
		pedigree_http_field_added(http, RECEIVED, 1, 0);
}

static void close_stream(struct pedigree_http *http, bool ended)
{
	struct pedigree_http_call *call = &http->calls[0];

	end_request_head(http);
	if (!http->calls_n)
		return;
	pedigree_http_request_end(http);
	if (call->head.status < 200)
		call->head.status = 0;
	add_length(http);
	pedigree_http_answer_end(
		http, ended && call->head.status ? 0 : PEDIGREE_F_UNFINISHED);
}

void pedigree_http_close(struct pedigree_http *http, bool ended)
{
	if (http->foreign)
		return;
	if (http->flags & PEDIGREE_F_HTTP2)
		close_stream(http, ended);
	else
		pedigree_http1_close(http, ended);
	http->foreign = true;
}
