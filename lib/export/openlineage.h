/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A run as OpenLineage run events. The first is START; the last says how the
 * run ended and has the data sets; where they are too many for one event,
 * events of type RUNNING before it have the rest.
 */
#ifndef PEDIGREE_EXPORT_OPENLINEAGE_H
#define PEDIGREE_EXPORT_OPENLINEAGE_H

#include "export/export.h"

/* Amazon DataZone takes no more. */
#define PEDIGREE_OPENLINEAGE_MOST 300000
/* An event with one data set always fits into this. */
#define PEDIGREE_OPENLINEAGE_LEAST 40000

struct pedigree_openlineage {
	const char *job_namespace; /* NULL: "pedigree" */
	size_t most; /* bytes of an event; 0: as many as it takes */
	/* Gets each event, one line of JSON; not 0: stop and return that. */
	int (*each)(void *ctx, const char *event, size_t n,
		    struct pedigree_error *err);
	void *ctx;
};

int pedigree_openlineage_events(const struct pedigree_openlineage *how,
				const struct pedigree_export_run *run,
				struct pedigree_error *err);

#endif
