/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The facets of OpenLineage events: what a run, its job and a data set are.
 * Each appends a whole JSON value.
 */
#ifndef PEDIGREE_EXPORT_OPENLINEAGE_FACETS_H
#define PEDIGREE_EXPORT_OPENLINEAGE_FACETS_H

#include "export/export.h"

#include "base/buf.h"

/* {"runId", "facets"}; `namespace`: of jobs; `most`: bytes that its own texts
   may take; `over`: it has ended, and how is told. */
int pedigree_openlineage_run(const struct pedigree_export_run *run,
			     const char *namespace, size_t most, bool over,
			     struct pedigree_buf *buf);
/* {"namespace", "name", "facets"} */
void pedigree_openlineage_job(const struct pedigree_export_run *run,
			      const char *namespace, struct pedigree_buf *buf);
/* The same of a data set. */
int pedigree_openlineage_dataset(const struct pedigree_entity *entity,
				 bool is_output, struct pedigree_buf *buf);

#endif
