/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Artifacts that a call names and does not show.
 */
#include "config.h"

#include <string.h>

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
		r = pedigree_builder_known(builder, plain.data, NULL,
					   ret_index);
	if (r == PEDIGREE_ENOTFOUND)
		r = add_unseen(builder, plain.data, type, ret_index);
	if (r == 0)
		r = say_type(&builder->record->entities.v[*ret_index], type);
	return r;
}
