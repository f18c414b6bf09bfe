/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Artifacts of objects. Rules see an object's URI as a path, "/s3://…", so
 * that patterns of names and URIs match it and those of folders do not.
 */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "base/fs.h"
#include "base/hash.h"
#include "graph/builder.h"
#include "graph/text.h"

#define FALLBACK "DataSet"

/* What is kept of objects in one role, as rollup.h wants it. */
struct rack {
	struct pedigree_paths paths; /* its names stand for objects by index */
	struct pedigree_items items; /* file: index into objects */
	struct pedigree_groups groups;
};

static void rack_clear(struct rack *rack)
{
	pedigree_paths_clear(&rack->paths);
	pedigree_vec_clear(&rack->items);
	pedigree_groups_clear(&rack->groups);
}

static bool is_web(const struct pedigree_object *object)
{
	return object->store == PEDIGREE_STORE_NONE;
}

/* 1 when the object is kept, with its type. */
static int judge(const struct pedigree_builder *builder,
		 const struct pedigree_object *object, enum pedigree_role role,
		 const char **ret_type)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	struct pedigree_verdict verdict = { 0 };

	pedigree_buf_add_char(&path, '/');
	pedigree_buf_add_str(&path, object->uri);
	if (pedigree_buf_error(&path))
		return PEDIGREE_ENOMEM;
	pedigree_rules_judge(builder->plan.rules, path.data, NULL, role,
			     &verdict);
	*ret_type = verdict.kept ? verdict.type : FALLBACK;
	/* The web is kept by a rule for its URLs alone. */
	return verdict.kept && (!is_web(object) || strstr(verdict.glob, "://"));
}

static int set_text(char **place, const char *text, size_t max)
{
	*place = pedigree_clean_text(text, max);
	return *place ? 0 : PEDIGREE_ENOMEM;
}

static int set_bytes(struct pedigree_entity *entity, uint64_t bytes)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, bytes);
	return pedigree_pairs_set(&entity->properties, "Bytes", text);
}

static int begin(const struct pedigree_builder *builder, const char *uri,
		 const char *type, enum pedigree_role role,
		 struct pedigree_entity *entity)
{
	const struct pedigree_run_facts *facts = builder->facts;
	const char *slash = strrchr(uri, '/');

	entity->kind = PEDIGREE_ARTIFACT;
	entity->name = pedigree_api_name(slash && slash[1] ? slash + 1 : uri);
	entity->created_ms = facts->start_ms;
	if (role == PEDIGREE_ROLE_OUTPUT && facts->end_ms)
		entity->created_ms = facts->end_ms;
	entity->modified_ms = entity->created_ms;
	if (!entity->name || set_text(&entity->type, type, 256) < 0)
		return PEDIGREE_ENOMEM;
	return set_text(&entity->source_uri, uri, SIZE_MAX / 2);
}

static int describe(const struct pedigree_object *object,
		    struct pedigree_entity *entity)
{
	struct pedigree_pairs *properties = &entity->properties;
	int r;

	if (object->id_type)
		r = pedigree_pairs_add(&entity->source_types, object->id_type,
				       object->version);
	else
		r = pedigree_pairs_set(properties, "VersionAbsent",
				       "no answer named one");
	if (r == 0)
		r = pedigree_pairs_set(properties, "ETag", object->etag);
	if (r == 0)
		r = pedigree_pairs_set(properties, "Digest", object->digest);
	if (r == 0 && object->uneven)
		r = pedigree_pairs_set(properties, "DigestAbsent",
				       "it was uploaded in unequal parts");
	if (r == 0)
		r = pedigree_pairs_set(properties, "MD5", object->md5);
	if (r == 0 && object->sized)
		r = set_bytes(entity, object->bytes);
	if (r == 0)
		r = pedigree_pairs_set(properties, "Endpoint",
				       object->endpoint);
	if (r == 0)
		r = pedigree_pairs_set(properties, "Revision",
				       object->revision);
	return r;
}

