/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lineage model: entities and associations as the SageMaker API has
 * them, and the run record made of them. All strings are owned, UTF-8, and
 * NULL when absent; times are milliseconds since the epoch, 0 when absent.
 */
#ifndef PEDIGREE_GRAPH_MODEL_H
#define PEDIGREE_GRAPH_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pedigree/error.h>

#include "base/base.h"
#include "base/vec.h"

enum pedigree_kind {
	PEDIGREE_ARTIFACT,
	PEDIGREE_ACTION,
	PEDIGREE_CONTEXT,
	PEDIGREE_TRIAL_COMPONENT,
	PEDIGREE_TRIAL,
	PEDIGREE_EXPERIMENT,
	PEDIGREE_KINDS
};

struct pedigree_pair {
	char *key;
	char *value;
};
PEDIGREE_VEC_TYPE(pedigree_pairs, struct pedigree_pair);

/* A trial component's parameter: a number when `is_number`. */
struct pedigree_param {
	char *key;
	char *value;   /* StringValue; NULL when is_number */
	double number; /* NumberValue */
	bool is_number;
};
PEDIGREE_VEC_TYPE(pedigree_params, struct pedigree_param);

/* What a trial component tells of a metric. All numbers are finite. */
struct pedigree_metric {
	char *name;
	double last, min, max, avg, std_dev;
	uint64_t count;
	int64_t time_ms; /* of the last value */
};
PEDIGREE_VEC_TYPE(pedigree_metrics, struct pedigree_metric);

/*
 * An entity of any kind. Which members a kind has is the API's matter:
 * graph/json.c writes and reads them under the API's names.
 */
struct pedigree_entity {
	enum pedigree_kind kind;
	char *arn;
	char *name;
	char *display_name;
	char *type; /* ArtifactType, ActionType, ContextType */
	char *description;
	char *status;	   /* Status (action), PrimaryStatus (run) */
	char *message;	   /* Status.Message (run) */
	char *source_uri;  /* SourceUri; SourceArn of a trial component */
	char *source_type; /* action, context */
	char *source_id;   /* action, context */
	struct pedigree_pairs source_types; /* artifact: SourceIdType, Value */
	struct pedigree_pairs properties;
	struct pedigree_params parameters;
	struct pedigree_metrics metrics;
	struct pedigree_pairs input_artifacts;	/* trial component: */
	struct pedigree_pairs output_artifacts; /* name, Value */
	struct pedigree_pairs input_media;	/* name, MediaType of */
	struct pedigree_pairs output_media;	/* those that have one */
	struct pedigree_pairs tags;
	char *commit_id; /* MetadataProperties */
	char *repository;
	char *generated_by;
	char *project_id;
	char *experiment; /* of a trial: ExperimentName */
	int64_t start_ms;
	int64_t end_ms;
	int64_t created_ms;
	int64_t modified_ms;
};

struct pedigree_record_association {
	char *source; /* ARNs */
	char *destination;
	char *type; /* "ContributedTo", …; NULL when none */
};

struct pedigree_still_running {
	uint32_t pid;
	char *program;
};

/* A rank of the job that the run is. */
struct pedigree_rank_seen {
	char *launcher; /* evlog/rank.def */
	char *rank;
	char *ranks; /* how many the launcher said there are, or NULL */
	char *host;
	uint32_t pid;
	char *status;  /* the API's word, or NULL: not known */
	char *message; /* why it is not Completed, or NULL */
};

struct pedigree_blind_spot {
	char *kind;	/* blind.def */
	char *text;	/* a sentence */
	char *path;	/* program or file, or NULL */
	uint64_t count; /* how often */
};

struct pedigree_manifest {
	char *digest; /* SHA-256 of text, hex */
	char *text;   /* a line a file: see rollup.h */
};

PEDIGREE_VEC_TYPE(pedigree_names, char *);

/* What a run did, for all backends. */
struct pedigree_record {
	char *run;	       /* the run's folder name in the spool */
	unsigned int revision; /* 0, then 1, 2, … when amended */
	/*
	 * entities.v[0] is the run itself: a trial component, or the action
	 * of a deployment.
	 */
	PEDIGREE_VEC(struct pedigree_entity) entities;
	PEDIGREE_VEC(struct pedigree_record_association) associations;
	PEDIGREE_VEC(struct pedigree_manifest) manifests;
	/* Trials that the run and its steps belong to, by name
	   (AssociateTrialComponent). */
	struct pedigree_names trials;
	/* Capture */
	uint64_t processes;
	uint64_t events;
	uint64_t dropped;
	PEDIGREE_VEC(struct pedigree_still_running) still_running;
	PEDIGREE_VEC(struct pedigree_blind_spot) blind_spots;
	PEDIGREE_VEC(struct pedigree_rank_seen) ranks;
	struct pedigree_names steps; /* TrialComponentNames, in order */
};

