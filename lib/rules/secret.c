/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "rules/secret.h"

#include <string.h>

#include "rules/glob_plain.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * Bytes. libc's own tests would drag its locale into the shim.
 */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

bool pedigree_secret_is_alnum(char c)
{
	return is_digit(c) || is_upper(c) || is_lower(c);
}

static char lower(char c)
{
	return is_upper(c) ? (char)(c + 'a' - 'A') : c;
}

/*
 * Names. Arrays of bytes, not pointers, which the loader would relocate at the
 * start of every program.
 */

typedef char word[24];

static const word telling[] = {
#define TELLING(word) word,
#include "rules/secret.def"
};

static const word last_words[] = {
#define LAST(word) word,
#include "rules/secret.def"
};

static const word harmless[] = {
#define HARMLESS(word) word,
#include "rules/secret.def"
};

static const word owners[] = {
#define OWNER(word) word,
#include "rules/secret.def"
};

static const word announcing[] = {
#define NEXT(word) word,
#include "rules/secret.def"
};

static const char *among(const word *words, size_t n, const char *text)
{
	for (size_t i = 0; i < n; i++)
		if (words[i][0] == text[0] && !strcmp(words[i], text))
			return words[i];
	return NULL;
}

#define AMONG(words, text) among(words, COUNT(words), text)

/* Lower-case words of a name, the last two, and all of it squeezed. */
struct name_words {
	char squeezed[PEDIGREE_SECRET_NAME];
	size_t n;
	size_t last;   /* where the last word begins in it */
	size_t before; /* and the one before that */
};

static void split_name(const char *name, size_t n, struct name_words *ret)
{
	char previous = '-';

	ret->n = ret->last = ret->before = 0;
	for (size_t i = 0; i < n && ret->n + 1 < PEDIGREE_SECRET_NAME; i++) {
		char c = name[i];

		if (pedigree_secret_is_alnum(c)) {
			bool begins = !pedigree_secret_is_alnum(previous) ||
				      (is_upper(c) && is_lower(previous));

			if (begins && ret->n) {
				ret->before = ret->last;
				ret->last = ret->n;
			}
			ret->squeezed[ret->n++] = lower(c);
		}
		previous = c;
	}
	ret->squeezed[ret->n] = '\0';
}

static bool contains(const char *text, const char *part)
{
	size_t n = strlen(part);

	for (; (text = strchr(text, part[0])); text++)
		if (!strncmp(text, part, n))
			return true;
	return false;
}

static bool has_telling(const struct name_words *words, const char **ret_why)
{
	for (size_t i = 0; i < COUNT(telling); i++)
		if (contains(words->squeezed, telling[i])) {
			*ret_why = telling[i];
			return true;
		}
	return false;
}

static bool has_last(const struct name_words *words, const char **ret_why)
{
	char before[PEDIGREE_SECRET_NAME];
	const char *last = words->squeezed + words->last;
	size_t n = words->last - words->before;

	memcpy(before, words->squeezed + words->before, n);
	before[n] = '\0';
	*ret_why = AMONG(last_words, last);
	if (!*ret_why || AMONG(harmless, before))
		return false;
	if (!strcmp(last, "key") || !strcmp(last, "pat"))
		return AMONG(owners, before);
	/* PWD alone is where one is. */
	return strcmp(last, "pwd") != 0 || n;
}

/*
 * Rules of the configuration
 */

static const char *rule_matching(const char *rules, char kind, const char *text)
{
	for (; rules && *rules; rules += strlen(rules) + 1)
		if (*rules == kind &&
		    pedigree_glob_match_plain(rules + 1, text))
			return rules + 1;
	return NULL;
}

static bool has_rules(const char *rules, char kind)
{
	for (; rules && *rules; rules += strlen(rules) + 1)
		if (*rules == kind)
			return true;
	return false;
}

/* Names are matched in lower case, without the dashes in front and with '_'
   for the others. */
static const char *name_rule(const char *rules, char kind, const char *name,
			     size_t n)
{
	char copy[PEDIGREE_SECRET_NAME];

	if (!has_rules(rules, kind))
		return NULL;
	while (n && *name == '-')
		name++, n--;
	if (n >= sizeof(copy))
		n = sizeof(copy) - 1;
	for (size_t i = 0; i < n; i++)
		copy[i] = name[i] == '-' ? '_' : lower(name[i]);
	copy[n] = '\0';
	return rule_matching(rules, kind, copy);
}

bool pedigree_secret_named(const char *rules, const char *name, size_t n,
			   const char **ret_why)
{
	struct name_words words;
	const char *none;

	if (!ret_why)
		ret_why = &none;
	*ret_why = name_rule(rules, 'n', name, n);
	if (*ret_why)
		return true;
	if (name_rule(rules, 'k', name, n))
		return false;
	split_name(name, n, &words);
	return has_telling(&words, ret_why) || has_last(&words, ret_why);
}

bool pedigree_secret_announced(const char *arg)
{
	struct name_words words;
	size_t n = 0;

	while (n < PEDIGREE_SECRET_NAME - 1 &&
	       (pedigree_secret_is_alnum(arg[n]) ||
		(arg[n] && strchr("_-.:/", arg[n]))))
		n++;
	if (!n || arg[n] || arg[0] == '/')
		return false;
	split_name(arg, n, &words);
	for (size_t i = 0; i < COUNT(announcing); i++) {
		size_t have = strlen(announcing[i]);

		if (words.n >= have &&
		    !strcmp(words.squeezed + words.n - have, announcing[i]))
			return true;
	}
	return false;
}

/*
 * Values
 */

