/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The entities of the lineage API as C structures.
 *
 * <pedigree/lineage.h> takes and answers JSON; here are the same operations
 * for programs that would rather fill in a structure:
 *
 *	struct pedigree_artifact data = { 0 };
 *	struct pedigree_artifact *found;
 *	size_t n;
 *	char *arn;
 *
 *	data.type = "DataSet";
 *	data.source_uri = "s3://bucket/train.csv";
 *	if (pedigree_artifact_create(c, &data, &arn, &err) < 0)
 *		errx(1, "%s", err.text);
 *	pedigree_associate(c, arn, trial_component, "ContributedTo", &err);
 *	free(arn);
 *
 *	struct pedigree_filter all = { 0 };
 *	pedigree_artifact_list(c, &all, &found, &n, &err);
 *	for (size_t i = 0; i < n; i++)
 *		puts(found[i].source_uri);
 *	pedigree_artifact_free(found);
 *
 * What goes in. A structure is zeroed first; a member that is NULL or 0 is
 * absent. It is only read during the call. Each operation takes the members
 * that the API's operation has and does not look at the others, so that what
 * _describe answered can be changed and given to _update.
 *
 * What comes out belongs to the caller. _describe answers one structure,
 * _list and _search an array of them, with everything they point to; the
 * _free function of the kind releases either (NULL is allowed). What the
 * service did not answer is NULL or 0: lists answer less than _describe
 * does. ARNs are released with free().
 *
 * Times are milliseconds since the epoch, UTC. Text is UTF-8.
 *
 * Errors are those of pedigree_client_call: PEDIGREE_EINVAL when the service
 * finds a member wrong or missing, PEDIGREE_EEXIST, PEDIGREE_ENOTFOUND,
 * PEDIGREE_ELIMIT; PEDIGREE_EBUSY, PEDIGREE_EIO, PEDIGREE_EFORMAT (of the
 * ledger), PEDIGREE_ENOMEM. The text is "CODE: MESSAGE" of the API for the
 * first four. Nothing is written to a ret_ parameter then, and a change that
 * failed has changed nothing; only PEDIGREE_ENOMEM leaves it open, as the
 * memory for the answer may have been what was lacking.
 *
 * Threads may share a client, and a child may go on with it after fork.
 *
 * Since: 0.1.
 */
#ifndef PEDIGREE_ENTITY_H
#define PEDIGREE_ENTITY_H

#include <stddef.h>
#include <stdint.h>

#include <pedigree/error.h>
#include <pedigree/lineage.h>
#include <pedigree/query.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Parts of entities. */

struct pedigree_tag {
	const char *key;
	const char *value;
};

struct pedigree_property {
	const char *key;
	const char *value;
};

/** A parameter is text or a number. */
struct pedigree_parameter {
	const char *key;
	const char *text; /**< NULL: it is the number */
	double number;
};

/** What tells versions of one URI apart. */
struct pedigree_source_type {
	const char *type;  /**< "MD5Hash", "S3ETag", "S3Version", "Custom" */
	const char *value; /**< "sha256:…" */
};

/** A trial component's own note of an input or output. */
struct pedigree_component_artifact {
	const char *key;
	const char *value;	/**< URI */
	const char *media_type; /**< "text/csv" */
};

/** Where the code of an entity comes from. */
struct pedigree_metadata {
	const char *commit_id;
	const char *repository;
	const char *generated_by;
	const char *project_id;
};

/* Entities. Tags are taken by _create and answered by _search; ask for them
   with pedigree_tags_list. */

/** A URI-addressable object: a data set, a model, code. */
struct pedigree_artifact {
	const char *arn; /**< which one; not taken by _create */
	const char *name;
	const char *type;	/**< "DataSet", "Model", "Image", … */
	const char *source_uri; /**< with source_types: what it is */
	const struct pedigree_source_type *source_types;
	size_t n_source_types;
	const struct pedigree_property *properties;
	size_t n_properties;
	struct pedigree_metadata metadata;
	const struct pedigree_tag *tags;
	size_t n_tags;
	int64_t created_ms;
	int64_t modified_ms;
};

/** Something done: a model was deployed, approved, … */
struct pedigree_action {
	const char *arn;
	const char *name; /**< which one */
	const char *type; /**< "ModelDeployment", … */
	const char *source_uri;
	const char *source_type;
	const char *source_id;
	const char *description;
	const char *status; /**< "InProgress", "Completed", "Failed", … */
	const struct pedigree_property *properties;
	size_t n_properties;
	struct pedigree_metadata metadata;
	const struct pedigree_tag *tags;
	size_t n_tags;
	int64_t created_ms;
	int64_t modified_ms;
};

