/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "hooks/http_fields.h"

#include <string.h>

#include "hooks/control.h"

enum {
	SENT = 1,
	RECEIVED = 2
};

/* What is done with a header. */
enum use {
	KEEP,
	KEEP_URL, /* without its query */
	SCOPE,	  /* the service is taken from it as it goes by */
	HOST,
	/* Looked at when whole, in side->value. */
	LENGTH,
	TRANSFER,
	ENCODING,
	EXPECT,
	TARGET
};

/* The numbers of the rows, from 1, are side->header. A name that ends in '*'
   stands for all that begin like it. */
static const struct header {
	char name[32];
	uint8_t name_n; /* without the '*' */
	bool prefix;
	uint8_t in; /* SENT, RECEIVED */
	uint8_t use;
	uint16_t most; /* bytes of a value that is kept */
} headers[] = {
#define HEADER(name, in, use, most) \
	{ \
		name, sizeof(name) - 1, false, in, use, most \
	}
#define HEADERS(name, in, use, most) \
	{ \
		name, sizeof(name) - 2, true, in, use, most \
	}
	HEADER("authorization", SENT, SCOPE, 0),
	HEADER("content-encoding", SENT | RECEIVED, ENCODING, 0),
	HEADER("content-length", SENT | RECEIVED, LENGTH, 0),
	HEADER("content-md5", SENT | RECEIVED, KEEP, 64),
	HEADER("content-range", SENT | RECEIVED, KEEP, 128),
	HEADER("etag", RECEIVED, KEEP, 256),
	HEADER("expect", SENT, EXPECT, 0),
	HEADER("host", SENT, HOST, 0),
	HEADER("last-modified", RECEIVED, KEEP, 64),
	HEADER("location", RECEIVED, KEEP_URL, 1200),
	HEADER("range", SENT, KEEP, 128),
	HEADER("transfer-encoding", SENT | RECEIVED, TRANSFER, 0),
	HEADERS("x-amz-checksum-*", SENT | RECEIVED, KEEP, 128),
	HEADER("x-amz-copy-source", SENT, KEEP_URL, 3200),
	HEADER("x-amz-copy-source-range", SENT, KEEP, 128),
	HEADER("x-amz-copy-source-version-id", RECEIVED, KEEP, 1024),
	HEADER("x-amz-decoded-content-length", SENT, KEEP, 20),
	HEADER("x-amz-target", SENT, TARGET, 0),
	HEADER("x-amz-version-id", RECEIVED, KEEP, 1024),
	HEADER("x-goog-copy-source", SENT, KEEP_URL, 3200),
	HEADER("x-goog-generation", RECEIVED, KEEP, 32),
	HEADER("x-goog-hash", RECEIVED, KEEP, 128),
	HEADER("x-linked-etag", RECEIVED, KEEP, 256),
	HEADER("x-linked-size", RECEIVED, KEEP, 20),
	HEADER("x-ms-copy-source", SENT, KEEP_URL, 2048),
	HEADER("x-ms-version-id", RECEIVED, KEEP, 128),
	HEADER("x-repo-commit", RECEIVED, KEEP, 128),
#undef HEADER
#undef HEADERS
};

struct pedigree_http_side *pedigree_http_side(struct pedigree_http *http,
					      enum pedigree_http_way way)
{
	return way == PEDIGREE_HTTP_SENT ? &http->sent : &http->received;
}

struct pedigree_area pedigree_http_area(struct pedigree_http *http,
					enum pedigree_http_way way)
{
	if (way == PEDIGREE_HTTP_SENT)
		return (struct pedigree_area){ &http->sent.fields, http->text,
					       sizeof(http->text) };
	return (struct pedigree_area){ &http->received.fields, http->answer,
				       sizeof(http->answer) };
}

struct pedigree_http_call *pedigree_http_call(struct pedigree_http *http,
					      enum pedigree_http_way way)
{
	if (way == PEDIGREE_HTTP_SENT && http->reading)
		return &http->calls[http->calls_n];
	if (!http->calls_n)
		return NULL;
	return &http->calls[way == PEDIGREE_HTTP_SENT ? http->calls_n - 1 : 0];
}

