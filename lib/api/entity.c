/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The operations that every kind of entity has, over a table of their names.
 */
#include "config.h"

#include "api/client.h"
#include "api/forms.h"
#include "base/base.h"
#include "base/err.h"

static int check(const struct pedigree_client *client, const void *argument,
		 struct pedigree_error *err)
{
	if (client && argument)
		return 0;
	return pedigree_fail(err, PEDIGREE_EINVAL,
			     client ? "the call needs to be told an entity"
				    : "a call needs a client");
}

int pedigree_typed_call(struct pedigree_client *client, const char *name,
			const struct pedigree_part *parts, size_t n,
			char **ret_answer, struct pedigree_error *err)
{
	const struct pedigree_operation *operation =
		pedigree_operation_find(name);
	_cleanup_free_ char *request = NULL;
	_cleanup_free_ char *answer = NULL;
	int status = check(client, parts[0].object, err);

	if (!status)
		status = pedigree_typed_request(operation, parts, n, &request,
						err);
	if (!status)
		status = pedigree_client_call(client, name, request, &answer,
					      err);
	if (!status && ret_answer)
		*ret_answer = pedigree_take(answer);
	return status;
}

int pedigree_typed_list(struct pedigree_client *client, const char *name,
			const struct pedigree_part *parts, size_t n,
			const struct pedigree_pages *pages, char **ret_answer,
			struct pedigree_error *err)
{
	const struct pedigree_operation *operation =
		pedigree_operation_find(name);
	_cleanup_free_ char *request = NULL;
	_cleanup_free_ char *answer = NULL;
	int status = check(client, client, err);

	if (!status)
		status = pedigree_typed_request(operation, parts, n, &request,
						err);
	if (!status)
		status = pedigree_client_join(client, operation, request, pages,
					      &answer, err);
	if (!status)
		*ret_answer = pedigree_take(answer);
	return status;
}

/* What tells the kinds apart. */
struct kind {
	const struct pedigree_form *form;
	const char *create, *describe, *update, *delete, *list;
	const char *arn;       /* in the answer of create */
	const char *summaries; /* in that of list */
	/* Of a search: what is searched, and where an item of it stands. */
	const char *resource, *within;
};

static int create(struct pedigree_client *client, const struct kind *kind,
		  const void *entity, char **ret_arn,
		  struct pedigree_error *err)
{
	const struct pedigree_part part = { kind->form, entity };
	_cleanup_free_ char *answer = NULL;
	int status = pedigree_typed_call(client, kind->create, &part, 1,
					 &answer, err);

	if (!status && ret_arn)
		status = pedigree_typed_text(answer, kind->arn, ret_arn, err);
	return status;
}

static int describe(struct pedigree_client *client, const struct kind *kind,
		    const char *name, void *ret_entity,
		    struct pedigree_error *err)
{
	const struct pedigree_named named = { name };
	const struct pedigree_part part = { &pedigree_form_named, &named };
	_cleanup_free_ char *answer = NULL;
	int status = pedigree_typed_call(client, kind->describe, &part, 1,
					 &answer, err);

	return status ? status
		      : pedigree_typed_answer(answer, NULL, kind->form,
					      ret_entity, NULL, err);
}

static int update(struct pedigree_client *client, const struct kind *kind,
		  const void *entity, const struct pedigree_removal *removal,
		  struct pedigree_error *err)
{
	const struct pedigree_part parts[] = {
		{ kind->form, entity },
		{ &pedigree_form_removal, removal },
	};

	return pedigree_typed_call(client, kind->update, parts,
				   PEDIGREE_COUNT(parts), NULL, err);
}

static int erase(struct pedigree_client *client, const struct kind *kind,
		 const char *name, struct pedigree_error *err)
{
	const struct pedigree_named named = { name };
	const struct pedigree_part part = { &pedigree_form_named, &named };

	return pedigree_typed_call(client, kind->delete, &part, 1, NULL, err);
}

