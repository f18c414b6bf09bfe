/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "run/gc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fs.h"
#include "run/run.h"
#include "run/spool.h"

/* A look at the whole spool after every one of a thousand short runs would
   cost more than it saves. */
#define PAUSE_SECONDS 600

static const struct {
	const char *word;
	const char *age, *size, *count;
} bounds[PEDIGREE_GC_KINDS] = {
	[PEDIGREE_GC_RUN] = { "Run", "spool_age", "spool_size", "spool_count" },
	[PEDIGREE_GC_QUARANTINE] = { "Quarantine", "quarantine_age",
				     "quarantine_size", "quarantine_count" },
	[PEDIGREE_GC_MANIFEST] = { "Manifest", "manifest_age", "manifest_size",
				   "manifest_count" },
};

struct gc {
	const struct pedigree_config *config;
	bool dry_run;
	time_t now;
	void (*each)(void *ctx, const struct pedigree_gc_view *view);
	void *ctx;
	struct pedigree_keeper *keeper; /* NULL: not needed yet */
	struct pedigree_gc_counts counts;
	int result; /* the first failure */
	struct pedigree_error *err;
};

static uint64_t age_of(const struct gc *gc, const struct pedigree_gc_item *item)
{
	return item->time.tv_sec < gc->now
		       ? (uint64_t)(gc->now - item->time.tv_sec)
		       : 0;
}

/* Names the bound that an item exceeds. Oldest come first, and with each
   that goes the rest is fewer and smaller. */
static void judge(const struct gc *gc, enum pedigree_gc_kind kind,
		  struct pedigree_gc_items *items, uint64_t bytes)
{
	uint64_t age =
		pedigree_config_ms(gc->config, "gc", bounds[kind].age) / 1000;
	uint64_t size =
		pedigree_config_number(gc->config, "gc", bounds[kind].size);
	uint64_t count =
		pedigree_config_number(gc->config, "gc", bounds[kind].count);
	uint64_t n = 0;

	for (size_t i = 0; i < items->n; i++) {
		if (items->v[i].kind != kind)
			continue;
		n++;
		bytes += items->v[i].bytes;
	}
	for (size_t i = 0; i < items->n; i++) {
		struct pedigree_gc_item *item = &items->v[i];

		if (item->kind != kind || item->stays)
			continue;
		if (age && age_of(gc, item) > age)
			item->why = bounds[kind].age;
		else if (count && n > count)
			item->why = bounds[kind].count;
		else if (size && bytes > size)
			item->why = bounds[kind].size;
		else
			continue;
		n--;
		bytes -= item->bytes;
	}
}

/* The links by which the ranks of a job found a run. */
static void unlink_launches(const char *place, const char *run)
{
	DIR *folder = opendir(place);
	struct dirent *entry;

	while (folder && (entry = readdir(folder)) != NULL) {
		char target[NAME_MAX + 1];
		ssize_t n;

		if (strncmp(entry->d_name, ".launch-", 8) != 0)
			continue;
		n = readlinkat(dirfd(folder), entry->d_name, target,
			       sizeof(target) - 1);
		if (n <= 0)
			continue;
		target[n] = '\0';
		if (strcmp(target, run) == 0)
			unlinkat(dirfd(folder), entry->d_name, 0);
	}
	if (folder)
		closedir(folder);
}

/* Is the run what it was when it was looked at? */
static bool unchanged(const struct gc *gc, const char *folder,
		      const struct pedigree_gc_item *item)
{
	_cleanup_buf_ struct pedigree_buf record = PEDIGREE_BUF_INIT;
	struct stat st;

	pedigree_path_join(&record, folder, PEDIGREE_RECORD_NAME);
	return !pedigree_buf_error(&record) && lstat(record.data, &st) == 0 &&
	       st.st_mtim.tv_sec == item->time.tv_sec &&
	       st.st_mtim.tv_nsec == item->time.tv_nsec &&
	       pedigree_spool_state(gc->config, item->name) ==
		       PEDIGREE_RUN_FINISHED;
}

/* 1: it is out of sight; 0: somebody works on it, or it is another by now. */
static int hide_run(const struct gc *gc, const struct pedigree_gc_item *item,
		    const char *folder, const char *hidden)
{
	_cleanup_fd_ int names = pedigree_spool_lock_names(gc->config);
	_cleanup_fd_ int lock =
		names < 0 ? -1 : pedigree_spool_lock(folder, false);
	bool ranks;

	if (lock < 0 || !unchanged(gc, folder, item))
		return 0;
	ranks = pedigree_spool_has(folder, "ranks");
	pedigree_shim_unlink(folder);
	if (rename(folder, hidden) < 0)
		return pedigree_fail_errno(gc->err, "cannot remove the run %s",
					   folder);
	if (ranks)
		unlink_launches(item->place, item->name);
	return 1;
}

static int remove_run(const struct gc *gc, const struct pedigree_gc_item *item,
		      const char *path)
{
	_cleanup_buf_ struct pedigree_buf hidden = PEDIGREE_BUF_INIT;
	int rc;

	pedigree_buf_addf(&hidden, "%s/" PEDIGREE_GC_PREFIX "%s", item->place,
			  item->name);
	if (pedigree_buf_error(&hidden))
		return pedigree_fail_memory(gc->err);
	rc = hide_run(gc, item, path, hidden.data);
	if (rc > 0 && pedigree_remove_tree(hidden.data, gc->err) < 0)
		return PEDIGREE_EIO;
	return rc;
}

static int remove_aside(const struct gc *gc, const char *path)
{
	_cleanup_buf_ struct pedigree_buf why = PEDIGREE_BUF_INIT;
	int rc = pedigree_remove_tree(path, gc->err);

	pedigree_buf_addf(&why, "%s.why", path);
	if (rc == 0 && !pedigree_buf_error(&why))
		unlink(why.data);
	return rc < 0 ? rc : 1;
}

