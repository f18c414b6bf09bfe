/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request to who gives credentials, tried a few times.
 */
#ifndef PEDIGREE_AWS_FETCH_H
#define PEDIGREE_AWS_FETCH_H

#include <stdbool.h>

#include <pedigree/error.h>

#include "aws/http.h"
#include "base/base.h"

struct pedigree_aws_fetch {
	struct pedigree_http_request request;
	const char *who;       /* in error texts: "the container's endpoint" */
	unsigned int tries;    /* 0: 1 */
	unsigned int pause_ms; /* between them */
	bool any_status;       /* try again whenever the status is not 200 */
};

/*
 * 0 with the last answer, whatever its status; a code when there was none.
 * Without any_status it tries again after 5xx and 429.
 */
int pedigree_aws_fetch(const struct pedigree_aws_fetch *fetch,
		       struct pedigree_http_response *ret,
		       struct pedigree_error *err);

#endif
