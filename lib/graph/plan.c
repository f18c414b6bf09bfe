/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "graph/plan.h"

#include <string.h>

#include "base/err.h"
#include "base/fs.h"
#include "graph/scene.h"
#include "graph/settled.h"

#define CODE "Code"
/* The program stands in front; a list of files may follow. */
#define ARGS_MAX 64

int pedigree_plan_path(const struct pedigree_plan *plan, const char *given,
		       struct pedigree_buf *ret)
{
	const char *cwd = plan->facts->cwd;

	pedigree_buf_reset(ret);
	pedigree_path_join(ret, cwd && cwd[0] == '/' ? cwd : "/", given);
	if (pedigree_buf_error(ret))
		return PEDIGREE_ENOMEM;
	pedigree_path_clean(ret->data);
	pedigree_buf_cut(ret, strlen(ret->data));
	return 0;
}

int pedigree_plan_type(struct pedigree_plan *plan, const char *type)
{
	const char **place;

	for (size_t i = 0; i < plan->types.n; i++)
		if (strcmp(plan->types.v[i], type) == 0)
			return (int)i;
	if (plan->types.n >= UINT16_MAX)
		return 0;
	place = pedigree_vec_push(&plan->types);
	if (!place)
		return -1;
	*place = type;
	return (int)(plan->types.n - 1);
}

static void judge(struct pedigree_plan *plan, uint32_t name,
		  const struct pedigree_file *file, enum pedigree_role role,
		  struct pedigree_verdict *ret)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf opened = PEDIGREE_BUF_INIT;
	const struct pedigree_paths *paths = &plan->access.paths;
	const char *original = NULL;

	pedigree_paths_text(paths, paths->names.v[name].folder, name, &path);
	if (name == file->name &&
	    pedigree_file_renamed_by_link(&plan->access, file)) {
		pedigree_paths_text(paths, file->opened_folder,
				    file->opened_name, &opened);
		original = opened.data;
	}
	pedigree_rules_judge(plan->rules, path.data, original, role, ret);
}

/*
 * Content that came and went within the run: removed, and nothing says that
 * it was a file of before. (A FIFO is removed with size 0.)
 */
static bool temporary(const struct pedigree_plan *plan,
		      const struct pedigree_hasher *hasher,
		      const struct pedigree_file *file)
{
	const struct pedigree_name *name =
		&plan->access.paths.names.v[file->name];

	if (!(file->flags & PEDIGREE_FILE_DESTROYED) ||
	    name->kind != PEDIGREE_NAME_ABSENT)
		return false;
	return !file->old || !file->old->size ||
	       file->old->mtime_ns >= hasher->start_ns;
}

/* Made by another part of the run, and gone: see step_ties.c. */
static bool passed_on(const struct pedigree_plan *plan,
		      const struct pedigree_hasher *hasher,
		      const struct pedigree_file *file)
{
	const struct pedigree_paths *paths = &plan->access.paths;
	const struct pedigree_name *name = &paths->names.v[file->name];
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;

	if (!hasher->settled || name->kind != PEDIGREE_NAME_ABSENT)
		return false;
	pedigree_paths_text(paths, name->folder, file->name, &path);
	return !pedigree_buf_error(&path) &&
	       pedigree_settled_writer(hasher->settled, path.data,
				       hasher->step) == PEDIGREE_WRITER_OTHER;
}

enum pedigree_fate pedigree_plan_input(struct pedigree_plan *plan,
				       const struct pedigree_hasher *hasher,
				       const struct pedigree_file *file,
				       struct pedigree_verdict *ret_verdict)
{
	const struct pedigree_name *names = plan->access.paths.names.v;
	const struct pedigree_name *name = &names[file->name];
	const struct pedigree_name *last = &names[file->last_name];

