/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deployments that describe themselves: calls of SageMaker's control plane.
 *
 *	CreateModel		model data, images → SageMakerModel
 *	CreateModelPackage	model data, images → Model (the package)
 *	CreateEndpointConfig	SageMakerModel… → EndpointConfig
 *	CreateEndpoint,		EndpointConfig, and all that it is made of
 *	UpdateEndpoint		→ ModelDeployment → Endpoint
 *	DeleteEndpoint		EndpointDeletion → Endpoint
 *
 * Arrows are ContributedTo; those to an endpoint are AssociatedWith. Each of
 * these is an artifact whose SourceUri is its ARN and whose version is when it
 * was made, since names are used again. What it was made of stands in its
 * properties, by which later commands find it.
 */
#include "config.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include <strings.h>

#include "base/hash.h"
#include "graph/control.h"
#include "graph/text.h"

#define MODEL "Model"
#define IMAGE "Image"
#define SAGEMAKER_MODEL "SageMakerModel"
#define ENDPOINT_CONFIG "EndpointConfig"

const char *pedigree_control_field(const struct pedigree_control *control,
				   const char *format, ...)
{
	_cleanup_buf_ struct pedigree_buf name = PEDIGREE_BUF_INIT;
	const char *value;
	va_list args;

	va_start(args, format);
	pedigree_buf_vaddf(&name, format, args);
	va_end(args);
	if (pedigree_buf_error(&name))
		return NULL;
	value = pedigree_wire_field(control->event->wire, name.data);
	return value && value[0] ? value : NULL;
}

static int remember(struct pedigree_control *control, const char *arn,
		    size_t entity)
{
	struct pedigree_made *made = pedigree_vec_push(&control->made);

	if (!made)
		return PEDIGREE_ENOMEM;
	made->entity = entity;
	made->arn = strdup(arn);
	return made->arn ? 0 : PEDIGREE_ENOMEM;
}

static int find_arn(struct pedigree_control *control, const char *arn,
		    size_t *ret_index)
{
	for (size_t i = control->made.n; i-- > 0;) {
		const struct pedigree_made *made = &control->made.v[i];

		if (strcasecmp(made->arn, arn) == 0) {
			*ret_index = made->entity;
			return 0;
		}
	}
	return pedigree_builder_known(control->builder, arn, NULL, ret_index);
}

/* Names are in lower case in some ARNs, and as they were given in others. */
static void lower(char *text)
{
	for (; *text; text++)
		if (*text >= 'A' && *text <= 'Z')
			*text = (char)(*text - 'A' + 'a');
}

int pedigree_control_find(struct pedigree_control *control, const char *sibling,
			  const char *word, const char *name, size_t *ret_index)
{
	_cleanup_buf_ struct pedigree_buf arn = PEDIGREE_BUF_INIT;
	const char *colon = sibling ? strrchr(sibling, ':') : NULL;
	int r;

	if (strncmp(name, "arn:", 4) == 0)
		return find_arn(control, name, ret_index);
	if (!colon)
		return PEDIGREE_ENOTFOUND;
	pedigree_buf_add(&arn, sibling, (size_t)(colon + 1 - sibling));
	pedigree_buf_addf(&arn, "%s/%s", word, name);
	if (pedigree_buf_error(&arn))
		return PEDIGREE_ENOMEM;
	r = find_arn(control, arn.data, ret_index);
	if (r != PEDIGREE_ENOTFOUND)
		return r;
	lower(arn.data);
	return find_arn(control, arn.data, ret_index);
}

static int add_part(struct pedigree_control_parts *parts, size_t entity)
{
	size_t *place;

	for (size_t i = 0; i < parts->n; i++)
		if (parts->v[i] == entity)
			return 0;
	if (parts->n == PEDIGREE_CONTROL_MAX)
		return 0;
	place = pedigree_vec_push(parts);
	if (!place)
		return PEDIGREE_ENOMEM;
	*place = entity;
	return 0;
}

int pedigree_control_part(struct pedigree_control *control, const char *uri,
			  const char *type,
			  struct pedigree_control_parts *parts)
{
	size_t entity;
	int r;

	if (!uri)
		return 0;
	r = pedigree_builder_recall(control->builder, uri, type, &entity);
	return r < 0 ? r : add_part(parts, entity);
}

static bool is_part(const char *key)
{
	return strncmp(key, "Part", 4) == 0 && key[4] >= '0' && key[4] <= '9';
}

int pedigree_control_parts_of(struct pedigree_control *control, size_t entity,
			      struct pedigree_control_parts *parts)
{
	struct pedigree_builder *builder = control->builder;

