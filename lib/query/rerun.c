/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "query/rerun.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fs.h"

#define REDACTED "[redacted" /* what redacted values have in them */

static void files_clear(struct pedigree_rerun_files *files)
{
	for (size_t i = 0; i < files->n; i++)
		free(files->v[i].path);
	pedigree_vec_clear(files);
}

void pedigree_rerun_plan_free(struct pedigree_rerun_plan *plan)
{
	if (!plan)
		return;
	pedigree_words_clear(&plan->argv);
	pedigree_words_clear(&plan->environment);
	pedigree_words_clear(&plan->unset);
	pedigree_words_clear(&plan->params);
	files_clear(&plan->inputs);
	files_clear(&plan->outputs);
	free(plan->arn);
	free(plan->name);
	free(plan->experiment);
	free(plan->folder);
	free(plan->input);
	free(plan->into);
	free(plan->base);
	free(plan);
}

static void plan_freep(struct pedigree_rerun_plan **plan)
{
	pedigree_rerun_plan_free(*plan);
}

/* VALUE of "N=VALUE" for argument n; NULL: it was not given. */
static const char *given(const char *const *arguments, size_t n)
{
	for (; arguments && *arguments; arguments++) {
		char *end;
		unsigned long number = strtoul(*arguments, &end, 10);

		if (end > *arguments && *end == '=' && number == n)
			return end + 1;
	}
	return NULL;
}

/* Does "1 4 12 " name n? */
static bool names_number(const char *numbers, size_t n)
{
	while (numbers && *numbers) {
		char *end;
		unsigned long number = strtoul(numbers, &end, 10);

		if (end == numbers)
			return false;
		if (number == n)
			return true;
		numbers = end + strspn(end, " ");
	}
	return false;
}

static int read_arguments(const struct pedigree_sheet *recipe,
			  const char *const *arguments,
			  struct pedigree_rerun_plan *plan,
			  struct pedigree_error *err)
{
	const char *redacted =
		pedigree_sheet_get(recipe, "redacted", "arguments");

	for (size_t i = 0; i < recipe->n; i++) {
		const struct pedigree_sheet_line *line = &recipe->v[i];
		size_t n = plan->argv.n;
		const char *value = given(arguments, n);

		if (strcmp(line->topic, "argument") != 0)
			continue;
		if (!value && (names_number(redacted, n) ||
			       strstr(line->value, REDACTED)))
			return pedigree_fail(
				err, PEDIGREE_EINVAL,
				"argument %zu, '%s', held a secret, which is not recorded: give it whole with --arg %zu=VALUE",
				n, line->value, n);
		if (pedigree_words_take(&plan->argv,
					strdup(value ? value : line->value)) <
		    0)
			return pedigree_fail_memory(err);
	}
	for (; arguments && *arguments; arguments++)
		if (strtoul(*arguments, NULL, 10) >= plan->argv.n ||
		    !strchr("0123456789", **arguments) ||
		    !strchr(*arguments, '='))
			return pedigree_fail(
				err, PEDIGREE_EINVAL,
				"'%s' gives none of the run's arguments, which are 0 to %zu",
				*arguments,
				plan->argv.n ? plan->argv.n - 1 : 0);
	if (!plan->argv.n)
		return pedigree_fail(
			err, PEDIGREE_EUNSUPPORTED,
			"the arguments of %s are not recorded: they were too many",
			plan->name);
	return 0;
}

/* As it was: variables that were set, and none that the patterns choose. */
static int read_environment(const struct pedigree_sheet *recipe,
			    struct pedigree_rerun_plan *plan,
			    struct pedigree_error *err)
{
	for (size_t i = 0; i < recipe->n; i++) {
		const struct pedigree_sheet_line *line = &recipe->v[i];
		char *text;

		if (strcmp(line->topic, "environment") != 0)
			continue;
		if (strstr(line->value, REDACTED)) {
			if (getenv(line->name))
				continue;
			return pedigree_fail(
				err, PEDIGREE_EINVAL,
				"the variable %s held a secret, which is not recorded: set it in the environment",
				line->name);
		}
		if (asprintf(&text, "%s=%s", line->name, line->value) < 0 ||
		    pedigree_words_take(&plan->environment, text) < 0)
			return pedigree_fail_memory(err);
	}
	for (char **at = environ; at && *at; at++) {
		_cleanup_free_ char *name = strndup(*at, strcspn(*at, "="));

		if (!name)
			return pedigree_fail_memory(err);
		if (strncmp(name, "PEDIGREE_", strlen("PEDIGREE_")) != 0 &&
		    strcmp(name, "LD_PRELOAD") != 0 &&
		    pedigree_sheet_allows(recipe, name) &&
		    !pedigree_sheet_get(recipe, "environment", name) &&
		    pedigree_words_take(&plan->unset, pedigree_take(name)) < 0)
			return pedigree_fail_memory(err);
	}
	return 0;
}

