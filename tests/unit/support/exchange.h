/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP exchanges as events of a made-up run, in a few words each.
 */
#ifndef TESTS_UNIT_EXCHANGE_H
#define TESTS_UNIT_EXCHANGE_H

#include "tests/unit/support/fake_run.h"

#define EXCHANGE_FIELDS 12

struct exchange {
	const char *method; /* as in wire.def; NULL: POST */
	const char *origin;
	const char *path;    /* CONTROL: the operation */
	unsigned int status; /* 0: 200 */
	unsigned int query;
	unsigned int service;
	uint64_t sent, received;
	const char *fields[2 * EXCHANGE_FIELDS]; /* NULL ends */
};

/* Fills `ret` and `ret_wire`; free(ret_wire->fields as char *). */
void exchange_event(const struct exchange *exchange, unsigned int type,
		    struct pedigree_event *ret, struct pedigree_wire *ret_wire);

/* Appends it to the run. */
void fake_exchange(struct fake_run *s, const struct exchange *exchange);
void fake_control(struct fake_run *s, const struct exchange *exchange);

#define FAKE_EXCHANGE(s, ...) \
	fake_exchange(s, &(const struct exchange){ __VA_ARGS__ })
#define FAKE_CONTROL(s, ...) \
	fake_control(s, &(const struct exchange){ __VA_ARGS__ })

#endif
