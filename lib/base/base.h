/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attributes and small macros that everything in lib/ shares.
 */
#ifndef PEDIGREE_BASE_H
#define PEDIGREE_BASE_H

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PEDIGREE_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* clang-format off */
#define pedigree_container_of(pointer, type, member) \
	((type *)((char *)(pointer) - offsetof(type, member)))
/* clang-format on */

#define PEDIGREE_PRINTF(at, first) __attribute__((format(printf, at, first)))

/*
 * _cleanup_(f) calls f(&variable) when the variable goes out of scope.
 * _cleanup_free_ is for what malloc gave, _cleanup_fd_ for descriptors
 * (-1: none), _cleanup_file_ for stdio streams.
 */
#define _cleanup_(f) __attribute__((cleanup(f)))
#define _cleanup_free_ _cleanup_(pedigree_freep)
#define _cleanup_fd_ _cleanup_(pedigree_closep)
#define _cleanup_file_ _cleanup_(pedigree_fclosep)

static inline void pedigree_freep(void *pointer)
{
	free(*(void **)pointer);
}

static inline void pedigree_closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void pedigree_fclosep(FILE **file)
{
	if (*file)
		fclose(*file);
}

/* Steal a pointer from a variable with a cleanup attribute. */
#define pedigree_take(variable) \
	({ \
		__typeof__(variable) taken_ = (variable); \
		(variable) = NULL; \
		taken_; \
	})

#endif