enum byte_class {
	UPPER_OR_DIGIT,
	WORD,
	BASE64,
	JWT,
	HEX,
	COLON,
	ANYTHING
};

static bool in_class(enum byte_class class, char c)
{
	switch (class) {
	case UPPER_OR_DIGIT:
		return is_upper(c) || is_digit(c);
	case WORD:
		return pedigree_secret_is_alnum(c) || c == '_' || c == '-';
	case BASE64:
		return pedigree_secret_is_alnum(c) ||
		       (c && strchr("+/=_-.~%", c));
	case JWT:
		return pedigree_secret_is_alnum(c) || c == '_' || c == '-' ||
		       c == '.';
	case HEX:
		return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f');
	case COLON:
		return pedigree_secret_is_alnum(c) || c == '_' || c == '-' ||
		       c == ':';
	case ANYTHING:
		return c != '\0';
	}
	return false;
}

static const struct {
	char prefix[30];
	unsigned char least;
	unsigned char class;
	bool any_case;
} looks[] = {
#define LOOK(prefix, least, class, any_case) { prefix, least, class, any_case },
#include "rules/secret.def"
};

static bool has_prefix(const char *text, const char *prefix, bool any_case)
{
	for (; *prefix; text++, prefix++)
		if (*text != *prefix &&
		    !(any_case && lower(*text) == lower(*prefix)))
			return false;
	return true;
}

/* "Basic training" is no header. */
static bool is_prose(const char *text, size_t n)
{
	if (n >= 20)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!is_lower(text[i]))
			return false;
	return true;
}

static size_t listed(const char *text, const char **ret_why)
{
	for (size_t i = 0; i < COUNT(looks); i++) {
		size_t prefix, n;

		if (lower(looks[i].prefix[0]) != lower(text[0]) ||
		    !has_prefix(text, looks[i].prefix, looks[i].any_case))
			continue;
		prefix = n = strlen(looks[i].prefix);
		while (in_class(looks[i].class, text[n]))
			n++;
		*ret_why = looks[i].prefix;
		if (n - prefix >= looks[i].least &&
		    !(text[prefix - 1] == ' ' &&
		      is_prose(text + prefix, n - prefix)))
			return n;
	}
	return 0;
}

static bool is_aws_byte(char c)
{
	return pedigree_secret_is_alnum(c) || c == '+' || c == '/';
}

/*
 * The secret half of an AWS key: 40 bytes without any mark. What tells it from
 * a path or a digest of that length is how often letters of both cases and
 * digits follow each other.
 */
static size_t aws_secret(const char *text, char before)
{
	enum {
		LENGTH = 40,
		CHANGES = 7
	};
	unsigned int changes = 0;
	bool seen[3] = { false };

	if (before && (is_aws_byte(before) || strchr("._-", before)))
		return 0;
	for (size_t i = 0; i < LENGTH; i++) {
		char c = text[i], next;

		if (!is_aws_byte(c))
			return 0;
		next = text[i + 1];
		seen[0] |= is_digit(c);
		seen[1] |= is_upper(c);
		seen[2] |= is_lower(c);
		if (is_lower(c))
			changes += is_upper(next);
		if (is_digit(c) != is_digit(next) && is_aws_byte(next) &&
		    c != '/' && next != '/')
			changes++;
	}
	if (text[LENGTH] &&
	    (is_aws_byte(text[LENGTH]) || strchr("._-", text[LENGTH])))
		return 0;
	return seen[0] && seen[1] && seen[2] && changes >= CHANGES ? LENGTH : 0;
}

/* A word as [redact] value means it: up to white space, a quote or what
   separates values. */
static size_t by_rule(const char *rules, const char *text, const char **ret_why)
{
	enum {
		MOST = 512
	};
	char copy[MOST];
	size_t n = 0;

	while (n < MOST - 1 && text[n] && !strchr(" \t\n\"'`,;=&()<>", text[n]))
		n++;
	if (!n)
		return 0;
	memcpy(copy, text, n);
	copy[n] = '\0';
	*ret_why = rule_matching(rules, 'v', copy);
	return *ret_why ? n : 0;
}

size_t pedigree_secret_look(const char *rules, const char *text, char before,
			    const char **ret_why)
{
	const char *none;
	size_t n;

	if (!ret_why)
		ret_why = &none;
	n = listed(text, ret_why);
	if (!n && (n = aws_secret(text, before)))
		*ret_why = "a secret key of AWS";
	if (!n && has_rules(rules, 'v') &&
	    (!before || strchr(" \t\n\"'`,;=&()<>", before)))
		n = by_rule(rules, text, ret_why);
	return n;
}

/*
 * Options
 */

static const struct {
	char program[16];
	char option[3];
} asks[] = {
#define ASKS(program, option) { program, option },
#include "rules/secret.def"
};

const char *pedigree_secret_program(const char *text)
{
	for (size_t i = 0; i < COUNT(asks); i++) {
		size_t n = strlen(asks[i].program);

		if (asks[i].program[0] == text[0] &&
		    !strncmp(asks[i].program, text, n) && text[n] == ' ')
			return asks[i].program;
	}
	return NULL;
}

size_t pedigree_secret_option(const char *program, const char *arg)
{
	const char *slash = program ? strrchr(program, '/') : NULL;

	if (!program || arg[0] != '-')
		return 0;
	if (slash)
		program = slash + 1;
	for (size_t i = 0; i < COUNT(asks); i++)
		if (!strcmp(asks[i].program, program) &&
		    !strncmp(asks[i].option, arg, 2))
			return 2;
	return 0;
}
