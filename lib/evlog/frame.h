/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Taking one frame apart. Trusts nothing and follows no reference.
 */
#ifndef PEDIGREE_EVLOG_FRAME_H
#define PEDIGREE_EVLOG_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "evlog/format.h"

/* Texts point into the frame; those it does not have are "". */
struct pedigree_frame_parts {
	struct pedigree_frame head;
	bool has_old;
	struct pedigree_old old;
	struct pedigree_two two;
	struct pedigree_image image;
	struct pedigree_blind blind;
	struct pedigree_stream stream;
	struct pedigree_reaped reaped;
	struct pedigree_exchange exchange;
	const char *text[3];
	const char *args; /* PROCESS: image.argc strings; EXCHANGE and
			     CONTROL: exchange.fields pairs of strings */
	size_t args_size;
};

enum pedigree_frame_verdict {
	PEDIGREE_FRAME_GOOD,
	PEDIGREE_FRAME_UNKNOWN, /* of a type this version does not know */
	PEDIGREE_FRAME_BAD	/* contradicts the format */
};

/* `bytes` holds the whole frame: `size` is its units times 8. */
enum pedigree_frame_verdict
pedigree_frame_parse(const char *bytes, size_t size,
		     struct pedigree_frame_parts *ret);

#endif