	if (!(file->flags & PEDIGREE_FILE_INPUT) ||
	    name->kind == PEDIGREE_NAME_OTHER)
		return PEDIGREE_FATE_NONE;
	if (temporary(plan, hasher, file) || passed_on(plan, hasher, file))
		return PEDIGREE_FATE_TEMPORARY;
	if ((file->flags & PEDIGREE_FILE_MAYBE_NEW) &&
	    ((file->flags & PEDIGREE_FILE_DESTROYED) ||
	     last->kind != PEDIGREE_NAME_REGULAR ||
	     !pedigree_input_unchanged(hasher, file, last->look.ctime_ns)))
		return PEDIGREE_FATE_NONE;
	judge(plan, file->name, file, PEDIGREE_ROLE_INPUT, ret_verdict);
	if (!ret_verdict->kept)
		return PEDIGREE_FATE_RULE;
	if ((file->flags & PEDIGREE_FILE_RUN) ||
	    strcmp(ret_verdict->type, CODE) == 0)
		return PEDIGREE_FATE_CODE;
	if (file->flags & PEDIGREE_FILE_READ)
		return PEDIGREE_FATE_KEPT;
	return PEDIGREE_FATE_LIBRARY;
}

enum pedigree_fate pedigree_plan_output(struct pedigree_plan *plan,
					const struct pedigree_hasher *hasher,
					uint32_t index,
					struct pedigree_verdict *ret_verdict)
{
	const struct pedigree_name *name = &plan->access.paths.names.v[index];
	const struct pedigree_file *file;

	if (name->file == PEDIGREE_NOWHERE)
		return PEDIGREE_FATE_NONE;
	file = &plan->access.files.v[name->file];
	if (!(file->flags & PEDIGREE_FILE_WRITTEN) ||
	    name->kind == PEDIGREE_NAME_OTHER)
		return PEDIGREE_FATE_NONE;
	if (name->kind != PEDIGREE_NAME_REGULAR)
		return PEDIGREE_FATE_TEMPORARY;
	if (!pedigree_output_changed(hasher, file, name->look.ctime_ns))
		return PEDIGREE_FATE_UNCHANGED;
	judge(plan, index, file, PEDIGREE_ROLE_OUTPUT, ret_verdict);
	return ret_verdict->kept ? PEDIGREE_FATE_KEPT : PEDIGREE_FATE_RULE;
}

static int keep(struct pedigree_plan *plan, struct pedigree_items *items,
		uint32_t name, uint32_t file, enum pedigree_role role,
		const char *type)
{
	const struct pedigree_paths *paths = &plan->access.paths;
	struct pedigree_item *item = pedigree_vec_push(items);
	const struct pedigree_file *opened = &plan->access.files.v[file];
	uint32_t folder = paths->names.v[name].folder;
	const char *named = NULL;
	int set = 0, index;

	if (name == opened->name &&
	    pedigree_file_renamed_by_link(&plan->access, opened))
		named = paths->folders.v[opened->opened_folder].path;
	if (items == &plan->items)
		set = pedigree_plan_set(plan, paths->folders.v[folder].path,
					named, type, role);
	index = pedigree_plan_type(plan, type);
	if (!item || index < 0 || set < 0)
		return PEDIGREE_ENOMEM;
	item->name = name;
	item->file = file;
	item->set = (uint16_t)set;
	item->type = (uint16_t)index;
	item->role = (uint8_t)role;
	plan->bytes += plan->access.paths.names.v[name].look.size;
	return 0;
}

static int keep_inputs(struct pedigree_plan *plan,
		       const struct pedigree_hasher *hasher)
{
	for (uint32_t i = 0; i < plan->access.files.n; i++) {
		const struct pedigree_file *file = &plan->access.files.v[i];
		struct pedigree_verdict verdict = { 0 };
		enum pedigree_fate fate =
			pedigree_plan_input(plan, hasher, file, &verdict);
		int r = 0;

		if (fate == PEDIGREE_FATE_CODE)
			r = keep(plan, &plan->code, file->name, i,
				 PEDIGREE_ROLE_INPUT, CODE);
		else if (fate == PEDIGREE_FATE_KEPT)
			r = keep(plan, &plan->items, file->name, i,
				 PEDIGREE_ROLE_INPUT, verdict.type);
		if (r < 0)
			return r;
	}
	return 0;
}

