/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "aws/region.h"

const char *pedigree_aws_region(const struct pedigree_aws_files *files,
				const char *profile, const char *chosen)
{
	/* botocore knows only the second of them, all others the first. */
	if (!chosen || !*chosen)
		chosen = pedigree_aws_env("AWS_REGION");
	if (!chosen)
		chosen = pedigree_aws_env("AWS_DEFAULT_REGION");
	if (!chosen)
		chosen = pedigree_aws_files_get(files, PEDIGREE_AWS_PROFILE,
						profile, "region");
	return chosen;
}
