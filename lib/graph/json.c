/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading JSON. Members that are not known are passed over, so that a record
 * of a later minor version can be read; known ones of a wrong type are an
 * error.
 */
#include "config.h"

#include "graph/json.h"

#include <jansson.h>
#include <limits.h>
#include <string.h>

#include "base/err.h"
#include "base/json_error.h"
#include "graph/json_members.h"

static void decrefp(json_t **json)
{
	json_decref(*json);
}
#define _cleanup_json_ _cleanup_(decrefp)

static int wrong(struct pedigree_error *err, const char *key,
		 const char *wanted)
{
	return pedigree_fail(err, PEDIGREE_EFORMAT,
			     "member \"%s\" is not %s as it should be", key,
			     wanted);
}

static int parse(const char *text, size_t n, json_t **ret,
		 struct pedigree_error *err)
{
	json_error_t error;
	json_t *root = json_loadb(text, n, 0, &error);

	if (!root && pedigree_json_no_memory(&error))
		return pedigree_fail_memory(err);
	if (!root)
		return pedigree_fail(err, PEDIGREE_EFORMAT,
				     "not JSON: %s at line %d, column %d",
				     error.text, error.line, error.column);
	if (!json_is_object(root)) {
		json_decref(root);
		return pedigree_fail(err, PEDIGREE_EFORMAT,
				     "not a JSON object");
	}
	*ret = root;
	return 0;
}

static int get_text(const json_t *object, const char *key, char **ret,
		    struct pedigree_error *err)
{
	const json_t *value = json_object_get(object, key);
	char *copy;

	if (!value || json_is_null(value))
		return 0;
	if (!json_is_string(value))
		return wrong(err, key, "a string");
	copy = strdup(json_string_value(value));
	if (!copy)
		return pedigree_fail_memory(err);
	free(*ret);
	*ret = copy;
	return 0;
}

static int get_count(const json_t *object, const char *key, uint64_t max,
		     uint64_t *ret, struct pedigree_error *err)
{
	const json_t *value = json_object_get(object, key);

	if (!value)
		return 0;
	if (!json_is_integer(value) || json_integer_value(value) < 0 ||
	    (uint64_t)json_integer_value(value) > max)
		return wrong(err, key, "a count");
	*ret = (uint64_t)json_integer_value(value);
	return 0;
}

static int get_time(const json_t *object, const char *key, int64_t *ret,
		    struct pedigree_error *err)
{
	const json_t *value = json_object_get(object, key);
	double ms;

	if (!value || json_is_null(value))
		return 0;
	if (!json_is_number(value))
		return wrong(err, key, "a time");
	ms = json_number_value(value) * 1000.0;
	if (!(ms > -1e18 && ms < 1e18))
		return wrong(err, key, "a time");
	*ret = (int64_t)(ms < 0 ? ms - 0.5 : ms + 0.5);
	return 0;
}

/* With `media`, every value is an object of the value and a MediaType. */
static int get_map(const json_t *map, const char *key,
		   struct pedigree_pairs *pairs, struct pedigree_pairs *media,
		   struct pedigree_error *err)
{
	const char *name;
	json_t *value;

	if (!json_is_object(map))
		return wrong(err, key, "an object");
	json_object_foreach((json_t *)map, name, value)
	{
		const char *type = media ? json_string_value(json_object_get(
						   value, "MediaType"))
					 : NULL;

		if (media)
			value = json_object_get(value, "Value");
		if (!json_is_string(value))
			return wrong(err, key, "an object of strings");
		if (type && pedigree_pairs_add(media, name, type) < 0)
			return pedigree_fail_memory(err);
		if (pedigree_pairs_add(pairs, name, json_string_value(value)) <
		    0)
			return pedigree_fail_memory(err);
	}
	return 0;
}

static int get_pair_list(const json_t *list, const char *key,
			 const char *key_word, struct pedigree_pairs *pairs,
			 struct pedigree_error *err)
{
	size_t i;
	json_t *item;

	if (!json_is_array(list))
		return wrong(err, key, "a list");
	json_array_foreach(list, i, item)
	{
		const json_t *name = json_object_get(item, key_word);
		const json_t *value = json_object_get(item, "Value");

		if (!json_is_string(name) || !json_is_string(value))
			return wrong(err, key, "a list of pairs");
		if (pedigree_pairs_add(pairs, json_string_value(name),
				       json_string_value(value)) < 0)
			return pedigree_fail_memory(err);
	}
	return 0;
}

static int get_params(const json_t *map, const char *key,
		      struct pedigree_params *params,
		      struct pedigree_error *err)
{
	const char *name;
	json_t *item;
	int r;

