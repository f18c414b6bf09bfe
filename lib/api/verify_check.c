/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Artifacts against what is there now. Local files are read, never taken from
 * the cache of digests, whose word is a file's times: whoever exchanges a
 * model can set those. Stores are asked.
 */
#include "config.h"

#include "api/verify.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/base.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/fs.h"
#include "graph/json.h"
#include "graph/places.h"
#include "graph/rollup.h"
#include "query/query.h"
#include "render/render.h"
#include "run/run.h"
#include "store/ledger_merge.h"

#define SHA256_PREFIX "sha256:"

static const char *const status_words[PEDIGREE_VERIFY_STATES] = {
	[PEDIGREE_OBJECT_SAME] = "Verified",
	[PEDIGREE_OBJECT_CHANGED] = "Changed",
	[PEDIGREE_OBJECT_GONE] = "Gone",
	[PEDIGREE_OBJECT_UNKNOWN] = "Unknown",
};

void pedigree_check_clear(struct pedigree_check *check)
{
	pedigree_map_free(check->known);
	pedigree_rows_clear(&check->files);
	pedigree_rows_clear(&check->objects);
	pedigree_objects_free(check->stores);
	pedigree_pairs_clear(&check->places);
}

/*
 * Where it is, or its files are: a data set that is the same everywhere was
 * last seen in that folder, and of what is mounted here, the bytes are.
 */
static int find_place(struct pedigree_check *check,
		      const struct pedigree_entity *entity,
		      struct pedigree_buf *ret_uri, struct pedigree_error *err)
{
	const char *folder = pedigree_pairs_get(&entity->properties, "Folder");
	const char *uri = folder ? folder : entity->source_uri;
	const char *version = pedigree_version_of(entity);
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;

	if (!check->has_places &&
	    pedigree_places_now(check->config, &check->places) < 0)
		return pedigree_fail_memory(err);
	check->has_places = true;
	if (uri && version &&
	    strncmp(version, SHA256_PREFIX, strlen(SHA256_PREFIX)) == 0 &&
	    pedigree_places_path(&check->places, uri, &path) &&
	    !pedigree_buf_error(&path))
		pedigree_path_to_uri(ret_uri, path.data);
	else
		pedigree_buf_add_str(ret_uri, uri ? uri : entity->arn);
	return pedigree_buf_error(ret_uri) ? pedigree_fail_memory(err) : 0;
}

static bool is_remote(const struct pedigree_buf *place)
{
	return strncmp(place->data, "s3://", 5) == 0;
}

int pedigree_check_add(struct pedigree_check *check, pedigree_row row,
		       const struct pedigree_entity *entity,
		       struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf uri = PEDIGREE_BUF_INIT;
	struct pedigree_rows *rows;
	pedigree_row *place;
	const char *files;
	int64_t bytes;
	bool new;

	if (!check->known)
		check->known = pedigree_map_new();
	if (!check->known ||
	    !pedigree_map_at(check->known, &row, sizeof(row), &new))
		return pedigree_fail_memory(err);
	/* What a script removed itself is not to be there. */
	if (!new || pedigree_pairs_get(&entity->properties, "Temporary"))
		return 0;
	if (find_place(check, entity, &uri, err) < 0)
		return PEDIGREE_ENOMEM;
	rows = is_remote(&uri) ? &check->objects : &check->files;
	place = pedigree_vec_push(rows);
	if (!place)
		return pedigree_fail_memory(err);
	*place = row;
	if (is_remote(&uri)) {
		files = pedigree_pairs_get(&entity->properties, "Files");
		check->asks += files ? strtoull(files, NULL, 10) : 1;
		return 0;
	}
	bytes = pedigree_ledger_bytes(entity);
	check->all += bytes > 0 ? (uint64_t)bytes : 0;
	return 0;
}

/* A line for what is not as it was. */
static int tell(struct pedigree_check *check, enum pedigree_object_state status,
		const char *uri, const char *why, struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf json = PEDIGREE_BUF_INIT;

	check->n[status]++;
	if (status == PEDIGREE_OBJECT_SAME)
		return 0;
	if (check->print->format != PEDIGREE_JSON) {
		fprintf(check->out, "%-8s ", status_words[status]);
		pedigree_print_text(check->out, uri);
		fputs(": ", check->out);
		pedigree_print_text(check->out, why);
		fputc('\n', check->out);
		return 0;
	}
	pedigree_buf_addf(&json, "%s\n{\"Status\":\"%s\",\"SourceUri\":",
			  check->lines++ ? "," : "", status_words[status]);
	pedigree_json_string(&json, uri);
	pedigree_buf_add_str(&json, ",\"Reason\":");
	pedigree_json_string(&json, why);
	pedigree_buf_add_char(&json, '}');
	if (pedigree_buf_error(&json))
		return pedigree_fail_memory(err);
	fputs(json.data, check->out);
	return 0;
}

