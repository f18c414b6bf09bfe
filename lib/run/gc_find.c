/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is in the spool, and what of it may go.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fs.h"
#include "base/hash.h"
#include "graph/json.h"
#include "run/gc.h"
#include "run/run.h"
#include "run/spool.h"
#include "store/ledger.h"
#include "store/outbox.h"

#define RECORD_MAX ((size_t)1 << 30)
#define REJECTED_NAME "rejected"
#define BROKEN_NAME "broken"
#define OUTBOX_NAME "outbox"

struct search {
	const struct pedigree_config *config;
	struct pedigree_gc_items *items;
	/* Runs of which an outbox has a record, and whether one waits. */
	struct pedigree_map *held;
	struct pedigree_ledger *ledger; /* NULL: there is none */
	struct pedigree_error *err;
};

/* Values of `held`. */
static char refused[1], waits[1];

void pedigree_gc_items_clear(struct pedigree_gc_items *items)
{
	for (size_t i = 0; i < items->n; i++) {
		free(items->v[i].name);
		free(items->v[i].place);
	}
	pedigree_vec_clear(items);
}

/* The room that a file or a tree takes; links are not followed. */
static uint64_t bytes_below(const char *path)
{
	char *const paths[] = { (char *)(uintptr_t)path, NULL };
	FTS *tree = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	uint64_t bytes = 0;
	FTSENT *entry;

	while (tree && (entry = fts_read(tree)) != NULL)
		if (entry->fts_info != FTS_DP && entry->fts_info != FTS_NS)
			bytes += (uint64_t)entry->fts_statp->st_blocks * 512;
	if (tree)
		fts_close(tree);
	return bytes;
}

/* Others could put anything into a folder that is not ours alone. */
static DIR *open_own(const char *path)
{
	DIR *folder = opendir(path);
	struct stat st, link;

	if (folder && fstat(dirfd(folder), &st) == 0 &&
	    st.st_uid == geteuid() && !(st.st_mode & 022) &&
	    lstat(path, &link) == 0 && link.st_ino == st.st_ino &&
	    link.st_dev == st.st_dev)
		return folder;
	if (folder)
		closedir(folder);
	return NULL;
}

static struct pedigree_gc_item *add(struct search *search,
				    enum pedigree_gc_kind kind,
				    const char *place, const char *name,
				    struct timespec when)
{
	struct pedigree_gc_item *item = pedigree_vec_push(search->items);

	if (!item)
		return NULL;
	item->kind = kind;
	item->time = when;
	item->name = strdup(name);
	item->place = strdup(place);
	return item->name && item->place ? item : NULL;
}

static int add_run(struct search *search, const char *place, const char *run)
{
	_cleanup_buf_ struct pedigree_buf folder = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf record = PEDIGREE_BUF_INIT;
	struct stat st = { 0 };
	struct pedigree_gc_item *item;
	bool finished;

	pedigree_path_join(&folder, place, run);
	pedigree_path_join(&record, folder.data, PEDIGREE_RECORD_NAME);
	if (pedigree_buf_error(&folder) || pedigree_buf_error(&record))
		return pedigree_fail_memory(search->err);
	finished = pedigree_spool_state(search->config, run) ==
			   PEDIGREE_RUN_FINISHED &&
		   lstat(record.data, &st) == 0 && S_ISREG(st.st_mode);
	item = add(search, PEDIGREE_GC_RUN, place, run, st.st_mtim);
	if (!item)
		return pedigree_fail_memory(search->err);
	item->stays = !finished;
	item->bytes = bytes_below(folder.data);
	return 0;
}

static int add_runs(struct search *search)
{
	_cleanup_buf_ struct pedigree_buf place = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf folder = PEDIGREE_BUF_INIT;
	_cleanup_(pedigree_run_names_clear) struct pedigree_run_names names = {
		0
	};
	int rc = pedigree_spool_list(search->config, &names, search->err);

	for (size_t i = 0; rc == 0 && i < names.n; i++) {
		char *slash;

		pedigree_buf_reset(&folder);
		pedigree_spool_folder(search->config, names.v[i], &folder);
		if (pedigree_buf_error(&folder))
			return pedigree_fail_memory(search->err);
		slash = strrchr(folder.data, '/');
		*slash = '\0';
		rc = add_run(search, folder.data, names.v[i]);
	}
	return rc;
}

