/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The outbox.
 *
 * A record's life in one backend's folder, and what a crash leaves:
 *
 *	RUN.REVISION.json.XXXXXX	being written: never delivered, removed
 *					by a later push; its writer, which did
 *					not get to say "done", writes again
 *	RUN.REVISION.json		waiting: delivered by the next push,
 *					again if the crash was after the
 *					backend took it, which changes nothing
 *	rejected/RUN.REVISION.json.why	written before the record is moved,
 *					and again when it is refused again
 *	rejected/RUN.REVISION.json	set aside; never touched again
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#include "base/err.h"
#include "base/fs.h"
#include "graph/json.h"
#include "store/outbox.h"
#include "store/store.h"

/* A temporary file this old has no writer any more. */
#define LEFTOVER_SECONDS 3600

static const char suffix[] = ".json";

/* A folder's name may be nothing that leads elsewhere. */
static bool good_name(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";

	return *name && strspn(name, allowed) == strlen(name);
}

static int folder_of(const struct pedigree_config *config, const char *backend,
		     struct pedigree_buf *buf, struct pedigree_error *err)
{
	if (!good_name(backend))
		return pedigree_fail(
			err, PEDIGREE_ECONFIG,
			"\"%s\" cannot be the name of a backend; change `use` in [backend]",
			backend);
	pedigree_buf_addf(buf, "%s/outbox/%s", pedigree_config_spool(config),
			  backend);
	return pedigree_buf_error(buf) ? pedigree_fail_memory(err) : 0;
}

/* What somebody names is a backend, or was one and left an outbox. */
static int check_named(const struct pedigree_config *config,
		       const char *backend, struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf folder = PEDIGREE_BUF_INIT;
	int status = folder_of(config, backend, &folder, err);

	if (status || pedigree_backend_of(config, backend) ||
	    access(folder.data, F_OK) == 0)
		return status;
	return pedigree_fail(
		err, PEDIGREE_EINVAL,
		"there is no backend '%s'; `pedigree config backend.use` tells which are in use",
		backend);
}

/*
 * The names in `[backend] use`, one after the other: *at is where to go on.
 * NULL at the end and when memory ran out; else a string in `word`.
 */
static const char *next_backend(const char **at, struct pedigree_buf *word)
{
	static const char space[] = " \t\n,";

	*at += strspn(*at, space);
	size_t n = strcspn(*at, space);
	if (n == 0)
		return NULL;
	pedigree_buf_reset(word);
	pedigree_buf_add(word, *at, n);
	*at += n;
	return pedigree_buf_error(word) ? NULL : word->data;
}

/* NULL: out of memory, since the key has a default. */
static const char *configured(const struct pedigree_config *config)
{
	return pedigree_config_get(config, "backend", NULL, "use");
}

static int put_one(const struct pedigree_config *config, const char *backend,
		   const struct pedigree_record *record,
		   const struct pedigree_buf *json, struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	int status = folder_of(config, backend, &path, err);

	if (!status)
		status = pedigree_mkdirs(path.data, 0700, err);
	if (status)
		return status;
	pedigree_buf_addf(&path, "/%s.%u%s", record->run, record->revision,
			  suffix);
	if (pedigree_buf_error(&path))
		return pedigree_fail_memory(err);
	return pedigree_write_file(path.data, json->data, json->len, err);
}

int pedigree_outbox_put(const struct pedigree_config *config,
			const struct pedigree_record *record,
			struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf json = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf word = PEDIGREE_BUF_INIT;
	const char *at = configured(config);
	const char *backend;
	int result = 0;

	if (!record->run || !*record->run || *record->run == '.' ||
	    strchr(record->run, '/'))
		return pedigree_fail(err, PEDIGREE_EINVAL,
				     "a record needs the name of its run");
	if (!at)
		return pedigree_fail_memory(err);
	result = pedigree_record_to_json(record, &json, err);
	if (!result && pedigree_buf_error(&json))
		result = pedigree_fail_memory(err);
	if (result)
		return result;
	/* One backend's full disk is no reason to keep it from the others. */
	while ((backend = next_backend(&at, &word))) {
		int status = put_one(config, backend, record, &json, err);

		if (status && !result)
			result = status;
	}
	if (pedigree_buf_error(&word))
		return pedigree_fail_memory(err);
	return result;
}

