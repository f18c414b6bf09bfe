/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From what a person names to a row of the ledger. Each way is a function
 * that leaves `row` 0 when it finds nothing; what was tried is noted for the
 * message that says so.
 */
#include "config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/fs.h"
#include "graph/places.h"
#include "graph/rollup.h"
#include "graph/sheet.h"
#include "query/nearest.h"
#include "query/query.h"

#define NAMESAKES 5
#define PORTABLE "dataset://"

struct search {
	struct pedigree_ledger *ledger;
	const struct pedigree_pairs *places; /* or NULL */
	const struct pedigree_watcher *progress;
	const char *target;
	char *path;		 /* absolute and clean */
	struct pedigree_buf uri; /* of path, or what a URI names */
	char version[sizeof("sha256:") + PEDIGREE_SHA256_HEX]; /* or "" */
	bool exists;
	bool only_runs; /* are meant */
	bool empty;	/* no bytes */
	bool changed;	/* the bytes on disk are not recorded */
	pedigree_row row;
	struct pedigree_buf tried;
	struct pedigree_buf note;
};

static void search_clear(struct search *search)
{
	free(search->path);
	pedigree_buf_clear(&search->uri);
	pedigree_buf_clear(&search->tried);
	pedigree_buf_clear(&search->note);
}

static void tried(struct search *search, const char *what)
{
	if (search->tried.len)
		pedigree_buf_add_str(&search->tried, ", ");
	pedigree_buf_add_str(&search->tried, what);
}

/* An endpoint's ARN in AWS is the source of its context, and of actions. */
static int by_foreign_arn(struct search *search, struct pedigree_error *err)
{
	_cleanup_(pedigree_rows_clear) struct pedigree_rows rows = { 0 };
	int rc = pedigree_ledger_by_uri(search->ledger, search->target, &rows,
					err);

	for (size_t i = 0; rc == 0 && i < rows.n; i++) {
		_cleanup_(
			pedigree_entity_clear) struct pedigree_entity entity = {
			0
		};

		rc = pedigree_ledger_entity(search->ledger, rows.v[i], &entity,
					    err);
		if (rc == 0 &&
		    (!search->row || entity.kind == PEDIGREE_CONTEXT))
			search->row = rows.v[i];
	}
	return rc;
}

static int by_arn(struct search *search, struct pedigree_error *err)
{
	_cleanup_(pedigree_rows_clear) struct pedigree_rows rows = { 0 };
	int rc;

	if (strncmp(search->target, "arn:", 4) != 0)
		return 0;
	tried(search, "as an ARN");
	rc = pedigree_ledger_by_arn(search->ledger, search->target, &rows, err);
	if (rc == 0 && rows.n)
		search->row = rows.v[0];
	else if (rc == 0)
		rc = by_foreign_arn(search, err);
	return rc;
}

/* The version of `uri` that was recorded last. */
static int newest_of(struct search *search, const char *uri,
		     struct pedigree_error *err)
{
	_cleanup_(pedigree_rows_clear) struct pedigree_rows rows = { 0 };
	int rc = pedigree_ledger_by_uri(search->ledger, uri, &rows, err);

	if (rc < 0 || !rows.n)
		return rc;
	search->row = rows.v[rows.n - 1];
	if (search->changed)
		pedigree_buf_addf(
			&search->note,
			"the bytes of %s differ from every recorded version; this is the newest recorded one of that name",
			search->target);
	else if (rows.n > 1)
		pedigree_buf_addf(
			&search->note,
			"%zu versions of %s are recorded; this is the newest",
			rows.n, search->target);
	return 0;
}

/* The one with this path's URI, else the earliest. */
static int choose(struct search *search, const struct pedigree_rows *rows,
		  bool only_uri, struct pedigree_error *err)
{
	for (size_t i = 0; i < rows->n; i++) {
		_cleanup_(
			pedigree_entity_clear) struct pedigree_entity entity = {
			0
		};
		int rc = pedigree_ledger_entity(search->ledger, rows->v[i],
						&entity, err);

		if (rc < 0)
			return rc;
		if (entity.source_uri &&
		    strcmp(entity.source_uri, search->uri.data) == 0) {
			search->row = rows->v[i];
			return 0;
		}
	}
	if (!only_uri && rows->n)
		search->row = rows->v[0];
	return 0;
}

