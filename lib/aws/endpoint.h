/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The URL of a service in a region, as the AWS SDKs find it: chosen by the
 * user, $AWS_ENDPOINT_URL_SAGEMAKER, $AWS_ENDPOINT_URL, the profile's
 * [services] section, its endpoint_url, and at last AWS's own, with FIPS and
 * IPv6 (dual stack) where $AWS_USE_FIPS_ENDPOINT, $AWS_USE_DUALSTACK_ENDPOINT
 * or the profile ask for them.
 */
#ifndef PEDIGREE_AWS_ENDPOINT_H
#define PEDIGREE_AWS_ENDPOINT_H

#include <pedigree/error.h>

#include "aws/profile.h"
#include "base/buf.h"

enum pedigree_aws_service {
	PEDIGREE_AWS_SAGEMAKER,
	PEDIGREE_AWS_STS,
	PEDIGREE_AWS_SSO,
	PEDIGREE_AWS_S3,
};

/*
 * Sets `ret` to a URL without a "/" at its end. PEDIGREE_ECONFIG when what is
 * configured contradicts itself or is no URL.
 */
int pedigree_aws_endpoint(const struct pedigree_aws_files *files,
			  const char *profile,
			  enum pedigree_aws_service service, const char *region,
			  const char *chosen, struct pedigree_buf *ret,
			  struct pedigree_error *err);

/* Did the user configure one, so that it is not AWS's own? */
bool pedigree_aws_endpoint_given(const struct pedigree_aws_files *files,
				 const char *profile,
				 enum pedigree_aws_service service);

/*
 * What is signed and sent as Host: the URL's, without the scheme's own port.
 * Also where its path begins ("" when it has none). False: no such URL.
 */
bool pedigree_aws_url_host(const char *url, struct pedigree_buf *ret_host,
			   const char **ret_path);

#endif