int pedigree_builder_object(struct pedigree_builder *builder,
			    struct pedigree_object *object, const char *type,
			    size_t *ret_index)
{
	enum pedigree_role role =
		object->written ? PEDIGREE_ROLE_OUTPUT : PEDIGREE_ROLE_INPUT;
	struct pedigree_entity entity = { 0 };
	int r = 0;

	if (object->entity) {
		*ret_index = object->entity - 1;
		return 0;
	}
	if (!type)
		r = judge(builder, object, role, &type);
	if (r >= 0)
		r = begin(builder, object->uri, type, role, &entity);
	if (r == 0)
		r = describe(object, &entity);
	if (r < 0) {
		pedigree_entity_clear(&entity);
		return r;
	}
	r = pedigree_builder_add(builder, &entity, ret_index);
	if (r == 0)
		object->entity = *ret_index + 1;
	return r;
}

static uint32_t folder_of(struct rack *rack, const char *path, size_t n)
{
	bool new;
	void **place = pedigree_map_at(rack->paths.by_path, path, n, &new);
	struct pedigree_folder *folder;

	if (!place)
		return PEDIGREE_NOWHERE;
	if (!new)
		return (uint32_t)(uintptr_t)*place - 1;
	folder = pedigree_vec_push(&rack->paths.folders);
	if (!folder || !(folder->path = strndup(path, n)))
		return PEDIGREE_NOWHERE;
	*place = (void *)(uintptr_t)rack->paths.folders.n;
	return (uint32_t)rack->paths.folders.n - 1;
}

static int keep(struct pedigree_builder *builder, struct rack *rack,
		size_t index, enum pedigree_role role, const char *type)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	const char *uri = builder->objects.v.v[index].uri;
	const char *slash = strrchr(uri, '/');
	struct pedigree_item *item = pedigree_vec_push(&rack->items);
	struct pedigree_name *name = pedigree_vec_push(&rack->paths.names);
	int type_index, set;

	pedigree_buf_add_char(&path, '/');
	pedigree_buf_add(&path, uri, (size_t)(slash - uri));
	if (!item || !name || pedigree_buf_error(&path))
		return PEDIGREE_ENOMEM;
	set = pedigree_plan_set(&builder->plan, path.data, NULL, type, role);
	type_index = pedigree_plan_type(&builder->plan, type);
	if (type_index < 0 || set < 0)
		return PEDIGREE_ENOMEM;
	name->text = slash + 1;
	name->folder = folder_of(rack, path.data, path.len);
	if (name->folder == PEDIGREE_NOWHERE)
		return PEDIGREE_ENOMEM;
	*item = (struct pedigree_item){
		.name = (uint32_t)rack->paths.names.n - 1,
		.file = (uint32_t)index,
		.type = (uint16_t)type_index,
		.set = (uint16_t)set,
		.role = (uint8_t)role,
	};
	return 0;
}

static int keep_all(struct pedigree_builder *builder, struct rack *rack)
{
	for (size_t i = 0; i < builder->objects.v.n; i++) {
		const struct pedigree_object *object = &builder->objects.v.v[i];
		const struct {
			bool is;
			enum pedigree_role role;
		} roles[] = {
			{ object->read, PEDIGREE_ROLE_INPUT },
			{ object->written, PEDIGREE_ROLE_OUTPUT },
		};

		for (size_t k = 0; k < PEDIGREE_COUNT(roles); k++) {
			const char *type;
			int r = roles[k].is ? judge(builder, object,
						    roles[k].role, &type)
					    : 0;

			if (r > 0)
				r = keep(builder, rack, i, roles[k].role, type);
			if (r < 0)
				return r;
		}
	}
	return 0;
}

static void add_line(const struct pedigree_object *object, size_t skip,
		     struct pedigree_buf *text, struct pedigree_tally *tally)
{
	struct pedigree_version version = {
		.bytes = object->bytes,
		.sized = object->sized,
	};