/* Refused by another backend, the record is lost only where the ledger has
   none of that run. */
static bool is_known(const struct search *search, const char *path)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	_cleanup_record_ struct pedigree_record *record = NULL;
	struct pedigree_rows rows = { 0 };
	bool known;

	if (!search->ledger ||
	    pedigree_read_file(path, RECORD_MAX, &text, NULL) < 0 ||
	    pedigree_record_from_json(text.data, text.len, &record, NULL) < 0 ||
	    !record->entities.n)
		return false;
	known = pedigree_ledger_by_arn(search->ledger,
				       record->entities.v[0].arn, &rows,
				       NULL) == 0 &&
		rows.n;
	pedigree_rows_clear(&rows);
	return known;
}

static int hold(struct search *search, const struct pedigree_outbox_list *list,
		char *how)
{
	for (size_t i = 0; i < list->n; i++) {
		void **value = pedigree_map_at(search->held, list->v[i].name,
					       list->v[i].run_len, NULL);

		if (!value)
			return pedigree_fail_memory(search->err);
		if (*value != waits)
			*value = how;
	}
	return 0;
}

static int add_refused(struct search *search, const char *backend,
		       const char *folder,
		       const struct pedigree_outbox_file *file)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf why = PEDIGREE_BUF_INIT;
	const struct timespec when = {
		.tv_sec = file->mtime_ns / 1000000000,
		.tv_nsec = file->mtime_ns % 1000000000,
	};
	struct pedigree_gc_item *item =
		add(search, PEDIGREE_GC_QUARANTINE, folder, file->name, when);

	pedigree_path_join(&path, folder, file->name);
	pedigree_buf_addf(&why, "%s.why", path.data);
	if (!item || pedigree_buf_error(&path) || pedigree_buf_error(&why))
		return pedigree_fail_memory(search->err);
	item->bytes = bytes_below(path.data) + bytes_below(why.data);
	item->stays =
		strcmp(backend, "ledger") == 0 || !is_known(search, path.data);
	return 0;
}

static int look_in_backend(struct search *search, const char *outbox,
			   const char *backend)
{
	_cleanup_buf_ struct pedigree_buf folder = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf aside = PEDIGREE_BUF_INIT;
	struct pedigree_outbox_list list = { 0 };
	int rc;

	pedigree_path_join(&folder, outbox, backend);
	pedigree_path_join(&aside, folder.data, REJECTED_NAME);
	if (pedigree_buf_error(&folder) || pedigree_buf_error(&aside))
		return pedigree_fail_memory(search->err);
	rc = pedigree_outbox_list(folder.data, &list, search->err);
	if (rc == 0)
		rc = hold(search, &list, waits);
	pedigree_outbox_clear(&list);
	if (rc == 0)
		rc = pedigree_outbox_list(aside.data, &list, search->err);
	if (rc == 0)
		rc = hold(search, &list, refused);
	for (size_t i = 0; rc == 0 && i < list.n; i++)
		rc = add_refused(search, backend, aside.data, &list.v[i]);
	pedigree_outbox_clear(&list);
	return rc;
}

/* Of every backend that ever was in use, not only of those that are. */
static int look_in_outbox(struct search *search)
{
	_cleanup_buf_ struct pedigree_buf outbox = PEDIGREE_BUF_INIT;
	struct dirent *entry;
	DIR *folder;
	int rc = 0;

	pedigree_path_join(&outbox, pedigree_config_spool(search->config),
			   OUTBOX_NAME);
	if (pedigree_buf_error(&outbox))
		return pedigree_fail_memory(search->err);
	folder = opendir(outbox.data);
	if (!folder && errno == ENOENT)
		return 0;
	if (!folder)
		return pedigree_fail_errno(
			search->err, "cannot read the outbox %s", outbox.data);
	while (rc == 0 && (errno = 0, entry = readdir(folder)) != NULL)
		if (entry->d_name[0] != '.')
			rc = look_in_backend(search, outbox.data,
					     entry->d_name);
	if (rc == 0 && errno)
		rc = pedigree_fail_errno(
			search->err, "cannot read the outbox %s", outbox.data);
	closedir(folder);
	return rc;
}