	/* The record's entities may move while artifacts are added. */
	for (size_t i = 0; i < builder->record->entities.v[entity].properties.n;
	     i++) {
		const struct pedigree_pair *pair =
			&builder->record->entities.v[entity].properties.v[i];
		void *known;
		size_t part;
		int r;

		if (!is_part(pair->key))
			continue;
		known = pedigree_map_get(builder->by_arn, pair->value,
					 strlen(pair->value));
		part = (uintptr_t)known - 1;
		r = known ? 0
			  : pedigree_builder_known(builder, NULL, pair->value,
						   &part);
		if (r == 0)
			r = add_part(parts, part);
		if (r < 0 && r != PEDIGREE_ENOTFOUND)
			return r;
	}
	return 0;
}

int pedigree_control_contribute(struct pedigree_control *control,
				const struct pedigree_control_parts *parts,
				size_t entity)
{
	int r = 0;

	for (size_t i = 0; i < parts->n && r == 0; i++)
		if (parts->v[i] != entity)
			r = pedigree_builder_edge(control->builder, parts->v[i],
						  entity, "ContributedTo");
	return r;
}

/* What a run or deployment made of parts: those went into it. */
static int connect(struct pedigree_control *control,
		   const struct pedigree_control_parts *parts, size_t entity)
{
	struct pedigree_builder *builder = control->builder;
	int r = pedigree_control_contribute(control, parts, entity);

	if (r == 0)
		r = pedigree_control_contribute(control, parts, 0);
	if (r == 0 && !builder->facts->deploy)
		r = pedigree_builder_connect(builder, entity,
					     PEDIGREE_ROLE_OUTPUT);
	if (parts->n)
		*control->models = true;
	return r;
}

static int set_parts(const struct pedigree_record *record,
		     const struct pedigree_control_parts *parts,
		     struct pedigree_entity *entity)
{
	int r = 0;

	for (size_t i = 0; i < parts->n && r == 0; i++) {
		char key[32];

		snprintf(key, sizeof(key), "Part%zu", i);
		r = pedigree_pairs_set(&entity->properties, key,
				       record->entities.v[parts->v[i]].arn);
	}
	return r;
}

/* The artifact of something that was made under a name. */
static int add_made(struct pedigree_control *control, const char *type,
		    const char *name, const char *arn,
		    const struct pedigree_control_parts *parts,
		    size_t *ret_index)
{
	struct pedigree_builder *builder = control->builder;
	int64_t made_ms = (int64_t)(control->event->time_ns / 1000000);
	struct pedigree_entity entity = {
		.kind = PEDIGREE_ARTIFACT,
		.created_ms = made_ms,
		.modified_ms = made_ms,
		.name = pedigree_api_name(name),
		.type = strdup(type),
		.source_uri = pedigree_clean_text(arn, PEDIGREE_URI_MAX),
	};
	char version[40];
	int r = entity.name && entity.type && entity.source_uri
			? 0
			: PEDIGREE_ENOMEM;

	snprintf(version, sizeof(version), "created:%" PRId64, made_ms);
	if (r == 0)
		r = pedigree_pairs_add(&entity.source_types, "Custom", version);
	if (r == 0)
		r = set_parts(builder->record, parts, &entity);
	if (r < 0) {
		pedigree_entity_clear(&entity);
		return r;
	}
	r = pedigree_builder_add(builder, &entity, ret_index);
	return r < 0 ? r : remember(control, arn, *ret_index);
}

/* "PrimaryContainer." and so on: its model data, its image, its package. */
static int add_container(struct pedigree_control *control, const char *prefix,
			 struct pedigree_control_parts *parts)
{
	const char *package =
		pedigree_control_field(control, "%sModelPackageName", prefix);
	const char *data =
		pedigree_control_field(control, "%sModelDataUrl", prefix);
	size_t entity;
	int r;

	if (!data)
		data = pedigree_control_field(
			control, "%sModelDataSource.S3DataSource.S3Uri",
			prefix);
	r = pedigree_control_part(control, data, MODEL, parts);
	if (r == 0)
		r = pedigree_control_part(
			control,
			pedigree_control_field(control, "%sImage", prefix),
			IMAGE, parts);
	if (r < 0 || !package)
		return r;
	r = pedigree_control_find(control, NULL, "", package, &entity);
	if (r == 0)
		r = add_part(parts, entity);
	if (r == 0)
		r = pedigree_control_parts_of(control, entity, parts);
	return r == PEDIGREE_ENOTFOUND ? 0 : r;
}

static int add_containers(struct pedigree_control *control, const char *array,
			  struct pedigree_control_parts *parts)
{
	int r = 0;

