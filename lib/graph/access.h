/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the events of a run came to: which files it read as they were before
 * it, and which it wrote, whatever they were renamed to.
 *
 * A *file* here is content, not a name: a rename moves it, a hard link gives
 * it a second name, and writing over a file that had been read makes a new
 * one, so that the old content stays an input. Files that the run wrote
 * before it read them are no inputs.
 */
#ifndef PEDIGREE_GRAPH_ACCESS_H
#define PEDIGREE_GRAPH_ACCESS_H

#include <stdbool.h>
#include <stdint.h>

#include <pedigree/error.h>

#include "evlog/reader.h"
#include "graph/build.h"
#include "graph/paths.h"

#define PEDIGREE_FILE_READ 0x01u      /* opened for reading, before any write */
#define PEDIGREE_FILE_RUN 0x02u	      /* a program image, before any write */
#define PEDIGREE_FILE_LOADED 0x04u    /* mapped by the loader, likewise */
#define PEDIGREE_FILE_WRITTEN 0x08u   /* opened for writing */
#define PEDIGREE_FILE_TRUNC 0x10u     /* emptied or made by the run */
#define PEDIGREE_FILE_DESTROYED 0x20u /* the content is gone: see old */
#define PEDIGREE_FILE_MAYBE_NEW \
	0x40u			   /* READ, but perhaps made by that very
					 open: an input only if unchanged */
#define PEDIGREE_FILE_REREAD 0x80u /* read after it was written */
#define PEDIGREE_FILE_MOVED 0x100u /* renamed or linked by the run */
#define PEDIGREE_FILE_MESSAGES \
	0x200u /* the command's standard error went there */

#define PEDIGREE_FILE_SETTLED \
	0x400u /* first read when its writer in this run was done */

#define PEDIGREE_FILE_INPUT \
	(PEDIGREE_FILE_READ | PEDIGREE_FILE_RUN | PEDIGREE_FILE_LOADED)

struct pedigree_file {
	uint64_t read_ns;		/* first read; 0: none */
	uint64_t write_ns;		/* first write; 0: none */
	const struct pedigree_old *old; /* DESTROYED: what it was, or NULL */
	uint32_t name;			/* when first touched */
	uint32_t last_name;		/* when last seen */
	uint32_t opened_folder;		/* as the program named it: */
	uint32_t opened_name;		/* before symbolic links */
	uint16_t flags;
};

struct pedigree_access {
	const struct pedigree_evlog *log;
	struct pedigree_paths paths;
	PEDIGREE_VEC(struct pedigree_file) files;
	uint32_t *folder_of; /* by the log's folders; NOWHERE: not yet */
	uint64_t last_ns;    /* time of the last event */
	uint64_t lost_paths; /* events whose path cannot be known */
};

/* Works through the events in their order. PEDIGREE_ENOMEM. */
int pedigree_access_read(struct pedigree_access *access,
			 const struct pedigree_run_facts *facts,
			 const struct pedigree_evlog *log,
			 struct pedigree_error *err);
void pedigree_access_clear(struct pedigree_access *access);

/*
 * The name of an absolute clean path, made when missing, and (may be NULL)
 * the folder as named. For declared paths and for questions.
 */
uint32_t pedigree_access_name(struct pedigree_access *access, const char *path,
			      uint32_t *ret_folder);
/* Is the file's name as first opened another than its own? */
bool pedigree_file_renamed_by_link(const struct pedigree_access *access,
				   const struct pedigree_file *file);

#endif
