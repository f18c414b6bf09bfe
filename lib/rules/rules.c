/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules are compiled into patterns (a glob without braces, "~" and {…} put
 * in), and each pattern is filed under something literal that every path it
 * matches has: a folder it is in, a component, its name, its suffix, or two
 * bytes. To judge a path is to look up what it has in these tables; only
 * patterns with nothing literal there (`*~`) are tried on every path. The lowest
 * number among what matches wins.
 */
#include <config.h>

#include "rules/rules.h"

#include <string.h>

#include "base/err.h"
#include "base/fs.h"
#include "base/hash.h"
#include "base/vec.h"
#include "rules/glob.h"
#include "rules/keys.h"
#include "rules/settings.h"

enum table {
	BY_FOLDER,    /* "/usr": of /usr/… */
	BY_COMPONENT, /* "node_modules": of …/node_modules/… */
	BY_NAME,      /* "Makefile": of …/Makefile */
	BY_SUFFIX,    /* ".py", ".tar.gz": of the name */
	BY_START, /* two bytes: a component begins with them, or the name has
		     them and the first is a dot */
	TABLES
};

#define NO_PATTERN UINT32_MAX

struct rule {
	const struct pedigree_setting *setting;
	char *glob;	  /* as it was written, without quotes */
	const char *name; /* "artifact model", "exclude" */
	const char *type; /* NULL: excluded */
	unsigned int roles;
};

struct pattern {
	char *glob;
	uint32_t rule;
	uint32_t next;	 /* of the same table and key, rule not lower */
	bool certain;	 /* being in the table is the whole match */
	bool whole_path; /* has a slash */
	/* Of a built-in exclusion that would hide all of the project (home):
	   it is not meant for what is below that. */
	bool not_project, not_home;
};

/* The patterns of one key; tables hold the chain's index plus one. */
struct chain {
	uint32_t first, last;
};

struct mapping {
	char *prefix;
	const char *uri;
};

struct pedigree_rules {
	PEDIGREE_VEC(struct rule) rules;
	PEDIGREE_VEC(struct pattern) patterns;
	PEDIGREE_VEC(struct chain) chains;
	PEDIGREE_VEC(uint32_t) always; /* patterns in no table */
	PEDIGREE_VEC(struct mapping) mappings;
	struct pedigree_globs names; /* what rule.name points to */
	struct pedigree_map *tables[TABLES];
	char *home, *project;
};

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
	for (size_t i = 0; i < TABLES; i++)
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

/*
 * Compiling: where to file a pattern
 */

static bool has_wildcard(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (strchr("*?[", text[i]))
			return true;
		if (text[i] == '\\')
			i++;
	}
	return false;
}

/* The bytes that a piece without wildcards stands for. */
static void literal(struct pedigree_buf *buf, const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (text[i] == '\\' && i + 1 < n)
			i++;
		pedigree_buf_add_char(buf, text[i]);
	}
}

struct place {
	enum table table; /* TABLES: none */
	struct pedigree_buf key;
	bool certain;
};

static void place_folder(const char *glob, struct place *ret)
{
	size_t n = strcspn(glob, "*?[");
	const char *wild = glob + n;

	while (n && glob[n - 1] != '/')
		n--;
	if (!n || has_wildcard(glob, n))
		return;
	literal(&ret->key, glob, n - 1);
	ret->table = BY_FOLDER;
	ret->certain = wild == glob + n && !strcmp(wild, "**");
}

/* A component between two slashes that has no wildcard. */
static void place_component(const char *glob, struct place *ret)
{
	for (const char *from = glob, *to; (to = strchr(from, '/'));
	     from = to + 1) {
		size_t n = (size_t)(to - from);

		if (!n || has_wildcard(from, n))
			continue;
		literal(&ret->key, from, n);
		ret->table = BY_COMPONENT;
		ret->certain = from == glob + 3 && !strncmp(glob, "**/", 3) &&
			       !strcmp(to, "/**");
		return;
	}
}

/* Of `*_model*.tar.gz` and `*.csv`, what stands from the first dot on behind
   the last wildcard. */
static const char *suffix_of(const char *name)
{
	const char *tail = name;

	for (const char *at = name; *at; at++) {
		if (strchr("*?[]", *at))
			tail = at + 1;
		else if (*at == '\\' && at[1])
			at++;
	}
	return tail > name ? strchr(tail, '.') : NULL;
}

