/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deployments that are command lines: the configuration's [deploy NAME]
 * sections against the programs of a run.
 */
#include "config.h"

#include <string.h>

#include "base/fs.h"
#include "base/hash.h"
#include "graph/builder.h"
#include "graph/command_line.h"
#include "rules/command.h"
#include "rules/keys.h"

struct line {
	struct pedigree_command words;
	uint32_t cwd; /* PEDIGREE_NONE: the run's */
};

struct commands {
	struct pedigree_builder *builder;
	struct pedigree_map *seen; /* "RULE\nENDPOINT\nMODEL" */
	bool *models;
};

static const char *key(const struct commands *commands,
		       const struct pedigree_command_rule *rule,
		       const char *name)
{
	return pedigree_command_key(commands->builder->config, rule, name);
}

static bool is_scheme(const char *text)
{
	size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789+.-");

	return n > 1 && text[n] == ':' && text[n + 1];
}

/* The model that a command named: a file as seen from where it ran, or a
   URI. PEDIGREE_ENOTFOUND: nothing that is there. */
static int add_model(struct commands *commands,
		     const struct pedigree_command_rule *rule,
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

static int add_deployment(struct commands *commands,
			  const struct pedigree_command_rule *rule,
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
static int apply(struct commands *commands,
		 const struct pedigree_command_rule *rule, struct line *line)
{
	_cleanup_buf_ struct pedigree_buf endpoint = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf model = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf all = PEDIGREE_BUF_INIT;
	bool new;

	if (!pedigree_command_match(rule, &line->words) ||
	    !pedigree_command_fill(&line->words,
				   key(commands, rule, "endpoint"), &endpoint))
		return 0;
	if (!pedigree_command_fill(&line->words, key(commands, rule, "model"),
				   &model))
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

static int apply_all(struct commands *commands,
		     const struct pedigree_command_rule *rule)
{
	const struct pedigree_evlog *log = commands->builder->log;
	char **argv = commands->builder->facts->argv;
	struct line line = { .cwd = PEDIGREE_NONE };
	int r;

	pedigree_command_set(&line.words, (const char *const *)argv);
	r = apply(commands, rule, &line);
	for (size_t i = 0; i < log->n_processes && r == 0; i++) {
		const struct pedigree_process *process = &log->processes[i];

		if (process->forked)
			continue;
		line.cwd = process->cwd;
		pedigree_command_of(process, &line.words);
		r = apply(commands, rule, &line);
	}
	return r;
}

static bool applies(const struct commands *commands,
		    const struct pedigree_command_rule *rule)
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
		struct pedigree_command_rule rule;

		if (!pedigree_command_is_rule(config, "deploy", i))
			continue;
		r = pedigree_command_rule_read(setting, &rule);
		if (r == 0 && applies(&commands, &rule))
			r = apply_all(&commands, &rule);
		pedigree_command_rule_clear(&rule);
	}
	return r;
}
