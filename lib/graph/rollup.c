/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "graph/rollup.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <pedigree/error.h>

#include "base/fs.h"

/* Folders that everybody puts everything in. */
static const char *const common_folders[] = {
	"/",	"/dev/shm", "/home", "/media", "/mnt",
	"/opt", "/root",    "/srv",  "/tmp",   "/var/tmp",
};

/* The bytes of "folder/name", one by one. */
struct walk {
	const char *at;
	const char *next;
	bool in_name;
};

static int next_byte(struct walk *walk)
{
	if (!*walk->at && !walk->in_name) {
		walk->at = walk->next;
		walk->in_name = true;
		return '/';
	}
	return *walk->at ? (unsigned char)*walk->at++ : -1;
}

static const char *folder_path(const struct pedigree_paths *paths,
			       const struct pedigree_item *item)
{
	uint32_t folder = paths->names.v[item->name].folder;
	const char *path = paths->folders.v[folder].path;

	return strcmp(path, "/") == 0 ? "" : path;
}

static int compare_paths(const struct pedigree_paths *paths,
			 const struct pedigree_item *a,
			 const struct pedigree_item *b)
{
	const struct pedigree_name *name_a = &paths->names.v[a->name];
	const struct pedigree_name *name_b = &paths->names.v[b->name];
	struct walk walk_a = { folder_path(paths, a), name_a->text, false };
	struct walk walk_b = { folder_path(paths, b), name_b->text, false };
	int byte_a, byte_b;

	if (name_a->folder == name_b->folder)
		return strcmp(name_a->text, name_b->text);
	do {
		byte_a = next_byte(&walk_a);
		byte_b = next_byte(&walk_b);
	} while (byte_a == byte_b && byte_a >= 0);
	return byte_a - byte_b;
}

static int compare_items(const void *first, const void *second, void *context)
{
	const struct pedigree_item *a = first, *b = second;

	if (a->role != b->role)
		return a->role < b->role ? -1 : 1;
	if (a->set != b->set)
		return a->set < b->set ? -1 : 1;
	if (!a->set && a->type != b->type)
		return a->type < b->type ? -1 : 1;
	return compare_paths(context, a, b);
}

void pedigree_items_sort(const struct pedigree_paths *paths,
			 struct pedigree_item *items, size_t n)
{
	if (n > 1)
		qsort_r(items, n, sizeof(*items), compare_items, (void *)paths);
}

struct job {
	const struct pedigree_paths *paths;
	const struct pedigree_item *items;
	const char *home;
	size_t least;
	bool anywhere; /* common folders may be one artifact, too */
	struct pedigree_groups *groups;
};

/*
 * Length of the path of the child of a folder (whose path has `n` bytes) in
 * which an item is; `n` itself when the item is directly in the folder.
 */
static size_t child_of(const struct job *job, size_t item, size_t n)
{
	const char *path = folder_path(job->paths, &job->items[item]);

	if (!path[n])
		return n;
	return n + 1 + strcspn(path + n + 1, "/");
}

/* End of the items from `first` that are in the same child folder. */
static size_t child_end(const struct job *job, size_t first, size_t end,
			size_t n)
{
	const char *path = folder_path(job->paths, &job->items[first]);
	size_t i = first + 1;

	for (; i < end; i++) {
		const char *other = folder_path(job->paths, &job->items[i]);

		if (strncmp(other, path, n) != 0 ||
		    (other[n] && other[n] != '/'))
			break;
	}
	return i;
}

static bool is_common(const struct job *job, const char *path, size_t n)
{
	if (n == 0)
		return true;
	for (size_t i = 0; i < PEDIGREE_COUNT(common_folders); i++)
		if (strlen(common_folders[i]) == n &&
		    strncmp(common_folders[i], path, n) == 0)
			return true;
	return job->home && strlen(job->home) == n &&
	       strncmp(job->home, path, n) == 0;
}

static int add_group(const struct job *job, const char *path, size_t n,
		     size_t first, size_t end)
{
	struct pedigree_group *group = pedigree_vec_push(job->groups);

	if (!group)
		return PEDIGREE_ENOMEM;
	group->first = first;
	group->n = end - first;
	if (!path)
		return 0;
	group->folder = n ? strndup(path, n) : strdup("/");
	return group->folder ? 0 : PEDIGREE_ENOMEM;
}

static size_t fan_of(const struct job *job, size_t first, size_t end, size_t n)
{
	size_t fan = 0;
	size_t i = first;

	while (i < end) {
		size_t child = child_of(job, i, n);

		i = child == n ? i + 1 : child_end(job, i, end, child);
		fan++;
	}
	return fan;
}

/* Groups the items of one folder, whose path has `n` bytes ("/": none). */
static int group_folder(const struct job *job, size_t first, size_t end,
			size_t n)
{
	const char *path = folder_path(job->paths, &job->items[first]);
	size_t i = first;

	if ((job->anywhere || !is_common(job, path, n)) && job->least &&
	    fan_of(job, first, end, n) >= job->least)
		return add_group(job, path, n, first, end);
	while (i < end) {
		size_t child = child_of(job, i, n);
		size_t next =
			child == n ? i + 1 : child_end(job, i, end, child);
		int r = child == n ? add_group(job, NULL, 0, i, next)
				   : group_folder(job, i, next, child);

		if (r < 0)
			return r;
		i = next;
	}
	return 0;
}

