/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The endpoint that ECS and EKS Pod Identity give a container. What is asked
 * for a token must be this machine, or TLS.
 */
#include "config.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "aws/fetch.h"
#include "aws/json.h"
#include "aws/source.h"
#include "base/err.h"
#include "base/fs.h"

enum {
	TIMEOUT_MS = 2000,
	TRIES = 3,
	PAUSE_MS = 1000,
	TOKEN_MAX = 64 * 1024
};

static const struct pedigree_aws_json_names names = {
	.access_key = "AccessKeyId",
	.secret_key = "SecretAccessKey",
	.session_token = "Token",
	.expires = "Expiration",
	.needs_expires = true,
};

/* Of ECS, and of EKS in both kinds of network. */
static const char *const allowed[] = {
	"169.254.170.2",
	"169.254.170.23",
	"fd00:ec2::23",
	"localhost",
};

static bool is_loopback(const char *host)
{
	struct in6_addr six;
	struct in_addr four;

	if (inet_pton(AF_INET, host, &four) == 1)
		return ntohl(four.s_addr) >> 24 == 127;
	return inet_pton(AF_INET6, host, &six) == 1 &&
	       IN6_IS_ADDR_LOOPBACK(&six);
}

static bool is_allowed(const char *url)
{
	char host[64];
	const char *at = url + 7, *end;

	if (!strncasecmp(url, "https://", 8))
		return true;
	if (strncasecmp(url, "http://", 7) != 0)
		return false;
	if (*at == '[') {
		end = strchr(++at, ']');
		if (!end || !strchr(":/?#", end[1]))
			return false;
	} else {
		end = at + strcspn(at, ":/?#");
	}
	if ((size_t)(end - at) >= sizeof(host))
		return false;
	memcpy(host, at, (size_t)(end - at));
	host[end - at] = '\0';
	for (size_t i = 0; i < PEDIGREE_COUNT(allowed); i++)
		if (!strcasecmp(host, allowed[i]))
			return true;
	return is_loopback(host);
}

static int find_url(struct pedigree_buf *url, struct pedigree_error *err)
{
	const char *relative =
		pedigree_aws_env("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
	const char *full =
		pedigree_aws_env("AWS_CONTAINER_CREDENTIALS_FULL_URI");

	if (relative)
		pedigree_buf_addf(url, "http://%s%s%s", allowed[0],
				  relative[0] == '/' ? "" : "/", relative);
	else if (full)
		pedigree_buf_add_str(url, full);
	else
		return PEDIGREE_ENOTFOUND;
	if (pedigree_buf_error(url))
		return pedigree_fail_memory(err);
	if (!is_allowed(url->data))
		return pedigree_fail(
			err, PEDIGREE_ECONFIG,
			"AWS_CONTAINER_CREDENTIALS_FULL_URI is neither https: nor on this machine; no token is sent there");
	return 0;
}

/* From the file, which is replaced now and then, or from the environment. */
static int read_token(struct pedigree_buf *token, struct pedigree_error *err)
{
	const char *path =
		pedigree_aws_env("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
	const char *text =
		pedigree_aws_env("AWS_CONTAINER_AUTHORIZATION_TOKEN");
	struct pedigree_error why = PEDIGREE_ERROR_INIT;
	int result = 0;

	if (pedigree_buf_reserve(token, TOKEN_MAX) < 0)
		return pedigree_fail_memory(err);
	if (path)
		result = pedigree_read_file(path, TOKEN_MAX, token, &why);
	else if (text)
		pedigree_buf_add_str(token, text);
	/* A missing file is a failure, and not another source's turn. */
	if (result < 0)
		return pedigree_fail(
			err, PEDIGREE_ECONFIG,
			"cannot read AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: %s",
			why.text);
	if (strpbrk(token->data, "\r\n"))
		return pedigree_fail(
			err, PEDIGREE_ECONFIG,
			"the container's authorization token holds a line break");
	return 0;
}

static int ask(const char *url, const char *token,
	       struct pedigree_aws_credentials *ret, struct pedigree_error *err)
{
	_cleanup_http_response_ struct pedigree_http_response response =
		PEDIGREE_HTTP_RESPONSE_INIT;
	_cleanup_aws_json_ struct pedigree_aws_json *json = NULL;
	const struct pedigree_sigv4_header headers[] = {
		{ "Accept", "application/json" },
		{ "Authorization", token },
	};
	const struct pedigree_aws_fetch fetch = {
		.request = {
			.method = "GET",
			.url = url,
			.headers = headers,
			.n_headers = *token ? 2 : 1,
			.total_ms = TIMEOUT_MS,
			.no_proxy = true,
		},
		.who = "the container's endpoint",
		.tries = TRIES,
		.pause_ms = PAUSE_MS,
		.any_status = true,
	};
	int result = pedigree_aws_fetch(&fetch, &response, err);

	if (result < 0)
		return result;
	if (response.status != 200)
		return pedigree_fail(
			err, PEDIGREE_EIO,
			"the container's endpoint gives no AWS credentials: HTTP %d",
			response.status);
	json = pedigree_aws_json_parse(response.body.data, response.body.len);
	if (!json)
		return pedigree_fail(
			err, PEDIGREE_EFORMAT,
			"the container's endpoint answered with no JSON object");
	return pedigree_aws_json_credentials(json, &names, fetch.who, ret, err);
}

int pedigree_aws_from_container(const struct pedigree_aws_search *search,
				struct pedigree_aws_credentials *ret,
				struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf url = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf token = PEDIGREE_BUF_INIT;
	int result = find_url(&url, err);

	(void)search;
	if (result == 0)
		result = read_token(&token, err);
	if (result == 0)
		result = ask(url.data, token.data, ret, err);
	if (token.room)
		explicit_bzero(token.data, token.room);
	return result;
}
