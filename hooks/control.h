/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Named members out of a JSON text that comes in pieces of any size: those
 * that control.def lists for an operation of a service's control plane, for
 * its answer, and for GCS's answer to an upload.
 *
 * Nothing else of the text is kept, not even for a moment: a name that is
 * read goes into `path` as far as it fits, a value of a listed member to the
 * fields.
 */
#ifndef PEDIGREE_CONTROL_H
#define PEDIGREE_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hooks/fields.h"

/* Objects and arrays in one another, the outermost included. Members that lie
   deeper are none of those listed. */
#define PEDIGREE_CONTROL_DEPTH 10
#define PEDIGREE_CONTROL_PATH 96

enum pedigree_control_part {
	PEDIGREE_CONTROL_REQUEST,
	PEDIGREE_CONTROL_ANSWER,
	PEDIGREE_CONTROL_UPLOAD, /* the answer of GCS; no operation */
};

struct pedigree_control {
	uint8_t operation;
	uint8_t part; /* enum pedigree_control_part */
	uint8_t state;
	uint8_t depth;	 /* of open objects and arrays, as far as counted */
	uint8_t path_n;	 /* "PrimaryContainer.Image", "Containers[].Image" */
	uint8_t escape;	 /* digits of \u that are missing */
	bool wanted;	 /* the value in hand is kept */
	bool lost;	 /* the name in hand is too long for `path` */
	bool cut;	 /* something was left out, or this is no JSON */
	uint16_t unit;	 /* the \u in hand */
	uint16_t high;	 /* its first half */
	uint32_t deeper; /* levels that are not counted in `depth` */
	uint32_t arrays; /* bit: this level is an array */
	uint8_t before[PEDIGREE_CONTROL_DEPTH]; /* path_n outside a level */
	uint16_t index[PEDIGREE_CONTROL_DEPTH]; /* in an array */
	char path[PEDIGREE_CONTROL_PATH];
};

/* The number of an operation, from X-Amz-Target; 0: not listed. */
uint8_t pedigree_control_operation(const char *target, size_t n);
const char *pedigree_control_name(uint8_t operation);

void pedigree_control_begin(struct pedigree_control *control, uint8_t operation,
			    enum pedigree_control_part part);

/* The next bytes. Answers how many fields were added. */
unsigned int pedigree_control_feed(struct pedigree_control *control,
				   const struct pedigree_area *area,
				   const char *bytes, size_t n);

/* The body is over. True when something was left out. */
bool pedigree_control_end(const struct pedigree_control *control);

#endif