static int read_params(const struct pedigree_sheet *recipe,
		       struct pedigree_rerun_plan *plan,
		       struct pedigree_error *err)
{
	for (size_t i = 0; i < recipe->n; i++) {
		const struct pedigree_sheet_line *line = &recipe->v[i];
		char *text;

		if (strcmp(line->topic, "given") != 0 ||
		    strncmp(line->name, "pedigree.", 9) == 0)
			continue;
		if (asprintf(&text, "%s=%s", line->name, line->value) < 0 ||
		    pedigree_words_take(&plan->params, text) < 0)
			return pedigree_fail_memory(err);
	}
	return 0;
}

/* What standard input was read from, when that was a file. */
static int read_input(const struct pedigree_sheet *recipe,
		      struct pedigree_rerun_plan *plan,
		      struct pedigree_error *err)
{
	for (size_t i = 0; i < recipe->n; i++) {
		const struct pedigree_sheet_line *line = &recipe->v[i];
		_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;

		if (strcmp(line->topic, "inherited") != 0 ||
		    strcmp(line->value, "0 r") != 0 || plan->input ||
		    !pedigree_uri_to_path(&path, line->name))
			continue;
		plan->input = pedigree_buf_take(&path);
		if (!plan->input)
			return pedigree_fail_memory(err);
	}
	return 0;
}

static int copy_text(char **to, const char *from, struct pedigree_error *err)
{
	if (!from)
		return 0;
	*to = strdup(from);
	return *to ? 0 : pedigree_fail_memory(err);
}

static bool is_empty(const char *path)
{
	DIR *folder = opendir(path);
	struct dirent *entry;
	bool empty = folder != NULL;

	while (folder && empty && (entry = readdir(folder)) != NULL)
		empty = strcmp(entry->d_name, ".") == 0 ||
			strcmp(entry->d_name, "..") == 0;
	if (folder)
		closedir(folder);
	return empty;
}

/* `base` is the project that the command ran in, if it ran in one, so that
   what is beside its folder is beside it again. */
static int set_into(const struct pedigree_sheet *recipe, const char *into,
		    const char *cwd, struct pedigree_rerun_plan *plan,
		    struct pedigree_error *err)
{
	const char *root = pedigree_sheet_get(recipe, "git", "root");
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	_cleanup_free_ char *here = getcwd(NULL, 0);

	if (access(into, F_OK) == 0 && !is_empty(into))
		return pedigree_fail(
			err, PEDIGREE_EEXIST,
			"%s is no empty folder: --into takes one that is not there yet",
			into);
	pedigree_path_join(&path, here ? here : "/", into);
	plan->into = pedigree_buf_take(&path);
	if (!plan->into)
		return pedigree_fail_memory(err);
	pedigree_path_clean(plan->into);
	if (!root || !pedigree_path_under(cwd, root))
		root = cwd;
	if (copy_text(&plan->base, root, err) < 0)
		return PEDIGREE_ENOMEM;
	if (strcmp(root, "/") == 0)
		return pedigree_fail(
			err, PEDIGREE_EINVAL,
			"%s ran in /, for which no other folder can stand",
			plan->name);
	if (asprintf(&plan->folder, "%s%s", plan->into, cwd + strlen(root)) <
	    0) {
		plan->folder = NULL;
		return pedigree_fail_memory(err);
	}
	return 0;
}