/** A grouping: an endpoint, a model package group, … */
struct pedigree_context {
	const char *arn;
	const char *name;	/**< which one */
	const char *type;	/**< "Endpoint", "ModelGroup", … */
	const char *source_uri; /**< of an endpoint: its ARN */
	const char *source_type;
	const char *source_id;
	const char *description;
	const struct pedigree_property *properties;
	size_t n_properties;
	const struct pedigree_tag *tags;
	size_t n_tags;
	int64_t created_ms;
	int64_t modified_ms;
};

/** A step that was carried out: one run of a program. */
struct pedigree_trial_component {
	const char *arn;
	const char *name; /**< which one */
	const char *display_name;
	const char *source_arn; /**< answered only */
	const char *status;	/**< "InProgress", "Completed", "Failed", … */
	const char *message;	/**< of the status */
	int64_t start_ms;
	int64_t end_ms;
	const struct pedigree_parameter *parameters;
	size_t n_parameters;
	const struct pedigree_component_artifact *inputs;
	size_t n_inputs;
	const struct pedigree_component_artifact *outputs;
	size_t n_outputs;
	struct pedigree_metadata metadata;
	const struct pedigree_tag *tags;
	size_t n_tags;
	int64_t created_ms;
	int64_t modified_ms;
};

/** Trial components that belong together, in an experiment. */
struct pedigree_trial {
	const char *arn;
	const char *name; /**< which one */
	const char *display_name;
	const char *experiment; /**< name of the experiment it is in */
	struct pedigree_metadata metadata;
	const struct pedigree_tag *tags;
	size_t n_tags;
	int64_t created_ms;
	int64_t modified_ms;
};

/** Trials that belong together. */
struct pedigree_experiment {
	const char *arn;
	const char *name; /**< which one */
	const char *display_name;
	const char *description;
	const struct pedigree_tag *tags;
	size_t n_tags;
	int64_t created_ms;
	int64_t modified_ms;
};

/** An edge between two entities. */
struct pedigree_association {
	const char *source_arn;
	const char *source_name;
	const char *source_type; /**< ArtifactType, ActionType, … */
	const char *destination_arn;
	const char *destination_name;
	const char *destination_type;
	const char *type; /**< "ContributedTo", "Produced", …; may be NULL */
	int64_t created_ms;
};

/**
 * What to list. A member that the operation cannot filter by is
 * PEDIGREE_EINVAL, and the text names it.
 */
struct pedigree_filter {
	const char *type;	     /**< of artifacts, actions, contexts */
	const char *source_uri;	     /**< the same; a component's source ARN */
	const char *experiment;	     /**< of trials, trial components */
	const char *trial;	     /**< of trial components */
	const char *trial_component; /**< of trials */
	int64_t created_after_ms;
	int64_t created_before_ms;
	const char *sort_by; /**< "CreationTime" (default), "Name" */
	int ascending;
	unsigned long limit; /**< at most so many; 0: all */
};

/** The same for associations. */
struct pedigree_association_filter {
	const char *source_arn;
	const char *destination_arn;
	const char *source_type;
	const char *destination_type;
	const char *type;
	int64_t created_after_ms;
	int64_t created_before_ms;
	const char *sort_by; /**< "SourceArn", …, "CreationTime" */
	int ascending;
	unsigned long limit; /**< at most so many; 0: all */
};

/**
 * What an update takes away, each a list of keys ended by NULL. One that the
 * kind of entity does not have is PEDIGREE_EINVAL.
 */
struct pedigree_removal {
	const char *const *properties;
	const char *const *parameters;
	const char *const *inputs;
	const char *const *outputs;
};

/*
 * The operations, alike for every kind:
 *
 * _create    makes one. *ret_arn (may be NULL) is to be released with
 *            free(). PEDIGREE_EEXIST when the name is taken, or, of an
 *            artifact, when its source_uri with its source_types is.
 * _describe  answers one, by its name or ARN (artifacts: ARN).
 * _update    changes the members that are not absent. Properties are
 *            replaced as a whole; parameters, inputs and outputs are joined
 *            by key. `removal` may be NULL.
 * _delete    deletes one, by its name (artifacts: ARN). PEDIGREE_EINVAL while
 *            it has associations, trials or trial components.
 * _list      answers those that pass the filter, newest first. `filter` may
 *            be NULL: all of them. An array of none is not NULL.
 * _free      releases what _describe, _list or _search gave.
 */

int pedigree_artifact_create(struct pedigree_client *client,
			     const struct pedigree_artifact *artifact,
			     char **ret_arn, struct pedigree_error *err);
int pedigree_artifact_describe(struct pedigree_client *client, const char *arn,
			       struct pedigree_artifact **ret_artifact,
			       struct pedigree_error *err);
int pedigree_artifact_update(struct pedigree_client *client,
			     const struct pedigree_artifact *artifact,
			     const struct pedigree_removal *removal,
			     struct pedigree_error *err);
