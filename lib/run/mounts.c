/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is mounted where a run begins, from the kernel's table and the
 * arguments of the programs that serve file systems.
 */
#include "config.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fs.h"
#include "base/vec.h"
#include "graph/places.h"
#include "rules/config.h"
#include "run/run.h"
#include "run/spool.h"

#define TABLE "/proc/self/mountinfo"
#define TABLE_MAX ((size_t)8 << 20)
#define ARGS_MAX ((size_t)64 << 10)

struct daemon {
	struct pedigree_buf args;
	uid_t user;
};

struct daemons {
	bool listed;
	PEDIGREE_VEC(struct daemon) all;
};

static void daemons_clear(struct daemons *daemons)
{
	for (size_t i = 0; i < daemons->all.n; i++)
		pedigree_buf_clear(&daemons->all.v[i].args);
	pedigree_vec_clear(&daemons->all);
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void list(struct daemons *daemons)
{
	DIR *folder = opendir("/proc");
	const struct dirent *entry;

	daemons->listed = true;
	while (folder && (entry = readdir(folder))) {
		struct daemon daemon = { .args = PEDIGREE_BUF_INIT };
		struct daemon *kept = NULL;
		char path[64];
		struct stat st;

		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		snprintf(path, sizeof(path), "/proc/%.20s/cmdline",
			 entry->d_name);
		if (stat(path, &st) < 0)
			continue;
		daemon.user = st.st_uid;
		if (pedigree_read_file(path, ARGS_MAX, &daemon.args, NULL) ==
			    0 &&
		    daemon.args.len &&
		    pedigree_mounts_buckets(base_name(daemon.args.data)))
			kept = pedigree_vec_push(&daemons->all);
		if (kept)
			*kept = daemon;
		else
			pedigree_buf_clear(&daemon.args);
	}
	if (folder)
		closedir(folder);
}

static bool has_word(const struct pedigree_buf *args, const char *word)
{
	for (const char *at = args->data; at < args->data + args->len;
	     at += strlen(at) + 1)
		if (strcmp(at, word) == 0)
			return true;
	return false;
}

static bool find_daemon(void *ctx, const char *program, const char *point,
			long user, struct pedigree_buf *ret_args)
{
	struct daemons *daemons = ctx;
	const struct pedigree_buf *found = NULL;

	if (!daemons->listed)
		list(daemons);
	for (size_t i = 0; i < daemons->all.n; i++) {
		const struct pedigree_buf *args = &daemons->all.v[i].args;
		uid_t owner = daemons->all.v[i].user;

		if (strcmp(base_name(args->data), program) != 0 ||
		    !has_word(args, point) ||
		    (user != PEDIGREE_ANYBODY && owner != 0 && owner != user))
			continue;
		/* The same one twice: it forked. */
		if (found && (found->len != args->len ||
			      memcmp(found->data, args->data, args->len) != 0))
			return false;
		found = args;
	}
	if (found)
		pedigree_buf_add(ret_args, found->data, found->len);
	return found != NULL;
}

static bool is_folder(void *ctx, const char *path)
{
	struct stat st;

	(void)ctx;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool read_settings(void *ctx, const char *path, struct pedigree_buf *ret)
{
	(void)ctx;
	return pedigree_read_file(path, ARGS_MAX, ret, NULL) == 0;
}

int pedigree_mounts_find(struct pedigree_pairs *ret_places)
{
	const char *named = secure_getenv("PEDIGREE_MOUNTINFO");
	_cleanup_(daemons_clear) struct daemons daemons = { .listed = false };
	const struct pedigree_mount_world world = {
		.daemon = find_daemon,
		.is_folder = is_folder,
		.read = read_settings,
		.ctx = &daemons,
	};
	_cleanup_buf_ struct pedigree_buf table = PEDIGREE_BUF_INIT;

	if (pedigree_read_file(named && *named ? named : TABLE, TABLE_MAX,
			       &table, NULL) < 0 ||
	    !table.len)
		return 0;
	return pedigree_places_read(table.data, &world, ret_places);
}

static int add_mapped(const struct pedigree_config *config,
		      struct pedigree_pairs *places)
{
	const char *home = getenv("HOME");
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < pedigree_config_count(config); i++) {
		const struct pedigree_setting *setting =
			pedigree_config_at(config, i);
		_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;

		if (strcmp(setting->section, "map") != 0 ||
		    !pedigree_config_in_force(config, i) ||
		    (setting->key[0] == '~' && !home))
			continue;
		if (setting->key[0] == '~')
			pedigree_buf_add_str(&path, home);
		pedigree_buf_add_str(&path,
				     setting->key + (setting->key[0] == '~'));
		if (pedigree_buf_error(&path))
			return PEDIGREE_ENOMEM;
		pedigree_path_clean(path.data);
		rc = pedigree_pairs_add(places, path.data, setting->value);
	}
	return rc;
}

int pedigree_places_now(const struct pedigree_config *config,
			struct pedigree_pairs *ret_places)
{
	int rc = add_mapped(config, ret_places);

	if (rc == 0)
		rc = pedigree_job_places(ret_places);
	return rc == 0 ? pedigree_mounts_find(ret_places) : rc;
}
