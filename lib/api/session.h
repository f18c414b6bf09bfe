/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What explicit.c needs of a session beside its public calls.
 */
#ifndef PEDIGREE_API_SESSION_H
#define PEDIGREE_API_SESSION_H

#include <stdbool.h>

#include <pedigree/capture.h>

#include "graph/build.h"

/*
 * pedigree_session_begin; with `own` for the calling process itself: there is
 * no preload, and what it has open was not given to it for the run.
 */
int pedigree_session_make(const struct pedigree *pedigree,
			  const struct pedigree_session_spec *spec, bool own,
			  struct pedigree_session **ret_session,
			  struct pedigree_error *err);

/* facts->run is NULL when there is nothing on disk. Borrowed. */
const struct pedigree_run_facts *
pedigree_session_facts(const struct pedigree_session *session);

#endif
