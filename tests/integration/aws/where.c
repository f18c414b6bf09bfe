/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `where SERVICE [REGION]`: prints the region and the endpoint's URL.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "aws/endpoint.h"
#include "aws/region.h"

static const char *const names[] = {
	[PEDIGREE_AWS_SAGEMAKER] = "sagemaker",
	[PEDIGREE_AWS_STS] = "sts",
	[PEDIGREE_AWS_SSO] = "sso",
	[PEDIGREE_AWS_S3] = "s3",
};

int main(int argc, char **argv)
{
	_cleanup_aws_files_ struct pedigree_aws_files *files = NULL;
	_cleanup_buf_ struct pedigree_buf url = PEDIGREE_BUF_INIT;
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	const char *profile = pedigree_aws_env("AWS_PROFILE");
	const char *region;
	size_t service = 0;

	while (argc > 1 && service < PEDIGREE_COUNT(names) &&
	       strcmp(argv[1], names[service]) != 0)
		service++;
	if (argc < 2 || service == PEDIGREE_COUNT(names) ||
	    pedigree_aws_files_read(&files, &err) < 0)
		return 2;
	if (!profile)
		profile = "default";
	region = pedigree_aws_region(files, profile, argc > 2 ? argv[2] : NULL);
	if (!region) {
		puts("no region");
		return 0;
	}
	if (pedigree_aws_endpoint(files, profile,
				  (enum pedigree_aws_service)service, region,
				  NULL, &url, &err) < 0)
		printf("error: %s\n", err.text);
	else
		printf("%s %s\n", region, url.data);
	return 0;
}
