/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The metadata service of an EC2 instance, version 2 alone: without a token
 * it is not asked. The last source, and mostly there is no such service: it
 * may cost a second to find that out, and is no failure.
 */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "aws/fetch.h"
#include "aws/json.h"
#include "aws/source.h"
#include "base/err.h"

#define ROLES "/latest/meta-data/iam/security-credentials/"

enum {
	TIMEOUT_MS = 1000,
	AHEAD = 15 * 60 /* s before expiry that we ask again */
};

static const struct pedigree_aws_json_names names = {
	.access_key = "AccessKeyId",
	.secret_key = "SecretAccessKey",
	.session_token = "Token",
	.expires = "Expiration",
	.needs_expires = true,
};

struct imds {
	const char *base;
	unsigned int timeout_ms, tries;
	struct pedigree_buf token, role;
};

static void imds_clear(struct imds *imds)
{
	if (imds->token.room)
		explicit_bzero(imds->token.data, imds->token.room);
	pedigree_buf_clear(&imds->token);
	pedigree_buf_clear(&imds->role);
}

static unsigned int number(const struct pedigree_aws_search *search,
			   const char *variable, const char *key,
			   unsigned int otherwise)
{
	const char *text = pedigree_aws_env(variable);
	long value;

	if (!text)
		text = pedigree_aws_setting(search, key);
	value = text ? strtol(text, NULL, 10) : 0;
	return value > 0 && value < 1000 ? (unsigned int)value : otherwise;
}

static const char *base_url(const struct pedigree_aws_search *search)
{
	const char *url = pedigree_aws_env("AWS_EC2_METADATA_SERVICE_ENDPOINT");
	const char *mode;

	if (!url)
		url = pedigree_aws_setting(search,
					   "ec2_metadata_service_endpoint");
	if (url)
		return url;
	mode = pedigree_aws_env("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE");
	if (!mode)
		mode = pedigree_aws_setting(
			search, "ec2_metadata_service_endpoint_mode");
	return mode && !strcasecmp(mode, "ipv6") ? "http://[fd00:ec2::254]"
						 : "http://169.254.169.254";
}

/* PEDIGREE_ENOTFOUND whenever it does not say 200 and something. */
static int ask(const struct imds *imds, const char *method, const char *path,
	       const char *more, const struct pedigree_sigv4_header *header,
	       struct pedigree_http_response *ret, struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf url = PEDIGREE_BUF_INIT;
	struct pedigree_aws_fetch fetch = {
		.request = {
			.method = method,
			.headers = header,
			.n_headers = 1,
			.total_ms = imds->timeout_ms,
			.no_proxy = true,
		},
		.who = "the EC2 metadata service",
		.tries = imds->tries,
	};
	size_t n = strlen(imds->base);
	int result;

	while (n && imds->base[n - 1] == '/')
		n--;
	pedigree_buf_addf(&url, "%.*s%s%s", (int)n, imds->base, path, more);
	if (pedigree_buf_error(&url))
		return pedigree_fail_memory(err);
	fetch.request.url = url.data;
	result = pedigree_aws_fetch(&fetch, ret, NULL);
	if (result == PEDIGREE_ENOMEM)
		return pedigree_fail_memory(err);
	if (result == PEDIGREE_ECONFIG)
		return pedigree_fail(
			err, result,
			"AWS_EC2_METADATA_SERVICE_ENDPOINT is no usable URL");
	return result < 0 || ret->status != 200 || !ret->body.len
		       ? PEDIGREE_ENOTFOUND
		       : 0;
}

static int get_token(struct imds *imds, struct pedigree_error *err)
{
	static const struct pedigree_sigv4_header lifetime = {
		"x-aws-ec2-metadata-token-ttl-seconds",
		"21600",
	};
	_cleanup_http_response_ struct pedigree_http_response response =
		PEDIGREE_HTTP_RESPONSE_INIT;
	int result = ask(imds, "PUT", "/latest/api/token", "", &lifetime,
			 &response, err);

	if (result < 0)
		return result;
	if (strpbrk(response.body.data, "\r\n"))
		return PEDIGREE_ENOTFOUND;
	imds->token = response.body;
	pedigree_buf_init(&response.body);
	return 0;
}

static int get_role(struct imds *imds,
		    const struct pedigree_sigv4_header *token,
		    struct pedigree_error *err)
{
	_cleanup_http_response_ struct pedigree_http_response response =
		PEDIGREE_HTTP_RESPONSE_INIT;
	int result = ask(imds, "GET", ROLES, "", token, &response, err);

	if (result < 0)
		return result;
	pedigree_buf_add(&imds->role, response.body.data,
			 strcspn(response.body.data, "\r\n ?#%"));
	return pedigree_buf_error(&imds->role) ? pedigree_fail_memory(err) : 0;
}

/*
 * When the service cannot renew what is about to expire, it gives it again:
 * it goes on being used, and is asked for again in some minutes.
 */
static void extend(struct pedigree_aws_credentials *keys, int64_t now)
{
	int64_t ahead = AHEAD + 120 + now % 480;

	if (keys->expires - now <= ahead)
		keys->expires = now + ahead;
}

static int get_keys(const struct imds *imds,
		    const struct pedigree_sigv4_header *token, int64_t now,
		    struct pedigree_aws_credentials *ret,
		    struct pedigree_error *err)
{
	_cleanup_http_response_ struct pedigree_http_response response =
		PEDIGREE_HTTP_RESPONSE_INIT;
	_cleanup_aws_json_ struct pedigree_aws_json *json = NULL;
	int result =
		ask(imds, "GET", ROLES, imds->role.data, token, &response, err);

	if (result < 0)
		return result;
	json = pedigree_aws_json_parse(response.body.data, response.body.len);
	/* It also says 200 when the role may not be given. */
	if (!json)
		return PEDIGREE_ENOTFOUND;
	result = pedigree_aws_json_credentials(
		json, &names, "the EC2 metadata service", ret, NULL);
	if (result == PEDIGREE_ENOMEM)
		return pedigree_fail_memory(err);
	if (result < 0)
		return PEDIGREE_ENOTFOUND;
	extend(ret, now);
	return 0;
}

int pedigree_aws_from_imds(const struct pedigree_aws_search *search,
			   struct pedigree_aws_credentials *ret,
			   struct pedigree_error *err)
{
	const char *disabled = pedigree_aws_env("AWS_EC2_METADATA_DISABLED");
	_cleanup_(imds_clear) struct imds imds = {
		.base = base_url(search),
		.timeout_ms =
			1000 * number(search, "AWS_METADATA_SERVICE_TIMEOUT",
				      "metadata_service_timeout",
				      TIMEOUT_MS / 1000),
		.tries = number(search, "AWS_METADATA_SERVICE_NUM_ATTEMPTS",
				"metadata_service_num_attempts", 1),
		.token = PEDIGREE_BUF_INIT,
		.role = PEDIGREE_BUF_INIT,
	};
	struct pedigree_sigv4_header token = { "x-aws-ec2-metadata-token", "" };
	int result;

	if (disabled && !strcasecmp(disabled, "true"))
		return PEDIGREE_ENOTFOUND;
	result = get_token(&imds, err);
	if (result < 0)
		return result;
	token.value = imds.token.data;
	result = get_role(&imds, &token, err);
	if (result == 0)
		result = get_keys(&imds, &token, search->now, ret, err);
	return result;
}
