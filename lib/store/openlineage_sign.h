/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests that AWS wants signed instead of a key.
 */
#ifndef PEDIGREE_STORE_OPENLINEAGE_SIGN_H
#define PEDIGREE_STORE_OPENLINEAGE_SIGN_H

#include <stddef.h>

#include <pedigree/error.h>

#include "aws/sigv4.h"
#include "base/base.h"

struct pedigree_openlineage_signer;

struct pedigree_openlineage_signing {
	const char *url;
	const char *service; /* the signing name: "datazone" */
	const char *region;  /* NULL: where the AWS tools find it */
	const char *profile; /* the same */
};

/* PEDIGREE_ECONFIG: there is no region, or the profile is wrong. */
int pedigree_openlineage_signer_new(
	const struct pedigree_openlineage_signing *how,
	struct pedigree_openlineage_signer **ret, struct pedigree_error *err);
void pedigree_openlineage_signer_free(
	struct pedigree_openlineage_signer *signer);

/*
 * Signs a POST with these headers. *ret_token, borrowed until the next call,
 * is to be sent as X-Amz-Security-Token unless NULL.
 */
int pedigree_openlineage_sign(struct pedigree_openlineage_signer *signer,
			      const struct pedigree_sigv4_header *headers,
			      size_t n_headers, const char *body, size_t n,
			      struct pedigree_sigv4 *ret,
			      const char **ret_token,
			      struct pedigree_error *err);
/* The service did not accept it: the next one is made with new credentials,
   where these expire. */
void pedigree_openlineage_signer_renew(
	struct pedigree_openlineage_signer *signer);

#endif
