/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which member of an entity stands where in its JSON: one table a kind, read
 * by the writer (json_write.c) and the reader (json.c).
 */
#ifndef PEDIGREE_GRAPH_JSON_MEMBERS_H
#define PEDIGREE_GRAPH_JSON_MEMBERS_H

#include <stddef.h>

#include "graph/model.h"

enum pedigree_json_shape {
	PEDIGREE_JSON_TEXT,
	PEDIGREE_JSON_TIME,   /* milliseconds here, seconds there */
	PEDIGREE_JSON_MAP,    /* pairs: {key: value} */
	PEDIGREE_JSON_VALUES, /* pairs: {key: {"Value", "MediaType"}} */
	PEDIGREE_JSON_TYPES,  /* pairs: [{"SourceIdType", "Value"}] */
	PEDIGREE_JSON_PARAMS, /* {key: {"StringValue" or "NumberValue"}} */
	PEDIGREE_JSON_METRICS /* [{"MetricName", "Last", …}] */
};

struct pedigree_json_member {
	const char *in;	 /* object it stands in, or NULL; rows of one
				   object follow one another */
	const char *key; /* NULL ends the table */
	enum pedigree_json_shape shape;
	size_t offset; /* in struct pedigree_entity */
	size_t media;  /* the same, of VALUES: where media types are */
};

/* The numbers of a metric. Ended by NULL. */
struct pedigree_json_number {
	const char *key;
	size_t offset; /* in struct pedigree_metric */
};
extern const struct pedigree_json_number pedigree_json_metric[];

/* By kind. */
extern const struct pedigree_json_member
	*const pedigree_json_members[PEDIGREE_KINDS];

#endif
