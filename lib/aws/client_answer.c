/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "aws/client_call.h"
#include "aws/json.h"
#include "base/err.h"

enum {
	SHOWN = 200
}; /* bytes of a body that is no JSON */

void pedigree_aws_answer_clear(struct pedigree_aws_answer *answer)
{
	pedigree_buf_clear(&answer->body);
}

/* At most `room` - 1 bytes, without half a UTF-8 character at the end. */
static void copy(char *to, size_t room, const char *text)
{
	size_t n = strlen(text);

	if (n >= room) {
		n = room - 1;
		while (n && ((unsigned char)text[n] & 0xc0) == 0x80)
			n--;
	}
	memcpy(to, text, n);
	to[n] = '\0';
}

/* "prefix#Code:http://…" → "Code". */
static void copy_code(char *to, size_t room, const char *text)
{
	const char *hash = strrchr(text, '#');

	copy(to, room, hash ? hash + 1 : text);
	to[strcspn(to, ":")] = '\0';
}

/* A refused signature is explained with what was signed, token and all. */
static void hide(char *message, const char *secret)
{
	char *at;

	if (secret && *secret && (at = strstr(message, secret)))
		snprintf(at, strlen(at) + 1, "%s", "…");
}

static bool read_error(const struct pedigree_http_response *response,
		       const char *secret, const char *token,
		       struct pedigree_aws_answer *answer)
{
	_cleanup_aws_json_ struct pedigree_aws_json *json =
		pedigree_aws_json_parse(response->body.data,
					response->body.len);
	const char *code, *message;
	char *canonical;

	code = json ? pedigree_aws_json_text(json, "__type") : NULL;
	if (!code && json)
		code = pedigree_aws_json_text(json, "code");
	if (!code)
		return false;
	message = pedigree_aws_json_text(json, "message");
	if (!message)
		message = pedigree_aws_json_text(json, "Message");
	copy_code(answer->code, sizeof(answer->code), code);
	copy(answer->message, sizeof(answer->message), message ? message : "");
	canonical = strstr(answer->message, "The Canonical String");
	if (canonical)
		*canonical = '\0';
	hide(answer->message, secret);
	hide(answer->message, token);
	return true;
}

static enum pedigree_aws_class
not_the_service(const struct pedigree_http_response *response,
		const char *endpoint, struct pedigree_aws_answer *answer)
{
	pedigree_fail(
		&answer->err, PEDIGREE_ECONFIG,
		"what answers at %s is not SageMaker (HTTP %d without an error code); check the endpoint and the proxy",
		endpoint, response->status);
	return PEDIGREE_AWS_IDENTITY;
}

enum pedigree_aws_class
pedigree_aws_read_answer(const struct pedigree_http_response *response,
			 const char *endpoint, const char *secret,
			 const char *token, struct pedigree_aws_answer *answer)
{
	enum pedigree_aws_class class;
	bool has_code;

	answer->status = response->status;
	answer->code[0] = answer->message[0] = '\0';
	answer->err = (struct pedigree_error)PEDIGREE_ERROR_INIT;
	copy(answer->request_id, sizeof(answer->request_id),
	     response->request_id);
	if (response->status >= 200 && response->status < 300) {
		struct pedigree_aws_json *json = pedigree_aws_json_parse(
			response->body.data, response->body.len);

		pedigree_aws_json_free(json);
		if (json || !response->body.len)
			return PEDIGREE_AWS_DONE;
		pedigree_fail(&answer->err, PEDIGREE_EFORMAT,
			      "%s answered with something that is no JSON",
			      endpoint);
		return PEDIGREE_AWS_TRANSIENT;
	}
	has_code = read_error(response, secret, token, answer);
	class = pedigree_aws_classify(response->status, answer->code);
	if (!has_code && class == PEDIGREE_AWS_PERMANENT)
		return not_the_service(response, endpoint, answer);
	pedigree_fail(&answer->err, PEDIGREE_EIO,
		      "SageMaker answered HTTP %d %s: %.*s (request %s)",
		      response->status, answer->code, SHOWN, answer->message,
		      answer->request_id[0] ? answer->request_id
					    : "without id");
	return class;
}
