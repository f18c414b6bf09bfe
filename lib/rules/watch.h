/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compiles the [watch] sections for the shim (watch_list.h).
 */
#ifndef PEDIGREE_RULES_WATCH_H
#define PEDIGREE_RULES_WATCH_H

#include <stddef.h>

#include <pedigree/error.h>

#include "base/buf.h"
#include "rules/config.h"

/*
 * Appends the list to `ret_list`. `command` is the path of `pedigree`, which
 * the shim starts on a match. Without a configuration (NULL: it cannot be
 * read) the list is empty and valid for some seconds, so that a mistake in it
 * does not cost every program a start of `pedigree`.
 *
 * @return 0; PEDIGREE_ELIMIT for a list above PEDIGREE_WATCH_MAX
 */
int pedigree_watch_compile(const struct pedigree_config *config,
			   const char *command, struct pedigree_buf *ret_list,
			   size_t *ret_rules, struct pedigree_error *err);

/* Appends the path at which the shim looks for this configuration's list. */
void pedigree_watch_path(const struct pedigree_config *config,
			 struct pedigree_buf *buf);

#endif