	if (object->id_type)
		snprintf(version.value, sizeof(version.value), "%s%s",
			 strcmp(object->id_type, "S3ETag") == 0 ? "etag:"
			 : strcmp(object->id_type, "S3Version") == 0
				 ? "version:"
				 : "",
			 object->version);
	pedigree_manifest_add(text, &version, object->uri + skip);
	tally->files++;
	tally->bytes += object->sized ? object->bytes : 0;
	tally->unreadable += !object->id_type;
}

/* Many objects below one prefix. */
static int add_prefix(struct pedigree_builder *builder, const struct rack *rack,
		      const struct pedigree_group *group, size_t *ret_index)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	const struct pedigree_item *items = &rack->items.v[group->first];
	const char *uri = group->folder + 1;
	struct pedigree_tally tally = {
		.dataset = pedigree_plan_dataset(&builder->plan, group),
	};
	struct pedigree_entity entity = { 0 };
	int r;

	pedigree_manifest_begin(&text);
	for (size_t i = 0; i < group->n; i++)
		add_line(&builder->objects.v.v[items[i].file], strlen(uri) + 1,
			 &text, &tally);
	r = begin(builder, uri,
		  tally.dataset ? tally.dataset->type
				: builder->plan.types.v[items->type],
		  items->role, &entity);
	if (r == 0)
		r = pedigree_builder_dataset(builder, tally.dataset, uri,
					     &entity);
	if (r == 0)
		r = pedigree_builder_manifest(builder, &text, &tally, &entity);
	if (r == 0)
		r = pedigree_builder_partitions(&rack->paths, tally.dataset,
						rack->items.v, group, &entity);
	/* A bucket is in one store. */
	if (r == 0)
		r = pedigree_pairs_set(
			&entity.properties, "Endpoint",
			builder->objects.v.v[items->file].endpoint);
	if (r < 0) {
		pedigree_entity_clear(&entity);
		return r;
	}
	return pedigree_builder_add(builder, &entity, ret_index);
}

/* Does a group's folder have a bucket or host, or is it a scheme alone? */
static bool is_place(const char *folder)
{
	const char *scheme = folder ? strstr(folder, "://") : NULL;

	return scheme && scheme[3];
}

static int add_single(struct pedigree_builder *builder,
		      const struct pedigree_item *item)
{
	size_t artifact;
	int r = pedigree_builder_object(builder,
					&builder->objects.v.v[item->file],
					builder->plan.types.v[item->type],
					&artifact);

	return r < 0 ? r
		     : pedigree_builder_connect(builder, artifact, item->role);
}

static int add_group(struct pedigree_builder *builder, const struct rack *rack,
		     const struct pedigree_group *group)
{
	const struct pedigree_item *items = &rack->items.v[group->first];
	size_t artifact;
	int r = 0;

	if (is_place(group->folder)) {
		r = add_prefix(builder, rack, group, &artifact);
		return r < 0 ? r
			     : pedigree_builder_connect(builder, artifact,
							items->role);
	}
	for (size_t i = 0; i < group->n && r == 0; i++)
		r = add_single(builder, &items[i]);
	return r;
}

int pedigree_builder_objects(struct pedigree_builder *builder)
{
	_cleanup_(rack_clear) struct rack rack = { 0 };
	int r = pedigree_paths_init(&rack.paths);

	if (r == 0)
		r = keep_all(builder, &rack);
	if (r < 0)
		return r;
	if (pedigree_plan_least(&builder->plan, &rack.items) < 0)
		return PEDIGREE_ENOMEM;
	pedigree_items_sort(&rack.paths, rack.items.v, rack.items.n);
	r = pedigree_rollup_all(&rack.paths, &rack.items, &builder->plan.sets,
				builder->facts->home,
				pedigree_config_number(builder->config,
						       "capture", "rollup_min"),
				&rack.groups);
	for (size_t i = 0; i < rack.groups.n && r == 0; i++)
		r = add_group(builder, &rack, &rack.groups.v[i]);
	return r;
}
