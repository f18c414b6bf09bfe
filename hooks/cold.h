/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A page touched for the first time costs as much as three system calls, so
 * what every process touches, also /bin/true, lies together. Large arrays
 * that it does not touch stand out of the way: linkers put common variables
 * behind all others. They cannot be static then.
 */
#ifndef PEDIGREE_COLD_H
#define PEDIGREE_COLD_H

#define PEDIGREE_COLD __attribute__((common))

#endif
