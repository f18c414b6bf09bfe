/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls of SageMaker's API (AWS JSON 1.1), many at once: each is signed, sent
 * and, as long as that may help, sent again, at the rate that the service
 * takes. Expired credentials are renewed and a clock that is off is corrected
 * on the way.
 *
 *	pedigree_aws_client_submit(client, "CreateArtifact", body, n, ctx, err);
 *	while (pedigree_aws_client_pending(client))
 *		if (pedigree_aws_client_wait(client, 1000, &answer, err) > 0)
 *			use(&answer);
 */
#ifndef PEDIGREE_AWS_CLIENT_H
#define PEDIGREE_AWS_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pedigree/error.h>

#include "aws/http.h"
#include "base/base.h"
#include "base/buf.h"

struct pedigree_aws_client_options {
	const char *profile;	  /* NULL: $AWS_PROFILE */
	const char *region;	  /* NULL: as the AWS SDKs find it */
	const char *endpoint;	  /* NULL: the same */
	const char *ca_bundle;	  /* NULL: $AWS_CA_BUNDLE, the system's */
	unsigned int connections; /* 0: 16 */
	unsigned int attempts;	  /* per call; 0: $AWS_MAX_ATTEMPTS, 8 */
};

struct pedigree_aws_client;

/*
 * Sends nothing yet. PEDIGREE_ECONFIG when the region is not configured or
 * something that is contradicts itself.
 */
int pedigree_aws_client_new(const struct pedigree_aws_client_options *options,
			    struct pedigree_aws_client **ret,
			    struct pedigree_error *err);
void pedigree_aws_client_free(struct pedigree_aws_client *client);
#define _cleanup_aws_client_ _cleanup_(pedigree_aws_client_freep)
static inline void
pedigree_aws_client_freep(struct pedigree_aws_client **client)
{
	pedigree_aws_client_free(*client);
}

enum pedigree_aws_outcome {
	PEDIGREE_AWS_OK,      /* 2xx, and the body is a JSON object */
	PEDIGREE_AWS_REFUSED, /* for good: code, message and request_id */
	PEDIGREE_AWS_LATER,   /* it did not work for now; err says why */
	/*
	 * Nothing can be sent before somebody does what err says: credentials,
	 * TLS trust, another endpoint. The call itself may be good.
	 */
	PEDIGREE_AWS_STOPPED,
};

struct pedigree_aws_answer {
	void *ctx; /* of the call */
	enum pedigree_aws_outcome outcome;
	int status;		  /* of the last answer; 0: none came */
	struct pedigree_buf body; /* of PEDIGREE_AWS_OK */
	char code[96];		  /* "ValidationException" */
	char message[1024];
	char request_id[PEDIGREE_HTTP_REQUEST_ID];
	unsigned int attempts;
	/*
	 * It was sent before and not answered, or with a 5xx: the service may
	 * have acted on it. "It exists" may be our own.
	 */
	bool repeated;
	struct pedigree_error err; /* unless OK */
};

/* clang-format off */
#define PEDIGREE_AWS_ANSWER_INIT { .body = PEDIGREE_BUF_INIT }
/* clang-format on */
#define _cleanup_aws_answer_ _cleanup_(pedigree_aws_answer_clear)
void pedigree_aws_answer_clear(struct pedigree_aws_answer *answer);

/* Takes up a call; the body is copied. It is sent by ..._wait(). */
int pedigree_aws_client_submit(struct pedigree_aws_client *client,
			       const char *operation, const void *body,
			       size_t n, void *ctx, struct pedigree_error *err);
/* The same for a call that is not sent before so many milliseconds. */
int pedigree_aws_client_submit_later(struct pedigree_aws_client *client,
				     const char *operation, const void *body,
				     size_t n, unsigned int delay_ms, void *ctx,
				     struct pedigree_error *err);
/* How many were submitted and not yet returned. */
size_t pedigree_aws_client_pending(const struct pedigree_aws_client *client);
/*
 * Sends what may be sent and waits at most `timeout_ms` for a call to end.
 * Returns 1 with its answer, 0 after the time or when none is pending, or a
 * code when waiting itself failed.
 */
int pedigree_aws_client_wait(struct pedigree_aws_client *client, int timeout_ms,
			     struct pedigree_aws_answer *ret,
			     struct pedigree_error *err);

/*
 * For `pedigree doctor`. Credentials are looked for if they were not yet; the
 * source's name holds no secret. The clock's difference (the service's minus
 * ours, in seconds) is known after the first answer.
 */
const char *
pedigree_aws_client_region(const struct pedigree_aws_client *client);
const char *
pedigree_aws_client_endpoint(const struct pedigree_aws_client *client);
int pedigree_aws_client_source(struct pedigree_aws_client *client,
			       const char **ret, struct pedigree_error *err);
bool pedigree_aws_client_clock(const struct pedigree_aws_client *client,
			       int64_t *ret_difference);

#endif
