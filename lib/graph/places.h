/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Places: path prefixes that are known elsewhere by another name, such as
 * mounts of a file server or a bucket. A place is a pair of the prefix and the
 * URI of what is there. Several of one prefix are the layers of one folder, of
 * which a file has the first that has it.
 */
#ifndef PEDIGREE_GRAPH_PLACES_H
#define PEDIGREE_GRAPH_PLACES_H

#include <stdbool.h>

#include "base/buf.h"
#include "graph/model.h"

/* More are not kept: nodes of a cluster have thousands of mounts. */
#define PEDIGREE_PLACES_MAX 1000

/*
 * Appends the URI of an absolute clean path by the longest prefix, and by that
 * of the file which that names, if it does. False, with nothing appended, when
 * it is at none of the places.
 */
bool pedigree_places_uri(const struct pedigree_pairs *places, const char *path,
			 struct pedigree_buf *uri);

/* The reverse: appends the path that shows what is at a URI, which is no file's.
   False, with nothing appended: none of the places does. */
bool pedigree_places_path(const struct pedigree_pairs *places, const char *uri,
			  struct pedigree_buf *path);

#define PEDIGREE_ANYBODY (-1L)

/* What is asked about the machine while mounts are read. */
struct pedigree_mount_world {
	/* Appends the arguments, each ended by a NUL, of the one process of
	   that program that has `point` among them and is that user's or
	   root's; false: none, or many. PEDIGREE_ANYBODY: whose is unknown. */
	bool (*daemon)(void *ctx, const char *program, const char *point,
		       long user, struct pedigree_buf *ret_args);
	/* Can a folder of this path be seen from here? */
	bool (*is_folder)(void *ctx, const char *path);
	/* Appends a configuration file of a daemon; false: cannot be read. */
	bool (*read)(void *ctx, const char *path, struct pedigree_buf *ret);
	void *ctx;
};

/*
 * Appends the places of a mount table, which has the form of
 * /proc/self/mountinfo (proc_pid_mountinfo(5)) and is changed while it is
 * read. Lines of another form are left out, and so is what is not known for
 * certain. PEDIGREE_ENOMEM.
 */
int pedigree_places_read(char *table, const struct pedigree_mount_world *world,
			 struct pedigree_pairs *ret_places);

/* Is it the name of a program that mounts a bucket? */
bool pedigree_mounts_buckets(const char *program);

/* One line of the table: type, source, folder, options of the file system. */
struct pedigree_fuse {
	const char *type, *source, *point, *options;
};

/* mount_bucket.c: what a FUSE file system shows, as a URI; false: not known. */
bool pedigree_mount_bucket(const struct pedigree_mount_world *world,
			   const struct pedigree_fuse *mount,
			   struct pedigree_buf *ret_uri);

#endif
