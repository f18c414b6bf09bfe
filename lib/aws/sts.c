/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "aws/sts.h"

#include <string.h>
#include <time.h>

#include "aws/endpoint.h"
#include "aws/fetch.h"
#include "aws/when.h"
#include "aws/xml.h"
#include "base/err.h"
#include "base/fs.h"

enum {
	TRIES = 3,
	PAUSE_MS = 500,
	HEADERS = 5
};

/* Without a region STS is asked where it was before it had any. */
static const char *region_of(const struct pedigree_aws_search *search)
{
	return search->region ? search->region : "us-east-1";
}

static void add(struct pedigree_buf *form, const char *name, const char *value)
{
	if (!value)
		return;
	pedigree_buf_addf(form, "%s%s=", form->len ? "&" : "", name);
	pedigree_percent_encode(form, value);
}

static int write_form(const struct pedigree_aws_search *search,
		      const struct pedigree_aws_role *role,
		      struct pedigree_buf *form, struct pedigree_error *err)
{
	/* The token is a secret: growing would leave copies behind. */
	size_t n = 1024 + 3 * ((role->token ? strlen(role->token) : 0) +
			       strlen(role->arn));
	char made_up[40];

	snprintf(made_up, sizeof(made_up), "pedigree-%lld",
		 (long long)search->now);
	if (pedigree_buf_reserve(form, n) < 0)
		return pedigree_fail_memory(err);
	add(form, "Action",
	    role->token ? "AssumeRoleWithWebIdentity" : "AssumeRole");
	add(form, "Version", "2011-06-15");
	add(form, "RoleArn", role->arn);
	add(form, "RoleSessionName",
	    role->session_name ? role->session_name : made_up);
	add(form, "ExternalId", role->external_id);
	add(form, "DurationSeconds", role->duration);
	add(form, "WebIdentityToken", role->token);
	return pedigree_buf_error(form) ? pedigree_fail_memory(err) : 0;
}

/*
 * The answer
 */

static int refused(const struct pedigree_aws_role *role,
		   const struct pedigree_http_response *response,
		   struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf code = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf message = PEDIGREE_BUF_INIT;

	pedigree_aws_xml_text(&response->body, "Code", &code);
	pedigree_aws_xml_text(&response->body, "Message", &message);
	return pedigree_fail(
		err, PEDIGREE_ECONFIG,
		"AWS STS does not give the role %s: HTTP %d %s %.400s",
		role->arn, response->status, code.data, message.data);
}

static int take(const struct pedigree_aws_role *role,
		const struct pedigree_http_response *response,
		struct pedigree_aws_credentials *ret,
		struct pedigree_error *err)
{
	static const char *const names[] = { "AccessKeyId", "SecretAccessKey",
					     "SessionToken", "Expiration" };
	struct pedigree_buf values[PEDIGREE_COUNT(names)];
	size_t missing = PEDIGREE_COUNT(names);
	int64_t expires = 0;
	int result = PEDIGREE_EFORMAT;

	for (size_t i = 0; i < PEDIGREE_COUNT(names); i++) {
		pedigree_buf_init(&values[i]);
		if (!pedigree_aws_xml_text(&response->body, names[i],
					   &values[i]) ||
		    !values[i].len)
			missing = i;
	}
	if (missing == PEDIGREE_COUNT(names) &&
	    pedigree_aws_when(values[3].data, &expires))
		result = pedigree_aws_credentials_set(ret, values[0].data,
						      values[1].data,
						      values[2].data, expires);
	for (size_t i = 0; i < PEDIGREE_COUNT(names); i++) {
		if (values[i].room)
			explicit_bzero(values[i].data, values[i].room);
		pedigree_buf_clear(&values[i]);
	}
	if (result == PEDIGREE_ENOMEM)
		return pedigree_fail_memory(err);
	if (result < 0)
		return pedigree_fail(
			err, result,
			"AWS STS answered for the role %s without usable credentials",
			role->arn);
	return 0;
}

