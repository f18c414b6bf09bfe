/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "graph/text.h"

#include <string.h>

#include "base/buf.h"

#define MARK "\xe2\x80\xa6" /* … */
#define REPLACEMENT "\xef\xbf\xbd"

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
