/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "rules/glob.h"

#include <string.h>

#include "rules/rules.h"

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

void pedigree_glob_add_any(struct pedigree_buf *buf, const char *glob)
{
	for (; *glob; glob++) {
		if (*glob == '\\' && glob[1])
			pedigree_buf_add_char(buf, *glob++);
		else if (*glob == '*' && glob[1] == '*')
			continue;
		else if (*glob == '*')
			pedigree_buf_add_char(buf, '*');
		pedigree_buf_add_char(buf, *glob);
	}
}
