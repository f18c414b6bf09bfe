/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an HTTP exchange did to which object, and the object's URI: the name
 * that its store's own tools give it, whatever host and style a client used.
 * doc/object-uris.md has the forms.
 *
 * No query, user or password is ever part of a URI.
 */
#ifndef PEDIGREE_GRAPH_URI_H
#define PEDIGREE_GRAPH_URI_H

#include <pedigree/error.h>

#include "base/buf.h"
#include "evlog/reader.h"
#include "rules/config.h"

enum pedigree_store_kind {
	PEDIGREE_STORE_NONE, /* nothing is known of what speaks there */
	PEDIGREE_STORE_S3,
	PEDIGREE_STORE_GCS,
	PEDIGREE_STORE_AZURE,
	PEDIGREE_STORE_HUGGING_FACE
};

enum pedigree_act_kind {
	PEDIGREE_ACT_NONE, /* neither bytes of an object nor its fate */
	PEDIGREE_ACT_READ,
	PEDIGREE_ACT_WRITE,
	PEDIGREE_ACT_PART,     /* one part of a multipart upload */
	PEDIGREE_ACT_COMPLETE, /* of a multipart upload: now it is an object */
	PEDIGREE_ACT_COPY,     /* the store itself copied `from` */
	PEDIGREE_ACT_COPY_PART,
	PEDIGREE_ACT_REMOVE,
	PEDIGREE_ACT_REMOVE_SOME, /* of the bucket `uri`, which is not known */
	PEDIGREE_ACT_MOVED	  /* the bytes are at another URL, in `from` */
};

struct pedigree_act {
	enum pedigree_act_kind kind;
	enum pedigree_store_kind store;
	struct pedigree_buf uri;
	struct pedigree_buf from;
	/* Hugging Face: what the URI's revision was called. */
	struct pedigree_buf revision;
	bool elsewhere; /* an S3 that is not Amazon's */
};

#define PEDIGREE_ACT_INIT \
	{ \
		.uri = PEDIGREE_BUF_INIT, .from = PEDIGREE_BUF_INIT, \
		.revision = PEDIGREE_BUF_INIT, \
	}

void pedigree_act_clear(struct pedigree_act *act);

/* The [store] sections of a configuration. */
struct pedigree_stores;

int pedigree_stores_new(const struct pedigree_config *config,
			struct pedigree_stores **ret_stores,
			struct pedigree_error *err);
void pedigree_stores_free(struct pedigree_stores *stores);
/*
 * What speaks at an origin, by its host. *ret_bucket becomes the length of
 * the host's part that a `{bucket}` stood for, 0 where there was none.
 */
enum pedigree_store_kind
pedigree_stores_at(const struct pedigree_stores *stores, const char *origin,
		   size_t *ret_bucket);

/*
 * Judges an EXCHANGE event. An answer that tells of a failure did nothing.
 * PEDIGREE_ENOMEM.
 */
int pedigree_act_of(const struct pedigree_stores *stores,
		    const struct pedigree_event *event,
		    struct pedigree_act *ret);

/* uri_*.c: the same for one store; origin and path are in the event. */
int pedigree_act_s3(const struct pedigree_event *event, size_t bucket,
		    struct pedigree_act *act);
int pedigree_act_gcs(const struct pedigree_event *event,
		     struct pedigree_act *act);
int pedigree_act_azure(const struct pedigree_event *event,
		       struct pedigree_act *act);
int pedigree_act_hugging_face(const struct pedigree_event *event,
			      struct pedigree_act *act);

/* Behind "scheme://", to the end or port; *ret_n is its length. */
const char *pedigree_origin_host(const char *origin, size_t *ret_n);
/*
 * Appends a key as it is read: percent-encoding undone, and what is no
 * printable UTF-8 encoded again. `n` bytes of `key`.
 */
void pedigree_uri_add_key(struct pedigree_buf *buf, const char *key, size_t n);
/* Appends a URL's path, encoded as RFC 3986 has it in its normal form. */
void pedigree_uri_add_path(struct pedigree_buf *buf, const char *path,
			   size_t n);

#endif