struct reading {
	const struct pedigree_watcher *progress;
	const char *what;
	uint64_t all;
};

static bool tell_reading(void *ctx, uint64_t done)
{
	const struct reading *reading = ctx;

	pedigree_progress_tell(reading->progress, reading->what, done,
			       reading->all);
	return true;
}

static int digest_of(const struct search *search,
		     struct pedigree_digest *ret_digest,
		     struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf what = PEDIGREE_BUF_INIT;
	struct reading reading = { .progress = search->progress };
	_cleanup_fd_ int fd = -1;
	struct stat st;
	int rc;

	/* A pipe must not hold us up: only regular files have bytes. */
	fd = open(search->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return PEDIGREE_ENOTFOUND;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return PEDIGREE_ENOTFOUND;
	pedigree_buf_addf(&what, "reading %s", search->path);
	reading.what = what.data;
	reading.all = (uint64_t)st.st_size;
	rc = pedigree_digest_fd(fd, tell_reading, &reading, ret_digest, err);
	if (rc == 0)
		pedigree_progress_tell(search->progress, what.data,
				       ret_digest->size, ret_digest->size);
	return rc;
}

static int by_bytes(struct search *search, struct pedigree_error *err)
{
	_cleanup_(pedigree_rows_clear) struct pedigree_rows rows = { 0 };
	struct pedigree_digest digest;
	int rc;

	if (!search->exists)
		return 0;
	rc = digest_of(search, &digest, err);
	if (rc < 0)
		return rc == PEDIGREE_ENOTFOUND ? 0 : rc;
	tried(search, "by its bytes");
	strcpy(search->version, "sha256:");
	strcat(search->version, digest.sha256);
	search->empty = digest.size == 0;
	rc = pedigree_ledger_by_digest(search->ledger, search->version, &rows,
				       err);
	if (rc == 0 && !rows.n)
		rc = pedigree_ledger_by_digest(search->ledger, digest.md5,
					       &rows, err);
	/* Every empty file has the bytes of every other one. */
	if (rc == 0)
		rc = choose(search, &rows, search->empty, err);
	search->changed = rc == 0 && !search->row;
	return rc;
}

static int by_path(struct search *search, struct pedigree_error *err)
{
	int rc;

	if (!search->path)
		return 0;
	rc = newest_of(search, search->uri.data, err);
	if (rc == 0 && !search->row) {
		/* A data set made of a folder may be named with a slash. */
		pedigree_buf_add_char(&search->uri, '/');
		if (pedigree_buf_error(&search->uri))
			return pedigree_fail_memory(err);
		rc = newest_of(search, search->uri.data, err);
		pedigree_buf_cut(&search->uri, search->uri.len - 1);
	}
	return rc;
}

static int by_existing_path(struct search *search, struct pedigree_error *err)
{
	return search->exists ? by_path(search, err) : 0;
}

static int by_lost_path(struct search *search, struct pedigree_error *err)
{
	if (search->path)
		tried(search, "as a path");
	return search->exists ? 0 : by_path(search, err);
}

static int by_uri(struct search *search, struct pedigree_error *err)
{
	if (!strstr(search->target, "://"))
		return 0;
	tried(search, "as a URI");
	return newest_of(search, search->uri.data, err);
}

/* Is it the file `path` of the data set? The bytes on disk, if there are any,
   decide. */
static bool has_file(const struct search *search, const char *manifest,
		     const char *path)
{
	struct pedigree_manifest_line line;

	return pedigree_manifest_find(manifest, path, &line) &&
	       (!search->version[0] ||
		(line.version_n == strlen(search->version) &&
		 memcmp(line.version, search->version, line.version_n) == 0));
}

/* Is the file `path` of data set `row` the one that is looked for, or, with
   `any_end`, one that is called as the path ends? */
static int holds(struct search *search, pedigree_row row, const char *path,
		 bool any_end, bool *ret_holds)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	int rc = pedigree_manifest_row(search->ledger, row, &text, NULL);

	*ret_holds = false;
	if (rc == PEDIGREE_ENOMEM || rc == PEDIGREE_EBUSY)
		return rc;
	while (rc == 0 && path && !*ret_holds) {
		*ret_holds = has_file(search, text.data, path);
		path = any_end ? strchr(path, '/') : NULL;
		path = path ? path + 1 : NULL;
	}
	return 0;
}

