/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What client.c and client_answer.c share: a call on its way.
 */
#ifndef PEDIGREE_AWS_CLIENT_CALL_H
#define PEDIGREE_AWS_CLIENT_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include "aws/client.h"
#include "aws/http.h"
#include "aws/retry.h"

struct pedigree_aws_call {
	struct pedigree_aws_call *next; /* among those that wait */
	char *target;			/* X-Amz-Target */
	char *body;
	size_t n_body;
	int64_t not_before; /* ms; waits until then */
	unsigned int attempts, failures;
	unsigned int cost;    /* of the last repetition */
	unsigned int keys;    /* the client's `generation` when it was signed */
	int64_t offset;	      /* the clock's correction then */
	bool skewed, expired; /* repeated once for that */
	struct pedigree_aws_answer answer;
};

/*
 * Fills the answer's code, message, request_id and status from a response
 * with whatever body, and tells what it asks for. `secret` and `token` are
 * taken out of what the service says.
 */
enum pedigree_aws_class
pedigree_aws_read_answer(const struct pedigree_http_response *response,
			 const char *endpoint, const char *secret,
			 const char *token, struct pedigree_aws_answer *answer);

#endif
