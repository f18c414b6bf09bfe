/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where requests go: the region, and the endpoint of a service in it, as the
 * AWS SDKs find them.
 */
#ifndef PEDIGREE_AWS_REGION_H
#define PEDIGREE_AWS_REGION_H

#include <pedigree/error.h>

#include "aws/profile.h"
#include "base/buf.h"

/*
 * `chosen` by the user, else $AWS_REGION, $AWS_DEFAULT_REGION, the profile's
 * region. Borrowed; NULL when there is none.
 */
const char *pedigree_aws_region(const struct pedigree_aws_files *files,
				const char *profile, const char *chosen);

#endif
