/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The compiled watch list: what the shim looks at when it comes up in a
 * program that no run surrounds. `pedigree env` writes it (watch.c), and
 * hooks/watch.c reads it; so there is no code in here.
 *
 *	header, sources[n_sources], rules[n_rules], texts
 *
 * Offsets are from the start of the file. A text ends with a NUL; a list is
 * texts one after another, ended by an empty one. Numbers are the machine's:
 * a list is never carried to another. Any change to the layout is a new
 * version; a shim that finds another than its own has the list made anew.
 */
#ifndef PEDIGREE_RULES_WATCH_LIST_H
#define PEDIGREE_RULES_WATCH_LIST_H

#include <stdint.h>

#define PEDIGREE_WATCH_MAGIC "PDGWATCH" /* 8 bytes, no NUL */
#define PEDIGREE_WATCH_VERSION 1u
#define PEDIGREE_WATCH_MAX 65536u /* bytes of a list */

/* In the folder of state: FOLDER/HASH.list. */
#define PEDIGREE_WATCH_FOLDER "watch"
#define PEDIGREE_WATCH_SUFFIX ".list"

struct pedigree_watch_header {
	char magic[8];
	uint32_t version;
	uint32_t size;	  /* of all */
	uint32_t command; /* text: path of `pedigree` */
	uint32_t n_sources;
	uint32_t n_rules;
	uint32_t finish_ms; /* how long the end of a PID 1 may take */
	uint64_t until_s;   /* made anew after that time; 0: valid for good */
};

/* A file that the configuration was read from, or looked for; one that was
   not there has zeros. The list is out of date when any of this differs. */
struct pedigree_watch_source {
	uint32_t path; /* text */
	uint32_t unused;
	uint64_t inode;
	uint64_t size;
	int64_t modified_ns;
	int64_t changed_ns;
};

/* All that is set must match. Lists of globs, without braces; 0: not set. */
struct pedigree_watch_rule {
	uint32_t program;
	uint32_t script;
	uint32_t command;
	uint32_t user; /* numbers, as text; no globs */
};

_Static_assert(sizeof(struct pedigree_watch_header) == 40, "no padding");
_Static_assert(sizeof(struct pedigree_watch_source) == 40, "no padding");
_Static_assert(sizeof(struct pedigree_watch_rule) == 16, "no padding");

/*
 * Configurations have a list each: its name is the FNV-1a hash of these
 * variables' values, each with its NUL, unset ones as empty.
 */
#define PEDIGREE_WATCH_VARIABLES \
	{ \
		"PEDIGREE_CONFIG", "XDG_CONFIG_HOME", "HOME" \
	}
#define PEDIGREE_WATCH_HASH_START UINT64_C(0xcbf29ce484222325)
#define PEDIGREE_WATCH_HASH_PRIME UINT64_C(0x100000001b3)

#endif
