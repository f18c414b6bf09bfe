/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Artifacts: from groups of files to entities with a version.
 */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "base/fs.h"
#include "base/hash.h"
#include "graph/builder.h"
#include "graph/text.h"
#include "rules/redact.h"

/* Everything of an artifact but its version. */
static int begin(const struct pedigree_builder *builder,
		 const struct pedigree_dataset *dataset, const char *path,
		 const char *type, enum pedigree_role role,
		 struct pedigree_entity *entity)
{
	_cleanup_buf_ struct pedigree_buf uri = PEDIGREE_BUF_INIT;
	const struct pedigree_run_facts *facts = builder->facts;
	const char *slash = strrchr(path, '/');

	if (pedigree_plan_uri(&builder->plan, NULL, path, &uri) < 0)
		return PEDIGREE_ENOMEM;
	entity->kind = PEDIGREE_ARTIFACT;
	entity->name = pedigree_api_name(slash && slash[1] ? slash + 1 : path);
	entity->type = pedigree_clean_text(type, 256);
	entity->source_uri = pedigree_buf_take(&uri);
	entity->created_ms = facts->start_ms;
	if (role == PEDIGREE_ROLE_OUTPUT && facts->end_ms)
		entity->created_ms = facts->end_ms;
	entity->modified_ms = entity->created_ms;
	if (!entity->name || !entity->type || !entity->source_uri)
		return PEDIGREE_ENOMEM;
	if (strncmp(entity->source_uri, "file://", 7) == 0 &&
	    pedigree_pairs_set(&entity->properties, "Host", facts->host) < 0)
		return PEDIGREE_ENOMEM;
	return pedigree_builder_dataset(builder, dataset, path, entity);
}

int pedigree_builder_dataset(const struct pedigree_builder *builder,
			     const struct pedigree_dataset *dataset,
			     const char *path, struct pedigree_entity *entity)
{
	_cleanup_buf_ struct pedigree_buf uri = PEDIGREE_BUF_INIT;

	if (!dataset)
		return 0;
	free(entity->name);
	entity->name = pedigree_api_name(dataset->name);
	if (!entity->name ||
	    pedigree_pairs_set(&entity->properties, "DataSet", dataset->name))
		return PEDIGREE_ENOMEM;
	if (!dataset->portable)
		return 0;
	/* Where it is said to be is not what it is. */
	if (pedigree_pairs_set(&entity->properties, "Folder",
			       entity->source_uri) < 0 ||
	    pedigree_plan_uri(&builder->plan, dataset, path, &uri) < 0)
		return PEDIGREE_ENOMEM;
	free(entity->source_uri);
	entity->source_uri = pedigree_buf_take(&uri);
	return entity->source_uri ? 0 : PEDIGREE_ENOMEM;
}

static int set_number(struct pedigree_entity *entity, const char *key,
		      uint64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, number);
	return pedigree_pairs_set(&entity->properties, key, text);
}

static int set_flag(struct pedigree_entity *entity, const char *key, bool set)
{
	return pedigree_pairs_set(&entity->properties, key,
				  set ? "true" : NULL);
}

static int set_version(struct pedigree_entity *entity,
		       const struct pedigree_version *version)
{
	int r = 0;

	if (version->value[0])
		r = pedigree_pairs_add(&entity->source_types, "Custom",
				       version->value);
	else
		r = pedigree_pairs_set(&entity->properties, "VersionAbsent",
				       version->absent);
	if (r == 0 && version->md5[0])
		r = pedigree_pairs_set(&entity->properties, "MD5",
				       version->md5);
	if (r == 0 && version->sized)
		r = set_number(entity, "Bytes", version->bytes);
	if (r == 0)
		r = set_flag(entity, "ChangedDuringRun", version->changed);
	if (r == 0)
		r = set_flag(entity, "ChangedAfterRun", version->changed_after);
	if (r == 0)
		r = set_flag(entity, "MetadataChanged", version->metadata);
	if (r == 0 && version->by_time)
		r = pedigree_pairs_set(&entity->properties, "NotHashed",
				       "larger than [capture] hash_max_size");
	return r;
}

