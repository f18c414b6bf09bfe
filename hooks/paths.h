/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a path given to a call is relative to. Paths are never resolved here:
 * a base is the reference of a FOLDER event, for the cwd or a descriptor, and
 * the kernel is asked for it only when it is unknown.
 */
#ifndef PEDIGREE_PATHS_H
#define PEDIGREE_PATHS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A path of a call, split at its last slash. */
struct pedigree_path {
	const char *text;
	size_t n;
	size_t name;   /* where the last component begins */
	uint32_t base; /* reference; 0: absolute or unknown */
	uint64_t folder_key;
	uint64_t name_hash;
};

/* Starts with the folder that the log's first event named (0: unknown). */
void pedigree_paths_start(uint32_t cwd);

/* Asks the kernel for the cwd. `scratch` is of PEDIGREE_SCRATCH_SIZE. */
bool pedigree_paths_ask_cwd(char *scratch, size_t *ret_n);

/* After a successful chdir, fchdir or chroot. */
void pedigree_paths_moved(void);

/*
 * In a vfork child: its exec succeeds or not, and a pid may come again. Lets
 * go of what it said about its cwd, and takes it back.
 */
uint32_t pedigree_paths_guest_leave(void);
void pedigree_paths_guest_return(uint32_t guest);

/* Looks at a path that a call was given with `dirfd` (or AT_FDCWD). */
void pedigree_path_look(int dirfd, const char *text,
			struct pedigree_path *ret_path);

/* The reference for an event's `folder`; writes a FOLDER event when new. */
uint32_t pedigree_path_folder(const struct pedigree_path *path);
/* The same for the path itself, which names a folder. */
uint32_t pedigree_path_as_folder(const struct pedigree_path *path);

/* Descriptors of folders. */
void pedigree_dirs_set(int fd, uint32_t reference);
void pedigree_dirs_copy(int from, int to);
void pedigree_dirs_clear(unsigned int first, unsigned int last);

/* The link of /proc that leads to what a descriptor is open on. */
#define PEDIGREE_FD_LINK 40
void pedigree_fd_link(int fd, char link[PEDIGREE_FD_LINK]);

/*
 * What descriptor `fd` is open on, as text in `scratch`; its length, 0 when
 * that cannot be known.
 */
size_t pedigree_dirs_ask(int fd, char *scratch);

/* A descriptor table is only kept when there is a need: one load. */
extern _Atomic bool pedigree_dirs_used;

/* A new descriptor that is no folder, or a closed one. */
static inline void pedigree_dirs_forget(int fd)
{
	if (__builtin_expect(pedigree_dirs_used, 0) && fd >= 0)
		pedigree_dirs_clear((unsigned int)fd, (unsigned int)fd);
}

#endif
