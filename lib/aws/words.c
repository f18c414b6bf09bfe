/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "aws/words.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* One word from `at` to `*to`; returns behind it, NULL when it has no end. */
static const char *word(const char *at, char **to)
{
	char quote = '\0';

	for (; *at && (quote || !is_blank(*at)); at++) {
		if (quote ? *at == quote : (*at == '\'' || *at == '"')) {
			quote = quote ? '\0' : *at;
			continue;
		}
		/* Between double quotes it only stands before these two. */
		if (*at == '\\' && quote != '\'' &&
		    (!quote || at[1] == '"' || at[1] == '\\') && !*++at)
			return NULL;
		*(*to)++ = *at;
	}
	*(*to)++ = '\0';
	return quote ? NULL : at;
}

int pedigree_aws_words(const char *line, char ***ret)
{
	/* At most one word per two bytes. */
	size_t n = strlen(line), most = n / 2 + 2, count = 0;
	char **words = malloc(most * sizeof(*words) + n + 2);
	char *to = (char *)(words + most);

	if (!words)
		return PEDIGREE_ENOMEM;
	for (;;) {
		while (is_blank(*line))
			line++;
		if (!*line)
			break;
		words[count++] = to;
		line = word(line, &to);
		if (!line)
			break;
	}
	if (!line || count == 0) {
		free(words);
		return PEDIGREE_EFORMAT;
	}
	words[count] = NULL;
	*ret = words;
	return 0;
}
