/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files and paths. Paths are byte strings; nothing here assumes UTF-8.
 */
#ifndef PEDIGREE_FS_H
#define PEDIGREE_FS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <pedigree/error.h>

#include "base/buf.h"

/* mkdir -p; folders it makes get `mode`. An existing folder is success. */
int pedigree_mkdirs(const char *path, mode_t mode, struct pedigree_error *err);

/* A folder, itself and no link to one, that nobody else owns or writes to. */
bool pedigree_is_ours_alone(const char *folder);

/* rm -r; a missing path is success. Never follows symbolic links. */
int pedigree_remove_tree(const char *path, struct pedigree_error *err);

/* The whole file, at most `max` bytes, else PEDIGREE_ELIMIT;
   PEDIGREE_ENOTFOUND when there is none. */
int pedigree_read_file(const char *path, size_t max, struct pedigree_buf *ret,
		       struct pedigree_error *err);

/*
 * Writes a file of mode 0600 so that a reader sees the old or the new
 * content and nothing between: temporary name in the same folder, fsync,
 * rename.
 */
int pedigree_write_file(const char *path, const void *bytes, size_t n,
			struct pedigree_error *err);
/*
 * The same without fsync: survives the death of any process, but after a
 * crash of the machine the file may be the old one or empty.
 */
int pedigree_write_file_soon(const char *path, const void *bytes, size_t n,
			     struct pedigree_error *err);

/* write(2) until all is written: 0, or -1 with errno set. */
int pedigree_write_all(int fd, const void *from, size_t n);

/* Appends "folder/name" (or `name` alone when absolute). */
void pedigree_path_join(struct pedigree_buf *buf, const char *folder,
			const char *name);

/*
 * Rewrites an absolute path in place without "//", "." and "..", by text
 * alone. The path gets no longer. "/.." is "/".
 */
void pedigree_path_clean(char *path);

/* Is `path` `folder` itself or below it? Both absolute and clean. */
bool pedigree_path_under(const char *path, const char *folder);

/*
 * "file:///…" for an absolute path: bytes other than unreserved characters
 * of RFC 3986 and "/" are percent-encoded, so that any path is a valid URI
 * and two paths never share one.
 */
void pedigree_path_to_uri(struct pedigree_buf *buf, const char *path);
/* The same encoding without "file://", for relative paths. */
void pedigree_percent_encode(struct pedigree_buf *buf, const char *path);
/* A key as it is read, where it was not encoded: an s3:// URI as it was given.
   What is no printable UTF-8 is. */
void pedigree_uri_add_plain(struct pedigree_buf *buf, const char *key,
			    size_t n);
/* Do keys stand in it as people read them? So they do in s3://, gs://, hf://. */
bool pedigree_uri_has_plain_keys(const char *uri);
/* The URI of what is at `rest` ("" or "/…") below `uri`, with or without a
   slash at its end. */
void pedigree_uri_below(struct pedigree_buf *buf, const char *uri,
			const char *rest);
/* The reverse of percent-encoding, appended; false, with nothing appended, for
   what is none. */
bool pedigree_percent_decode(struct pedigree_buf *buf, const char *text);
/* The path of a file URI (any host part); false when it is not one. */
bool pedigree_uri_to_path(struct pedigree_buf *buf, const char *uri);

#endif
