/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs in the words of others: OpenLineage, PROV-JSON, in-toto. Whatever is
 * told of a run is told whole, and the same run yields the same bytes.
 */
#ifndef PEDIGREE_EXPORT_EXPORT_H
#define PEDIGREE_EXPORT_EXPORT_H

#include <stdbool.h>
#include <stdio.h>

#include <pedigree/error.h>

#include "base/base.h"
#include "base/buf.h"
#include "base/vec.h"
#include "graph/model.h"
#include "graph/sheet.h"

PEDIGREE_VEC_TYPE(pedigree_export_ends, const struct pedigree_entity *);

/* A run or deployment with everything next to it. All is borrowed. */
struct pedigree_export_run {
	const struct pedigree_entity *run;
	const char *name; /* in the spool, or NULL */
	char *asked;	  /* what it was to be called, or NULL; owned */
	/* Of a step: its run, told without what is next to it. */
	const struct pedigree_export_run *parent;
	struct pedigree_export_ends inputs;   /* artifacts */
	struct pedigree_export_ends outputs;  /* artifacts */
	struct pedigree_export_ends contexts; /* what is behind the run */
};

#define PEDIGREE_EXPORT_RUN_INIT \
	{ \
		.run = NULL \
	}

void pedigree_export_run_clear(struct pedigree_export_run *run);
/* Is it one that is told of: a run, a step of one, a deployment? */
bool pedigree_export_is_run(const struct pedigree_entity *entity);
/* Of entities[i] of a record, which has to outlive it. */
int pedigree_export_run_of(const struct pedigree_record *record, size_t i,
			   struct pedigree_export_run *ret_run,
			   struct pedigree_error *err);

/*
 * The name of the job: what the run was asked to be called, or else its name
 * without what makes it unique; of a step, "JOB.STEP".
 */
void pedigree_export_job(const struct pedigree_export_run *told,
			 struct pedigree_buf *buf);
/* What a run's recipe says of that, alone or in its record; NULL: nothing. */
int pedigree_export_asked(const struct pedigree_sheet *recipe,
			  char **ret_asked);
int pedigree_export_asked_in(const struct pedigree_record *record,
			     const struct pedigree_entity *run,
			     char **ret_asked);
bool pedigree_export_is_step(const struct pedigree_entity *entity,
			     const struct pedigree_entity *run);

/* What could not be told, for a sentence to the user. */
struct pedigree_export_gaps {
	size_t no_digest;     /* outputs whose SHA-256 is not known */
	size_t no_subject;    /* runs without an output to attest */
	size_t no_derivation; /* pairs of input and output, see prov.c */
};

/* A document that is being written. */
struct pedigree_export {
	const struct pedigree_export_ops *ops;
	const char *job_namespace; /* OpenLineage; NULL: "pedigree" */
	FILE *out;
	size_t told; /* statements */
	struct pedigree_export_gaps gaps;
};

/*
 * One format. Runs come first, each once, then the ties between entities
 * that are no runs; `new` may be NULL where a plain struct pedigree_export
 * will do, `tie` where the format does not know them, and `end` and `free`
 * where nothing is left to do.
 */
struct pedigree_export_ops {
	struct pedigree_export *(*new)(void);
	int (*run)(struct pedigree_export *export,
		   const struct pedigree_export_run *run,
		   struct pedigree_error *err);
	int (*tie)(struct pedigree_export *export,
		   const struct pedigree_entity *source,
		   const struct pedigree_entity *destination, const char *type,
		   struct pedigree_error *err);
	int (*end)(struct pedigree_export *export, struct pedigree_error *err);
	void (*free)(struct pedigree_export *export);
};

/* An event a line. */
extern const struct pedigree_export_ops pedigree_export_openlineage;
/* One document. */
extern const struct pedigree_export_ops pedigree_export_prov;
/* A statement a line. */
extern const struct pedigree_export_ops pedigree_export_in_toto;

#endif
