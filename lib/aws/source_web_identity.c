/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A token in a file, as Kubernetes puts it there, for which STS gives a role.
 * The file is read anew each time: it is replaced before the token expires.
 */
#include "config.h"

#include <string.h>

#include "aws/source.h"
#include "aws/sts.h"
#include "base/err.h"
#include "base/fs.h"

enum {
	TOKEN_MAX = 64 * 1024
};

static const char *setting(const struct pedigree_aws_search *search,
			   const char *variable, const char *key)
{
	const char *value =
		search->environment ? pedigree_aws_env(variable) : NULL;

	return value ? value : pedigree_aws_setting(search, key);
}

static int assume(const struct pedigree_aws_search *search, const char *path,
		  struct pedigree_aws_role *role,
		  struct pedigree_aws_credentials *ret,
		  struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf token = PEDIGREE_BUF_INIT;
	struct pedigree_error why = PEDIGREE_ERROR_INIT;
	int result;

	if (pedigree_buf_reserve(&token, TOKEN_MAX) < 0)
		return pedigree_fail_memory(err);
	result = pedigree_read_file(path, TOKEN_MAX, &token, &why);
	/* A missing file is a failure, and not another source's turn. */
	if (result < 0)
		return pedigree_fail(
			err, PEDIGREE_ECONFIG,
			"cannot read the web identity token (AWS_WEB_IDENTITY_TOKEN_FILE): %s",
			why.text);
	while (token.len && strchr(" \t\r\n", token.data[token.len - 1]))
		pedigree_buf_cut(&token, token.len - 1);
	role->token = token.data;
	result = pedigree_aws_assume(search, role, NULL, ret, err);
	explicit_bzero(token.data, token.room);
	return result;
}

int pedigree_aws_from_web_identity(const struct pedigree_aws_search *search,
				   struct pedigree_aws_credentials *ret,
				   struct pedigree_error *err)
{
	const char *path = setting(search, "AWS_WEB_IDENTITY_TOKEN_FILE",
				   "web_identity_token_file");
	struct pedigree_aws_role role = {
		.arn = setting(search, "AWS_ROLE_ARN", "role_arn"),
		.session_name = setting(search, "AWS_ROLE_SESSION_NAME",
					"role_session_name"),
	};

	if (!path)
		return PEDIGREE_ENOTFOUND;
	if (!role.arn)
		return pedigree_fail(
			err, PEDIGREE_ECONFIG,
			"there is a web identity token file (AWS_WEB_IDENTITY_TOKEN_FILE) and no role for it; set AWS_ROLE_ARN");
	return assume(search, path, &role, ret, err);
}
