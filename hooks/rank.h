/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which one of how many this process is, as its launcher says.
 */
#ifndef PEDIGREE_RANK_H
#define PEDIGREE_RANK_H

/* Writes the RANK event of an image that has one. Once, at its start. */
void pedigree_rank_tell(char *const envp[]);

#endif