static void place_name(const char *glob, struct place *ret)
{
	const char *slash = strrchr(glob, '/');
	const char *name = slash ? slash + 1 : glob;
	bool anywhere =
		!slash || (slash == glob + 2 && !strncmp(glob, "**/", 3));
	const char *suffix = suffix_of(name);

	if (suffix) {
		literal(&ret->key, suffix, strlen(suffix));
		ret->table = BY_SUFFIX;
		ret->certain = anywhere && suffix == name + 1 && *name == '*';
	} else if (!has_wildcard(name, strlen(name))) {
		literal(&ret->key, name, strlen(name));
		ret->table = BY_NAME;
		ret->certain = anywhere;
	}
}

static bool is_start(const char *two)
{
	return two[0] && two[1] && !strchr("*?[\\/", two[0]) &&
	       !strchr("*?[\\/", two[1]);
}

static void place_start(const char *glob, struct place *ret)
{
	const char *name = strrchr(glob, '/');
	const char *two = NULL;

	for (const char *from = glob; from && !two;) {
		if (is_start(from))
			two = from;
		from = strchr(from, '/');
		if (from)
			from++;
	}
	/* A dot in a set need not be in the name. */
	for (const char *dot = name ? name : glob;
	     !two && !strchr(glob, '[') && (dot = strchr(dot, '.')); dot++) {
		if (is_start(dot))
			two = dot;
	}
	if (!two)
		return;
	literal(&ret->key, two, 2);
	ret->table = BY_START;
}

static void find_place(const char *glob, struct place *ret)
{
	ret->table = TABLES;
	if (glob[0] == '/')
		place_folder(glob, ret);
	if (ret->table == TABLES)
		place_component(glob, ret);
	if (ret->table == TABLES)
		place_name(glob, ret);
	if (ret->table == TABLES)
		place_start(glob, ret);
}

static int append_to_chain(struct pedigree_rules *rules,
			   const struct place *place, uint32_t index)
{
	struct chain *chain;
	void **value;

	if (pedigree_buf_error(&place->key))
		return PEDIGREE_ENOMEM;
	value = pedigree_map_at(rules->tables[place->table], place->key.data,
				place->key.len, NULL);
	if (!value)
		return PEDIGREE_ENOMEM;
	if (*value) {
		chain = &rules->chains.v[(uintptr_t)*value - 1];
		rules->patterns.v[chain->last].next = index;
		chain->last = index;
		return 0;
	}
	chain = pedigree_vec_push(&rules->chains);
	if (!chain)
		return PEDIGREE_ENOMEM;
	chain->first = chain->last = index;
	*value = (void *)(uintptr_t)rules->chains.n;
	return 0;
}

static int file_pattern(struct pedigree_rules *rules, uint32_t index)
{
	struct place place = { .key = PEDIGREE_BUF_INIT };
	uint32_t *always;
	int r;

	find_place(rules->patterns.v[index].glob, &place);
	if (place.table != TABLES) {
		rules->patterns.v[index].certain = place.certain;
		r = append_to_chain(rules, &place, index);
		pedigree_buf_clear(&place.key);
		return r;
	}
	always = pedigree_vec_push(&rules->always);
	if (!always)
		return PEDIGREE_ENOMEM;
	*always = index;
	return 0;
}

/*
 * Compiling: from what is written to patterns
 */

static void add_escaped(struct pedigree_buf *buf, const char *folder)
{
	for (; *folder; folder++) {
		if (strchr("*?[]{}\\", *folder))
			pedigree_buf_add_char(buf, '\\');
		pedigree_buf_add_char(buf, *folder);
	}
}

static bool would_hide(const char *glob, const char *folder)
{
	_cleanup_buf_ struct pedigree_buf inside = PEDIGREE_BUF_INIT;

	if (!folder[0])
		return false;
	pedigree_path_join(&inside, folder, "pedigree-looks");
	return pedigree_glob_match_plain(glob, inside.data);
}

/*
 * Adds the patterns of `rest`, which stands below `folder` (a literal) unless
 * that is NULL.
 */
