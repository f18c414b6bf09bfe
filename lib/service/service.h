/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The API's operations on the ledger, with the API's rules: required
 * members, limits, uniqueness, what may be associated with what, paging.
 *
 * Everything there is to know of an operation stands in one table
 * (operations.def): its members drive the command line, the validation and
 * the documentation.
 */
#ifndef PEDIGREE_SERVICE_SERVICE_H
#define PEDIGREE_SERVICE_SERVICE_H

#include <pedigree/error.h>

#include "base/buf.h"
#include "rules/config.h"
#include "service/shape.h"

struct pedigree_call;

struct pedigree_operation {
	const char *name;    /* "CreateArtifact" */
	const char *summary; /* what it does, one line */
	const struct pedigree_member *request;
	const struct pedigree_member *response;
	bool writes; /* it runs in a transaction that may change the ledger */
	/* Fills call->answer; a refusal goes through pedigree_refuse. */
	int (*run)(struct pedigree_call *call, struct pedigree_error *err);
	int kind; /* enum pedigree_kind it is about, or -1 */
};

/* All of them, in alphabetical order; ended by a NULL name. */
extern const struct pedigree_operation pedigree_operations_table[];
/* By the API's name or the command line's ("create-artifact"); NULL. */
const struct pedigree_operation *pedigree_operation_find(const char *name);
/* The nearest name, in the command line's spelling; appended to `buf`. */
void pedigree_operation_nearest(const char *name, struct pedigree_buf *buf);
/* "CreateArtifact" to "create-artifact", "DestinationArn" to
   "destination-arn", as the AWS CLI spells them. */
void pedigree_kebab(const char *name, struct pedigree_buf *buf);

struct pedigree_service;

/* The ledger is opened by the first call that needs it. */
int pedigree_service_open(const struct pedigree_config *config,
			  struct pedigree_service **ret_service,
			  struct pedigree_error *err);
void pedigree_service_close(struct pedigree_service *service);

/*
 * Carries out one operation. `request` is the JSON of its members. On
 * success *ret_answer gets the JSON of the answer, on one line; it is
 * written when the transaction has been committed.
 *
 * A refusal puts the API's error there, {"__type": CODE, "message": TEXT},
 * and `err` says the same as "CODE: TEXT". The result is PEDIGREE_EINVAL
 * (ValidationException), PEDIGREE_EEXIST (the same, of something that exists
 * already), PEDIGREE_ENOTFOUND (ResourceNotFound) or PEDIGREE_ELIMIT
 * (ResourceLimitExceeded). After any other failure *ret_answer is empty.
 */
int pedigree_service_call(struct pedigree_service *service,
			  const struct pedigree_operation *operation,
			  const char *request, size_t n,
			  struct pedigree_buf *ret_answer,
			  struct pedigree_error *err);

#endif
