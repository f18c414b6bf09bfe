/* SPDX-License-Identifier: Apache-2.0 */
#include <config.h>

#include "rules/dataset.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "rules/index.h"
#include "rules/keys.h"
#include "rules/settings.h"

struct pedigree_datasets {
	struct pedigree_rules *roots;
	PEDIGREE_VEC(struct pedigree_dataset) v;
	struct pedigree_map *by_name; /* index + 1 */
};

void pedigree_datasets_free(struct pedigree_datasets *datasets)
{
	if (!datasets)
		return;
	for (size_t i = 0; i < datasets->v.n; i++)
		pedigree_globs_clear(&datasets->v.v[i].partitions);
	pedigree_vec_clear(&datasets->v);
	pedigree_map_free(datasets->by_name);
	pedigree_rules_free(datasets->roots);
	free(datasets);
}

static void datasets_freep(struct pedigree_datasets **datasets)
{
	pedigree_datasets_free(*datasets);
}

/* A glob of folders below the root, without the slashes around it. */
static int add_partition(struct pedigree_dataset *dataset,
			 const struct pedigree_setting *setting, char *word,
			 struct pedigree_error *err)
{
	size_t n;
	int r;

	while (*word == '/')
		word++;
	n = strlen(word);
	while (n && word[n - 1] == '/')
		word[--n] = '\0';
	if (!n)
		return 0;
	r = pedigree_glob_expand(word, &dataset->partitions);
	if (r == PEDIGREE_ELIMIT)
		return pedigree_config_fail(
			&setting->origin, err,
			"'%s' stands for more than %d patterns",
			pedigree_shown(word), PEDIGREE_GLOBS_MAX);
	return r < 0 ? pedigree_fail_memory(err) : 0;
}

static int add_partitions(struct pedigree_dataset *dataset,
			  const struct pedigree_config *config,
			  struct pedigree_error *err)
{
	for (size_t i = 0; i < pedigree_config_count(config); i++) {
		const struct pedigree_setting *setting =
			pedigree_config_at(config, i);
		_cleanup_free_ char *word = NULL;
		const char *text = setting->value;
		int r = 0;

		if (strcmp(setting->section, "dataset") != 0 ||
		    strcmp(setting->key, "partition") != 0 ||
		    strcmp(setting->name, dataset->name) != 0)
			continue;
		word = malloc(strlen(text) + 1);
		if (!word)
			return pedigree_fail_memory(err);
		while (r == 0 && pedigree_next_word(&text, word) > 0)
			r = add_partition(dataset, setting, word, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static enum pedigree_dataset_digest digest_of(const char *word)
{
	if (word && strcmp(word, "size+mtime") == 0)
		return PEDIGREE_DATASET_TIME;
	if (word && strcmp(word, "none") == 0)
		return PEDIGREE_DATASET_NONE;
	return PEDIGREE_DATASET_CONTENT;
}

static int add_dataset(struct pedigree_datasets *datasets,
		       const struct pedigree_config *config,
		       const struct pedigree_rule *rule,
		       struct pedigree_error *err)
{
	const char *name = rule->setting->name;
	const char *least = pedigree_config_get(config, "dataset", name, "min");
	const char *portable =
		pedigree_config_get(config, "dataset", name, "portable");
	struct pedigree_dataset *dataset;
	bool new;
	void **place =
		pedigree_map_at(datasets->by_name, name, strlen(name), &new);

	if (!place)
		return pedigree_fail_memory(err);
	if (!new)
		return 0;
	dataset = pedigree_vec_push(&datasets->v);
	if (!dataset)
		return pedigree_fail_memory(err);
	*place = (void *)(uintptr_t)datasets->v.n;
	*dataset = (struct pedigree_dataset){
		.name = name,
		.type = rule->type,
		.digest = digest_of(
			pedigree_config_get(config, "dataset", name, "digest")),
		.least = 1,
		.origin = rule->setting->origin,
	};
	if (least)
		pedigree_parse_number(least, &dataset->least);
	if (portable)
		pedigree_parse_bool(portable, &dataset->portable);
	return add_partitions(dataset, config, err);
}

int pedigree_datasets_new(const struct pedigree_config *config,
			  const struct pedigree_scene *scene,
			  struct pedigree_datasets **ret_datasets,
			  struct pedigree_error *err)
{
	_cleanup_(datasets_freep) struct pedigree_datasets *datasets =
		calloc(1, sizeof(*datasets));
	int r;

	if (!datasets || !(datasets->by_name = pedigree_map_new()))
		return pedigree_fail_memory(err);
	r = pedigree_rules_compile(config, scene, true, &datasets->roots, err);
	if (r < 0)
		return r;
	for (size_t i = 0; r == 0 && i < datasets->roots->rules.n; i++)
		r = add_dataset(datasets, config, &datasets->roots->rules.v[i],
				err);
	if (r < 0)
		return r;
	*ret_datasets = pedigree_take(datasets);
	return 0;
}

bool pedigree_datasets_any(const struct pedigree_datasets *datasets)
{
	return datasets && datasets->v.n;
}

const struct pedigree_dataset *
pedigree_dataset_at(const struct pedigree_datasets *datasets,
		    const char *folder, enum pedigree_role role)
{
	const struct pedigree_rule *rule;
	uintptr_t index;

	if (!pedigree_datasets_any(datasets))
		return NULL;
	rule = pedigree_rules_find(datasets->roots, folder, NULL, role);
	if (!rule)
		return NULL;
	index = (uintptr_t)pedigree_map_get(datasets->by_name,
					    rule->setting->name,
					    strlen(rule->setting->name));
	return index ? &datasets->v.v[index - 1] : NULL;
}

/* The first `n` components; 0 when there are not as many. */
static size_t components(const char *path, size_t n)
{
	size_t len = 0;

	while (path[len]) {
		len += strcspn(path + len, "/");
		if (--n == 0)
			return len;
		len += path[len] == '/';
	}
	return 0;
}

size_t pedigree_dataset_partition(const struct pedigree_dataset *dataset,
				  const char *rest)
{
	for (size_t i = 0; i < dataset->partitions.n; i++) {
		const char *glob = dataset->partitions.v[i];
		size_t n = 1, len;
		char begin[PATH_MAX];

		for (const char *at = glob; *at; at++)
			n += *at == '/';
		len = strstr(glob, "**") ? strlen(rest) : components(rest, n);
		if (!len || len >= sizeof(begin))
			continue;
		memcpy(begin, rest, len);
		begin[len] = '\0';
		if (pedigree_glob_match_plain(glob, begin))
			return len;
	}
	return 0;
}

const struct pedigree_dataset *
pedigree_dataset_of(const struct pedigree_datasets *datasets,
		    const char *folder, enum pedigree_role role,
		    size_t *ret_root)
{
	char root[PATH_MAX];
	size_t n = strlen(folder);

	if (!pedigree_datasets_any(datasets) || n >= sizeof(root))
		return NULL;
	memcpy(root, folder, n + 1);
	for (; n > 1; root[n] = '\0') {
		const struct pedigree_dataset *dataset =
			pedigree_dataset_at(datasets, root, role);
		const char *rest = folder[n] ? folder + n + 1 : folder + n;

		if (dataset && (!dataset->partitions.n ||
				pedigree_dataset_partition(dataset, rest))) {
			*ret_root = n;
			return dataset;
		}
		while (n > 1 && root[n - 1] != '/')
			n--;
		n -= n > 1;
	}
	return NULL;
}
