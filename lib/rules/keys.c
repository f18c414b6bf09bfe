/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "rules/keys.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/base.h"
#include "base/spelling.h"

#define SECTION(name_, kind_, folder_, help_) \
	{ .name = (name_), \
	  .kind = PEDIGREE_SECTION_##kind_, \
	  .folder = (folder_), \
	  .help = (help_) },
#define KEY(section_, key_, type_, folder_, help_)
const struct pedigree_section_def pedigree_sections[] = {
#include "rules/keys.def"
	{ .name = NULL }
};
#undef SECTION
#undef KEY

#define SECTION(name_, kind_, folder_, help_)
#define KEY(section_, key_, type_, folder_, help_) \
	{ .section = (section_), \
	  .key = (key_), \
	  .type = PEDIGREE_VALUE_##type_, \
	  .folder = (folder_), \
	  .help = (help_) },
const struct pedigree_key_def pedigree_keys[] = {
#include "rules/keys.def"
	{ .section = NULL }
};
#undef SECTION
#undef KEY

const struct pedigree_section_def *pedigree_section_find(const char *name)
{
	for (const struct pedigree_section_def *s = pedigree_sections; s->name;
	     s++) {
		if (!strcmp(s->name, name))
			return s;
	}
	return NULL;
}

const struct pedigree_key_def *pedigree_key_find(const char *section,
						 const char *key)
{
	for (const struct pedigree_key_def *k = pedigree_keys; k->section;
	     k++) {
		if (!strcmp(k->section, section) && !strcmp(k->key, key))
			return k;
	}
	return NULL;
}

const char *pedigree_section_nearest(const char *name)
{
	struct pedigree_spelling spelling = { NULL };

	for (const struct pedigree_section_def *s = pedigree_sections; s->name;
	     s++)
		pedigree_spelling_try(&spelling, name, s->name);
	return spelling.meant;
}

/* The only key that has the word as a part: timeout, of git_timeout. */
static const char *key_with(const char *section, const char *word)
{
	const char *found = NULL;

	for (const struct pedigree_key_def *k = pedigree_keys; k->section;
	     k++) {
		if (strcmp(k->section, section) || strlen(word) < 3 ||
		    !strstr(k->key, word))
			continue;
		if (found)
			return NULL;
		found = k->key;
	}
	return found;
}

const char *pedigree_key_nearest(const char *section, const char *key)
{
	struct pedigree_spelling spelling = { NULL };

	for (const struct pedigree_key_def *k = pedigree_keys; k->section;
	     k++) {
		if (!strcmp(k->section, section))
			pedigree_spelling_try(&spelling, key, k->key);
	}
	return spelling.meant ? spelling.meant : key_with(section, key);
}

bool pedigree_parse_bool(const char *text, bool *ret)
{
	static const struct {
		const char *word;
		bool value;
	} words[] = {
		{ "yes", true }, { "no", false },  { "true", true },
		{ "on", true },	 { "off", false }, { "false", false },
		{ "1", true },	 { "0", false },
	};

	for (size_t i = 0; i < PEDIGREE_COUNT(words); i++) {
		if (strcasecmp(text, words[i].word))
			continue;
		*ret = words[i].value;
		return true;
	}
	return false;
}

struct unit {
	const char *word;
	uint64_t factor;
};

static bool parse_with_unit(const char *text, const struct unit *units,
			    uint64_t *ret)
{
	uint64_t number = 0, product;

	if (!isdigit((unsigned char)*text))
		return false;
	for (; isdigit((unsigned char)*text); text++) {
		if (__builtin_mul_overflow(number, 10, &number) ||
		    __builtin_add_overflow(number, (unsigned int)(*text - '0'),
					   &number))
			return false;
	}
	for (; units->word; units++) {
		if (strcasecmp(text, units->word))
			continue;
		if (__builtin_mul_overflow(number, units->factor, &product))
			return false;
		*ret = product;
		return true;
	}
	return false;
}

bool pedigree_parse_number(const char *text, uint64_t *ret)
{
	static const struct unit units[] = { { "", 1 }, { NULL, 0 } };

	return parse_with_unit(text, units, ret);
}

bool pedigree_parse_size(const char *text, uint64_t *ret)
{
	static const struct unit units[] = {
		{ "", 1 },	     { "k", 1ull << 10 }, { "m", 1ull << 20 },
		{ "g", 1ull << 30 }, { "t", 1ull << 40 }, { NULL, 0 },
	};

	return parse_with_unit(text, units, ret);
}