static bool is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool has_name(const struct header *header, const char *name, size_t n)
{
	size_t known = header->name_n;

	/* The library's memcmp is called only where it may well be equal. */
	if (n < known || *name != *header->name ||
	    memcmp(header->name, name, known) != 0)
		return false;
	if (!header->prefix)
		return n == known;
	for (size_t i = known; i < n; i++)
		if (!is_alnum(name[i]))
			return false;
	return n > known;
}

static uint8_t header_number(uint8_t in, const char *name, size_t n)
{
	for (size_t i = 0; i < sizeof(headers) / sizeof(*headers); i++)
		if ((headers[i].in & in) && has_name(&headers[i], name, n))
			return (uint8_t)(i + 1);
	return 0;
}

static bool is_kept(const struct header *header)
{
	return header->use == KEEP || header->use == KEEP_URL;
}

static void begin_kept(struct pedigree_http *http, enum pedigree_http_way way,
		       const struct header *header, const char *name, size_t n)
{
	struct pedigree_area area = pedigree_http_area(http, way);

	pedigree_fields_begin(&area, header->most);
	if (way == PEDIGREE_HTTP_SENT)
		pedigree_fields_name(&area, "request-", 8);
	pedigree_fields_name(&area, name, n);
	pedigree_fields_name(&area, "", 1);
}

void pedigree_http_field_name(struct pedigree_http *http,
			      enum pedigree_http_way way, const char *name,
			      size_t n)
{
	struct pedigree_http_side *side = pedigree_http_side(http, way);
	const struct header *header;

	side->value_n = 0;
	side->header = header_number(
		way == PEDIGREE_HTTP_SENT ? SENT : RECEIVED, name, n);
	if (!side->header)
		return;
	header = &headers[side->header - 1];
	/* Behind a body nothing is framed any more, and a body whose call was
	   answered has nobody to belong to. */
	if ((side->trailer && !is_kept(header)) ||
	    !pedigree_http_call(http, way) ||
	    (header->use == HOST && (http->absolute || http->host_n)))
		side->header = 0;
	else if (is_kept(header))
		begin_kept(http, way, header, name, n);
	else if (header->use == HOST)
		pedigree_http_host_begin(http);
	else if (header->use == SCOPE)
		pedigree_http_scope_begin(&http->target);
}

