/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of pedigree_build share: run.c makes the run's own entity,
 * artifact.c artifacts, deploy.c deployments, declared.c what was declared,
 * capture.c what was seen and not seen.
 */
#ifndef PEDIGREE_GRAPH_BUILDER_H
#define PEDIGREE_GRAPH_BUILDER_H

#include "graph/build.h"
#include "graph/plan.h"
#include "graph/version.h"
#include "graph/wire.h"

struct pedigree_builder {
	const struct pedigree_run_facts *facts;
	const struct pedigree_evlog *log;
	const struct pedigree_config *config;
	const struct pedigree_build_options *options;
	struct pedigree_plan plan;
	struct pedigree_objects objects;
	struct pedigree_hasher hasher;
	struct pedigree_record *record;
	size_t run; /* its place in record->entities: 0, but for steps */
	struct pedigree_map *by_arn; /* of entities: index + 1 */
	struct pedigree_map *edges;  /* "source destination": 1 */
};

#define PEDIGREE_GENERATED_BY "pedigree " PACKAGE_VERSION

/*
 * Takes an entity without an ARN into the record and clears it, also after a
 * failure. One of the same ARN that is there already stays. *ret_index (may
 * be NULL) becomes its place in record->entities.
 */
int pedigree_builder_add(struct pedigree_builder *builder,
			 struct pedigree_entity *entity, size_t *ret_index);
/* An edge between two entities of the record, once. */
int pedigree_builder_edge(struct pedigree_builder *builder, size_t source,
			  size_t destination, const char *type);
/* The edge of an artifact and the run. */
int pedigree_builder_connect(struct pedigree_builder *builder, size_t artifact,
			     enum pedigree_role role);

/* run.c */
int pedigree_builder_run(struct pedigree_builder *builder);
/* The API's word for an end, and why it was none (PEDIGREE_END_MAX bytes). */
#define PEDIGREE_END_MAX 128
const char *pedigree_end_word(bool known, int wait_status, char *ret_message);
/* ranks.c */
int pedigree_builder_ranks(struct pedigree_builder *builder);

/* artifact.c: one group of the plan; *ret_index as above. */
int pedigree_builder_group(struct pedigree_builder *builder,
			   const struct pedigree_item *items,
			   const struct pedigree_group *group, bool code,
			   size_t *ret_index);
/* What the lines of a manifest come to. */
struct pedigree_tally {
	const struct pedigree_dataset *dataset; /* or NULL */
	uint64_t files, bytes, unreadable;
	bool changed, changed_after, by_time;
};
/* What a rule says of the entity of a folder, which is without a version; a
   path or, of objects, a URI. */
int pedigree_builder_dataset(const struct pedigree_builder *builder,
			     const struct pedigree_dataset *dataset,
			     const char *path, struct pedigree_entity *entity);
/*
 * present.c: how much of a folder was read: the files in it that are of the
 * same kind, and its partitions. Nothing where that is not known.
 */
int pedigree_builder_present(const struct pedigree_builder *builder,
			     const struct pedigree_item *items,
			     const struct pedigree_group *group,
			     struct pedigree_entity *entity);
/* How many partitions of the data set (or NULL) a group is in; its items are
   names in `paths`. */
int pedigree_builder_partitions(const struct pedigree_paths *paths,
				const struct pedigree_dataset *dataset,
				const struct pedigree_item *items,
				const struct pedigree_group *group,
				struct pedigree_entity *entity);
/* Takes a manifest's text into the record and gives `entity` its version. */
int pedigree_builder_manifest(struct pedigree_builder *builder,
			      struct pedigree_buf *text,
			      const struct pedigree_tally *tally,
			      struct pedigree_entity *entity);
/* A file or folder that was declared, by its absolute path. */
int pedigree_builder_path(struct pedigree_builder *builder, const char *path,
			  const char *type, enum pedigree_role role,
			  size_t *ret_index);
