/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A part of what the service has, brought into a ledger in memory, so that
 * questions to the service are answered by what answers them for the ledger.
 *
 * All pages of every answer are read. Lineage is asked for from the target,
 * and again from wherever the service's longest way (10 steps) ended.
 */
#ifndef PEDIGREE_STORE_SAGEMAKER_FETCH_H
#define PEDIGREE_STORE_SAGEMAKER_FETCH_H

#include <stdbool.h>
#include <stdint.h>

#include <pedigree/error.h>

#include "rules/config.h"
#include "store/ledger_edit.h"

#define PEDIGREE_FETCH_ALL UINT32_MAX /* steps: as far as it goes */

struct pedigree_fetch {
	/* An ARN, a URI, a path, or the name of a run, an endpoint or an
	   action; NULL: a list. */
	const char *target;
	unsigned int up, down; /* steps from it */
	/* Of a list; NULL and 0 members do not filter. */
	enum pedigree_kind kind; /* PEDIGREE_KINDS: associations */
	const char *source_uri, *type;
	int64_t created_after_ms, created_before_ms;
};

/*
 * Opens `ret_editor` with what was found, in a transaction that is never to
 * be committed; to be closed by the caller. Nothing found is an empty ledger.
 */
int pedigree_sagemaker_fetch(const struct pedigree_config *config,
			     const struct pedigree_fetch *wish,
			     struct pedigree_editor **ret_editor,
			     struct pedigree_error *err);

#endif
