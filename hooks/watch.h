/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether this program, which no run surrounds, is one to be captured: the
 * compiled list of [watch] (lib/rules/watch_list.h) against what was started.
 * Only for the constructor: buffers are on the stack.
 */
#ifndef PEDIGREE_HOOKS_WATCH_H
#define PEDIGREE_HOOKS_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#define PEDIGREE_WATCH_PATH 1024u

struct pedigree_watched {
	char command[PEDIGREE_WATCH_PATH]; /* path of `pedigree` */
	uint32_t finish_ms;
};

/* True when a rule matches; `ret` is filled then. May start `pedigree` to
   have the list made, when the configuration is newer. */
bool pedigree_watch_matches(int argc, char *const argv[],
			    struct pedigree_watched *ret);

#endif