static int list(struct pedigree_client *client, const struct kind *kind,
		const struct pedigree_filter *filter, void *ret_array,
		size_t *ret_n, struct pedigree_error *err)
{
	const struct pedigree_part part = { &pedigree_form_filter, filter };
	const struct pedigree_pages pages = {
		.max_items = filter ? filter->limit : 0
	};
	const struct pedigree_list_name name = { .list = kind->summaries };
	_cleanup_free_ char *answer = NULL;
	int status = pedigree_typed_list(client, kind->list, &part, 1, &pages,
					 &answer, err);

	return status ? status
		      : pedigree_typed_answer(answer, &name, kind->form,
					      ret_array, ret_n, err);
}

static int search(struct pedigree_client *client, const struct kind *kind,
		  const struct pedigree_search *search, void *ret_array,
		  size_t *ret_n, struct pedigree_error *err)
{
	const struct pedigree_resource resource = { kind->resource };
	const struct pedigree_part parts[] = {
		{ &pedigree_form_resource, &resource },
		{ &pedigree_form_search, search },
	};
	const struct pedigree_pages pages = {
		.max_items = search ? search->limit : 0
	};
	const struct pedigree_list_name name = { "Results", kind->within };
	_cleanup_free_ char *answer = NULL;
	int status = pedigree_typed_list(client, "Search", parts,
					 PEDIGREE_COUNT(parts), &pages, &answer,
					 err);

	return status ? status
		      : pedigree_typed_answer(answer, &name, kind->form,
					      ret_array, ret_n, err);
}

static const struct kind kind_artifact = {
	.form = &pedigree_form_artifact,
	.create = "CreateArtifact",
	.describe = "DescribeArtifact",
	.update = "UpdateArtifact",
	.delete = "DeleteArtifact",
	.list = "ListArtifacts",
	.arn = "ArtifactArn",
	.summaries = "ArtifactSummaries",
};

int pedigree_artifact_create(struct pedigree_client *client,
			     const struct pedigree_artifact *artifact,
			     char **ret_arn, struct pedigree_error *err)
{
	return create(client, &kind_artifact, artifact, ret_arn, err);
}

int pedigree_artifact_describe(struct pedigree_client *client, const char *arn,
			       struct pedigree_artifact **ret_artifact,
			       struct pedigree_error *err)
{
	return describe(client, &kind_artifact, arn, ret_artifact, err);
}

int pedigree_artifact_update(struct pedigree_client *client,
			     const struct pedigree_artifact *artifact,
			     const struct pedigree_removal *removal,
			     struct pedigree_error *err)
{
	return update(client, &kind_artifact, artifact, removal, err);
}

int pedigree_artifact_delete(struct pedigree_client *client, const char *arn,
			     struct pedigree_error *err)
{
	return erase(client, &kind_artifact, arn, err);
}

int pedigree_artifact_list(struct pedigree_client *client,
			   const struct pedigree_filter *filter,
			   struct pedigree_artifact **ret_artifacts,
			   size_t *ret_n, struct pedigree_error *err)
{
	return list(client, &kind_artifact, filter, ret_artifacts, ret_n, err);
}

void pedigree_artifact_free(struct pedigree_artifact *artifacts)
{
	pedigree_typed_free(artifacts);
}

static const struct kind kind_action = {
	.form = &pedigree_form_action,
	.create = "CreateAction",
	.describe = "DescribeAction",
	.update = "UpdateAction",
	.delete = "DeleteAction",
	.list = "ListActions",
	.arn = "ActionArn",
	.summaries = "ActionSummaries",
};

int pedigree_action_create(struct pedigree_client *client,
			   const struct pedigree_action *action, char **ret_arn,
			   struct pedigree_error *err)
{
	return create(client, &kind_action, action, ret_arn, err);
}

int pedigree_action_describe(struct pedigree_client *client, const char *name,
			     struct pedigree_action **ret_action,
			     struct pedigree_error *err)
{
	return describe(client, &kind_action, name, ret_action, err);
}

int pedigree_action_update(struct pedigree_client *client,
			   const struct pedigree_action *action,
			   const struct pedigree_removal *removal,
			   struct pedigree_error *err)
{
	return update(client, &kind_action, action, removal, err);
}

