/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Failing the n-th allocation. A test that links with $(unit_alloc) and
 * -Wl,--wrap has malloc, calloc, realloc, reallocarray, strdup and strndup of
 * the test and of libpedigree-core go through here; libc's own do not.
 *
 *	for (unsigned int n = 1;; n++) {
 *		alloc_fail_at(n);
 *		result = operation();
 *		if (!alloc_failed())
 *			break;
 *		assert_int_equal(result, PEDIGREE_ENOMEM);
 *	}
 *
 * fails every allocation of an operation in turn. Leaks on the way are found
 * by the build with sanitizers.
 */
#ifndef TESTS_UNIT_ALLOC_H
#define TESTS_UNIT_ALLOC_H

#include <stdbool.h>

/* The n-th allocation from now on, counted from 1, fails, once; 0: none. */
void alloc_fail_at(unsigned int n);

/* Did it come to that? Also switches it off. */
bool alloc_failed(void);

#endif
