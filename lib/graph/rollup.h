/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many files of one folder tree are one artifact, and what they are stands
 * in a manifest:
 *
 *	pedigree-manifest 1
 *	VERSION TAB SIZE TAB PATH
 *	…
 *
 * A line a file, sorted by the bytes of the path. PATH is relative to the
 * artifact's folder and percent-encoded as in file URIs. VERSION is
 * "sha256:…", "mtime:NANOSECONDS" where a file was too large, or one of too
 * many, to be hashed, "unverified" where it changed under the run's hands, or
 * "-" where it could not be read. SIZE is "-" when not known. The SHA-256 of
 * this text is the artifact's version: two runs that read the same files give
 * the same artifact.
 */
#ifndef PEDIGREE_GRAPH_ROLLUP_H
#define PEDIGREE_GRAPH_ROLLUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/vec.h"
#include "graph/paths.h"
#include "graph/version.h"
#include "rules/dataset.h"

#define PEDIGREE_ROLLUP_MOST 64 /* artifacts of one type and role */

/* A file that the record keeps. */
struct pedigree_item {
	uint32_t name; /* in paths */
	uint32_t file; /* in access->files */
	uint16_t type; /* index into the plan's types */
	uint16_t set;  /* index into plan->sets plus one; 0: none */
	uint8_t role;  /* enum pedigree_role */
};
PEDIGREE_VEC_TYPE(pedigree_items, struct pedigree_item);

/* A tree that a [dataset] rule is about. */
struct pedigree_set {
	const struct pedigree_dataset *rule;
	char *root; /* absolute */
};
PEDIGREE_VEC_TYPE(pedigree_sets, struct pedigree_set);

/* Consecutive items that are one artifact. */
struct pedigree_group {
	char *folder; /* absolute; NULL: a single file */
	size_t first, n;
	uint16_t set; /* as the items' */
};
PEDIGREE_VEC_TYPE(pedigree_groups, struct pedigree_group);

/* By role, data set, type, and the bytes of their paths. */
void pedigree_items_sort(const struct pedigree_paths *paths,
			 struct pedigree_item *items, size_t n);

/*
 * Groups sorted items of one type and role, and appends the groups. A folder
 * is one when files and folders directly in it that hold items number at
 * least `least` (0: never); the topmost such folder takes all below it. "/",
 * "/tmp", "/home" and `home` are none. When too many artifacts remain,
 * `least` sinks, and in the end those folders may be one, too.
 */
int pedigree_rollup(const struct pedigree_paths *paths,
		    const struct pedigree_item *items, size_t first, size_t n,
		    const char *home, size_t least,
		    struct pedigree_groups *groups);
/*
 * The same for sorted items of several types and roles. Those of a data set
 * are one group, with its root for a folder.
 */
int pedigree_rollup_all(const struct pedigree_paths *paths,
			const struct pedigree_items *items,
			const struct pedigree_sets *sets, const char *home,
			size_t least, struct pedigree_groups *groups);
void pedigree_groups_clear(struct pedigree_groups *groups);

/* The manifest's header line, and a line of it. */
void pedigree_manifest_begin(struct pedigree_buf *text);
void pedigree_manifest_add(struct pedigree_buf *text,
			   const struct pedigree_version *version,
			   const char *relative_path);

/* A file of a manifest; the texts are borrowed from it and not terminated. */
struct pedigree_manifest_line {
	const char *version, *size, *path;
	size_t version_n, size_n, path_n;
};
/* The next file, whether or not its version is known. */
bool pedigree_manifest_each(const char **at,
			    struct pedigree_manifest_line *ret_line);
/* Is its version known? */
bool pedigree_manifest_known(const struct pedigree_manifest_line *line);
/* The next file whose version is known, from *at on; false at the end. */
bool pedigree_manifest_next(const char **at,
			    struct pedigree_manifest_line *ret_line);
/* The version of the file with this encoded path. */
bool pedigree_manifest_find(const char *text, const char *path,
			    struct pedigree_manifest_line *ret_line);

#endif
