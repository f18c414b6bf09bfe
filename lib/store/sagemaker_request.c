/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ledger keeps entities as Describe answers them. Less what the service
 * sets itself, that is a request of Create.
 */
#include "config.h"

#include "store/sagemaker_request.h"

#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "graph/json.h"

/* The API's limits (botocore 1.43, 2026), in characters and entries. */
#define PROPERTIES_MAX 30
#define PARAMETERS_MAX 300
#define FILES_MAX 60 /* InputArtifacts, OutputArtifacts */
#define TAGS_MAX 50
#define PROPERTY_MAX 2500
#define ARTIFACT_PROPERTY_MAX 4096
#define PARAMETER_KEY_MAX 320
#define FILE_KEY_MAX 128
#define URI_MAX 2048
#define METADATA_MAX 1024
#define MESSAGE_MAX 1024
#define DESCRIPTION_MAX 3072
#define TAG_KEY_MAX 128
#define TAG_VALUE_MAX 256
#define TYPE_MAX 256

static const char *const set_by_service[] = {
	"ArtifactArn", "ActionArn",	"ContextArn",	"TrialComponentArn",
	"TrialArn",    "ExperimentArn", "CreationTime", "LastModifiedTime",
};

/* Members that Update takes besides the name or ARN. */
static const char *const updated[] = {
	"DisplayName", "Description",	 "Status",
	"StartTime",   "EndTime",	 "Parameters",
	"Properties",  "InputArtifacts", "OutputArtifacts",
};

bool pedigree_sagemaker_shared(const struct pedigree_entity *entity)
{
	return entity->kind == PEDIGREE_ARTIFACT && entity->source_uri &&
	       strncmp(entity->source_uri, "file:", 5) != 0;
}

