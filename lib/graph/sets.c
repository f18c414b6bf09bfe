/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which files of a run are a data set because a [dataset] rule says so.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "base/hash.h"
#include "graph/places.h"
#include "graph/plan.h"

#define PLAIN "DataSet"
/* Roots that patterns may match in one run; files of others are as if there
   was no rule. */
#define SETS_MAX (UINT16_MAX - 1)

void pedigree_sets_clear(struct pedigree_plan *plan)
{
	for (size_t i = 0; i < plan->sets.n; i++)
		free(plan->sets.v[i].root);
	pedigree_vec_clear(&plan->sets);
	pedigree_map_free(plan->set_of);
	if (!plan->borrows_rules)
		pedigree_datasets_free(plan->datasets);
}

static void **place_of(struct pedigree_plan *plan, const char *folder, size_t n,
		       enum pedigree_role role, char kind, bool *ret_new)
{
	_cleanup_buf_ struct pedigree_buf key = PEDIGREE_BUF_INIT;

	if (!plan->set_of)
		plan->set_of = pedigree_map_new();
	pedigree_buf_addf(&key, "%c%d", kind, role);
	pedigree_buf_add(&key, folder, n);
	if (!plan->set_of || pedigree_buf_error(&key))
		return NULL;
	return pedigree_map_at(plan->set_of, key.data, key.len, ret_new);
}

static int add_set(struct pedigree_plan *plan,
		   const struct pedigree_dataset *rule, const char *root,
		   size_t n, enum pedigree_role role)
{
	struct pedigree_set *set;
	bool new;
	void **place = place_of(plan, root, n, role, 'r', &new);

	if (!place)
		return PEDIGREE_ENOMEM;
	if (!new)
		return (int)(uintptr_t)*place;
	if (plan->sets.n >= SETS_MAX)
		return 0;
	set = pedigree_vec_push(&plan->sets);
	if (!set)
		return PEDIGREE_ENOMEM;
	set->rule = rule;
	set->root = strndup(root, n);
	if (!set->root) {
		plan->sets.n--;
		return PEDIGREE_ENOMEM;
	}
	*place = (void *)(uintptr_t)plan->sets.n;
	return (int)plan->sets.n;
}

/* A root that is a symbolic link, or below one. */
static int set_by_name(struct pedigree_plan *plan, const char *folder,
		       const char *named, enum pedigree_role role)
{
	_cleanup_free_ char *root = NULL;
	_cleanup_free_ char *real = NULL;
	size_t n;
	const struct pedigree_dataset *rule =
		pedigree_dataset_of(plan->datasets, named, role, &n);

	if (!rule)
		return 0;
	root = strndup(named, n);
	if (!root)
		return PEDIGREE_ENOMEM;
	real = realpath(root, NULL);
	if (!real || !pedigree_path_under(folder, real))
		return 0;
	return add_set(plan, rule, real, strlen(real), role);
}

static int find_set(struct pedigree_plan *plan, const char *folder,
		    const char *named, enum pedigree_role role)
{
	size_t n;
	const struct pedigree_dataset *rule =
		pedigree_dataset_of(plan->datasets, folder, role, &n);

	if (rule)
		return add_set(plan, rule, folder, n, role);
	return named ? set_by_name(plan, folder, named, role) : 0;
}

int pedigree_plan_set(struct pedigree_plan *plan, const char *folder,
		      const char *named, const char *type,
		      enum pedigree_role role)
{
	_cleanup_buf_ struct pedigree_buf key = PEDIGREE_BUF_INIT;
	bool new;
	void **place;
	int set;

	if (!pedigree_datasets_any(plan->datasets))
		return 0;
	/* A folder has many files, and is asked for once. */
	pedigree_buf_addf(&key, "%s//%s", folder, named ? named : "");
	if (pedigree_buf_error(&key))
		return PEDIGREE_ENOMEM;
	place = place_of(plan, key.data, key.len, role, 'f', &new);
	if (!place)
		return PEDIGREE_ENOMEM;
	if (new) {
		set = find_set(plan, folder, named, role);
		if (set < 0)
			return set;
		/* It may have moved. */
		place = place_of(plan, key.data, key.len, role, 'f', NULL);
		if (!place)
			return PEDIGREE_ENOMEM;
		*place = (void *)(uintptr_t)set;
	}
	set = (int)(uintptr_t)*place;
	/* What somebody calls a model is one in a data set's folder, too. */
	if (set && strcmp(type, PLAIN) != 0 &&
	    strcmp(type, plan->sets.v[set - 1].rule->type) != 0)
		return 0;
	return set;
}

int pedigree_plan_set_at(struct pedigree_plan *plan, const char *folder,
			 enum pedigree_role role)
{
	const struct pedigree_dataset *rule =
		pedigree_dataset_at(plan->datasets, folder, role);

	return rule ? add_set(plan, rule, folder, strlen(folder), role) : 0;
}

int pedigree_plan_least(const struct pedigree_plan *plan,
			struct pedigree_items *items)
{
	_cleanup_free_ uint64_t *counts = NULL;

	if (!plan->sets.n)
		return 0;
	/* A set is of one role. */
	counts = calloc(plan->sets.n, sizeof(*counts));
	if (!counts)
		return PEDIGREE_ENOMEM;
	for (size_t i = 0; i < items->n; i++)
		if (items->v[i].set)
			counts[items->v[i].set - 1]++;
	for (size_t i = 0; i < items->n; i++) {
		struct pedigree_item *item = &items->v[i];

		if (item->set &&
		    counts[item->set - 1] <
			    plan->sets.v[item->set - 1].rule->least)
			item->set = 0;
	}
	return 0;
}

const struct pedigree_dataset *
pedigree_plan_dataset(const struct pedigree_plan *plan,
		      const struct pedigree_group *group)
{
	return group->set ? plan->sets.v[group->set - 1].rule : NULL;
}

/* Lines of [map] come first, also of the folder that a mount shows. */
static bool find_elsewhere(const struct pedigree_plan *plan, const char *path,
			   struct pedigree_buf *ret)
{
	_cleanup_buf_ struct pedigree_buf file = PEDIGREE_BUF_INIT;

	if (pedigree_rules_map(plan->rules, path, ret))
		return true;
	if (!pedigree_places_uri(&plan->facts->places, path, ret))
		return false;
	if (!pedigree_buf_error(ret) &&
	    pedigree_uri_to_path(&file, ret->data)) {
		if (pedigree_buf_error(&file))
			ret->failed = true;
		else
			pedigree_rules_map(plan->rules, file.data, ret);
	}
	return true;
}

int pedigree_plan_uri(const struct pedigree_plan *plan,
		      const struct pedigree_dataset *dataset, const char *path,
		      struct pedigree_buf *ret)
{
	pedigree_buf_reset(ret);
	if (dataset && dataset->portable) {
		pedigree_buf_add_str(ret, "dataset://");
		pedigree_percent_encode(ret, dataset->name);
	} else if (!find_elsewhere(plan, path, ret)) {
		pedigree_path_to_uri(ret, path);
	}
	return pedigree_buf_error(ret) ? PEDIGREE_ENOMEM : 0;
}