	for (unsigned int i = 0; i < PEDIGREE_CONTROL_MAX && r == 0; i++) {
		char prefix[96];

		snprintf(prefix, sizeof(prefix), "%s[%u].", array, i);
		r = add_container(control, prefix, parts);
	}
	return r;
}

static int create_model(struct pedigree_control *control)
{
	const char *name = pedigree_control_field(control, "ModelName");
	const char *arn = pedigree_control_field(control, "answer-ModelArn");
	struct pedigree_control_parts parts = { 0 };
	size_t entity;
	int r;

	if (!name || !arn)
		return 0;
	r = add_container(control, "PrimaryContainer.", &parts);
	if (r == 0)
		r = add_containers(control, "Containers", &parts);
	if (r == 0)
		r = add_made(control, SAGEMAKER_MODEL, name, arn, &parts,
			     &entity);
	if (r == 0)
		r = connect(control, &parts, entity);
	pedigree_vec_clear(&parts);
	return r;
}

static int create_model_package(struct pedigree_control *control)
{
	static const char algorithms[] =
		"SourceAlgorithmSpecification.SourceAlgorithms";
	const char *arn =
		pedigree_control_field(control, "answer-ModelPackageArn");
	const char *slash = arn ? strchr(arn, '/') : NULL;
	struct pedigree_control_parts parts = { 0 };
	size_t entity;
	int r;

	if (!slash)
		return 0;
	r = add_containers(control, "InferenceSpecification.Containers",
			   &parts);
	if (r == 0)
		r = add_containers(control, algorithms, &parts);
	if (r == 0)
		r = add_made(control, MODEL, slash + 1, arn, &parts, &entity);
	if (r == 0)
		r = connect(control, &parts, entity);
	pedigree_vec_clear(&parts);
	return r;
}

/* Says of an entity that something it is made of is not known. */
static int say_unknown(struct pedigree_control *control, size_t entity,
		       const char *what, const char *name)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	struct pedigree_record *record = control->builder->record;

	pedigree_buf_addf(&text, "%s %s was made when nobody recorded it", what,
			  name);
	if (pedigree_buf_error(&text))
		return PEDIGREE_ENOMEM;
	return pedigree_pairs_set(&record->entities.v[entity].properties,
				  "ModelUnknown", text.data);
}

static int create_endpoint_config(struct pedigree_control *control)
{
	const char *name =
		pedigree_control_field(control, "EndpointConfigName");
	const char *arn =
		pedigree_control_field(control, "answer-EndpointConfigArn");
	struct pedigree_control_parts parts = { 0 };
	const char *unknown = NULL;
	size_t entity;
	int r = 0;

	if (!name || !arn)
		return 0;
	for (unsigned int i = 0; i < PEDIGREE_CONTROL_MAX && r == 0; i++) {
		const char *model = pedigree_control_field(
			control, "ProductionVariants[%u].ModelName", i);

		if (!model)
			continue;
		r = pedigree_control_find(control, arn, "model", model,
					  &entity);
		if (r == 0)
			r = add_part(&parts, entity);
		if (r == PEDIGREE_ENOTFOUND) {
			unknown = model;
			r = 0;
		}
	}
	if (r == 0)
		r = add_made(control, ENDPOINT_CONFIG, name, arn, &parts,
			     &entity);
	if (r == 0 && unknown)
		r = say_unknown(control, entity, "the model", unknown);
	if (r == 0)
		r = connect(control, &parts, entity);
	pedigree_vec_clear(&parts);
	return r;
}

int pedigree_control_endpoint(struct pedigree_control *control,
			      const char *name, const char *arn)
{
	struct pedigree_control_endpoint *place =
		pedigree_vec_push(&control->endpoints);

	if (!place)
		return PEDIGREE_ENOMEM;
	place->time_ns = control->event->time_ns;
	place->name = strdup(name);
	place->arn = arn ? strdup(arn) : NULL;
	return place->name && (place->arn || !arn) ? 0 : PEDIGREE_ENOMEM;
}

/* Deployments to an endpoint so far. */
static unsigned int count_puts(const struct pedigree_control *control,
			       const char *name)
{
	unsigned int n = 0;

	for (size_t i = 0; i < control->endpoints.n; i++)
		n += control->endpoints.v[i].arn &&
		     strcmp(control->endpoints.v[i].name, name) == 0;
	return n;
}

/* All that a configuration is made of: models, and what these are made of. */
static int unfold(struct pedigree_control *control, size_t config,
		  struct pedigree_control_parts *parts)
{
	int r = pedigree_control_parts_of(control, config, parts);

	for (size_t i = 0; i < parts->n && r == 0; i++)
		r = pedigree_control_parts_of(control, parts->v[i], parts);
	return r;
}

