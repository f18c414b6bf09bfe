/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "render/text.h"

#include <stdint.h>
#include <string.h>
#include <wchar.h>

#include "render/render.h"

/*
 * Decodes one character; the number of its bytes, 0 for bytes that are not
 * UTF-8. By hand, since the locale may be any.
 */
static size_t decode(const unsigned char *s, uint32_t *ret_c)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = s[0] < 0x80	 ? 1
		   : s[0] < 0xc2 ? 0
		   : s[0] < 0xe0 ? 2
		   : s[0] < 0xf0 ? 3
		   : s[0] < 0xf5 ? 4
				 : 0;
	uint32_t c;

	if (n < 2) {
		*ret_c = s[0];
		return n;
	}
	c = s[0] & (0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return 0;
	*ret_c = c;
	return n;
}

/* Characters that steer a terminal or turn the direction of writing. */
static bool steers(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad ||
	       c == 0x061c || (c >= 0x200b && c <= 0x200f) ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) ||
	       c == 0xfeff;
}

void pedigree_text_add(struct pedigree_buf *buf, const char *text, bool ascii)
{
	const unsigned char *s = (const unsigned char *)text;

	while (*s) {
		uint32_t c = 0;
		size_t n = decode(s, &c);

		if (n && !steers(c) && (n == 1 || !ascii)) {
			pedigree_buf_add(buf, s, n);
			s += n;
			continue;
		}
		for (n = n ? n : 1; n; n--)
			pedigree_buf_addf(buf, "\\x%02x", *s++);
	}
}

static size_t width_of(uint32_t c)
{
	/* The C locale knows no width beyond ASCII. */
	int width = c < 0x80 ? 1 : wcwidth((wchar_t)c);

	return width < 0 ? 1 : (size_t)width;
}

size_t pedigree_text_width(const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t width = 0;

	while (*s) {
		uint32_t c = *s;
		size_t n = decode(s, &c);

		width += n ? width_of(c) : 1;
		s += n ? n : 1;
	}
	return width;
}

void pedigree_text_cut(struct pedigree_buf *buf, const char *text, size_t width,
		       bool ascii)
{
	const char *mark = ascii ? "~" : "…";
	const unsigned char *s = (const unsigned char *)text;
	size_t used = 0;

	if (pedigree_text_width(text) <= width) {
		pedigree_buf_add_str(buf, text);
		return;
	}
	while (*s && width) {
		uint32_t c = *s;
		size_t n = decode(s, &c);
		size_t more = n ? width_of(c) : 1;

		if (used + more > width - 1)
			break;
		n = n ? n : 1;
		pedigree_buf_add(buf, s, n);
		used += more;
		s += n;
	}
	if (width)
		pedigree_buf_add_str(buf, mark);
}

void pedigree_print_text(FILE *out, const char *text)
{
	_cleanup_buf_ struct pedigree_buf buf = PEDIGREE_BUF_INIT;

	pedigree_text_add(&buf, text, false);
	fwrite(buf.data, 1, buf.len, out);
}
