/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Single operations of the SageMaker API, for who asks the service instead
 * of the ledger. One thread at a time, and not across fork.
 */
#ifndef PEDIGREE_STORE_SAGEMAKER_CALL_H
#define PEDIGREE_STORE_SAGEMAKER_CALL_H

#include <pedigree/error.h>

#include "base/buf.h"
#include "rules/config.h"

struct pedigree_aws_client;

/* A client of the service that the backend `sagemaker` forwards to. Sends
   nothing yet. */
int pedigree_sagemaker_client(const struct pedigree_config *config,
			      struct pedigree_aws_client **ret_client,
			      struct pedigree_error *err);
void pedigree_sagemaker_client_close(struct pedigree_aws_client *client);

/*
 * Carries out one operation; `request` is JSON as the service takes it.
 * *ret_answer gets the service's JSON, or after a refusal its error,
 * {"__type": CODE, "message": TEXT}; the result is then PEDIGREE_EINVAL,
 * PEDIGREE_ENOTFOUND or PEDIGREE_ELIMIT. Any other failure leaves it empty.
 */
int pedigree_sagemaker_call(struct pedigree_aws_client *client,
			    const char *operation, const char *request,
			    struct pedigree_buf *ret_answer,
			    struct pedigree_error *err);

#endif
