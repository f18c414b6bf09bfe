/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What S3 says of an object: HeadObject, one after another, over a connection
 * that is kept. A bucket's own region is found out.
 */
#ifndef PEDIGREE_AWS_S3_H
#define PEDIGREE_AWS_S3_H

#include <stdbool.h>

#include <pedigree/error.h>

#include "aws/http.h"

struct pedigree_aws_s3_options {
	const char *profile; /* NULL: $AWS_PROFILE */
	const char *region;  /* NULL: as the AWS SDKs find it, or us-east-1 */
};

struct pedigree_aws_s3;

/* Sends nothing yet. */
int pedigree_aws_s3_new(const struct pedigree_aws_s3_options *options,
			struct pedigree_aws_s3 **ret,
			struct pedigree_error *err);
void pedigree_aws_s3_free(struct pedigree_aws_s3 *s3);

struct pedigree_aws_object {
	const char *bucket;
	const char *key;
	const char *version; /* NULL: the current one */
	/* Where a store that is not Amazon's is asked, unless the user
	   configured another endpoint; NULL: Amazon's. */
	const char *endpoint;
};

enum pedigree_aws_presence {
	PEDIGREE_AWS_HERE,  /* etag, and version in a bucket that has any */
	PEDIGREE_AWS_GONE,  /* there is none */
	PEDIGREE_AWS_UNTOLD /* err says why; never that there is none */
};

struct pedigree_aws_head {
	enum pedigree_aws_presence presence;
	char etag[PEDIGREE_HTTP_ETAG]; /* without quotes */
	char version[PEDIGREE_HTTP_VERSION];
	/* Another endpoint was asked than the one that the object has. */
	bool elsewhere;
	struct pedigree_error err;
};

/*
 * After something that no other request could change (no credentials, no
 * connection), the next ones are answered with the same and not sent.
 *
 * @return 0, PEDIGREE_ENOMEM
 */
int pedigree_aws_s3_head(struct pedigree_aws_s3 *s3,
			 const struct pedigree_aws_object *object,
			 struct pedigree_aws_head *ret,
			 struct pedigree_error *err);

#endif