static int add_patterns(struct pedigree_rules *rules, uint32_t rule,
			const char *folder, const char *rest)
{
	_cleanup_(pedigree_globs_clear) struct pedigree_globs globs = { 0 };
	_cleanup_buf_ struct pedigree_buf glob = PEDIGREE_BUF_INIT;
	const struct rule *of = &rules->rules.v[rule];
	bool soft = !of->type &&
		    of->setting->origin.layer == PEDIGREE_LAYER_BUILTIN;
	int r;

	if (folder && strcmp(folder, "/") != 0)
		add_escaped(&glob, folder);
	else if (!folder && rest[0] != '/' && strchr(rest, '/') &&
		 strncmp(rest, "**", 2) != 0)
		pedigree_buf_add_str(&glob, "**/");
	pedigree_buf_add_str(&glob, rest);
	if (glob.len && glob.data[glob.len - 1] == '/')
		pedigree_buf_add_str(&glob, "**");
	if (pedigree_buf_error(&glob))
		return PEDIGREE_ENOMEM;
	r = pedigree_glob_expand(glob.data, &globs);
	for (size_t i = 0; !r && i < globs.n; i++) {
		struct pattern *new = pedigree_vec_push(&rules->patterns);

		if (!new)
			return PEDIGREE_ENOMEM;
		new->glob = pedigree_take(globs.v[i]);
		new->rule = rule;
		new->next = NO_PATTERN;
		new->whole_path = strchr(new->glob, '/');
		new->not_project = soft &&new->whole_path &&would_hide(
			new->glob, rules->project);
		new->not_home = soft &&new->whole_path &&would_hide(
			new->glob, rules->home);
		r = file_pattern(rules, (uint32_t)(rules->patterns.n - 1));
	}
	return r;
}

/* The interpreter that `~/bin/train` or the project's own bin/ seems to have
   is none: all of home or the project would be its packages. */
static bool is_prefix(const struct pedigree_rules *rules, const char *prefix)
{
	return prefix[0] == '/' && prefix[1] && strcmp(prefix, "/usr") != 0 &&
	       !pedigree_path_under(rules->home, prefix) &&
	       !pedigree_path_under(rules->project, prefix);
}

static int add_below_each(struct pedigree_rules *rules, uint32_t rule,
			  const char *const *folders, bool prefixes,
			  const char *rest)
{
	int r = 0;

	for (; !r && folders && *folders; folders++) {
		if (prefixes ? is_prefix(rules, *folders) : **folders == '/')
			r = add_patterns(rules, rule, *folders, rest);
	}
	return r;
}

/* "{word}…": the rest behind it; NULL when it is not that. */
static const char *behind(const char *glob, const char *word)
{
	size_t n = strlen(word);

	return !strncmp(glob, word, n) && glob[n] == '/' ? glob + n : NULL;
}

static int unknown_word(const struct rule *rule, struct pedigree_error *err)
{
	return pedigree_config_fail(
		&rule->setting->origin, err,
		"'%s': a pattern may begin with ~/, {prefix}/, {project}/ or {state}/, and {…} elsewhere needs a comma",
		pedigree_shown(rule->glob));
}

/* Is there a group without a comma, as in {projct}/data? */
static bool has_odd_group(const char *glob)
{
	const char *open = strchr(glob, '{');
	const char *close = open ? strchr(open, '}') : NULL;

	return close && open[-(open > glob)] != '\\' &&
	       !memchr(open, ',', (size_t)(close - open));
}

static int add_glob(struct pedigree_rules *rules, uint32_t index,
		    const struct pedigree_scene *scene,
		    struct pedigree_error *err)
{
	const struct rule *rule = &rules->rules.v[index];
	const char *glob = rule->glob, *rest;
	int r = 0;

	if ((rest = behind(glob, "~"))) {
		if (rules->home[0])
			r = add_patterns(rules, index, rules->home, rest);
	} else if ((rest = behind(glob, "{project}"))) {
		if (rules->project[0])
			r = add_patterns(rules, index, rules->project, rest);
	} else if ((rest = behind(glob, "{prefix}"))) {
		r = add_below_each(rules, index, scene->prefixes, true, rest);
	} else if ((rest = behind(glob, "{state}"))) {
		r = add_below_each(rules, index, scene->state, false, rest);
	} else {
		rest = glob;
		r = has_odd_group(glob)
			    ? unknown_word(rule, err)
			    : add_patterns(rules, index, NULL, glob);
	}
	if (r == PEDIGREE_ELIMIT)
		return pedigree_config_fail(
			&rule->setting->origin, err,
			"'%s' stands for more than %d patterns",
			pedigree_shown(glob), PEDIGREE_GLOBS_MAX);
	return r == PEDIGREE_ENOMEM ? pedigree_fail_memory(err) : r;
}

