/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DeleteEndpoint: an action of its own on the endpoint's context, so that of
 * the actions there the newest one tells what is behind the endpoint.
 *
 * The answer names nothing, so the endpoint is the one of this name that the
 * run itself put there, or that the ledger knows. Of one that nobody knows
 * nothing is told, and of one that the run put there again neither.
 */
#include "config.h"

#include <string.h>
#include <strings.h>
#include <time.h>

#include "graph/control.h"
#include "graph/text.h"

int pedigree_control_delete(struct pedigree_control *control)
{
	const char *name = pedigree_control_field(control, "EndpointName");

	return name ? pedigree_control_endpoint(control, name, NULL) : 0;
}

static bool is_last(const struct pedigree_control *control, size_t i)
{
	const struct pedigree_control_endpoint *all = control->endpoints.v;

	for (size_t k = i + 1; k < control->endpoints.n; k++)
		if (strcasecmp(all[k].name, all[i].name) == 0)
			return false;
	return true;
}

/* The ARN that an endpoint had; NULL: it is not known, or no memory. */
static char *arn_of(const struct pedigree_control *control, size_t i)
{
	const struct pedigree_control_endpoint *all = control->endpoints.v;
	const struct pedigree_build_options *options =
		control->builder->options;
	const struct pedigree_memory *memory = options ? options->memory : NULL;
	struct pedigree_entity entity = { 0 };
	char *arn;

	for (size_t k = i; k-- > 0;)
		if (all[k].arn && strcasecmp(all[k].name, all[i].name) == 0)
			return strdup(all[k].arn);
	if (!memory || !memory->endpoint(memory->ctx, all[i].name, &entity))
		return NULL;
	arn = pedigree_take(entity.source_uri);
	pedigree_entity_clear(&entity);
	return arn;
}

/* Sorts behind the name of a deployment, which it may share its time with. */
static char *name_of(const struct pedigree_entity *run, const char *endpoint)
{
	_cleanup_buf_ struct pedigree_buf name = PEDIGREE_BUF_INIT;

	pedigree_buf_addf(&name, "%s-undeploy-%s", run->name, endpoint);
	return pedigree_buf_error(&name) ? NULL : pedigree_api_name(name.data);
}

static int add_action(struct pedigree_control *control,
		      const struct pedigree_control_endpoint *gone,
		      size_t *ret_index)
{
	const struct pedigree_record *record = control->builder->record;
	const struct pedigree_entity *run = record->entities.v;
	const time_t when = (time_t)(gone->time_ns / 1000000000);
	struct pedigree_entity action = {
		.kind = PEDIGREE_ACTION,
		.created_ms = run->created_ms,
		.modified_ms = run->modified_ms,
		.name = name_of(run, gone->name),
		.type = strdup(PEDIGREE_DELETION),
		.status = strdup("Completed"),
		.generated_by = strdup(PEDIGREE_GENERATED_BY),
	};
	char text[32] = "";
	struct tm tm;

	if (gmtime_r(&when, &tm))
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	if (!action.name || !action.type || !action.status ||
	    !action.generated_by ||
	    pedigree_pairs_set(&action.properties, "DeletedTime", text) < 0) {
		pedigree_entity_clear(&action);
		return PEDIGREE_ENOMEM;
	}
	return pedigree_builder_add(control->builder, &action, ret_index);
}

int pedigree_control_gone(struct pedigree_control *control)
{
	int r = 0;

	for (size_t i = 0; i < control->endpoints.n && r == 0; i++) {
		const struct pedigree_control_endpoint *gone =
			&control->endpoints.v[i];
		_cleanup_free_ char *arn = NULL;
		size_t action;

		if (gone->arn || !is_last(control, i))
			continue;
		arn = arn_of(control, i);
		if (!arn)
			continue;
		r = add_action(control, gone, &action);
		if (r == 0)
			r = pedigree_builder_endpoint(control->builder, action,
						      gone->name, arn, NULL);
	}
	return r;
}
