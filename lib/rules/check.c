/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "rules/check.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/err.h"
#include "base/spelling.h"
#include "rules/glob.h"
#include "rules/rules.h"

/* What people write for units, and what is one here: so many of those. */
static const struct {
	const char *word;
	unsigned int factor;
	const char *unit;
} durations[] = {
	{ "millisecond", 1, "ms" },
	{ "msec", 1, "ms" },
	{ "second", 1, "s" },
	{ "sec", 1, "s" },
	{ "minute", 1, "m" },
	{ "min", 1, "m" },
	{ "hour", 1, "h" },
	{ "hr", 1, "h" },
	{ "day", 1, "d" },
	{ "week", 7, "d" },
	{ "w", 7, "d" },
	{ "month", 30, "d" },
	{ "year", 365, "d" },
	{ "y", 365, "d" },
	{ "ms", 1, "ms" },
	{ "s", 1, "s" },
	{ "m", 1, "m" },
	{ "h", 1, "h" },
	{ "d", 1, "d" },
};

/* "12 weeks": 12, and the unit without spaces. NULL: no number. */
static const char *split_number(const char *text, uint64_t *ret)
{
	char digits[16];
	size_t n = strspn(text, "0123456789");

	if (!n || n >= sizeof(digits))
		return NULL;
	memcpy(digits, text, n);
	digits[n] = '\0';
	*ret = strtoull(digits, NULL, 10);
	return text + n + strspn(text + n, " \t");
}

static void suggest_duration(const char *text, struct pedigree_buf *buf)
{
	uint64_t number;
	const char *unit = split_number(text, &number);

	for (size_t i = 0; unit && i < PEDIGREE_COUNT(durations); i++) {
		size_t n = strlen(durations[i].word);

		if (strncasecmp(unit, durations[i].word, n) ||
		    (unit[n] && strcasecmp(unit + n, "s")))
			continue;
		pedigree_buf_addf(buf, "; did you mean '%llu%s'?",
				  (unsigned long long)number *
					  durations[i].factor,
				  durations[i].unit);
		return;
	}
}

/* "1 GB", "64KiB" */
static void suggest_size(const char *text, struct pedigree_buf *buf)
{
	static const char letters[] = "kmgt";
	uint64_t number;
	const char *unit = split_number(text, &number);
	const char *letter;

	if (!unit || !*unit)
		return;
	letter = strchr(letters, tolower((unsigned char)*unit));
	if ((letter && (!unit[1] || !strcasecmp(unit + 1, "b") ||
			!strcasecmp(unit + 1, "ib"))))
		pedigree_buf_addf(buf, "; did you mean '%llu%c'?",
				  (unsigned long long)number,
				  toupper((unsigned char)*letter));
	else if (!strcasecmp(unit, "b") || !strcasecmp(unit, "bytes"))
		pedigree_buf_addf(buf, "; did you mean '%llu'?",
				  (unsigned long long)number);
}

static void suggest_word(const char *const *words, const char *text,
			 struct pedigree_buf *buf)
{
	struct pedigree_spelling spelling = { NULL };

	for (; words && *words; words++)
		pedigree_spelling_try(&spelling, text, *words);
	if (spelling.meant)
		pedigree_buf_addf(buf, "; did you mean '%s'?", spelling.meant);
}

void pedigree_value_suggest(enum pedigree_value_type type, const char *text,
			    struct pedigree_buf *buf)
{
	if (type == PEDIGREE_VALUE_DURATION)
		suggest_duration(text, buf);
	else if (type == PEDIGREE_VALUE_SIZE)
		suggest_size(text, buf);
	else
		suggest_word(pedigree_value_words(type), text, buf);
}

static bool has_path_globs(const char *section, const char *key)
{
	return (!strcmp(key, "match") && (!strcmp(section, "artifact") ||
					  !strcmp(section, "exclude"))) ||
	       (!strcmp(key, "root") && !strcmp(section, "dataset"));
}

/* Is there a group without a comma, as in {projct}/data? */
static bool has_odd_group(const char *glob)
{
	const char *open = strchr(glob, '{');
	const char *close = open ? strchr(open, '}') : NULL;

	return close && open[-(open > glob)] != '\\' &&
	       !memchr(open, ',', (size_t)(close - open));
}

/* What stands behind the word of a folder: "/x" of "{project}/x". */
static const char *behind_folder(const char *glob)
{
	static const char *const words[] = { "~", "{project}", "{prefix}",
					     "{state}" };

	for (size_t i = 0; i < PEDIGREE_COUNT(words); i++) {
		size_t n = strlen(words[i]);

		if (!strncmp(glob, words[i], n) && glob[n] == '/')
			return glob + n;
	}
	return glob;
}

