/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IAM Identity Center: `aws sso login` leaves a token in ~/.aws/sso/cache,
 * for which the portal gives the credentials of a role.
 */
#include "config.h"

#include <string.h>

#include "aws/endpoint.h"
#include "aws/fetch.h"
#include "aws/json.h"
#include "aws/source.h"
#include "aws/when.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/fs.h"

enum {
	CACHE_MAX = 64 * 1024,
	TRIES = 3,
	PAUSE_MS = 500
};

static const struct pedigree_aws_json_names names = {
	.access_key = "roleCredentials.accessKeyId",
	.secret_key = "roleCredentials.secretAccessKey",
	.session_token = "roleCredentials.sessionToken",
	.expires = "roleCredentials.expiration",
	.needs_expires = true,
};

struct sso {
	const char *session; /* of [sso-session]; NULL: as before there were */
	const char *role, *account, *start_url, *region;
};

/* A key of the profile or of its session; they must not differ. */
static int setting(const struct pedigree_aws_search *search, const char *key,
		   const char *session, const char **ret,
		   struct pedigree_error *err)
{
	const char *shared =
		session ? pedigree_aws_files_get(search->files,
						 PEDIGREE_AWS_SSO_SESSION,
						 session, key)
			: NULL;

	*ret = pedigree_aws_setting(search, key);
	if (*ret && shared && strcmp(*ret, shared) != 0)
		return pedigree_fail(
			err, PEDIGREE_ECONFIG,
			"%s of AWS profile %s differs from that of [sso-session %s]",
			key, search->profile, session);
	if (!*ret)
		*ret = shared;
	if (!*ret)
		return pedigree_fail(err, PEDIGREE_ECONFIG,
				     "AWS profile %s uses SSO and has no %s",
				     search->profile, key);
	return 0;
}

static int read_settings(const struct pedigree_aws_search *search,
			 struct sso *sso, struct pedigree_error *err)
{
	int result;

	sso->session = pedigree_aws_setting(search, "sso_session");
	if (sso->session &&
	    !pedigree_aws_files_have(search->files, PEDIGREE_AWS_SSO_SESSION,
				     sso->session))
		return pedigree_fail(
			err, PEDIGREE_ECONFIG,
			"AWS profile %s refers to [sso-session %s], which the AWS config file does not have",
			search->profile, sso->session);
	if ((result = setting(search, "sso_role_name", sso->session, &sso->role,
			      err)) < 0 ||
	    (result = setting(search, "sso_account_id", sso->session,
			      &sso->account, err)) < 0 ||
	    (result = setting(search, "sso_start_url", sso->session,
			      &sso->start_url, err)) < 0)
		return result;
	return setting(search, "sso_region", sso->session, &sso->region, err);
}

static int login_needed(const struct pedigree_aws_search *search,
			const char *why, struct pedigree_error *err)
{
	return pedigree_fail(err, PEDIGREE_ECONFIG,
			     "%s; type: aws sso login --profile %s", why,
			     search->profile);
}

/* The path of the token's file in the cache of the AWS tools. */
static char *cache_path(const struct sso *sso)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	_cleanup_free_ char *folder = pedigree_aws_expand("~/.aws/sso/cache/");
	const char *key = sso->session ? sso->session : sso->start_url;
	char sha1[PEDIGREE_SHA1_HEX];

	if (!folder || pedigree_sha1(key, strlen(key), sha1) < 0)
		return NULL;
	pedigree_buf_addf(&path, "%s%s.json", folder, sha1);
	return pedigree_buf_take(&path);
}

static int read_token(const struct pedigree_aws_search *search,
		      const struct sso *sso, struct pedigree_aws_json **ret,
		      struct pedigree_error *err)
{
	_cleanup_aws_json_ struct pedigree_aws_json *json = NULL;
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	_cleanup_free_ char *path = cache_path(sso);
	const char *expires;
	int64_t when;

	if (!path || pedigree_buf_reserve(&text, CACHE_MAX) < 0)
		return pedigree_fail_memory(err);
	if (pedigree_read_file(path, CACHE_MAX, &text, NULL) < 0)
		return login_needed(search, "there is no SSO token", err);
	json = pedigree_aws_json_parse(text.data, text.len);
	explicit_bzero(text.data, text.room);
	expires = json ? pedigree_aws_json_text(json, "expiresAt") : NULL;
	if (!expires || !pedigree_aws_when(expires, &when) ||
	    !pedigree_aws_json_text(json, "accessToken"))
		return login_needed(search, "the SSO token is damaged", err);
	if (when <= search->now)
		return login_needed(search, "the SSO token has expired", err);
	*ret = pedigree_take(json);
	return 0;
}

static int understand(const struct pedigree_aws_search *search,
		      const struct pedigree_http_response *response,
		      struct pedigree_aws_credentials *ret,
		      struct pedigree_error *err)
{
	_cleanup_aws_json_ struct pedigree_aws_json *json = NULL;

	if (response->status == 401)
		return login_needed(
			search, "AWS does not accept the SSO token any more",
			err);
	if (response->status != 200)
		return pedigree_fail(
			err, PEDIGREE_ECONFIG,
			"AWS SSO does not give the role of AWS profile %s: HTTP %d",
			search->profile, response->status);
	json = pedigree_aws_json_parse(response->body.data, response->body.len);
	if (!json)
		return pedigree_fail(err, PEDIGREE_EFORMAT,
				     "AWS SSO answered with no JSON object");
	return pedigree_aws_json_credentials(json, &names, "AWS SSO", ret, err);
}

static int ask(const struct pedigree_aws_search *search, const struct sso *sso,
	       const char *token, struct pedigree_aws_credentials *ret,
	       struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf url = PEDIGREE_BUF_INIT;
	_cleanup_http_response_ struct pedigree_http_response response =
		PEDIGREE_HTTP_RESPONSE_INIT;
	const struct pedigree_sigv4_header header = {
		"x-amz-sso_bearer_token",
		token,
	};
	struct pedigree_aws_fetch fetch = {
		.request = {
			.method = "GET",
			.headers = &header,
			.n_headers = 1,
		},
		.who = "AWS SSO",
		.tries = TRIES,
		.pause_ms = PAUSE_MS,
	};
	int result = pedigree_aws_endpoint(search->files, search->profile,
					   PEDIGREE_AWS_SSO, sso->region, NULL,
					   &url, err);

	if (result < 0)
		return result;
	pedigree_buf_add_str(&url, "/federation/credentials?role_name=");
	pedigree_percent_encode(&url, sso->role);
	pedigree_buf_add_str(&url, "&account_id=");
	pedigree_percent_encode(&url, sso->account);
	if (pedigree_buf_error(&url))
		return pedigree_fail_memory(err);
	fetch.request.url = url.data;
	result = pedigree_aws_fetch(&fetch, &response, err);
	if (result < 0)
		return result;
	return understand(search, &response, ret, err);
}

int pedigree_aws_from_sso(const struct pedigree_aws_search *search,
			  struct pedigree_aws_credentials *ret,
			  struct pedigree_error *err)
{
	_cleanup_aws_json_ struct pedigree_aws_json *json = NULL;
	struct sso sso;
	int result;

	if (!pedigree_aws_setting(search, "sso_role_name") &&
	    !pedigree_aws_setting(search, "sso_account_id"))
		return PEDIGREE_ENOTFOUND;
	result = read_settings(search, &sso, err);
	if (result == 0)
		result = read_token(search, &sso, &json, err);
	if (result < 0)
		return result;
	return ask(search, &sso, pedigree_aws_json_text(json, "accessToken"),
		   ret, err);
}
