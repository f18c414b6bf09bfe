/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a run can be done again: its arguments one by one, its folder, and the
 * variables of its environment that `[capture] environment` names. Secrets
 * are replaced before anything is kept.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "graph/sheet.h"
#include "rules/redact.h"
#include "rules/words.h"
#include "run/recipe.h"

/* Of lists of files, by xargs for one, the record need not keep a copy. */
#define ARGUMENTS_MAX ((size_t)1 << 20)

/* LD_PRELOAD is ours, and what names our state is none of the program's. */
static bool is_ours(const char *name)
{
	return strcmp(name, "LD_PRELOAD") == 0 ||
	       strncmp(name, "PEDIGREE_", strlen("PEDIGREE_")) == 0;
}

static int add_variable(const struct pedigree_words *patterns,
			const char *variable, struct pedigree_pairs *pairs)
{
	const char *equals = strchr(variable, '=');
	_cleanup_buf_ struct pedigree_buf safe = PEDIGREE_BUF_INIT;
	_cleanup_free_ char *name = NULL;

	if (!equals || equals == variable)
		return 0;
	name = strndup(variable, (size_t)(equals - variable));
	if (!name)
		return PEDIGREE_ENOMEM;
	if (is_ours(name) || !pedigree_words_match(patterns, name))
		return 0;
	pedigree_redact_value(&safe, name, equals + 1);
	if (pedigree_buf_error(&safe))
		return PEDIGREE_ENOMEM;
	/* A part of a value is none to run anything with. */
	return pedigree_pairs_set(pairs, name,
				  strcmp(safe.data, equals + 1) == 0
					  ? safe.data
					  : PEDIGREE_REDACTED);
}

int pedigree_environment_read(const struct pedigree_config *config,
			      char *const *variables,
			      struct pedigree_run_facts *facts)
{
	_cleanup_words_ struct pedigree_words patterns = { 0 };
	struct pedigree_pairs allowed = { 0 };
	int rc = pedigree_config_words(config, "capture", "environment",
				       &patterns);

	for (size_t i = 0; rc == 0 && i < patterns.n; i++)
		rc = pedigree_pairs_set(&allowed, patterns.v[i], "");
	for (; rc == 0 && variables && *variables; variables++)
		rc = add_variable(&patterns, *variables, &facts->environment);
	if (rc == 0)
		facts->allowed = allowed;
	else
		pedigree_pairs_clear(&allowed);
	return rc;
}

static void add_pairs(struct pedigree_buf *text, const char *topic,
		      const struct pedigree_pairs *pairs)
{
	for (size_t i = 0; i < pairs->n; i++) {
		const struct pedigree_pair *pair = &pairs->v[i];
		_cleanup_buf_ struct pedigree_buf safe = PEDIGREE_BUF_INIT;

		pedigree_redact_value(&safe, pair->key, pair->value);
		pedigree_sheet_add(text, topic, pair->key,
				   pedigree_buf_error(&safe) ? PEDIGREE_REDACTED
							     : safe.data);
	}
}

static void add_arguments(struct pedigree_buf *text, char *const *argv)
{
	struct pedigree_mask_line line = { .pem = false };
	size_t before = text->len;

	for (size_t i = 0; argv && argv[i]; i++) {
		_cleanup_buf_ struct pedigree_buf arg = PEDIGREE_BUF_INIT;
		char number[24];

		pedigree_redact_next(&arg, &line, argv[i], NULL, NULL);
		snprintf(number, sizeof(number), "%zu", i);
		pedigree_sheet_add(text, "argument", number,
				   pedigree_buf_error(&arg) ? PEDIGREE_REDACTED
							    : arg.data);
		if (text->len - before > ARGUMENTS_MAX) {
			pedigree_buf_cut(text, before);
			pedigree_sheet_add(text, "partial", "argument", "");
			return;
		}
	}
}

int pedigree_redacted_note(struct pedigree_run_facts *facts)
{
	_cleanup_buf_ struct pedigree_buf numbers = PEDIGREE_BUF_INIT;
	struct pedigree_mask_line line = { .pem = false };
	char *const *argv = facts->argv;

	for (size_t i = 0; argv && argv[i]; i++) {
		_cleanup_buf_ struct pedigree_buf arg = PEDIGREE_BUF_INIT;

		pedigree_redact_next(&arg, &line, argv[i], NULL, NULL);
		if (pedigree_buf_error(&arg))
			return PEDIGREE_ENOMEM;
		if (strcmp(arg.data, argv[i]) != 0)
			pedigree_buf_addf(&numbers, "%zu ", i);
	}
	if (pedigree_buf_error(&numbers))
		return PEDIGREE_ENOMEM;
	if (numbers.len)
		facts->redacted = pedigree_buf_take(&numbers);
	return 0;
}

/* Files that the command was given as open descriptors. */
static void add_inherited(struct pedigree_buf *text,
			  const struct pedigree_run_facts *facts)
{
	for (size_t i = 0; i < facts->inherited.n; i++) {
		const struct pedigree_inherited *file = &facts->inherited.v[i];
		_cleanup_buf_ struct pedigree_buf uri = PEDIGREE_BUF_INIT;
		char how[32];

		pedigree_path_to_uri(&uri, file->path);
		snprintf(how, sizeof(how), "%d %s%s", file->fd,
			 file->read ? "r" : "", file->written ? "w" : "");
		if (!pedigree_buf_error(&uri))
			pedigree_sheet_add(text, "inherited", uri.data, how);
	}
}

static void add_git(struct pedigree_buf *text,
		    const struct pedigree_run_facts *facts)
{
	if (facts->git_root)
		pedigree_sheet_add(text, "git", "root", facts->git_root);
	if (facts->git_root && facts->git_dirty >= 0)
		pedigree_sheet_add(text, "git", "dirty",
				   facts->git_dirty ? "true" : "false");
}

int pedigree_recipe_add(const struct pedigree_run_facts *facts,
			struct pedigree_record *record)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;

	pedigree_sheet_begin(&text);
	if (facts->asked)
		pedigree_sheet_add(&text, "name", "asked", facts->asked);
	if (facts->cwd)
		pedigree_sheet_add(&text, "folder", "cwd", facts->cwd);
	add_arguments(&text, facts->argv);
	if (facts->redacted)
		pedigree_sheet_add(&text, "redacted", "arguments",
				   facts->redacted);
	add_inherited(&text, facts);
	if (facts->experiment && facts->experiment[0])
		pedigree_sheet_add(&text, "name", "experiment",
				   facts->experiment);
	add_pairs(&text, "given", &facts->params);
	add_git(&text, facts);
	add_pairs(&text, "allowed", &facts->allowed);
	add_pairs(&text, "environment", &facts->environment);
	return pedigree_sheet_keep(record, PEDIGREE_PARAM_RECIPE, &text);
}
