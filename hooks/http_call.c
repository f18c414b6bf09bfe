/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "hooks/http_call.h"

#include <string.h>

#define SENT PEDIGREE_HTTP_SENT
#define RECEIVED PEDIGREE_HTTP_RECEIVED

void pedigree_http_init(struct pedigree_http *http, uint8_t flags,
			const struct pedigree_http_sink *sink, void *context)
{
	memset(http, 0, offsetof(struct pedigree_http, calls));
	http->sink = sink;
	http->context = context;
	http->flags = flags;
}

void pedigree_http_give_up(struct pedigree_http *http, bool begun)
{
	unsigned int lost = http->calls_n + (unsigned int)begun;

	http->foreign = true;
	http->calls_n = 0;
	http->reading = false;
	if (lost)
		http->sink->lost(http->context, lost);
}

static struct pedigree_text text(const char *bytes, size_t n)
{
	return (struct pedigree_text){ bytes, n };
}

/* The log writes the last NUL of a text itself. */
static void emit(struct pedigree_http *http,
		 const struct pedigree_http_call *call)
{
	const char *origin = http->text, *path = origin + call->origin_n;
	const char *word = pedigree_control_word(call->operation);
	struct pedigree_http_event event = {
		.type = word ? PEDIGREE_EV_CONTROL : PEDIGREE_EV_EXCHANGE,
		.flags = call->flags,
		.head = call->head,
		.text = { text(origin, call->origin_n),
			  word ? text(word, strlen(word))
			       : text(path, call->path_n) },
	};
	unsigned int n = 2;

	event.head.fields = (uint16_t)(call->head.fields + http->answer_fields);
	if (call->fields_n)
		event.text[n++] =
			text(path + call->path_n, call->fields_n - 1u);
	if (http->received.fields.n)
		event.text[n] =
			text(http->answer, http->received.fields.n - 1u);
	http->sink->exchange(http->context, &event);
}

/* What is behind the oldest call and its texts moves up. */
void pedigree_http_forget(struct pedigree_http *http)
{
	const struct pedigree_http_call *call = &http->calls[0];
	struct pedigree_fields *fields = &http->sent.fields;
	size_t n = (size_t)call->origin_n + call->path_n + call->fields_n;
	size_t behind = (size_t)fields->n + fields->open - n;
	size_t calls = http->calls_n - 1u + http->reading;

	memmove(http->text, http->text + n, behind);
	fields->n = (uint16_t)(fields->n - n);
	memmove(http->calls, http->calls + 1, calls * sizeof(*http->calls));
	http->calls_n--;
	http->received.fields.n = 0;
	http->answer_fields = 0;
}

static void end_control(struct pedigree_control *control,
			struct pedigree_http_call *call)
{
	if (!pedigree_control_end(control))
		call->flags |= PEDIGREE_F_CUT;
}

void pedigree_http_answer_end(struct pedigree_http *http, uint8_t flags)
{
	struct pedigree_http_call *call = &http->calls[0];

	call->flags |= flags | http->flags;
	/* Its request may not be over. */
	if (call == pedigree_http_call(http, SENT))
		end_control(&http->sent.control, call);
	end_control(&http->received.control, call);
	/* A tunnel has no object at its end. */
	if (!call->tunnel)
		emit(http, call);
	pedigree_http_forget(http);
}

static void look_into_xml(struct pedigree_http *http, const char *bytes,
			  size_t n)
{
	struct pedigree_area area = pedigree_http_area(http, RECEIVED);
	unsigned int fields;
	uint16_t added = 0;

	if (!bytes) {
		pedigree_xml_end(&http->xml);
		return;
	}
	fields = pedigree_xml_feed(&http->xml, &area, bytes, n, &added);
	pedigree_http_field_added(http, RECEIVED, fields, added);
}

void pedigree_http_body(struct pedigree_http *http, enum pedigree_http_way way,
			const char *bytes, size_t n)
{
	struct pedigree_http_call *call = pedigree_http_call(http, way);
	struct pedigree_control *control =
		&pedigree_http_side(http, way)->control;
	struct pedigree_area area;
	unsigned int fields;
	uint16_t added = 0;

	if (!call)
		return;
	if (way == SENT)
		call->head.sent += n;
	else
		call->head.received += n;
	if (way == RECEIVED && pedigree_xml_is_open(&http->xml))
		look_into_xml(http, bytes, n);
	if (!pedigree_control_is_open(control))
		return;
	if (!bytes) {
		pedigree_control_end(control);
		call->flags |= PEDIGREE_F_CUT;
		return;
	}
	area = pedigree_http_area(http, way);
	fields = pedigree_control_feed(control, &area, bytes, n, &added);
	pedigree_http_field_added(http, way, fields, added);
}

static void begin_head(struct pedigree_http_side *side)
{
	side->header = 0;
	side->has_length = false;
	side->chunked = false;
	side->unframed = false;
	side->encoded = false;
	side->trailer = false;
}

bool pedigree_http_request_begin(struct pedigree_http *http)
{
	if (http->calls_n == PEDIGREE_HTTP_CALLS)
		return false;
	http->reading = true;
	http->https = http->flags & PEDIGREE_F_TLS;
	memset(&http->calls[http->calls_n], 0, sizeof(*http->calls));
	begin_head(&http->sent);
	pedigree_http_target_begin(http);
	return true;
}

/* Looks into the body that comes. */
static void look_into(struct pedigree_http_side *side,
		      struct pedigree_http_call *call,
		      enum pedigree_control_part part)
{
	if (side->encoded)
		call->flags |= PEDIGREE_F_CUT;
	else
		pedigree_control_begin(&side->control, part, call->operation);
}

void pedigree_http_request_head(struct pedigree_http *http)
{
	struct pedigree_http_call *call = pedigree_http_call(http, SENT);

	pedigree_http_request(http);
	call->length = http->sent.has_length ? http->sent.length : 0;
	http->calls_n++;
	http->reading = false;
	if (call->operation)
		look_into(&http->sent, call, PEDIGREE_CONTROL_REQUEST);
}

void pedigree_http_request_end(struct pedigree_http *http)
{
	struct pedigree_http_call *call = pedigree_http_call(http, SENT);

	if (call)
		end_control(&http->sent.control, call);
}

void pedigree_http_answer_begin(struct pedigree_http *http)
{
	http->received.fields.n = 0;
	http->answer_fields = 0;
	http->calls[0].head.status = 0;
	pedigree_xml_end(&http->xml);
	begin_head(&http->received);
}

/* An object that is put together of parts, or copied: of what it became its
   ETag is in the body alone. */
static bool answers_with_etag(const struct pedigree_http_call *call)
{
	if (call->head.status / 100 != 2)
		return false;
	return call->head.method == PEDIGREE_METHOD_POST
		       ? call->head.query & PEDIGREE_QUERY_UPLOAD_ID
		       : call->head.method == PEDIGREE_METHOD_PUT &&
				 call->copies;
}

void pedigree_http_answer_head(struct pedigree_http *http)
{
	struct pedigree_http_call *call = &http->calls[0];

	if (call->operation)
		look_into(&http->received, call, PEDIGREE_CONTROL_ANSWER);
	else if (call->upload && call->head.status / 100 == 2)
		look_into(&http->received, call, PEDIGREE_CONTROL_UPLOAD);
	else if (answers_with_etag(call) && !http->received.encoded)
		pedigree_xml_begin(&http->xml);
}
