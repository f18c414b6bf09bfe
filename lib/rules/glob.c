/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "rules/glob.h"

#include <ctype.h>
#include <string.h>

#include "rules/rules.h"

static bool in_class(const char *name, size_t n, unsigned char c)
{
	static const struct {
		const char *name;
		int (*test)(int c);
	} classes[] = {
		{ "alnum", isalnum }, { "alpha", isalpha },
		{ "blank", isblank }, { "cntrl", iscntrl },
		{ "digit", isdigit }, { "graph", isgraph },
		{ "lower", islower }, { "print", isprint },
		{ "punct", ispunct }, { "space", isspace },
		{ "upper", isupper }, { "xdigit", isxdigit },
	};

	for (size_t i = 0; i < PEDIGREE_COUNT(classes); i++) {
		if (strlen(classes[i].name) == n &&
		    !strncmp(classes[i].name, name, n))
			return classes[i].test(c);
	}
	return false;
}

/*
 * `set` points behind the '['. Returns the byte behind the closing ']', or
 * NULL when there is none: then the '[' stands for itself.
 */
static const char *match_set(const char *set, unsigned char c, bool *ret_in)
{
	bool invert = *set == '!' || *set == '^', in = false;
	const char *first;

	if (invert)
		set++;
	for (first = set; *set && (*set != ']' || set == first);) {
		unsigned char low, high;
		const char *end = set[0] == '[' && set[1] == ':'
					  ? strstr(set + 2, ":]")
					  : NULL;

		if (end) {
			if (in_class(set + 2, (size_t)(end - set) - 2, c))
				in = true;
			set = end + 2;
			continue;
		}
		if (*set == '\\' && set[1])
			set++;
		low = high = (unsigned char)*set++;
		if (set[0] == '-' && set[1] && set[1] != ']') {
			set++;
			if (*set == '\\' && set[1])
				set++;
			high = (unsigned char)*set++;
		}
		if (low <= c && c <= high)
			in = true;
	}
	if (*set != ']')
		return NULL;
	*ret_in = in != invert;
	return set + 1;
}

/* Does one byte match the element at `glob`? Returns what follows that. */
static const char *match_one(const char *glob, unsigned char c)
{
	const char *rest;
	bool in;

	switch (*glob) {
	case '\0':
		return NULL;
	case '?':
		return c == '/' ? NULL : glob + 1;
	case '[':
		rest = match_set(glob + 1, c, &in);
		if (rest)
			return in && c != '/' ? rest : NULL;
		break;
	case '\\':
		if (glob[1])
			glob++;
		break;
	default:
		break;
	}
	return (unsigned char)*glob == c ? glob + 1 : NULL;
}

/*
 * Only the last `*` and the last `**` are ever tried again: what stands
 * before a star has matched as early as it could, and that leaves the most
 * for what follows.
 */
bool pedigree_glob_match_plain(const char *glob, const char *text)
{
	const char *const start = glob;
	const char *star = NULL, *star_text = NULL;
	const char *deep = NULL, *deep_text = NULL;
	bool deep_folder = false;

	for (;;) {
		const char *next;

		if (glob[0] == '*' && glob[1] == '*') {
			deep_folder = glob[2] == '/' &&
				      (glob == start || glob[-1] == '/');
			glob += deep_folder ? 3 : 2;
			deep = glob;
			deep_text = text;
			star = NULL;
			continue;
		}
		if (*glob == '*') {
			star = ++glob;
			star_text = text;
			continue;
		}
		if (!*text && !*glob)
			return true;
		next = *text ? match_one(glob, (unsigned char)*text) : NULL;
		if (next) {
			glob = next;
			text++;
			continue;
		}
		if (star && *star_text && *star_text != '/') {
			glob = star;
			text = ++star_text;
			continue;
		}
		if (!deep)
			return false;
		/* "**" takes one byte more; "**" and a slash one folder. */
		do {
			if (!*deep_text)
				return false;
			deep_text++;
		} while (deep_folder && deep_text[-1] != '/');
		glob = deep;
		text = deep_text;
		star = NULL;
	}
}

/* The byte behind the group that opens at `open`, NULL when it never ends. */
static const char *group_end(const char *open)
{
	unsigned int depth = 0;

	for (; *open; open++) {
		if (*open == '\\' && open[1])
			open++;
		else if (*open == '{')
			depth++;
		else if (*open == '}' && --depth == 0)
			return open + 1;
	}
	return NULL;
}

static const char *first_group(const char *glob)
{
	for (; *glob; glob++) {
		if (*glob == '\\' && glob[1])
			glob++;
		else if (*glob == '{' && group_end(glob))
			return glob;
	}
	return NULL;
}

/* Replaces the group [open, end) by each of its alternatives in turn. */
static bool expand_group(const char *glob, const char *open, const char *end,
			 struct pedigree_globs *globs)
{
	const char *from = open + 1;
	unsigned int depth = 1;

	for (const char *at = from; at < end; at++) {
		_cleanup_buf_ struct pedigree_buf buf = PEDIGREE_BUF_INIT;
		char **place;

		if (*at == '\\') {
			at++;
			continue;
		}
		depth += *at == '{';
		depth -= *at == '}';
		if (depth > 1 || (depth == 1 && *at != ','))
			continue;
		pedigree_buf_add(&buf, glob, (size_t)(open - glob));
		pedigree_buf_add(&buf, from, (size_t)(at - from));
		pedigree_buf_add_str(&buf, end);
		place = pedigree_vec_push(globs);
		if (!place)
			return false;
		*place = pedigree_buf_take(&buf);
		if (!*place)
			return false;
		from = at + 1;
	}
	return true;
}

int pedigree_glob_expand(const char *glob, struct pedigree_globs *globs)
{
	size_t i = globs->n, first = i;
	char **place = pedigree_vec_push(globs);

	if (!place)
		return PEDIGREE_ENOMEM;
	*place = strdup(glob);
	if (!*place)
		return PEDIGREE_ENOMEM;
	while (i < globs->n) {
		const char *open = first_group(globs->v[i]);
		_cleanup_free_ char *whole = NULL;

		if (!open) {
			i++;
			continue;
		}
		/* The last one takes the place of the one that is split. */
		whole = globs->v[i];
		globs->v[i] = NULL;
		if (!expand_group(whole, open, group_end(open), globs))
			return PEDIGREE_ENOMEM;
		globs->v[i] = globs->v[--globs->n];
		if (globs->n - first > PEDIGREE_GLOBS_MAX)
			return PEDIGREE_ELIMIT;
	}
	return 0;
}

void pedigree_globs_clear(struct pedigree_globs *globs)
{
	for (size_t i = 0; i < globs->n; i++)
		free(globs->v[i]);
	pedigree_vec_clear(globs);
}

bool pedigree_glob_match(const char *glob, const char *path)
{
	const char *slash = strrchr(path, '/');

	return pedigree_glob_match_text(
		glob, !strchr(glob, '/') && slash ? slash + 1 : path);
}

bool pedigree_glob_match_text(const char *glob, const char *text)
{
	_cleanup_(pedigree_globs_clear) struct pedigree_globs globs = { 0 };

	if (pedigree_glob_expand(glob, &globs) < 0)
		return false;
	for (size_t i = 0; i < globs.n; i++) {
		if (pedigree_glob_match_plain(globs.v[i], text))
			return true;
	}
	return false;
}
