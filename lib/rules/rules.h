/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules: what a path that a run touched is. The configuration's [artifact],
 * [exclude] and [map] sections and the built-in defaults, compiled once and
 * asked for every path.
 *
 * Rules of a higher layer come before those of a lower one, and within a
 * layer in file order; the first that matches decides. The built-in rules
 * are written in the same configuration language (conf/builtin.conf), so
 * that a verdict can always name the line it came from.
 */
#ifndef PEDIGREE_RULES_RULES_H
#define PEDIGREE_RULES_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include <pedigree/error.h>

#include "base/buf.h"
#include "rules/config.h"

enum pedigree_role {
	PEDIGREE_ROLE_INPUT = 1,
	PEDIGREE_ROLE_OUTPUT = 2,
	PEDIGREE_ROLE_ANY = 3
};

/* What globs may refer to: "~" is home, "{prefix}" each interpreter prefix,
   "{project}" the project root, "{state}" pedigree's own folders. */
struct pedigree_scene {
	const char *home;	     /* "" when unknown */
	const char *project;	     /* root of the project or "" */
	const char *const *prefixes; /* of interpreters: folders above the
					   bin/ of a program that ran, NULL-ended;
					   never "/" or "/usr" */
	const char *const *state;    /* NULL-ended */
};

struct pedigree_verdict {
	bool kept;
	const char *type; /* artifact type when kept */
	const char *rule; /* "artifact model", "exclude", … */
	const char *glob; /* the pattern that matched */
	struct pedigree_origin origin;
};

struct pedigree_rules;

/* `config` must outlive the rules; the scene is copied. */
int pedigree_rules_new(const struct pedigree_config *config,
		       const struct pedigree_scene *scene,
		       struct pedigree_rules **ret_rules,
		       struct pedigree_error *err);
void pedigree_rules_free(struct pedigree_rules *rules);

/*
 * Judges an absolute clean path in one role. `original` is the path as the
 * program named it when that differs (through a symbolic link), else NULL;
 * a rule matches if it matches either. Always finds a verdict: the last
 * built-in rule keeps everything as DataSet. Costs no system call.
 */
void pedigree_rules_judge(const struct pedigree_rules *rules, const char *path,
			  const char *original, enum pedigree_role role,
			  struct pedigree_verdict *ret_verdict);

/*
 * Applies [map]: when `path` is below a mapped prefix (the longest wins),
 * replaces the content of `uri` by the mapped URI and returns true.
 */
bool pedigree_rules_map(const struct pedigree_rules *rules, const char *path,
			struct pedigree_buf *uri);

/*
 * Does a glob match a whole path? `*` and `?` stay within a component, `**`
 * crosses them, `[…]` as in glob(7), `{a,b}` alternatives. A glob with no
 * slash matches the last component.
 */
bool pedigree_glob_match(const char *glob, const char *path);
/* The same for a text that is no path: always all of it. */
bool pedigree_glob_match_text(const char *glob, const char *text);

#endif
