/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "graph/paths.h"

#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include <pedigree/error.h>

#include "base/fs.h"

#define SECOND_NS UINT64_C(1000000000)

uint64_t pedigree_time_ns(const struct timespec *time)
{
	if (time->tv_sec < 0)
		return 0;
	return (uint64_t)time->tv_sec * SECOND_NS + (uint64_t)time->tv_nsec;
}

struct pedigree_look pedigree_look_of(const struct stat *st)
{
	return (struct pedigree_look){
		.size = (uint64_t)st->st_size,
		.mtime_ns = pedigree_time_ns(&st->st_mtim),
		.ctime_ns = pedigree_time_ns(&st->st_ctim),
	};
}

int pedigree_paths_init(struct pedigree_paths *paths)
{
	*paths = (struct pedigree_paths){ .scratch = PEDIGREE_BUF_INIT };
	paths->by_path = pedigree_map_new();
	return paths->by_path ? 0 : PEDIGREE_ENOMEM;
}

void pedigree_paths_clear(struct pedigree_paths *paths)
{
	for (size_t i = 0; i < paths->folders.n; i++)
		free(paths->folders.v[i].path);
	pedigree_vec_clear(&paths->folders);
	for (size_t i = 0; i < paths->texts.n; i++)
		free(paths->texts.v[i]);
	pedigree_vec_clear(&paths->texts);
	pedigree_vec_clear(&paths->names);
	pedigree_map_free(paths->by_path);
	free(paths->slots);
	pedigree_buf_clear(&paths->scratch);
	memset(paths, 0, sizeof(*paths));
}

/*
 * The real path of a folder, whose end may be gone by now: the longest part
 * that is there is resolved and the rest kept as it was. Malloc'ed.
 */
static char *real_folder(const char *path)
{
	_cleanup_buf_ struct pedigree_buf head = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf whole = PEDIGREE_BUF_INIT;
	char real[PATH_MAX];
	size_t cut = strlen(path);

	pedigree_buf_add_str(&head, path);
	while (cut > 1 && !pedigree_buf_error(&head)) {
		if (realpath(head.data, real))
			break;
		while (cut > 1 && head.data[cut - 1] != '/')
			cut--;
		if (cut > 1)
			cut--;
		pedigree_buf_cut(&head, cut);
	}
	if (pedigree_buf_error(&head))
		return NULL;
	if (cut <= 1)
		return strdup(path);
	pedigree_buf_add_str(&whole, strcmp(real, "/") == 0 ? "" : real);
	pedigree_buf_add_str(&whole, path + cut);
	if (whole.len == 0)
		pedigree_buf_add_char(&whole, '/');
	return pedigree_buf_take(&whole);
}

/* Adds a folder that is not there yet; `real` NOWHERE: itself. */
static uint32_t add_folder(struct pedigree_paths *paths, const char *path,
			   uint32_t real)
{
	uint32_t index = (uint32_t)paths->folders.n;
	struct pedigree_folder *folder;
	char *copy = strdup(path);
	void **place;

	folder = copy ? pedigree_vec_push(&paths->folders) : NULL;
	if (!folder) {
		free(copy);
		return PEDIGREE_NOWHERE;
	}
	folder->path = copy;
	folder->real = real == PEDIGREE_NOWHERE ? index : real;
	folder->first = PEDIGREE_NOWHERE;
	place = pedigree_map_at(paths->by_path, path, strlen(path), NULL);
	if (!place)
		return PEDIGREE_NOWHERE;
	*place = (void *)(uintptr_t)(index + 1);
	return index;
}

static uint32_t known_folder(const struct pedigree_paths *paths,
			     const char *path)
{
	void *value = pedigree_map_get(paths->by_path, path, strlen(path));

	return value ? (uint32_t)(uintptr_t)value - 1 : PEDIGREE_NOWHERE;
}

/* The folder of a path that is known to be real. */
static uint32_t folder_as_is(struct pedigree_paths *paths, const char *path)
{
	uint32_t index = known_folder(paths, path);

	return index != PEDIGREE_NOWHERE
		       ? index
		       : add_folder(paths, path, PEDIGREE_NOWHERE);
}

uint32_t pedigree_paths_folder(struct pedigree_paths *paths, const char *path)
{
	_cleanup_free_ char *real = NULL;
	uint32_t index = known_folder(paths, path);

	if (index != PEDIGREE_NOWHERE)
		return index;
	real = real_folder(path);
	if (!real)
		return PEDIGREE_NOWHERE;
	if (strcmp(real, path) == 0)
		return add_folder(paths, path, PEDIGREE_NOWHERE);
	index = folder_as_is(paths, real);
	if (index == PEDIGREE_NOWHERE)
		return PEDIGREE_NOWHERE;
	return add_folder(paths, path, index);
}

static uint64_t hash_of(uint32_t folder, const char *text)
{
	return pedigree_hash(text, strlen(text)) ^
	       (folder * UINT64_C(0x9e3779b97f4a7c15));
}

/* The slot of a name, or the free one where it belongs. */
static uint32_t *slot_of(const struct pedigree_paths *paths, uint32_t folder,
			 const char *text)
{
	size_t i = hash_of(folder, text) & (paths->n_slots - 1);

	while (paths->slots[i]) {
		const struct pedigree_name *name =
			&paths->names.v[paths->slots[i] - 1];

		if (name->folder == folder && strcmp(name->text, text) == 0)
			break;
		i = (i + 1) & (paths->n_slots - 1);
	}
	return &paths->slots[i];
}

