/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a call that succeeded to its event. Nothing here touches errno: it
 * makes raw system calls only, so hooks have none to restore.
 *
 * Paths are those of the call, read only after it succeeded, or after the
 * kernel could read them.
 */
#ifndef PEDIGREE_NOTE_H
#define PEDIGREE_NOTE_H

#include <stdbool.h>
#include <stdint.h>

#include "hooks/log.h"

/* What a call is about to destroy or to move. */
struct pedigree_victim {
	bool exists;
	bool folder;
	bool content; /* a regular file; `old` is of it */
	struct pedigree_old old;
};

/*
 * Looks at a path before the call. `flags` as fstatat has them. Nothing is
 * looked at when no event may be written.
 */
void pedigree_note_look(int dirfd, const char *path, int flags,
			struct pedigree_victim *ret_victim);

/*
 * Before open: looks at what O_TRUNC is about to empty, if this call's event
 * would be written at all.
 */
void pedigree_note_before_open(int dirfd, const char *path, int flags,
			       struct pedigree_victim *ret_victim);

/*
 * After open gave `fd`; the victim may be NULL. `fd` may be -1: somebody
 * else keeps the table of descriptors.
 */
void pedigree_note_open(int dirfd, const char *path, int flags, int fd,
			const struct pedigree_victim *victim);

/* After an open that had no path: the kernel is asked for it. */
void pedigree_note_descriptor(int fd, int flags);

void pedigree_note_unlink(int dirfd, const char *path,
			  const struct pedigree_victim *victim);
void pedigree_note_truncate(const char *path,
			    const struct pedigree_victim *victim);

/* `flags` as renameat2 has them; `from` as it was before. */
struct pedigree_rename {
	int fromfd;
	const char *from;
	int tofd;
	const char *to;
	unsigned int flags;
	struct pedigree_victim moved;
	struct pedigree_victim destroyed;
};
void pedigree_note_before_rename(struct pedigree_rename *rename);
void pedigree_note_rename(const struct pedigree_rename *rename);

/* `flags` as linkat has them. */
void pedigree_note_link(int fromfd, const char *from, int tofd, const char *to,
			int flags);
void pedigree_note_symlink(const char *target, int dirfd, const char *path);

/* Writes the blind spot and forgets the cwd. */
void pedigree_note_chroot(const char *path);

/* `path` may be NULL: the blind spot has none. */
void pedigree_note_blind(uint32_t kind, int dirfd, const char *path);

#endif