static bool has_model(const struct pedigree_control *control,
		      const struct pedigree_control_parts *parts)
{
	const struct pedigree_entity *entities =
		control->builder->record->entities.v;

	for (size_t i = 0; i < parts->n; i++)
		if (strcmp(entities[parts->v[i]].type, MODEL) == 0)
			return true;
	return false;
}

static int deploy(struct pedigree_control *control, size_t action,
		  const char *arn, const char *name)
{
	struct pedigree_control_parts parts = { 0 };
	size_t config;
	int r = pedigree_control_find(control, arn, "endpoint-config", name,
				      &config);

	if (r == PEDIGREE_ENOTFOUND)
		return say_unknown(control, action,
				   "the endpoint configuration", name);
	if (r == 0)
		r = pedigree_builder_edge(control->builder, config, action,
					  "ContributedTo");
	if (r == 0)
		r = unfold(control, config, &parts);
	if (r == 0)
		r = pedigree_control_contribute(control, &parts, action);
	if (r == 0 && !has_model(control, &parts))
		r = say_unknown(control, action,
				"a model of the endpoint configuration", name);
	*control->models = true;
	pedigree_vec_clear(&parts);
	return r;
}

/* CreateEndpoint and UpdateEndpoint; of the latter no configuration has to
   be named. */
static int put_endpoint(struct pedigree_control *control)
{
	struct pedigree_builder *builder = control->builder;
	const char *name = pedigree_control_field(control, "EndpointName");
	const char *arn = pedigree_control_field(control, "answer-EndpointArn");
	const char *config =
		pedigree_control_field(control, "EndpointConfigName");
	unsigned int nth;
	size_t action;
	int r;

	if (!name || !arn)
		return 0;
	nth = count_puts(control, name);
	r = pedigree_control_endpoint(control, name, arn);
	if (r == 0)
		r = pedigree_builder_action(builder, name, nth, &action);
	if (r == 0)
		r = pedigree_builder_endpoint(builder, action, name, arn, NULL);
	if (r == 0 && config)
		r = deploy(control, action, arn, config);
	return r;
}

static const struct {
	const char *name;
	int (*apply)(struct pedigree_control *control);
} operations[] = {
	{ "CreateModel", create_model },
	{ "CreateModelPackage", create_model_package },
	{ "CreateEndpointConfig", create_endpoint_config },
	{ "CreateEndpoint", put_endpoint },
	{ "UpdateEndpoint", put_endpoint },
	{ "DeleteEndpoint", pedigree_control_delete },
	{ "CreateTrainingJob", pedigree_control_training },
	{ "CreateProcessingJob", pedigree_control_processing },
	{ "CreateTransformJob", pedigree_control_transform },
};

static int apply(struct pedigree_control *control)
{
	const struct pedigree_event *event = control->event;

	if (event->wire->head.status < 200 || event->wire->head.status >= 300 ||
	    pedigree_control_field(control, "answer-__type"))
		return 0;
	for (size_t i = 0; i < PEDIGREE_COUNT(operations); i++)
		if (strcmp(event->text2, operations[i].name) == 0)
			return operations[i].apply(control);
	return 0;
}

static void control_clear(struct pedigree_control *control)
{
	for (size_t i = 0; i < control->made.n; i++)
		free(control->made.v[i].arn);
	for (size_t i = 0; i < control->endpoints.n; i++) {
		free(control->endpoints.v[i].name);
		free(control->endpoints.v[i].arn);
	}
	pedigree_vec_clear(&control->made);
	pedigree_vec_clear(&control->endpoints);
}

/* Is what was deployed something that this very command packed? */
static bool packed_here(const struct pedigree_builder *builder)
{
	for (size_t i = 0; i < builder->objects.v.n; i++) {
		const struct pedigree_object *object = &builder->objects.v.v[i];

		if (object->entity && object->written && !object->from_input)
			return true;
	}
	return false;
}

int pedigree_builder_control(struct pedigree_builder *builder, bool *models)
{
	_cleanup_(control_clear) struct pedigree_control control = {
		.builder = builder,
		.models = models,
	};
	const struct pedigree_evlog *log = builder->log;
	int r = 0;

	for (size_t i = 0; i < log->n_events && r == 0; i++) {
		control.event = &log->events[i];
		if (control.event->type == PEDIGREE_EV_CONTROL &&
		    control.event->wire)
			r = apply(&control);
	}
	if (r == 0)
		r = pedigree_control_gone(&control);
	/* Then the models that it read are what it is made of. */
	if (packed_here(builder))
		*models = false;
	return r;
}
