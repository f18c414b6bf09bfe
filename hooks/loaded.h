/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of a process that ends through exit: what the loader mapped.
 */
#ifndef PEDIGREE_LOADED_H
#define PEDIGREE_LOADED_H

/* Remembers what start-up loaded. */
void pedigree_loaded_start(void);

/* How many objects there were then; the loader's list begins with them. */
unsigned long long pedigree_loaded_at_start(void);

#endif
