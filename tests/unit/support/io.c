/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "tests/unit/support/io.h"

#include <errno.h>
#include <sys/types.h>

static unsigned int left; /* calls until the one that fails */
static int code;
static bool stays, failed;

void io_fail_at(unsigned int n, int error, bool for_good)
{
	left = n;
	code = error;
	stays = for_good;
	failed = false;
}

bool io_failed(void)
{
	left = 0;
	return failed;
}

static bool fails(void)
{
	if (!left || (--left && !(failed && stays)))
		return false;
	if (stays)
		left = 1;
	failed = true;
	errno = code;
	return true;
}

ssize_t __real_write(int fd, const void *bytes, size_t n);
ssize_t __wrap_write(int fd, const void *bytes, size_t n);
ssize_t __wrap_write(int fd, const void *bytes, size_t n)
{
	if (!fails())
		return __real_write(fd, bytes, n);
	if (n > 1)
		__real_write(fd, bytes, n / 2);
	errno = code;
	return -1;
}

#define WRAP(name, parameters, arguments) \
	int __real_##name parameters; \
	int __wrap_##name parameters; \
	int __wrap_##name parameters \
	{ \
		return fails() ? -1 : __real_##name arguments; \
	}

WRAP(fsync, (int fd), (fd))
WRAP(fdatasync, (int fd), (fd))
WRAP(rename, (const char *from, const char *to), (from, to))
WRAP(ftruncate, (int fd, off_t size), (fd, size))