struct pedigree_record *pedigree_record_new(void);
void pedigree_record_free(struct pedigree_record *record);
#define _cleanup_record_ _cleanup_(pedigree_record_freep)
static inline void pedigree_record_freep(struct pedigree_record **record)
{
	pedigree_record_free(*record);
}

/*
 * Does entities.v[i] belong to the record's trials? Of all entities, in their
 * order; *step is 0 before the first.
 */
bool pedigree_record_is_member(const struct pedigree_record *record, size_t i,
			       size_t *step);

/* Takes back what a run has produced, with the artifacts that nothing else is
   told of. */
void pedigree_record_drop_outputs(struct pedigree_record *record);

void pedigree_entity_clear(struct pedigree_entity *entity);
/* The type of an action that takes an endpoint away: nothing is behind it
   then. */
#define PEDIGREE_DELETION "EndpointDeletion"
bool pedigree_entity_deletes(const struct pedigree_entity *entity);
/* Appends; NULL value: nothing. PEDIGREE_ENOMEM. Keys may repeat in lists
   (source types); pedigree_pairs_set replaces. */
int pedigree_pairs_add(struct pedigree_pairs *pairs, const char *key,
		       const char *value);
int pedigree_pairs_set(struct pedigree_pairs *pairs, const char *key,
		       const char *value);
/* True when there was such a key. */
bool pedigree_pairs_drop(struct pedigree_pairs *pairs, const char *key);
const char *pedigree_pairs_get(const struct pedigree_pairs *pairs,
			       const char *key);
void pedigree_pairs_clear(struct pedigree_pairs *pairs);
int pedigree_params_set(struct pedigree_params *params, const char *key,
			const char *value); /* text that is wholly a
						   finite number becomes one */
void pedigree_metrics_clear(struct pedigree_metrics *metrics);
int pedigree_record_associate(struct pedigree_record *record,
			      const char *source, const char *destination,
			      const char *type);
int pedigree_record_blind(struct pedigree_record *record, const char *kind,
			  const char *text, const char *path, uint64_t count);

/* "Artifact", "TrialComponent", …: the API's LineageType words. */
const char *pedigree_kind_word(enum pedigree_kind kind);
/* "artifact", "experiment-trial-component", …: as in ARNs. */
const char *pedigree_kind_arn_word(enum pedigree_kind kind);
/* The kind an ARN names, or -1. */
int pedigree_arn_kind(const char *arn);

/*
 * Of a SageMaker job's ARN the SourceType of the trial component that
 * SageMaker makes for the job ("SageMakerTrainingJob"); NULL: no job's ARN.
 */
const char *pedigree_job_type(const char *arn);
/* A trial component's Source, when `arn` (NULL or not) is a job's. */
int pedigree_entity_set_job(struct pedigree_entity *entity, const char *arn);

/*
 * The Type of a vertex, as QueryLineage answers it: of an artifact, action
 * or context its own, of a job's trial component the job's ("TrainingJob"),
 * of any other one ListAssociations' "SageMakerExperimentTrialComponent".
 * Borrowed.
 */
const char *pedigree_vertex_type(const struct pedigree_entity *entity);
/* The type of an association's end, as ListAssociations answers it: of any
   trial component its source's or the one named above. Borrowed. */
const char *pedigree_end_type(const struct pedigree_entity *entity);

/*
 * Local ARNs: region `local`, account 000000000000. An artifact's id is the
 * first 32 hex digits of the SHA-256 of its identity (SourceUri and source
 * types); other entities use their name in lower case. Malloc'ed.
 */
char *pedigree_local_arn(const struct pedigree_entity *entity);

/*
 * Makes a name of [a-zA-Z0-9] and single inner hyphens, at most 120 bytes,
 * of any text; never empty ("x" when nothing is left). Malloc'ed.
 */
char *pedigree_api_name(const char *text);

#endif
