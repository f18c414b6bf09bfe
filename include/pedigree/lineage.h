/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The entities by hand: the operations of the SageMaker lineage API on the
 * ledger, with the API's members, limits, errors and paging.
 *
 *	struct pedigree_client *c;
 *	char *answer;
 *	pedigree_client_open(p, NULL, &c, &err);
 *	if (pedigree_client_call(c, "CreateArtifact",
 *				 "{\"ArtifactType\": \"DataSet\","
 *				 " \"Source\": {\"SourceUri\": \"s3://b/k\"}}",
 *				 &answer, &err) < 0)
 *		errx(1, "%s", err.text);
 *	puts(answer); // {"ArtifactArn":"arn:aws:sagemaker:local:…"}
 *	free(answer);
 *	pedigree_client_close(c);
 *
 * Limits and members are those of the service's model in botocore 1.43
 * (2026). Times are seconds since the epoch: numbers in answers; in requests
 * also ISO 8601 text. Names of trial components, trials, experiments,
 * actions and contexts are unique without regard to case; an artifact is
 * its SourceUri with the set of its SourceTypes.
 *
 * Where the API's documentation leaves something open, the ledger does this:
 * an entity that still has associations cannot be deleted, nor a trial
 * component that is in a trial, a trial that has components, an experiment
 * that has trials (ValidationException). Update replaces Properties as a
 * whole and joins Parameters, InputArtifacts and OutputArtifacts by key.
 */
#ifndef PEDIGREE_LINEAGE_H
#define PEDIGREE_LINEAGE_H

#include <stddef.h>
#include <stdio.h>

#include <pedigree/error.h>
#include <pedigree/pedigree.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * A connection to a backend that answers the API's operations. Threads may
 * share it; its calls take their turns. After fork the child's first call
 * makes a connection of its own.
 */
struct pedigree_client;

/**
 * @param backend  "ledger" or NULL, which is the same; "sagemaker", the
 *                 service itself, whose refusals may have other codes and
 *                 whose answers are passed on as they are
 * @return 0; PEDIGREE_EUNSUPPORTED for a backend that takes records only,
 *         PEDIGREE_EINVAL for an unknown one, PEDIGREE_ENOMEM
 */
int pedigree_client_open(const struct pedigree *pedigree, const char *backend,
			 struct pedigree_client **ret_client,
			 struct pedigree_error *err);

/** Releases the client. NULL is allowed. */
void pedigree_client_close(struct pedigree_client *client);

/**
 * Carries out one operation.
 *
 * A change is there, for every other process, when the call has returned 0,
 * and survives kill -9 from then on (power loss: once the client has been
 * closed).
 *
 * @param operation  "CreateArtifact", or "create-artifact"
 * @param request    its members as a JSON object; NULL is {}
 * @param ret_answer JSON on one line, to be freed. After a refusal it is the
 *                   API's error, {"__type": CODE, "message": TEXT}; after
 *                   any other failure NULL. May be NULL.
 * @return 0, or a refusal: PEDIGREE_EINVAL (ValidationException),
 *         PEDIGREE_EEXIST (ValidationException, "… already exists"),
 *         PEDIGREE_ENOTFOUND (ResourceNotFound), PEDIGREE_ELIMIT
 *         (ResourceLimitExceeded); or a failure: PEDIGREE_EUNSUPPORTED (no
 *         such operation; the text names the nearest), PEDIGREE_EFORMAT (the
 *         request is no JSON: the text has line and column; or the ledger is
 *         none), PEDIGREE_EBUSY, PEDIGREE_EIO, PEDIGREE_ENOMEM
 */
int pedigree_client_call(struct pedigree_client *client, const char *operation,
			 const char *request, char **ret_answer,
			 struct pedigree_error *err);

/** How the pages of a list are joined. */
struct pedigree_pages {
	unsigned long max_items;    /**< stop after so many; 0: all */
	unsigned long page_size;    /**< MaxResults of each call; 0: 100 */
	const char *starting_token; /**< where to begin; NULL: at the start */
};

/**
 * The same as pedigree_client_call for a list, following NextToken: the
 * answer has the items of all pages. When max_items cut it short, it has a
 * NextToken too, which is a starting_token. The request may not have one.
 *
 * @return also PEDIGREE_EUNSUPPORTED for an operation that has no pages to
 *         join (its view's `pages` is NULL)
 */
int pedigree_client_call_pages(struct pedigree_client *client,
			       const char *operation, const char *request,
			       const struct pedigree_pages *pages,
			       char **ret_answer, struct pedigree_error *err);

/**
 * Prints an answer as the AWS CLI does: JSON indented by four, times in ISO
 * 8601; or, with `text`, scalars separated by tabs, a line an item.
 *
 * @param query  a JMESPath expression, of which this much is understood:
 *               names, "quoted names", a.b, [n], [], [*], *, @, a | b,
 *               [a, b], {k: a}, [?a=='x'] (==, !=), length(a); NULL: all
 * @return 0; PEDIGREE_EINVAL for a query that is not understood
 */
int pedigree_answer_print(const char *answer, const char *query, int text,
			  FILE *out, struct pedigree_error *err);

/** A member of a request or an answer. Valid during the call of `each`. */
struct pedigree_member_view {
	const char *name; /**< "SourceUri" */
	const char *flag; /**< "source-uri", as on the command line */
	const char *type; /**< "string", "list of structure (Key*, Value*)" */
	int required;
	int answer; /**< it is a member of the answer */
};

/** An operation. Static. */
struct pedigree_operation_view {
	const char *name;    /**< "CreateArtifact" */
	const char *command; /**< "create-artifact" */
	const char *summary; /**< one line */
	int writes;	     /**< it may change something */
	/**
	 * The member of the answer that a list grows in from page to page
	 * ("ArtifactSummaries"), or NULL. The AWS CLI joins such pages.
	 */
	const char *pages;
};

/** Calls `each` for every operation, in alphabetical order. */
void pedigree_operations(void (*each)(void *ctx,
				      const struct pedigree_operation_view *o),
			 void *ctx);

/**
 * Calls `each` for every member of an operation, those of the request first.
 *
 * @return 0; PEDIGREE_EUNSUPPORTED (the text names the nearest operation),
 *         PEDIGREE_ENOMEM
 */
int pedigree_operation_members(
	const char *operation,
	void (*each)(void *ctx, const struct pedigree_member_view *member),
	void *ctx, struct pedigree_error *err);

/**
 * Makes a request of arguments as `aws sagemaker` takes them: "--source-uri",
 * "s3://b/k", "--tags", "Key=a,Value=b", "Key=c,Value=d", … Values of
 * structures, maps and lists may be JSON or the AWS CLI's shorthand; any
 * value may be file://PATH, whose content is taken instead.
 *
 * @param base         JSON that the arguments are laid over
 *                     (--cli-input-json); NULL: none
 * @param args         ended by NULL
 * @param ret_request  to be freed
 * @return 0; PEDIGREE_EINVAL (an unknown or missing member or a malformed
 *         value: the text says which), PEDIGREE_EFORMAT (JSON: line and
 *         column), PEDIGREE_EUNSUPPORTED (unknown operation),
 *         PEDIGREE_EIO (a file:// that cannot be read), PEDIGREE_ENOMEM
 */
int pedigree_request_from_args(const char *operation, const char *base,
			       const char *const *args, char **ret_request,
			       struct pedigree_error *err);

#ifdef __cplusplus
}
#endif

#endif
