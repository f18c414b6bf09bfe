/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "tests/unit/support/exchange.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static unsigned int method_of(const char *word)
{
	for (unsigned int i = 1; i < 16; i++)
		if (!strcmp(pedigree_method_word(i), word))
			return i;
	return 0;
}

void exchange_event(const struct exchange *exchange, unsigned int type,
		    struct pedigree_event *ret, struct pedigree_wire *ret_wire)
{
	struct pedigree_buf fields = PEDIGREE_BUF_INIT;
	unsigned int n = 0;

	while (n < 2 * EXCHANGE_FIELDS && exchange->fields[n]) {
		const char *text = exchange->fields[n++];

		pedigree_buf_add(&fields, text, strlen(text) + 1);
	}
	assert_int_equal(n % 2, 0);
	*ret_wire = (struct pedigree_wire){
		.head = { .sent = exchange->sent,
			  .received = exchange->received,
			  .status =
				  (uint16_t)(exchange->status ? exchange->status
							      : 200),
			  .query = (uint16_t)exchange->query,
			  .method = (uint8_t)method_of(
				  exchange->method ? exchange->method : "POST"),
			  .service = (uint8_t)exchange->service,
			  .fields = (uint16_t)(n / 2) },
		.fields = n ? pedigree_buf_take(&fields) : strdup(""),
	};
	assert_non_null(ret_wire->fields);
	*ret = (struct pedigree_event){ .type = (uint8_t)type,
					.text = exchange->origin,
					.text2 = exchange->path,
					.text3 = "",
					.wire = ret_wire };
}

static void add(struct fake_run *s, const struct exchange *exchange,
		unsigned int type)
{
	struct pedigree_event *event =
		fake_event(s, type, 0, exchange->origin, exchange->path);
	struct pedigree_wire *wire = malloc(sizeof(*wire));
	struct pedigree_event made;

	assert_non_null(wire);
	exchange_event(exchange, type, &made, wire);
	event->wire = wire;
	s->texts[s->n_texts++] = (char *)wire;
	s->texts[s->n_texts++] = (char *)wire->fields;
}

void fake_exchange(struct fake_run *s, const struct exchange *exchange)
{
	add(s, exchange, PEDIGREE_EV_EXCHANGE);
}

void fake_control(struct fake_run *s, const struct exchange *exchange)
{
	add(s, exchange, PEDIGREE_EV_CONTROL);
}