/* A value that is kept, where a line's end is a blank. */
static void add_kept(struct pedigree_http *http, enum pedigree_http_way way,
		     const char *bytes, size_t n)
{
	struct pedigree_area area = pedigree_http_area(http, way);
	size_t done = 0;

	for (size_t i = 0; i < n; i++) {
		if (bytes[i] != '\r')
			continue;
		pedigree_fields_add(&area, bytes + done, i - done);
		pedigree_fields_add(&area, " ", 1);
		done = i + 1;
	}
	pedigree_fields_add(&area, bytes + done, n - done);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static void add_host(struct pedigree_http *http, const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (http->host_n || !is_blank(bytes[i]))
			pedigree_http_host_add(http, bytes + i, 1);
}

/* Without blanks and in lower case; what is too long is none of the words. */
static void add_value(struct pedigree_http_side *side, const char *bytes,
		      size_t n, bool as_it_is)
{
	for (size_t i = 0; i < n; i++) {
		char c = bytes[i];

		if (is_blank(c))
			continue;
		if (!as_it_is && c >= 'A' && c <= 'Z')
			c |= 0x20;
		if (side->value_n < sizeof(side->value))
			side->value[side->value_n++] = c;
		else
			side->value[0] = 0;
	}
}

void pedigree_http_field_value(struct pedigree_http *http,
			       enum pedigree_http_way way, const char *bytes,
			       size_t n)
{
	struct pedigree_http_side *side = pedigree_http_side(http, way);
	uint8_t use;

	if (!side->header)
		return;
	use = headers[side->header - 1].use;
	if (use == KEEP || use == KEEP_URL)
		add_kept(http, way, bytes, n);
	else if (use == HOST)
		add_host(http, bytes, n);
	else if (use == SCOPE)
		pedigree_http_scope_add(
			&http->target, pedigree_http_call(http, way), bytes, n);
	else
		add_value(side, bytes, n, use == TARGET);
}

static bool is(const char *bytes, size_t n, const char *word)
{
	return strlen(word) == n && !memcmp(bytes, word, n);
}

/* Two different lengths are an attack on somebody. */
static bool take_length(struct pedigree_http_side *side)
{
	uint64_t length = 0;

	for (size_t i = 0; i < side->value_n; i++) {
		unsigned int digit = (unsigned char)side->value[i] - '0';

		if (digit > 9 || length > UINT64_MAX / 100)
			return false;
		length = length * 10 + digit;
	}
	if (!side->value_n || (side->has_length && side->length != length))
		return false;
	side->has_length = true;
	side->length = length;
	return true;
}

static void take_transfer(struct pedigree_http_side *side)
{
	static const char last[] = "chunked";
	const size_t n = sizeof(last) - 1;

	if (is(side->value, side->value_n, "identity"))
		return;
	side->chunked = side->value_n >= n &&
			!memcmp(side->value + side->value_n - n, last, n);
	side->unframed = !side->chunked;
	/* A coding in front of it, as gzip. */
	if (side->value_n != n)
		side->encoded = true;
}

void pedigree_http_field_added(struct pedigree_http *http,
			       enum pedigree_http_way way, unsigned int fields,
			       unsigned int bytes)
{
	struct pedigree_http_call *call;

	if (way == PEDIGREE_HTTP_RECEIVED) {
		http->answer_fields = (uint16_t)(http->answer_fields + fields);
		return;
	}
	call = pedigree_http_call(http, way);
	if (!call)
		return;
	call->head.fields = (uint16_t)(call->head.fields + fields);
	call->fields_n = (uint16_t)(call->fields_n + bytes);
}

static void end_kept(struct pedigree_http *http, enum pedigree_http_way way,
		     const struct header *header)
{
	struct pedigree_http_call *call = pedigree_http_call(http, way);
	struct pedigree_area area = pedigree_http_area(http, way);
	int n = pedigree_fields_end(&area, header->use == KEEP_URL
						   ? PEDIGREE_FIELDS_URL
						   : PEDIGREE_FIELDS_HEADER);

	if (n < 0) {
		call->flags |= PEDIGREE_F_CUT;
		return;
	}
	if (way == PEDIGREE_HTTP_SENT && header->use == KEEP_URL)
		call->copies = true;
	pedigree_http_field_added(http, way, 1, (unsigned int)n);
}

bool pedigree_http_field_end(struct pedigree_http *http,
			     enum pedigree_http_way way)
{
	struct pedigree_http_side *side = pedigree_http_side(http, way);
	struct pedigree_http_call *call = pedigree_http_call(http, way);
	const struct header *header;

	/* The call may have been answered in the midst of a trailer. */
	if (!side->header || !call) {
		side->header = 0;
		return true;
	}
	header = &headers[side->header - 1];
	side->header = 0;
	switch (header->use) {
	case KEEP:
	case KEEP_URL:
		end_kept(http, way, header);
		break;
	case SCOPE:
		pedigree_http_scope_end(&http->target, call);
		break;
	case LENGTH:
		return take_length(side);
	case TRANSFER:
		take_transfer(side);
		break;
	case ENCODING:
		side->encoded |= side->value_n &&
				 !is(side->value, side->value_n, "identity");
		break;
	case EXPECT:
		call->expects = is(side->value, side->value_n, "100-continue");
		break;
	case TARGET:
		call->operation =
			pedigree_control_operation(side->value, side->value_n);
		break;
	default:
		break;
	}
	return true;
}

void pedigree_http_method(struct pedigree_http_call *call, const char *word,
			  size_t n)
{
	static const char methods[][8] = {
#define METHOD(number, name) [number] = #name,
#define SERVICE(number, name, scope)
#define QUERY(bit, name, meaning)
#include "evlog/wire.def"
#undef METHOD
#undef SERVICE
#undef QUERY
	};

	for (size_t i = 1; i < sizeof(methods) / sizeof(*methods); i++)
		if (is(word, n, methods[i]))
			call->head.method = (uint8_t)i;
	call->bodyless = call->head.method == PEDIGREE_METHOD_HEAD;
	call->tunnel = is(word, n, "CONNECT");
}