static void note_file(struct search *search, const char *set)
{
	pedigree_buf_addf(
		&search->note,
		"%s is recorded as one of the files of %s; this is about all of them",
		search->target, set);
}

static int in_folder(struct search *search, const char *folder,
		     const char *path, struct pedigree_error *err)
{
	_cleanup_(pedigree_rows_clear) struct pedigree_rows rows = { 0 };
	int rc = pedigree_ledger_by_uri(search->ledger, folder, &rows, err);

	for (size_t i = rows.n; rc == 0 && !search->row && i > 0; i--) {
		bool found;

		rc = holds(search, rows.v[i - 1], path, false, &found);
		if (rc < 0)
			return pedigree_fail(
				err, rc, "cannot read the files of %s", folder);
		if (found)
			search->row = rows.v[i - 1];
	}
	if (rc == 0 && search->row)
		note_file(search, folder);
	return rc;
}

/* Files of a data set that was rolled up have no record of their own. */
static int by_folder(struct search *search, struct pedigree_error *err)
{
	_cleanup_free_ char *folder = NULL;
	const char *scheme;
	char *slash;
	int rc = 0;

	if (!search->uri.len)
		return 0;
	folder = strdup(search->uri.data);
	if (!folder)
		return pedigree_fail_memory(err);
	tried(search, "in the folders it is in");
	scheme = strstr(folder, "://");
	while (rc == 0 && !search->row && scheme &&
	       (slash = strrchr(scheme + 3, '/')) != NULL &&
	       slash > scheme + 3) {
		*slash = '\0';
		rc = in_folder(search, folder,
			       search->uri.data + (slash - folder) + 1, err);
	}
	return rc;
}

/*
 * Was the data set `row` last seen in the folder that is looked for, or with
 * this file in one above it? Elsewhere a file must have the same bytes.
 */
static int was_around(struct search *search, pedigree_row row,
		      struct pedigree_error *err)
{
	_cleanup_(pedigree_entity_clear) struct pedigree_entity entity = { 0 };
	int rc = pedigree_ledger_entity(search->ledger, row, &entity, err);
	const char *uri = search->uri.data, *folder = NULL, *path;
	bool found = false;
	size_t n;

	if (rc == 0)
		folder = pedigree_pairs_get(&entity.properties, "Folder");
	if (!folder)
		return rc;
	n = strlen(folder);
	path = strncmp(uri, folder, n) == 0 ? uri + n : NULL;
	if (path && !*path) {
		search->row = row;
		return 0;
	}
	path = path && *path == '/' ? path + 1 : NULL;
	if (!path && !search->version[0])
		return 0;
	rc = holds(search, row, path ? path : uri, !path, &found);
	if (rc < 0)
		return pedigree_fail(err, rc, "cannot read the files of %s",
				     entity.source_uri);
	if (!found)
		return 0;
	search->row = row;
	note_file(search, entity.source_uri);
	return 0;
}

/* Data sets that are the same in any folder know where they were. */
static int by_portable(struct search *search, struct pedigree_error *err)
{
	int rc = 0;

	for (size_t n = 0; rc == 0 && !search->row && search->uri.len; n++) {
		_cleanup_(
			pedigree_rows_clear) struct pedigree_rows rows = { 0 };
		_cleanup_free_ char *uri = NULL;

		rc = pedigree_ledger_below(search->ledger, PORTABLE, n, &uri,
					   NULL);
		if (rc == PEDIGREE_ENOTFOUND)
			return 0;
		if (rc < 0)
			return pedigree_fail(err, rc,
					     "cannot look for data sets");
		rc = pedigree_ledger_by_uri(search->ledger, uri, &rows, err);
		for (size_t i = rows.n; rc == 0 && !search->row && i > 0; i--)
			rc = was_around(search, rows.v[i - 1], err);
	}
	return rc;
}