static void version_of(struct pedigree_builder *builder,
		       const struct pedigree_item *item, bool by_time,
		       struct pedigree_version *ret)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	const struct pedigree_paths *paths = &builder->plan.access.paths;
	const struct pedigree_file *file = NULL;
	const struct pedigree_name *seen = NULL;
	uint32_t name = item->name;

	if (item->file != PEDIGREE_NOWHERE)
		file = &builder->plan.access.files.v[item->file];
	if (file && item->role == PEDIGREE_ROLE_INPUT)
		name = file->last_name;
	pedigree_paths_text(paths, paths->names.v[name].folder, name, &path);
	if (by_time)
		seen = &paths->names.v[name];
	if (file && item->role == PEDIGREE_ROLE_INPUT)
		pedigree_version_input(&builder->hasher, file, path.data, seen,
				       ret);
	else
		pedigree_version_output(&builder->hasher, file, path.data, seen,
					ret);
}

/* The path as the program named it, where that is another one. */
static int set_opened_as(const struct pedigree_builder *builder,
			 const struct pedigree_item *item,
			 struct pedigree_entity *entity)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf uri = PEDIGREE_BUF_INIT;
	const struct pedigree_access *access = &builder->plan.access;
	const struct pedigree_file *file;

	if (item->file == PEDIGREE_NOWHERE)
		return 0;
	file = &access->files.v[item->file];
	if (item->name != file->name ||
	    !pedigree_file_renamed_by_link(access, file))
		return 0;
	pedigree_paths_text(&access->paths, file->opened_folder,
			    file->opened_name, &path);
	pedigree_path_to_uri(&uri, path.data);
	if (pedigree_buf_error(&path) || pedigree_buf_error(&uri))
		return PEDIGREE_ENOMEM;
	return pedigree_pairs_set(&entity->properties, "OpenedAs", uri.data);
}

static int make_file(struct pedigree_builder *builder,
		     const struct pedigree_item *item,
		     struct pedigree_entity *entity)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	const struct pedigree_plan *plan = &builder->plan;
	const struct pedigree_paths *paths = &plan->access.paths;
	struct pedigree_version version;
	int r;

	pedigree_paths_text(paths, paths->names.v[item->name].folder,
			    item->name, &path);
	if (pedigree_buf_error(&path))
		return PEDIGREE_ENOMEM;
	r = begin(builder, NULL, path.data, plan->types.v[item->type],
		  item->role, entity);
	if (r == 0)
		r = set_opened_as(builder, item, entity);
	if (r < 0)
		return r;
	version_of(builder, item, false, &version);
	return set_version(entity, &version);
}

/* The rule wants size and name alone, unless there is worse to tell. */
static void forget_time(struct pedigree_version *version)
{
	version->by_time = false;
	if (strncmp(version->value, "mtime:", 6) == 0)
		version->value[0] = '\0';
}

static void add_line(struct pedigree_builder *builder,
		     const struct pedigree_item *item, size_t skip,
		     bool by_time, struct pedigree_buf *text,
		     struct pedigree_tally *tally)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	const struct pedigree_paths *paths = &builder->plan.access.paths;
	struct pedigree_version version;

	const enum pedigree_dataset_digest digest =
		tally->dataset ? tally->dataset->digest
			       : PEDIGREE_DATASET_CONTENT;

	version_of(builder, item, by_time || digest, &version);
	if (digest == PEDIGREE_DATASET_NONE)
		forget_time(&version);
	pedigree_paths_text(paths, paths->names.v[item->name].folder,
			    item->name, &path);
	pedigree_manifest_add(text, &version,
			      path.len > skip ? path.data + skip : path.data);
	tally->files++;
	tally->bytes += version.bytes;
	tally->unreadable +=
		!version.value[0] && digest != PEDIGREE_DATASET_NONE;
	tally->changed |= version.changed;
	tally->changed_after |= version.changed_after;
	tally->by_time |= version.by_time;
}

static void add_lines(struct pedigree_builder *builder,
		      const struct pedigree_item *items,
		      const struct pedigree_group *group,
		      struct pedigree_buf *text, struct pedigree_tally *tally)
{
	uint64_t most = pedigree_config_number(builder->config, "capture",
					       "hash_max_files");
	size_t skip =
		strcmp(group->folder, "/") == 0 ? 1 : strlen(group->folder) + 1;