/* A URI of no file. */
int pedigree_builder_uri(struct pedigree_builder *builder, const char *uri,
			 const char *type, size_t *ret_index);

/* bytes.c: which objects have the bytes of files. */
int pedigree_builder_bytes(struct pedigree_builder *builder);

/* object.c: the objects that the run got and put, as its inputs and outputs. */
int pedigree_builder_objects(struct pedigree_builder *builder);
/* One of them as an artifact; type NULL: what rules say. */
int pedigree_builder_object(struct pedigree_builder *builder,
			    struct pedigree_object *object, const char *type,
			    size_t *ret_index);

/* declared.c: a path or URI as it was given; type NULL: what rules say. */
int pedigree_builder_given(struct pedigree_builder *builder, const char *given,
			   const char *type, enum pedigree_role role,
			   size_t *ret_index);
/*
 * recall.c: an artifact by its URI: as this run saw it, as a run before did,
 * else without a version. NULL type: what it was then, else DataSet.
 */
int pedigree_builder_recall(struct pedigree_builder *builder, const char *uri,
			    const char *type, size_t *ret_index);
/* An artifact that a run before recorded, by its URI or, when that is NULL,
   its ARN; PEDIGREE_ENOTFOUND. */
int pedigree_builder_known(struct pedigree_builder *builder, const char *uri,
			   const char *arn, size_t *ret_index);

/* metrics.c */
int pedigree_builder_metrics(const struct pedigree_builder *builder,
			     struct pedigree_metrics *metrics);
int pedigree_builder_declared(struct pedigree_builder *builder);

/* deploy.c */
int pedigree_builder_deploy(struct pedigree_builder *builder);
/*
 * The action of a deployment to an endpoint, the nth of this run, which was
 * seen or declared: the run itself when it is a deployment and this its first.
 */
int pedigree_builder_action(struct pedigree_builder *builder,
			    const char *endpoint, unsigned int nth,
			    size_t *ret_index);
/* The endpoint's context, and the edge of the action to it. ARN NULL or "": a
   local one; type NULL: "Endpoint". */
int pedigree_builder_endpoint(struct pedigree_builder *builder, size_t action,
			      const char *endpoint, const char *arn,
			      const char *type);
/* The models that the run read contribute to an action. */
int pedigree_builder_models_seen(struct pedigree_builder *builder,
				 size_t action);

/*
 * commands.c: deployments that are command lines. Sets *models when one named
 * the model.
 */
int pedigree_builder_commands(struct pedigree_builder *builder, bool *models);

/*
 * control.c: what calls of SageMaker's control plane made. Sets *models when
 * they named what a deployment of this run is made of.
 */
int pedigree_builder_control(struct pedigree_builder *builder, bool *models);

/* build.c: makes the plan of what a run or step did, … */
int pedigree_builder_read(struct pedigree_builder *builder,
			  const struct pedigree_plan *like,
			  struct pedigree_error *err);
void pedigree_builder_forget(struct pedigree_builder *builder);
/* … and its files and objects. */
int pedigree_builder_artifacts(struct pedigree_builder *builder);
/*
 * step_record.c: makes the steps that `steps` found in `log` beside the run,
 * entities[0], and says in its properties how many there are.
 */
struct pedigree_log_steps;
int pedigree_builder_steps(struct pedigree_builder *builder,
			   const struct pedigree_evlog *log,
			   const struct pedigree_log_steps *steps,
			   struct pedigree_error *err);
/* step_ties.c: ties steps that no artifact joins, though one read what another
   had written, by one without a digest. `entities` has their places in the
   record, + 1; 0: none. */
int pedigree_builder_tie_steps(struct pedigree_builder *builder,
			       const struct pedigree_evlog *log,
			       const struct pedigree_log_steps *steps,
			       const size_t *entities);

/* capture.c */
int pedigree_builder_capture(struct pedigree_builder *builder);

#endif
