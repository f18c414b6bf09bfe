/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "rules/glob_plain.h"

#include <string.h>

/*
 * In the "C" locale, as ranges: libc's own tests would drag its locale into
 * the shim.
 */
static bool in_class(const char *name, size_t n, unsigned char c)
{
	static const struct {
		char name[7];
		char ranges[9]; /* pairs of first and last */
	} classes[] = {
		{ "alnum", "09AZaz" },	 { "alpha", "AZaz" },
		{ "blank", "\t\t  " },	 { "cntrl", "\1\37\177\177" },
		{ "digit", "09" },	 { "graph", "!~" },
		{ "lower", "az" },	 { "print", " ~" },
		{ "punct", "!/:@[`{~" }, { "space", "\t\r  " },
		{ "upper", "AZ" },	 { "xdigit", "09AFaf" },
	};

	for (size_t i = 0; i < sizeof(classes) / sizeof(*classes); i++) {
		const char *range = classes[i].ranges;

		if (strlen(classes[i].name) != n ||
		    strncmp(classes[i].name, name, n) != 0)
			continue;
		for (; *range; range += 2)
			if ((unsigned char)range[0] <= c &&
			    c <= (unsigned char)range[1])
				return true;
		return false;
	}
	return false;
}

/* The end of a "[:name:]" whose name begins at `name`; NULL: there is none. */
static const char *class_end(const char *name)
{
	for (; *name; name++)
		if (name[0] == ':' && name[1] == ']')
			return name;
	return NULL;
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
					  ? class_end(set + 2)
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
