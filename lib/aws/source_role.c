/* SPDX-License-Identifier: Apache-2.0 */
/*
 * role_arn in a profile: a role is assumed with the credentials of another
 * profile (source_profile) or source (credential_source).
 */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "aws/source.h"
#include "aws/sts.h"
#include "base/err.h"

static bool has_keys(const struct pedigree_aws_search *search)
{
	return pedigree_aws_setting(search, "aws_access_key_id") ||
	       pedigree_aws_setting(search, "aws_secret_access_key");
}

/* With a token file it is another source's. */
static bool has_role(const struct pedigree_aws_search *search)
{
	return pedigree_aws_setting(search, "role_arn") &&
	       !pedigree_aws_setting(search, "web_identity_token_file");
}

static int named(const struct pedigree_aws_search *search, const char *name,
		 struct pedigree_aws_credentials *ret,
		 struct pedigree_error *err)
{
	static const struct {
		const char *name;
		pedigree_aws_source_get *get;
	} names[] = {
		{ "Environment", pedigree_aws_from_environment },
		{ "Ec2InstanceMetadata", pedigree_aws_from_imds },
		{ "EcsContainer", pedigree_aws_from_container },
	};

	for (size_t i = 0; i < PEDIGREE_COUNT(names); i++) {
		int result;

		if (strcasecmp(name, names[i].name) != 0)
			continue;
		result = names[i].get(search, ret, err);
		if (result == PEDIGREE_ENOTFOUND)
			return pedigree_fail(
				err, PEDIGREE_ECONFIG,
				"credential_source %s of AWS profile %s has no credentials",
				names[i].name, search->profile);
		return result;
	}
	return pedigree_fail(
		err, PEDIGREE_ECONFIG,
		"credential_source of AWS profile %s is none of Environment, Ec2InstanceMetadata and EcsContainer",
		search->profile);
}

/* May `search` use the profile `name`? */
static int check(const struct pedigree_aws_search *search, const char *name,
		 struct pedigree_error *err)
{
	if (!pedigree_aws_files_have(search->files, PEDIGREE_AWS_PROFILE, name))
		return pedigree_fail(
			err, PEDIGREE_ECONFIG,
			"source_profile %s of AWS profile %s does not exist",
			name, search->profile);
	/* Its own keys it may use, once. */
	if (!strcmp(search->profile, name) && !search->parent &&
	    has_keys(search))
		return 0;
	for (const struct pedigree_aws_search *at = search; at; at = at->parent)
		if (!strcmp(at->profile, name))
			return pedigree_fail(
				err, PEDIGREE_ECONFIG,
				"source_profile %s of AWS profile %s leads back to itself",
				name, search->profile);
	return 0;
}

static int of_profile(const struct pedigree_aws_search *search,
		      const char *name, struct pedigree_aws_credentials *ret,
		      struct pedigree_error *err)
{
	const struct pedigree_aws_search next = {
		.files = search->files,
		.profile = name,
		.region = search->region,
		.now = search->now,
		.parent = search,
	};
	int result = check(search, name, err);

	if (result < 0)
		return result;
	if (!has_keys(&next) && has_role(&next))
		return pedigree_aws_from_role(&next, ret, err);
	result = pedigree_aws_from_profile(&next, ret, err);
	if (result == PEDIGREE_ENOTFOUND)
		return pedigree_fail(
			err, PEDIGREE_ECONFIG,
			"source_profile %s of AWS profile %s has no credentials",
			name, search->profile);
	return result;
}

static int source_keys(const struct pedigree_aws_search *search,
		       struct pedigree_aws_credentials *ret,
		       struct pedigree_error *err)
{
	const char *profile = pedigree_aws_setting(search, "source_profile");
	const char *source = pedigree_aws_setting(search, "credential_source");

	if (!profile == !source)
		return pedigree_fail(
			err, PEDIGREE_ECONFIG,
			"AWS profile %s has a role_arn and needs one of source_profile and credential_source; it has %s",
			search->profile, profile ? "both" : "none");
	return profile ? of_profile(search, profile, ret, err)
		       : named(search, source, ret, err);
}

int pedigree_aws_from_role(const struct pedigree_aws_search *search,
			   struct pedigree_aws_credentials *ret,
			   struct pedigree_error *err)
{
	_cleanup_aws_credentials_ struct pedigree_aws_credentials keys = { 0 };
	const struct pedigree_aws_role role = {
		.arn = pedigree_aws_setting(search, "role_arn"),
		.session_name =
			pedigree_aws_setting(search, "role_session_name"),
		.external_id = pedigree_aws_setting(search, "external_id"),
		.duration = pedigree_aws_setting(search, "duration_seconds"),
	};
	int result;

	if (!has_role(search))
		return PEDIGREE_ENOTFOUND;
	if (pedigree_aws_setting(search, "mfa_serial"))
		return pedigree_fail(
			err, PEDIGREE_EUNSUPPORTED,
			"AWS profile %s asks for a code of an MFA device (mfa_serial), which pedigree cannot ask for; use credential_process, or set the keys of a session in the environment",
			search->profile);
	result = source_keys(search, &keys, err);
	if (result < 0)
		return result;
	return pedigree_aws_assume(search, &role, &keys, ret, err);
}
