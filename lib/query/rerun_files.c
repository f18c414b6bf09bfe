/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The local files of a run, and whether doing it again elsewhere would write
 * over those that it made.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/fs.h"
#include "graph/rollup.h"
#include "query/rerun.h"

static int add(struct pedigree_rerun_files *files, const char *uri, bool code)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	struct pedigree_rerun_file *file;

	if (!pedigree_uri_to_path(&path, uri))
		return pedigree_buf_error(&path) ? PEDIGREE_ENOMEM : 0;
	file = pedigree_vec_push(files);
	if (!file)
		return PEDIGREE_ENOMEM;
	file->code = code;
	file->path = pedigree_buf_take(&path);
	return file->path ? 0 : PEDIGREE_ENOMEM;
}

static int add_manifest(struct pedigree_rerun_files *files, const char *folder,
			const char *text, bool code)
{
	struct pedigree_manifest_line line;

	while (pedigree_manifest_each(&text, &line)) {
		_cleanup_buf_ struct pedigree_buf uri = PEDIGREE_BUF_INIT;

		pedigree_buf_addf(&uri, "%s/", folder);
		pedigree_buf_add(&uri, line.path, line.path_n);
		if (pedigree_buf_error(&uri) || add(files, uri.data, code) < 0)
			return PEDIGREE_ENOMEM;
	}
	return 0;
}

static int add_all(struct pedigree_ledger *ledger,
		   const struct pedigree_neighbours *all,
		   struct pedigree_rerun_files *files,
		   struct pedigree_error *err)
{
	for (size_t i = 0; i < all->n; i++) {
		const struct pedigree_entity *entity = &all->v[i].entity;
		const char *digest =
			pedigree_pairs_get(&entity->properties, "Manifest");
		_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
		bool code = entity->type && strcmp(entity->type, "Code") == 0;
		int rc = 0;

		if (entity->kind != PEDIGREE_ARTIFACT || !entity->source_uri)
			continue;
		if (!digest)
			rc = add(files, entity->source_uri, code);
		else if (pedigree_ledger_manifest(ledger, digest, &text,
						  NULL) == 0)
			rc = add_manifest(files, entity->source_uri, text.data,
					  code);
		if (rc < 0)
			return pedigree_fail_memory(err);
	}
	return 0;
}

int pedigree_rerun_files_read(struct pedigree_ledger *ledger,
			      const struct pedigree_shown *shown,
			      struct pedigree_rerun_plan *plan,
			      struct pedigree_error *err)
{
	int rc = add_all(ledger, &shown->before, &plan->inputs, err);

	return rc == 0 ? add_all(ledger, &shown->after, &plan->outputs, err)
		       : rc;
}

/* Does the text name this file, or a folder that it is in, by a path that
   begins with `base`? */
static bool names(const char *text, const char *base, const char *path)
{
	const char *at = text;

	while ((at = strstr(at, base)) != NULL) {
		size_t n = strlen(at);

		while (n > 1 && at[n - 1] == '/')
			n--;
		if (strncmp(at, path, strlen(path)) == 0 ||
		    (strncmp(at, path, n) == 0 &&
		     (path[n] == '/' || path[n] == '\0')))
			return true;
		at++;
	}
	return false;
}

static int check_words(const struct pedigree_rerun_plan *plan,
		       const struct pedigree_words *words, const char *what,
		       const char *path, struct pedigree_error *err)
{
	for (size_t i = 0; i < words->n; i++)
		if (names(words->v[i], plan->base, path))
			return pedigree_fail(
				err, PEDIGREE_EINVAL,
				"%s %zu, '%s', is about %s, which the run made: --into cannot keep it from being written again; give another with --arg, or --force",
				what, i, words->v[i], path);
	return 0;
}

int pedigree_rerun_files_check(const struct pedigree_rerun_plan *plan,
			       struct pedigree_error *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < plan->outputs.n; i++) {
		const char *path = plan->outputs.v[i].path;

		if (!pedigree_path_under(path, plan->base))
			return pedigree_fail(
				err, PEDIGREE_EINVAL,
				"the run made %s, which is not in %s: --into cannot keep it from being written again, --force lets it",
				path, plan->base);
		rc = check_words(plan, &plan->argv, "argument", path, err);
		if (rc == 0)
			rc = check_words(plan, &plan->environment, "variable",
					 path, err);
	}
	return rc;
}