int pedigree_action_delete(struct pedigree_client *client, const char *name,
			   struct pedigree_error *err)
{
	return erase(client, &kind_action, name, err);
}

int pedigree_action_list(struct pedigree_client *client,
			 const struct pedigree_filter *filter,
			 struct pedigree_action **ret_actions, size_t *ret_n,
			 struct pedigree_error *err)
{
	return list(client, &kind_action, filter, ret_actions, ret_n, err);
}

void pedigree_action_free(struct pedigree_action *actions)
{
	pedigree_typed_free(actions);
}

static const struct kind kind_context = {
	.form = &pedigree_form_context,
	.create = "CreateContext",
	.describe = "DescribeContext",
	.update = "UpdateContext",
	.delete = "DeleteContext",
	.list = "ListContexts",
	.arn = "ContextArn",
	.summaries = "ContextSummaries",
};

int pedigree_context_create(struct pedigree_client *client,
			    const struct pedigree_context *context,
			    char **ret_arn, struct pedigree_error *err)
{
	return create(client, &kind_context, context, ret_arn, err);
}

int pedigree_context_describe(struct pedigree_client *client, const char *name,
			      struct pedigree_context **ret_context,
			      struct pedigree_error *err)
{
	return describe(client, &kind_context, name, ret_context, err);
}

int pedigree_context_update(struct pedigree_client *client,
			    const struct pedigree_context *context,
			    const struct pedigree_removal *removal,
			    struct pedigree_error *err)
{
	return update(client, &kind_context, context, removal, err);
}

int pedigree_context_delete(struct pedigree_client *client, const char *name,
			    struct pedigree_error *err)
{
	return erase(client, &kind_context, name, err);
}

int pedigree_context_list(struct pedigree_client *client,
			  const struct pedigree_filter *filter,
			  struct pedigree_context **ret_contexts, size_t *ret_n,
			  struct pedigree_error *err)
{
	return list(client, &kind_context, filter, ret_contexts, ret_n, err);
}

void pedigree_context_free(struct pedigree_context *contexts)
{
	pedigree_typed_free(contexts);
}

static const struct kind kind_trial_component = {
	.form = &pedigree_form_trial_component,
	.create = "CreateTrialComponent",
	.describe = "DescribeTrialComponent",
	.update = "UpdateTrialComponent",
	.delete = "DeleteTrialComponent",
	.list = "ListTrialComponents",
	.arn = "TrialComponentArn",
	.summaries = "TrialComponentSummaries",
	.resource = "ExperimentTrialComponent",
	.within = "TrialComponent",
};

int pedigree_trial_component_create(
	struct pedigree_client *client,
	const struct pedigree_trial_component *component, char **ret_arn,
	struct pedigree_error *err)
{
	return create(client, &kind_trial_component, component, ret_arn, err);
}

int pedigree_trial_component_describe(
	struct pedigree_client *client, const char *name,
	struct pedigree_trial_component **ret_component,
	struct pedigree_error *err)
{
	return describe(client, &kind_trial_component, name, ret_component,
			err);
}

int pedigree_trial_component_update(
	struct pedigree_client *client,
	const struct pedigree_trial_component *component,
	const struct pedigree_removal *removal, struct pedigree_error *err)
{
	return update(client, &kind_trial_component, component, removal, err);
}

int pedigree_trial_component_delete(struct pedigree_client *client,
				    const char *name,
				    struct pedigree_error *err)
{
	return erase(client, &kind_trial_component, name, err);
}

int pedigree_trial_component_list(
	struct pedigree_client *client, const struct pedigree_filter *filter,
	struct pedigree_trial_component **ret_components, size_t *ret_n,
	struct pedigree_error *err)
{
	return list(client, &kind_trial_component, filter, ret_components,
		    ret_n, err);
}

int pedigree_trial_component_search(
	struct pedigree_client *client, const struct pedigree_search *wanted,
	struct pedigree_trial_component **ret_components, size_t *ret_n,
	struct pedigree_error *err)
{
	return search(client, &kind_trial_component, wanted, ret_components,
		      ret_n, err);
}