void pedigree_outbox_clear(struct pedigree_outbox_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->v[i].name);
	pedigree_vec_clear(list);
}

bool pedigree_outbox_parse(const char *name, size_t *ret_run_len,
			   unsigned int *ret_revision)
{
	size_t n = strlen(name);
	size_t end = n - (sizeof(suffix) - 1);
	unsigned long revision = 0;
	size_t dot;

	if (n < sizeof(suffix) || strcmp(name + end, suffix) != 0)
		return false;
	for (dot = end; dot > 0 && name[dot - 1] >= '0' && name[dot - 1] <= '9';
	     dot--)
		;
	if (dot == end || end - dot > 9 || dot < 2 || name[dot - 1] != '.')
		return false;
	for (size_t i = dot; i < end; i++)
		revision = revision * 10 + (unsigned long)(name[i] - '0');
	*ret_run_len = dot - 1;
	*ret_revision = (unsigned int)revision;
	return true;
}

/* Oldest first. Revisions of one run that are of one age go in order. */
static int compare(const void *left, const void *right)
{
	const struct pedigree_outbox_file *a = left, *b = right;

	if (a->mtime_ns != b->mtime_ns)
		return a->mtime_ns < b->mtime_ns ? -1 : 1;
	if (a->revision != b->revision)
		return a->revision < b->revision ? -1 : 1;
	return strcmp(a->name, b->name);
}

static void remove_leftover(int folder, const char *name, const struct stat *st)
{
	const char *dot = strrchr(name, '.');
	size_t before = dot ? (size_t)(dot - name) : 0;
	size_t n = sizeof(suffix) - 1;

	if (before > n && !memcmp(dot - n, suffix, n) && S_ISREG(st->st_mode) &&
	    st->st_mtim.tv_sec < time(NULL) - LEFTOVER_SECONDS)
		unlinkat(folder, name, 0);
}

static int list_entry(int folder, const char *name,
		      struct pedigree_outbox_list *list,
		      struct pedigree_error *err)
{
	struct pedigree_outbox_file file = { 0 };
	struct stat st;

	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0; /* delivered a moment ago */
	if (!pedigree_outbox_parse(name, &file.run_len, &file.revision)) {
		remove_leftover(folder, name, &st);
		return 0;
	}
	if (!S_ISREG(st.st_mode))
		return 0;
	file.mtime_ns =
		(int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
	file.name = strdup(name);
	struct pedigree_outbox_file *place =
		file.name ? pedigree_vec_push(list) : NULL;
	if (!place) {
		free(file.name);
		return pedigree_fail_memory(err);
	}
	*place = file;
	return 0;
}

int pedigree_outbox_list(const char *folder, struct pedigree_outbox_list *list,
			 struct pedigree_error *err)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	int status = 0;

	if (!dir && errno == ENOENT)
		return 0;
	if (!dir)
		return pedigree_fail_errno(err, "cannot read the outbox %s",
					   folder);
	while (!status && (errno = 0, entry = readdir(dir)))
		status = list_entry(dirfd(dir), entry->d_name, list, err);
	if (!status && errno)
		status = pedigree_fail_errno(err, "cannot read the outbox %s",
					     folder);
	closedir(dir);
	if (list->n)
		qsort(list->v, list->n, sizeof(*list->v), compare);
	return status;
}

static size_t count_waiting(const struct pedigree_config *config,
			    const char *backend)
{
	_cleanup_buf_ struct pedigree_buf folder = PEDIGREE_BUF_INIT;
	struct pedigree_outbox_list list = { 0 };

	if (folder_of(config, backend, &folder, NULL) == 0)
		pedigree_outbox_list(folder.data, &list, NULL);
	size_t n = list.n;
	pedigree_outbox_clear(&list);
	return n;
}

size_t pedigree_outbox_waiting(const struct pedigree_config *config,
			       const char *backend)
{
	_cleanup_buf_ struct pedigree_buf word = PEDIGREE_BUF_INIT;
	const char *at = configured(config);
	size_t waiting = 0;

	if (backend)
		return count_waiting(config, backend);
	while (at && (backend = next_backend(&at, &word)))
		waiting += count_waiting(config, backend);
	return waiting;
}

