/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What must hold before a deployment's command starts: [deploy] require.
 */
#include "config.h"

#include <string.h>
#include <unistd.h>

#include <pedigree/query.h>

#include "api/api.h"
#include "base/base.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/vec.h"
#include "render/render.h"
#include "rules/command.h"
#include "rules/rules.h"

PEDIGREE_VEC_TYPE(texts, char *);

static void texts_clear(struct texts *texts)
{
	for (size_t i = 0; i < texts->n; i++)
		free(texts->v[i]);
	pedigree_vec_clear(texts);
}

static int add_text(struct texts *texts, const char *text)
{
	char **place;

	for (size_t i = 0; i < texts->n; i++)
		if (strcmp(texts->v[i], text) == 0)
			return 0;
	place = pedigree_vec_push(texts);
	if (!place)
		return PEDIGREE_ENOMEM;
	*place = strdup(text);
	return *place ? 0 : PEDIGREE_ENOMEM;
}

/* What the rules that match a command say about it. */
struct found {
	const struct pedigree_config *config;
	struct pedigree_command command;
	struct texts models;
	bool required;
};

static int apply_rule(struct found *found,
		      const struct pedigree_command_rule *rule)
{
	_cleanup_buf_ struct pedigree_buf model = PEDIGREE_BUF_INIT;
	bool whole;

	if (!pedigree_command_match(rule, &found->command))
		return 0;
	if (pedigree_command_key(found->config, rule, "require"))
		found->required = true;
	whole = pedigree_command_fill(
		&found->command,
		pedigree_command_key(found->config, rule, "model"), &model);
	if (pedigree_buf_error(&model))
		return PEDIGREE_ENOMEM;
	return whole ? add_text(&found->models, model.data) : 0;
}

static int apply_rules(struct found *found)
{
	const struct pedigree_config *config = found->config;
	int rc = 0;

	for (size_t i = 0; i < pedigree_config_count(config) && rc == 0; i++) {
		struct pedigree_command_rule rule;

		if (!pedigree_command_is_rule(config, "deploy", i))
			continue;
		rc = pedigree_command_rule_read(pedigree_config_at(config, i),
						&rule);
		if (rc == 0 && rule.n)
			rc = apply_rule(found, &rule);
		pedigree_command_rule_clear(&rule);
	}
	return rc;
}

int pedigree_deploy_required(const struct pedigree *pedigree,
			     const char *const *argv,
			     struct pedigree_error *err)
{
	_cleanup_free_ struct found *found = NULL;
	int rc;

	if (!pedigree || !argv)
		return pedigree_fail(
			err, PEDIGREE_EINVAL,
			"pedigree_deploy_required: an argument is missing");
	if (pedigree_config_get(pedigree->config, "deploy", NULL, "require"))
		return 1;
	found = calloc(1, sizeof(*found));
	if (!found)
		return pedigree_fail_memory(err);
	found->config = pedigree->config;
	pedigree_command_set(&found->command, argv);
	rc = apply_rules(found);
	texts_clear(&found->models);
	return rc < 0 ? pedigree_fail_memory(err) : found->required;
}

/* A file that rules call a Model, whoever reads or writes it. */
static bool is_model(const struct pedigree_rules *rules, const char *path)
{
	struct pedigree_verdict verdict = { 0 };

	pedigree_rules_judge(rules, path, NULL, PEDIGREE_ROLE_OUTPUT, &verdict);
	return verdict.kept && strcmp(verdict.type, "Model") == 0;
}

static int add_words(struct found *found, const struct pedigree_rules *rules)
{
	for (size_t i = 1; i < found->command.n; i++) {
		const char *word = found->command.args[i];
		const char *equals = strchr(word, '=');
		_cleanup_free_ char *path = NULL;

		/* --model=churn.pkl */
		if (word[0] == '-' && equals)
			word = equals + 1;
		if (!strchr(word, '/') && access(word, F_OK) < 0)
			continue;
		path = realpath(word, NULL);
		if (!path || !is_model(rules, path))
			continue;
		if (add_text(&found->models, word) < 0)
			return PEDIGREE_ENOMEM;
	}
	return 0;
}

static int find_models(struct found *found, struct pedigree_error *err)
{
	static const struct pedigree_scene scene = { "", "", NULL, NULL };
	struct pedigree_rules *rules = NULL;
	int rc = apply_rules(found);

	if (rc < 0)
		return pedigree_fail_memory(err);
	if (found->models.n)
		return 0;
	rc = pedigree_rules_new(found->config, &scene, &rules, err);
	if (rc < 0)
		return rc;
	rc = add_words(found, rules);
	pedigree_rules_free(rules);
	return rc < 0 ? pedigree_fail_memory(err) : 0;
}

/* Of an unknown model, the reason is printed. */
static int verify_one(const struct pedigree *pedigree, const char *model,
		      const struct pedigree_print *print, FILE *out,
		      enum pedigree_verification *worst,
		      struct pedigree_error *err)
{
	enum pedigree_verification verdict = PEDIGREE_NOT_VERIFIED;
	struct pedigree_error why = PEDIGREE_ERROR_INIT;
	int rc = pedigree_verify(pedigree, model, print, out, &verdict, &why);

	if (rc < 0 && rc != PEDIGREE_ENOTFOUND)
		return pedigree_fail(err, rc, "%s", why.text);
	if (rc < 0) {
		pedigree_print_text(out, why.text);
		fputc('\n', out);
	}
	if (verdict == PEDIGREE_NOT_VERIFIED || *worst == PEDIGREE_VERIFIED)
		*worst = verdict;
	return 0;
}

int pedigree_deploy_verify(const struct pedigree *pedigree,
			   const char *const *argv, const char *const *models,
			   const struct pedigree_print *print, FILE *out,
			   enum pedigree_verification *ret_verdict,
			   struct pedigree_error *err)
{
	enum pedigree_verification worst = PEDIGREE_VERIFIED;
	_cleanup_free_ struct found *found = NULL;
	int rc = 0;

	if (!pedigree || !argv || !print || !out || !ret_verdict)
		return pedigree_fail(
			err, PEDIGREE_EINVAL,
			"pedigree_deploy_verify: an argument is missing");
	found = calloc(1, sizeof(*found));
	if (!found)
		return pedigree_fail_memory(err);
	found->config = pedigree->config;
	pedigree_command_set(&found->command, argv);
	for (size_t i = 0; models && models[i] && rc == 0; i++)
		if (add_text(&found->models, models[i]) < 0)
			rc = pedigree_fail_memory(err);
	if (rc == 0 && !found->models.n)
		rc = find_models(found, err);
	for (size_t i = 0; i < found->models.n && rc == 0; i++)
		rc = verify_one(pedigree, found->models.v[i], print, out,
				&worst, err);
	if (rc == 0 && !found->models.n) {
		fputs("which model the command deploys cannot be known before it starts: name it with --model\n",
		      out);
		worst = PEDIGREE_CANNOT_VERIFY;
	}
	texts_clear(&found->models);
	if (rc == 0)
		*ret_verdict = worst;
	return rc;
}
