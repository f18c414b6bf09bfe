/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compiled rules, as index.c and compile.c make them and rules.c asks them.
 *
 * Rules are compiled into patterns (a glob without braces, "~" and {…} put
 * in), and each pattern is filed under something literal that every path it
 * matches has: a folder it is in, a component, its name, its suffix, or two
 * bytes. To judge a path is to look up what it has in these tables; only
 * patterns with nothing literal there (`*~`) are tried on every path. The
 * lowest number among what matches wins.
 */
#ifndef PEDIGREE_RULES_INDEX_H
#define PEDIGREE_RULES_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/vec.h"
#include "rules/glob.h"
#include "rules/rules.h"

enum pedigree_table {
	PEDIGREE_BY_FOLDER,    /* "/usr": of /usr/… */
	PEDIGREE_BY_COMPONENT, /* "node_modules": of …/node_modules/… */
	PEDIGREE_BY_NAME,      /* "Makefile": of …/Makefile */
	PEDIGREE_BY_SUFFIX,    /* ".py", ".tar.gz": of the name */
	PEDIGREE_BY_START, /* two bytes: a component begins with them, or the name has
		     them and the first is a dot */
	PEDIGREE_TABLES
};

#define PEDIGREE_NO_PATTERN UINT32_MAX

struct pedigree_rule {
	const struct pedigree_setting *setting;
	char *glob;	  /* as it was written, without quotes */
	const char *name; /* "artifact model", "exclude" */
	const char *type; /* NULL: excluded */
	unsigned int roles;
};

struct pedigree_pattern {
	char *glob;
	uint32_t rule;
	uint32_t next;	 /* of the same table and key, rule not lower */
	bool certain;	 /* being in the table is the whole match */
	bool whole_path; /* has a slash */
	/* Of a built-in exclusion that would hide all of the project (home):
	   it is not meant for what is below that. */
	bool not_project, not_home;
};

/* The patterns of one key; tables hold the chain's index plus one. */
struct pedigree_chain {
	uint32_t first, last;
};

struct pedigree_mapping {
	char *prefix;
	const char *uri;
};

struct pedigree_rules {
	PEDIGREE_VEC(struct pedigree_rule) rules;
	PEDIGREE_VEC(struct pedigree_pattern) patterns;
	PEDIGREE_VEC(struct pedigree_chain) chains;
	PEDIGREE_VEC(uint32_t) always; /* patterns in no table */
	PEDIGREE_VEC(struct pedigree_mapping) mappings;
	struct pedigree_globs names; /* what rule.name points to */
	struct pedigree_map *tables[PEDIGREE_TABLES];
	char *home, *project;
	bool roots; /* the patterns are of folders, and say no more than that */
};

/* [artifact], [exclude] and [map]; or the roots of [dataset] alone. */
int pedigree_rules_compile(const struct pedigree_config *config,
			   const struct pedigree_scene *scene, bool roots,
			   struct pedigree_rules **ret_rules,
			   struct pedigree_error *err);

/* The rule in force for an absolute clean path, or NULL. */
const struct pedigree_rule *
pedigree_rules_find(const struct pedigree_rules *rules, const char *path,
		    const char *original, enum pedigree_role role);

/* Files a pattern, the latest of its rule; 0 or PEDIGREE_ENOMEM. */
int pedigree_rules_file(struct pedigree_rules *rules, uint32_t index);

#endif