static int push_named(const struct pedigree_config *config, const char *backend,
		      unsigned int patience_ms,
		      const struct pedigree_watcher *watch,
		      struct pedigree_push_result *result,
		      struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf folder = PEDIGREE_BUF_INIT;
	int status = folder_of(config, backend, &folder, err);

	if (status)
		return status;
	return pedigree_outbox_deliver(config, backend, folder.data,
				       patience_ms, watch, result, err);
}

static bool is_remote(const struct pedigree_config *config, const char *name)
{
	const struct pedigree_backend_ops *ops =
		pedigree_backend_of(config, name);

	return ops && ops->remote;
}

bool pedigree_outbox_has_remote(const struct pedigree_config *config)
{
	_cleanup_buf_ struct pedigree_buf word = PEDIGREE_BUF_INIT;
	const char *at = configured(config);
	const char *backend;
	bool remote = false;

	while (at && (backend = next_backend(&at, &word)))
		remote |= is_remote(config, backend);
	return remote;
}

static int push_some(const struct pedigree_config *config, bool near,
		     bool remote, unsigned int patience_ms,
		     const struct pedigree_watcher *watch,
		     struct pedigree_push_result *ret_result,
		     struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf word = PEDIGREE_BUF_INIT;
	const char *at = configured(config);
	const char *backend;
	int result = 0;

	*ret_result = (struct pedigree_push_result){ 0 };
	if (!at)
		return pedigree_fail_memory(err);
	while ((backend = next_backend(&at, &word))) {
		int status;

		if (is_remote(config, backend) ? !remote : !near)
			continue;
		status = push_named(config, backend, patience_ms, watch,
				    ret_result, err);
		if (status && !result)
			result = status;
	}
	if (pedigree_buf_error(&word))
		return pedigree_fail_memory(err);
	return result;
}

int pedigree_outbox_push(const struct pedigree_config *config,
			 const char *backend,
			 struct pedigree_push_result *ret_result,
			 struct pedigree_error *err)
{
	return pedigree_outbox_push_watched(config, backend, NULL, ret_result,
					    err);
}

int pedigree_outbox_push_watched(const struct pedigree_config *config,
				 const char *backend,
				 const struct pedigree_watcher *watch,
				 struct pedigree_push_result *ret_result,
				 struct pedigree_error *err)
{
	int status;

	if (!backend)
		return push_some(config, true, true, 0, watch, ret_result, err);
	*ret_result = (struct pedigree_push_result){ 0 };
	status = check_named(config, backend, err);
	return status ? status
		      : push_named(config, backend, 0, watch, ret_result, err);
}

int pedigree_outbox_push_near(const struct pedigree_config *config,
			      unsigned int patience_ms,
			      struct pedigree_push_result *ret_result,
			      struct pedigree_error *err)
{
	return push_some(config, true, false, patience_ms, NULL, ret_result,
			 err);
}

int pedigree_outbox_push_remote(const struct pedigree_config *config,
				struct pedigree_push_result *ret_result,
				struct pedigree_error *err)
{
	return push_some(config, false, true, 0, NULL, ret_result, err);
}

static int visit(const struct pedigree_config *config, const char *backend,
		 int (*each)(void *ctx, const char *backend, const char *folder,
			     struct pedigree_error *err),
		 void *ctx, struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf folder = PEDIGREE_BUF_INIT;
	int status = folder_of(config, backend, &folder, err);

	return status ? status : each(ctx, backend, folder.data, err);
}

int pedigree_outbox_each(const struct pedigree_config *config,
			 const char *backend,
			 int (*each)(void *ctx, const char *backend,
				     const char *folder,
				     struct pedigree_error *err),
			 void *ctx, struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf word = PEDIGREE_BUF_INIT;
	const char *at = configured(config);
	int status = 0;

	if (backend) {
		status = check_named(config, backend, err);
		return status ? status : visit(config, backend, each, ctx, err);
	}
	while (!status && at && (backend = next_backend(&at, &word)))
		status = visit(config, backend, each, ctx, err);
	if (!status && (!at || pedigree_buf_error(&word)))
		status = pedigree_fail_memory(err);
	return status;
}
