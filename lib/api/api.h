/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands behind the public handle.
 */
#ifndef PEDIGREE_API_API_H
#define PEDIGREE_API_API_H

#include <stdbool.h>

#include <pedigree/pedigree.h>

#include "base/progress.h"
#include "rules/config.h"

struct pedigree {
	/* Never changed after pedigree_open. */
	struct pedigree_config *config;
	struct pedigree_watcher progress;
	bool is_remote; /* questions go to the service */
};

#endif