/*
 * The request
 */

struct call {
	struct pedigree_buf url, host;
	const char *path;
	struct pedigree_buf form;
	struct pedigree_sigv4 sigv4;
	struct pedigree_sigv4_header headers[HEADERS];
	size_t n_headers;
};

static void call_clear(struct call *call)
{
	if (call->form.room)
		explicit_bzero(call->form.data, call->form.room);
	pedigree_buf_clear(&call->url);
	pedigree_buf_clear(&call->host);
	pedigree_buf_clear(&call->form);
	pedigree_sigv4_clear(&call->sigv4);
}

static void add_header(struct call *call, const char *name, const char *value)
{
	call->headers[call->n_headers++] =
		(struct pedigree_sigv4_header){ name, value };
}

static int sign(const struct pedigree_aws_search *search, struct call *call,
		const struct pedigree_aws_credentials *keys,
		struct pedigree_error *err)
{
	const struct pedigree_sigv4_request request = {
		.method = "POST",
		.host = call->host.data,
		.path = call->path,
		.headers = call->headers,
		.n_headers = call->n_headers,
		.body = call->form.data,
		.n_body = call->form.len,
	};
	const struct pedigree_sigv4_keys with = {
		.access_key = keys->access_key,
		.secret_key = keys->secret_key,
		.session_token = keys->session_token,
	};
	const struct pedigree_sigv4_scope scope = {
		.region = region_of(search),
		.service = "sts",
	};
	int result =
		pedigree_sigv4_sign(&request, &with, &scope,
				    (time_t)search->now, &call->sigv4, err);

	if (result < 0)
		return result;
	add_header(call, "X-Amz-Date", call->sigv4.date);
	if (keys->session_token)
		add_header(call, "X-Amz-Security-Token", keys->session_token);
	add_header(call, "Authorization", call->sigv4.authorization.data);
	return 0;
}

static int find(const struct pedigree_aws_search *search, struct call *call,
		struct pedigree_error *err)
{
	int result = pedigree_aws_endpoint(search->files, search->profile,
					   PEDIGREE_AWS_STS, region_of(search),
					   NULL, &call->url, err);

	if (result < 0)
		return result;
	pedigree_buf_add_char(&call->url, '/');
	if (pedigree_buf_error(&call->url))
		return pedigree_fail_memory(err);
	pedigree_aws_url_host(call->url.data, &call->host, &call->path);
	return 0;
}

int pedigree_aws_assume(const struct pedigree_aws_search *search,
			const struct pedigree_aws_role *role,
			const struct pedigree_aws_credentials *keys,
			struct pedigree_aws_credentials *ret,
			struct pedigree_error *err)
{
	_cleanup_(call_clear) struct call call = {
		.url = PEDIGREE_BUF_INIT,
		.host = PEDIGREE_BUF_INIT,
		.form = PEDIGREE_BUF_INIT,
		.sigv4 = PEDIGREE_SIGV4_INIT,
	};
	_cleanup_http_response_ struct pedigree_http_response response =
		PEDIGREE_HTTP_RESPONSE_INIT;
	struct pedigree_aws_fetch fetch = {
		.who = "AWS STS",
		.tries = TRIES,
		.pause_ms = PAUSE_MS,
	};
	int result = find(search, &call, err);

	if (result == 0)
		result = write_form(search, role, &call.form, err);
	add_header(&call, "Content-Type",
		   "application/x-www-form-urlencoded; charset=utf-8");
	if (result == 0 && keys)
		result = sign(search, &call, keys, err);
	if (result < 0)
		return result;
	fetch.request = (struct pedigree_http_request){
		.method = "POST",
		.url = call.url.data,
		.headers = call.headers,
		.n_headers = call.n_headers,
		.body = call.form.data,
		.n_body = call.form.len,
	};
	result = pedigree_aws_fetch(&fetch, &response, err);
	if (result < 0)
		return result;
	if (response.status != 200)
		return refused(role, &response, err);
	return take(role, &response, ret, err);
}
