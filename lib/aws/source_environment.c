/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AWS_ACCESS_KEY_ID and its companions.
 */
#include "config.h"

#include "aws/source.h"
#include "aws/when.h"
#include "base/err.h"

int pedigree_aws_from_environment(const struct pedigree_aws_search *search,
				  struct pedigree_aws_credentials *ret,
				  struct pedigree_error *err)
{
	const char *access = pedigree_aws_env("AWS_ACCESS_KEY_ID");
	const char *secret = pedigree_aws_env("AWS_SECRET_ACCESS_KEY");
	const char *token = pedigree_aws_env("AWS_SECURITY_TOKEN");
	const char *expiration = pedigree_aws_env("AWS_CREDENTIAL_EXPIRATION");
	int64_t expires = 0;

	(void)search;
	if (!access)
		return PEDIGREE_ENOTFOUND;
	if (!secret)
		return pedigree_fail(
			err, PEDIGREE_ECONFIG,
			"AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not; set both or none");
	if (!token)
		token = pedigree_aws_env("AWS_SESSION_TOKEN");
	if (expiration && !pedigree_aws_when(expiration, &expires))
		return pedigree_fail(
			err, PEDIGREE_ECONFIG,
			"AWS_CREDENTIAL_EXPIRATION is no time such as 2026-01-31T23:59:59Z");
	if (pedigree_aws_credentials_set(ret, access, secret, token, expires) <
	    0)
		return pedigree_fail_memory(err);
	return 0;
}
