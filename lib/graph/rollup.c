/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "graph/rollup.h"

#include <string.h>

#include "base/err.h"
#include "base/fs.h"
#include "base/hash.h"

#define NOWHERE UINT32_MAX
#define UNDECIDED (UINT32_MAX - 1)

/* A folder that holds files of the set, somewhere below it. */
struct node {
	const char *path;	/* key of the map */
	uint32_t parent;	/* index, NOWHERE for "/" */
	uint32_t fan;
	uint32_t group;		/* data set it belongs to, or a mark above */
	bool forbidden;		/* may not be a data set itself */
};

struct tree {
	struct pedigree_map *index;	/* path → node index + 1 */
	PEDIGREE_VEC(struct node) nodes;
	uint32_t *at;			/* node of each path */
};

/* Depth of a folder: 0 for "/", 1 for "/data". */
static size_t depth(const char *path)
{
	size_t n = 0;

	for (; *path; path++)
		n += *path == '/' && path[1];
	return n;
}

/* The node of the folder that is the first `n` bytes of `path`. */
static uint32_t node_at(struct tree *tree, const char *path, size_t n)
{
	uint32_t parent = NOWHERE, index;
	struct node *node;
	void **place;
	size_t up = n;

	place = pedigree_map_at(tree->index, path, n, NULL);
	if (!place)
		return NOWHERE;
	if (*place)
		return (uint32_t)((uintptr_t)*place - 1);
	if (n > 1) {
		while (path[--up] != '/')
			;
		parent = node_at(tree, path, up ? up : 1);
		if (parent == NOWHERE)
			return NOWHERE;
	}
	node = pedigree_vec_push(&tree->nodes);
	/* The recursion may have moved the place. */
	place = pedigree_map_at(tree->index, path, n, NULL);
	if (!node || !place)
		return NOWHERE;
	index = (uint32_t)tree->nodes.n - 1;
	*place = (void *)(uintptr_t)(index + 1);
	node->parent = parent;
	if (parent != NOWHERE)
		tree->nodes.v[parent].fan++;
	return index;
}

static int grow_tree(struct tree *tree, const char *const *paths, size_t n,
		     const char *home)
{
	for (size_t i = 0; i < n; i++) {
		const char *slash = strrchr(paths[i], '/');
		size_t length = slash == paths[i] ? 1 :
						    (size_t)(slash - paths[i]);

		tree->at[i] = node_at(tree, paths[i], length);
		if (tree->at[i] == NOWHERE)
			return PEDIGREE_ENOMEM;
		tree->nodes.v[tree->at[i]].fan++;
	}
	for (size_t i = 0; i < pedigree_map_count(tree->index); i++) {
		const char *path = pedigree_map_key(tree->index, i, NULL);
		uintptr_t at = (uintptr_t)*pedigree_map_value(tree->index, i);
		struct node *node = &tree->nodes.v[at - 1];

		node->path = path;
		node->forbidden = depth(path) < 2 || strcmp(path, home) == 0;
	}
	return 0;
}

/*
 * Decides which data set each folder belongs to. Parents stand before their
 * children in the list. Returns how many artifacts it leaves.
 */
static size_t decide(struct tree *tree, size_t n, size_t min)
{
	size_t left = 0;

	for (size_t i = 0; i < tree->nodes.n; i++) {
		struct node *node = &tree->nodes.v[i];

		node->group = UNDECIDED;
		if (node->parent != NOWHERE)
			node->group = tree->nodes.v[node->parent].group;
		if (node->group == UNDECIDED && !node->forbidden &&
		    node->fan >= min) {
			node->group = (uint32_t)i;
			left++;
		}
	}
	for (size_t i = 0; i < n; i++)
		left += tree->nodes.v[tree->at[i]].group == UNDECIDED;
	return left;
}

static int name_groups(struct tree *tree, size_t n, uint32_t *ret_group,
		       struct pedigree_folders *ret_folders)
{
	_cleanup_free_ uint32_t *number = NULL;

	number = calloc(tree->nodes.n, sizeof(*number));
	if (!number)
		return PEDIGREE_ENOMEM;
	for (size_t i = 0; i < n; i++) {
		uint32_t group = tree->nodes.v[tree->at[i]].group;
		char **folder;

		ret_group[i] = PEDIGREE_ROLLUP_ALONE;
		if (group == UNDECIDED)
			continue;
		if (!number[group]) {
			folder = pedigree_vec_push(ret_folders);
			if (!folder)
				return PEDIGREE_ENOMEM;
			*folder = strdup(tree->nodes.v[group].path);
			if (!*folder)
				return PEDIGREE_ENOMEM;
			number[group] = (uint32_t)ret_folders->n;
		}
		ret_group[i] = number[group] - 1;
	}
	return 0;
}

int pedigree_rollup(const char *const *paths, size_t n, size_t min,
		    const char *home, uint32_t *ret_group,
		    struct pedigree_folders *ret_folders,
		    struct pedigree_error *err)
{
	struct tree tree = { .index = pedigree_map_new() };
	struct pedigree_folders folders = { 0 };
	int result = PEDIGREE_ENOMEM;

	for (size_t i = 0; i < n; i++)
		ret_group[i] = PEDIGREE_ROLLUP_ALONE;
	if (n == 0 || min == 0) {
		pedigree_map_free(tree.index);
		return 0;
	}
	tree.at = calloc(n, sizeof(*tree.at));
	if (tree.index && tree.at)
		result = grow_tree(&tree, paths, n, home);
	if (result == 0) {
		while (decide(&tree, n, min) > PEDIGREE_ROLLUP_MOST && min > 1)
			min /= 2;
		result = name_groups(&tree, n, ret_group, &folders);
	}
	pedigree_map_free(tree.index);
	pedigree_vec_clear(&tree.nodes);
	free(tree.at);
	if (result < 0) {
		pedigree_folders_clear(&folders);
		return pedigree_fail_memory(err);
	}
	*ret_folders = folders;
	return 0;
}

void pedigree_folders_clear(struct pedigree_folders *folders)
{
	for (size_t i = 0; i < folders->n; i++)
		free(folders->v[i]);
	pedigree_vec_clear(folders);
}

static int by_path(const void *a, const void *b)
{
	const struct pedigree_manifest_line *x = a, *y = b;

	return strcmp(x->path, y->path);
}

void pedigree_manifest_text(const char *folder,
			    struct pedigree_manifest_line *lines, size_t n,
			    struct pedigree_buf *buf)
{
	size_t skip = strlen(folder);

	if (skip == 1)
		skip = 0;
	if (n)
		qsort(lines, n, sizeof(*lines), by_path);
	pedigree_buf_add_str(buf, "pedigree-manifest 1\n");
	for (size_t i = 0; i < n; i++) {
		pedigree_buf_addf(buf, "%s\t%llu\t", lines[i].version,
				  (unsigned long long)lines[i].size);
		pedigree_percent_encode(buf, lines[i].path + skip + 1);
		pedigree_buf_add_char(buf, '\n');
	}
}
