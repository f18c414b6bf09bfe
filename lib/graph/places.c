/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "graph/places.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fs.h"
#include "base/hash.h"
#include "base/vec.h"

#define NO_PARENT "-" /* that can be seen */
#define CHAIN_MAX 8   /* places one behind another; more go in a circle */

struct mount {
	const char *id, *parent;
	const char *device; /* "8:1" */
	const char *root;   /* what of the file system is mounted */
	const char *point;
	const char *type, *source, *options;
	bool hidden; /* another one is mounted over it */
	bool placed; /* it is known where it comes from */
};

struct table {
	PEDIGREE_VEC(struct mount) all; /* as they were mounted */
	struct pedigree_map *ids;
	struct pedigree_map *points;  /* "PARENT POINT": index + 1 */
	struct pedigree_map *devices; /* of the first that is seen + 1 */
};

static void table_clear(struct table *table)
{
	pedigree_vec_clear(&table->all);
	pedigree_map_free(table->ids);
	pedigree_map_free(table->points);
	pedigree_map_free(table->devices);
}

static bool has_file(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && !S_ISDIR(st.st_mode);
}

/* The longest prefix that has the path, of which there are *ret_layers. */
static const char *longest(const struct pedigree_pairs *places,
			   const char *path, size_t *ret_layers)
{
	const char *best = NULL;

	for (size_t i = 0; i < places->n; i++) {
		const char *prefix = places->v[i].key;

		if (!pedigree_path_under(path, prefix) ||
		    (best && strlen(prefix) < strlen(best)))
			continue;
		*ret_layers =
			best && strcmp(prefix, best) == 0 ? *ret_layers + 1 : 1;
		best = prefix;
	}
	return best;
}

/* As pedigree_places_uri(), of one place. */
static bool find(const struct pedigree_pairs *places, const char *path,
		 const char **ret_prefix, struct pedigree_buf *uri)
{
	_cleanup_buf_ struct pedigree_buf below = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf file = PEDIGREE_BUF_INIT;
	size_t layers = 0;
	const char *best = longest(places, path, &layers);
	size_t n = best ? strlen(best) : 0;

	for (size_t i = 0; best && i < places->n; i++) {
		if (strcmp(places->v[i].key, best) != 0)
			continue;
		pedigree_buf_reset(&below);
		pedigree_buf_reset(&file);
		pedigree_uri_below(&below, places->v[i].value,
				   path + (n == 1 ? 0 : n));
		if (layers > 1 && !pedigree_buf_error(&below) &&
		    pedigree_uri_to_path(&file, below.data) &&
		    !pedigree_buf_error(&file) && !has_file(file.data))
			continue;
		if (pedigree_buf_error(&below))
			uri->failed = true;
		pedigree_buf_add(uri, below.data, below.len);
		*ret_prefix = best;
		return true;
	}
	return false;
}

bool pedigree_places_uri(const struct pedigree_pairs *places, const char *path,
			 struct pedigree_buf *uri)
{
	_cleanup_buf_ struct pedigree_buf found = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf at = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf next = PEDIGREE_BUF_INIT;
	const char *prefix, *before;

	if (!find(places, path, &prefix, &found))
		return false;
	/* The folder that a bind mount shows can be at a place itself. */
	for (unsigned int i = 0; i < CHAIN_MAX; i++) {
		pedigree_buf_reset(&at);
		pedigree_buf_reset(&next);
		before = prefix;
		if (pedigree_buf_error(&found) ||
		    !pedigree_uri_to_path(&at, found.data) ||
		    pedigree_buf_error(&at) ||
		    !find(places, at.data, &prefix, &next) ||
		    strcmp(prefix, before) == 0)
			break;
		pedigree_buf_reset(&found);
		pedigree_buf_add(&found, next.data, next.len);
	}
	if (pedigree_buf_error(&found) || pedigree_buf_error(&at) ||
	    pedigree_buf_error(&next))
		uri->failed = true;
	pedigree_buf_add(uri, found.data, found.len);
	return true;
}

bool pedigree_places_path(const struct pedigree_pairs *places, const char *uri,
			  struct pedigree_buf *path)
{
	const struct pedigree_pair *best = NULL;
	_cleanup_buf_ struct pedigree_buf rest = PEDIGREE_BUF_INIT;
	size_t most = 0;

	if (strncmp(uri, "file://", 7) == 0)
		return false;
	for (size_t i = 0; i < places->n; i++) {
		size_t n = strlen(places->v[i].value);

		while (n && places->v[i].value[n - 1] == '/')
			n--;
		if (n <= most || strncmp(uri, places->v[i].value, n) != 0 ||
		    (uri[n] && uri[n] != '/'))
			continue;
		best = &places->v[i];
		most = n;
	}
	if (!best)
		return false;
	if (pedigree_uri_has_plain_keys(uri))
		pedigree_buf_add_str(&rest, uri + most);
	else if (!pedigree_percent_decode(&rest, uri + most))
		return false;
	pedigree_buf_add_str(path, best->key[1] ? best->key : "");
	pedigree_buf_add(path, rest.data, rest.len);
	return true;
}