static void cut_groups(struct pedigree_groups *groups, size_t n)
{
	while (groups->n > n)
		free(groups->v[--groups->n].folder);
}

int pedigree_rollup(const struct pedigree_paths *paths,
		    const struct pedigree_item *items, size_t first, size_t n,
		    const char *home, size_t least,
		    struct pedigree_groups *groups)
{
	struct job job = {
		.paths = paths,
		.items = items,
		.home = home,
		.least = least == 1 ? 2 : least,
		.groups = groups,
	};
	size_t before = groups->n;

	if (!n)
		return 0;
	for (;;) {
		int r = group_folder(&job, first, first + n, 0);

		if (r < 0)
			return r;
		if (!job.least || job.anywhere ||
		    groups->n - before <= PEDIGREE_ROLLUP_MOST)
			return 0;
		cut_groups(groups, before);
		/* What a lower limit could merge, the lowest one surely does:
		   but the folder nearest to the files is wanted. */
		if (job.least > 2)
			job.least =
				job.least > 16 ? job.least / 2 : job.least - 1;
		else
			job.anywhere = true;
	}
}

static int add_set(const struct pedigree_set *set, uint16_t index, size_t first,
		   size_t n, struct pedigree_groups *groups)
{
	struct pedigree_group *group = pedigree_vec_push(groups);

	if (!group)
		return PEDIGREE_ENOMEM;
	group->first = first;
	group->n = n;
	group->set = index;
	group->folder = strdup(set->root);
	return group->folder ? 0 : PEDIGREE_ENOMEM;
}

int pedigree_rollup_all(const struct pedigree_paths *paths,
			const struct pedigree_items *items,
			const struct pedigree_sets *sets, const char *home,
			size_t least, struct pedigree_groups *groups)
{
	const struct pedigree_item *v = items->v;
	size_t first = 0;

	while (first < items->n) {
		uint16_t set = v[first].set;
		size_t end = first + 1;
		int r;

		while (end < items->n && v[end].role == v[first].role &&
		       v[end].set == set &&
		       (set || v[end].type == v[first].type))
			end++;
		if (set)
			r = add_set(&sets->v[set - 1], set, first, end - first,
				    groups);
		else
			r = pedigree_rollup(paths, v, first, end - first, home,
					    least, groups);
		if (r < 0)
			return r;
		first = end;
	}
	return 0;
}

void pedigree_groups_clear(struct pedigree_groups *groups)
{
	cut_groups(groups, 0);
	pedigree_vec_clear(groups);
}

void pedigree_manifest_begin(struct pedigree_buf *text)
{
	pedigree_buf_add_str(text, "pedigree-manifest 1\n");
}

void pedigree_manifest_add(struct pedigree_buf *text,
			   const struct pedigree_version *version,
			   const char *relative_path)
{
	pedigree_buf_add_str(text, version->value[0] ? version->value : "-");
	if (version->sized)
		pedigree_buf_addf(text, "\t%" PRIu64 "\t", version->bytes);
	else
		pedigree_buf_add_str(text, "\t-\t");
	pedigree_percent_encode(text, relative_path);
	pedigree_buf_add_char(text, '\n');
}

bool pedigree_manifest_each(const char **at,
			    struct pedigree_manifest_line *ret_line)
{
	for (;;) {
		const char *line = *at, *end = strchr(line, '\n');
		const char *size, *path;

		if (!end)
			return false;
		*at = end + 1;
		size = memchr(line, '\t', (size_t)(end - line));
		path = size ? memchr(size + 1, '\t', (size_t)(end - size - 1))
			    : NULL;
		if (!path)
			continue;
		*ret_line = (struct pedigree_manifest_line){
			.version = line,
			.size = size + 1,
			.path = path + 1,
			.version_n = (size_t)(size - line),
			.size_n = (size_t)(path - size - 1),
			.path_n = (size_t)(end - path - 1),
		};
		return true;
	}
}

bool pedigree_manifest_known(const struct pedigree_manifest_line *line)
{
	return memchr(line->version, ':', line->version_n) != NULL;
}

bool pedigree_manifest_next(const char **at,
			    struct pedigree_manifest_line *ret_line)
{
	while (pedigree_manifest_each(at, ret_line))
		if (pedigree_manifest_known(ret_line))
			return true;
	return false;
}

bool pedigree_manifest_find(const char *text, const char *path,
			    struct pedigree_manifest_line *ret_line)
{
	struct pedigree_manifest_line line;
	size_t n = strlen(path);

	while (pedigree_manifest_next(&text, &line))
		if (line.path_n == n && memcmp(line.path, path, n) == 0) {
			*ret_line = line;
			return true;
		}
	return false;
}
