/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much of a data set a run read. What it did not read is nowhere in the
 * log, so the folder is looked through when the run is over.
 */
#include "config.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fs.h"
#include "graph/builder.h"

/* Names that are looked at: for a data set that somebody declared; else in
   proportion to what was read. */
#define DECLARED_MAX 1000000
#define FOUND_MAX 10000
#define FOUND_TIMES 10

struct survey {
	const struct pedigree_builder *builder;
	const struct pedigree_group *group;
	const struct pedigree_dataset *dataset;
	const char *type;
	size_t skip; /* length of the root's path and a slash */
	PEDIGREE_VEC(char *) folders; /* to be looked through; the rest was */
	struct pedigree_map *partitions;
	uint64_t others; /* files that were not read */
	uint64_t names, most;
	bool unknown;
};

static void survey_clear(struct survey *survey)
{
	for (size_t i = 0; i < survey->folders.n; i++)
		free(survey->folders.v[i]);
	pedigree_vec_clear(&survey->folders);
	pedigree_map_free(survey->partitions);
}

/* The partition that a folder is, or is in. `skip` is the length of the root
   and a slash. */
static int add_partition(const struct pedigree_dataset *dataset, size_t skip,
			 struct pedigree_map *partitions, const char *folder)
{
	size_t n;

	if (!dataset || !dataset->partitions.n || strlen(folder) < skip)
		return 0;
	n = pedigree_dataset_partition(dataset, folder + skip);
	return !n || pedigree_map_at(partitions, folder + skip, n, NULL)
		       ? 0
		       : PEDIGREE_ENOMEM;
}

/* Do files directly in a folder belong to what is surveyed? What is a data set
   of its own does not. */
static bool is_part(const struct survey *survey, const char *folder)
{
	const char *rest =
		strlen(folder) > survey->skip ? folder + survey->skip : "";
	size_t root;

	if (pedigree_dataset_of(survey->builder->plan.datasets, folder,
				PEDIGREE_ROLE_INPUT, &root) &&
	    root + 1 > survey->skip)
		return false;
	return !survey->dataset || !survey->dataset->partitions.n ||
	       pedigree_dataset_partition(survey->dataset, rest);
}

/* Index of a folder whose names may be known, or NOWHERE. */
static uint32_t known_folder(const struct pedigree_paths *paths,
			     const char *folder)
{
	uintptr_t index = (uintptr_t)pedigree_map_get(paths->by_path, folder,
						      strlen(folder));

	return index ? paths->folders.v[index - 1].real : PEDIGREE_NOWHERE;
}

/* Was it read, then it is counted already; was it written, then it was not
   there to be read. */
static bool is_touched(const struct pedigree_access *access, uint32_t folder,
		       const char *name)
{
	uint32_t index =
		folder == PEDIGREE_NOWHERE
			? PEDIGREE_NOWHERE
			: pedigree_paths_find(&access->paths, folder, name);
	uint32_t file = index == PEDIGREE_NOWHERE
				? PEDIGREE_NOWHERE
				: access->paths.names.v[index].file;

	return file != PEDIGREE_NOWHERE &&
	       (access->files.v[file].flags &
		(PEDIGREE_FILE_INPUT | PEDIGREE_FILE_WRITTEN));
}

static bool is_other(const struct survey *survey, const char *path)
{
	struct pedigree_verdict verdict = { 0 };

	pedigree_rules_judge(survey->builder->plan.rules, path, NULL,
			     PEDIGREE_ROLE_INPUT, &verdict);
	return verdict.kept &&
	       (strcmp(verdict.type, survey->type) == 0 ||
		(survey->dataset && strcmp(verdict.type, "DataSet") == 0));
}

static int push_folder(struct survey *survey, char **path)
{
	char **place = pedigree_vec_push(&survey->folders);

	if (!place)
		return PEDIGREE_ENOMEM;
	*place = pedigree_take(*path);
	return 0;
}