static int fill(struct pedigree_ledger *ledger,
		const struct pedigree_shown *shown,
		const struct pedigree_sheet *recipe,
		const struct pedigree_rerun_options *options,
		struct pedigree_rerun_plan *plan, struct pedigree_error *err)
{
	const char *cwd = pedigree_sheet_get(recipe, "folder", "cwd");
	const char *name = pedigree_sheet_get(recipe, "name", "asked");
	int rc = copy_text(&plan->arn, shown->entity.arn, err);

	if (rc == 0)
		rc = copy_text(&plan->name, name ? name : shown->entity.name,
			       err);
	if (rc == 0)
		rc = copy_text(&plan->experiment,
			       pedigree_sheet_get(recipe, "name", "experiment"),
			       err);
	if (rc == 0)
		rc = read_arguments(recipe, options->arguments, plan, err);
	if (rc == 0)
		rc = read_environment(recipe, plan, err);
	if (rc == 0)
		rc = read_params(recipe, plan, err);
	if (rc == 0)
		rc = read_input(recipe, plan, err);
	if (rc == 0)
		rc = pedigree_rerun_files_read(ledger, shown, plan, err);
	if (rc < 0)
		return rc;
	cwd = cwd ? cwd : "/";
	if (!options->into)
		return copy_text(&plan->folder, cwd, err);
	rc = set_into(recipe, options->into, cwd, plan, err);
	if (rc == 0 && !options->force)
		rc = pedigree_rerun_files_check(plan, err);
	return rc;
}

static int end_list(struct pedigree_words *words, const char *const **ret)
{
	if (!pedigree_vec_push(words))
		return PEDIGREE_ENOMEM;
	words->n--;
	*ret = (const char *const *)words->v;
	return 0;
}

static int set_view(struct pedigree_rerun_plan *plan,
		    struct pedigree_error *err)
{
	struct pedigree_rerun *view = &plan->view;

	view->arn = plan->arn;
	view->name = plan->name;
	view->experiment = plan->experiment;
	view->folder = plan->folder;
	view->input = plan->input;
	if (end_list(&plan->argv, &view->argv) < 0 ||
	    end_list(&plan->environment, &view->environment) < 0 ||
	    end_list(&plan->unset, &view->unset) < 0 ||
	    end_list(&plan->params, &view->params) < 0)
		return pedigree_fail_memory(err);
	return 0;
}

static void shown_freep(struct pedigree_shown **shown)
{
	pedigree_shown_free(*shown);
}

int pedigree_rerun_read(struct pedigree_ledger *ledger, pedigree_row row,
			const struct pedigree_rerun_options *options,
			struct pedigree_rerun_plan **ret_plan,
			struct pedigree_error *err)
{
	static const struct pedigree_rerun_options none = { NULL, NULL, 0 };
	_cleanup_(pedigree_sheet_clear) struct pedigree_sheet recipe = { 0 };
	_cleanup_(shown_freep) struct pedigree_shown *shown = NULL;
	_cleanup_(plan_freep) struct pedigree_rerun_plan *plan =
		calloc(1, sizeof(*plan));
	const char *of = NULL;
	bool there = false;
	int rc;

	if (!plan)
		return pedigree_fail_memory(err);
	rc = pedigree_show_row(ledger, row, &shown, err);
	if (rc == 0)
		rc = pedigree_run_sheet(ledger, &shown->entity,
					PEDIGREE_PARAM_RECIPE, &recipe, &there,
					err);
	if (rc == 0 && !there)
		of = pedigree_step_of(ledger, &shown->entity);
	if (of)
		return pedigree_fail(
			err, PEDIGREE_EUNSUPPORTED,
			"%s is a step of run %s: `pedigree rerun %s` runs all of them again",
			shown->entity.name, of, of);
	if (rc == 0 && !there)
		return pedigree_fail(
			err, PEDIGREE_EUNSUPPORTED,
			"it was not recorded how %s was run: an older version of pedigree made the record, or something else",
			shown->entity.name);
	if (rc == 0)
		rc = fill(ledger, shown, &recipe, options ? options : &none,
			  plan, err);
	if (rc == 0)
		rc = set_view(plan, err);
	if (rc == 0)
		*ret_plan = pedigree_take(plan);
	return rc;
}
