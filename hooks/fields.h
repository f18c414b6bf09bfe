/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names and values of an exchange, each ended by a NUL, one behind the other
 * in an area of fixed size. Values come in pieces. The area may move between
 * calls; it is whoever owns it that passes it each time.
 */
#ifndef PEDIGREE_FIELDS_H
#define PEDIGREE_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pedigree_fields {
	uint16_t n;    /* bytes of finished fields */
	uint16_t open; /* bytes of the field in hand, behind them */
	uint16_t name; /* bytes of these that are its name */
	uint16_t most; /* bytes its value may have */
	bool cut;      /* the one in hand is too long, or no text */
};

/* Where they are. */
struct pedigree_area {
	struct pedigree_fields *fields;
	char *bytes;
	size_t size;
};

/* Begins a field; its value may have `most` bytes. What was in hand is
   forgotten. */
void pedigree_fields_begin(const struct pedigree_area *area, const char *name,
			   size_t n, size_t most);

/* Bytes of the value. A NUL among them spoils it. */
void pedigree_fields_add(const struct pedigree_area *area, const char *bytes,
			 size_t n);

/*
 * Ends the field. Blanks around the value go, and so do the query, the
 * fragment and the user of a URL. True when it is kept; false when it was too
 * long: nothing of it is left then.
 */
bool pedigree_fields_end(const struct pedigree_area *area);

#endif