/* The first file of the manifest with the bytes that are looked for. */
static bool same_file(const struct search *search, const char *manifest,
		      struct pedigree_manifest_line *ret_line)
{
	size_t n = strlen(search->version);

	while (pedigree_manifest_next(&manifest, ret_line))
		if (ret_line->version_n == n &&
		    memcmp(ret_line->version, search->version, n) == 0)
			return true;
	return false;
}

/* A copy of a data set's file. Empty ones are files of many. */
static int by_parts(struct search *search, struct pedigree_error *err)
{
	_cleanup_(pedigree_rows_clear) struct pedigree_rows rows = { 0 };
	int rc;

	if (!search->version[0] || search->empty)
		return 0;
	rc = pedigree_ledger_listed(search->ledger, &rows, err);
	if (rows.n)
		tried(search, "among the files of data sets");
	for (size_t i = 0; rc == 0 && !search->row && i < rows.n; i++) {
		_cleanup_(pedigree_entity_clear) struct pedigree_entity set = {
			0
		};
		_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
		struct pedigree_manifest_line line;

		rc = pedigree_ledger_entity(search->ledger, rows.v[i], &set,
					    err);
		if (rc == 0)
			rc = pedigree_manifest_row(search->ledger, rows.v[i],
						   &text, err);
		/* Removed a moment ago. */
		if (rc == PEDIGREE_ENOTFOUND)
			rc = 0;
		if (rc < 0 || !text.len || !same_file(search, text.data, &line))
			continue;
		search->row = rows.v[i];
		pedigree_buf_addf(
			&search->note,
			"%s has the bytes of %.*s, one of the files of %s; this is about all of them",
			search->target, (int)line.path_n, line.path,
			set.source_uri);
	}
	return rc;
}

static const char *found_word(enum pedigree_kind kind)
{
	switch (kind) {
	case PEDIGREE_TRIAL_COMPONENT:
		return "run";
	case PEDIGREE_CONTEXT:
		return "context";
	default:
		return "one";
	}
}

/* Those that are called so too, by their ARNs. */
static int list_namesakes(struct search *search, struct pedigree_error *err)
{
	_cleanup_(pedigree_rows_clear) struct pedigree_rows rows = { 0 };
	_cleanup_buf_ struct pedigree_buf others = PEDIGREE_BUF_INIT;
	const char *found = "one";
	size_t n = 0;
	int rc = pedigree_ledger_by_name(search->ledger, -1, search->target,
					 &rows, err);

	for (size_t i = rows.n; rc == 0 && i > 0; i--) {
		_cleanup_(
			pedigree_entity_clear) struct pedigree_entity entity = {
			0
		};

		rc = pedigree_ledger_entity(search->ledger, rows.v[i - 1],
					    &entity, err);
		if (rc == 0 && rows.v[i - 1] == search->row) {
			found = found_word(entity.kind);
			continue;
		}
		/* An experiment of that name has no lineage of its own. */
		if (rc < 0 || entity.kind > PEDIGREE_TRIAL_COMPONENT ||
		    (search->only_runs &&
		     entity.kind != PEDIGREE_TRIAL_COMPONENT))
			continue;
		if (n++ < NAMESAKES)
			pedigree_buf_addf(&others, "%s%s", n > 1 ? ", " : "",
					  entity.arn);
	}
	if (rc < 0 || !n)
		return rc;
	pedigree_buf_addf(
		&search->note,
		"%zu things are called %s; this is the newest %s, others are found by their ARN: %s",
		n + 1, search->target, found, others.data);
	if (n > NAMESAKES)
		pedigree_buf_addf(&search->note, " and %zu more",
				  n - NAMESAKES);
	return pedigree_buf_error(&others) ? pedigree_fail_memory(err) : 0;
}

static int by_name(struct search *search, int kind, struct pedigree_error *err)
{
	_cleanup_(pedigree_rows_clear) struct pedigree_rows rows = { 0 };
	int rc = pedigree_ledger_by_name(search->ledger, kind, search->target,
					 &rows, err);

	if (rc < 0 || !rows.n)
		return rc;
	search->row = rows.v[rows.n - 1];
	return list_namesakes(search, err);
}

