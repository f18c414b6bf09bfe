/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "tests/unit/support/wire.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Long conversations are cut at so many places, very long ones at fewer. */
enum {
	CUTS = 256,
	LONG = 65536,
	FEW = 16
};

static void add_fields(struct pedigree_buf *out, struct pedigree_text text)
{
	/* Names and values in turn, and no NUL behind the last. */
	for (size_t i = 0, texts = 0; i <= text.n; texts++) {
		size_t n = strnlen(text.bytes + i, text.n - i);

		pedigree_buf_add_char(out, texts % 2 ? '=' : ' ');
		pedigree_buf_add(out, text.bytes + i, n);
		i += n + 1;
	}
}

static unsigned int count_texts(const struct pedigree_http_event *event)
{
	unsigned int texts = 0;

	for (int i = 2; i < PEDIGREE_TEXTS && event->text[i].bytes; i++) {
		texts++;
		for (size_t j = 0; j < event->text[i].n; j++)
			texts += !event->text[i].bytes[j];
	}
	return texts;
}

static void add_number(struct pedigree_buf *out, const char *name,
		       unsigned int number)
{
	if (number)
		pedigree_buf_addf(out, " %s 0x%x", name, number);
}

void (*wire_look)(const struct pedigree_http_event *event);

static void on_exchange(void *context, const struct pedigree_http_event *event)
{
	struct pedigree_buf *out = context;
	const struct pedigree_exchange *head = &event->head;

	if (wire_look)
		wire_look(event);
	pedigree_buf_addf(out, "%s %s %u ",
			  event->type == PEDIGREE_EV_CONTROL ? "CONTROL"
							     : "EXCHANGE",
			  pedigree_method_word(head->method), head->status);
	pedigree_buf_add(out, event->text[0].bytes, event->text[0].n);
	pedigree_buf_add_char(out, ' ');
	pedigree_buf_add(out, event->text[1].bytes, event->text[1].n);
	pedigree_buf_addf(out, " sent %" PRIu64 " received %" PRIu64,
			  head->sent, head->received);
	add_number(out, "query", head->query);
	add_number(out, "service", head->service);
	add_number(out, "flags", event->flags);
	for (int i = 2; i < PEDIGREE_TEXTS && event->text[i].bytes; i++)
		add_fields(out, event->text[i]);
	if (count_texts(event) != 2u * head->fields)
		pedigree_buf_addf(out, " but %u fields are told", head->fields);
	pedigree_buf_add_char(out, '\n');
}

static void on_lost(void *context, unsigned int n)
{
	pedigree_buf_addf(context, "lost %u\n", n);
}

const struct pedigree_http_sink wire_sink = { on_exchange, on_lost };

static void play(struct pedigree_http *http, enum wire_way way,
		 const char *bytes, size_t n)
{
	switch (way) {
	case WIRE_SENT:
		pedigree_http_sent(http, bytes, n);
		break;
	case WIRE_RECEIVED:
		pedigree_http_received(http, bytes, n);
		break;
	case WIRE_SENT_UNSEEN:
		pedigree_http_sent(http, NULL, n);
		break;
	case WIRE_RECEIVED_UNSEEN:
		pedigree_http_received(http, NULL, n);
		break;
	default:
		break;
	}
}

/* A copy in a block of its own, so that ASan sees who reads beyond. */
static void play_copy(struct pedigree_http *http, enum wire_way way,
		      const char *bytes, size_t n)
{
	char *copy = malloc(n ? n : 1);

	memcpy(copy, bytes, n);
	play(http, way, copy, n);
	free(copy);
}

/* Nothing may count on the place, or on memory that was zero. */
static struct pedigree_http *moved(struct pedigree_http *http)
{
	struct pedigree_http *new = malloc(sizeof(*new));

	if (http)
		*new = *http;
	else
		memset(new, 0x55, sizeof(*new));
	free(http);
	return new;
}

bool wire_play_cut(struct pedigree_buf *ret, uint8_t flags,
		   const struct wire_piece *pieces, size_t first, size_t step)
{
	struct pedigree_http *http = moved(NULL);
	size_t next = first, at = 0;
	bool foreign;

	pedigree_http_init(http, flags, &wire_sink, ret);
	for (; pieces->bytes; pieces++) {
		const char *bytes = pieces->bytes;
		size_t n = pieces->n ? pieces->n : strlen(bytes);

		while (next < at + n && next >= at) {
			size_t part = next - at;

			play_copy(http, pieces->way, bytes, part);
			http = moved(http);
			bytes += part;
			n -= part;
			at += part;
			next += step;
		}
		play_copy(http, pieces->way, bytes, n);
		at += n;
	}
	foreign = pedigree_http_is_foreign(http);
	if (pieces->way == WIRE_END || pieces->way == WIRE_CLOSE)
		pedigree_http_close(http, pieces->way == WIRE_END);
	free(http);
	if (foreign)
		pedigree_buf_add_str(ret, "foreign\n");
	return first < at;
}

void wire_play(struct pedigree_buf *ret, uint8_t flags,
	       const struct wire_piece *pieces)
{
	wire_play_cut(ret, flags, pieces, SIZE_MAX, 1);
}

static char *compare(const char *expected, uint8_t flags,
		     const struct wire_piece *pieces, size_t first, size_t step,
		     bool *ret_more)
{
	_cleanup_buf_ struct pedigree_buf out = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf message = PEDIGREE_BUF_INIT;

	*ret_more = wire_play_cut(&out, flags, pieces, first, step);
	if (!strcmp(out.data, expected) && strlen(out.data) == out.len)
		return NULL;
	pedigree_buf_addf(&message, "cut at %zd by %zd:\n%s\nnot\n%s",
			  (ssize_t)first, (ssize_t)step, out.data, expected);
	return pedigree_buf_take(&message);
}

char *wire_differs(const char *expected, uint8_t flags,
		   const struct wire_piece *pieces)
{
	size_t total = 0, step;
	bool more;
	char *message = compare(expected, flags, pieces, SIZE_MAX, 1, &more);

	for (const struct wire_piece *at = pieces; at->bytes; at++)
		total += at->n ? at->n : strlen(at->bytes);
	step = 1 + total / (total > LONG ? FEW : CUTS);
	if (!message)
		message = compare(expected, flags, pieces, 1,
				  total > LONG ? 61 : 1, &more);
	for (size_t i = 1; !message && more; i += step)
		message = compare(expected, flags, pieces, i, SIZE_MAX / 2,
				  &more);
	return message;
}