static int add_broken(struct search *search)
{
	_cleanup_buf_ struct pedigree_buf place = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	struct dirent *entry;
	DIR *folder;
	int rc = 0;

	pedigree_path_join(&place, pedigree_config_spool(search->config),
			   BROKEN_NAME);
	folder = open_own(place.data);
	while (folder && rc == 0 && (entry = readdir(folder)) != NULL) {
		struct pedigree_gc_item *item;
		struct stat st;

		if (entry->d_name[0] == '.' ||
		    fstatat(dirfd(folder), entry->d_name, &st,
			    AT_SYMLINK_NOFOLLOW) < 0 ||
		    st.st_uid != geteuid())
			continue;
		item = add(search, PEDIGREE_GC_QUARANTINE, place.data,
			   entry->d_name, st.st_mtim);
		pedigree_buf_reset(&path);
		pedigree_path_join(&path, place.data, entry->d_name);
		if (!item || pedigree_buf_error(&path))
			rc = pedigree_fail_memory(search->err);
		else
			item->bytes = bytes_below(path.data);
	}
	if (folder)
		closedir(folder);
	return rc;
}

/* After the look at the runs' states: a run that was finished then has had
   its record put into the outbox before. */
static void keep_what_is_held(struct search *search)
{
	for (size_t i = 0; i < search->items->n; i++) {
		struct pedigree_gc_item *item = &search->items->v[i];
		size_t n = strlen(item->name);
		unsigned int revision;

		if (item->kind == PEDIGREE_GC_MANIFEST)
			continue;
		if (item->kind == PEDIGREE_GC_RUN) {
			item->stays |= pedigree_map_get(search->held,
							item->name, n) != NULL;
			continue;
		}
		/* The ledger may know an older revision alone. */
		if (pedigree_outbox_parse(item->name, &n, &revision))
			item->stays |= pedigree_map_get(search->held,
							item->name, n) == waits;
	}
}

/* Places that are not ours alone: what is in them stays. */
static void keep_what_is_not_ours(struct search *search)
{
	const char *last = NULL;
	bool own = false;

	for (size_t i = 0; i < search->items->n; i++) {
		struct pedigree_gc_item *item = &search->items->v[i];

		if (item->kind == PEDIGREE_GC_MANIFEST)
			continue;
		if (!last || strcmp(last, item->place) != 0) {
			DIR *folder = open_own(item->place);

			own = folder != NULL;
			if (folder)
				closedir(folder);
			last = item->place;
		}
		item->stays |= !own;
	}
}

static int older(const void *a, const void *b)
{
	const struct pedigree_gc_item *one = a, *two = b;

	if (one->time.tv_sec != two->time.tv_sec)
		return one->time.tv_sec < two->time.tv_sec ? -1 : 1;
	if (one->time.tv_nsec != two->time.tv_nsec)
		return one->time.tv_nsec < two->time.tv_nsec ? -1 : 1;
	return strcmp(one->name, two->name);
}

int pedigree_gc_find(const struct pedigree_config *config,
		     struct pedigree_gc_items *items, uint64_t *ret_other,
		     struct pedigree_error *err)
{
	_cleanup_map_ struct pedigree_map *held = pedigree_map_new();
	_cleanup_ledger_ struct pedigree_ledger *ledger = NULL;
	_cleanup_buf_ struct pedigree_buf outbox = PEDIGREE_BUF_INIT;
	struct search search = {
		.config = config,
		.items = items,
		.held = held,
		.err = err,
	};
	int rc;

	if (!held)
		return pedigree_fail_memory(err);
	if (pedigree_ledger_open(config, &ledger, NULL) == 0)
		search.ledger = ledger;
	rc = add_runs(&search);
	if (rc == 0)
		rc = look_in_outbox(&search);
	if (rc == 0)
		rc = add_broken(&search);
	if (rc == 0)
		rc = pedigree_gc_find_manifests(config, held, items, err);
	if (rc < 0)
		return rc;
	keep_what_is_held(&search);
	keep_what_is_not_ours(&search);
	if (items->n)
		qsort(items->v, items->n, sizeof(*items->v), older);
	pedigree_path_join(&outbox, pedigree_config_spool(config), OUTBOX_NAME);
	*ret_other = pedigree_buf_error(&outbox) ? 0 : bytes_below(outbox.data);
	return 0;
}
