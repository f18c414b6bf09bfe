/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys that stand in the AWS tools' files.
 */
#include "config.h"

#include "aws/source.h"
#include "base/err.h"

static int from(const struct pedigree_aws_search *search,
		enum pedigree_aws_file file,
		struct pedigree_aws_credentials *ret,
		struct pedigree_error *err)
{
	static const char *const keys[] = {
		"aws_access_key_id",
		"aws_secret_access_key",
		"aws_security_token",
		"aws_session_token",
	};
	const char *values[PEDIGREE_COUNT(keys)];
	_cleanup_free_ char *path = NULL;

	for (size_t i = 0; i < PEDIGREE_COUNT(keys); i++)
		values[i] =
			pedigree_aws_files_get_from(search->files, file,
						    PEDIGREE_AWS_PROFILE,
						    search->profile, keys[i]);
	if (!values[0])
		return PEDIGREE_ENOTFOUND;
	if (!values[1]) {
		path = pedigree_aws_file_path(file);
		return pedigree_fail(
			err, PEDIGREE_ECONFIG,
			"profile %s in %s has an aws_access_key_id and no aws_secret_access_key; add it",
			search->profile, path ? path : "the AWS files");
	}
	if (pedigree_aws_credentials_set(ret, values[0], values[1],
					 values[2] ? values[2] : values[3],
					 0) < 0)
		return pedigree_fail_memory(err);
	return 0;
}

int pedigree_aws_from_credentials_file(const struct pedigree_aws_search *search,
				       struct pedigree_aws_credentials *ret,
				       struct pedigree_error *err)
{
	return from(search, PEDIGREE_AWS_CREDENTIALS_FILE, ret, err);
}

int pedigree_aws_from_config_file(const struct pedigree_aws_search *search,
				  struct pedigree_aws_credentials *ret,
				  struct pedigree_error *err)
{
	return from(search, PEDIGREE_AWS_CONFIG_FILE, ret, err);
}
