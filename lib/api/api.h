/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands behind the public handle.
 */
#ifndef PEDIGREE_API_API_H
#define PEDIGREE_API_API_H

#include <stdbool.h>

#include <pedigree/pedigree.h>

#include "rules/config.h"

struct pedigree {
	struct pedigree_config *config; /* never changed after pedigree_open */
	bool is_remote;			/* questions go to the service */
};

#endif
