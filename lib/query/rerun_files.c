/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The local files of a run, and whether doing it again elsewhere would write
 * over those that it made.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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

/* What ends a path in code, options and lists. */
#define ENDS "\"'`\n\t ,;:()[]<>"

/* Do the `n` bytes, less slashes at their end, name the file or a folder that
   it is in? */
static bool leads_to(const char *at, size_t n, const char *path, size_t least)
{
	while (n > 1 && at[n - 1] == '/')
		n--;
	return n >= least && strncmp(at, path, n) == 0 &&
	       (path[n] == '/' || path[n] == '\0');
}

/*
 * Does the text name this file, or a folder that it is in, by a path that
 * begins with `base`? `folder`: is `base` itself such a one?
 */
static bool names(const char *text, const char *base, bool folder,
		  const char *path)
{
	size_t least = strlen(base) + !folder;

	for (const char *at = text; (at = strstr(at, base)) != NULL; at++)
		if (strncmp(at, path, strlen(path)) == 0 ||
		    leads_to(at, strlen(at), path, least) ||
		    leads_to(at, strcspn(at, ENDS), path, least))
			return true;
	return false;
}

static const char *first_named(const struct pedigree_rerun_plan *plan,
			       const char *text, bool folder)
{
	if (!strstr(text, plan->base))
		return NULL;
	for (size_t i = 0; i < plan->outputs.n; i++)
		if (names(text, plan->base, folder, plan->outputs.v[i].path))
			return plan->outputs.v[i].path;
	return NULL;
}

static int check_words(const struct pedigree_rerun_plan *plan,
		       struct pedigree_error *err)
{
	const char *path;

	for (size_t i = 0; i < plan->argv.n; i++)
		if ((path = first_named(plan, plan->argv.v[i], true)) != NULL)
			return pedigree_fail(
				err, PEDIGREE_EINVAL,
				"argument %zu, '%s', leads to %s, which the run made: --into cannot keep it from being written again; give another with --arg, or --force",
				i, plan->argv.v[i], path);
	/* Search paths have the project in them, and nothing is written there
	   for that. */
	for (size_t i = 0; i < plan->environment.n; i++)
		if ((path = first_named(plan, plan->environment.v[i], false)) !=
		    NULL)
			return pedigree_fail(
				err, PEDIGREE_EINVAL,
				"the variable %s leads to %s, which the run made: --into cannot keep it from being written again, --force lets it",
				plan->environment.v[i], path);
	return 0;
}

#define TEXT_MAX ((size_t)256 << 10) /* of code and settings */
#define TEXTS_MAX 1000

/* Code and settings may have the path of what is written. */
static int check_texts(const struct pedigree_rerun_plan *plan,
		       struct pedigree_error *err)
{
	for (size_t i = 0; i < plan->inputs.n && i < TEXTS_MAX; i++) {
		_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
		const char *file = plan->inputs.v[i].path, *path;
		struct stat st;

		if (stat(file, &st) < 0 || !S_ISREG(st.st_mode) ||
		    (uint64_t)st.st_size > TEXT_MAX ||
		    pedigree_read_file(file, TEXT_MAX, &text, NULL) < 0)
			continue;
		path = first_named(plan, text.data, true);
		if (path)
			return pedigree_fail(
				err, PEDIGREE_EINVAL,
				"%s names %s, or a folder that it is in, by its absolute path: --into cannot keep it from being written again, --force lets it",
				file, path);
	}
	return 0;
}

int pedigree_rerun_files_check(const struct pedigree_rerun_plan *plan,
			       struct pedigree_error *err)
{
	int rc;

	for (size_t i = 0; i < plan->outputs.n; i++)
		if (!pedigree_path_under(plan->outputs.v[i].path, plan->base))
			return pedigree_fail(
				err, PEDIGREE_EINVAL,
				"the run made %s, which is not in %s: --into cannot keep it from being written again, --force lets it",
				plan->outputs.v[i].path, plan->base);
	rc = check_words(plan, err);
	return rc == 0 ? check_texts(plan, err) : rc;
}
