/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files that two runs read or wrote, however they were rolled up: what
 * is the same as a whole is not looked into, all else is compared file by
 * file.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/fs.h"
#include "base/hash.h"
#include "graph/rollup.h"
#include "query/diff.h"

#define CODE "Code"
#define MTIME "mtime:"

/* An artifact of one side. */
struct one {
	const struct pedigree_entity *entity;
	char *uri;	/* under which it is compared */
	char *version;	/* "sha256:…", "S3ETag:…"; NULL: not known */
	const char *of; /* the other side's URI that stands for it, or NULL */
	bool done;
};

struct file {
	char *key;	    /* the URI under which it is compared */
	char *version;	    /* NULL: not known */
	char *size;	    /* NULL: not known */
	const char *folder; /* URI of its artifact; NULL: it is one */
	const char *name;   /* in that folder */
};

struct side {
	PEDIGREE_VEC(struct one) ones;
	PEDIGREE_VEC(struct file) files;
	struct pedigree_map *uris;
};

static void side_clear(struct side *side)
{
	for (size_t i = 0; i < side->ones.n; i++) {
		free(side->ones.v[i].uri);
		free(side->ones.v[i].version);
	}
	for (size_t i = 0; i < side->files.n; i++) {
		free(side->files.v[i].key);
		free(side->files.v[i].version);
		free(side->files.v[i].size);
	}
	pedigree_vec_clear(&side->ones);
	pedigree_vec_clear(&side->files);
	pedigree_map_free(side->uris);
}

int pedigree_diff_line(struct pedigree_diff_section *section,
		       enum pedigree_change change, const char *group,
		       const char *name, const char *old, const char *new)
{
	struct pedigree_diff_line *line = pedigree_vec_push(&section->lines);

	if (!line)
		return PEDIGREE_ENOMEM;
	line->change = change;
	line->group = group ? strdup(group) : NULL;
	line->name = strdup(name);
	line->old = old ? strdup(old) : NULL;
	line->new = new ? strdup(new) : NULL;
	section->n[change]++;
	return (group && !line->group) || !line->name || (old && !line->old) ||
			       (new && !line->new)
		       ? PEDIGREE_ENOMEM
		       : 0;
}

/* What comes before ":" tells what sort of version it is. */
static char *version_of(const struct pedigree_entity *entity)
{
	const struct pedigree_pair *type = entity->source_types.v;
	char *version;

	if (!entity->source_types.n || !type->value)
		return NULL;
	if (strcmp(type->key, "Custom") == 0)
		return strchr(type->value, ':') ? strdup(type->value) : NULL;
	return asprintf(&version, "%s:%s", type->key, type->value) < 0
		       ? NULL
		       : version;
}

/* With `from` replaced by `to` where it is the folder. */
static char *moved(const char *uri, const char *from, const char *to)
{
	size_t n = from ? strlen(from) : 0;
	char *text;

	if (!from || !to || strncmp(uri, from, n) != 0 ||
	    (uri[n] && uri[n] != '/'))
		return strdup(uri);
	return asprintf(&text, "%s%s", to, uri + n) < 0 ? NULL : text;
}

static int collect(struct side *side, const struct pedigree_neighbours *all,
		   bool code, const struct pedigree_sheet *without,
		   const char *from, const char *to)
{
	side->uris = pedigree_map_new();
	for (size_t i = 0; side->uris && i < all->n; i++) {
		const struct pedigree_entity *entity = &all->v[i].entity;
		const char *type = entity->type ? entity->type : "";
		struct one *one;

		if (entity->kind != PEDIGREE_ARTIFACT || !entity->source_uri ||
		    (strcmp(type, CODE) == 0) != code ||
		    (without && pedigree_sheet_get(without, "inherited",
						   entity->source_uri)))
			continue;
		one = pedigree_vec_push(&side->ones);
		if (!one)
			return PEDIGREE_ENOMEM;
		one->entity = entity;
		one->uri = moved(entity->source_uri, from, to);
		one->version = version_of(entity);
		if (!one->uri || !pedigree_map_at(side->uris, one->uri,
						  strlen(one->uri), NULL))
			return PEDIGREE_ENOMEM;
	}
	return side->uris ? 0 : PEDIGREE_ENOMEM;
}

