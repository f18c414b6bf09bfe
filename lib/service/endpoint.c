/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DescribeEndpoint, from what the ledger knows: the context of type Endpoint
 * that has this name, or whose source is the ARN of an endpoint so named.
 */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "base/err.h"
#include "service/call.h"

static bool is_endpoint(const struct pedigree_entity *context, const char *name)
{
	const char *uri = context->source_uri;
	const char *slash = uri ? strrchr(uri, '/') : NULL;

	if (!context->type || strcmp(context->type, "Endpoint") != 0)
		return false;
	/* ARNs have names in lower case. */
	if (uri && strncmp(uri, "arn:", 4) == 0 && slash)
		return strcasecmp(slash + 1, name) == 0;
	return context->name && strcasecmp(context->name, name) == 0;
}

static int find(struct pedigree_call *call, const char *name,
		struct pedigree_entity *ret_context, struct pedigree_error *err)
{
	struct pedigree_ledger_filter filter = {
		.kind = PEDIGREE_CONTEXT,
		.type = "Endpoint",
	};
	_cleanup_(pedigree_rows_clear) struct pedigree_rows rows = { 0 };
	int status = call->ledger ? pedigree_ledger_list(call->ledger, &filter,
							 &rows, err)
				  : 0;

	for (size_t i = 0; !status && i < rows.n; i++) {
		status = pedigree_ledger_entity(call->ledger, rows.v[i],
						ret_context, err);
		if (!status && is_endpoint(ret_context, name))
			return 0;
		pedigree_entity_clear(ret_context);
		*ret_context = (struct pedigree_entity){ 0 };
	}
	if (status)
		return status;
	return pedigree_refuse(call, PEDIGREE_EINVAL,
			       "Could not find endpoint \"%s\".", name);
}

/* The status as it was when the ledger last heard of the endpoint. */
static const char *status_of(const struct pedigree_entity *context)
{
	const char *status = pedigree_pairs_get(&context->properties, "Status");

	return status ? status : "InService";
}

int pedigree_do_describe_endpoint(struct pedigree_call *call,
				  struct pedigree_error *err)
{
	_cleanup_(pedigree_entity_clear) struct pedigree_entity context = { 0 };
	const char *name = pedigree_call_text(call, "EndpointName");
	json_t *answer = call->answer;
	const char *arn;
	int status = find(call, name, &context, err);

	if (status)
		return status;
	arn = context.source_uri ? context.source_uri : context.arn;
	if (pedigree_put_text(answer, "EndpointName", name) ||
	    pedigree_put_text(answer, "EndpointArn", arn) ||
	    pedigree_put_text(answer, "EndpointConfigName",
			      pedigree_pairs_get(&context.properties,
						 "EndpointConfigName")) ||
	    pedigree_put_text(answer, "EndpointStatus", status_of(&context)) ||
	    pedigree_put_time(answer, "CreationTime", context.created_ms) ||
	    pedigree_put_time(answer, "LastModifiedTime", context.modified_ms))
		return pedigree_fail_memory(err);
	return 0;
}
