/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sends all the requests that it reads, a JSON object per line, at once, and
 * prints their responses as they come. The last line is the most memory that
 * the process had.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include <jansson.h>

#include "aws/http.h"

enum {
	HEADERS_MAX = 16
};

static const char *const outcomes[] = {
	[PEDIGREE_HTTP_ANSWERED] = "answered",
	[PEDIGREE_HTTP_NOT_SENT] = "not sent",
	[PEDIGREE_HTTP_LOST] = "lost",
	[PEDIGREE_HTTP_UNTRUSTED] = "untrusted",
	[PEDIGREE_HTTP_TOO_LARGE] = "too large",
	[PEDIGREE_HTTP_IMPOSSIBLE] = "impossible",
};

static const char *text(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static unsigned int number(const json_t *object, const char *key)
{
	return (unsigned int)json_integer_value(json_object_get(object, key));
}

static void submit(struct pedigree_http *http, const json_t *object, size_t id)
{
	struct pedigree_sigv4_header headers[HEADERS_MAX];
	const json_t *list = json_object_get(object, "headers");
	const json_t *body = json_object_get(object, "body");
	struct pedigree_http_request request = {
		.method = text(object, "method"),
		.url = text(object, "url"),
		.headers = headers,
		.body = json_string_value(body),
		.n_body = json_string_length(body),
		.connect_ms = number(object, "connect_ms"),
		.total_ms = number(object, "total_ms"),
		.stalled_s = number(object, "stalled_s"),
		.most = number(object, "most"),
		.no_proxy = json_is_true(json_object_get(object, "no_proxy")),
	};
	struct pedigree_error err = PEDIGREE_ERROR_INIT;

	for (size_t i = 0; i < json_array_size(list) && i < HEADERS_MAX; i++) {
		const json_t *pair = json_array_get(list, i);

		headers[request.n_headers++] = (struct pedigree_sigv4_header){
			json_string_value(json_array_get(pair, 0)),
			json_string_value(json_array_get(pair, 1)),
		};
	}
	if (pedigree_http_submit(http, &request, (void *)id, &err) < 0)
		printf("{\"id\": %zu, \"outcome\": \"refused\"}\n", id);
}

static void print(const struct pedigree_http_response *response)
{
	/* Bodies need not be text, and may be long. */
	json_t *answer =
		json_pack("{s:I, s:s, s:i, s:i, s:I, s:s, s:s, s:I, s:I, s:s}",
			  "id", (json_int_t)(size_t)response->ctx, "outcome",
			  outcomes[response->outcome], "status",
			  response->status, "sent", (int)response->sent, "size",
			  (json_int_t)response->body.len, "body",
			  response->body.len < 65536 ? response->body.data : "",
			  "request_id", response->request_id, "date",
			  (json_int_t)response->date, "retry_after",
			  (json_int_t)response->retry_after_ms, "error",
			  response->err.text);

	json_dumpf(answer, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(answer);
}

static int receive(struct pedigree_http *http)
{
	while (pedigree_http_pending(http)) {
		_cleanup_http_response_ struct pedigree_http_response response =
			PEDIGREE_HTTP_RESPONSE_INIT;
		struct pedigree_error err = PEDIGREE_ERROR_INIT;
		int result = pedigree_http_wait(http, 1000, &response, &err);

		if (result < 0) {
			fprintf(stderr, "fetch: %s\n", err.text);
			return 1;
		}
		if (result > 0)
			print(&response);
	}
	return 0;
}

int main(void)
{
	_cleanup_http_ struct pedigree_http *http = NULL;
	_cleanup_free_ char *line = NULL;
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct rusage usage;
	size_t room = 0;
	json_t *objects;

	if (pedigree_http_new(NULL, &http, &err) < 0) {
		printf("{\"id\": -1, \"outcome\": \"none\", \"error\": \"%s\"}\n",
		       err.text);
		return 0;
	}
	objects = json_array();
	/* "wait" between requests: until all before it are answered. */
	while (getline(&line, &room, stdin) > 0) {
		json_t *object;

		if (!strcmp(line, "wait\n")) {
			receive(http);
			continue;
		}
		object = json_loads(line, JSON_ALLOW_NUL, NULL);
		if (!object)
			return 1;
		submit(http, object, json_array_size(objects));
		json_array_append_new(objects, object);
	}
	if (receive(http) != 0)
		return 1;
	json_decref(objects);
	getrusage(RUSAGE_SELF, &usage);
	printf("{\"maxrss\": %ld}\n", usage.ru_maxrss);
	return 0;
}
