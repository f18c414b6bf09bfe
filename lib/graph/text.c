/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "graph/text.h"

#include <string.h>

#include "base/buf.h"

#define MARK "\xe2\x80\xa6" /* … */
#define REPLACEMENT "\xef\xbf\xbd"

size_t pedigree_utf8_length(const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t n;

	if (s[0] < 0x80)
		return s[0] ? 1 : 0;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	n = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	for (size_t i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	/* Over-long forms, surrogates, and above U+10FFFF. */
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return n;
}

char *pedigree_clean_text(const char *text, size_t max)
{
	_cleanup_buf_ struct pedigree_buf buf = PEDIGREE_BUF_INIT;
	size_t fits = 0; /* length after which the mark still fits */

	while (*text) {
		size_t n = pedigree_utf8_length(text);

		if (buf.len + strlen(MARK) <= max)
			fits = buf.len;
		if (n)
			pedigree_buf_add(&buf, text, n);
		else
			pedigree_buf_add_str(&buf, REPLACEMENT);
		text += n ? n : 1;
		if (buf.len > max) {
			pedigree_buf_cut(&buf, fits);
			pedigree_buf_add_str(&buf, MARK);
			break;
		}
	}
	if (pedigree_buf_error(&buf))
		return NULL;
	return buf.len ? pedigree_buf_take(&buf) : strdup("");
}