static unsigned int role_of(const char *word)
{
	if (word && !strcmp(word, "input"))
		return PEDIGREE_ROLE_INPUT;
	if (word && !strcmp(word, "output"))
		return PEDIGREE_ROLE_OUTPUT;
	return PEDIGREE_ROLE_ANY;
}

/* What a section says of all its globs. */
static int describe(struct pedigree_rules *rules,
		    const struct pedigree_config *config,
		    const struct pedigree_setting *setting, struct rule *ret)
{
	_cleanup_buf_ struct pedigree_buf name = PEDIGREE_BUF_INIT;
	bool artifact = !strcmp(setting->section, "artifact");
	char **kept;

	ret->setting = setting;
	ret->name = "exclude";
	ret->type = NULL;
	ret->roles = PEDIGREE_ROLE_ANY;
	if (!artifact)
		return 0;
	kept = pedigree_vec_push(&rules->names);
	pedigree_buf_addf(&name, "artifact %s", setting->name);
	if (!kept || !(*kept = pedigree_buf_take(&name)))
		return PEDIGREE_ENOMEM;
	ret->name = *kept;
	ret->type =
		pedigree_config_get(config, "artifact", setting->name, "type");
	if (!ret->type || !ret->type[0])
		ret->type = "DataSet";
	ret->roles = role_of(
		pedigree_config_get(config, "artifact", setting->name, "role"));
	return 0;
}

static int add_setting(struct pedigree_rules *rules,
		       const struct pedigree_config *config,
		       const struct pedigree_scene *scene,
		       const struct pedigree_setting *setting,
		       struct pedigree_error *err)
{
	_cleanup_free_ char *word = malloc(strlen(setting->value) + 1);
	const char *text = setting->value;
	struct rule all = { 0 };

