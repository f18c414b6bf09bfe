/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file system made of the letters of its paths; see fuzz.h.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

#define LINK "link-"
#define GONE "gone"

bool fuzz_in_world;

int __real_open(const char *path, int flags, ...);
int __real_lstat(const char *path, struct stat *ret);
int __real_stat(const char *path, struct stat *ret);
int __real_access(const char *path, int mode);
char *__real_realpath(const char *path, char *ret);
FTS *__real_fts_open(char *const *paths, int options,
		     int (*compare)(const FTSENT **a, const FTSENT **b));
int __wrap_open(const char *path, int flags, ...);
int __wrap_lstat(const char *path, struct stat *ret);
int __wrap_stat(const char *path, struct stat *ret);
int __wrap_access(const char *path, int mode);
char *__wrap_realpath(const char *path, char *ret);
FTS *__wrap_fts_open(char *const *paths, int options,
		     int (*compare)(const FTSENT **a, const FTSENT **b));

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* Appends a component to a path without links; false when it is too long. */
static bool step(char *path, const char *part, size_t n)
{
	size_t have = strlen(path);

	if (n == 0 || (n == 1 && part[0] == '.'))
		return true;
	if (n == 2 && part[0] == '.' && part[1] == '.') {
		char *slash = strrchr(path, '/');

		if (slash)
			*slash = '\0';
		return true;
	}
	if (have + n + 2 > PATH_MAX)
		return false;
	path[have] = '/';
	memcpy(path + have + 1, part, n);
	path[have + 1 + n] = '\0';
	return true;
}

/* `follow`: also the last component, if it is a link. */
static int walk(const char *path, bool follow, char real[PATH_MAX])
{
	real[0] = '\0';
	if (path[0] != '/')
		return -ENOENT;
	while (*path) {
		const char *part = path + strspn(path, "/");
		size_t n = strcspn(part, "/");
		bool last = !part[n + strspn(part + n, "/")];

		path = part + n;
		while ((!last || follow) && begins(part, LINK) &&
		       n >= sizeof(LINK) - 1) {
			part += sizeof(LINK) - 1;
			n -= sizeof(LINK) - 1;
		}
		if (n > NAME_MAX)
			return -ENAMETOOLONG;
		if (begins(part, GONE))
			return -ENOENT;
		if (!step(real, part, n))
			return -ENAMETOOLONG;
	}
	if (!real[0])
		strcpy(real, "/");
	return 0;
}

static uint64_t hash(const char *text)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	return h ^ h >> 32;
}

/* Some files are older than the run, some as old, some younger. */
static void set_time(struct timespec *time, uint64_t h)
{
	time->tv_sec =
		(time_t)(FUZZ_START / 1000000000) - 50 + (time_t)(h % 100);
	time->tv_nsec = (long)(h / 100 % 1000000000);
}

static int look(const char *path, bool follow, struct stat *ret)
{
	char real[PATH_MAX];
	int r = walk(path, follow, real);
	const char *name = strrchr(real, '/');
	uint64_t h = hash(real);

	if (r < 0) {
		errno = -r;
		return -1;
	}
	memset(ret, 0, sizeof(*ret));
	if (begins(name + 1, LINK))
		ret->st_mode = S_IFLNK | 0777;
	else if (!strchr(name, '.'))
		ret->st_mode = S_IFDIR | 0755;
	else if (strstr(name, ".fifo"))
		ret->st_mode = S_IFIFO | 0644;
	else
		ret->st_mode = S_IFREG | 0644;
	ret->st_dev = 1;
	ret->st_ino = h;
	ret->st_nlink = 1;
	ret->st_size = (off_t)(h % 5 ? h % 100000 : 0);
	set_time(&ret->st_mtim, h >> 8);
	set_time(&ret->st_ctim, h >> 16);
	return 0;
}

int __wrap_lstat(const char *path, struct stat *ret)
{
	return fuzz_in_world ? look(path, false, ret) : __real_lstat(path, ret);
}

int __wrap_stat(const char *path, struct stat *ret)
{
	return fuzz_in_world ? look(path, true, ret) : __real_stat(path, ret);
}

int __wrap_access(const char *path, int mode)
{
	struct stat st;

	return fuzz_in_world ? look(path, true, &st)
			     : __real_access(path, mode);
}

char *__wrap_realpath(const char *path, char *ret)
{
	char real[PATH_MAX];
	int r;

	if (!fuzz_in_world)
		return __real_realpath(path, ret);
	r = walk(path, true, real);
	if (r < 0) {
		errno = -r;
		return NULL;
	}
	return ret ? strcpy(ret, real) : strdup(real);
}

int __wrap_open(const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list args;

	if (fuzz_in_world) {
		errno = EACCES;
		return -1;
	}
	if (flags & O_CREAT) {
		va_start(args, flags);
		mode = va_arg(args, mode_t);
		va_end(args);
	}
	return __real_open(path, flags, mode);
}

/* Folders are empty. */
FTS *__wrap_fts_open(char *const *paths, int options,
		     int (*compare)(const FTSENT **a, const FTSENT **b))
{
	if (!fuzz_in_world)
		return __real_fts_open(paths, options, compare);
	errno = EACCES;
	return NULL;
}

int __real_pedigree_rules_new(const struct pedigree_config *config,
			      const struct pedigree_scene *scene,
			      struct pedigree_rules **ret_rules,
			      struct pedigree_error *err);
void __real_pedigree_rules_free(struct pedigree_rules *rules);
int __wrap_pedigree_rules_new(const struct pedigree_config *config,
			      const struct pedigree_scene *scene,
			      struct pedigree_rules **ret_rules,
			      struct pedigree_error *err);
void __wrap_pedigree_rules_free(struct pedigree_rules *rules);

static struct pedigree_rules *usual;

static void free_usual(void)
{
	__real_pedigree_rules_free(usual);
}

/* To compile the rules takes longer than all the rest, so those of the usual
   scene are kept. */
int __wrap_pedigree_rules_new(const struct pedigree_config *config,
			      const struct pedigree_scene *scene,
			      struct pedigree_rules **ret_rules,
			      struct pedigree_error *err)
{
	int r;

	if (!fuzz_in_world || strcmp(scene->project, FUZZ_PROJECT) != 0 ||
	    scene->prefixes[0])
		return __real_pedigree_rules_new(config, scene, ret_rules, err);
	if (!usual) {
		r = __real_pedigree_rules_new(config, scene, &usual, err);
		if (r < 0)
			return r;
		atexit(free_usual);
	}
	*ret_rules = usual;
	return 0;
}

void __wrap_pedigree_rules_free(struct pedigree_rules *rules)
{
	if (rules != usual)
		__real_pedigree_rules_free(rules);
}
