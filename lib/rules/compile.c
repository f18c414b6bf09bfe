/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From what a configuration says to patterns in tables.
 */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/fs.h"
#include "rules/index.h"
#include "rules/keys.h"
#include "rules/settings.h"

static void add_escaped(struct pedigree_buf *buf, const char *folder)
{
	for (; *folder; folder++) {
		if (strchr("*?[]{}\\", *folder))
			pedigree_buf_add_char(buf, '\\');
		pedigree_buf_add_char(buf, *folder);
	}
}

/*
 * Work is done in odd places (/usr/src/app, /var/lib/jenkins), and noise is
 * noise all the same where programs and their files are kept.
 */
static bool may_be_odd(const char *folder)
{
	static const char *const never[] = {
		"/bin",	    "/boot",	 "/etc",       "/lib",
		"/proc",    "/sbin",	 "/sys",       "/usr/bin",
		"/usr/lib", "/usr/sbin", "/usr/share",
	};

	for (size_t i = 0; i < PEDIGREE_COUNT(never); i++) {
		if (pedigree_path_under(folder, never[i]))
			return false;
	}
	return !pedigree_path_under("/usr/local", folder) &&
	       !pedigree_path_under("/dev", folder);
}

static int would_hide(const char *glob, const char *folder, bool *ret)
{
	_cleanup_buf_ struct pedigree_buf inside = PEDIGREE_BUF_INIT;

	*ret = false;
	if (!folder[0] || !may_be_odd(folder))
		return 0;
	pedigree_path_join(&inside, folder, "pedigree-looks");
	if (pedigree_buf_error(&inside))
		return PEDIGREE_ENOMEM;
	*ret = pedigree_glob_match_plain(glob, inside.data);
	return 0;
}

/* What is excluded by nobody's word but ours gives way to where work is. */
static int soften(const struct pedigree_rules *rules,
		  const struct pedigree_rule *rule,
		  struct pedigree_pattern *pattern)
{
	int r;

	if (rule->type || !pattern->whole_path ||
	    rule->setting->origin.layer != PEDIGREE_LAYER_BUILTIN)
		return 0;
	r = would_hide(pattern->glob, rules->project, &pattern->not_project);
	return r ? r
		 : would_hide(pattern->glob, rules->home, &pattern->not_home);
}

/* Adds a pattern without braces and takes its text. */
static int add_pattern(struct pedigree_rules *rules, uint32_t rule, char **glob)
{
	struct pedigree_pattern *new = pedigree_vec_push(&rules->patterns);
	int r;

	if (!new)
		return PEDIGREE_ENOMEM;
	new->glob = pedigree_take(*glob);
	new->rule = rule;
	new->next = PEDIGREE_NO_PATTERN;
	new->whole_path = strchr(new->glob, '/');
	r = soften(rules, &rules->rules.v[rule], new);
	return r ? r
		 : pedigree_rules_file(rules,
				       (uint32_t)(rules->patterns.n - 1));
}

/* The folder that a root leads to, where that is another: files are known by
   where they really are. */
