/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a run did to objects in stores and on the web, from its EXCHANGE
 * events: access.h for what has a URI and no path.
 *
 * One that the run put there before it got it is no input; one that it put
 * there and removed is nothing; ranged requests are one input and a multipart
 * upload is one output.
 */
#ifndef PEDIGREE_GRAPH_WIRE_H
#define PEDIGREE_GRAPH_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include <pedigree/error.h>

#include "base/digest.h"
#include "base/vec.h"
#include "base/words.h"
#include "evlog/reader.h"
#include "graph/uri.h"

/* A part of a multipart upload, as it was answered. */
struct pedigree_part {
	uint64_t size;
	char etag[PEDIGREE_MD5_HEX]; /* its MD5, mostly; "": not told */
};
PEDIGREE_VEC_TYPE(pedigree_parts, struct pedigree_part);

/* One version of one object. */
struct pedigree_object {
	char *uri;
	char *id_type; /* "S3Version", "S3ETag", "Custom"; NULL: none known */
	char *version; /* its Value */
	char *etag;    /* without quotes; NULL: not told */
	char *revision;
	enum pedigree_store_kind store;
	bool elsewhere; /* see struct pedigree_act */
	bool read, written;
	bool copied; /* written by the store itself: its bytes never passed */
	uint64_t bytes;
	bool sized;
	/* What the answer told of the bytes, and the request. */
	const struct pedigree_wire *told;
	char *endpoint;		     /* origin, where `elsewhere` */
	struct pedigree_parts parts; /* of the upload that wrote it */
	char *digest;	 /* "sha256:…" of its bytes, if known (bytes.c) */
	char *md5;	 /* likewise */
	bool uneven;	 /* none, for it was put in unequal parts */
	bool from_input; /* those of a file that the run only read */
	size_t older;	 /* another version of the same URI: index + 1 */
	size_t entity;	 /* builder's: place in the record + 1 */
};

struct pedigree_objects {
	PEDIGREE_VEC(struct pedigree_object) v;
	struct pedigree_map *by_uri;  /* index + 1 of the newest in v */
	struct pedigree_map *uploads; /* URI: index + 1 into pending */
	PEDIGREE_VEC(struct pedigree_parts) pending;
	struct pedigree_map *moved; /* URL: index + 1 into v */
	/* "s3://bucket/", of which some objects were removed after the run had
	   put one there. */
	struct pedigree_words emptied;
};

/* PEDIGREE_ENOMEM, PEDIGREE_ECONFIG (a bad [store]). */
int pedigree_objects_read(struct pedigree_objects *objects,
			  const struct pedigree_evlog *log,
			  const struct pedigree_config *config,
			  struct pedigree_error *err);
void pedigree_objects_clear(struct pedigree_objects *objects);

/* The last version of a URI that the run wrote or else read; NULL. */
struct pedigree_object *
pedigree_objects_find(const struct pedigree_objects *objects, const char *uri);

#endif
