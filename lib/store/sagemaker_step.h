/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Delivering one thing, an entity or an edge, in one call after another:
 *
 *	entity	LOOK ─▶ CREATE ─▶ done
 *		  └────────┼─────▶ done (adopted, or there already)
 *		           └▶ CONFIRM ─▶ UPDATE ─▶ done
 *	edge	ADD ─▶ done
 *		  └▶ CONFIRM ─▶ done
 *
 * LOOK comes first only for what somebody else may have made, and is repeated
 * for what a SageMaker job surely gets. A
 * ValidationException alone never means that something exists: CONFIRM asks.
 * A step makes one request at a time and takes its answer; it knows nothing
 * of connections, retries and signatures, and what it learns is written down
 * (progress.h) before the next request is made.
 */
#ifndef PEDIGREE_STORE_SAGEMAKER_STEP_H
#define PEDIGREE_STORE_SAGEMAKER_STEP_H

#include <jansson.h>
#include <stdbool.h>

#include <pedigree/error.h>

#include "graph/model.h"
#include "store/progress.h"
#include "store/sagemaker_request.h"

/* What all steps of a delivery share. */
struct pedigree_sagemaker_delivery {
	const struct pedigree_record *record;
	struct pedigree_progress *progress;
	enum pedigree_sagemaker_identity identity;
};

enum pedigree_step_kind {
	PEDIGREE_STEP_ENTITY,
	PEDIGREE_STEP_EDGE,  /* AddAssociation */
	PEDIGREE_STEP_DROP,  /* DeleteAssociation */
	PEDIGREE_STEP_MEMBER /* AssociateTrialComponent */
};

enum pedigree_step_state {
	PEDIGREE_STEP_LOOK,
	PEDIGREE_STEP_CREATE,
	PEDIGREE_STEP_CONFIRM,
	PEDIGREE_STEP_UPDATE,
	PEDIGREE_STEP_DONE,
	PEDIGREE_STEP_REFUSED /* for good: see `why` */
};

struct pedigree_step {
	struct pedigree_sagemaker_delivery *delivery;
	enum pedigree_step_kind kind;
	enum pedigree_step_state state;
	/* Of an entity: */
	const struct pedigree_entity *entity;
	const char *run; /* the record's name, of the run itself; else NULL */
	char *name;	 /* another name than the entity's; or NULL */
	json_t *create;	 /* the request of Create */
	char *digest;	 /* of that request */
	char *remote;	 /* the ARN there, when known */
	unsigned int looked; /* how often nothing was there yet */
	/* Of an edge, local ARNs; a member's destination is a trial's name. */
	const char *source, *destination, *type;
	char *remote_source, *remote_destination;
	struct pedigree_error why; /* of a refusal */
};

/*
 * What a step begins with. An entity that was sent with the same content is
 * done at once.
 */
int pedigree_step_entity(struct pedigree_step *step,
			 struct pedigree_sagemaker_delivery *delivery,
			 const struct pedigree_entity *entity, const char *run,
			 struct pedigree_error *err);
/* Both ends have been delivered. */
int pedigree_step_edge(struct pedigree_step *step,
		       struct pedigree_sagemaker_delivery *delivery,
		       enum pedigree_step_kind kind, const char *source,
		       const char *destination, const char *type,
		       struct pedigree_error *err);
void pedigree_step_clear(struct pedigree_step *step);

/* The next call: its operation (static) and request; NULL: memory ran out. */
const char *pedigree_step_operation(const struct pedigree_step *step);
json_t *pedigree_step_request(const struct pedigree_step *step);
/* Milliseconds to wait before it is made: what SageMaker makes for a job comes
   some time after the job has begun. */
unsigned int pedigree_step_delay(const struct pedigree_step *step);

/* A refusal by the service, in its words. */
struct pedigree_step_refusal {
	const char *code, *message, *request_id;
};
/*
 * Takes the answer, or the refusal, of that call. A failure is ours (memory,
 * the disk): the service's refusals are in `state`.
 */
int pedigree_step_answer(struct pedigree_step *step, json_t *answer,
			 struct pedigree_error *err);
int pedigree_step_refused(struct pedigree_step *step,
			  const struct pedigree_step_refusal *refusal,
			  struct pedigree_error *err);

#endif
