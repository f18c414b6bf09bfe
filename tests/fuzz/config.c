/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration and what follows from it. The input is the user's file;
 * after a line `%folder`, `%named`, `%environment`, `%flags` or `%paths`
 * come the lines of that, where paths are what the rules then judge.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "base/fs.h"
#include "base/vec.h"
#include "rules/index.h"
#include "rules/keys.h"
#include "rules/rules.h"
#include "tests/fuzz/fuzz.h"

enum part {
	USER,
	FOLDER,
	NAMED,
	ENVIRONMENT,
	FLAGS,
	PATHS,
	PARTS
};

static const char *const words[PARTS] = {
	[USER] = "%user",   [FOLDER] = "%folder",
	[NAMED] = "%named", [ENVIRONMENT] = "%environment",
	[FLAGS] = "%flags", [PATHS] = "%paths",
};

struct input {
	struct pedigree_buf text[PARTS];
	PEDIGREE_VEC(char *) lists[PARTS]; /* NULL-ended, of some parts */
};

static void add_to_list(struct input *input, enum part part, char *line)
{
	char **place = pedigree_vec_push(&input->lists[part]);

	FUZZ_CHECK(place);
	*place = line;
}

/* The parts' bytes, which a file may have any of. */
static void split(struct input *input, const uint8_t *data, size_t size)
{
	const char *at = (const char *)data, *end = at + size;
	enum part part = USER;

	for (size_t i = 0; i < PARTS; i++)
		pedigree_buf_init(&input->text[i]);
	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		size_t n = (size_t)((newline ? newline + 1 : end) - at);
		size_t i = 0;

		while (i < PARTS && (n != strlen(words[i]) + 1 ||
				     memcmp(at, words[i], n - 1) != 0))
			i++;
		if (i < PARTS)
			part = (enum part)i;
		else
			pedigree_buf_add(&input->text[part], at, n);
		at += n;
	}
}

static void make_lists(struct input *input)
{
	static char home[] = "HOME=/home/me", state[] = "PEDIGREE_HOME=/state";

	for (enum part part = ENVIRONMENT; part < PARTS; part++) {
		char *at = input->text[part].data, *line;

		if (part == ENVIRONMENT) {
			add_to_list(input, part, home);
			add_to_list(input, part, state);
		}
		while ((line = fuzz_line(&at)))
			add_to_list(input, part, line);
		add_to_list(input, part, NULL);
	}
}

static void input_clear(struct input *input)
{
	for (size_t i = 0; i < PARTS; i++) {
		pedigree_buf_clear(&input->text[i]);
		pedigree_vec_clear(&input->lists[i]);
	}
}

/* The getters assert nothing: what was loaded has the types it should. */
static void check_values(const struct pedigree_config *config)
{
	for (const struct pedigree_key_def *key = pedigree_keys; key->section;
	     key++) {
		const char *value = pedigree_config_get(config, key->section,
							NULL, key->key);

		if (!value)
			continue;
		FUZZ_CHECK(!pedigree_value_fault(key->type, value));
		if (key->type == PEDIGREE_VALUE_BOOL)
			pedigree_config_bool(config, key->section, key->key);
		if (key->type == PEDIGREE_VALUE_NUMBER ||
		    key->type == PEDIGREE_VALUE_SIZE)
			pedigree_config_number(config, key->section, key->key);
		if (key->type == PEDIGREE_VALUE_DURATION)
			pedigree_config_ms(config, key->section, key->key);
	}
}

static bool is_list(const struct pedigree_setting *setting)
{
	const struct pedigree_key_def *key =
		pedigree_key_find(setting->section, setting->key);

	return key && key->type == PEDIGREE_VALUE_GLOBS;
}

static void check_settings(const struct pedigree_config *config)
{
	size_t n = pedigree_config_count(config);
	unsigned int layer = PEDIGREE_LAYER_BUILTIN;

	for (size_t i = 0; i < n; i++) {
		const struct pedigree_setting *s =
			pedigree_config_at(config, i);
		_cleanup_buf_ struct pedigree_buf from = PEDIGREE_BUF_INIT;
		const char *value = pedigree_config_get(config, s->section,
							s->name, s->key);

		FUZZ_CHECK(s->origin.layer >= layer);
		layer = s->origin.layer;
		FUZZ_CHECK(pedigree_section_find(s->section));
		FUZZ_CHECK(s->value && value);
		/* Of lists, each line adds to the others. */
		if (!is_list(s) && pedigree_config_in_force(config, i))
			FUZZ_SAME(value, s->value);
		pedigree_origin_text(&s->origin, &from);
		FUZZ_CHECK(from.len);
	}
	for (size_t i = 0; i < pedigree_config_warnings(config); i++)
		FUZZ_CHECK(pedigree_config_warning(config, i)[0]);
}