int pedigree_artifact_delete(struct pedigree_client *client, const char *arn,
			     struct pedigree_error *err);
int pedigree_artifact_list(struct pedigree_client *client,
			   const struct pedigree_filter *filter,
			   struct pedigree_artifact **ret_artifacts,
			   size_t *ret_n, struct pedigree_error *err);
void pedigree_artifact_free(struct pedigree_artifact *artifacts);

int pedigree_action_create(struct pedigree_client *client,
			   const struct pedigree_action *action, char **ret_arn,
			   struct pedigree_error *err);
int pedigree_action_describe(struct pedigree_client *client, const char *name,
			     struct pedigree_action **ret_action,
			     struct pedigree_error *err);
int pedigree_action_update(struct pedigree_client *client,
			   const struct pedigree_action *action,
			   const struct pedigree_removal *removal,
			   struct pedigree_error *err);
int pedigree_action_delete(struct pedigree_client *client, const char *name,
			   struct pedigree_error *err);
int pedigree_action_list(struct pedigree_client *client,
			 const struct pedigree_filter *filter,
			 struct pedigree_action **ret_actions, size_t *ret_n,
			 struct pedigree_error *err);
void pedigree_action_free(struct pedigree_action *actions);

int pedigree_context_create(struct pedigree_client *client,
			    const struct pedigree_context *context,
			    char **ret_arn, struct pedigree_error *err);
int pedigree_context_describe(struct pedigree_client *client, const char *name,
			      struct pedigree_context **ret_context,
			      struct pedigree_error *err);
int pedigree_context_update(struct pedigree_client *client,
			    const struct pedigree_context *context,
			    const struct pedigree_removal *removal,
			    struct pedigree_error *err);
int pedigree_context_delete(struct pedigree_client *client, const char *name,
			    struct pedigree_error *err);
int pedigree_context_list(struct pedigree_client *client,
			  const struct pedigree_filter *filter,
			  struct pedigree_context **ret_contexts, size_t *ret_n,
			  struct pedigree_error *err);
void pedigree_context_free(struct pedigree_context *contexts);

int pedigree_trial_component_create(
	struct pedigree_client *client,
	const struct pedigree_trial_component *component, char **ret_arn,
	struct pedigree_error *err);
int pedigree_trial_component_describe(
	struct pedigree_client *client, const char *name,
	struct pedigree_trial_component **ret_component,
	struct pedigree_error *err);
int pedigree_trial_component_update(
	struct pedigree_client *client,
	const struct pedigree_trial_component *component,
	const struct pedigree_removal *removal, struct pedigree_error *err);
int pedigree_trial_component_delete(struct pedigree_client *client,
				    const char *name,
				    struct pedigree_error *err);
int pedigree_trial_component_list(
	struct pedigree_client *client, const struct pedigree_filter *filter,
	struct pedigree_trial_component **ret_components, size_t *ret_n,
	struct pedigree_error *err);
void pedigree_trial_component_free(struct pedigree_trial_component *components);

int pedigree_trial_create(struct pedigree_client *client,
			  const struct pedigree_trial *trial, char **ret_arn,
			  struct pedigree_error *err);
int pedigree_trial_describe(struct pedigree_client *client, const char *name,
			    struct pedigree_trial **ret_trial,
			    struct pedigree_error *err);
int pedigree_trial_update(struct pedigree_client *client,
			  const struct pedigree_trial *trial,
			  struct pedigree_error *err);
int pedigree_trial_delete(struct pedigree_client *client, const char *name,
			  struct pedigree_error *err);
int pedigree_trial_list(struct pedigree_client *client,
			const struct pedigree_filter *filter,
			struct pedigree_trial **ret_trials, size_t *ret_n,
			struct pedigree_error *err);
void pedigree_trial_free(struct pedigree_trial *trials);

int pedigree_experiment_create(struct pedigree_client *client,
			       const struct pedigree_experiment *experiment,
			       char **ret_arn, struct pedigree_error *err);
int pedigree_experiment_describe(struct pedigree_client *client,
				 const char *name,
				 struct pedigree_experiment **ret_experiment,
				 struct pedigree_error *err);
int pedigree_experiment_update(struct pedigree_client *client,
			       const struct pedigree_experiment *experiment,
			       struct pedigree_error *err);
int pedigree_experiment_delete(struct pedigree_client *client, const char *name,
			       struct pedigree_error *err);
int pedigree_experiment_list(struct pedigree_client *client,
			     const struct pedigree_filter *filter,
			     struct pedigree_experiment **ret_experiments,
			     size_t *ret_n, struct pedigree_error *err);
void pedigree_experiment_free(struct pedigree_experiment *experiments);

/**
 * Puts a trial component into a trial, by their names; once more is no
 * error.
 */