static int check_glob(const struct pedigree_origin *origin, const char *glob,
		      struct pedigree_error *err)
{
	_cleanup_(pedigree_globs_clear) struct pedigree_globs globs = { 0 };
	const char *rest = behind_folder(glob);
	int r;

	if (rest == glob && has_odd_group(glob))
		return pedigree_config_fail(
			origin, err,
			"'%s': a pattern may begin with ~/, {prefix}/, {project}/ or {state}/, and {…} elsewhere needs a comma",
			pedigree_shown(glob));
	r = pedigree_glob_expand(rest, &globs);
	if (r == PEDIGREE_ELIMIT)
		return pedigree_config_fail(
			origin, err, "'%s' stands for more than %d patterns",
			pedigree_shown(glob), PEDIGREE_GLOBS_MAX);
	return r < 0 ? pedigree_fail_memory(err) : 0;
}

int pedigree_config_check_globs(const struct pedigree_origin *origin,
				const char *section, const char *key,
				const char *value, struct pedigree_error *err)
{
	_cleanup_free_ char *word = NULL;
	int r = 0;

	if (!has_path_globs(section, key))
		return 0;
	word = malloc(strlen(value) + 1);
	if (!word)
		return pedigree_fail_memory(err);
	while (!r && pedigree_next_word(&value, word) > 0)
		r = check_glob(origin, word, err);
	return r;
}

static int hides_all(const char *glob)
{
	_cleanup_(pedigree_globs_clear) struct pedigree_globs globs = { 0 };
	/* Names that no rule which means something has in mind. */
	static const char *const paths[] = { "/\1\2/\3/\4.\5", "/\1\2" };
	int r = pedigree_glob_expand(behind_folder(glob), &globs);

	for (size_t i = 0; r == 0 && i < globs.n; i++)
		for (size_t k = 0; k < PEDIGREE_COUNT(paths); k++)
			if (pedigree_glob_match_plain(
				    globs.v[i],
				    strchr(globs.v[i], '/')
					    ? paths[k]
					    : strrchr(paths[k], '/') + 1))
				return 1;
	return r;
}

int pedigree_config_hides_all(const char *section, const char *key,
			      const char *value)
{
	_cleanup_free_ char *word = NULL;
	int r = 0;

	if (strcmp(section, "exclude") != 0 || strcmp(key, "match") != 0)
		return 0;
	word = malloc(strlen(value) + 1);
	if (!word)
		return PEDIGREE_ENOMEM;
	while (r == 0 && pedigree_next_word(&value, word) > 0)
		r = hides_all(word);
	return r;
}

/* Without this key, or the other, a section of that name says nothing. */
static const struct {
	const char *section, *key, *other;
} needed[] = {
	{ "artifact", "match", NULL }, { "dataset", "root", NULL },
	{ "store", "host", NULL },     { "store", "kind", NULL },
	{ "deploy", "command", NULL }, { "deploy", "endpoint", "require" },
	{ "step", "command", NULL },
};

static bool says(const struct pedigree_config *config,
		 const struct pedigree_setting *s, const char *key)
{
	return key && pedigree_config_get(config, s->section, s->name, key);
}

/* Is it the section's first setting? Only that tells of what there is not. */
static bool is_first(const struct pedigree_config *config, size_t at)
{
	const struct pedigree_setting *it = &config->settings.v[at];

	for (size_t i = 0; i < at; i++) {
		const struct pedigree_setting *s = &config->settings.v[i];

		if (!strcmp(s->section, it->section) &&
		    !strcmp(s->name, it->name))
			return false;
	}
	return true;
}

int pedigree_config_check_sections(const struct pedigree_config *config,
				   struct pedigree_error *err)
{
	for (size_t i = 0; config->mistake && i < config->settings.n; i++) {
		const struct pedigree_setting *s = &config->settings.v[i];

		if (!s->name[0] || s->origin.layer == PEDIGREE_LAYER_BUILTIN ||
		    !is_first(config, i))
			continue;
		for (size_t k = 0; k < PEDIGREE_COUNT(needed); k++) {
			int r;

			if (strcmp(s->section, needed[k].section) != 0 ||
			    says(config, s, needed[k].key) ||
			    says(config, s, needed[k].other))
				continue;
			r = pedigree_config_forgive(
				config,
				pedigree_config_fail(
					&s->origin, err,
					"[%s %s] has no '%s', and so it does nothing",
					s->section, pedigree_shown(s->name),
					needed[k].key),
				err);
			if (r < 0)
				return r;
		}
	}
	return 0;
}