/* Files may have grown since: only the end is the end. */
static bool tell_progress(void *ctx, uint64_t done)
{
	const struct pedigree_check *check = ctx;
	_cleanup_buf_ struct pedigree_buf what = PEDIGREE_BUF_INIT;

	done += check->done;
	pedigree_buf_addf(&what, "verifying %s", check->target);
	if (check->all && !pedigree_buf_error(&what))
		pedigree_progress_tell(
			check->progress, what.data,
			done < check->all ? done : check->all - 1, check->all);
	return true;
}

static bool same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

/* `version` is not terminated. */
static enum pedigree_object_state compare(struct pedigree_check *check,
					  const char *path, const char *version,
					  size_t n, const char **ret_why)
{
	_cleanup_fd_ int fd = -1;
	struct pedigree_digest digest;
	struct stat before, after;
	size_t prefix = strlen(SHA256_PREFIX);

	/* A pipe must not hold us up: only regular files have bytes. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0) {
		*ret_why = strerror(errno);
		return errno == ENOENT || errno == ENOTDIR
			       ? PEDIGREE_OBJECT_GONE
			       : PEDIGREE_OBJECT_UNKNOWN;
	}
	*ret_why = "its bytes were not recorded";
	if (n != prefix + PEDIGREE_SHA256_HEX - 1 ||
	    strncmp(version, SHA256_PREFIX, prefix) != 0)
		return PEDIGREE_OBJECT_UNKNOWN;
	*ret_why = "it is no regular file any more";
	if (fstat(fd, &before) < 0 || !S_ISREG(before.st_mode))
		return PEDIGREE_OBJECT_CHANGED;
	*ret_why = "it cannot be read";
	if (pedigree_digest_fd(fd, tell_progress, check, &digest, NULL) < 0 ||
	    fstat(fd, &after) < 0)
		return PEDIGREE_OBJECT_UNKNOWN;
	check->done += digest.size;
	/* Whoever reads it now would not find it. */
	*ret_why = "it was removed while it was read";
	if (!after.st_nlink)
		return PEDIGREE_OBJECT_GONE;
	*ret_why = "it changed while it was read";
	if (before.st_size != after.st_size ||
	    !same_time(&before.st_mtim, &after.st_mtim))
		return PEDIGREE_OBJECT_UNKNOWN;
	*ret_why = "it has other bytes now";
	return memcmp(digest.sha256, version + prefix, n - prefix) == 0
		       ? PEDIGREE_OBJECT_SAME
		       : PEDIGREE_OBJECT_CHANGED;
}

/* `version` is not terminated. */
static int check_file(struct pedigree_check *check,
		      const struct pedigree_entity *entity, const char *uri,
		      const char *version, size_t n, struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	const char *host = pedigree_pairs_get(&entity->properties, "Host");
	enum pedigree_object_state state;
	const char *why;

	if (!pedigree_uri_to_path(&path, uri))
		return pedigree_buf_error(&path)
			       ? pedigree_fail_memory(err)
			       : tell(check, PEDIGREE_OBJECT_UNKNOWN, uri,
				      "only local files and objects in S3 can be checked",
				      err);
	if (pedigree_buf_error(&path))
		return pedigree_fail_memory(err);
	state = compare(check, path.data, version, n, &why);
	/* The same bytes are the same anywhere; others may be another's. */
	if (state != PEDIGREE_OBJECT_SAME && host &&
	    strcmp(host, check->here.nodename) != 0) {
		state = PEDIGREE_OBJECT_UNKNOWN;
		why = "it was recorded on another host";
	}
	return tell(check, state, uri, why, err);
}

static void tell_asked(const struct pedigree_check *check, uint64_t asked)
{
	if (check->progress && check->progress->count)
		check->progress->count(check->progress->ctx,
				       "asking for objects in S3", asked,
				       check->asks);
}

/* "version:…" or "etag:…" of a manifest; else as the artifact has it. */
static int check_object(struct pedigree_check *check,
			const struct pedigree_entity *entity, const char *uri,
			const char *version, size_t n,
			struct pedigree_error *err)
{
	static const char v[] = "version:", e[] = "etag:";
	const struct pedigree_pairs *types = &entity->source_types;
	struct pedigree_object_known known = {
		.uri = uri,
		.endpoint = pedigree_pairs_get(&entity->properties, "Endpoint"),
	};
	_cleanup_free_ char *text = strndup(version ? version : "", n);
	enum pedigree_object_state state;
	const char *why;
	int rc;

