/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/base.h"
#include "base/fs.h"

void fuzz_fail(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: not true: %s\n", file, line, what);
	abort();
}

void fuzz_same(const char *file, int line, const char *a, const char *b)
{
	if (strcmp(a, b) == 0)
		return;
	fprintf(stderr, "%s:%d: these differ:\n%s\n%s\n", file, line, a, b);
	abort();
}

char *fuzz_text(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	FUZZ_CHECK(text);
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

char *fuzz_line(char **at)
{
	char *line = *at;
	char *end = line ? strchr(line, '\n') : NULL;

	if (end)
		*end++ = '\0';
	*at = end;
	return line && (end || *line) ? line : NULL;
}

void fuzz_check_error(const struct pedigree_error *err, int code)
{
	FUZZ_CHECK(code < 0);
	FUZZ_CHECK(err->code == code);
	FUZZ_CHECK(err->text[0]);
	FUZZ_CHECK(strnlen(err->text, sizeof(err->text)) < sizeof(err->text));
	FUZZ_CHECK(!strchr(err->text, '\n'));
}

int fuzz_file(const void *bytes, size_t n, uint64_t size,
	      char ret_path[FUZZ_PATH])
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	FUZZ_CHECK(fd >= 0);
	FUZZ_CHECK(!n || write(fd, bytes, n) == (ssize_t)n);
	FUZZ_CHECK(size <= n || ftruncate(fd, (off_t)size) == 0);
	snprintf(ret_path, FUZZ_PATH, "/proc/self/fd/%d", fd);
	return fd;
}

static char folder[64];

static void remove_folder(void)
{
	pedigree_remove_tree(folder, NULL);
}

const char *fuzz_folder(void)
{
	if (folder[0])
		return folder;
	/* In memory, where that is. */
	strcpy(folder, "/dev/shm/pedigree-fuzz-XXXXXX");
	if (!mkdtemp(folder)) {
		strcpy(folder, "/tmp/pedigree-fuzz-XXXXXX");
		FUZZ_CHECK(mkdtemp(folder));
	}
	atexit(remove_folder);
	return folder;
}

static struct pedigree_config *config;

static void free_config(void)
{
	pedigree_config_free(config);
}

const struct pedigree_config *fuzz_config(void)
{
	static char *const environment[] = {
		(char *)(uintptr_t) "HOME=/home/me",
		(char *)(uintptr_t) "PEDIGREE_HOME=/state",
		NULL,
	};
	const struct pedigree_config_sources sources = {
		.system_file = "",
		.user_file = "",
		.folder_file = "",
		.named_file = "",
		.environment = environment,
	};

	if (config)
		return config;
	FUZZ_CHECK(pedigree_config_load(&sources, &config, NULL) == 0);
	atexit(free_config);
	return config;
}
