/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "hooks/fields.h"

#include <string.h>

void pedigree_fields_begin(const struct pedigree_area *area, size_t most)
{
	area->fields->open = 0;
	area->fields->name = 0;
	area->fields->most = (uint16_t)most;
	area->fields->cut = false;
}

static char *in_hand(const struct pedigree_area *area)
{
	return area->bytes + area->fields->n;
}

/* Leaves a byte for the closing NUL. */
static void append(const struct pedigree_area *area, const char *bytes,
		   size_t n)
{
	struct pedigree_fields *fields = area->fields;

	if (fields->cut)
		return;
	if (n >= area->size - fields->n - fields->open) {
		fields->cut = true;
		return;
	}
	memcpy(in_hand(area) + fields->open, bytes, n);
	fields->open = (uint16_t)(fields->open + n);
}

void pedigree_fields_name(const struct pedigree_area *area, const char *bytes,
			  size_t n)
{
	append(area, bytes, n);
	area->fields->name = area->fields->open;
}

void pedigree_fields_add(const struct pedigree_area *area, const char *bytes,
			 size_t n)
{
	struct pedigree_fields *fields = area->fields;

	if (n > (size_t)(fields->most + fields->name - fields->open) ||
	    memchr(bytes, 0, n))
		fields->cut = true;
	append(area, bytes, n);
}

int pedigree_fields_take(const struct pedigree_area *area)
{
	struct pedigree_fields *fields = area->fields;
	int n = fields->cut ? -1 : fields->open;

	if (n > 0)
		fields->n = (uint16_t)(fields->n + n);
	fields->open = 0;
	return n;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static size_t trim(char *value, size_t n)
{
	size_t blanks = 0;

	while (n && is_blank(value[n - 1]))
		n--;
	while (blanks < n && is_blank(value[blanks]))
		blanks++;
	memmove(value, value + blanks, n - blanks);
	return n - blanks;
}

/* The length of `prefix` where the value begins with it in any case. */
static size_t begins(const char *value, size_t n, const char *prefix)
{
	size_t i = 0;

	for (; prefix[i]; i++)
		if (i == n || (value[i] | 0x20) != (prefix[i] | 0x20))
			return 0;
	return i;
}

/* What may hold credentials. */
static size_t tidy(char *value, size_t n, bool reference)
{
	size_t scheme = begins(value, n, "https://"), at, user;

	if (!scheme)
		scheme = begins(value, n, "http://");
	/* A key of s3:// may well have a question mark. */
	if (!scheme && !reference)
		return n;
	for (at = scheme; at < n && value[at] != '?' && value[at] != '#';)
		at++;
	n = at;
	if (!scheme && begins(value, n, "//"))
		scheme = 2;
	if (!scheme)
		return n;
	for (at = user = scheme; at < n && value[at] != '/'; at++)
		if (value[at] == '@')
			user = at + 1;
	memmove(value + scheme, value + user, n - user);
	return n - (user - scheme);
}

int pedigree_fields_end(const struct pedigree_area *area,
			enum pedigree_fields_kind kind)
{
	struct pedigree_fields *fields = area->fields;
	char *value = in_hand(area) + fields->name;
	size_t n;

	if (!fields->cut) {
		n = (size_t)(fields->open - fields->name);
		if (kind != PEDIGREE_FIELDS_TEXT)
			n = trim(value, n);
		n = tidy(value, n, kind == PEDIGREE_FIELDS_URL);
		value[n] = 0;
		fields->open = (uint16_t)(fields->name + n + 1);
	}
	return pedigree_fields_take(area);
}