static const char *manifest_of(const struct one *one)
{
	return pedigree_pairs_get(&one->entity->properties, "Manifest");
}

static size_t files_in(const struct one *one)
{
	const char *files =
		pedigree_pairs_get(&one->entity->properties, "Files");

	return files ? strtoul(files, NULL, 10) : 1;
}

static bool has_uri(const struct side *side, const struct one *one)
{
	return pedigree_map_has(side->uris, one->uri, strlen(one->uri));
}

static bool same_text(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

/* One of the other side that is not done and `fits`; by `key`, a text of it. */
static struct one *partner(struct pedigree_map *by, const char *key)
{
	struct one *one = key ? pedigree_map_get(by, key, strlen(key)) : NULL;

	return one && !one->done ? one : NULL;
}

static int same_as_a_whole(struct side *old, struct side *new,
			   struct pedigree_diff_section *section)
{
	_cleanup_map_ struct pedigree_map *by_uri = pedigree_map_new();

	if (!by_uri)
		return PEDIGREE_ENOMEM;
	for (size_t i = 0; i < new->ones.n; i++) {
		struct one *one = &new->ones.v[i];
		void **at = pedigree_map_at(by_uri, one->uri, strlen(one->uri),
					    NULL);

		if (!at)
			return PEDIGREE_ENOMEM;
		if (!*at)
			*at = one;
	}
	for (size_t i = 0; i < old->ones.n; i++) {
		struct one *one = &old->ones.v[i];
		struct one *other = partner(by_uri, one->uri);

		if (!other || !same_text(one->version, other->version))
			continue;
		one->done = other->done = true;
		section->same += files_in(one);
	}
	return 0;
}

/* The same bytes, as a whole, under a URI that only one side has. */
static int same_elsewhere(struct side *old, struct side *new,
			  struct pedigree_diff_section *section)
{
	_cleanup_map_ struct pedigree_map *by_version = pedigree_map_new();

	if (!by_version)
		return PEDIGREE_ENOMEM;
	for (size_t i = 0; i < new->ones.n; i++) {
		struct one *one = &new->ones.v[i];
		void **at;

		if (one->done || !one->version || has_uri(old, one))
			continue;
		at = pedigree_map_at(by_version, one->version,
				     strlen(one->version), NULL);
		if (!at)
			return PEDIGREE_ENOMEM;
		if (!*at)
			*at = one;
	}
	for (size_t i = 0; i < old->ones.n; i++) {
		struct one *one = &old->ones.v[i];
		struct one *other = partner(by_version, one->version);

		if (one->done || !other || has_uri(new, one))
			continue;
		one->done = other->done = true;
		if (pedigree_diff_line(section, PEDIGREE_CHANGE_MOVED, NULL,
				       one->version, one->entity->source_uri,
				       other->entity->source_uri) < 0)
			return PEDIGREE_ENOMEM;
	}
	return 0;
}

static const char *last_part(const char *uri)
{
	const char *slash = strrchr(uri, '/');

	return slash ? slash + 1 : uri;
}

/* A folder of files that the other side has no folder of that URI for; `name`
   NULL: any, if it is the only one. */
static struct one *lone_folder(struct side *side, const struct side *other,
			       const char *name)
{
	struct one *found = NULL;

	for (size_t i = 0; i < side->ones.n; i++) {
		struct one *one = &side->ones.v[i];

		if (one->done || one->of || !manifest_of(one) ||
		    has_uri(other, one) ||
		    (name && strcmp(last_part(one->uri), name) != 0))
			continue;
		if (found)
			return NULL;
		found = one;
	}
	return found;
}

/* A folder stands for none that is in it: there, files have their names. */
static bool apart(const struct one *a, const struct one *b)
{
	return !pedigree_path_under(a->uri, b->uri) &&
	       !pedigree_path_under(b->uri, a->uri);
}

/* Folders that stand for one another, though their files are not all the
   same: two checkouts, a data set that was copied and changed. */
static int pair(struct one *old, struct one *new,
		struct pedigree_diff_section *section)
{
	new->of = old->uri;
	old->of = old->uri;
	return pedigree_diff_line(section, PEDIGREE_CHANGE_MOVED, NULL, "",
				  old->entity->source_uri,
				  new->entity->source_uri);
}

static int pair_folders(struct side *old, struct side *new,
			struct pedigree_diff_section *section)
{
	struct one *one, *other;

	for (size_t i = 0; i < old->ones.n; i++) {
		const char *name = last_part(old->ones.v[i].uri);

		one = lone_folder(old, new, name);
		other = one == &old->ones.v[i] ? lone_folder(new, old, name)
					       : NULL;
		if (other && apart(one, other) && pair(one, other, section) < 0)
			return PEDIGREE_ENOMEM;
	}
	one = lone_folder(old, new, NULL);
	other = one ? lone_folder(new, old, NULL) : NULL;
	return other && apart(one, other) ? pair(one, other, section) : 0;
}

static int add_single(struct side *side, const struct one *one)
{
	const char *size =
		pedigree_pairs_get(&one->entity->properties, "Bytes");
	struct file *file = pedigree_vec_push(&side->files);

	if (!file)
		return PEDIGREE_ENOMEM;
	file->key = strdup(one->uri);
	file->version = one->version ? strdup(one->version) : NULL;
	file->size = size ? strdup(size) : NULL;
	file->name = one->entity->source_uri;
	return file->key && (file->version || !one->version) &&
			       (file->size || !size)
		       ? 0
		       : PEDIGREE_ENOMEM;
}

static int add_line(struct side *side, const struct one *one,
		    const struct pedigree_manifest_line *line)
{
	const char *folder = one->of ? one->of : one->uri;
	struct file *file = pedigree_vec_push(&side->files);
	int n;

	if (!file)
		return PEDIGREE_ENOMEM;
	n = asprintf(&file->key, "%s/%.*s", folder, (int)line->path_n,
		     line->path);
	if (n < 0) {
		file->key = NULL;
		return PEDIGREE_ENOMEM;
	}
	file->name = file->key + strlen(folder) + 1;
	file->folder = one->entity->source_uri;
	file->size = strndup(line->size, line->size_n);
	if (pedigree_manifest_known(line)) {
		file->version = strndup(line->version, line->version_n);
		if (!file->version)
			return PEDIGREE_ENOMEM;
	}
	return file->size ? 0 : PEDIGREE_ENOMEM;
}

static int flatten(struct pedigree_ledger *ledger, struct side *side,
		   struct pedigree_error *err)
{
	for (size_t i = 0; i < side->ones.n; i++) {
		_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
		const struct one *one = &side->ones.v[i];
		const char *digest = manifest_of(one);
		struct pedigree_manifest_line line;
		const char *at;
		int rc = PEDIGREE_ENOTFOUND;

		if (one->done)
			continue;
		if (digest)
			rc = pedigree_ledger_manifest(ledger, digest, &text,
						      NULL);
		if (rc == PEDIGREE_ENOTFOUND && add_single(side, one) < 0)
			return pedigree_fail_memory(err);
		if (rc < 0 && rc != PEDIGREE_ENOTFOUND)
			return pedigree_fail(err, rc,
					     "cannot read the manifest of %s",
					     one->entity->source_uri);
		at = text.data;
		while (rc == 0 && pedigree_manifest_each(&at, &line))
			if (add_line(side, one, &line) < 0)
				return pedigree_fail_memory(err);
	}
	return 0;
}

static int by_key(const void *a, const void *b)
{
	const struct file *x = a, *y = b;

	return strcmp(x->key, y->key);
}

static size_t sort_of(const char *version)
{
	return strcspn(version, ":");
}

/* 1: the bytes differ, 0: they do not, -1: it cannot be told. */
static int differ(const struct file *old, const struct file *new)
{
	bool sizes = old->size && new->size && old->size[0] != '-' &&
		     new->size[0] != '-';

	if (old->version && new->version) {
		size_t n = sort_of(old->version);

		if (strcmp(old->version, new->version) == 0)
			return 0;
		if (n == sort_of(new->version) &&
		    strncmp(old->version, new->version, n) == 0 &&
		    strncmp(old->version, MTIME, strlen(MTIME)) != 0)
			return 1;
	}
	return sizes && strcmp(old->size, new->size) != 0 ? 1 : -1;
}

static int compare_two(const struct file *old, const struct file *new,
		       struct pedigree_diff_section *section)
{
	int differs = differ(old, new);

	if (differs == 0) {
		section->same++;
		return 0;
	}
	return pedigree_diff_line(section,
				  differs > 0 ? PEDIGREE_CHANGE_CHANGED
					      : PEDIGREE_CHANGE_UNRECORDED,
				  old->folder, old->name, old->version,
				  new->version);
}

static const char *version_or(const struct file *file)
{
	return file->version ? file->version : "";
}

static int compare(const struct side *old, const struct side *new,
		   struct pedigree_diff_section *section)
{
	size_t i = 0, k = 0;
	int rc = 0;

	while (rc == 0 && (i < old->files.n || k < new->files.n)) {
		const struct file *one = old->files.v + i;
		const struct file *other = new->files.v + k;
		int order = i == old->files.n	? 1
			    : k == new->files.n ? -1
						: by_key(one, other);

		if (order == 0)
			rc = compare_two(one, other, section);
		else if (order < 0)
			rc = pedigree_diff_line(section,
						PEDIGREE_CHANGE_REMOVED,
						one->folder, one->name,
						version_or(one), NULL);
		else
			rc = pedigree_diff_line(section, PEDIGREE_CHANGE_ADDED,
						other->folder, other->name,
						NULL, version_or(other));
		i += order <= 0;
		k += order >= 0;
	}
	return rc;
}

static void sort(struct side *side)
{
	if (side->files.n)
		qsort(side->files.v, side->files.n, sizeof(*side->files.v),
		      by_key);
}

int pedigree_diff_files(struct pedigree_ledger *ledger,
			const struct pedigree_neighbours *old,
			const struct pedigree_neighbours *new, bool code,
			const struct pedigree_diff_leave_out *leave_out,
			const struct pedigree_diff_options *options,
			struct pedigree_diff_section *section,
			struct pedigree_error *err)
{
	_cleanup_(side_clear) struct side before = { .uris = NULL };
	_cleanup_(side_clear) struct side after = { .uris = NULL };
	int rc;

	if (collect(&before, old, code, leave_out ? leave_out->old : NULL,
		    options->old_folder, options->new_folder) < 0 ||
	    collect(&after, new, code, leave_out ? leave_out->new : NULL, NULL,
		    NULL) < 0 ||
	    same_as_a_whole(&before, &after, section) < 0 ||
	    same_elsewhere(&before, &after, section) < 0 ||
	    pair_folders(&before, &after, section) < 0)
		return pedigree_fail_memory(err);
	rc = flatten(ledger, &before, err);
	if (rc == 0)
		rc = flatten(ledger, &after, err);
	if (rc < 0)
		return rc;
	sort(&before);
	sort(&after);
	return compare(&before, &after, section) < 0 ? pedigree_fail_memory(err)
						     : 0;
}
