/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lists of data sets' files that the ledger keeps, as things that may go.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "run/gc.h"
#include "store/ledger_keep.h"

struct search {
	struct pedigree_gc_items *items;
	struct pedigree_map *stay; /* digests */
	const char *place;
	struct pedigree_error *err;
};

static bool is_bounded(const struct pedigree_config *config)
{
	return pedigree_config_ms(config, "gc", "manifest_age") ||
	       pedigree_config_number(config, "gc", "manifest_count") ||
	       pedigree_config_number(config, "gc", "manifest_size");
}

static int note_held(void *ctx, const char *digest)
{
	struct search *search = ctx;
	void **value =
		pedigree_map_at(search->stay, digest, strlen(digest), NULL);

	return value ? 0 : pedigree_fail_memory(search->err);
}

static int add(void *ctx, const char *digest, int64_t used_ms, uint64_t bytes)
{
	struct search *search = ctx;
	struct pedigree_gc_item *item = pedigree_vec_push(search->items);

	if (!item)
		return pedigree_fail_memory(search->err);
	item->kind = PEDIGREE_GC_MANIFEST;
	item->time.tv_sec = used_ms / 1000;
	item->time.tv_nsec = used_ms % 1000 * 1000000;
	item->bytes = bytes;
	item->stays = pedigree_map_has(search->stay, digest, strlen(digest));
	item->name = strdup(digest);
	item->place = strdup(search->place);
	return item->name && item->place ? 0
					 : pedigree_fail_memory(search->err);
}

int pedigree_gc_find_manifests(const struct pedigree_config *config,
			       const struct pedigree_map *held,
			       struct pedigree_gc_items *items,
			       struct pedigree_error *err)
{
	_cleanup_keeper_ struct pedigree_keeper *keeper = NULL;
	_cleanup_map_ struct pedigree_map *stay = NULL;
	struct search search = { .items = items, .err = err };
	int rc;

	if (!is_bounded(config))
		return 0;
	rc = pedigree_keeper_open(config, false, &keeper, err);
	if (rc == PEDIGREE_ENOTFOUND) {
		if (err)
			*err = (struct pedigree_error)PEDIGREE_ERROR_INIT;
		return 0;
	}
	if (rc < 0)
		return rc;
	stay = pedigree_map_new();
	if (!stay)
		return pedigree_fail_memory(err);
	search.stay = stay;
	search.place = pedigree_keeper_path(keeper);
	for (size_t i = 0; rc == 0 && i < pedigree_map_count(held); i++) {
		size_t n;
		const char *key = pedigree_map_key(held, i, &n);
		_cleanup_free_ char *run = strndup(key, n);

		if (!run)
			return pedigree_fail_memory(err);
		rc = pedigree_keeper_of_run(keeper, run, note_held, &search,
					    err);
	}
	return rc < 0 ? rc
		      : pedigree_keeper_manifests(keeper, add, &search, err);
}

int pedigree_gc_remove_manifest(const struct pedigree_config *config,
				struct pedigree_keeper **keeper,
				const struct pedigree_gc_item *item,
				struct pedigree_error *err)
{
	int rc = *keeper ? 0 : pedigree_keeper_open(config, true, keeper, err);

	if (rc < 0)
		return rc;
	return pedigree_keeper_forget(*keeper, item->name,
				      (int64_t)item->time.tv_sec * 1000 +
					      item->time.tv_nsec / 1000000,
				      err);
}
