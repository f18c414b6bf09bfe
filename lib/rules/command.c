/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "rules/command.h"

#include <string.h>

#include "base/err.h"
#include "rules/keys.h"
#include "rules/redact.h"
#include "rules/rules.h"

/* Where the program's name may stand: "env", an interpreter, an option. */
#define PROGRAM_AT_MOST 4

void pedigree_command_set(struct pedigree_command *command,
			  const char *const *argv)
{
	command->n = 0;
	for (; argv && argv[command->n] && command->n < PEDIGREE_COMMAND_MAX;
	     command->n++)
		command->args[command->n] = argv[command->n];
}

bool pedigree_command_is_rule(const struct pedigree_config *config,
			      const char *section, size_t i)
{
	const struct pedigree_setting *setting = pedigree_config_at(config, i);

	return strcmp(setting->section, section) == 0 &&
	       strcmp(setting->key, "command") == 0 &&
	       pedigree_config_in_force(config, i);
}

const char *pedigree_command_key(const struct pedigree_config *config,
				 const struct pedigree_command_rule *rule,
				 const char *name)
{
	const char *value =
		pedigree_config_get(config, "deploy", rule->name, name);

	return value && value[0] ? value : NULL;
}

int pedigree_command_rule_read(const struct pedigree_setting *setting,
			       struct pedigree_command_rule *ret)
{
	const char *text = setting->value;
	char *word;

	*ret = (struct pedigree_command_rule){ .name = setting->name };
	/* No word is longer than what is left, and each has its NUL. */
	ret->text = malloc(2 * strlen(text) + 2);
	if (!ret->text)
		return PEDIGREE_ENOMEM;
	for (word = ret->text; ret->n < PEDIGREE_COMMAND_WORDS &&
			       pedigree_next_word(&text, word) > 0;
	     word += strlen(word) + 1)
		ret->words[ret->n++] = word;
	return 0;
}

void pedigree_command_rule_clear(struct pedigree_command_rule *rule)
{
	free(rule->text);
	*rule = (struct pedigree_command_rule){ .n = 0 };
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Only the last ** is ever tried again: what stands before it has matched as
   early as it could, and that leaves the most for what follows. */
static bool match_words(const char *const *words, size_t n_words,
			const char *const *args, size_t n_args)
{
	size_t w = 0, a = 0, gap = 0, gap_at = 0;

	while (w < n_words || a < n_args) {
		if (w < n_words && strcmp(words[w], "**") == 0) {
			gap = ++w;
			gap_at = a;
		} else if (w < n_words && a < n_args &&
			   pedigree_glob_match_text(words[w], args[a])) {
			w++;
			a++;
		} else if (gap && gap_at < n_args) {
			w = gap;
			a = ++gap_at;
		} else {
			return false;
		}
	}
	return true;
}

static bool has_gap(const struct pedigree_command_rule *rule)
{
	for (size_t i = 0; i < rule->n; i++)
		if (strcmp(rule->words[i], "**") == 0)
			return true;
	return false;
}

/* Words of a command line; a slash in one means nothing to a glob here. */
static bool match_prefix(const struct pedigree_command_rule *rule,
			 const char *const *args, size_t n_args)
{
	if (n_args < rule->n - 1)
		return false;
	for (size_t i = 1; i < rule->n; i++)
		if (!pedigree_glob_match_text(rule->words[i], args[i - 1]))
			return false;
	return true;
}

static bool match_at(const struct pedigree_command_rule *rule,
		     struct pedigree_command *line, size_t at)
{
	const char *const *args = line->args + at + 1;
	size_t n_args = line->n - at - 1;

	if (!pedigree_glob_match_text(rule->words[0],
				      base_name(line->args[at])))
		return false;
	if (has_gap(rule)) {
		line->rest = at + 1;
		return match_words(rule->words + 1, rule->n - 1, args, n_args);
	}
	line->rest = at + rule->n;
	return match_prefix(rule, args, n_args);
}

bool pedigree_command_match(const struct pedigree_command_rule *rule,
			    struct pedigree_command *line)
{
	for (size_t at = 0; at < line->n && at < PROGRAM_AT_MOST; at++)
		if (match_at(rule, line, at))
			return true;
	return false;
}

/* {2} or {-1}: a word that is no option. */
static const char *word_at(const struct pedigree_command *line, long number)
{
	const char *found = NULL;
	long i = 0;

	for (size_t k = line->rest; k < line->n; k++) {
		if (line->args[k][0] == '-')
			continue;
		found = line->args[k];
		if (++i == number)
			return found;
	}
	return number == -1 ? found : NULL;
}

/* The value of an option: "--name value", "--name=value", "-nvalue". */
static const char *option(const struct pedigree_command *line, const char *name,
			  size_t n)
{
	for (size_t i = line->rest; i < line->n; i++) {
		const char *arg = line->args[i];

		if (strncmp(arg, name, n) != 0)
			continue;
		if (!arg[n])
			return i + 1 < line->n ? line->args[i + 1] : NULL;
		if (arg[n] == '=')
			return arg + n + 1;
		if (n == 2 && name[1] != '-')
			return arg + n;
	}
	return NULL;
}

/* What stands for a reference; NULL: nothing does. */
static const char *refer(const struct pedigree_command *line, const char *from,
			 size_t n)
{
	char *end;
	long number = strtol(from, &end, 10);

	if (end != from && end == from + n)
		return word_at(line, number);
	while (n) {
		size_t n_name = 0;
		const char *value;

		while (n_name < n && from[n_name] != ',')
			n_name++;
		value = option(line, from, n_name);
		if (value)
			return value;
		n_name += n_name < n;
		from += n_name;
		n -= n_name;
	}
	return NULL;
}

/* Fills in a text; false when something of it is missing. */
bool pedigree_command_fill(const struct pedigree_command *line,
			   const char *text, struct pedigree_buf *ret)
{
	while (text && *text) {
		const char *close = *text == '{' ? strchr(text, '}') : NULL;
		const char *colon, *value;

		if (!close) {
			pedigree_buf_add_char(ret, *text++);
			continue;
		}
		colon = memchr(text, ':', (size_t)(close - text));
		value = refer(line, text + 1,
			      (size_t)((colon ? colon : close) - text - 1));
		if (value)
			pedigree_redact_arg(ret, NULL, value);
		else if (colon)
			pedigree_buf_add(ret, colon + 1,
					 (size_t)(close - colon - 1));
		else
			return false;
		text = close + 1;
	}
	return ret->len > 0;
}
