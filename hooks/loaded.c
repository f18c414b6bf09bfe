/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The opens of the dynamic loader pass no hook. It is asked at the end, for
 * next to nothing, and only in processes that come to an end: what a killed
 * one loaded is not known.
 */
#include "config.h"

#include "hooks/loaded.h"

#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <string.h>
#include <sys/auxv.h>

#include "hooks/gate.h"
#include "hooks/image.h"
#include "hooks/log.h"
#include "hooks/note.h"
#include "hooks/paths.h"
#include "hooks/secure.h"
#include "hooks/tap.h"

static unsigned long long loaded_at_start;
static bool program_is_go;

static int first(struct dl_phdr_info *info, size_t size, void *unused)
{
	(void)size;
	(void)unused;
	loaded_at_start = info->dlpi_adds;
	program_is_go = pedigree_image_is_go(info);
	return 1;
}

void pedigree_loaded_start(void)
{
	dl_iterate_phdr(first, NULL);
}

void pedigree_loaded_tell(void)
{
	/* Now: Go ends a program without us. */
	if (program_is_go)
		pedigree_note_blind(PEDIGREE_BLIND_RAW_CALLS, AT_FDCWD,
				    (const char *)getauxval(AT_EXECFN));
}

unsigned long long pedigree_loaded_at_start(void)
{
	return loaded_at_start;
}

/* Where a program's usual libraries are; noise unless it asked for them. */
static bool is_usual(const char *path)
{
	if (!strncmp(path, "/usr", 4))
		path += 4;
	return !strncmp(path, "/lib/", 5) || !strncmp(path, "/lib64/", 7);
}

static int note(struct dl_phdr_info *info, size_t size, void *unused)
{
	struct pedigree_entry entry = { .type = PEDIGREE_EV_LOADED };
	const char *path = info->dlpi_name;
	struct pedigree_path split;

	(void)size;
	(void)unused;
	/* The program and the vDSO have no path. */
	if (!path || !strchr(path, '/') || !strcmp(path, pedigree_gate_self))
		return 0;
	/* It makes its system calls itself, past every hook: that it is there
	   is all that can be known. */
	if (!strncmp(strrchr(path, '/'), "/liburing.so", 12))
		pedigree_note_blind(PEDIGREE_BLIND_IO_URING, AT_FDCWD, path);
	if (pedigree_image_is_go(info))
		pedigree_note_blind(PEDIGREE_BLIND_RAW_CALLS, AT_FDCWD, path);
	if (info->dlpi_adds == loaded_at_start && is_usual(path))
		return 0;
	pedigree_path_look(AT_FDCWD, path, &split);
	entry.folder = pedigree_path_folder(&split);
	entry.text[0].bytes = path + split.name;
	entry.text[0].n = split.n - split.name;
	pedigree_log_add(&entry);
	return 0;
}

/* A forked child that has nothing in the log begins no record at its end. */
static __attribute__((destructor)) void finish(void)
{
	const struct pedigree_entry entry = { .type = PEDIGREE_EV_EXIT };

	if (pedigree_gate_is_untouched())
		return;
	pedigree_secure_finish();
	pedigree_tap_finish();
	dl_iterate_phdr(note, NULL);
	pedigree_log_add(&entry);
}
