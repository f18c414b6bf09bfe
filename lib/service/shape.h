/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shapes: what a value in the API's JSON has to look like. They are data
 * (shapes.c); this is what reads them.
 */
#ifndef PEDIGREE_SERVICE_SHAPE_H
#define PEDIGREE_SERVICE_SHAPE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pedigree/error.h>

#include "base/buf.h"

enum pedigree_shape_kind {
	PEDIGREE_SHAPE_STRING,
	PEDIGREE_SHAPE_INTEGER,
	PEDIGREE_SHAPE_DOUBLE,
	PEDIGREE_SHAPE_BOOLEAN,
	PEDIGREE_SHAPE_TIMESTAMP, /* seconds since the epoch, or ISO 8601 */
	PEDIGREE_SHAPE_LIST,
	PEDIGREE_SHAPE_MAP,
	PEDIGREE_SHAPE_STRUCTURE
};

/* What a string must be, beyond its length. */
struct pedigree_pattern {
	const char *text; /* as the API writes it, for messages */
	bool (*fits)(const char *value);
};

struct pedigree_member;

struct pedigree_shape {
	enum pedigree_shape_kind kind;
	/* Characters of a string, entries of a list or map, the value of an
	   integer. A max of 0 is none. */
	int64_t min, max;
	const struct pedigree_pattern *pattern;
	const char *const *words;	   /* the only values; ended by NULL */
	const struct pedigree_shape *key;  /* of a map */
	const struct pedigree_shape *item; /* of a list or map */
	const struct pedigree_member *members; /* ended by a NULL name */
};

struct pedigree_member {
	const char *name;
	const struct pedigree_shape *shape;
	bool required;
};

const struct pedigree_member *
pedigree_member_find(const struct pedigree_member *members, const char *name);
/* The name of a member, as near as it gets to `name`; NULL: none is near. */
const char *pedigree_member_nearest(const struct pedigree_member *members,
				    const char *name);

/*
 * Is `value` of this shape? Every failure is told, as the service does it:
 * "2 validation errors detected: Value 'a b' at 'artifactName' failed to
 * satisfy constraint: …; …". Values of the wrong JSON type and unknown
 * members, which the AWS CLI refuses before it calls, are failures too.
 *
 * @return PEDIGREE_EINVAL, with *ret_text the whole message
 */
int pedigree_shape_check(const struct pedigree_member *members, json_t *value,
			 struct pedigree_buf *ret_text);

/* "string", "list of structures", … for help; appended to `buf`. */
void pedigree_shape_describe(const struct pedigree_shape *shape,
			     struct pedigree_buf *buf);

/*
 * Milliseconds since the epoch of a timestamp: a number of seconds, or text
 * in ISO 8601 ("2026-11-23", "2026-11-23T10:00:00Z", "…+01:00") or a number
 * as text, as the AWS CLI takes them.
 */
bool pedigree_timestamp_parse(const json_t *value, int64_t *ret_ms);

/* Characters of UTF-8. */
size_t pedigree_utf8_count(const char *text);

#endif
