/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "aws/credentials.h"

#include <string.h>

#include "aws/region.h"
#include "aws/source.h"
#include "base/buf.h"
#include "base/err.h"

enum {
	ADVISORY = 15 * 60, /* s before expiry: fetch if it works */
	MANDATORY = 10 * 60 /* s before expiry: it has to work */
};

/*
 * In botocore's order, without its two oldest (AWS_CREDENTIAL_FILE, ~/.boto)
 * and without `aws login`.
 */
static const struct source {
	const char *name; /* %s: the profile */
	pedigree_aws_source_get *get;
	bool of_environment; /* not when the user chose a profile */
	bool of_profile;     /* what a source_profile may have, too */
} sources[] = {
	{
		.name = "the environment (AWS_ACCESS_KEY_ID)",
		.get = pedigree_aws_from_environment,
		.of_environment = true,
	},
	{
		.name = "the role (role_arn) of profile %s",
		.get = pedigree_aws_from_role,
	},
	{
		.name = "a web identity token",
		.get = pedigree_aws_from_web_identity,
		.of_profile = true,
	},
	{
		.name = "SSO, by profile %s",
		.get = pedigree_aws_from_sso,
		.of_profile = true,
	},
	{
		.name = "profile %s in the shared credentials file",
		.get = pedigree_aws_from_credentials_file,
		.of_profile = true,
	},
	{
		.name = "credential_process of profile %s",
		.get = pedigree_aws_from_process,
		.of_profile = true,
	},
	{
		.name = "profile %s in the AWS config file",
		.get = pedigree_aws_from_config_file,
		.of_profile = true,
	},
	{
		.name = "the container's endpoint",
		.get = pedigree_aws_from_container,
	},
	{
		.name = "the EC2 metadata service",
		.get = pedigree_aws_from_imds,
	},
};

struct pedigree_aws_chain {
	struct pedigree_aws_files *files;
	char *profile;
	bool chosen; /* the profile, by the user */
	char *region;
	const struct source *source; /* that gave the credentials */
	char *name;		     /* of the source */
	struct pedigree_aws_credentials keys;
	bool stale; /* the service does not accept them any more */
};

/*
 * Credentials
 */

static void wipe(char **text)
{
	if (*text)
		explicit_bzero(*text, strlen(*text));
	free(*text);
	*text = NULL;
}

void pedigree_aws_credentials_clear(struct pedigree_aws_credentials *keys)
{
	wipe(&keys->access_key);
	wipe(&keys->secret_key);
	wipe(&keys->session_token);
	keys->expires = 0;
}

int pedigree_aws_credentials_set(struct pedigree_aws_credentials *keys,
				 const char *access_key, const char *secret_key,
				 const char *session_token, int64_t expires)
{
	struct pedigree_aws_credentials made = {
		.access_key = strdup(access_key),
		.secret_key = strdup(secret_key),
		.expires = expires,
	};
	bool has_token = session_token && *session_token;

	if (has_token)
		made.session_token = strdup(session_token);
	if (!made.access_key || !made.secret_key ||
	    (has_token && !made.session_token)) {
		pedigree_aws_credentials_clear(&made);
		return PEDIGREE_ENOMEM;
	}
	pedigree_aws_credentials_clear(keys);
	*keys = made;
	return 0;
}

/*
 * Sources
 */

const char *pedigree_aws_setting(const struct pedigree_aws_search *search,
				 const char *key)
{
	return pedigree_aws_files_get(search->files, PEDIGREE_AWS_PROFILE,
				      search->profile, key);
}

int pedigree_aws_from_profile(const struct pedigree_aws_search *search,
			      struct pedigree_aws_credentials *ret,
			      struct pedigree_error *err)
{
	int result = PEDIGREE_ENOTFOUND;

	for (size_t i = 0; i < PEDIGREE_COUNT(sources); i++) {
		if (sources[i].of_profile)
			result = sources[i].get(search, ret, err);
		if (result != PEDIGREE_ENOTFOUND)
			break;
	}
	return result;
}

/*
 * The chain
 */

static const char *profile_of_environment(void)
{
	/* botocore looks at the older name first. */
	const char *name = pedigree_aws_env("AWS_DEFAULT_PROFILE");

	return name ? name : pedigree_aws_env("AWS_PROFILE");
}

static int choose_profile(struct pedigree_aws_chain *chain, const char *chosen,
			  struct pedigree_error *err)
{
	const char *name = chosen ? chosen : profile_of_environment();
	_cleanup_free_ char *path =
		pedigree_aws_file_path(PEDIGREE_AWS_CONFIG_FILE);

	chain->chosen = chosen;
	chain->profile = strdup(name ? name : "default");
	if (!chain->profile || !path)
		return pedigree_fail_memory(err);
	if (!name ||
	    pedigree_aws_files_have(chain->files, PEDIGREE_AWS_PROFILE, name))
		return 0;
	return pedigree_fail(
		err, PEDIGREE_ECONFIG,
		"there is no AWS profile '%s' in %s; add [profile %s] there or choose another with AWS_PROFILE",
		name, path, name);
}