bool pedigree_parse_ms(const char *text, uint64_t *ret)
{
	static const struct unit units[] = {
		{ "", 1000 },	{ "ms", 1 },	  { "s", 1000 },
		{ "m", 60000 }, { "h", 3600000 }, { "d", 86400000 },
		{ NULL, 0 },
	};

	return parse_with_unit(text, units, ret);
}

static bool is_uri(const char *text)
{
	size_t n = 0;

	if (!isalpha((unsigned char)text[0]))
		return false;
	while (isalnum((unsigned char)text[n]) ||
	       (text[n] && strchr("+-.", text[n])))
		n++;
	return !strncmp(text + n, "://", 3) && text[n + 3];
}

static const char *words_fault(const char *text)
{
	int got;

	do
		got = pedigree_next_word(&text, NULL);
	while (got > 0);
	return got < 0 ? "has a quote that is not closed" : NULL;
}

/* Values that are one of a few words. */
static const struct {
	const char *fault;
	const char *words[9];
} words[] = {
	[PEDIGREE_VALUE_BOOL] = { "is not yes or no",
				  { "yes", "no", "true", "false", "on",
				    "off" } },
	[PEDIGREE_VALUE_ROLE] = { "is not input, output or any",
				  { "input", "output", "any" } },
	[PEDIGREE_VALUE_STEPS] = { "is not rules, auto or no",
				   { "rules", "auto", "no" } },
	[PEDIGREE_VALUE_DIGEST] = { "is not content, size+mtime or none",
				    { "content", "size+mtime", "none" } },
	[PEDIGREE_VALUE_PUSH] = { "is not auto, wait or manual",
				  { "auto", "wait", "manual" } },
	[PEDIGREE_VALUE_IDENTITY] = { "is not uri or version",
				      { "uri", "version" } },
	[PEDIGREE_VALUE_STORE] = { "is not s3, gcs, azure, huggingface or none",
				   { "s3", "gcs", "azure", "huggingface",
				     "none" } },
	[PEDIGREE_VALUE_VERIFIED] = { "is not 'verified'", { "verified" } },
};

const char *const *pedigree_value_words(enum pedigree_value_type type)
{
	return (size_t)type < PEDIGREE_COUNT(words) && words[type].fault
		       ? words[type].words
		       : NULL;
}

static bool is_one_of(const char *const *known, const char *text)
{
	for (; known && *known; known++)
		if (!strcmp(*known, text))
			return true;
	return false;
}

const char *pedigree_value_fault(enum pedigree_value_type type,
				 const char *text)
{
	uint64_t number;
	bool yes;

	switch (type) {
	case PEDIGREE_VALUE_BOOL:
		return pedigree_parse_bool(text, &yes) ? NULL
						       : words[type].fault;
	case PEDIGREE_VALUE_NUMBER:
		return pedigree_parse_number(text, &number) ? NULL
							    : "is not a number";
	case PEDIGREE_VALUE_SIZE:
		return pedigree_parse_size(text, &number)
			       ? NULL
			       : "is not a size such as 4096, 10M or 2G";
	case PEDIGREE_VALUE_DURATION:
		return pedigree_parse_ms(text, &number)
			       ? NULL
			       : "is not a duration such as 10s, 500ms or 2m";
	case PEDIGREE_VALUE_URI:
		return is_uri(text) ? NULL
				    : "is not a URI such as s3://bucket/train";
	case PEDIGREE_VALUE_WORDS:
	case PEDIGREE_VALUE_GLOBS:
		return words_fault(text);
	case PEDIGREE_VALUE_STRING:
		return NULL;
	default:
		return is_one_of(pedigree_value_words(type), text)
			       ? NULL
			       : words[type].fault;
	}
}

int pedigree_next_word(const char **text, char *word)
{
	const char *from = *text;
	size_t n = 0;
	char quote = 0;

	while (isspace((unsigned char)*from))
		from++;
	for (; *from && (quote || !n || !isspace((unsigned char)*from));
	     from++) {
		if (quote && *from == quote) {
			quote = 0;
			continue;
		}
		if (!quote && (*from == '"' || *from == '\'')) {
			quote = *from;
			continue;
		}
		if (!quote && isspace((unsigned char)*from))
			continue;
		if (*from == '\\' && from[1]) {
			if (word)
				word[n] = *from;
			n++;
			from++;
		}
		if (word)
			word[n] = *from;
		n++;
	}
	if (word)
		word[n] = '\0';
	*text = from;
	if (quote)
		return -1;
	return n ? 1 : 0;
}