static int keep_outputs(struct pedigree_plan *plan,
			const struct pedigree_hasher *hasher)
{
	const struct pedigree_paths *paths = &plan->access.paths;

	for (uint32_t i = 0; i < paths->names.n; i++) {
		struct pedigree_verdict verdict = { 0 };

		if (pedigree_plan_output(plan, hasher, i, &verdict) !=
		    PEDIGREE_FATE_KEPT)
			continue;
		if (keep(plan, &plan->items, i, paths->names.v[i].file,
			 PEDIGREE_ROLE_OUTPUT, verdict.type) < 0)
			return PEDIGREE_ENOMEM;
	}
	return 0;
}

static int group_items(struct pedigree_plan *plan)
{
	if (pedigree_plan_least(plan, &plan->items) < 0)
		return PEDIGREE_ENOMEM;
	pedigree_items_sort(&plan->access.paths, plan->items.v, plan->items.n);
	return pedigree_rollup_all(
		&plan->access.paths, &plan->items, &plan->sets,
		plan->facts->home,
		pedigree_config_number(plan->config, "capture", "rollup_min"),
		&plan->groups);
}

/* The first argument that is code is the program: the others are its own. */
static int find_main(struct pedigree_plan *plan)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	char **argv = plan->facts->argv;

	plan->main_name = PEDIGREE_NOWHERE;
	for (size_t i = 0; argv && argv[i] && i < ARGS_MAX; i++) {
		uint32_t name;

		if (!argv[i][0] || (i == 0 && !strchr(argv[i], '/')))
			continue;
		if (pedigree_plan_path(plan, argv[i], &path) < 0)
			return PEDIGREE_ENOMEM;
		if (strcmp(path.data, "/") == 0)
			continue;
		name = pedigree_access_name(&plan->access, path.data, NULL);
		if (name == PEDIGREE_NOWHERE)
			return PEDIGREE_ENOMEM;
		name = pedigree_paths_follow(&plan->access.paths, name);
		for (size_t k = 0; k < plan->code.n; k++) {
			if (plan->code.v[k].name != name)
				continue;
			plan->main_arg = i;
			plan->main_name = name;
			return 0;
		}
	}
	return 0;
}

int pedigree_plan_make(struct pedigree_plan *plan,
		       const struct pedigree_plan *like,
		       const struct pedigree_run_facts *facts,
		       const struct pedigree_evlog *log,
		       const struct pedigree_config *config,
		       const struct pedigree_hasher *hasher,
		       struct pedigree_error *err)
{
	int r;

	*plan = (struct pedigree_plan){ .facts = facts, .config = config };
	r = pedigree_access_read(&plan->access, facts, log, err);
	if (r < 0)
		return r;
	r = pedigree_scene_set(plan, like, err);
	if (r == 0)
		r = keep_inputs(plan, hasher);
	if (r == 0)
		r = keep_outputs(plan, hasher);
	if (r == 0)
		r = find_main(plan);
	if (r == 0)
		r = group_items(plan);
	if (r == 0)
		r = pedigree_code_group(plan);
	if (r == PEDIGREE_ENOMEM)
		pedigree_fail_memory(err);
	if (r < 0)
		pedigree_plan_clear(plan);
	return r;
}

void pedigree_plan_clear(struct pedigree_plan *plan)
{
	pedigree_access_clear(&plan->access);
	if (!plan->borrows_rules)
		pedigree_rules_free(plan->rules);
	pedigree_sets_clear(plan);
	pedigree_vec_clear(&plan->types);
	pedigree_vec_clear(&plan->items);
	pedigree_groups_clear(&plan->groups);
	pedigree_vec_clear(&plan->code);
	pedigree_groups_clear(&plan->code_groups);
	free(plan->project);
	memset(plan, 0, sizeof(*plan));
}
