/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The version of a file: the digest of its bytes, when they are surely those
 * that the run read or wrote.
 *
 * An input is unchanged when its ctime is older than its first open, or than
 * the run. An output is one when its ctime is not older than its first open
 * for writing. Both compare with the coarse clock that file systems use.
 */
#ifndef PEDIGREE_GRAPH_VERSION_H
#define PEDIGREE_GRAPH_VERSION_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/digest.h"
#include "graph/access.h"
#include "graph/build.h"

struct pedigree_settled;

#define PEDIGREE_UNVERIFIED "unverified"

struct pedigree_version {
	char value[96]; /* "sha256:…", "mtime:…", "unverified"; "": none */
	char absent[128];	    /* why there is none */
	char md5[PEDIGREE_MD5_HEX]; /* "" when not known */
	uint64_t bytes;
	bool sized;	    /* bytes is known */
	bool changed;	    /* changed or destroyed during the run */
	bool changed_after; /* an output changed after the run's end */
	bool metadata;	    /* an input's owner, mode, name, … changed */
	bool by_time;	    /* not hashed for its size, or one of too many */
};

struct pedigree_hasher {
	const struct pedigree_digest_cache *cache; /* may be NULL */
	bool (*keep_on)(void *ctx, uint64_t bytes_done, uint64_t bytes_all);
	void *ctx;
	uint64_t done, all; /* bytes, for keep_on */
	uint64_t max_size;  /* larger files are not hashed; 0: no limit */
	uint64_t start_ns;  /* of the run */
	uint64_t end_ns;    /* later changes are not the run's; 0: none are */
	uint64_t tick_ns;   /* of the coarse clock */
	/* Of a run with steps, else NULL; and which of them this is. */
	const struct pedigree_settled *settled;
	uint32_t step;	     /* or PEDIGREE_NONE */
	uint64_t settled_ns; /* no settled file was changed by the run later */
	bool stopped;	     /* keep_on said so */
	/* Computed with the next file's digests, which are then not taken
	   from the cache; NULL: nothing. */
	struct pedigree_digest_more *more;
};

/* Fills what is not the caller's: the clock's tick. */
void pedigree_hasher_init(struct pedigree_hasher *hasher,
			  const struct pedigree_run_facts *facts,
			  const struct pedigree_build_options *options);

/*
 * The version of an input; `path` is where it was when last seen. With
 * `name`, the size and time that were found under it are enough: the file is
 * not touched again.
 */
void pedigree_version_input(struct pedigree_hasher *hasher,
			    const struct pedigree_file *file, const char *path,
			    const struct pedigree_name *name,
			    struct pedigree_version *ret);
/* The version of an output, or of a declared file (`file` NULL). */
void pedigree_version_output(struct pedigree_hasher *hasher,
			     const struct pedigree_file *file, const char *path,
			     const struct pedigree_name *name,
			     struct pedigree_version *ret);

/* Is there still the file that was read, as it was then? */
bool pedigree_input_unchanged(const struct pedigree_hasher *hasher,
			      const struct pedigree_file *file,
			      uint64_t ctime_ns);
/* Is a file that was opened for writing another one since? */
bool pedigree_output_changed(const struct pedigree_hasher *hasher,
			     const struct pedigree_file *file,
			     uint64_t ctime_ns);

#endif
