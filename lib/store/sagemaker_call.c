/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "store/sagemaker_call.h"

#include <jansson.h>
#include <string.h>

#include "aws/client.h"
#include "base/err.h"
#include "store/sagemaker.h"
#include "store/store.h"

#define WAIT_MS 1000

int pedigree_sagemaker_client(const struct pedigree_config *config,
			      struct pedigree_aws_client **ret_client,
			      struct pedigree_error *err)
{
	const struct pedigree_backend_ops *ops = &pedigree_sagemaker_ops;
	const struct pedigree_aws_client_options options = {
		.profile = pedigree_backend_option(config, ops, "profile"),
		.region = pedigree_backend_option(config, ops, "region"),
		.endpoint = pedigree_backend_option(config, ops, "endpoint"),
	};

	return pedigree_aws_client_new(&options, ret_client, err);
}

void pedigree_sagemaker_client_close(struct pedigree_aws_client *client)
{
	pedigree_aws_client_free(client);
}

static int code_of(const char *word)
{
	if (strcmp(word, "ResourceNotFound") == 0)
		return PEDIGREE_ENOTFOUND;
	if (strcmp(word, "ResourceLimitExceeded") == 0)
		return PEDIGREE_ELIMIT;
	return PEDIGREE_EINVAL;
}

static int take_refusal(const struct pedigree_aws_answer *answer,
			struct pedigree_buf *ret_answer,
			struct pedigree_error *err)
{
	json_t *error = json_pack("{ssss}", "__type", answer->code, "message",
				  answer->message);
	char *text = error ? json_dumps(error, JSON_COMPACT) : NULL;

	json_decref(error);
	if (text)
		pedigree_buf_add_str(ret_answer, text);
	free(text);
	if (!text || pedigree_buf_error(ret_answer))
		return pedigree_fail_memory(err);
	return pedigree_fail(err, code_of(answer->code), "%s: %s", answer->code,
			     answer->message);
}

int pedigree_sagemaker_call(struct pedigree_aws_client *client,
			    const char *operation, const char *request,
			    struct pedigree_buf *ret_answer,
			    struct pedigree_error *err)
{
	_cleanup_aws_answer_ struct pedigree_aws_answer answer =
		PEDIGREE_AWS_ANSWER_INIT;
	int status = pedigree_aws_client_submit(client, operation, request,
						strlen(request), NULL, err);

	while (!status && pedigree_aws_client_pending(client))
		status =
			pedigree_aws_client_wait(client, WAIT_MS, &answer, err);
	if (status < 0)
		return status;
	if (answer.outcome == PEDIGREE_AWS_REFUSED)
		return take_refusal(&answer, ret_answer, err);
	if (answer.outcome != PEDIGREE_AWS_OK)
		return pedigree_fail(
			err, answer.err.code ? answer.err.code : PEDIGREE_EIO,
			"%s: %s", operation, answer.err.text);
	pedigree_buf_add(ret_answer, answer.body.data, answer.body.len);
	return pedigree_buf_error(ret_answer) ? pedigree_fail_memory(err) : 0;
}