/*
 * The table
 */

/* Undoes "\040" in place. */
static void unescape(char *text)
{
	char *to = text;

	for (; *text; text++) {
		if (text[0] == '\\' && text[1] >= '0' && text[1] <= '3' &&
		    text[2] >= '0' && text[2] <= '7' && text[3] >= '0' &&
		    text[3] <= '7') {
			*to++ = (char)((text[1] - '0') * 64 +
				       (text[2] - '0') * 8 + text[3] - '0');
			text += 3;
		} else {
			*to++ = *text;
		}
	}
	*to = '\0';
}

/* The next word of a line; NULL: there is none. */
static char *next(char **at)
{
	char *word = strsep(at, " ");

	return word && *word ? word : NULL;
}

/* 36 35 98:0 /root /point rw,noatime master:1 - ext3 /dev/sda rw,errors=… */
static bool read_line(char *line, struct mount *ret)
{
	char *word, *source, *words[5];

	for (size_t i = 0; i < 5; i++)
		if (!(words[i] = next(&line)))
			return false;
	while ((word = next(&line)) && strcmp(word, "-") != 0)
		;
	*ret = (struct mount){
		.id = words[0],
		.parent = words[1],
		.device = words[2],
		.root = words[3],
		.point = words[4],
		.type = word ? next(&line) : NULL,
	};
	if (!ret->type || !line)
		return false;
	source = strsep(&line, " "); /* may be empty */
	ret->source = source;
	ret->options = line ? line : "";
	unescape(words[3]);
	unescape(words[4]);
	unescape(source);
	/* No file is opened by a longer path. */
	if (ret->root[0] != '/' || ret->point[0] != '/' ||
	    strlen(ret->root) >= PATH_MAX || strlen(ret->point) >= PATH_MAX)
		return false;
	pedigree_path_clean(words[4]);
	return true;
}

/* The mount on a folder of another one; table->all.n: there is none. */
static int mounted_on(const struct table *table, const char *parent,
		      const char *point, size_t n, size_t *ret)
{
	_cleanup_buf_ struct pedigree_buf key = PEDIGREE_BUF_INIT;
	uintptr_t found;

	pedigree_buf_addf(&key, "%s ", parent);
	pedigree_buf_add(&key, point, n);
	if (pedigree_buf_error(&key))
		return PEDIGREE_ENOMEM;
	found = (uintptr_t)pedigree_map_get(table->points, key.data, key.len);
	*ret = found ? found - 1 : table->all.n;
	return 0;
}

/*
 * Has this mount the path? As the kernel looks for it, from the root on:
 * neither the order of the table nor the points alone tell what is mounted
 * over what. 1, 0 or PEDIGREE_ENOMEM.
 */
static int owns(const struct table *table, size_t index, const char *path)
{
	const char *current = NO_PARENT;
	size_t n = 1, found = table->all.n, length = strlen(path);

	for (;;) {
		size_t on;

		if (mounted_on(table, current, path, n, &on) < 0)
			return PEDIGREE_ENOMEM;
		if (on < table->all.n) {
			found = on;
			current = table->all.v[on].id;
			continue;
		}
		if (n >= length)
			return found == index;
		n += path[n] == '/';
		n += strcspn(path + n, "/");
	}
}

static int add_point(struct table *table, size_t index)
{
	_cleanup_buf_ struct pedigree_buf key = PEDIGREE_BUF_INIT;
	const struct mount *mount = &table->all.v[index];
	bool known = pedigree_map_has(table->ids, mount->parent,
				      strlen(mount->parent)) &&
		     strcmp(mount->parent, mount->id) != 0;
	void **place;

	pedigree_buf_addf(&key, "%s %s", known ? mount->parent : NO_PARENT,
			  mount->point);
	place = pedigree_buf_error(&key)
			? NULL
			: pedigree_map_at(table->points, key.data, key.len,
					  NULL);
	if (place)
		*place = (void *)(uintptr_t)(index + 1);
	return place ? 0 : PEDIGREE_ENOMEM;
}

static int add_device(struct table *table, size_t index)
{
	struct mount *mount = &table->all.v[index];
	void **place;
	int r;

	r = owns(table, index, mount->point);
	mount->hidden = r != 1;
	if (mount->hidden)
		return r;
	place = pedigree_map_at(table->devices, mount->device,
				strlen(mount->device), NULL);
	if (place && !*place)
		*place = (void *)(uintptr_t)(index + 1);
	return place ? 0 : PEDIGREE_ENOMEM;
}