int pedigree_trial_join(struct pedigree_client *client, const char *trial,
			const char *component, struct pedigree_error *err);
/** Takes it out again; PEDIGREE_ENOTFOUND when it was not in it. */
int pedigree_trial_leave(struct pedigree_client *client, const char *trial,
			 const char *component, struct pedigree_error *err);

/**
 * Associates two entities, by their ARNs.
 *
 * @param type  "ContributedTo", "AssociatedWith", "DerivedFrom", "Produced",
 *              "SameAs", or NULL
 * @return 0; PEDIGREE_EEXIST when they are associated already, whatever the
 *         type; PEDIGREE_ENOTFOUND
 */
int pedigree_associate(struct pedigree_client *client, const char *source_arn,
		       const char *destination_arn, const char *type,
		       struct pedigree_error *err);
/** Deletes an association; PEDIGREE_ENOTFOUND when there is none. */
int pedigree_dissociate(struct pedigree_client *client, const char *source_arn,
			const char *destination_arn,
			struct pedigree_error *err);
/** Those that pass the filter, newest first. `filter` may be NULL. */
int pedigree_association_list(struct pedigree_client *client,
			      const struct pedigree_association_filter *filter,
			      struct pedigree_association **ret_associations,
			      size_t *ret_n, struct pedigree_error *err);
void pedigree_association_free(struct pedigree_association *associations);

/** Adds tags to an entity, by its ARN, or changes their values. */
int pedigree_tags_add(struct pedigree_client *client, const char *arn,
		      const struct pedigree_tag *tags, size_t n,
		      struct pedigree_error *err);
/** Its tags, by key. */
int pedigree_tags_list(struct pedigree_client *client, const char *arn,
		       struct pedigree_tag **ret_tags, size_t *ret_n,
		       struct pedigree_error *err);
/** @param keys  ended by NULL; one that it does not have is no error */
int pedigree_tags_delete(struct pedigree_client *client, const char *arn,
			 const char *const *keys, struct pedigree_error *err);
void pedigree_tags_free(struct pedigree_tag *tags);

/** One condition of a search. */
struct pedigree_condition {
	/** "TrialComponentName", "Parameters.lr", "Tags.team", … */
	const char *name;
	/** "Equals" (NULL is the same), "NotEquals", "GreaterThan",
	 *  "GreaterThanOrEqualTo", "LessThan", "LessThanOrEqualTo",
	 *  "Contains", "Exists", "NotExists", "In" */
	const char *op;
	const char *value; /**< numbers and times as text */
};

struct pedigree_search {
	const struct pedigree_condition *conditions;
	size_t n_conditions; /**< at most 20; 0: everything is found */
	int any;	     /**< one of them is enough */
	const char *sort_by; /**< a property; NULL: "LastModifiedTime" */
	int ascending;
	unsigned long limit; /**< at most so many; 0: all */
};

/**
 * Search over trial components, trials, experiments: what is found, with its
 * tags. Released with the _free function of the kind.
 */
int pedigree_trial_component_search(
	struct pedigree_client *client, const struct pedigree_search *search,
	struct pedigree_trial_component **ret_components, size_t *ret_n,
	struct pedigree_error *err);
int pedigree_trial_search(struct pedigree_client *client,
			  const struct pedigree_search *search,
			  struct pedigree_trial **ret_trials, size_t *ret_n,
			  struct pedigree_error *err);
int pedigree_experiment_search(struct pedigree_client *client,
			       const struct pedigree_search *search,
			       struct pedigree_experiment **ret_experiments,
			       size_t *ret_n, struct pedigree_error *err);

/** Where QueryLineage starts, where it goes, and what of it is answered. */
struct pedigree_lineage_query {
	const char *start_arn;
	enum pedigree_direction direction;
	unsigned int depth; /**< steps, at most 10; 0: 10 */
	int no_edges;
	/* Vertices that do not pass are walked through, and not answered. */
	const char *const *types;	  /**< "DataSet", …; ended by NULL */
	const char *const *lineage_types; /**< "Artifact", …; ended by NULL */
	const struct pedigree_property *properties; /**< one of them */
	size_t n_properties;
	int64_t created_after_ms;
	int64_t created_before_ms;
	int64_t modified_after_ms;
	int64_t modified_before_ms;
};

/**
 * The API's QueryLineage, all of its pages. Of vertices it answers arn, type
 * and kind. Unlike pedigree_ancestors it knows no names of files or runs, and
 * with PEDIGREE_BOTH it finds the relatives of relatives too.
 *
 * @param ret_lineage  to be released with pedigree_lineage_free
 */
int pedigree_query_lineage(struct pedigree_client *client,
			   const struct pedigree_lineage_query *query,
			   struct pedigree_lineage **ret_lineage,
			   struct pedigree_error *err);

#ifdef __cplusplus
}
#endif

#endif