	if (!text)
		return pedigree_fail_memory(err);
	if (!version) {
		known.version = pedigree_pairs_get(types, "S3Version");
		known.etag = pedigree_pairs_get(types, "S3ETag");
		if (!known.etag)
			known.etag =
				pedigree_pairs_get(&entity->properties, "ETag");
	} else if (strncmp(text, v, sizeof(v) - 1) == 0) {
		known.version = text + sizeof(v) - 1;
	} else if (strncmp(text, e, sizeof(e) - 1) == 0) {
		known.etag = text + sizeof(e) - 1;
	}
	if (!check->stores) {
		rc = pedigree_objects_new(check->config, &check->stores, err);
		if (rc < 0)
			return rc;
	}
	rc = pedigree_objects_check(check->stores, &known, &state, &why, err);
	check->asked++;
	if (check->asked < check->asks)
		tell_asked(check, check->asked);
	return rc < 0 ? rc : tell(check, state, uri, why, err);
}

static size_t count_lines(const char *text)
{
	size_t n = 0;

	while ((text = strchr(text, '\n'))) {
		text++;
		n++;
	}
	return n;
}

static int check_manifest(struct pedigree_check *check,
			  const struct pedigree_entity *entity,
			  const char *place, const char *digest, bool remote,
			  struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf uri = PEDIGREE_BUF_INIT;
	struct pedigree_manifest_line line;
	const char *at;
	size_t n = 0;
	int rc = pedigree_ledger_manifest(check->ledger, digest, &text, NULL);

	if (rc == PEDIGREE_ENOTFOUND)
		return tell(check, PEDIGREE_OBJECT_UNKNOWN, entity->source_uri,
			    "the list of its files is not in the ledger", err);
	if (rc < 0)
		return pedigree_fail(err, rc, "cannot read the manifest of %s",
				     entity->source_uri);
	at = text.data;
	while (rc == 0 && pedigree_manifest_next(&at, &line)) {
		n++;
		pedigree_buf_reset(&uri);
		pedigree_buf_add_str(&uri, place);
		pedigree_buf_add_char(&uri, '/');
		pedigree_buf_add(&uri, line.path, line.path_n);
		if (pedigree_buf_error(&uri))
			return pedigree_fail_memory(err);
		rc = remote ? check_object(check, entity, uri.data,
					   line.version, line.version_n, err)
			    : check_file(check, entity, uri.data, line.version,
					 line.version_n, err);
	}
	/* The first line is no file; files without a version are skipped. */
	if (rc == 0 && n + 1 < count_lines(text.data))
		rc = tell(check, PEDIGREE_OBJECT_UNKNOWN, entity->source_uri,
			  "the bytes of some of its files were not recorded",
			  err);
	return rc;
}

static int check_artifact(struct pedigree_check *check,
			  const struct pedigree_entity *entity, bool remote,
			  struct pedigree_error *err)
{
	const char *version = pedigree_version_of(entity);
	const char *manifest =
		pedigree_pairs_get(&entity->properties, "Manifest");
	_cleanup_buf_ struct pedigree_buf uri = PEDIGREE_BUF_INIT;

	if (find_place(check, entity, &uri, err) < 0)
		return PEDIGREE_ENOMEM;
	if (manifest && entity->source_uri)
		return check_manifest(check, entity, uri.data, manifest, remote,
				      err);
	if (remote)
		return check_object(check, entity, uri.data, NULL, 0, err);
	version = version ? version : "";
	return check_file(check, entity, uri.data, version, strlen(version),
			  err);
}

static int check_rows(struct pedigree_check *check,
		      const struct pedigree_rows *rows, bool remote,
		      struct pedigree_error *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < rows->n; i++) {
		_cleanup_(
			pedigree_entity_clear) struct pedigree_entity entity = {
			0
		};

		rc = pedigree_ledger_entity(check->ledger, rows->v[i], &entity,
					    err);
		if (rc == 0)
			rc = check_artifact(check, &entity, remote, err);
	}
	return rc;
}

int pedigree_check_all(struct pedigree_check *check, struct pedigree_error *err)
{
	uint64_t all = check->all;
	int rc;

	uname(&check->here);
	rc = check_rows(check, &check->files, false, err);
	if (all) {
		_cleanup_buf_ struct pedigree_buf what = PEDIGREE_BUF_INIT;

		pedigree_buf_addf(&what, "verifying %s", check->target);
		if (!pedigree_buf_error(&what))
			pedigree_progress_tell(check->progress, what.data, all,
					       all);
	}
	if (rc == 0 && check->objects.n) {
		rc = check_rows(check, &check->objects, true, err);
		tell_asked(check, check->asks);
	}
	return rc;
}
