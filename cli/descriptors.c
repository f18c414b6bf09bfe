/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "cli/descriptors.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* How far to look where nothing tells which there are. */
#define FURTHEST 65536

static void close_one(int fd, bool only_inherited)
{
	if (!only_inherited || !(fcntl(fd, F_GETFD) & FD_CLOEXEC))
		close(fd);
}

/* False where there is no /proc, or no descriptor left to read it with. */
static bool close_listed(unsigned int first, unsigned int last,
			 bool only_inherited)
{
	DIR *folder = opendir("/proc/self/fd");
	struct dirent *entry;

	if (!folder)
		return false;
	while ((entry = readdir(folder)) != NULL) {
		unsigned int fd = (unsigned int)atoi(entry->d_name);

		if (entry->d_name[0] != '.' && fd >= first && fd <= last &&
		    (int)fd != dirfd(folder))
			close_one((int)fd, only_inherited);
	}
	closedir(folder);
	return true;
}

void cli_descriptors_close(unsigned int first, unsigned int last,
			   bool only_inherited)
{
	if (!only_inherited && close_range(first, last, 0) == 0)
		return;
	if (close_listed(first, last, only_inherited))
		return;
	for (unsigned int fd = first; fd <= last && fd < FURTHEST; fd++)
		close_one((int)fd, only_inherited);
}