static int remove_it(struct gc *gc, const struct pedigree_gc_item *item,
		     const char *path)
{
	switch (item->kind) {
	case PEDIGREE_GC_RUN:
		return remove_run(gc, item, path);
	case PEDIGREE_GC_MANIFEST:
		return pedigree_gc_remove_manifest(gc->config, &gc->keeper,
						   item, gc->err);
	default:
		return remove_aside(gc, path);
	}
}

static int remove_one(struct gc *gc, const struct pedigree_gc_item *item)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	int rc = 1;

	if (item->kind == PEDIGREE_GC_MANIFEST)
		pedigree_buf_add_str(&path, item->place);
	else
		pedigree_path_join(&path, item->place, item->name);
	if (pedigree_buf_error(&path))
		return pedigree_fail_memory(gc->err);
	if (!gc->dry_run)
		rc = remove_it(gc, item, path.data);
	if (rc <= 0)
		return rc;
	gc->counts.removed++;
	gc->counts.freed += item->bytes;
	if (gc->each)
		gc->each(gc->ctx, &(struct pedigree_gc_view){
					  .kind = bounds[item->kind].word,
					  .name = item->name,
					  .path = path.data,
					  .bytes = item->bytes,
					  .age = age_of(gc, item),
					  .why = item->why,
				  });
	return 1;
}

static void remove_all(struct gc *gc, const struct pedigree_gc_items *items)
{
	for (size_t i = 0; i < items->n; i++) {
		const struct pedigree_gc_item *item = &items->v[i];
		int rc = item->why ? remove_one(gc, item) : 0;

		if (rc < 0 && gc->result == 0)
			gc->result = rc;
		if (rc > 0)
			continue;
		gc->counts.kept++;
		gc->counts.left += item->bytes;
	}
}

/* What a death left of an earlier time. */
static void remove_hidden(const struct gc *gc)
{
	_cleanup_buf_ struct pedigree_buf place = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;

	for (size_t i = 0; pedigree_spool_place(gc->config, i, &place); i++) {
		DIR *folder = opendir(place.data);
		struct dirent *entry;

		while (folder && (entry = readdir(folder)) != NULL) {
			struct stat st;

			if (strncmp(entry->d_name, PEDIGREE_GC_PREFIX,
				    strlen(PEDIGREE_GC_PREFIX)) != 0 ||
			    fstatat(dirfd(folder), entry->d_name, &st,
				    AT_SYMLINK_NOFOLLOW) < 0 ||
			    st.st_uid != geteuid())
				continue;
			pedigree_buf_reset(&path);
			pedigree_path_join(&path, place.data, entry->d_name);
			if (!pedigree_buf_error(&path))
				pedigree_remove_tree(path.data, NULL);
		}
		if (folder)
			closedir(folder);
	}
}

static int clean(struct gc *gc)
{
	_cleanup_(
		pedigree_gc_items_clear) struct pedigree_gc_items items = { 0 };
	uint64_t other = 0;
	int rc;

	if (!gc->dry_run)
		remove_hidden(gc);
	rc = pedigree_gc_find(gc->config, &items, &other, gc->err);
	if (rc < 0)
		return rc;
	judge(gc, PEDIGREE_GC_QUARANTINE, &items, 0);
	judge(gc, PEDIGREE_GC_MANIFEST, &items, 0);
	judge(gc, PEDIGREE_GC_RUN, &items, other);
	remove_all(gc, &items);
	pedigree_keeper_close(gc->keeper);
	gc->keeper = NULL;
	return gc->result;
}

/* The age of the lock is that of the last time. */
static bool is_due(const struct pedigree_config *config, time_t now)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	struct stat st;

	if (!pedigree_config_bool(config, "gc", "auto"))
		return false;
	pedigree_path_join(&path, pedigree_config_spool(config),
			   PEDIGREE_LOCK_NAME);
	return !pedigree_buf_error(&path) && lstat(path.data, &st) == 0 &&
	       (st.st_mtim.tv_sec > now ||
		now - st.st_mtim.tv_sec >= PAUSE_SECONDS);
}

void pedigree_spool_gc_note(const struct pedigree_config *config)
{
	const char *spool = pedigree_config_spool(config);
	int lock = -1;

	if (!pedigree_spool_has(spool, PEDIGREE_LOCK_NAME))
		lock = pedigree_spool_lock(spool, false);
	if (lock >= 0)
		close(lock);
}

int pedigree_spool_gc(
	const struct pedigree_config *config, bool dry_run, bool only_if_due,
	void (*each)(void *ctx, const struct pedigree_gc_view *view), void *ctx,
	struct pedigree_gc_counts *ret_counts, struct pedigree_error *err)
{
	const char *spool = pedigree_config_spool(config);
	struct gc gc = {
		.config = config,
		.dry_run = dry_run,
		.now = time(NULL),
		.each = each,
		.ctx = ctx,
		.err = err,
	};
	_cleanup_fd_ int lock = -1;
	struct stat st;
	int rc = 0;

	if (only_if_due && !is_due(config, gc.now))
		return 0;
	/* Nothing was ever recorded here. */
	if (stat(spool, &st) == 0) {
		lock = pedigree_spool_lock(spool, !only_if_due);
		if (lock < 0 && only_if_due)
			return 0;
		if (lock < 0)
			return pedigree_fail_errno(err, "cannot lock %s",
						   spool);
		rc = clean(&gc);
		if (!dry_run)
			futimens(lock, NULL);
	}
	if (ret_counts)
		*ret_counts = gc.counts;
	return rc;
}
