/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "graph/scene.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fs.h"
#include "base/hash.h"

/* The program stands in front; a list of files may follow. */
#define ARGS_MAX 64

bool pedigree_no_project(const struct pedigree_plan *plan, const char *folder)
{
	static const char *const none[] = { "",	    "/",     "/home",	"/tmp",
					    "/usr", "/root", "/var/tmp" };
	const char *home = plan->facts->home;

	for (size_t i = 0; i < PEDIGREE_COUNT(none); i++)
		if (strcmp(folder, none[i]) == 0)
			return true;
	return home && strcmp(folder, home) == 0;
}

/*
 * Sets *ret_prefix to PREFIX of a program PREFIX/bin/NAME that looks like an
 * interpreter with a library beside it; else to NULL.
 */
static int prefix_of(const struct pedigree_plan *plan, const char *program,
		     char **ret_prefix)
{
	_cleanup_buf_ struct pedigree_buf prefix = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf lib = PEDIGREE_BUF_INIT;
	const char *slash = strrchr(program, '/');

	*ret_prefix = NULL;
	if (!slash || slash - program < 4 || strncmp(slash - 4, "/bin", 4) != 0)
		return 0;
	pedigree_buf_add(&prefix, program, (size_t)(slash - 4 - program));
	pedigree_buf_add(&lib, prefix.data, prefix.len);
	pedigree_buf_add_str(&lib, "/lib");
	if (pedigree_buf_error(&prefix) || pedigree_buf_error(&lib))
		return PEDIGREE_ENOMEM;
	if (!pedigree_no_project(plan, prefix.data) &&
	    access(lib.data, F_OK) == 0)
		*ret_prefix = pedigree_buf_take(&prefix);
	return 0;
}

/* The folder of the first argument that the run read or ran, and that is no
   interpreter. */
static int folder_of_program(struct pedigree_plan *plan, char **ret)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	char **argv = plan->facts->argv;

	for (size_t i = 0; argv && argv[i] && i < ARGS_MAX; i++) {
		_cleanup_free_ char *prefix = NULL;
		const struct pedigree_name *name;
		char *slash;
		uint32_t index;

		if (!argv[i][0] || (i == 0 && !strchr(argv[i], '/')))
			continue;
		if (pedigree_plan_path(plan, argv[i], &path) < 0)
			return PEDIGREE_ENOMEM;
		index = pedigree_access_name(&plan->access, path.data, NULL);
		if (index == PEDIGREE_NOWHERE)
			continue;
		index = pedigree_paths_follow(&plan->access.paths, index);
		name = &plan->access.paths.names.v[index];
		if (name->kind != PEDIGREE_NAME_REGULAR ||
		    name->file == PEDIGREE_NOWHERE ||
		    pedigree_path_under(path.data, "/usr") ||
		    pedigree_path_under(path.data, "/bin"))
			continue;
		if (i == 0 && prefix_of(plan, path.data, &prefix) < 0)
			return PEDIGREE_ENOMEM;
		if (prefix)
			continue;
		slash = strrchr(path.data, '/');
		*slash = '\0';
		*ret = strdup(path.data);
		return *ret ? 0 : PEDIGREE_ENOMEM;
	}
	return 0;
}

static int set_project(struct pedigree_plan *plan)
{
	const struct pedigree_run_facts *facts = plan->facts;
	const char *cwd = facts->cwd ? facts->cwd : "";

	if (facts->git_root && !pedigree_no_project(plan, facts->git_root))
		plan->project = strdup(facts->git_root);
	else if (!pedigree_no_project(plan, cwd))
		plan->project = strdup(cwd);
	else if (folder_of_program(plan, &plan->project) < 0)
		return PEDIGREE_ENOMEM;
	if (plan->project && pedigree_no_project(plan, plan->project))
		plan->project[0] = '\0';
	if (!plan->project)
		plan->project = strdup("");
	return plan->project ? 0 : PEDIGREE_ENOMEM;
}

/* Unless the project itself is in there. */
static int add_prefix(struct pedigree_plan *plan, const char *program,
		      struct pedigree_map *prefixes)
{
	_cleanup_free_ char *prefix = NULL;

	if (prefix_of(plan, program, &prefix) < 0)
		return PEDIGREE_ENOMEM;
	if (!prefix || pedigree_path_under(plan->project, prefix))
		return 0;
	return pedigree_map_at(prefixes, prefix, strlen(prefix), NULL)
		       ? 0
		       : PEDIGREE_ENOMEM;
}

static int add_prefixes(struct pedigree_plan *plan,
			struct pedigree_map *prefixes)
{
	const struct pedigree_evlog *log = plan->access.log;
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	_cleanup_map_ struct pedigree_map *seen = pedigree_map_new();

	if (!seen)
		return PEDIGREE_ENOMEM;
	for (size_t i = 0; i < log->n_processes; i++) {
		const struct pedigree_process *process = &log->processes[i];
		char real[PATH_MAX];
		bool new;

		if (!strchr(process->program, '/') ||
		    !pedigree_evlog_path(log, process->cwd, process->program,
					 &path))
			continue;
		if (!pedigree_map_at(seen, path.data, path.len, &new))
			return PEDIGREE_ENOMEM;
		if (!new)
			continue;
		/* As it was called for a virtual environment, and as it is
		   for the interpreter behind that. */
		if (add_prefix(plan, path.data, prefixes) < 0)
			return PEDIGREE_ENOMEM;
		if (realpath(path.data, real) &&
		    add_prefix(plan, real, prefixes) < 0)
			return PEDIGREE_ENOMEM;
	}
	return 0;
}

int pedigree_scene_set(struct pedigree_plan *plan,
		       const struct pedigree_plan *like,
		       struct pedigree_error *err)
{
	_cleanup_map_ struct pedigree_map *prefixes = pedigree_map_new();
	_cleanup_free_ const char **list = NULL;
	const char *state[] = { pedigree_config_spool(plan->config),
				pedigree_config_data(plan->config), NULL };
	struct pedigree_scene scene = {
		.home = plan->facts->home ? plan->facts->home : "",
		.state = state,
	};
	size_t n;
	int r;

	if (!prefixes || set_project(plan) < 0)
		return pedigree_fail_memory(err);
	if (like && strcmp(like->project, plan->project) == 0) {
		plan->rules = like->rules;
		plan->datasets = like->datasets;
		plan->borrows_rules = true;
		return 0;
	}
	if (add_prefixes(plan, prefixes) < 0)
		return pedigree_fail_memory(err);
	n = pedigree_map_count(prefixes);
	list = calloc(n + 1, sizeof(*list));
	if (!list)
		return pedigree_fail_memory(err);
	for (size_t i = 0; i < n; i++)
		list[i] = pedigree_map_key(prefixes, i, NULL);
	scene.project = plan->project;
	scene.prefixes = list;
	r = pedigree_rules_new(plan->config, &scene, &plan->rules, err);
	return r < 0 ? r
		     : pedigree_datasets_new(plan->config, &scene,
					     &plan->datasets, err);
}
