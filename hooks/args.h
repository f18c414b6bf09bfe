/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line as it may be written down.
 */
#ifndef PEDIGREE_ARGS_H
#define PEDIGREE_ARGS_H

struct pedigree_identity;

/*
 * Copies arguments into `scratch` (PEDIGREE_SCRATCH_SIZE) and describes them
 * in `ret_identity`: at most some 500 bytes, with "***" for the values of
 * names that look secret and for the user in scheme://user:pass@host.
 */
void pedigree_args_mask(int argc, char *const argv[], char *scratch,
			struct pedigree_identity *ret_identity);

#endif
