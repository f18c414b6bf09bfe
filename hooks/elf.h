/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a program is, before it is started: whether the shim can come up in
 * it. Each file is looked at once a run; the log's header remembers.
 */
#ifndef PEDIGREE_ELF_H
#define PEDIGREE_ELF_H

#include <stdint.h>

enum {
	PEDIGREE_PROGRAM_NONE = 0,	 /* there is none, or not known */
	PEDIGREE_PROGRAM_ORDINARY = 255, /* ours can be loaded */
	/* else the number of a BLIND row of blind.def */
};

/* `flags` as fstatat has them (AT_EMPTY_PATH: `dirfd` is the program). */
uint8_t pedigree_elf_kind(int dirfd, const char *path, int flags);

/*
 * The program that execvp would find, in `scratch`; `file` itself when it
 * has a slash or nothing is found.
 */
const char *pedigree_elf_search(const char *file, char *scratch);

#endif
