/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From requests to entities. A request of Create has nearly the form that
 * Describe answers, which is what the ledger keeps: it is brought into that
 * form as JSON and read by the reader of entities.
 */
#include "config.h"

#include <string.h>

#include "base/err.h"
#include "graph/json.h"
#include "service/call.h"
#include "service/shapes.h"

static const char to_remove[] = "ToRemove";

/* Maps of a trial component that an update adds to; others are replaced. */
static bool joins(const char *name)
{
	return strcmp(name, "Parameters") == 0 ||
	       strcmp(name, "InputArtifacts") == 0 ||
	       strcmp(name, "OutputArtifacts") == 0;
}

static int set(json_t *doc, const struct pedigree_member *member, json_t *value,
	       bool update)
{
	json_t *there = json_object_get(doc, member->name);
	int64_t ms;

	if (member->shape->kind == PEDIGREE_SHAPE_TIMESTAMP) {
		pedigree_timestamp_parse(value, &ms);
		return pedigree_put_time(doc, member->name, ms);
	}
	if (update && there && joins(member->name))
		return json_object_update(there, value) ? PEDIGREE_ENOMEM : 0;
	return json_object_set(doc, member->name, value) ? PEDIGREE_ENOMEM : 0;
}

/* "PropertiesToRemove" takes keys from "Properties". */
static void remove_keys(json_t *doc, const char *name, json_t *keys)
{
	char map[40];
	size_t i, n = strlen(name) - strlen(to_remove);
	json_t *key;

	snprintf(map, sizeof(map), "%.*s", (int)n, name);
	json_t *from = json_object_get(doc, map);
	json_array_foreach(keys, i, key)
		json_object_del(from, json_string_value(key));
}

static bool removes(const char *name)
{
	size_t n = strlen(name), tail = strlen(to_remove);

	return n > tail && strcmp(name + n - tail, to_remove) == 0;
}

/* Joined maps may have become larger than one request may be. */
static int check_sizes(struct pedigree_call *call, json_t *doc)
{
	for (const struct pedigree_member *m = call->operation->request;
	     m->name; m++) {
		const json_t *map = json_object_get(doc, m->name);

		if (m->shape->kind != PEDIGREE_SHAPE_MAP ||
		    json_object_size(map) <= (size_t)m->shape->max)
			continue;
		return pedigree_refuse(
			call, PEDIGREE_EINVAL,
			"%s would have %zu entries: Member must have length less than or equal to %lld",
			m->name, json_object_size(map),
			(long long)m->shape->max);
	}
	return 0;
}

/* The service takes a parameter that is nothing for a mistake. */
static int check_parameters(struct pedigree_call *call)
{
	json_t *map = json_object_get(call->request, "Parameters");
	const char *key;
	json_t *value;

	json_object_foreach(map, key, value)
	{
		bool text = json_object_get(value, "StringValue");
		bool number = json_object_get(value, "NumberValue");

		if (text != number)
			continue;
		return pedigree_refuse(
			call, PEDIGREE_EINVAL,
			"Value at 'parameters.%.100s' failed to satisfy constraint: Member must have one of StringValue and NumberValue",
			key);
	}
	return 0;
}

static int apply(struct pedigree_call *call, json_t *doc, bool update,
		 struct pedigree_error *err)
{
	const struct pedigree_member *m;

	for (m = call->operation->request; m->name; m++) {
		json_t *value = json_object_get(call->request, m->name);
		bool key = m->required && update;

		if (!value || json_is_null(value) || key || removes(m->name))
			continue;
		if (set(doc, m, value, update))
			return pedigree_fail_memory(err);
	}
	for (m = call->operation->request; m->name; m++) {
		json_t *value = json_object_get(call->request, m->name);

		if (value && removes(m->name))
			remove_keys(doc, m->name, value);
	}
	return 0;
}

static int read_entity(struct pedigree_call *call, json_t *doc,
		       struct pedigree_entity *ret_entity,
		       struct pedigree_error *err)
{
	_cleanup_free_ char *text =
		json_dumps(doc, JSON_COMPACT | JSON_REAL_PRECISION(17));
	struct pedigree_error why = PEDIGREE_ERROR_INIT;
	int status;

	if (!text)
		return pedigree_fail_memory(err);
	status = pedigree_entity_from_json(ret_entity->kind, text, strlen(text),
					   ret_entity, &why);
	if (status == PEDIGREE_ENOMEM)
		return pedigree_fail_memory(err);
	if (status)
		return pedigree_refuse(call, PEDIGREE_EINVAL, "%s", why.text);
	return 0;
}

int pedigree_entity_take_source(json_t *source, struct pedigree_entity *entity)
{
	size_t i;
	json_t *type;

	entity->source_uri =
		strdup(json_string_value(json_object_get(source, "SourceUri")));
	if (!entity->source_uri)
		return PEDIGREE_ENOMEM;
	json_array_foreach(json_object_get(source, "SourceTypes"), i, type)
	{
		const char *key = json_string_value(
			json_object_get(type, "SourceIdType"));
		const char *value =
			json_string_value(json_object_get(type, "Value"));

		if (pedigree_pairs_add(&entity->source_types, key, value) < 0)
			return PEDIGREE_ENOMEM;
	}
	return 0;
}

/* The last value of a repeated key stands. */
static int take_tags(struct pedigree_call *call, struct pedigree_entity *entity)
{
	size_t i;
	json_t *tag;

	pedigree_pairs_clear(&entity->tags);
	json_array_foreach(
		json_object_get(call->request, "Tags"), i,
		tag) if (pedigree_pairs_set(&entity->tags,
					    json_string_value(json_object_get(
						    tag, "Key")),
					    json_string_value(json_object_get(
						    tag, "Value"))) <
			 0) return PEDIGREE_ENOMEM;
	return 0;
}

int pedigree_entity_apply(struct pedigree_call *call,
			  struct pedigree_entity *entity, bool update,
			  struct pedigree_error *err)
{
	struct pedigree_entity changed = { .kind = entity->kind };
	_cleanup_json_ json_t *doc =
		update ? pedigree_entity_describe(entity) : json_object();
	int status = doc ? check_parameters(call) : pedigree_fail_memory(err);

	if (!status)
		status = apply(call, doc, update, err);
	if (!status)
		status = check_sizes(call, doc);
	if (!status)
		status = read_entity(call, doc, &changed, err);
	if (status)
		return status;
	changed.created_ms = update ? entity->created_ms : call->now_ms;
	changed.modified_ms = call->now_ms;
	if (!update && take_tags(call, &changed))
		status = pedigree_fail_memory(err);
	if (!status && !changed.arn)
		changed.arn = pedigree_local_arn(&changed);
	if (!status && !changed.arn)
		status = pedigree_fail_memory(err);
	if (status) {
		pedigree_entity_clear(&changed);
		return status;
	}
	pedigree_entity_clear(entity);
	*entity = changed;
	return 0;
}
