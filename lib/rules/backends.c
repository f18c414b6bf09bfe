/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Backends that the configuration names: those that there are, by their own
 * names, and any other name whose section has a `type`.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/spelling.h"
#include "rules/keys.h"
#include "rules/settings.h"

#define SECTION "backend"
#define TYPE "type"

static const struct pedigree_backend_ops *
find_ops(const struct pedigree_config *config, const char *name)
{
	for (size_t i = 0; config->backends[i]; i++) {
		if (!strcmp(config->backends[i]->name, name))
			return config->backends[i];
	}
	return NULL;
}

/* Knows what is read so far, the last word first. */
static const struct pedigree_backend_ops *
find_backend(const struct pedigree_config *config, const char *name)
{
	const struct pedigree_backend_ops *ops = find_ops(config, name);

	for (size_t i = config->settings.n; !ops && i > 0; i--) {
		const struct pedigree_setting *s = &config->settings.v[i - 1];

		if (!strcmp(s->section, SECTION) && !strcmp(s->name, name) &&
		    !strcmp(s->key, TYPE))
			return find_ops(config, s->value);
	}
	return ops;
}

static int unknown_backend(const struct pedigree_config *config,
			   const struct pedigree_origin *origin,
			   const char *name, struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf known = PEDIGREE_BUF_INIT;
	struct pedigree_spelling spelling = { NULL };

	for (size_t i = 0; config->backends[i]; i++) {
		pedigree_buf_addf(&known, " %s", config->backends[i]->name);
		pedigree_spelling_try(&spelling, name,
				      config->backends[i]->name);
	}
	if (spelling.meant)
		return pedigree_config_fail(
			origin, err, "unknown backend '%s'; did you mean '%s'?",
			pedigree_shown(name), spelling.meant);
	return pedigree_config_fail(
		origin, err,
		"unknown backend '%s'; there are:%s (another name needs one of them as the type in its section)",
		pedigree_shown(name), known.data);
}

static int find_option(const struct pedigree_backend_ops *ops,
		       const struct pedigree_origin *origin, const char *name,
		       const char *key, enum pedigree_value_type *ret_type,
		       struct pedigree_error *err)
{
	static const enum pedigree_value_type types[] = {
		[PEDIGREE_OPTION_STRING] = PEDIGREE_VALUE_STRING,
		[PEDIGREE_OPTION_PATH] = PEDIGREE_VALUE_STRING,
		[PEDIGREE_OPTION_NUMBER] = PEDIGREE_VALUE_NUMBER,
		[PEDIGREE_OPTION_BOOL] = PEDIGREE_VALUE_BOOL,
		[PEDIGREE_OPTION_DURATION] = PEDIGREE_VALUE_DURATION,
	};
	const struct pedigree_backend_option *option;
	struct pedigree_spelling spelling = { NULL };
	char section[64];

	for (option = ops->options; option && option->key; option++) {
		pedigree_spelling_try(&spelling, key, option->key);
		if (strcmp(key, option->key) != 0)
			continue;
		*ret_type = types[option->type];
		return 0;
	}
	snprintf(section, sizeof(section), "backend %s", pedigree_shown(name));
	return pedigree_config_unknown_key(origin, section, key, spelling.meant,
					   err);
}

int pedigree_config_option(const struct pedigree_config *config,
			   const struct pedigree_origin *origin,
			   const char *name, const char *key, bool all,
			   enum pedigree_value_type *ret_type,
			   struct pedigree_error *err)
{
	const struct pedigree_backend_ops *ops;

	*ret_type = PEDIGREE_VALUE_STRING;
	if (!config->backends || !strcmp(key, TYPE))
		return 0;
	ops = find_backend(config, name);
	if (ops)
		return find_option(ops, origin, name, key, ret_type, err);
	return all ? unknown_backend(config, origin, name, err) : 0;
}

static int check_type(const struct pedigree_config *config,
		      const struct pedigree_setting *setting,
		      struct pedigree_error *err)
{
	if (!find_ops(config, setting->value))
		return unknown_backend(config, &setting->origin, setting->value,
				       err);
	if (!find_ops(config, setting->name) ||
	    !strcmp(setting->name, setting->value))
		return 0;
	return pedigree_config_fail(
		&setting->origin, err,
		"the type of [backend %s] is %s, not '%s'; choose another name for one of that type",
		setting->name, setting->name, setting->value);
}

static int check_option(const struct pedigree_config *config,
			const struct pedigree_setting *setting,
			struct pedigree_error *err)
{
	enum pedigree_value_type type;
	int r;

	if (!strcmp(setting->key, TYPE))
		return check_type(config, setting, err);
	r = pedigree_config_option(config, &setting->origin, setting->name,
				   setting->key, true, &type, err);
	return r ? r
		 : pedigree_config_check_value(&setting->origin, SECTION,
					       setting->key, type,
					       setting->value, err);
}

static int check_used(const struct pedigree_config *config,
		      const struct pedigree_setting *setting,
		      struct pedigree_error *err)
{
	const char *value = setting->value;
	_cleanup_free_ char *word = malloc(strlen(value) + 1);

	if (!word)
		return pedigree_fail_memory(err);
	while (pedigree_next_word(&value, word) > 0) {
		if (!find_backend(config, word))
			return unknown_backend(config, &setting->origin, word,
					       err);
	}
	return 0;
}

int pedigree_config_check_backends(const struct pedigree_config *config,
				   struct pedigree_error *err)
{
	for (size_t i = 0; config->backends && i < config->settings.n; i++) {
		const struct pedigree_setting *setting = &config->settings.v[i];
		int r = 0;

		if (strcmp(setting->section, SECTION) != 0)
			continue;
		if (setting->name[0])
			r = check_option(config, setting, err);
		else if (!strcmp(setting->key, "use"))
			r = check_used(config, setting, err);
		r = pedigree_config_forgive(config, r, err);
		if (r < 0)
			return r;
	}
	return 0;
}
