/* SPDX-License-Identifier: Apache-2.0 */
#include <config.h>

#include "rules/rules.h"

#include <string.h>

#include "base/fs.h"
#include "rules/index.h"

void pedigree_rules_free(struct pedigree_rules *rules)
{
	if (!rules)
		return;
	for (size_t i = 0; i < rules->rules.n; i++)
		free(rules->rules.v[i].glob);
	for (size_t i = 0; i < rules->patterns.n; i++)
		free(rules->patterns.v[i].glob);
	for (size_t i = 0; i < rules->mappings.n; i++)
		free(rules->mappings.v[i].prefix);
	for (size_t i = 0; i < PEDIGREE_TABLES; i++)
		pedigree_map_free(rules->tables[i]);
	pedigree_vec_clear(&rules->rules);
	pedigree_vec_clear(&rules->patterns);
	pedigree_vec_clear(&rules->chains);
	pedigree_vec_clear(&rules->always);
	pedigree_vec_clear(&rules->mappings);
	pedigree_globs_clear(&rules->names);
	free(rules->home);
	free(rules->project);
	free(rules);
}

struct question {
	const struct pedigree_rules *rules;
	const char *path, *name;
	unsigned int role;
	uint32_t best; /* number of the rule; PEDIGREE_NO_PATTERN: none yet */
};

static void try(struct question *q, const struct pedigree_pattern *pattern)
{
	const struct pedigree_rules *rules = q->rules;

	if (pattern->rule >= q->best ||
	    !(rules->rules.v[pattern->rule].roles & q->role))
		return;
	if (!pattern->certain &&
	    !pedigree_glob_match_plain(pattern->glob,
				       pattern->whole_path ? q->path : q->name))
		return;
	if (pattern->not_project &&
	    pedigree_path_under(q->path, rules->project))
		return;
	if (pattern->not_home && pedigree_path_under(q->path, rules->home))
		return;
	q->best = pattern->rule;
}

static void look_up(struct question *q, enum pedigree_table table,
		    const char *key, size_t n)
{
	uintptr_t chain =
		(uintptr_t)pedigree_map_get(q->rules->tables[table], key, n);

	if (!chain)
		return;
	for (uint32_t i = q->rules->chains.v[chain - 1].first;
	     i != PEDIGREE_NO_PATTERN;) {
		const struct pedigree_pattern *pattern =
			&q->rules->patterns.v[i];

		if (pattern->rule >= q->best)
			return;
		try(q, pattern);
		i = pattern->next;
	}
}

static void ask(struct question *q, const char *path)
{
	const char *from = strrchr(path, '/');

	q->path = path;
	q->name = from ? from + 1 : path;
	from = path;
	for (const char *slash; (slash = strchr(from, '/')); from = slash + 1) {
		look_up(q, PEDIGREE_BY_FOLDER, path, (size_t)(slash - path));
		if (slash > from)
			look_up(q, PEDIGREE_BY_COMPONENT, from,
				(size_t)(slash - from));
		if (slash > from + 1)
			look_up(q, PEDIGREE_BY_START, from, 2);
	}
	look_up(q, PEDIGREE_BY_NAME, from, strlen(from));
	if (from[0] && from[1])
		look_up(q, PEDIGREE_BY_START, from, 2);
	for (const char *dot = from; (dot = strchr(dot, '.')); dot++) {
		look_up(q, PEDIGREE_BY_SUFFIX, dot, strlen(dot));
		if (dot[1])
			look_up(q, PEDIGREE_BY_START, dot, 2);
	}
	for (size_t i = 0; i < q->rules->always.n; i++) {
		const struct pedigree_pattern *pattern =
			&q->rules->patterns.v[q->rules->always.v[i]];

		if (pattern->rule >= q->best)
			return;
		try(q, pattern);
	}
}

const struct pedigree_rule *
pedigree_rules_find(const struct pedigree_rules *rules, const char *path,
		    const char *original, enum pedigree_role role)
{
	struct question q = {
		.rules = rules,
		.role = role,
		.best = PEDIGREE_NO_PATTERN,
	};

	ask(&q, path);
	if (original)
		ask(&q, original);
	return q.best == PEDIGREE_NO_PATTERN ? NULL : &rules->rules.v[q.best];
}

void pedigree_rules_judge(const struct pedigree_rules *rules, const char *path,
			  const char *original, enum pedigree_role role,
			  struct pedigree_verdict *ret_verdict)
{
	const struct pedigree_rule *rule =
		pedigree_rules_find(rules, path, original, role);

	if (!rule) {
		*ret_verdict = (struct pedigree_verdict){
			.kept = true,
			.type = "DataSet",
			.rule = "artifact data",
			.glob = "**",
			.origin = { .file = "builtin.conf" },
		};
		return;
	}
	*ret_verdict = (struct pedigree_verdict){
		.kept = rule->type,
		.type = rule->type,
		.rule = rule->name,
		.glob = rule->glob,
		.origin = rule->setting->origin,
	};
}

bool pedigree_rules_map(const struct pedigree_rules *rules, const char *path,
			struct pedigree_buf *uri)
{
	const struct pedigree_mapping *best = NULL;
	size_t n = 0;

	for (size_t i = 0; i < rules->mappings.n; i++) {
		const struct pedigree_mapping *mapping = &rules->mappings.v[i];

		if (!pedigree_path_under(path, mapping->prefix) ||
		    (best && strlen(mapping->prefix) <= n))
			continue;
		best = mapping;
		n = strlen(mapping->prefix);
	}
	if (!best)
		return false;
	if (n == 1) /* the root's prefix ends with its slash */
		n = 0;
	pedigree_buf_reset(uri);
	pedigree_uri_below(uri, best->uri, path + n);
	return true;
}
