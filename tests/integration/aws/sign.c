/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signs the requests that it reads, a JSON object per line, and prints for
 * each a JSON object with the headers to add and the canonical request.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "aws/sigv4.h"
#include "base/base.h"

enum {
	HEADERS_MAX = 64
};

static const char *text(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static bool flag(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key));
}

static size_t read_headers(const json_t *object,
			   struct pedigree_sigv4_header *headers)
{
	const json_t *list = json_object_get(object, "headers");
	size_t n = json_array_size(list);

	for (size_t i = 0; i < n && i < HEADERS_MAX; i++) {
		const json_t *pair = json_array_get(list, i);

		headers[i].name = json_string_value(json_array_get(pair, 0));
		headers[i].value = json_string_value(json_array_get(pair, 1));
	}
	return n < HEADERS_MAX ? n : HEADERS_MAX;
}

static int sign_one(const json_t *object)
{
	_cleanup_sigv4_ struct pedigree_sigv4 made = PEDIGREE_SIGV4_INIT;
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree_sigv4_header headers[HEADERS_MAX];
	const json_t *body = json_object_get(object, "body");
	const struct pedigree_sigv4_request request = {
		.method = text(object, "method"),
		.host = text(object, "host"),
		.path = text(object, "path"),
		.query = text(object, "query"),
		.headers = headers,
		.n_headers = read_headers(object, headers),
		.body = json_string_value(body),
		.n_body = json_string_length(body),
	};
	const struct pedigree_sigv4_keys keys = {
		.access_key = text(object, "access_key"),
		.secret_key = text(object, "secret_key"),
		.session_token = text(object, "session_token"),
	};
	const struct pedigree_sigv4_scope scope = {
		.region = text(object, "region"),
		.service = text(object, "service"),
		.plain_path = flag(object, "plain_path"),
		.content_sha256 = flag(object, "content_sha256"),
		.token_unsigned = flag(object, "token_unsigned"),
	};
	json_t *answer;

	if (pedigree_sigv4_sign(
		    &request, &keys, &scope,
		    (time_t)json_integer_value(json_object_get(object, "time")),
		    &made, &err) < 0)
		answer = json_pack("{s:s}", "error", err.text);
	else
		answer = json_pack("{s:s, s:s, s:s, s:s}", "date", made.date,
				   "content_sha256", made.content_sha256,
				   "authorization", made.authorization.data,
				   "canonical", made.canonical.data);
	if (!answer)
		return -1;
	json_dumpf(answer, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(answer);
	return 0;
}

int main(void)
{
	_cleanup_free_ char *line = NULL;
	size_t room = 0;

	while (getline(&line, &room, stdin) > 0) {
		json_t *object = json_loads(line, JSON_ALLOW_NUL, NULL);

		if (!object || sign_one(object) < 0) {
			fprintf(stderr, "sign: a line is no request\n");
			return 1;
		}
		json_decref(object);
	}
	return fflush(stdout) == 0 ? 0 : 1;
}