static int grow(struct pedigree_paths *paths)
{
	uint32_t *old = paths->slots;
	size_t n = paths->n_slots ? paths->n_slots * 2 : 1024;

	paths->slots = calloc(n, sizeof(*paths->slots));
	if (!paths->slots) {
		paths->slots = old;
		return PEDIGREE_ENOMEM;
	}
	free(old);
	paths->n_slots = n;
	for (size_t i = 0; i < paths->names.n; i++)
		*slot_of(paths, paths->names.v[i].folder,
			 paths->names.v[i].text) = (uint32_t)i + 1;
	return 0;
}

/* The name that a symbolic link leads to, NOWHERE for a broken one. */
static uint32_t target_of(struct pedigree_paths *paths, const char *link)
{
	char real[PATH_MAX];
	char *slash;
	uint32_t folder;

	if (!realpath(link, real))
		return PEDIGREE_NOWHERE;
	slash = strrchr(real, '/');
	*slash = '\0';
	folder = folder_as_is(paths, slash == real ? "/" : real);
	if (folder == PEDIGREE_NOWHERE)
		return PEDIGREE_NOWHERE;
	return pedigree_paths_name(paths, folder, slash + 1, true);
}

static void look_at(struct pedigree_paths *paths, uint32_t index)
{
	struct pedigree_name *name = &paths->names.v[index];
	struct stat st;
	uint32_t target;

	pedigree_paths_text(paths, name->folder, index, &paths->scratch);
	if (lstat(paths->scratch.data, &st) < 0) {
		name->kind = PEDIGREE_NAME_ABSENT;
		return;
	}
	name->kind = S_ISREG(st.st_mode) ? PEDIGREE_NAME_REGULAR
					 : PEDIGREE_NAME_OTHER;
	if (S_ISREG(st.st_mode))
		name->look = pedigree_look_of(&st);
	if (!S_ISLNK(st.st_mode))
		return;
	target = target_of(paths, paths->scratch.data);
	name = &paths->names.v[index]; /* it may have moved */
	if (target == PEDIGREE_NOWHERE || target == index)
		return;
	name->kind = PEDIGREE_NAME_LINK;
	name->target = target;
}

static uint32_t add_name(struct pedigree_paths *paths, uint32_t folder,
			 const char *text, bool copy, uint32_t *slot)
{
	uint32_t index = (uint32_t)paths->names.n;
	struct pedigree_name *name;

	if (index >= PEDIGREE_NOWHERE - 1)
		return PEDIGREE_NOWHERE;
	if (copy) {
		char **place = pedigree_vec_push(&paths->texts);

		if (place)
			*place = strdup(text);
		if (!place || !*place)
			return PEDIGREE_NOWHERE;
		text = *place;
	}
	name = pedigree_vec_push(&paths->names);
	if (!name)
		return PEDIGREE_NOWHERE;
	*name = (struct pedigree_name){
		.text = text,
		.folder = folder,
		.next = paths->folders.v[folder].first,
		.target = PEDIGREE_NOWHERE,
		.file = PEDIGREE_NOWHERE,
	};
	paths->folders.v[folder].first = index;
	*slot = index + 1;
	look_at(paths, index);
	return index;
}

uint32_t pedigree_paths_name(struct pedigree_paths *paths, uint32_t folder,
			     const char *text, bool copy)
{
	uint32_t *slot;

	if ((paths->names.n + 1) * 2 > paths->n_slots && grow(paths) < 0)
		return PEDIGREE_NOWHERE;
	folder = paths->folders.v[folder].real;
	slot = slot_of(paths, folder, text);
	if (*slot)
		return *slot - 1;
	return add_name(paths, folder, text, copy, slot);
}

uint32_t pedigree_paths_of(struct pedigree_paths *paths, const char *path,
			   uint32_t *ret_folder)
{
	_cleanup_buf_ struct pedigree_buf folder = PEDIGREE_BUF_INIT;
	const char *slash = strrchr(path, '/');
	uint32_t index;

	if (!slash)
		return PEDIGREE_NOWHERE;
	pedigree_buf_add(&folder, path,
			 slash == path ? 1 : (size_t)(slash - path));
	if (pedigree_buf_error(&folder))
		return PEDIGREE_NOWHERE;
	index = pedigree_paths_folder(paths, folder.data);
	if (index == PEDIGREE_NOWHERE)
		return PEDIGREE_NOWHERE;
	*ret_folder = index;
	return pedigree_paths_name(paths, index, slash + 1, true);
}

uint32_t pedigree_paths_find(const struct pedigree_paths *paths,
			     uint32_t folder, const char *text)
{
	uint32_t slot;

	if (!paths->n_slots)
		return PEDIGREE_NOWHERE;
	slot = *slot_of(paths, paths->folders.v[folder].real, text);
	return slot ? slot - 1 : PEDIGREE_NOWHERE;
}

uint32_t pedigree_paths_follow(const struct pedigree_paths *paths,
			       uint32_t name)
{
	return paths->names.v[name].kind == PEDIGREE_NAME_LINK
		       ? paths->names.v[name].target
		       : name;
}

void pedigree_paths_text(const struct pedigree_paths *paths, uint32_t folder,
			 uint32_t name, struct pedigree_buf *buf)
{
	pedigree_buf_reset(buf);
	pedigree_path_join(buf, paths->folders.v[folder].path,
			   paths->names.v[name].text);
}
