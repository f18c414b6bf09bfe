/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Posting an event, and what the answer means.
 */
#ifndef PEDIGREE_STORE_OPENLINEAGE_POST_H
#define PEDIGREE_STORE_OPENLINEAGE_POST_H

#include <stdbool.h>
#include <stddef.h>

#include <pedigree/error.h>

#include "aws/http.h"
#include "base/buf.h"
#include "store/openlineage_sign.h"

/* A service, as it is spoken to. */
struct pedigree_openlineage_post {
	struct pedigree_http *http;
	const char *url;
	const struct pedigree_buf *authorization;   /* a secret; empty: none */
	struct pedigree_openlineage_signer *signer; /* instead; NULL: none */
	unsigned int timeout_s;			    /* of one attempt */
};

struct pedigree_openlineage_body {
	const char *text;
	size_t n;
	const char *digest; /* what makes a repetition known to the service */
};

/*
 * 0: the service has it. What may pass is tried a few times. *ret_refused,
 * written with a failure: this event will never be accepted; else it may be
 * later, or by a better configuration. No text has the key.
 */
int pedigree_openlineage_post(const struct pedigree_openlineage_post *post,
			      const struct pedigree_openlineage_body *body,
			      bool *ret_refused, struct pedigree_error *err);

/* 0: somebody answers there, whatever. Sends neither event nor key. */
int pedigree_openlineage_knock(const struct pedigree_openlineage_post *post,
			       struct pedigree_error *err);

#endif
