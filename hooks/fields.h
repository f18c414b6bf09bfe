/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names and values of an exchange, each ended by a NUL, one behind the other
 * in an area of fixed size. Values come in pieces. The area may move between
 * calls: whoever owns it passes it each time.
 */
#ifndef PEDIGREE_FIELDS_H
#define PEDIGREE_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pedigree_fields {
	uint16_t n;    /* bytes that are kept */
	uint16_t open; /* bytes in hand, behind them */
	uint16_t name; /* bytes of these that are a name and its NUL */
	uint16_t most; /* bytes the value may have */
	bool cut;      /* what is in hand is too long, or no text */
};

/* Where they are. */
struct pedigree_area {
	struct pedigree_fields *fields;
	char *bytes;
	size_t size;
};

/* Takes a field in hand whose value may have `most` bytes, and forgets what
   was in hand. */
void pedigree_fields_begin(const struct pedigree_area *area, size_t most);

/* A piece of its name; the last one has the NUL. */
void pedigree_fields_name(const struct pedigree_area *area, const char *bytes,
			  size_t n);

/* A piece of its value. A NUL in it spoils it. */
void pedigree_fields_add(const struct pedigree_area *area, const char *bytes,
			 size_t n);

/*
 * Keeps what is in hand as it is, without a NUL behind it. Answers its length,
 * or -1: it was cut, and nothing of it is left.
 */
int pedigree_fields_take(const struct pedigree_area *area);

/* What a value is. */
enum pedigree_fields_kind {
	PEDIGREE_FIELDS_TEXT,	/* kept as it is */
	PEDIGREE_FIELDS_HEADER, /* blanks around it are none of it */
	PEDIGREE_FIELDS_URL,	/* of a header, perhaps without its scheme */
};

/*
 * Keeps the field in hand. Of whatever is an http or https URL the user, the
 * query and the fragment go. Answers the length, or -1 as above.
 */
int pedigree_fields_end(const struct pedigree_area *area,
			enum pedigree_fields_kind kind);

#endif
