/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes all the calls that it reads ({"operation": …, "body": {…}}, one per
 * line) at once and prints their answers as they come; the last line says
 * whom it talked to.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "aws/client.h"

static const char *const outcomes[] = {
	[PEDIGREE_AWS_OK] = "ok",
	[PEDIGREE_AWS_REFUSED] = "refused",
	[PEDIGREE_AWS_LATER] = "later",
	[PEDIGREE_AWS_STOPPED] = "stopped",
};

static void print_object(json_t *object)
{
	json_dumpf(object, stdout, JSON_COMPACT);
	putchar('\n');
	fflush(stdout);
	json_decref(object);
}

static void print(const struct pedigree_aws_answer *answer)
{
	print_object(json_pack(
		"{s:I, s:s, s:i, s:s, s:s, s:s, s:s, s:i, s:b, s:s}", "id",
		(json_int_t)(size_t)answer->ctx, "outcome",
		outcomes[answer->outcome], "status", answer->status, "body",
		answer->body.data, "code", answer->code, "message",
		answer->message, "request_id", answer->request_id, "attempts",
		(int)answer->attempts, "repeated", (int)answer->repeated,
		"error", answer->err.text));
}

static void print_end(struct pedigree_aws_client *client)
{
	const char *source = "";
	int64_t difference = 0;
	bool known = pedigree_aws_client_clock(client, &difference);

	pedigree_aws_client_source(client, &source, NULL);
	print_object(json_pack("{s:s, s:s, s:s, s:b, s:I}", "region",
			       pedigree_aws_client_region(client), "endpoint",
			       pedigree_aws_client_endpoint(client), "source",
			       source, "clock", (int)known, "difference",
			       (json_int_t)difference));
}

static int submit_all(struct pedigree_aws_client *client)
{
	_cleanup_free_ char *line = NULL;
	size_t room = 0;

	for (size_t id = 0; getline(&line, &room, stdin) > 0; id++) {
		json_t *call = json_loads(line, 0, NULL);
		char *body = json_dumps(json_object_get(call, "body"), 0);
		int result = pedigree_aws_client_submit(
			client,
			json_string_value(json_object_get(call, "operation")),
			body, strlen(body), (void *)id, NULL);

		free(body);
		json_decref(call);
		if (result < 0)
			return result;
	}
	return 0;
}

int main(int argc, char **argv)
{
	_cleanup_aws_client_ struct pedigree_aws_client *client = NULL;
	const struct pedigree_aws_client_options options = {
		.attempts = argc > 1 ? (unsigned int)atoi(argv[1]) : 0,
	};
	struct pedigree_error err = PEDIGREE_ERROR_INIT;

	if (pedigree_aws_client_new(&options, &client, &err) < 0) {
		print_object(json_pack("{s:s}", "error", err.text));
		return 0;
	}
	if (submit_all(client) < 0)
		return 1;
	/* Given up half-way, for what that leaves behind. */
	if (argc > 2)
		return pedigree_aws_client_wait(
			       client, 100,
			       &(struct pedigree_aws_answer)
				       PEDIGREE_AWS_ANSWER_INIT,
			       &err) < 0;
	while (pedigree_aws_client_pending(client)) {
		_cleanup_aws_answer_ struct pedigree_aws_answer answer =
			PEDIGREE_AWS_ANSWER_INIT;
		int result =
			pedigree_aws_client_wait(client, 1000, &answer, &err);

		if (result < 0)
			return 1;
		if (result > 0)
			print(&answer);
	}
	print_end(client);
	return 0;
}