	pedigree_manifest_begin(text);
	for (size_t i = 0; i < group->n; i++)
		add_line(builder, &items[group->first + i], skip,
			 most && i >= most, text, tally);
}

/* Takes the text into the record, once. */
static int add_manifest(struct pedigree_record *record, const char *digest,
			struct pedigree_buf *text)
{
	struct pedigree_manifest *manifest;

	for (size_t i = 0; i < record->manifests.n; i++)
		if (strcmp(record->manifests.v[i].digest, digest) == 0)
			return 0;
	manifest = pedigree_vec_push(&record->manifests);
	if (!manifest)
		return PEDIGREE_ENOMEM;
	manifest->digest = strdup(digest);
	manifest->text = pedigree_buf_take(text);
	if (manifest->digest && manifest->text)
		return 0;
	free(manifest->digest);
	free(manifest->text);
	record->manifests.n--;
	return PEDIGREE_ENOMEM;
}

static int set_tally(const struct pedigree_builder *builder,
		     const struct pedigree_tally *tally, const char *digest,
		     struct pedigree_entity *entity)
{
	const struct pedigree_dataset *dataset = tally->dataset;
	char value[PEDIGREE_SHA256_HEX + 8];
	char rule[128] =
		"some files: above [capture] hash_max_size or hash_max_files";
	int r;

	if (dataset && dataset->digest)
		snprintf(rule, sizeof(rule),
			 "all files: [dataset %.64s] has digest = %s",
			 dataset->name,
			 dataset->digest == PEDIGREE_DATASET_NONE
				 ? "none"
				 : "size+mtime");

	snprintf(value, sizeof(value), "sha256:%s", digest);
	/* Part of the digests is missing: this is no version of anything. */
	if (builder->hasher.stopped)
		r = pedigree_pairs_set(&entity->properties, "VersionAbsent",
				       "hashing was stopped");
	else if (dataset && dataset->digest == PEDIGREE_DATASET_NONE)
		r = pedigree_pairs_set(&entity->properties, "VersionAbsent",
				       rule);
	else
		r = pedigree_pairs_add(&entity->source_types, "Custom", value);
	if (r == 0)
		r = set_number(entity, "Files", tally->files);
	if (r == 0)
		r = set_number(entity, "Bytes", tally->bytes);
	if (r == 0)
		r = pedigree_pairs_set(&entity->properties, "Manifest", digest);
	if (r == 0 && tally->unreadable)
		r = set_number(entity, "Unreadable", tally->unreadable);
	if (r == 0)
		r = set_flag(entity, "ChangedDuringRun", tally->changed);
	if (r == 0)
		r = set_flag(entity, "ChangedAfterRun", tally->changed_after);
	if (r == 0 && tally->by_time)
		r = pedigree_pairs_set(&entity->properties, "NotHashed", rule);
	return r;
}

int pedigree_builder_manifest(struct pedigree_builder *builder,
			      struct pedigree_buf *text,
			      const struct pedigree_tally *tally,
			      struct pedigree_entity *entity)
{
	char digest[PEDIGREE_SHA256_HEX];
	int r = pedigree_buf_error(text)
			? PEDIGREE_ENOMEM
			: pedigree_sha256(text->data, text->len, digest);

	if (r == 0)
		r = add_manifest(builder->record, digest, text);
	if (r == 0)
		r = set_tally(builder, tally, digest, entity);
	return r;
}

static int make_folder(struct pedigree_builder *builder,
		       const struct pedigree_item *items,
		       const struct pedigree_group *group,
		       struct pedigree_entity *entity)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	const struct pedigree_item *first = &items[group->first];
	const struct pedigree_plan *plan = &builder->plan;
	struct pedigree_tally tally = {
		.dataset = pedigree_plan_dataset(plan, group),
	};
	int r = begin(builder, tally.dataset, group->folder,
		      tally.dataset ? tally.dataset->type
				    : plan->types.v[first->type],
		      first->role, entity);

	if (r < 0)
		return r;
	add_lines(builder, items, group, &text, &tally);
	if (pedigree_buf_error(&text))
		return PEDIGREE_ENOMEM;
	r = pedigree_builder_manifest(builder, &text, &tally, entity);
	return r < 0 ? r
		     : pedigree_builder_present(builder, items, group, entity);
}