static int read_table(char *text, struct table *ret)
{
	char *line;
	int r = 0;

	ret->ids = pedigree_map_new();
	ret->points = pedigree_map_new();
	ret->devices = pedigree_map_new();
	if (!ret->ids || !ret->points || !ret->devices)
		return PEDIGREE_ENOMEM;
	while ((line = strsep(&text, "\n"))) {
		struct mount mount, *kept;
		bool is_new;

		if (!read_line(line, &mount))
			continue;
		if (!pedigree_map_at(ret->ids, mount.id, strlen(mount.id),
				     &is_new))
			return PEDIGREE_ENOMEM;
		/* Read in pieces, a table may have a number of two mounts, and
		   mounts that are on each other in a circle. */
		if (!is_new)
			continue;
		kept = pedigree_vec_push(&ret->all);
		if (!kept)
			return PEDIGREE_ENOMEM;
		*kept = mount;
	}
	for (size_t i = 0; r == 0 && i < ret->all.n; i++)
		r = add_point(ret, i);
	for (size_t i = 0; r == 0 && i < ret->all.n; i++)
		r = add_device(ret, i);
	return r;
}

/*
 * File servers
 */

static const struct {
	char type[8];
	char scheme[12];
} servers[] = {
	{ "nfs", "nfs://" },  { "nfs4", "nfs://" }, { "lustre", "lustre://" },
	{ "cifs", "smb://" }, { "smb3", "smb://" },
};

/* A tunnel's end, as the tools of EFS have it, does not tell which server. */
static bool is_loopback(const char *host, size_t n)
{
	return (n >= 4 && memcmp(host, "127.", 4) == 0) ||
	       (n == 9 && memcmp(host, "localhost", 9) == 0) ||
	       (n == 5 && memcmp(host, "[::1]", 5) == 0) ||
	       (n == 3 && memcmp(host, "::1", 3) == 0);
}

/*
 * "server:/export", "//server/share", "10.0.0.1@tcp:10.0.0.2@tcp:/fs": a
 * server, the first one where there are more, and a path.
 */
static bool server_uri(const char *scheme, const struct mount *mount,
		       struct pedigree_buf *uri)
{
	const char *host = mount->source, *path = strstr(host, ":/");
	_cleanup_buf_ struct pedigree_buf below = PEDIGREE_BUF_INIT;
	size_t n = 0;

	if (strncmp(host, "//", 2) == 0) {
		host += 2;
		path = strchr(host, '/');
		n = path ? strcspn(host, "@/") : 0;
		if (!path || host + n != path)
			return false;
	} else if (path) {
		path++;
		n = host[0] == '[' ? strcspn(host, "]") + 1
				   : strcspn(host, "@:/");
	}
	if (!path || !n || host + n > path || is_loopback(host, n))
		return false;
	pedigree_buf_add_str(uri, scheme);
	pedigree_buf_add(uri, host, n);
	pedigree_uri_below(&below, uri->data ? uri->data : "", path);
	pedigree_buf_reset(uri);
	/* Of a bind mount, a part of what is mounted elsewhere. */
	if (!pedigree_buf_error(&below))
		pedigree_uri_below(uri, below.data,
				   mount->root[1] ? mount->root : "");
	else
		uri->failed = true;
	return true;
}

/* 1: it is one; 0: it is none; else PEDIGREE_ENOMEM. */
static int from_server(const struct mount *mount, struct pedigree_buf *uri)
{
	for (size_t i = 0; i < PEDIGREE_COUNT(servers); i++)
		if (strcmp(mount->type, servers[i].type) == 0 &&
		    server_uri(servers[i].scheme, mount, uri))
			return pedigree_buf_error(uri) ? PEDIGREE_ENOMEM : 1;
	return 0;
}

/*
 * What is mounted elsewhere too
 */

static int add(struct pedigree_pairs *places, const char *point,
	       const struct pedigree_buf *uri)
{
	if (pedigree_buf_error(uri))
		return PEDIGREE_ENOMEM;
	if (places->n >= PEDIGREE_PLACES_MAX)
		return 0;
	return pedigree_pairs_add(places, point, uri->data);
}

/* A bind mount is the folder that another one shows first. */
static int from_bind(const struct table *table, size_t index,
		     struct pedigree_pairs *places)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf uri = PEDIGREE_BUF_INIT;
	const struct mount *mount = &table->all.v[index], *first;
	size_t at = (uintptr_t)pedigree_map_get(table->devices, mount->device,
						strlen(mount->device));
	size_t n;
	int r;

	if (!at || --at == index)
		return 0;
	first = &table->all.v[at];
	n = strlen(first->root);
	if (!pedigree_path_under(mount->root, first->root))
		return 0;
	pedigree_buf_add_str(&path, first->point[1] ? first->point : "");
	pedigree_buf_add_str(&path, mount->root + (n == 1 ? 0 : n));
	if (path.len > 1 && path.data[path.len - 1] == '/')
		pedigree_buf_cut(&path, path.len - 1);
	if (pedigree_buf_error(&path))
		return PEDIGREE_ENOMEM;
	if (!path.len || pedigree_path_under(path.data, mount->point))
		return 0;
	/* What is mounted over that folder is something else. */
	r = owns(table, at, path.data);
	if (r != 1)
		return r;
	pedigree_path_to_uri(&uri, path.data);
	return add(places, mount->point, &uri);
}

