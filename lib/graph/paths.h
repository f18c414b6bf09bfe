/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names a run used, each once: a folder and a name in it, after symbolic
 * links. A folder is resolved once and a file costs one lstat(2), so that a
 * million files are a matter of seconds; names borrow the log's text.
 */
#ifndef PEDIGREE_GRAPH_PATHS_H
#define PEDIGREE_GRAPH_PATHS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/vec.h"

#define PEDIGREE_NOWHERE UINT32_MAX /* no name, no folder, no file */

/* What stands under a name now. */
enum pedigree_name_kind {
	PEDIGREE_NAME_ABSENT,
	PEDIGREE_NAME_REGULAR,
	PEDIGREE_NAME_LINK, /* a symbolic link that leads somewhere */
	PEDIGREE_NAME_OTHER /* a folder, a device, a broken link, … */
};

/* A file when it was looked at. */
struct pedigree_look {
	uint64_t size, mtime_ns, ctime_ns;
};

struct pedigree_folder {
	char *path;	/* absolute and clean */
	uint32_t real;	/* the folder it is after symbolic links */
	uint32_t first; /* of the names in it; only where real is itself */
};

struct pedigree_name {
	const char *text;	   /* borrowed from the log, or in `texts` */
	uint32_t folder;	   /* a real one */
	uint32_t next;		   /* another name in that folder */
	uint32_t target;	   /* LINK: the name it leads to */
	uint32_t file;		   /* access.c's: what it names */
	struct pedigree_look look; /* REGULAR */
	uint8_t kind;
	bool gone; /* access.c's: renamed away or removed by the run */
};

struct pedigree_paths {
	PEDIGREE_VEC(struct pedigree_folder) folders;
	struct pedigree_map *by_path; /* of folders: index + 1 */
	PEDIGREE_VEC(struct pedigree_name) names;
	uint32_t *slots; /* index into names + 1; 0: free */
	size_t n_slots;
	PEDIGREE_VEC(char *) texts;
	struct pedigree_buf scratch;
};

/* Times before the epoch are 0. */
uint64_t pedigree_time_ns(const struct timespec *time);
struct pedigree_look pedigree_look_of(const struct stat *st);

int pedigree_paths_init(struct pedigree_paths *paths);
void pedigree_paths_clear(struct pedigree_paths *paths);

/* Index of the folder of an absolute clean path; NOWHERE: no memory. */
uint32_t pedigree_paths_folder(struct pedigree_paths *paths, const char *path);
/*
 * Index of a name in a folder (any index), made when missing. A `text` that
 * does not outlive the paths is copied with `copy`. NOWHERE: no memory.
 */
uint32_t pedigree_paths_name(struct pedigree_paths *paths, uint32_t folder,
			     const char *text, bool copy);
/* Of an absolute clean path; *ret_folder as named, before links. */
uint32_t pedigree_paths_of(struct pedigree_paths *paths, const char *path,
			   uint32_t *ret_folder);
/* As _name but makes nothing; NOWHERE: unknown. */
uint32_t pedigree_paths_find(const struct pedigree_paths *paths,
			     uint32_t folder, const char *text);
/* Follows a name that is a symbolic link. */
uint32_t pedigree_paths_follow(const struct pedigree_paths *paths,
			       uint32_t name);
/* Replaces the content of `buf` by the path of a name in a folder. */
void pedigree_paths_text(const struct pedigree_paths *paths, uint32_t folder,
			 uint32_t name, struct pedigree_buf *buf);

#endif
