/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "aws/xml.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"

/* "&amp;" → '&', and behind it; NULL for what is no such entity. */
static const char *entity(const char *at, const char *end, char *ret)
{
	static const struct {
		const char *text;
		char c;
	} known[] = {
		{ "&amp;", '&' },  { "&lt;", '<' },    { "&gt;", '>' },
		{ "&quot;", '"' }, { "&apos;", '\'' },
	};
	char *stop;
	long c;

	for (size_t i = 0; i < PEDIGREE_COUNT(known); i++) {
		size_t n = strlen(known[i].text);

		if ((size_t)(end - at) >= n && !memcmp(at, known[i].text, n)) {
			*ret = known[i].c;
			return at + n;
		}
	}
	if (end - at < 4 || at[1] != '#')
		return NULL;
	c = at[2] == 'x' ? strtol(at + 3, &stop, 16)
			 : strtol(at + 2, &stop, 10);
	if (stop >= end || *stop != ';' || c < 1 || c > 126)
		return NULL;
	*ret = (char)c;
	return stop + 1;
}

/* Where the text of the first such element begins; NULL when there is none. */
static const char *opening(const char *at, const char *end, const char *name)
{
	size_t n = strlen(name);

	while ((at = memchr(at, '<', (size_t)(end - at)))) {
		at++;
		if ((size_t)(end - at) > n && !memcmp(at, name, n) &&
		    at[n] == '>')
			return at + n + 1;
	}
	return NULL;
}

bool pedigree_aws_xml_text(const struct pedigree_buf *xml, const char *name,
			   struct pedigree_buf *ret)
{
	const char *end = xml->data + xml->len;
	const char *at = opening(xml->data, end, name), *stop;
	size_t n = strlen(name), before = ret->len;

	stop = at ? memchr(at, '<', (size_t)(end - at)) : NULL;
	if (!stop || (size_t)(end - stop) < n + 3 || stop[1] != '/' ||
	    memcmp(stop + 2, name, n) != 0 || stop[n + 2] != '>' ||
	    pedigree_buf_reserve(ret, (size_t)(stop - at)) < 0)
		return false;
	while (at < stop) {
		char c = *at;

		at = c == '&' ? entity(at, stop, &c) : at + 1;
		if (!at) {
			pedigree_buf_cut(ret, before);
			return false;
		}
		pedigree_buf_add_char(ret, c);
	}
	return true;
}
