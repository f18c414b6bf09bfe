/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
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

static int write_to(const struct cli_output *output, const char *text, size_t n)
{
	const char *path = output->path;
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
	ok = output->through ? output->through(text, n, fd)
			     : write_all(fd, text, n);
	if (path && close(fd) < 0 && ok) {
		cli_say("cannot write to %s: %s", path, strerror(errno));
		ok = false;
	}
	return ok ? CLI_OK : CLI_TROUBLE;
}

int cli_output(const struct cli_ask *ask, const struct cli_output *output)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree *pedigree = cli_ask_open(ask);
	char *text = NULL;
	size_t n = 0;
	FILE *out;
	int status;

	if (!pedigree)
		return CLI_TROUBLE;
	out = open_memstream(&text, &n);
	if (!out) {
		pedigree_close(pedigree);
		cli_say("out of memory");
		return CLI_TROUBLE;
	}
	status = cli_ask_end(pedigree,
			     output->answer(output->ctx, pedigree, out, &err),
			     &err);
	if (fclose(out) != 0 && status == CLI_OK) {
		cli_say("out of memory");
		status = CLI_TROUBLE;
	}
	if (status == CLI_OK)
		status = write_to(output, text, n);
	free(text);
	return status;
}
