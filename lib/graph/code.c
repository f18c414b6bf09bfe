/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The code of a run is one artifact a project root: the git work tree, the
 * command's folder, the folder of the main script, or else the topmost
 * folder that code was read from.
 */
#include "config.h"

#include <string.h>

#include "base/fs.h"
#include "graph/plan.h"
#include "graph/scene.h"

struct rooted {
	struct pedigree_item item;
	const char *root;
	size_t place; /* in the order of paths */
};

struct roots {
	const char *known[3];
	size_t n;
};

static void add_root(const struct pedigree_plan *plan, struct roots *roots,
		     const char *folder)
{
	if (folder && folder[0] == '/' && !pedigree_no_project(plan, folder))
		roots->known[roots->n++] = folder;
}

static const char *folder_of(const struct pedigree_plan *plan, uint32_t name)
{
	const struct pedigree_paths *paths = &plan->access.paths;

	return paths->folders.v[paths->names.v[name].folder].path;
}

/*
 * `last` is the root of the item before, in the order of paths: folders come
 * before what is below them.
 */
static const char *root_of(const struct pedigree_plan *plan,
			   const struct roots *roots, const char *last,
			   const struct pedigree_item *item)
{
	const char *folder = folder_of(plan, item->name);

	for (size_t i = 0; i < roots->n; i++)
		if (pedigree_path_under(folder, roots->known[i]))
			return roots->known[i];
	if (last && pedigree_path_under(folder, last) &&
	    !pedigree_no_project(plan, last))
		return last;
	return folder;
}

static int by_root(const void *a, const void *b)
{
	const struct rooted *x = a, *y = b;
	int order = strcmp(x->root, y->root);

	if (order)
		return order;
	return x->place < y->place ? -1 : 1;
}

static int group(struct pedigree_plan *plan, const struct rooted *code)
{
	size_t n = plan->code.n;
	size_t first = 0;

	for (size_t i = 0; i < n; i++)
		plan->code.v[i] = code[i].item;
	while (first < n) {
		struct pedigree_group *new =
			pedigree_vec_push(&plan->code_groups);
		size_t end = first + 1;

		while (end < n && strcmp(code[end].root, code[first].root) == 0)
			end++;
		if (!new)
			return PEDIGREE_ENOMEM;
		new->first = first;
		new->n = end - first;
		new->folder = strdup(code[first].root);
		if (!new->folder)
			return PEDIGREE_ENOMEM;
		first = end;
	}
	return 0;
}

int pedigree_code_group(struct pedigree_plan *plan)
{
	_cleanup_free_ struct rooted *code = NULL;
	struct roots roots = { 0 };
	const char *last = NULL;

	if (!plan->code.n)
		return 0;
	add_root(plan, &roots, plan->facts->git_root);
	add_root(plan, &roots, plan->facts->cwd);
	if (plan->main_name != PEDIGREE_NOWHERE)
		add_root(plan, &roots, folder_of(plan, plan->main_name));
	code = calloc(plan->code.n, sizeof(*code));
	if (!code)
		return PEDIGREE_ENOMEM;
	pedigree_items_sort(&plan->access.paths, plan->code.v, plan->code.n);
	for (size_t i = 0; i < plan->code.n; i++) {
		code[i].item = plan->code.v[i];
		last = root_of(plan, &roots, last, &plan->code.v[i]);
		code[i].root = last;
		code[i].place = i;
	}
	qsort(code, plan->code.n, sizeof(*code), by_root);
	return group(plan, code);
}