void pedigree_trial_component_free(struct pedigree_trial_component *components)
{
	pedigree_typed_free(components);
}

static const struct kind kind_trial = {
	.form = &pedigree_form_trial,
	.create = "CreateTrial",
	.describe = "DescribeTrial",
	.update = "UpdateTrial",
	.delete = "DeleteTrial",
	.list = "ListTrials",
	.arn = "TrialArn",
	.summaries = "TrialSummaries",
	.resource = "ExperimentTrial",
	.within = "Trial",
};

int pedigree_trial_create(struct pedigree_client *client,
			  const struct pedigree_trial *trial, char **ret_arn,
			  struct pedigree_error *err)
{
	return create(client, &kind_trial, trial, ret_arn, err);
}

int pedigree_trial_describe(struct pedigree_client *client, const char *name,
			    struct pedigree_trial **ret_trial,
			    struct pedigree_error *err)
{
	return describe(client, &kind_trial, name, ret_trial, err);
}

int pedigree_trial_update(struct pedigree_client *client,
			  const struct pedigree_trial *trial,
			  struct pedigree_error *err)
{
	return update(client, &kind_trial, trial, NULL, err);
}

int pedigree_trial_delete(struct pedigree_client *client, const char *name,
			  struct pedigree_error *err)
{
	return erase(client, &kind_trial, name, err);
}

int pedigree_trial_list(struct pedigree_client *client,
			const struct pedigree_filter *filter,
			struct pedigree_trial **ret_trials, size_t *ret_n,
			struct pedigree_error *err)
{
	return list(client, &kind_trial, filter, ret_trials, ret_n, err);
}

int pedigree_trial_search(struct pedigree_client *client,
			  const struct pedigree_search *wanted,
			  struct pedigree_trial **ret_trials, size_t *ret_n,
			  struct pedigree_error *err)
{
	return search(client, &kind_trial, wanted, ret_trials, ret_n, err);
}

void pedigree_trial_free(struct pedigree_trial *trials)
{
	pedigree_typed_free(trials);
}

static const struct kind kind_experiment = {
	.form = &pedigree_form_experiment,
	.create = "CreateExperiment",
	.describe = "DescribeExperiment",
	.update = "UpdateExperiment",
	.delete = "DeleteExperiment",
	.list = "ListExperiments",
	.arn = "ExperimentArn",
	.summaries = "ExperimentSummaries",
	.resource = "Experiment",
	.within = "Experiment",
};

int pedigree_experiment_create(struct pedigree_client *client,
			       const struct pedigree_experiment *experiment,
			       char **ret_arn, struct pedigree_error *err)
{
	return create(client, &kind_experiment, experiment, ret_arn, err);
}

int pedigree_experiment_describe(struct pedigree_client *client,
				 const char *name,
				 struct pedigree_experiment **ret_experiment,
				 struct pedigree_error *err)
{
	return describe(client, &kind_experiment, name, ret_experiment, err);
}

int pedigree_experiment_update(struct pedigree_client *client,
			       const struct pedigree_experiment *experiment,
			       struct pedigree_error *err)
{
	return update(client, &kind_experiment, experiment, NULL, err);
}

int pedigree_experiment_delete(struct pedigree_client *client, const char *name,
			       struct pedigree_error *err)
{
	return erase(client, &kind_experiment, name, err);
}

int pedigree_experiment_list(struct pedigree_client *client,
			     const struct pedigree_filter *filter,
			     struct pedigree_experiment **ret_experiments,
			     size_t *ret_n, struct pedigree_error *err)
{
	return list(client, &kind_experiment, filter, ret_experiments, ret_n,
		    err);
}

int pedigree_experiment_search(struct pedigree_client *client,
			       const struct pedigree_search *wanted,
			       struct pedigree_experiment **ret_experiments,
			       size_t *ret_n, struct pedigree_error *err)
{
	return search(client, &kind_experiment, wanted, ret_experiments, ret_n,
		      err);
}

void pedigree_experiment_free(struct pedigree_experiment *experiments)
{
	pedigree_typed_free(experiments);
}