/* The first rule that matches, by trying all. */
static const struct pedigree_rule *
first_match(const struct pedigree_rules *rules, const char *path,
	    unsigned int role, const struct pedigree_rule *best)
{
	const char *name = strrchr(path, '/') + 1;

	for (size_t i = 0; i < rules->patterns.n; i++) {
		const struct pedigree_pattern *p = &rules->patterns.v[i];
		const struct pedigree_rule *rule = &rules->rules.v[p->rule];

		if ((!best || rule < best) && rule->roles & role &&
		    pedigree_glob_match_plain(p->glob,
					      p->whole_path ? path : name) &&
		    !(p->not_project &&
		      pedigree_path_under(path, rules->project)) &&
		    !(p->not_home && pedigree_path_under(path, rules->home)))
			best = rule;
	}
	return best;
}

static void check_verdict(const struct pedigree_rules *rules, const char *path,
			  const char *original, enum pedigree_role role)
{
	const struct pedigree_rule *best = first_match(rules, path, role, NULL);
	struct pedigree_verdict verdict, mirrored;

	if (original)
		best = first_match(rules, original, role, best);
	pedigree_rules_judge(rules, path, original, role, &verdict);
	FUZZ_CHECK(verdict.rule && verdict.glob && verdict.origin.file);
	FUZZ_CHECK(verdict.kept == (verdict.type != NULL));
	FUZZ_SAME(verdict.rule, best ? best->name : "artifact data");
	FUZZ_SAME(verdict.glob, best ? best->glob : "**");
	/* Which of the two is the original does not matter. */
	if (!original)
		original = path;
	pedigree_rules_judge(rules, original, path, role, &mirrored);
	FUZZ_CHECK(verdict.kept == mirrored.kept);
	FUZZ_SAME(verdict.rule, mirrored.rule);
}

static void check_rules(const struct pedigree_config *config, char **paths)
{
	const char *const prefixes[] = { "/opt/python", NULL };
	const char *const state[] = { "/state", NULL };
	const struct pedigree_scene scene = {
		.home = "/home/me",
		.project = "/home/me/project",
		.prefixes = prefixes,
		.state = state,
	};
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf uri = PEDIGREE_BUF_INIT;
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	_cleanup_free_ char *previous = NULL;
	struct pedigree_rules *rules;
	int r = pedigree_rules_new(config, &scene, &rules, &err);

	if (r < 0) {
		FUZZ_CHECK(r == PEDIGREE_ECONFIG);
		fuzz_check_error(&err, r);
		return;
	}
	for (; *paths; paths++) {
		pedigree_buf_reset(&path);
		pedigree_path_join(&path, "/", *paths);
		pedigree_path_clean(path.data);
		check_verdict(rules, path.data, NULL, PEDIGREE_ROLE_INPUT);
		check_verdict(rules, path.data, previous, PEDIGREE_ROLE_OUTPUT);
		if (pedigree_rules_map(rules, path.data, &uri))
			FUZZ_CHECK(strstr(uri.data, "://"));
		free(previous);
		previous = strdup(path.data);
	}
	pedigree_rules_free(rules);
}

static void check(struct input *input)
{
	struct pedigree_config_sources sources = {
		.system_file = "",
		.environment = input->lists[ENVIRONMENT].v,
		.flags = (const char *const *)input->lists[FLAGS].v,
	};
	const char **files[] = {
		&sources.user_file,
		&sources.folder_file,
		&sources.named_file,
	};
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree_config *config = NULL;
	char path[PEDIGREE_COUNT(files)][FUZZ_PATH];
	int fd[PEDIGREE_COUNT(files)], r;

	for (size_t i = 0; i < PEDIGREE_COUNT(files); i++) {
		fd[i] = fuzz_file(input->text[i].data, input->text[i].len, 0,
				  path[i]);
		*files[i] = path[i];
	}
	r = pedigree_config_load(&sources, &config, &err);
	for (size_t i = 0; i < PEDIGREE_COUNT(files); i++)
		close(fd[i]);
	if (r < 0) {
		FUZZ_CHECK(!config && r == PEDIGREE_ECONFIG);
		fuzz_check_error(&err, r);
		return;
	}
	check_values(config);
	check_settings(config);
	check_rules(config, input->lists[PATHS].v);
	pedigree_config_free(config);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { 0 };

	split(&input, data, size);
	make_lists(&input);
	check(&input);
	input_clear(&input);
	return 0;
}
