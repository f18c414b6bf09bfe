/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "cli/json.h"

#include <stdio.h>

/* Bytes of the UTF-8 sequence at `text`; 0 for what is none. */
static unsigned int utf8_length(const unsigned char *text)
{
	unsigned int n = text[0] < 0x80	   ? 1
			 : text[0] >= 0xf0 ? 4
			 : text[0] >= 0xe0 ? 3
					   : 2;

	if (text[0] > 0xf4 || (text[0] >= 0x80 && text[0] < 0xc2) ||
	    (text[0] == 0xe0 && text[1] < 0xa0) ||
	    (text[0] == 0xed && text[1] > 0x9f) ||
	    (text[0] == 0xf0 && text[1] < 0x90) ||
	    (text[0] == 0xf4 && text[1] > 0x8f))
		return 0;
	for (unsigned int i = 1; i < n; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	}
	return n;
}

void cli_json_string(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;

	putchar('"');
	while (*at) {
		unsigned int n = utf8_length(at);

		if (!n)
			fputs("\\ufffd", stdout);
		else if (*at < ' ')
			printf("\\u%04x", *at);
		else if (*at == '"' || *at == '\\')
			printf("\\%c", *at);
		else
			fwrite(at, 1, n, stdout);
		at += n ? n : 1;
	}
	putchar('"');
}
