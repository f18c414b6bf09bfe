/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "cli/ended.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* linux/pidfd.h as of Linux 6.15; Debian 12's is older. */
struct info {
	uint64_t mask;
	uint64_t cgroup;
	uint32_t ids[11];
	int32_t status;
};
#define GET_INFO _IOWR(0xff, 11, struct info)
#define INFO_EXIT (UINT64_C(1) << 3)
_Static_assert(sizeof(struct info) == 64, "the size is part of the request");

#define REAPED_MS 2000 /* that a parent may take */

/* Until its parent has asked, it is a zombie that /proc tells of. */
static bool ask_proc(pid_t pid, int *ret_status)
{
	char path[64], text[1024];
	unsigned int status;
	const char *at;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return false;
	text[n] = '\0';
	/* The program's name, in brackets, may hold anything. */
	at = strrchr(text, ')');
	if (!at || strncmp(at, ") Z ", 4) != 0)
		return false;
	/* The last number; the kernel says 0 to who may not know. */
	at = strrchr(text, ' ');
	if (!at || sscanf(at, "%u", &status) != 1)
		return false;
	*ret_status = (int)status;
	return true;
}

static bool ask_kernel(int pidfd, int *ret_status)
{
	struct info info = { .mask = INFO_EXIT };

	if (ioctl(pidfd, GET_INFO, &info) < 0 || !(info.mask & INFO_EXIT))
		return false;
	*ret_status = info.status;
	return true;
}

bool cli_ended_wait(int pidfd, pid_t pid, int *ret_status)
{
	struct pollfd wait = { .fd = pidfd, .events = POLLIN };

	while (poll(&wait, 1, -1) < 0 && errno == EINTR)
		;
	if (ask_kernel(pidfd, ret_status))
		return true;
	if (ask_proc(pid, ret_status))
		return true;
	/* Asked for between the two: the kernel knows when it is all over. */
	wait.events = 0;
	while (poll(&wait, 1, REAPED_MS) < 0 && errno == EINTR)
		;
	return ask_kernel(pidfd, ret_status);
}
