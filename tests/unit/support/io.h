/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Failing the n-th call that changes a file, as alloc.h fails allocations: a
 * test that links with $(unit_io) and $(unit_io_ldflags) has write, fsync,
 * fdatasync, rename and ftruncate of libpedigree-core go through here. A
 * write that fails may have written a part.
 */
#ifndef TESTS_UNIT_IO_H
#define TESTS_UNIT_IO_H

#include <stdbool.h>

/* The n-th call from now on, counted from 1, fails with `code`, and so do all
   after it when `stays` (a full disk does not get emptier); 0: none. */
void io_fail_at(unsigned int n, int code, bool stays);

/* Did it come to that? Also switches it off. */
bool io_failed(void);

#endif