int pedigree_aws_chain_new(const struct pedigree_aws_options *options,
			   struct pedigree_aws_chain **ret,
			   struct pedigree_error *err)
{
	_cleanup_aws_chain_ struct pedigree_aws_chain *chain =
		calloc(1, sizeof(*chain));
	const char *region;
	int result;

	if (!chain)
		return pedigree_fail_memory(err);
	result = pedigree_aws_files_read(&chain->files, err);
	if (result == 0)
		result = choose_profile(chain, options->profile, err);
	if (result < 0)
		return result;
	region = pedigree_aws_region(chain->files, chain->profile,
				     options->region);
	if (region) {
		chain->region = strdup(region);
		if (!chain->region)
			return pedigree_fail_memory(err);
	}
	*ret = pedigree_take(chain);
	return 0;
}

void pedigree_aws_chain_free(struct pedigree_aws_chain *chain)
{
	if (!chain)
		return;
	pedigree_aws_credentials_clear(&chain->keys);
	pedigree_aws_files_free(chain->files);
	free(chain->profile);
	free(chain->region);
	free(chain->name);
	free(chain);
}

static int ask(const struct pedigree_aws_chain *chain,
	       const struct source *source, int64_t now,
	       struct pedigree_aws_credentials *ret, struct pedigree_error *err)
{
	const struct pedigree_aws_search search = {
		.files = chain->files,
		.profile = chain->profile,
		.region = chain->region,
		.environment = !chain->chosen,
		.now = now,
	};

	if (source->of_environment && chain->chosen)
		return PEDIGREE_ENOTFOUND;
	return source->get(&search, ret, err);
}

static int keep(struct pedigree_aws_chain *chain, const struct source *source,
		struct pedigree_aws_credentials *keys,
		struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf name = PEDIGREE_BUF_INIT;
	const char *at = strstr(source->name, "%s");

	pedigree_buf_add_str(&name, source->name);
	if (at) {
		pedigree_buf_cut(&name, (size_t)(at - source->name));
		pedigree_buf_add_str(&name, chain->profile);
		pedigree_buf_add_str(&name, at + 2);
	}
	free(chain->name);
	chain->name = pedigree_buf_take(&name);
	if (!chain->name)
		return pedigree_fail_memory(err);
	pedigree_aws_credentials_clear(&chain->keys);
	chain->keys = *keys;
	*keys = (struct pedigree_aws_credentials){ 0 };
	chain->source = source;
	chain->stale = false;
	return 0;
}

static int search(struct pedigree_aws_chain *chain, int64_t now,
		  struct pedigree_error *err)
{
	_cleanup_aws_credentials_ struct pedigree_aws_credentials keys = { 0 };

	for (size_t i = 0; i < PEDIGREE_COUNT(sources); i++) {
		int result = ask(chain, &sources[i], now, &keys, err);

		if (result == 0)
			return keep(chain, &sources[i], &keys, err);
		if (result != PEDIGREE_ENOTFOUND)
			return result;
	}
	return pedigree_fail(
		err, PEDIGREE_ENOTFOUND,
		"no AWS credentials found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or choose a profile of ~/.aws/config with AWS_PROFILE");
}

static int64_t left(const struct pedigree_aws_chain *chain, int64_t now)
{
	return chain->keys.expires ? chain->keys.expires - now : INT64_MAX;
}

/* From where they came the first time, and from nowhere else. */
static int fetch_again(struct pedigree_aws_chain *chain, int64_t now,
		       struct pedigree_error *err)
{
	_cleanup_aws_credentials_ struct pedigree_aws_credentials keys = { 0 };
	struct pedigree_error why = PEDIGREE_ERROR_INIT;
	int result = ask(chain, chain->source, now, &keys, &why);

	if (result == 0)
		return keep(chain, chain->source, &keys, err);
	if (!chain->stale && left(chain, now) > MANDATORY)
		return 0;
	if (result == PEDIGREE_ENOTFOUND)
		return pedigree_fail(err, PEDIGREE_ECONFIG,
				     "the AWS credentials from %s are gone",
				     chain->name);
	return pedigree_fail(err, result, "%s", why.text);
}

int pedigree_aws_chain_get(struct pedigree_aws_chain *chain, int64_t now,
			   const struct pedigree_aws_credentials **ret,
			   struct pedigree_error *err)
{
	int result = 0;

	if (!chain->source)
		result = search(chain, now, err);
	else if (chain->stale || left(chain, now) <= ADVISORY)
		result = fetch_again(chain, now, err);
	if (result < 0)
		return result;
	if (left(chain, now) <= 0)
		return pedigree_fail(
			err, PEDIGREE_ECONFIG,
			"the AWS credentials from %s have expired; renew them",
			chain->name);
	*ret = &chain->keys;
	return 0;
}

void pedigree_aws_chain_expire(struct pedigree_aws_chain *chain)
{
	chain->stale = true;
}

const char *pedigree_aws_chain_source(const struct pedigree_aws_chain *chain)
{
	return chain->name ? chain->name : "";
}

const struct pedigree_aws_files *
pedigree_aws_chain_files(const struct pedigree_aws_chain *chain)
{
	return chain->files;
}

const char *pedigree_aws_chain_profile(const struct pedigree_aws_chain *chain)
{
	return chain->profile;
}
