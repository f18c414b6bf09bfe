/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

static bool write_all(int fd, const char *text, size_t n)
{
	while (n) {
		ssize_t written = write(fd, text, n);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0) {
			cli_say("cannot write the answer: %s", strerror(errno));
			return false;
		}
		text += written;
		n -= (size_t)written;
	}
	return true;
}

int cli_output(const char *path, const char *text, size_t n,
	       bool (*through)(const char *text, size_t n, int fd))
{
	int fd = STDOUT_FILENO;
	bool ok;

	if (path && strcmp(path, "-") == 0)
		path = NULL;
	if (path)
		fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0) {
		cli_say("cannot write to %s: %s", path, strerror(errno));
		return CLI_TROUBLE;
	}
	ok = through ? through(text, n, fd) : write_all(fd, text, n);
	if (path && close(fd) < 0 && ok) {
		cli_say("cannot write to %s: %s", path, strerror(errno));
		ok = false;
	}
	return ok ? CLI_OK : CLI_TROUBLE;
}
