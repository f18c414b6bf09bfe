/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Named members out of a JSON text that comes in pieces of any size: those
 * that control.def lists.
 *
 * Nothing else is kept, not even for a moment: the path of the member in hand
 * stands in `path` as far as that may be a listed one, and a value goes to the
 * fields only when it is.
 */
#ifndef PEDIGREE_CONTROL_H
#define PEDIGREE_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hooks/fields.h"

/* Objects and arrays in one another, the outermost included; what lies deeper
   is skipped. */
#define PEDIGREE_CONTROL_DEPTH 10
#define PEDIGREE_CONTROL_PATH 96

enum pedigree_control_part {
	PEDIGREE_CONTROL_REQUEST,
	PEDIGREE_CONTROL_ANSWER,
	PEDIGREE_CONTROL_UPLOAD, /* GCS; there is no operation */
};

struct pedigree_control {
	uint8_t state; /* control.c; 0: there is nothing to be read */
	uint8_t operation;
	uint8_t part;	  /* enum pedigree_control_part */
	uint8_t depth;	  /* levels that are open, but for `skipped` ones */
	uint8_t path_n;	  /* in path */
	uint8_t digits;	  /* of \uXXXX that are still to come */
	bool key;	  /* the string in hand is a name */
	bool wanted;	  /* the value in hand is a listed member's */
	bool unlisted;	  /* the path in hand is no listed member's */
	bool cut;	  /* something was left out, or this is no JSON */
	uint16_t unit;	  /* \uXXXX in hand */
	uint16_t high;	  /* the first half of a pair; 0: none */
	uint16_t arrays;  /* bit n: level n is an array */
	uint32_t skipped; /* levels open inside the last counted one */
	uint8_t before[PEDIGREE_CONTROL_DEPTH]; /* path_n of each level */
	uint16_t index[PEDIGREE_CONTROL_DEPTH]; /* in an array */
	char path[PEDIGREE_CONTROL_PATH];
};

/* The operation that X-Amz-Target names; 0: none that is listed. */
uint8_t pedigree_control_operation(const char *target, size_t n);
/* NULL for 0. */
const char *pedigree_control_word(uint8_t operation);

void pedigree_control_begin(struct pedigree_control *control,
			    enum pedigree_control_part part, uint8_t operation);

static inline bool
pedigree_control_is_open(const struct pedigree_control *control)
{
	return control->state != 0;
}

/* The next bytes; does nothing unless it is open. Answers how many fields were
   added and adds their bytes to *n_bytes. */
unsigned int pedigree_control_feed(struct pedigree_control *control,
				   const struct pedigree_area *area,
				   const char *bytes, size_t n,
				   uint16_t *n_bytes);

/* The text is over, or is not followed any more. False when something was
   left out, or it had no end. */
bool pedigree_control_end(struct pedigree_control *control);

#endif
