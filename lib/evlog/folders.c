/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From folder frames, which name their parents, to absolute paths.
 */
#include "config.h"

#include <string.h>

#include "base/fs.h"
#include "base/hash.h"
#include "evlog/raw.h"

/*
 * Nested folders of a few bytes each could spell out paths of any total
 * length. Honest logs need less than this many bytes of paths per byte read.
 */
#define BUDGET_FACTOR 16u
#define BUDGET_BASE (1u << 20)

struct order {
	uint64_t seq;
	uint32_t index;
};

static int compare(const void *a, const void *b)
{
	const struct order *x = a, *y = b;

	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

/* A folder's event is numbered before any event that refers to it, so this
   order has parents first and knows no cycles. */
static struct order *order_by_seq(const struct pedigree_raw *raw)
{
	size_t n = raw->folders.n;
	struct order *order = malloc((n + 1) * sizeof(*order));
	bool sorted = true;

	if (!order)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		order[i].seq = raw->folders.v[i].seq;
		order[i].index = (uint32_t)i;
		if (i && order[i].seq < order[i - 1].seq)
			sorted = false;
	}
	if (!sorted)
		qsort(order, n, sizeof(*order), compare);
	return order;
}

/* Leaves the folder's path in `path`; false when it has none. */
static bool spell(const struct pedigree_raw *raw,
		  const struct pedigree_raw_folder *folder,
		  const uint32_t *known, struct pedigree_buf *path)
{
	const char *above = "";

	if (folder->text[0] != '/') {
		uint32_t at = pedigree_raw_find(raw->folders.v, raw->folders.n,
						sizeof(*raw->folders.v),
						folder->parent);

		if (at == PEDIGREE_NONE || known[at] == PEDIGREE_NONE)
			return false;
		above = raw->parts->folders.v[known[at]];
	}
	pedigree_buf_reset(path);
	pedigree_path_join(path, above, folder->text);
	if (pedigree_buf_error(path))
		return false;
	pedigree_path_clean(path->data);
	path->len = strlen(path->data);
	return true;
}

/* Processes name the same folders over and over: one index for each path. */
static bool add(struct pedigree_raw *raw, struct pedigree_map *seen,
		const struct pedigree_buf *path, uint32_t *ret)
{
	struct pedigree_evlog_parts *parts = raw->parts;
	bool new;
	void **value = pedigree_map_at(seen, path->data, path->len, &new);
	const char **place;

	if (!value)
		return false;
	if (!new) {
		*ret = (uint32_t)(uintptr_t)*value;
		return true;
	}
	place = pedigree_vec_push(&parts->folders);
	if (!place)
		return false;
	*place = pedigree_arena_copy(&parts->arena, path->data, path->len);
	*ret = (uint32_t)(parts->folders.n - 1);
	*value = (void *)(uintptr_t)*ret;
	return *place;
}

uint32_t *pedigree_raw_folders(struct pedigree_raw *raw)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	_cleanup_map_ struct pedigree_map *seen = pedigree_map_new();
	_cleanup_free_ struct order *order = order_by_seq(raw);
	_cleanup_free_ uint32_t *known =
		malloc((raw->folders.n + 1) * sizeof(*known));
	uint64_t budget = BUDGET_BASE + raw->bytes * BUDGET_FACTOR;

	if (!seen || !order || !known)
		return NULL;
	memset(known, 0xff, raw->folders.n * sizeof(*known));
	for (size_t i = 0; i < raw->folders.n; i++) {
		uint32_t at = order[i].index;
		const struct pedigree_raw_folder *folder = &raw->folders.v[at];

		if (spell(raw, folder, known, &path) && path.len < budget) {
			budget -= path.len + 1;
			if (!add(raw, seen, &path, &known[at]))
				return NULL;
		} else if (pedigree_buf_error(&path)) {
			return NULL;
		} else if (folder->seq <= raw->limit) {
			raw->loss.bad_frames++;
		}
	}
	return pedigree_take(known);
}