	if (!json_is_object(map))
		return wrong(err, key, "an object");
	json_object_foreach((json_t *)map, name, item)
	{
		const json_t *number = json_object_get(item, "NumberValue");
		struct pedigree_param *param;

		/* One without a value could not be written again. */
		if (!number &&
		    !json_is_string(json_object_get(item, "StringValue")))
			return wrong(err, key, "an object of parameters");
		if (number && !json_is_number(number))
			return wrong(err, "NumberValue", "a number");
		param = pedigree_vec_push(params);
		if (!param)
			return pedigree_fail_memory(err);
		param->key = strdup(name);
		if (!param->key) {
			params->n--;
			return pedigree_fail_memory(err);
		}
		param->is_number = number != NULL;
		param->number = number ? json_number_value(number) : 0;
		if (number)
			continue;
		r = get_text(item, "StringValue", &param->value, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int get_metric(const json_t *item, struct pedigree_metric *metric,
		      struct pedigree_error *err)
{
	const struct pedigree_json_number *row = pedigree_json_metric;
	const json_t *count = json_object_get(item, "Count");
	int r;

	for (; row->key; row++) {
		const json_t *number = json_object_get(item, row->key);

		if (number && !json_is_number(number))
			return wrong(err, row->key, "a number");
		*(double *)((char *)metric + row->offset) =
			json_number_value(number);
	}
	if (count &&
	    !(json_is_integer(count) && json_integer_value(count) >= 0))
		return wrong(err, "Count", "a count");
	metric->count = (uint64_t)json_integer_value(count);
	r = get_time(item, "TimeStamp", &metric->time_ms, err);
	if (r == 0)
		r = get_text(item, "MetricName", &metric->name, err);
	if (r == 0 && !metric->name)
		return wrong(err, "MetricName", "a text");
	return r;
}

static int get_metrics(const json_t *list, struct pedigree_metrics *metrics,
		       struct pedigree_error *err)
{
	const json_t *item;
	size_t i;
	int r = 0;

	if (!json_is_array(list))
		return wrong(err, "Metrics", "a list");
	json_array_foreach(list, i, item)
	{
		struct pedigree_metric *metric = pedigree_vec_push(metrics);

		if (!metric)
			return pedigree_fail_memory(err);
		r = get_metric(item, metric, err);
		if (r < 0)
			break;
	}
	return r;
}

static int get_member(const json_t *object,
		      const struct pedigree_json_member *row,
		      struct pedigree_entity *entity,
		      struct pedigree_error *err)
{
	void *place = (char *)entity + row->offset;
	const json_t *value = json_object_get(object, row->key);

	if (!value)
		return 0;
	switch (row->shape) {
	case PEDIGREE_JSON_TEXT:
		return get_text(object, row->key, place, err);
	case PEDIGREE_JSON_TIME:
		return get_time(object, row->key, place, err);
	case PEDIGREE_JSON_MAP:
		return get_map(value, row->key, place, NULL, err);
	case PEDIGREE_JSON_VALUES:
		return get_map(value, row->key, place,
			       (void *)((char *)entity + row->media), err);
	case PEDIGREE_JSON_TYPES:
		return get_pair_list(value, row->key, "SourceIdType", place,
				     err);
	case PEDIGREE_JSON_PARAMS:
		return get_params(value, row->key, place, err);
	case PEDIGREE_JSON_METRICS:
		return get_metrics(value, place, err);
	}
	return 0;
}

/* Fills a zeroed entity; the caller clears it after a failure. */
static int get_entity(const json_t *object, enum pedigree_kind kind,
		      struct pedigree_entity *entity,
		      struct pedigree_error *err)
{
	const struct pedigree_json_member *row = pedigree_json_members[kind];
	const json_t *tags = json_object_get(object, "Tags");
	int r = 0;

	if (!json_is_object(object))
		return wrong(err, "Entities", "a list of objects");
	entity->kind = kind;
	for (; row->key && r == 0; row++) {
		const json_t *in =
			row->in ? json_object_get(object, row->in) : object;

		if (in)
			r = get_member(in, row, entity, err);
	}
	if (r == 0 && tags)
		r = get_pair_list(tags, "Tags", "Key", &entity->tags, err);
	return r;
}

int pedigree_entity_from_json(enum pedigree_kind kind, const char *text,
			      size_t n, struct pedigree_entity *ret_entity,
			      struct pedigree_error *err)
{
	_cleanup_json_ json_t *root = NULL;
	struct pedigree_entity entity = { .kind = kind };
	int r = parse(text, n, &root, err);

	if (r < 0)
		return r;
	r = get_entity(root, kind, &entity, err);
	if (r < 0) {
		pedigree_entity_clear(&entity);
		return r;
	}
	*ret_entity = entity;
	return 0;
}

/* The list `key` of an object, NULL when there is none or *ret_r is set. */
static const json_t *list_of(const json_t *object, const char *key, int *ret_r,
			     struct pedigree_error *err)
{
	const json_t *list = json_object_get(object, key);

	if (list && !json_is_array(list)) {
		*ret_r = wrong(err, key, "a list");
		return NULL;
	}
	return list;
}

static int get_still_running(const json_t *object,
			     struct pedigree_record *record,
			     struct pedigree_error *err)
{
	int r = 0;
	const json_t *list = list_of(object, "StillRunning", &r, err);
	size_t i;
	json_t *item;

	json_array_foreach(list, i, item)
	{
		struct pedigree_still_running *still =
			pedigree_vec_push(&record->still_running);
		uint64_t pid = 0;

		if (!still)
			return pedigree_fail_memory(err);
		r = get_count(item, "Pid", UINT32_MAX, &pid, err);
		if (r == 0)
			r = get_text(item, "Program", &still->program, err);
		if (r < 0)
			return r;
		still->pid = (uint32_t)pid;
	}
	return r;
}

static int get_blind_spots(const json_t *object, struct pedigree_record *record,
			   struct pedigree_error *err)
{
	int r = 0;
	const json_t *list = list_of(object, "BlindSpots", &r, err);
	size_t i;
	json_t *item;

	json_array_foreach(list, i, item)
	{
		struct pedigree_blind_spot *spot =
			pedigree_vec_push(&record->blind_spots);

		if (!spot)
			return pedigree_fail_memory(err);
		r = get_text(item, "Kind", &spot->kind, err);
		if (r == 0)
			r = get_text(item, "Text", &spot->text, err);
		if (r == 0)
			r = get_text(item, "Path", &spot->path, err);
		if (r == 0)
			r = get_count(item, "Count", INT64_MAX, &spot->count,
				      err);
		if (r < 0)
			return r;
	}
	return r;
}

static int get_names(const json_t *object, const char *key,
		     struct pedigree_names *names, struct pedigree_error *err)
{
	int r = 0;
	const json_t *list = list_of(object, key, &r, err);
	size_t i;
	json_t *item;

	json_array_foreach(list, i, item)
	{
		char **name;

		if (!json_is_string(item))
			return wrong(err, key, "a list of names");
		name = pedigree_vec_push(names);
		if (name)
			*name = strdup(json_string_value(item));
		if (!name || !*name)
			return pedigree_fail_memory(err);
	}
	return r;
}

static int get_ranks(const json_t *object, struct pedigree_record *record,
		     struct pedigree_error *err)
{
	int r = 0;
	const json_t *list = list_of(object, "Ranks", &r, err);
	size_t i;
	json_t *item;

	json_array_foreach(list, i, item)
	{
		struct pedigree_rank_seen *rank =
			pedigree_vec_push(&record->ranks);
		uint64_t pid = 0;

		if (!rank)
			return pedigree_fail_memory(err);
		const struct {
			const char *key;
			char **place;
		} texts[] = {
			{ "Launcher", &rank->launcher },
			{ "Rank", &rank->rank },
			{ "Ranks", &rank->ranks },
			{ "Host", &rank->host },
			{ "Status", &rank->status },
			{ "Message", &rank->message },
		};

		for (size_t t = 0; r == 0 && t < PEDIGREE_COUNT(texts); t++)
			r = get_text(item, texts[t].key, texts[t].place, err);
		if (r == 0)
			r = get_count(item, "Pid", UINT32_MAX, &pid, err);
		if (r < 0)
			return r;
		rank->pid = (uint32_t)pid;
	}
	return r;
}

static int get_capture(const json_t *object, struct pedigree_record *record,
		       struct pedigree_error *err)
{
	int r;

	if (!json_is_object(object))
		return wrong(err, "Capture", "an object");
	r = get_count(object, "Processes", INT64_MAX, &record->processes, err);
	if (r == 0)
		r = get_count(object, "Events", INT64_MAX, &record->events,
			      err);
	if (r == 0)
		r = get_count(object, "Dropped", INT64_MAX, &record->dropped,
			      err);
	if (r == 0)
		r = get_still_running(object, record, err);
	if (r == 0)
		r = get_blind_spots(object, record, err);
	if (r == 0)
		r = get_ranks(object, record, err);
	if (r == 0)
		r = get_names(object, "Steps", &record->steps, err);
	return r;
}

int pedigree_capture_from_json(const char *text, size_t n,
			       struct pedigree_record *record,
			       struct pedigree_error *err)
{
	_cleanup_json_ json_t *root = NULL;
	int r = parse(text, n, &root, err);

	return r < 0 ? r : get_capture(root, record, err);
}

static int get_entities(const json_t *root, struct pedigree_record *record,
			struct pedigree_error *err)
{
	int r = 0;
	const json_t *list = list_of(root, "Entities", &r, err);
	size_t i;
	json_t *item;

	json_array_foreach(list, i, item)
	{
		const char *word =
			json_string_value(json_object_get(item, "Kind"));
		struct pedigree_entity *entity;
		int kind = 0;

		while (word && kind < PEDIGREE_KINDS &&
		       strcmp(word, pedigree_kind_word(kind)) != 0)
			kind++;
		if (!word || kind == PEDIGREE_KINDS)
			return wrong(err, "Kind", "a kind of entity");
		entity = pedigree_vec_push(&record->entities);
		if (!entity)
			return pedigree_fail_memory(err);
		r = get_entity(item, kind, entity, err);
		if (r < 0)
			return r;
		if (!entity->arn)
			return wrong(err, "Entities", "a list with ARNs");
	}
	return r;
}

static int get_associations(const json_t *root, struct pedigree_record *record,
			    struct pedigree_error *err)
{
	int r = 0;
	const json_t *list = list_of(root, "Associations", &r, err);
	size_t i;
	json_t *item;

	json_array_foreach(list, i, item)
	{
		struct pedigree_record_association *edge =
			pedigree_vec_push(&record->associations);

		if (!edge)
			return pedigree_fail_memory(err);
		r = get_text(item, "SourceArn", &edge->source, err);
		if (r == 0)
			r = get_text(item, "DestinationArn", &edge->destination,
				     err);
		if (r == 0)
			r = get_text(item, "AssociationType", &edge->type, err);
		if (r == 0 && (!edge->source || !edge->destination))
			r = wrong(err, "Associations", "a list with two ends");
		if (r < 0)
			return r;
	}
	return r;
}

static int get_manifests(const json_t *root, struct pedigree_record *record,
			 struct pedigree_error *err)
{
	int r = 0;
	const json_t *list = list_of(root, "Manifests", &r, err);
	size_t i;
	json_t *item;

	json_array_foreach(list, i, item)
	{
		struct pedigree_manifest *manifest =
			pedigree_vec_push(&record->manifests);

		if (!manifest)
			return pedigree_fail_memory(err);
		r = get_text(item, "Digest", &manifest->digest, err);
		if (r == 0)
			r = get_text(item, "Text", &manifest->text, err);
		if (r == 0 && (!manifest->digest || !manifest->text))
			r = wrong(err, "Manifests", "a list of manifests");
		if (r < 0)
			return r;
	}
	return r;
}

static int get_record(const json_t *root, struct pedigree_record *record,
		      struct pedigree_error *err)
{
	const json_t *version = json_object_get(root, "PedigreeRecord");
	const json_t *capture = json_object_get(root, "Capture");
	uint64_t revision = 0;
	int r;

	if (!json_is_integer(version))
		return pedigree_fail(err, PEDIGREE_EFORMAT,
				     "not a run record of pedigree");
	if (json_integer_value(version) != 1)
		return pedigree_fail(
			err, PEDIGREE_EFORMAT,
			"a run record of version %lld; this pedigree reads version 1: update it",
			(long long)json_integer_value(version));
	r = get_text(root, "Run", &record->run, err);
	if (r == 0)
		r = get_count(root, "Revision", UINT_MAX, &revision, err);
	record->revision = (unsigned int)revision;
	if (r == 0)
		r = get_entities(root, record, err);
	if (r == 0)
		r = get_associations(root, record, err);
	if (r == 0)
		r = get_manifests(root, record, err);
	if (r == 0)
		r = get_names(root, "Trials", &record->trials, err);
	if (r == 0 && capture)
		r = get_capture(capture, record, err);
	if (r == 0 && (!record->run || !record->entities.n))
		r = pedigree_fail(err, PEDIGREE_EFORMAT,
				  "a run record without a run");
	return r;
}

int pedigree_record_from_json(const char *text, size_t n,
			      struct pedigree_record **ret_record,
			      struct pedigree_error *err)
{
	_cleanup_json_ json_t *root = NULL;
	_cleanup_record_ struct pedigree_record *record = NULL;
	int r = parse(text, n, &root, err);

	if (r < 0)
		return r;
	record = pedigree_record_new();
	if (!record)
		return pedigree_fail_memory(err);
	r = get_record(root, record, err);
	if (r < 0)
		return r;
	*ret_record = pedigree_take(record);
	return 0;
}
