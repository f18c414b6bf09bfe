/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deployments that are command lines: the configuration's [deploy NAME]
 * sections against the programs of a run.
 *
 * `command` is a list of globs: the first for the program's name, which may
 * stand behind an interpreter, the others for the words that follow. With a
 * `**` among them, which stands for any words, they are all there is. The
 * other keys are texts in which {1} and {-1} are words that follow (those that
 * begin with a dash do not count) and {-f,--file:x} is the value of an option,
 * else x.
 */
#include "config.h"

#include <string.h>

#include "base/fs.h"
#include "base/hash.h"
#include "graph/builder.h"
#include "rules/keys.h"
#include "rules/redact.h"
#include "rules/rules.h"

#define WORDS_MAX 16
#define ARGS_MAX 256
/* Where the program's name may stand: "env", an interpreter, an option. */
#define PROGRAM_AT_MOST 4

struct rule {
	const char *name;
	char *text; /* the words below */
	const char *words[WORDS_MAX];
	size_t n;
};

/* A command line, and what is left of it behind a rule's words. */
struct line {
	const char *args[ARGS_MAX];
	size_t n;
	size_t rest;
	uint32_t cwd; /* PEDIGREE_NONE: the run's */
};

struct commands {
	struct pedigree_builder *builder;
	struct pedigree_map *seen; /* "RULE\nENDPOINT\nMODEL" */
	bool *models;
};

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool match_words(const char *const *words, size_t n_words,
			const char *const *args, size_t n_args)
{
	if (!n_words)
		return !n_args;
	if (strcmp(words[0], "**") == 0) {
		for (size_t i = 0; i <= n_args; i++)
			if (match_words(words + 1, n_words - 1, args + i,
					n_args - i))
				return true;
		return false;
	}
	return n_args && pedigree_glob_match_text(words[0], args[0]) &&
	       match_words(words + 1, n_words - 1, args + 1, n_args - 1);
}

static bool has_gap(const struct rule *rule)
{
	for (size_t i = 0; i < rule->n; i++)
		if (strcmp(rule->words[i], "**") == 0)
			return true;
	return false;
}

/* Words of a command line; a slash in one means nothing to a glob here. */
static bool match_prefix(const struct rule *rule, const char *const *args,
			 size_t n_args)
{
	if (n_args < rule->n - 1)
		return false;
	for (size_t i = 1; i < rule->n; i++)
		if (!pedigree_glob_match_text(rule->words[i], args[i - 1]))
			return false;
	return true;
}

static bool match_at(const struct rule *rule, struct line *line, size_t at)
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

static bool match(const struct rule *rule, struct line *line)
{
	for (size_t at = 0; at < line->n && at < PROGRAM_AT_MOST; at++)
		if (match_at(rule, line, at))
			return true;
	return false;
}

/* {2} or {-1}: a word that is no option. */
static const char *word_at(const struct line *line, long number)
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
static const char *option(const struct line *line, const char *name, size_t n)
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
static const char *refer(const struct line *line, const char *from, size_t n)
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
static bool fill_in(const struct line *line, const char *text,
		    struct pedigree_buf *ret)
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

static const char *key(const struct commands *commands, const struct rule *rule,
		       const char *name)
{
	const char *value = pedigree_config_get(commands->builder->config,
						"deploy", rule->name, name);

	return value && value[0] ? value : NULL;
}

static bool is_scheme(const char *text)
{
	size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789+.-");

	return n > 1 && text[n] == ':' && text[n + 1];
}

/* The model that a command named: a file as seen from where it ran, or a
   URI. PEDIGREE_ENOTFOUND: nothing that is there. */
static int add_model(struct commands *commands, const struct rule *rule,
		     const struct line *line, const char *model,
		     size_t *ret_index)
{
	struct pedigree_builder *builder = commands->builder;
	const char *type = key(commands, rule, "artifact");
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;

	if (line->cwd != PEDIGREE_NONE)
		pedigree_evlog_path(builder->log, line->cwd, model, &path);
	else if (pedigree_plan_path(&builder->plan, model, &path) < 0)
		return PEDIGREE_ENOMEM;
	if (pedigree_buf_error(&path))
		return PEDIGREE_ENOMEM;
	if (path.data[0] == '/' && path.data[1] && access(path.data, F_OK) == 0)
		return pedigree_builder_path(builder, path.data,
					     type ? type : "Model",
					     PEDIGREE_ROLE_INPUT, ret_index);
	if (!is_scheme(model) && (!type || strcmp(type, "Model") == 0))
		return PEDIGREE_ENOTFOUND;
	return pedigree_builder_recall(builder, model, type ? type : "Model",
				       ret_index);
}

