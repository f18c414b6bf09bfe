/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inputs and outputs that somebody declared: in the record whatever the
 * rules say, and whether or not they were seen.
 */
#include "config.h"

#include <fts.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fs.h"
#include "graph/builder.h"

#define FALLBACK "DataSet"
/* A declared folder is walked: not for ever. */
#define WALK_MAX 1000000

static const char *type_of(struct pedigree_builder *builder, const char *path,
			   enum pedigree_role role)
{
	struct pedigree_verdict verdict = { 0 };

	pedigree_rules_judge(builder->plan.rules, path, NULL, role, &verdict);
	return verdict.kept ? verdict.type : FALLBACK;
}

static int add_item(struct pedigree_builder *builder, const char *path,
		    int type, enum pedigree_role role,
		    struct pedigree_items *items)
{
	struct pedigree_access *access = &builder->plan.access;
	struct pedigree_item *item = pedigree_vec_push(items);
	uint32_t name = pedigree_access_name(access, path, NULL);
	const struct pedigree_file *file;

	if (!item || name == PEDIGREE_NOWHERE)
		return PEDIGREE_ENOMEM;
	name = pedigree_paths_follow(&access->paths, name);
	*item = (struct pedigree_item){
		.name = name,
		.file = PEDIGREE_NOWHERE,
		.type = (uint16_t)type,
		.role = (uint8_t)role,
	};
	/* Seen, too: then it is known when it was read or written. */
	if (access->paths.names.v[name].file == PEDIGREE_NOWHERE)
		return 0;
	file = &access->files.v[access->paths.names.v[name].file];
	if (file->name != name || (file->flags & PEDIGREE_FILE_DESTROYED))
		return 0;
	if (role == PEDIGREE_ROLE_INPUT ? (file->flags & PEDIGREE_FILE_INPUT)
					: (file->flags & PEDIGREE_FILE_WRITTEN))
		item->file = access->paths.names.v[name].file;
	return 0;
}

static int walk(struct pedigree_builder *builder, const char *folder, int type,
		enum pedigree_role role, struct pedigree_items *items)
{
	_cleanup_free_ char *copy = strdup(folder);
	char *const roots[] = { copy, NULL };
	const FTSENT *entry;
	int r = 0;
	FTS *fts;

	if (!copy)
		return PEDIGREE_ENOMEM;
	fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	if (!fts)
		return 0;
	while (r == 0 && items->n < WALK_MAX && (entry = fts_read(fts)))
		if (entry->fts_info == FTS_F &&
		    S_ISREG(entry->fts_statp->st_mode))
			r = add_item(builder, entry->fts_path, type, role,
				     items);
	fts_close(fts);
	return r;
}

int pedigree_builder_path(struct pedigree_builder *builder, const char *path,
			  const char *type, enum pedigree_role role,
			  size_t *ret_index)
{
	struct pedigree_plan *plan = &builder->plan;
	struct pedigree_items items = { 0 };
	struct pedigree_group group = { 0 };
	struct stat st;
	int index;
	int r;

	index = pedigree_plan_type(plan,
				   type ? type : type_of(builder, path, role));
	if (index < 0)
		return PEDIGREE_ENOMEM;
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		uint32_t folder =
			pedigree_paths_folder(&plan->access.paths, path);

		if (folder == PEDIGREE_NOWHERE)
			return PEDIGREE_ENOMEM;
		folder = plan->access.paths.folders.v[folder].real;
		group.folder =
			strdup(plan->access.paths.folders.v[folder].path);
		r = group.folder
			    ? pedigree_plan_set_at(plan, group.folder, role)
			    : PEDIGREE_ENOMEM;
		if (r > 0)
			group.set = (uint16_t)r;
		if (r >= 0)
			r = walk(builder, group.folder, index, role, &items);
		pedigree_items_sort(&plan->access.paths, items.v, items.n);
	} else {
		r = add_item(builder, path, index, role, &items);
	}
	group.n = items.n;
	if (r == 0 && items.n)
		r = pedigree_builder_group(builder, items.v, &group, false,
					   ret_index);
	else if (r == 0)
		/* An empty folder. */
		r = PEDIGREE_ENOTFOUND;
	free(group.folder);
	pedigree_vec_clear(&items);
	return r;
}

int pedigree_builder_given(struct pedigree_builder *builder, const char *given,
			   const char *type, enum pedigree_role role,
			   size_t *ret_index)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf named = PEDIGREE_BUF_INIT;
	const char *scheme = strstr(given, "://");

	if (type && !type[0])
		type = NULL;
	if (pedigree_uri_to_path(&named, given))
		given = named.data;
	else if (scheme) {
		const char *key = strchr(scheme + 3, '/');

		if (!type)
			type = type_of(builder, key ? key : "/", role);
		return pedigree_builder_uri(builder, given, type, ret_index);
	}
	if (pedigree_plan_path(&builder->plan, given, &path) < 0)
		return PEDIGREE_ENOMEM;
	if (strcmp(path.data, "/") == 0)
		return PEDIGREE_ENOTFOUND;
	return pedigree_builder_path(builder, path.data, type, role, ret_index);
}

static int declare(struct pedigree_builder *builder, const char *given,
		   const char *type, enum pedigree_role role)
{
	size_t artifact;
	int r;

	if (!given[0])
		return 0;
	r = pedigree_builder_given(builder, given, type, role, &artifact);
	if (r == PEDIGREE_ENOTFOUND)
		return 0;
	return r < 0 ? r : pedigree_builder_connect(builder, artifact, role);
}

int pedigree_builder_declared(struct pedigree_builder *builder)
{
	const struct pedigree_run_facts *facts = builder->facts;
	const struct pedigree_evlog *log = builder->log;
	int r = 0;

	for (size_t i = 0; i < facts->inputs.n && r == 0; i++)
		r = declare(builder, facts->inputs.v[i], NULL,
			    PEDIGREE_ROLE_INPUT);
	for (size_t i = 0; i < facts->outputs.n && r == 0; i++)
		r = declare(builder, facts->outputs.v[i], NULL,
			    PEDIGREE_ROLE_OUTPUT);
	for (size_t i = 0; i < log->n_events && r == 0; i++) {
		const struct pedigree_event *event = &log->events[i];

		if (event->type == PEDIGREE_EV_INPUT)
			r = declare(builder, event->text, event->text2,
				    PEDIGREE_ROLE_INPUT);
		else if (event->type == PEDIGREE_EV_OUTPUT)
			r = declare(builder, event->text, event->text2,
				    PEDIGREE_ROLE_OUTPUT);
	}
	return r;
}
