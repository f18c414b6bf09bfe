/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Security Token Service, for the two calls that give credentials.
 */
#ifndef PEDIGREE_AWS_STS_H
#define PEDIGREE_AWS_STS_H

#include <pedigree/error.h>

#include "aws/source.h"

struct pedigree_aws_role {
	const char *arn;
	const char *session_name; /* NULL: one is made up */
	const char *external_id;  /* NULL: none */
	const char *duration;	  /* seconds; NULL: the service's default */
	const char *token;	  /* of the web identity; NULL: with keys */
};

/*
 * AssumeRole, signed with `keys`, or AssumeRoleWithWebIdentity, which is not
 * signed and takes the role's token (`keys` is NULL).
 */
int pedigree_aws_assume(const struct pedigree_aws_search *search,
			const struct pedigree_aws_role *role,
			const struct pedigree_aws_credentials *keys,
			struct pedigree_aws_credentials *ret,
			struct pedigree_error *err);

#endif