static size_t count_characters(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

/* How many bytes the first `characters` take. */
static size_t bytes_of(const char *text, size_t characters)
{
	const char *at = text;

	for (; *at; at++) {
		if (((unsigned char)*at & 0xc0) == 0x80)
			continue;
		if (characters-- == 0)
			break;
	}
	return (size_t)(at - text);
}

char *pedigree_sagemaker_cut(const char *text, size_t most)
{
	_cleanup_buf_ struct pedigree_buf cut = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf mark = PEDIGREE_BUF_INIT;
	size_t n = count_characters(text), keep = strlen(text);

	if (n > most) {
		pedigree_buf_addf(&mark, "...[cut from %zu]", n);
		keep = mark.len < most ? bytes_of(text, most - mark.len) : 0;
	}
	for (size_t i = 0; i < keep; i++)
		pedigree_buf_add_char(&cut, text[i] == '\n' || text[i] == '\r'
						    ? ' '
						    : text[i]);
	if (mark.len <= most)
		pedigree_buf_add(&cut, mark.data, mark.len);
	if (pedigree_buf_error(&mark))
		return NULL;
	return pedigree_buf_take(&cut);
}

static int cut_member(json_t *object, const char *name, size_t most)
{
	const char *text = json_string_value(json_object_get(object, name));
	_cleanup_free_ char *cut = NULL;

	if (!text)
		return 0;
	cut = pedigree_sagemaker_cut(text, most);
	if (!cut || json_object_set_new(object, name, json_string(cut)))
		return PEDIGREE_ENOMEM;
	return 0;
}

/* Keys that become the same when they are cut: the first one stays. */
static int put_cut(json_t *map, const char *key, size_t most, json_t *value)
{
	_cleanup_free_ char *cut = pedigree_sagemaker_cut(key, most);

	if (!cut)
		return PEDIGREE_ENOMEM;
	if (json_object_get(map, cut))
		return 0;
	return json_object_set(map, cut, value) ? PEDIGREE_ENOMEM : 0;
}

static int cut_value(json_t *value, const char *member, size_t most)
{
	return member ? cut_member(value, member, most) : 0;
}

struct limits {
	size_t entries, key, value;
	const char *member; /* of an entry's object that is cut, or NULL */
	const char *rest;   /* the entry that has what is too much */
};

static json_t *rest_of(json_t *rest, const struct limits *limits)
{
	_cleanup_free_ char *text = json_dumps(rest, JSON_COMPACT);
	_cleanup_free_ char *cut =
		text ? pedigree_sagemaker_cut(text, limits->value) : NULL;

	if (!cut)
		return NULL;
	return limits->member ? json_pack("{ss}", limits->member, cut)
			      : json_string(cut);
}

/* Brings a map within its limits. */
static int limit_map(json_t *object, const char *name,
		     const struct limits *limits)
{
	json_t *map = json_object_get(object, name);
	bool all = json_object_size(map) <= limits->entries;
	_cleanup_request_ json_t *kept = json_object();
	_cleanup_request_ json_t *rest = json_object();
	const char *key;
	json_t *value;

	if (!map)
		return 0;
	json_object_foreach(map, key, value)
	{
		_cleanup_free_ char *cut = NULL;
		int status;

		/* One place is the rest's. */
		if (!all && json_object_size(kept) + 1 >= limits->entries) {
			if (json_object_set(rest, key, value))
				return PEDIGREE_ENOMEM;
			continue;
		}
		if (json_is_object(value)) {
			status =
				cut_value(value, limits->member, limits->value);
		} else {
			cut = pedigree_sagemaker_cut(json_string_value(value),
						     limits->value);
			value = cut ? json_string(cut) : NULL;
			status = value ? 0 : PEDIGREE_ENOMEM;
		}
		if (!status)
			status = put_cut(kept, key, limits->key, value);
		if (cut)
			json_decref(value);
		if (status)
			return status;
	}
	if (!all &&
	    json_object_set_new(kept, limits->rest, rest_of(rest, limits)))
		return PEDIGREE_ENOMEM;
	return json_object_set(object, name, kept) ? PEDIGREE_ENOMEM : 0;
}

static int limit_maps(json_t *request, enum pedigree_kind kind)
{
	const struct limits properties = { PROPERTIES_MAX, PROPERTY_MAX,
					   kind == PEDIGREE_ARTIFACT
						   ? ARTIFACT_PROPERTY_MAX
						   : PROPERTY_MAX,
					   NULL, "MoreProperties" };
	static const struct limits parameters = { PARAMETERS_MAX,
						  PARAMETER_KEY_MAX,
						  PROPERTY_MAX, "StringValue",
						  "MoreParameters" };
	static const struct limits files = { FILES_MAX, FILE_KEY_MAX, URI_MAX,
					     "Value", "MoreArtifacts" };
	int status = limit_map(request, "Properties", &properties);

	if (!status)
		status = limit_map(request, "Parameters", &parameters);
	if (!status)
		status = limit_map(request, "InputArtifacts", &files);
	if (!status)
		status = limit_map(request, "OutputArtifacts", &files);
	return status;
}

/* Letters of any script, digits, spaces and _.:/=+-@ are a tag's. */
static char *tag_text(const char *text, size_t most)
{
	char *cut = pedigree_sagemaker_cut(text, most);

	for (char *c = cut; c && *c; c++) {
		bool letter =
			(*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
			(*c >= '0' && *c <= '9') || (unsigned char)*c >= 0x80;

		if (!letter && !strchr(" _.:/=+-@", *c))
			*c = '_';
	}
	return cut;
}

static int put_tags(json_t *request, const struct pedigree_pairs *tags)
{
	json_t *list = json_array();

	if (!tags->n) {
		json_decref(list);
		return 0;
	}
	for (size_t i = 0; i < tags->n && i < TAGS_MAX; i++) {
		_cleanup_free_ char *key =
			tag_text(tags->v[i].key, TAG_KEY_MAX);
		_cleanup_free_ char *value =
			tag_text(tags->v[i].value, TAG_VALUE_MAX);

		if (!key || !value ||
		    json_array_append_new(list, json_pack("{ssss}", "Key", key,
							  "Value", value))) {
			json_decref(list);
			return PEDIGREE_ENOMEM;
		}
	}
	return json_object_set_new(request, "Tags", list) ? PEDIGREE_ENOMEM : 0;
}

/* The service's own client sends whole seconds. */
static int round_times(json_t *request)
{
	static const char *const times[] = { "StartTime", "EndTime" };

	for (size_t i = 0; i < PEDIGREE_COUNT(times); i++) {
		json_t *time = json_object_get(request, times[i]);

		if (time &&
		    json_object_set_new(request, times[i],
					json_integer((json_int_t)floor(
						json_number_value(time)))))
			return PEDIGREE_ENOMEM;
	}
	return 0;
}

static int limit_texts(json_t *request)
{
	json_t *source = json_object_get(request, "Source");
	json_t *metadata = json_object_get(request, "MetadataProperties");
	static const char *const types[] = { "ArtifactType", "ActionType",
					     "ContextType" };
	const char *key;
	json_t *value;
	void *next;
	int status = cut_member(request, "Description", DESCRIPTION_MAX);

	for (size_t i = 0; !status && i < PEDIGREE_COUNT(types); i++)
		status = cut_member(request, types[i], TYPE_MAX);
	if (!status)
		status = cut_member(source, "SourceUri", URI_MAX);
	if (!status)
		status = cut_member(json_object_get(request, "Status"),
				    "Message", MESSAGE_MAX);
	json_object_foreach_safe(metadata, next, key, value) if (!status)
		status = cut_member(metadata, key, METADATA_MAX);
	return status;
}

/* With identity = uri the version is told in Properties instead. */
static int apply_identity(json_t *request, const struct pedigree_entity *entity,
			  enum pedigree_sagemaker_identity identity)
{
	json_t *source = json_object_get(request, "Source");
	json_t *properties = json_object_get(request, "Properties");

	if (entity->kind != PEDIGREE_ARTIFACT ||
	    identity != PEDIGREE_IDENTITY_URI ||
	    !pedigree_sagemaker_shared(entity))
		return 0;
	for (size_t i = 0; i < entity->source_types.n; i++) {
		const struct pedigree_pair *pair = &entity->source_types.v[i];
		const char *name = strcmp(pair->key, "Custom") == 0 ? "Version"
								    : pair->key;

		if (json_object_set_new(properties, name,
					json_string(pair->value)))
			return PEDIGREE_ENOMEM;
	}
	return json_object_set_new(source, "SourceTypes", json_array())
		       ? PEDIGREE_ENOMEM
		       : 0;
}

char *pedigree_sagemaker_mark(const struct pedigree_entity *entity,
			      const char *run)
{
	_cleanup_buf_ struct pedigree_buf mark = PEDIGREE_BUF_INIT;

	pedigree_buf_addf(
		&mark, "%s, run %s",
		entity->generated_by ? entity->generated_by : "pedigree", run);
	return pedigree_buf_take(&mark);
}

static int mark_run(json_t *request, const struct pedigree_entity *entity,
		    const char *run, const char *name)
{
	_cleanup_free_ char *mark = pedigree_sagemaker_mark(entity, run);
	json_t *metadata = json_object_get(request, "MetadataProperties");

	if (!mark)
		return PEDIGREE_ENOMEM;
	if (!metadata) {
		metadata = json_object();
		if (json_object_set_new(request, "MetadataProperties",
					metadata))
			return PEDIGREE_ENOMEM;
	}
	if (json_object_set_new(metadata, "GeneratedBy", json_string(mark)))
		return PEDIGREE_ENOMEM;
	if (!name)
		return 0;
	return json_object_set_new(request,
				   entity->kind == PEDIGREE_ACTION
					   ? "ActionName"
					   : "TrialComponentName",
				   json_string(name))
		       ? PEDIGREE_ENOMEM
		       : 0;
}

/* Only a trial component that a job made has a source; nobody can set it. */
static void drop_set_by_service(json_t *request, enum pedigree_kind kind)
{
	for (size_t i = 0; i < PEDIGREE_COUNT(set_by_service); i++)
		json_object_del(request, set_by_service[i]);
	if (kind >= PEDIGREE_TRIAL_COMPONENT)
		json_object_del(request, "Source");
}

json_t *pedigree_sagemaker_create(const struct pedigree_entity *entity,
				  enum pedigree_sagemaker_identity identity,
				  const char *run, const char *name)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	_cleanup_request_ json_t *request = NULL;
	json_t *result;

	if (pedigree_entity_to_json(entity, false, &text, NULL) < 0 ||
	    pedigree_buf_error(&text))
		return NULL;
	request = json_loadb(text.data, text.len, 0, NULL);
	if (!request)
		return NULL;
	drop_set_by_service(request, entity->kind);
	if (apply_identity(request, entity, identity) ||
	    (run && mark_run(request, entity, run, name)) ||
	    round_times(request) || limit_maps(request, entity->kind) ||
	    limit_texts(request) || put_tags(request, &entity->tags))
		return NULL;
	result = pedigree_take(request);
	return result;
}

json_t *pedigree_sagemaker_update(const struct pedigree_entity *entity,
				  const json_t *create, const char *remote)
{
	static const char *const names[] = {
		[PEDIGREE_ARTIFACT] = "ArtifactArn",
		[PEDIGREE_ACTION] = "ActionName",
		[PEDIGREE_CONTEXT] = "ContextName",
		[PEDIGREE_TRIAL_COMPONENT] = "TrialComponentName",
		[PEDIGREE_TRIAL] = "TrialName",
		[PEDIGREE_EXPERIMENT] = "ExperimentName",
	};
	const char *name = names[entity->kind];
	json_t *request = json_object();
	int failed = entity->kind == PEDIGREE_ARTIFACT
			     ? json_object_set_new(request, name,
						   json_string(remote))
			     : json_object_set(request, name,
					       json_object_get(create, name));

	for (size_t i = 0; !failed && i < PEDIGREE_COUNT(updated); i++) {
		json_t *value = json_object_get(create, updated[i]);

		if (value)
			failed = json_object_set(request, updated[i], value);
	}
	if (!failed)
		return request;
	json_decref(request);
	return NULL;
}