static int add_deployment(struct commands *commands, const struct rule *rule,
			  const struct line *line, const char *endpoint,
			  const char *model)
{
	struct pedigree_builder *builder = commands->builder;
	const char *type = key(commands, rule, "type");
	size_t action, artifact;
	int r = pedigree_builder_action(builder, endpoint, 0, &action);

	if (r == 0)
		r = pedigree_builder_endpoint(builder, action, endpoint, NULL,
					      type);
	if (r < 0)
		return r;
	r = *model ? add_model(commands, rule, line, model, &artifact)
		   : PEDIGREE_ENOTFOUND;
	if (r == 0) {
		*commands->models = true;
		return pedigree_builder_edge(builder, artifact, action,
					     "ContributedTo");
	}
	if (r == PEDIGREE_ENOTFOUND && !builder->facts->deploy)
		return pedigree_builder_models_seen(builder, action);
	return r == PEDIGREE_ENOTFOUND ? 0 : r;
}

/* One rule and one command line. Programs replace one another under the
   same words: each deployment once. */
static int apply(struct commands *commands, const struct rule *rule,
		 struct line *line)
{
	_cleanup_buf_ struct pedigree_buf endpoint = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf model = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf all = PEDIGREE_BUF_INIT;
	bool new;

	if (!match(rule, line) ||
	    !fill_in(line, key(commands, rule, "endpoint"), &endpoint))
		return 0;
	if (!fill_in(line, key(commands, rule, "model"), &model))
		pedigree_buf_reset(&model);
	pedigree_buf_addf(&all, "%s\n%s\n%s", rule->name, endpoint.data,
			  model.data);
	if (pedigree_buf_error(&endpoint) || pedigree_buf_error(&model) ||
	    pedigree_buf_error(&all) ||
	    !pedigree_map_at(commands->seen, all.data, all.len, &new))
		return PEDIGREE_ENOMEM;
	return new ? add_deployment(commands, rule, line, endpoint.data,
				    model.data)
		   : 0;
}

static int apply_all(struct commands *commands, const struct rule *rule)
{
	const struct pedigree_evlog *log = commands->builder->log;
	char **argv = commands->builder->facts->argv;
	struct line line = { .cwd = PEDIGREE_NONE };
	int r;

	for (; argv && argv[line.n] && line.n < ARGS_MAX; line.n++)
		line.args[line.n] = argv[line.n];
	r = apply(commands, rule, &line);
	for (size_t i = 0; i < log->n_processes && r == 0; i++) {
		const struct pedigree_process *process = &log->processes[i];
		const char *arg = process->args;

		if (process->forked)
			continue;
		line.cwd = process->cwd;
		for (line.n = 0; line.n < process->argc && line.n < ARGS_MAX;
		     line.n++) {
			line.args[line.n] = arg;
			arg += strlen(arg) + 1;
		}
		r = apply(commands, rule, &line);
	}
	return r;
}

static int read_rule(const struct pedigree_setting *setting, struct rule *ret)
{
	const char *text = setting->value;
	char *word;

	*ret = (struct rule){ .name = setting->name };
	/* No word is longer than what is left, and each has its NUL. */
	ret->text = malloc(2 * strlen(text) + 2);
	if (!ret->text)
		return PEDIGREE_ENOMEM;
	for (word = ret->text;
	     ret->n < WORDS_MAX && pedigree_next_word(&text, word) > 0;
	     word += strlen(word) + 1)
		ret->words[ret->n++] = word;
	return 0;
}

static bool applies(const struct commands *commands, const struct rule *rule)
{
	const char *always = key(commands, rule, "always");
	bool yes = false;

	if (always)
		pedigree_parse_bool(always, &yes);
	return rule->n && (yes || commands->builder->facts->deploy);
}

int pedigree_builder_commands(struct pedigree_builder *builder, bool *models)
{
	_cleanup_map_ struct pedigree_map *seen = pedigree_map_new();
	struct commands commands = { builder, seen, models };
	const struct pedigree_config *config = builder->config;
	int r = seen ? 0 : PEDIGREE_ENOMEM;

	for (size_t i = 0; i < pedigree_config_count(config) && r == 0; i++) {
		const struct pedigree_setting *setting =
			pedigree_config_at(config, i);
		struct rule rule;

		if (strcmp(setting->section, "deploy") != 0 ||
		    strcmp(setting->key, "command") != 0 ||
		    !pedigree_config_in_force(config, i))
			continue;
		r = read_rule(setting, &rule);
		if (r == 0 && applies(&commands, &rule))
			r = apply_all(&commands, &rule);
		free(rule.text);
	}
	return r;
}