/* The next path of a list, with what is escaped in it undone. */
static bool next_layer(const char **at, struct pedigree_buf *ret)
{
	pedigree_buf_reset(ret);
	if (!**at || **at == ',')
		return false;
	for (; **at && **at != ',' && **at != ':'; ++*at) {
		if (**at == '\\' && (*at)[1])
			++*at;
		pedigree_buf_add_char(ret, **at);
	}
	if (**at == ':')
		++*at;
	return true;
}

static const char *option(const char *options, const char *name)
{
	size_t n = strlen(name);

	for (const char *at = options; at; at = strchr(at, ',')) {
		at += *at == ',';
		if (strncmp(at, name, n) == 0)
			return at + n;
	}
	return NULL;
}

/* Each file of an overlay is in one of its layers, of which the upper one is
   asked first. Those of a container cannot be seen in it. */
static int from_overlay(const struct mount *mount,
			const struct pedigree_mount_world *world,
			struct pedigree_pairs *places)
{
	static const char *const names[] = { "upperdir=", "lowerdir=" };
	_cleanup_buf_ struct pedigree_buf layer = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf uri = PEDIGREE_BUF_INIT;
	_cleanup_free_ char *options = strdup(mount->options);
	size_t before = places->n;
	int r = options ? 0 : PEDIGREE_ENOMEM;

	if (mount->root[1])
		return 0;
	if (options)
		unescape(options);
	for (size_t i = 0; r == 0 && i < PEDIGREE_COUNT(names); i++) {
		const char *at = option(options, names[i]);

		while (r == 0 && at && next_layer(&at, &layer)) {
			if (pedigree_buf_error(&layer))
				return PEDIGREE_ENOMEM;
			if (!layer.len || layer.data[0] != '/' ||
			    !world->is_folder(world->ctx, layer.data) ||
			    pedigree_path_under(layer.data, mount->point))
				continue;
			pedigree_path_clean(layer.data);
			pedigree_buf_reset(&uri);
			pedigree_path_to_uri(&uri, layer.data);
			r = add(places, mount->point, &uri);
		}
	}
	/* A single one is asked, too. */
	if (r == 0 && places->n == before + 1)
		r = add(places, mount->point, &uri);
	return r;
}

/* 1: it is one, and added; 0: it is none; else PEDIGREE_ENOMEM. */
static int from_elsewhere(const struct mount *mount,
			  const struct pedigree_mount_world *world,
			  struct pedigree_pairs *places)
{
	const struct pedigree_fuse fuse = { mount->type, mount->source,
					    mount->point, mount->options };
	_cleanup_buf_ struct pedigree_buf uri = PEDIGREE_BUF_INIT;
	int r = from_server(mount, &uri);

	if (r == 0 && !mount->root[1] && strncmp(mount->type, "fuse", 4) == 0 &&
	    pedigree_mount_bucket(world, &fuse, &uri))
		r = 1;
	if (r == 1 && add(places, mount->point, &uri) < 0)
		r = PEDIGREE_ENOMEM;
	return r;
}

static int from_here(const struct table *table, size_t index,
		     const struct pedigree_mount_world *world,
		     struct pedigree_pairs *places)
{
	const struct mount *mount = &table->all.v[index];
	int r = from_bind(table, index, places);

	if (r == 0 && strcmp(mount->type, "overlay") == 0)
		r = from_overlay(mount, world, places);
	return r;
}

int pedigree_places_read(char *table, const struct pedigree_mount_world *world,
			 struct pedigree_pairs *ret_places)
{
	_cleanup_(table_clear) struct table mounts = { 0 };
	int r = read_table(table, &mounts);

	/* Servers and buckets first: a thousand folders of containers that
	   are mounted twice would leave no room for them. */
	for (size_t i = 0; r == 0 && i < mounts.all.n; i++) {
		struct mount *mount = &mounts.all.v[i];

		if (mount->hidden)
			continue;
		r = from_elsewhere(mount, world, ret_places);
		mount->placed = r == 1;
		r = r < 0 ? r : 0;
	}
	for (size_t i = 0; r == 0 && i < mounts.all.n; i++)
		if (!mounts.all.v[i].hidden && !mounts.all.v[i].placed)
			r = from_here(&mounts, i, world, ret_places);
	return r;
}
