/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PEDIGREE_CLI_DESCRIPTORS_H
#define PEDIGREE_CLI_DESCRIPTORS_H

#include <stdbool.h>

/*
 * Closes the descriptors from `first` to `last`, or only those of them that
 * an exec would not close. Works as well on a kernel before 5.9, in a sandbox
 * that refuses close_range, and without /proc.
 */
void cli_descriptors_close(unsigned int first, unsigned int last,
			   bool only_inherited);

#endif