static unsigned char kind_of(DIR *dir, const struct dirent *entry)
{
	struct stat st;

	if (entry->d_type != DT_UNKNOWN)
		return entry->d_type;
	if (fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return DT_UNKNOWN;
	return S_ISDIR(st.st_mode)   ? DT_DIR
	       : S_ISREG(st.st_mode) ? DT_REG
				     : DT_UNKNOWN;
}

static int look_through(struct survey *survey, const char *folder, DIR *dir)
{
	const struct pedigree_access *access = &survey->builder->plan.access;
	uint32_t known = known_folder(&access->paths, folder);
	bool part = is_part(survey, folder), some = false;
	const struct dirent *entry;
	int r = 0;

	while (r == 0 && !survey->unknown && (entry = readdir(dir))) {
		_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
		_cleanup_free_ char *taken = NULL;
		unsigned char kind;

		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		if (++survey->names > survey->most)
			survey->unknown = true;
		kind = kind_of(dir, entry);
		if (kind != DT_DIR && (kind != DT_REG || !part))
			continue;
		pedigree_path_join(&path, folder, entry->d_name);
		if (pedigree_buf_error(&path))
			return PEDIGREE_ENOMEM;
		if (kind == DT_DIR) {
			taken = pedigree_buf_take(&path);
			r = taken ? push_folder(survey, &taken)
				  : PEDIGREE_ENOMEM;
		} else if (is_other(survey, path.data)) {
			some = true;
			survey->others +=
				!is_touched(access, known, entry->d_name);
		}
	}
	if (r == 0 && some)
		r = add_partition(survey->dataset, survey->skip,
				  survey->partitions, folder);
	return r;
}

static int look(struct survey *survey)
{
	char *root = strdup(survey->group->folder);
	int r = root ? push_folder(survey, &root) : PEDIGREE_ENOMEM;

	free(root);
	while (r == 0 && survey->folders.n && !survey->unknown) {
		_cleanup_free_ char *folder =
			survey->folders.v[--survey->folders.n];
		DIR *dir = opendir(folder);

		if (!dir) {
			survey->unknown = true;
			return 0;
		}
		r = look_through(survey, folder, dir);
		closedir(dir);
	}
	return r;
}

static int set_number(struct pedigree_entity *entity, const char *key,
		      uint64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, number);
	return pedigree_pairs_set(&entity->properties, key, text);
}

static int take_partitions(const struct pedigree_paths *paths,
			   const struct pedigree_dataset *dataset,
			   const struct pedigree_item *items,
			   const struct pedigree_group *group,
			   struct pedigree_map *partitions)
{
	size_t skip = strlen(group->folder) + 1;
	uint32_t last = PEDIGREE_NOWHERE;
	int r = 0;

	for (size_t i = 0; r == 0 && i < group->n; i++) {
		uint32_t name = items[group->first + i].name;
		uint32_t folder = paths->names.v[name].folder;

		if (folder != last)
			r = add_partition(dataset, skip, partitions,
					  paths->folders.v[folder].path);
		last = folder;
	}
	return r;
}

int pedigree_builder_partitions(const struct pedigree_paths *paths,
				const struct pedigree_dataset *dataset,
				const struct pedigree_item *items,
				const struct pedigree_group *group,
				struct pedigree_entity *entity)
{
	_cleanup_map_ struct pedigree_map *seen = NULL;

	if (!dataset || !dataset->partitions.n)
		return 0;
	seen = pedigree_map_new();
	if (!seen || take_partitions(paths, dataset, items, group, seen) < 0)
		return PEDIGREE_ENOMEM;
	return set_number(entity, "Partitions", pedigree_map_count(seen));
}

int pedigree_builder_present(const struct pedigree_builder *builder,
			     const struct pedigree_item *items,
			     const struct pedigree_group *group,
			     struct pedigree_entity *entity)
{
	const struct pedigree_item *first = &items[group->first];
	_cleanup_(survey_clear) struct survey survey = {
		.builder = builder,
		.group = group,
		.dataset = pedigree_plan_dataset(&builder->plan, group),
		.type = builder->plan.types.v[first->type],
		.skip = strlen(group->folder) + 1,
		.partitions = pedigree_map_new(),
	};
	bool input = first->role == PEDIGREE_ROLE_INPUT &&
		     strcmp(survey.type, "Code") != 0;
	bool parts = survey.dataset && survey.dataset->partitions.n;
	int r = 0;

	if (!survey.partitions)
		return PEDIGREE_ENOMEM;
	survey.most = survey.dataset ? DECLARED_MAX
				     : FOUND_MAX + FOUND_TIMES * group->n;
	if (survey.dataset)
		survey.type = survey.dataset->type;
	if (input)
		r = look(&survey);
	if (r == 0 && input && !survey.unknown)
		r = set_number(entity, "FilesPresent",
			       group->n + survey.others);
	if (r == 0)
		r = pedigree_builder_partitions(&builder->plan.access.paths,
						survey.dataset, items, group,
						entity);
	if (r == 0 && parts)
		r = take_partitions(&builder->plan.access.paths, survey.dataset,
				    items, group, survey.partitions);
	if (r == 0 && parts && input && !survey.unknown)
		r = set_number(entity, "PartitionsPresent",
			       pedigree_map_count(survey.partitions));
	return r;
}
