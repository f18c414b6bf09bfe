/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine, as the kernel's files tell it. Only their beginnings are read:
 * of 200 processors the first one's model says enough.
 */
#include "config.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/fs.h"
#include "graph/sheet.h"
#include "run/surroundings.h"

#define FRONT 4096
#define GPUS_MAX 64

/* The first bytes of ROOT/PATH; false: none. */
static bool read_front(const char *root, const char *path, char *ret)
{
	_cleanup_buf_ struct pedigree_buf whole = PEDIGREE_BUF_INIT;
	_cleanup_fd_ int fd = -1;
	ssize_t n;

	pedigree_buf_addf(&whole, "%s%s", root, path);
	if (pedigree_buf_error(&whole))
		return false;
	fd = open(whole.data, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	n = fd < 0 ? -1 : read(fd, ret, FRONT - 1);
	if (n <= 0)
		return false;
	ret[n] = '\0';
	return true;
}

/* The value of the first line "KEY<spaces>:<spaces>VALUE" or "KEY=VALUE". */
static char *value_of(const char *text, const char *key)
{
	size_t n = strlen(key);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		const char *at = line += *line == '\n';
		size_t length;

		if (strncmp(line, key, n) != 0)
			continue;
		at += n;
		at += strspn(at, " \t");
		if (*at != ':' && *at != '=')
			continue;
		at++;
		at += strspn(at, " \t\"");
		length = strcspn(at, "\n\"");
		return length ? strndup(at, length) : NULL;
	}
	return NULL;
}

static void add_value(struct pedigree_buf *sheet, const char *name,
		      const char *root, const char *path,
		      const char *const *keys)
{
	_cleanup_free_ char *value = NULL;
	char text[FRONT];

	if (!read_front(root, path, text))
		return;
	for (; !value && *keys; keys++)
		value = value_of(text, *keys);
	if (value)
		pedigree_sheet_add(sheet, "host", name, value);
}

static void add_memory(struct pedigree_buf *sheet, const char *root)
{
	_cleanup_free_ char *value = NULL;
	char text[FRONT], size[32];

	if (!read_front(root, "/proc/meminfo", text))
		return;
	value = value_of(text, "MemTotal");
	if (!value || strtoull(value, NULL, 10) == 0)
		return;
	snprintf(size, sizeof(size), "%llu MiB",
		 strtoull(value, NULL, 10) / 1024);
	pedigree_sheet_add(sheet, "host", "memory", size);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* "NVIDIA A100-SXM4-40GB" of the driver, which names those that are there. */
static size_t read_gpus(const char *root, char **models)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	const char *folder = "/proc/driver/nvidia/gpus";
	struct dirent *entry;
	size_t n = 0;
	DIR *gpus;

	pedigree_buf_addf(&path, "%s%s", root, folder);
	gpus = pedigree_buf_error(&path) ? NULL : opendir(path.data);
	while (gpus && n < GPUS_MAX && (entry = readdir(gpus)) != NULL) {
		char text[FRONT];

		if (entry->d_name[0] == '.')
			continue;
		pedigree_buf_reset(&path);
		pedigree_buf_addf(&path, "%s/%s/information", folder,
				  entry->d_name);
		if (pedigree_buf_error(&path) ||
		    !read_front(root, path.data, text))
			continue;
		models[n] = value_of(text, "Model");
		n += models[n] != NULL;
	}
	if (gpus)
		closedir(gpus);
	return n;
}

static void add_gpus(struct pedigree_buf *sheet, const char *root)
{
	static const char *const driver[] = { "NVRM version", NULL };
	char *models[GPUS_MAX];
	size_t n = read_gpus(root, models);

	if (n)
		qsort(models, n, sizeof(*models), by_text);
	for (size_t i = 0; i < n; i++) {
		char name[24];

		snprintf(name, sizeof(name), "gpu %zu", i);
		pedigree_sheet_add(sheet, "host", name, models[i]);
		free(models[i]);
	}
	if (n)
		add_value(sheet, "gpu driver", root,
			  "/proc/driver/nvidia/version", driver);
}

/* How many this process may use, as its command could. */
static void add_processors(struct pedigree_buf *sheet)
{
	char number[24];
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return;
	snprintf(number, sizeof(number), "%d", CPU_COUNT(&set));
	pedigree_sheet_add(sheet, "host", "processors", number);
}

void pedigree_hardware_add(struct pedigree_buf *sheet, const char *root)
{
	static const char *const models[] = { "model name", "Model", "cpu",
					      "Processor", NULL };
	static const char *const systems[] = { "PRETTY_NAME", "NAME", NULL };
	struct utsname system;

	if (uname(&system) == 0) {
		pedigree_sheet_add(sheet, "host", "kernel", system.release);
		pedigree_sheet_add(sheet, "host", "architecture",
				   system.machine);
	}
	add_value(sheet, "system", root, "/etc/os-release", systems);
	add_value(sheet, "processor", root, "/proc/cpuinfo", models);
	add_processors(sheet);
	add_memory(sheet, root);
	add_gpus(sheet, root);
}
