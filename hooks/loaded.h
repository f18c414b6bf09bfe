/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the loader mapped: of a program at its start, of libraries at the end
 * of a process that ends through exit.
 */
#ifndef PEDIGREE_LOADED_H
#define PEDIGREE_LOADED_H

/* Remembers what start-up loaded. */
void pedigree_loaded_start(void);

/* Says of a program that calls the kernel past libc that it does. */
void pedigree_loaded_tell(void);

/* How many objects there were then; the loader's list begins with them. */
unsigned long long pedigree_loaded_at_start(void);

#endif
