/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Artifacts that a call names and does not show.
 */
#include "config.h"

#include <string.h>

#include "base/fs.h"
#include "graph/builder.h"
#include "graph/text.h"

static const struct pedigree_memory *
memory_of(const struct pedigree_builder *builder)
{
	return builder->options ? builder->options->memory : NULL;
}

int pedigree_builder_known(struct pedigree_builder *builder, const char *uri,
			   const char *arn, size_t *ret_index)
{
	const struct pedigree_memory *memory = memory_of(builder);
	struct pedigree_entity entity = { 0 };

	if (!memory || !(uri ? memory->by_uri(memory->ctx, uri, &entity)
			     : memory->by_arn(memory->ctx, arn, &entity)))
		return PEDIGREE_ENOTFOUND;
	if (entity.kind != PEDIGREE_ARTIFACT) {
		pedigree_entity_clear(&entity);
		return PEDIGREE_ENOTFOUND;
	}
	/* Its identity gives it the same ARN again. */
	free(entity.arn);
	entity.arn = NULL;
	return pedigree_builder_add(builder, &entity, ret_index);
}

static int add_unseen(struct pedigree_builder *builder, const char *uri,
		      const char *type, size_t *ret_index)
{
	const char *slash = strrchr(uri, '/');
	struct pedigree_entity entity = {
		.kind = PEDIGREE_ARTIFACT,
		.created_ms = builder->facts->start_ms,
		.modified_ms = builder->facts->start_ms,
		.name = pedigree_api_name(slash && slash[1] ? slash + 1 : uri),
		.type = pedigree_clean_text(type ? type : "DataSet", 256),
		.source_uri = pedigree_clean_text(uri, PEDIGREE_URI_MAX),
	};

	if (!entity.name || !entity.type || !entity.source_uri ||
	    pedigree_pairs_set(&entity.properties, "VersionAbsent",
			       "it was named and not seen") < 0) {
		pedigree_entity_clear(&entity);
		return PEDIGREE_ENOMEM;
	}
	return pedigree_builder_add(builder, &entity, ret_index);
}

/* A data set that is used as a model is one. */
static int say_type(struct pedigree_entity *entity, const char *type)
{
	char *copy;

	if (!type || (entity->type && strcmp(entity->type, "DataSet") != 0))
		return 0;
	copy = strdup(type);
	if (!copy)
		return PEDIGREE_ENOMEM;
	free(entity->type);
	entity->type = copy;
	return 0;
}

/* Objects below a prefix that are looked at. */
#define BELOW_MAX 256

/* A prefix that stands for what is below it was derived from that. */
static int add_below(struct pedigree_builder *builder, const char *uri,
		     size_t artifact)
{
	_cleanup_buf_ struct pedigree_buf prefix = PEDIGREE_BUF_INIT;
	const struct pedigree_memory *memory = memory_of(builder);
	int r = 0;

	pedigree_buf_add_str(&prefix, uri);
	if (prefix.len && prefix.data[prefix.len - 1] != '/')
		pedigree_buf_add_char(&prefix, '/');
	if (pedigree_buf_error(&prefix))
		return PEDIGREE_ENOMEM;
	for (size_t i = 0; i < builder->objects.v.n && r == 0; i++) {
		struct pedigree_object *object = &builder->objects.v.v[i];
		size_t part;

		if (!object->written ||
		    strncmp(object->uri, prefix.data, prefix.len) != 0)
			continue;
		r = pedigree_builder_object(builder, object, NULL, &part);
		if (r == 0)
			r = pedigree_builder_edge(builder, part, artifact,
						  "DerivedFrom");
	}
	for (size_t i = 0; memory && i < BELOW_MAX && r == 0; i++) {
		_cleanup_free_ char *found =
			memory->below(memory->ctx, prefix.data, i);
		size_t part;

		if (!found)
			break;
		if (strcmp(found, prefix.data) == 0)
			continue;
		r = pedigree_builder_known(builder, found, NULL, &part);
		if (r == 0 && part != artifact)
			r = pedigree_builder_edge(builder, part, artifact,
						  "DerivedFrom");
		else if (r == PEDIGREE_ENOTFOUND)
			r = 0;
	}
	return r;
}

/* Known with or without the slash that a prefix may end in. */
static int find_known(struct pedigree_builder *builder,
		      struct pedigree_buf *uri, size_t *ret_index)
{
	int r = pedigree_builder_known(builder, uri->data, NULL, ret_index);

	if (r != PEDIGREE_ENOTFOUND || !uri->len ||
	    uri->data[uri->len - 1] != '/')
		return r;
	pedigree_buf_cut(uri, uri->len - 1);
	r = pedigree_builder_known(builder, uri->data, NULL, ret_index);
	pedigree_buf_add_char(uri, '/');
	return pedigree_buf_error(uri) ? PEDIGREE_ENOMEM : r;
}

int pedigree_builder_recall(struct pedigree_builder *builder, const char *uri,
			    const char *type, size_t *ret_index)
{
	_cleanup_buf_ struct pedigree_buf plain = PEDIGREE_BUF_INIT;
	struct pedigree_object *object;
	int r;

	/* As objects are named; the text itself was never encoded. */
	pedigree_uri_add_plain(&plain, uri, strcspn(uri, "?#"));
	if (strncmp(uri, "http", 4) != 0) {
		pedigree_buf_reset(&plain);
		pedigree_uri_add_plain(&plain, uri, strlen(uri));
	}
	if (pedigree_buf_error(&plain))
		return PEDIGREE_ENOMEM;
	object = pedigree_objects_find(&builder->objects, plain.data);
	if (object)
		r = pedigree_builder_object(builder, object, type, ret_index);
	else
		r = find_known(builder, &plain, ret_index);
	if (r == PEDIGREE_ENOTFOUND) {
		r = add_unseen(builder, plain.data, type, ret_index);
		if (r == 0)
			r = add_below(builder, plain.data, *ret_index);
	}
	if (r == 0)
		r = say_type(&builder->record->entities.v[*ret_index], type);
	return r;
}
