/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line as it may be written down.
 */
#ifndef PEDIGREE_ARGS_H
#define PEDIGREE_ARGS_H

struct pedigree_identity;

#define PEDIGREE_ARGS_PATH 1024
#define PEDIGREE_ARGS_SIZE 500 /* a process's first chunk is 1 KiB */

/*
 * Copies arguments into `buffer` (PEDIGREE_ARGS_SIZE), as many as fit, and
 * describes them in `ret_identity`, without secrets (lib/rules/mask.h). The
 * rules and the key for that are files of the run's folder.
 */
void pedigree_args_mask(int argc, char *const argv[], char *buffer,
			struct pedigree_identity *ret_identity);

#endif