static int real_root(const char *glob, char **ret)
{
	_cleanup_free_ char *real = NULL;
	_cleanup_buf_ struct pedigree_buf escaped = PEDIGREE_BUF_INIT;

	if (glob[0] != '/' || strpbrk(glob, "*?[\\"))
		return 0;
	real = realpath(glob, NULL);
	if (!real || strcmp(real, glob) == 0)
		return 0;
	add_escaped(&escaped, real);
	*ret = pedigree_buf_take(&escaped);
	return *ret ? 0 : PEDIGREE_ENOMEM;
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
	int r;

	if (folder && strcmp(folder, "/") != 0)
		add_escaped(&glob, folder);
	else if (!folder && rest[0] != '/' && strchr(rest, '/') &&
		 strncmp(rest, "**", 2) != 0)
		pedigree_buf_add_str(&glob, "**/");
	pedigree_buf_add_str(&glob, rest);
	if (rules->roots)
		while (glob.len > 1 && glob.data[glob.len - 1] == '/')
			pedigree_buf_cut(&glob, glob.len - 1);
	else if (glob.len && glob.data[glob.len - 1] == '/')
		pedigree_buf_add_str(&glob, "**");
	if (pedigree_buf_error(&glob))
		return PEDIGREE_ENOMEM;
	r = pedigree_glob_expand(glob.data, &globs);
	for (size_t i = 0; !r && i < globs.n; i++) {
		_cleanup_free_ char *real = NULL;

		if (rules->roots)
			r = real_root(globs.v[i], &real);
		if (!r)
			r = add_pattern(rules, rule, &globs.v[i]);
		if (!r && real)
			r = add_pattern(rules, rule, &real);
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

static int add_glob(struct pedigree_rules *rules, uint32_t index,
		    const struct pedigree_scene *scene,
		    struct pedigree_error *err)
{
	const struct pedigree_rule *rule = &rules->rules.v[index];
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
		r = add_patterns(rules, index, NULL, glob);
	}
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
		    const struct pedigree_setting *setting,
		    struct pedigree_rule *ret)
{
	_cleanup_buf_ struct pedigree_buf name = PEDIGREE_BUF_INIT;
	const char *section = setting->section;
	char **kept;

	ret->setting = setting;
	ret->name = "exclude";
	ret->type = NULL;
	ret->roles = PEDIGREE_ROLE_ANY;
	if (!strcmp(section, "exclude"))
		return 0;
	kept = pedigree_vec_push(&rules->names);
	pedigree_buf_addf(&name, "%s %s", section, setting->name);
	if (!kept || !(*kept = pedigree_buf_take(&name)))
		return PEDIGREE_ENOMEM;
	ret->name = *kept;
	ret->type = pedigree_config_get(config, section, setting->name, "type");
	if (!ret->type || !ret->type[0])
		ret->type = "DataSet";
	ret->roles = role_of(
		pedigree_config_get(config, section, setting->name, "role"));
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
	struct pedigree_rule all = { 0 };

	if (!word || describe(rules, config, setting, &all) < 0)
		return pedigree_fail_memory(err);
	while (pedigree_next_word(&text, word) > 0) {
		struct pedigree_rule *rule = pedigree_vec_push(&rules->rules);
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
	struct pedigree_mapping *mapping;

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

/* Has the setting patterns for these rules? */
static bool is_wanted(const struct pedigree_setting *setting, bool roots)
{
	if (roots)
		return !strcmp(setting->section, "dataset") &&
		       !strcmp(setting->key, "root");
	return !strcmp(setting->key, "match") &&
	       (!strcmp(setting->section, "artifact") ||
		!strcmp(setting->section, "exclude"));
}

static int add_layer(struct pedigree_rules *rules,
		     const struct pedigree_config *config,
		     const struct pedigree_scene *scene,
		     enum pedigree_layer layer, bool roots,
		     struct pedigree_error *err)
{
	int r = 0;

	for (size_t i = 0; !r && i < pedigree_config_count(config); i++) {
		const struct pedigree_setting *setting =
			pedigree_config_at(config, i);

		if (setting->origin.layer != layer)
			continue;
		if (!roots && !strcmp(setting->section, "map") &&
		    pedigree_config_in_force(config, i))
			r = add_mapping(rules, setting, err);
		else if (is_wanted(setting, roots))
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

int pedigree_rules_compile(const struct pedigree_config *config,
			   const struct pedigree_scene *scene, bool roots,
			   struct pedigree_rules **ret_rules,
			   struct pedigree_error *err)
{
	_cleanup_(rules_freep) struct pedigree_rules *rules = NULL;

	rules = calloc(1, sizeof(*rules));
	if (!rules)
		return pedigree_fail_memory(err);
	rules->roots = roots;
	rules->home = clean_copy(scene->home);
	rules->project = clean_copy(scene->project);
	if (!rules->home || !rules->project)
		return pedigree_fail_memory(err);
	if (!strcmp(rules->project, "/"))
		rules->project[0] = '\0';
	for (size_t i = 0; i < PEDIGREE_TABLES; i++) {
		rules->tables[i] = pedigree_map_new();
		if (!rules->tables[i])
			return pedigree_fail_memory(err);
	}
	for (int layer = PEDIGREE_LAYER_FLAG; layer >= PEDIGREE_LAYER_BUILTIN;
	     layer--) {
		int r = add_layer(rules, config, scene,
				  (enum pedigree_layer)layer, roots, err);

		if (r < 0)
			return r;
	}
	*ret_rules = pedigree_take(rules);
	return 0;
}

int pedigree_rules_new(const struct pedigree_config *config,
		       const struct pedigree_scene *scene,
		       struct pedigree_rules **ret_rules,
		       struct pedigree_error *err)
{
	return pedigree_rules_compile(config, scene, false, ret_rules, err);
}