static int by_run(struct search *search, struct pedigree_error *err)
{
	tried(search, "as the name of a run, an endpoint or anything else");
	return by_name(search, PEDIGREE_TRIAL_COMPONENT, err);
}

static int by_context(struct search *search, struct pedigree_error *err)
{
	return by_name(search, PEDIGREE_CONTEXT, err);
}

static int by_any_name(struct search *search, struct pedigree_error *err)
{
	return by_name(search, -1, err);
}

/* Runs and endpoints have names in the API's letters, whatever they were
   called by those who began them. */
static int by_spelling(struct search *search, struct pedigree_error *err)
{
	static const int kinds[] = { PEDIGREE_TRIAL_COMPONENT, PEDIGREE_CONTEXT,
				     PEDIGREE_ACTION };
	_cleanup_(pedigree_rows_clear) struct pedigree_rows rows = { 0 };
	_cleanup_free_ char *name = NULL;
	int rc = 0;

	if (search->exists || strchr(search->target, '/'))
		return 0;
	name = pedigree_api_name(search->target);
	if (!name)
		return pedigree_fail_memory(err);
	for (size_t i = 0; rc == 0 && !rows.n && i < PEDIGREE_COUNT(kinds); i++)
		rc = pedigree_ledger_by_name(search->ledger, kinds[i], name,
					     &rows, err);
	if (rc < 0 || !rows.n)
		return rc;
	search->row = rows.v[rows.n - 1];
	pedigree_buf_addf(
		&search->note,
		"names have letters, digits and hyphens only: '%s' was looked for as %s",
		search->target, name);
	return 0;
}

static int find_path(struct search *search, struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	_cleanup_free_ char *cwd = NULL;
	struct stat st;

	/* A URI names what is recorded of it, not what is there now. */
	if (strstr(search->target, "://")) {
		/* However it is spelled: with spaces as they are, for one. */
		if (pedigree_uri_to_path(&path, search->target))
			pedigree_path_to_uri(&search->uri, path.data);
		else
			pedigree_buf_add_str(&search->uri, search->target);
		return pedigree_buf_error(&path) ||
				       pedigree_buf_error(&search->uri)
			       ? pedigree_fail_memory(err)
			       : 0;
	}
	if (search->target[0] == '/') {
		pedigree_buf_add_str(&path, search->target);
	} else {
		cwd = getcwd(NULL, 0);
		if (!cwd)
			return 0;
		pedigree_path_join(&path, cwd, search->target);
	}
	if (pedigree_buf_error(&path))
		return pedigree_fail_memory(err);
	search->path = realpath(path.data, NULL);
	search->exists = search->path && stat(search->path, &st) == 0;
	if (!search->path) {
		search->path = pedigree_buf_take(&path);
		if (!search->path)
			return pedigree_fail_memory(err);
		pedigree_path_clean(search->path);
	}
	if (!search->places ||
	    !pedigree_places_uri(search->places, search->path, &search->uri))
		pedigree_path_to_uri(&search->uri, search->path);
	return pedigree_buf_error(&search->uri) ? pedigree_fail_memory(err) : 0;
}

static int not_found(const struct search *search, struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf near = PEDIGREE_BUF_INIT;

	pedigree_nearest(search->ledger, search->target, &near);
	if (pedigree_buf_error(&search->tried) || pedigree_buf_error(&near))
		return pedigree_fail_memory(err);
	if (near.len)
		return pedigree_fail(
			err, PEDIGREE_ENOTFOUND,
			"nothing is recorded of '%s'; did you mean %s? (looked for it %s)",
			search->target, near.data, search->tried.data);
	return pedigree_fail(
		err, PEDIGREE_ENOTFOUND,
		"nothing is recorded of '%s' (looked for it %s); `pedigree list runs` and `pedigree list artifacts` show what is",
		search->target, search->tried.data);
}

typedef int way(struct search *search, struct pedigree_error *err);

/* Tries the ways, which end with NULL, in their order. */
static int try_all(struct search *search, way *const *ways,
		   struct pedigree_buf *ret_note, struct pedigree_error *err)
{
	int rc;

