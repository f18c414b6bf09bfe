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
/* An event with one data set always fits into this: see describe(). */
#define PEDIGREE_OPENLINEAGE_LEAST 100000

struct pedigree_openlineage_event {
	const char *type;	/* START, … */
	const char *json;	/* one line */
	size_t n;		/* its length */
	size_t inputs, outputs; /* how many data sets it has */
};

struct pedigree_openlineage {
	const char *job_namespace; /* NULL: "pedigree" */
	size_t most; /* bytes of an event; 0: as many as it takes */
	bool begun;  /* who gets them has the START already */
	/* Gets each event; not 0: stop and return that. */
	int (*each)(void *ctx, const struct pedigree_openlineage_event *event,
		    struct pedigree_error *err);
	void *ctx;
};

int pedigree_openlineage_events(const struct pedigree_openlineage *how,
				const struct pedigree_export_run *run,
				struct pedigree_error *err);

#endif
