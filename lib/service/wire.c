/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests as the service itself takes them.
 */
#include "config.h"

#include "base/err.h"
#include "base/json_error.h"
#include "service/arguments.h"
#include "service/call.h"

static int convert(json_t *json, const struct pedigree_member *members);

static int convert_member(json_t *object, const struct pedigree_member *m)
{
	json_t *value = json_object_get(object, m->name);
	int64_t ms;

	if (!value)
		return 0;
	if (m->shape->kind == PEDIGREE_SHAPE_STRUCTURE && m->shape->members)
		return convert(value, m->shape->members);
	if (m->shape->kind != PEDIGREE_SHAPE_TIMESTAMP ||
	    !pedigree_timestamp_parse(value, &ms))
		return 0;
	return json_object_set_new(object, m->name,
				   json_integer((json_int_t)(ms / 1000)))
		       ? PEDIGREE_ENOMEM
		       : 0;
}

/* Times stand in requests and in structures of them, in no list or map. */
static int convert(json_t *json, const struct pedigree_member *members)
{
	int status = 0;

	for (; !status && json_is_object(json) && members->name; members++)
		status = convert_member(json, members);
	return status;
}

int pedigree_request_to_wire(const struct pedigree_operation *operation,
			     const char *request, char **ret_wire,
			     struct pedigree_error *err)
{
	json_error_t error;
	_cleanup_json_ json_t *json =
		json_loads(request, JSON_REJECT_DUPLICATES, &error);

	if (!json && pedigree_json_no_memory(&error))
		return pedigree_fail_memory(err);
	if (!json)
		return pedigree_fail(err, PEDIGREE_EFORMAT,
				     "invalid JSON at line %d, column %d: %s",
				     error.line, error.column, error.text);
	if (convert(json, operation->request))
		return pedigree_fail_memory(err);
	*ret_wire = json_dumps(json, JSON_COMPACT);
	return *ret_wire ? 0 : pedigree_fail_memory(err);
}