	if (!*search->target)
		return pedigree_fail(
			err, PEDIGREE_EINVAL,
			"the target is empty: name a path, a URI, a run or an endpoint");
	rc = find_path(search, err);
	for (; rc == 0 && !search->row && *ways; ways++)
		rc = (*ways)(search, err);
	if (rc < 0)
		return rc;
	if (!search->row)
		return not_found(search, err);
	if (search->note.len)
		pedigree_buf_add_str(ret_note, search->note.data);
	return 0;
}

int pedigree_resolve(struct pedigree_ledger *ledger, const char *target,
		     pedigree_row *ret_row, struct pedigree_buf *ret_note,
		     struct pedigree_error *err)
{
	return pedigree_resolve_telling(ledger, target, NULL, NULL, ret_row,
					ret_note, err);
}

int pedigree_resolve_telling(struct pedigree_ledger *ledger, const char *target,
			     const struct pedigree_pairs *places,
			     const struct pedigree_watcher *progress,
			     pedigree_row *ret_row,
			     struct pedigree_buf *ret_note,
			     struct pedigree_error *err)
{
	static way *const ways[] = {
		by_arn,	   by_bytes,	by_existing_path, by_uri,
		by_run,	   by_context,	by_any_name,	  by_lost_path,
		by_folder, by_portable, by_parts,	  by_spelling,
		NULL
	};
	_cleanup_(search_clear) struct search search = {
		.ledger = ledger,
		.places = places,
		.progress = progress,
		.target = target,
		.uri = PEDIGREE_BUF_INIT,
		.tried = PEDIGREE_BUF_INIT,
		.note = PEDIGREE_BUF_INIT,
	};
	int rc = try_all(&search, ways, ret_note, err);

	if (rc == 0)
		*ret_row = search.row;
	return rc;
}

static int must_be_run(struct search *search, struct pedigree_error *err)
{
	_cleanup_(pedigree_entity_clear) struct pedigree_entity entity = { 0 };
	int rc = pedigree_ledger_entity(search->ledger, search->row, &entity,
					err);

	if (rc < 0 || entity.kind == PEDIGREE_TRIAL_COMPONENT)
		return rc;
	return pedigree_fail(
		err, PEDIGREE_EINVAL,
		"'%s' is no run but %s: `pedigree trace %s` tells the runs around it",
		search->target,
		entity.kind == PEDIGREE_ARTIFACT ? "an artifact"
		: entity.kind == PEDIGREE_ACTION ? "a deployment"
		: entity.kind == PEDIGREE_CONTEXT
			? "an endpoint or other context"
			: "a group of runs",
		search->target);
}

int pedigree_resolve_run(struct pedigree_ledger *ledger, const char *target,
			 pedigree_row *ret_row, struct pedigree_buf *ret_note,
			 struct pedigree_error *err)
{
	static way *const ways[] = { by_arn,	   by_run,
				     by_any_name,  by_uri,
				     by_lost_path, by_existing_path,
				     by_spelling,  NULL };
	_cleanup_(search_clear) struct search search = {
		.ledger = ledger,
		.target = target,
		.only_runs = true,
		.uri = PEDIGREE_BUF_INIT,
		.tried = PEDIGREE_BUF_INIT,
		.note = PEDIGREE_BUF_INIT,
	};
	int rc = try_all(&search, ways, ret_note, err);

	if (rc == 0)
		rc = must_be_run(&search, err);
	if (rc == 0)
		*ret_row = search.row;
	return rc;
}

const char *pedigree_step_of(struct pedigree_ledger *ledger,
			     const struct pedigree_entity *run)
{
	_cleanup_(pedigree_rows_clear) struct pedigree_rows rows = { 0 };
	const char *of = NULL;

	for (size_t i = 0; i < run->parameters.n && !of; i++)
		if (strcmp(run->parameters.v[i].key, PEDIGREE_PARAM_RUN) == 0)
			of = run->parameters.v[i].value;
	/* Anybody may call a parameter so. */
	if (!of || strcmp(of, run->name) == 0 ||
	    pedigree_ledger_by_name(ledger, PEDIGREE_TRIAL_COMPONENT, of, &rows,
				    NULL) < 0)
		return NULL;
	return rows.n ? of : NULL;
}
