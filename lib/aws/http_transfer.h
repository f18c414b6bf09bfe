/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request under way in http.c.
 */
#ifndef PEDIGREE_AWS_HTTP_TRANSFER_H
#define PEDIGREE_AWS_HTTP_TRANSFER_H

#include <pedigree/error.h>

#include "aws/curl.h"
#include "aws/http.h"

/* Who may vouch for a server. */
struct pedigree_http_trust {
	char *path; /* NULL: whom the system trusts */
	bool is_folder;
};

struct pedigree_transfer {
	struct pedigree_transfer *next;
	const struct pedigree_curl *curl;
	CURL *easy;
	struct curl_slist *headers;
	char *body; /* of the request */
	size_t n_body;
	size_t most;	/* bytes of the response's */
	bool too_large; /* it has more */
	bool asked;	/* in AWS's own words to be left alone for a while */
	char why[CURL_ERROR_SIZE];
	struct pedigree_http_response response;
};

int pedigree_transfer_new(const struct pedigree_curl *curl,
			  const struct pedigree_http_request *request,
			  const struct pedigree_http_trust *trust,
			  struct pedigree_transfer **ret,
			  struct pedigree_error *err);
/* Fills the response's outcome, status and error from how it ended. */
void pedigree_transfer_end(struct pedigree_transfer *transfer, CURLcode code,
			   const struct pedigree_http_trust *trust);
void pedigree_transfer_free(struct pedigree_transfer *transfer);

#endif
