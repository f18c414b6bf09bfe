/* SPDX-License-Identifier: Apache-2.0 */
#include <config.h>

#include "rules/index.h"

#include <string.h>

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
	enum pedigree_table table; /* PEDIGREE_TABLES: none */
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
	ret->table = PEDIGREE_BY_FOLDER;
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
		ret->table = PEDIGREE_BY_COMPONENT;
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
		ret->table = PEDIGREE_BY_SUFFIX;
		ret->certain = anywhere && suffix == name + 1 && *name == '*';
	} else if (!has_wildcard(name, strlen(name))) {
		literal(&ret->key, name, strlen(name));
		ret->table = PEDIGREE_BY_NAME;
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
	ret->table = PEDIGREE_BY_START;
}

/* A slash in a set, as it seems, or behind a backslash ends no component. */
static bool has_odd_slash(const char *glob)
{
	const char *set = strchr(glob, '[');
	const char *slash = set ? strchr(set, '/') : NULL;

	return (slash && strchr(slash, ']')) || strstr(glob, "\\/");
}

static void find_place(const char *glob, struct place *ret)
{
	ret->table = PEDIGREE_TABLES;
	if (has_odd_slash(glob))
		return;
	if (glob[0] == '/')
		place_folder(glob, ret);
	if (ret->table == PEDIGREE_TABLES)
		place_component(glob, ret);
	if (ret->table == PEDIGREE_TABLES)
		place_name(glob, ret);
	if (ret->table == PEDIGREE_TABLES)
		place_start(glob, ret);
}

static int append_to_chain(struct pedigree_rules *rules,
			   const struct place *place, uint32_t index)
{
	struct pedigree_chain *chain;
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

int pedigree_rules_file(struct pedigree_rules *rules, uint32_t index)
{
	struct place place = { .key = PEDIGREE_BUF_INIT };
	uint32_t *always;
	int r;

	find_place(rules->patterns.v[index].glob, &place);
	if (place.table != PEDIGREE_TABLES) {
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
