/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Roll-up: many files of one folder tree become one data set.
 *
 * The *fan* of a folder is the number of files directly in it plus the number
 * of folders directly in it that hold files, counting only the files given.
 * A folder whose fan reaches the minimum is a data set and takes everything
 * below it; of nested ones the topmost wins. So train/CLASS/PICTURE of a
 * thousand classes is one data set, and data/{train,test} with a hundred
 * files each are two. Where more than PEDIGREE_ROLLUP_MOST artifacts would
 * be left, the minimum is halved until they are few enough.
 *
 * The root folder, folders directly below it and the home folder are never a
 * data set: they are where data sets are kept.
 */
#ifndef PEDIGREE_GRAPH_ROLLUP_H
#define PEDIGREE_GRAPH_ROLLUP_H

#include <stddef.h>
#include <stdint.h>

#include <pedigree/error.h>

#include "base/buf.h"
#include "base/vec.h"

#define PEDIGREE_ROLLUP_MOST 64u
#define PEDIGREE_ROLLUP_ALONE UINT32_MAX

PEDIGREE_VEC_TYPE(pedigree_folders, char *);

/*
 * Groups `n` absolute clean paths. ret_group[i] becomes the index into
 * ret_folders of the data set that path i belongs to, or
 * PEDIGREE_ROLLUP_ALONE. `min` 0 switches roll-up off. `home` may be "".
 * Only PEDIGREE_ENOMEM can fail.
 */
int pedigree_rollup(const char *const *paths, size_t n, size_t min,
		    const char *home, uint32_t *ret_group,
		    struct pedigree_folders *ret_folders,
		    struct pedigree_error *err);
void pedigree_folders_clear(struct pedigree_folders *folders);

/* One line of a manifest. */
struct pedigree_manifest_line {
	const char *path;	/* absolute, below the folder */
	const char *version;	/* "sha256:…", "mtime:…", "" when absent */
	uint64_t size;
};

/*
 * Appends the manifest of what was read of `folder`: a first line that names
 * the format, then a line a file, sorted bytewise by path:
 *
 *	pedigree-manifest 1
 *	VERSION <tab> SIZE <tab> PATH
 *
 * PATH is relative to the folder, percent-encoded as in file URIs. Equal
 * content gives equal bytes, so that the manifest's SHA-256 is the version of
 * the data set. Sorts `lines` in place.
 */
void pedigree_manifest_text(const char *folder,
			    struct pedigree_manifest_line *lines, size_t n,
			    struct pedigree_buf *buf);

#endif