	if (!word || describe(rules, config, setting, &all) < 0)
		return pedigree_fail_memory(err);
	while (pedigree_next_word(&text, word) > 0) {
		struct rule *rule = pedigree_vec_push(&rules->rules);
		int r;

		if (!rule)
			return pedigree_fail_memory(err);
		*rule = all;
		rule->glob = strdup(word);
		if (!rule->glob)
			return pedigree_fail_memory(err);
		r = add_glob(rules, (uint32_t)(rules->rules.n - 1), scene, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int add_mapping(struct pedigree_rules *rules,
		       const struct pedigree_setting *setting,
		       struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf prefix = PEDIGREE_BUF_INIT;
	struct mapping *mapping;

	if (setting->key[0] == '~' && !rules->home[0])
		return 0;
	if (setting->key[0] == '~')
		pedigree_buf_addf(&prefix, "%s%s", rules->home,
				  setting->key + 1);
	else
		pedigree_buf_add_str(&prefix, setting->key);
	mapping = pedigree_vec_push(&rules->mappings);
	if (!mapping || !(mapping->prefix = pedigree_buf_take(&prefix)))
		return pedigree_fail_memory(err);
	pedigree_path_clean(mapping->prefix);
	mapping->uri = setting->value;
	return 0;
}

static int add_layer(struct pedigree_rules *rules,
		     const struct pedigree_config *config,
		     const struct pedigree_scene *scene,
		     enum pedigree_layer layer, struct pedigree_error *err)
{
	int r = 0;

	for (size_t i = 0; !r && i < pedigree_config_count(config); i++) {
		const struct pedigree_setting *setting =
			pedigree_config_at(config, i);

		if (setting->origin.layer != layer)
			continue;
		if (!strcmp(setting->section, "map") &&
		    pedigree_config_in_force(config, i))
			r = add_mapping(rules, setting, err);
		else if (!strcmp(setting->key, "match") &&
			 (!strcmp(setting->section, "artifact") ||
			  !strcmp(setting->section, "exclude")))
			r = add_setting(rules, config, scene, setting, err);
	}
	return r;
}

static void rules_freep(struct pedigree_rules **rules)
{
	pedigree_rules_free(*rules);
}

static char *clean_copy(const char *path)
{
	char *copy = strdup(path && path[0] == '/' ? path : "");

	if (copy && copy[0])
		pedigree_path_clean(copy);
	return copy;
}

int pedigree_rules_new(const struct pedigree_config *config,
		       const struct pedigree_scene *scene,
		       struct pedigree_rules **ret_rules,
		       struct pedigree_error *err)
{
	_cleanup_(rules_freep) struct pedigree_rules *rules = NULL;

	rules = calloc(1, sizeof(*rules));
	if (!rules)
		return pedigree_fail_memory(err);
	rules->home = clean_copy(scene->home);
	rules->project = clean_copy(scene->project);
	if (!rules->home || !rules->project)
		return pedigree_fail_memory(err);
	if (!strcmp(rules->project, "/"))
		rules->project[0] = '\0';
	for (size_t i = 0; i < TABLES; i++) {
		rules->tables[i] = pedigree_map_new();
		if (!rules->tables[i])
			return pedigree_fail_memory(err);
	}
	for (int layer = PEDIGREE_LAYER_FLAG; layer >= PEDIGREE_LAYER_BUILTIN;
	     layer--) {
		int r = add_layer(rules, config, scene,
				  (enum pedigree_layer)layer, err);

		if (r < 0)
			return r;
	}
	*ret_rules = pedigree_take(rules);
	return 0;
}

/*
 * Judging
 */

struct question {
	const struct pedigree_rules *rules;
	const char *path, *name;
	unsigned int role;
	uint32_t best; /* number of the rule; NO_PATTERN: none yet */
};

static void try(struct question *q, const struct pattern *pattern)
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

static void look_up(struct question *q, enum table table, const char *key,
		    size_t n)
{
	uintptr_t chain =
		(uintptr_t)pedigree_map_get(q->rules->tables[table], key, n);

	if (!chain)
		return;
	for (uint32_t i = q->rules->chains.v[chain - 1].first;
	     i != NO_PATTERN;) {
		const struct pattern *pattern = &q->rules->patterns.v[i];

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
		look_up(q, BY_FOLDER, path, (size_t)(slash - path));
		if (slash > from)
			look_up(q, BY_COMPONENT, from, (size_t)(slash - from));
		if (slash > from + 1)
			look_up(q, BY_START, from, 2);
	}
	look_up(q, BY_NAME, from, strlen(from));
	if (from[0] && from[1])
		look_up(q, BY_START, from, 2);
	for (const char *dot = from; (dot = strchr(dot, '.')); dot++) {
		look_up(q, BY_SUFFIX, dot, strlen(dot));
		if (dot[1])
			look_up(q, BY_START, dot, 2);
	}
	for (size_t i = 0; i < q->rules->always.n; i++) {
		const struct pattern *pattern =
			&q->rules->patterns.v[q->rules->always.v[i]];

		if (pattern->rule >= q->best)
			return;
		try(q, pattern);
	}
}

void pedigree_rules_judge(const struct pedigree_rules *rules, const char *path,
			  const char *original, enum pedigree_role role,
			  struct pedigree_verdict *ret_verdict)
{
	struct question q = {
		.rules = rules,
		.role = role,
		.best = NO_PATTERN,
	};
	const struct rule *rule;

	ask(&q, path);
	if (original)
		ask(&q, original);
	if (q.best == NO_PATTERN) {
		*ret_verdict = (struct pedigree_verdict){
			.kept = true,
			.type = "DataSet",
			.rule = "artifact data",
			.glob = "**",
			.origin = { .file = "builtin.conf" },
		};
		return;
	}
	rule = &rules->rules.v[q.best];
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
	_cleanup_buf_ struct pedigree_buf rest = PEDIGREE_BUF_INIT;
	const struct mapping *best = NULL;
	size_t n = 0;

	for (size_t i = 0; i < rules->mappings.n; i++) {
		const struct mapping *mapping = &rules->mappings.v[i];

		if (!pedigree_path_under(path, mapping->prefix) ||
		    (best && strlen(mapping->prefix) <= n))
			continue;
		best = mapping;
		n = strlen(mapping->prefix);
	}
	if (!best)
		return false;
	pedigree_buf_reset(uri);
	pedigree_buf_add_str(uri, best->uri);
	while (uri->len && uri->data[uri->len - 1] == '/')
		pedigree_buf_cut(uri, uri->len - 1);
	if (n == 1) /* the root's prefix ends with its slash */
		n = 0;
	if (!path[n])
		return true;
	pedigree_path_to_uri(&rest, path + n);
	pedigree_buf_add_str(uri, rest.data + strlen("file://"));
	return true;
}