static int set_entry_point(const struct pedigree_builder *builder,
			   const struct pedigree_item *items,
			   const struct pedigree_group *group,
			   struct pedigree_entity *entity)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	const struct pedigree_plan *plan = &builder->plan;
	const struct pedigree_paths *paths = &plan->access.paths;
	size_t skip =
		strcmp(group->folder, "/") == 0 ? 1 : strlen(group->folder) + 1;

	for (size_t i = 0; i < group->n; i++) {
		uint32_t name = items[group->first + i].name;

		if (name != plan->main_name)
			continue;
		pedigree_paths_text(paths, paths->names.v[name].folder, name,
				    &path);
		if (path.len > skip)
			pedigree_percent_encode(&text, path.data + skip);
		if (pedigree_buf_error(&path) || pedigree_buf_error(&text))
			return PEDIGREE_ENOMEM;
		return pedigree_pairs_set(&entity->properties, "EntryPoint",
					  text.data);
	}
	return 0;
}

static int set_code(const struct pedigree_builder *builder,
		    const struct pedigree_item *items,
		    const struct pedigree_group *group,
		    struct pedigree_entity *entity)
{
	_cleanup_buf_ struct pedigree_buf remote = PEDIGREE_BUF_INIT;
	const struct pedigree_run_facts *facts = builder->facts;
	int r = set_entry_point(builder, items, group, entity);

	if (r < 0 || !facts->git_root ||
	    !pedigree_path_under(group->folder, facts->git_root))
		return r;
	r = pedigree_pairs_set(&entity->properties, "GitCommit",
			       facts->git_commit);
	if (r == 0 && facts->git_dirty >= 0)
		r = pedigree_pairs_set(&entity->properties, "GitDirty",
				       facts->git_dirty ? "true" : "false");
	if (facts->git_remote)
		pedigree_redact_url(&remote, facts->git_remote);
	if (r < 0 || pedigree_buf_error(&remote))
		return PEDIGREE_ENOMEM;
	if (facts->git_commit)
		entity->commit_id = pedigree_clean_text(facts->git_commit,
							PEDIGREE_METADATA_MAX);
	if (remote.len)
		entity->repository =
			pedigree_clean_text(remote.data, PEDIGREE_METADATA_MAX);
	return 0;
}

int pedigree_builder_group(struct pedigree_builder *builder,
			   const struct pedigree_item *items,
			   const struct pedigree_group *group, bool code,
			   size_t *ret_index)
{
	struct pedigree_entity entity = { 0 };
	int r;

	if (group->folder)
		r = make_folder(builder, items, group, &entity);
	else
		r = make_file(builder, &items[group->first], &entity);
	if (r == 0 && code)
		r = set_code(builder, items, group, &entity);
	if (r < 0) {
		pedigree_entity_clear(&entity);
		return r;
	}
	return pedigree_builder_add(builder, &entity, ret_index);
}

int pedigree_builder_uri(struct pedigree_builder *builder, const char *uri,
			 const char *type, size_t *ret_index)
{
	_cleanup_buf_ struct pedigree_buf safe = PEDIGREE_BUF_INIT;
	const char *slash;
	struct pedigree_entity entity = {
		.kind = PEDIGREE_ARTIFACT,
		.created_ms = builder->facts->start_ms,
		.modified_ms = builder->facts->start_ms,
	};

	pedigree_redact_url(&safe, uri);
	if (pedigree_buf_error(&safe))
		return PEDIGREE_ENOMEM;
	slash = strrchr(safe.data, '/');
	entity.name =
		pedigree_api_name(slash && slash[1] ? slash + 1 : safe.data);
	entity.type = pedigree_clean_text(type, 256);
	entity.source_uri = pedigree_clean_text(safe.data, SIZE_MAX / 2);
	if (!entity.name || !entity.type || !entity.source_uri) {
		pedigree_entity_clear(&entity);
		return PEDIGREE_ENOMEM;
	}
	return pedigree_builder_add(builder, &entity, ret_index);
}
