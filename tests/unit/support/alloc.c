/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "tests/unit/support/alloc.h"

#include <errno.h>
#include <stddef.h>

static unsigned int left; /* allocations until the one that fails */
static bool failed;

void alloc_fail_at(unsigned int n)
{
	left = n;
	failed = false;
}

bool alloc_failed(void)
{
	left = 0;
	return failed;
}

static bool fails(void)
{
	if (!left || --left)
		return false;
	failed = true;
	errno = ENOMEM;
	return true;
}

#define WRAP(name, parameters, arguments) \
	void *__real_##name parameters; \
	void *__wrap_##name parameters; \
	void *__wrap_##name parameters \
	{ \
		return fails() ? NULL : __real_##name arguments; \
	}

WRAP(malloc, (size_t n), (n))
WRAP(calloc, (size_t n, size_t size), (n, size))
WRAP(realloc, (void *old, size_t n), (old, n))
WRAP(reallocarray, (void *old, size_t n, size_t size), (old, n, size))
WRAP(strdup, (const char *text), (text))
WRAP(strndup, (const char *text, size_t n), (text, n))
