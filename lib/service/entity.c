/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Create, Describe, Update and Delete of every kind.
 */
#include "config.h"

#include <string.h>

#include "base/err.h"
#include "graph/json.h"
#include "service/call.h"

const struct pedigree_kind_words pedigree_kind_words[PEDIGREE_KINDS] = {
	[PEDIGREE_ARTIFACT] = {
		.name = "ArtifactName", .arn = "ArtifactArn",
		.type = "ArtifactType", .noun = "Artifact",
		.summaries = "ArtifactSummaries", .source = "Source",
	},
	[PEDIGREE_ACTION] = {
		.name = "ActionName", .arn = "ActionArn", .type = "ActionType",
		.noun = "Action", .summaries = "ActionSummaries",
		.source = "Source",
	},
	[PEDIGREE_CONTEXT] = {
		.name = "ContextName", .arn = "ContextArn",
		.type = "ContextType", .noun = "Context",
		.summaries = "ContextSummaries", .source = "Source",
	},
	[PEDIGREE_TRIAL_COMPONENT] = {
		.name = "TrialComponentName", .arn = "TrialComponentArn",
		.noun = "Trial component",
		.summaries = "TrialComponentSummaries",
		.source = "TrialComponentSource",
	},
	[PEDIGREE_TRIAL] = {
		.name = "TrialName", .arn = "TrialArn", .noun = "Trial",
		.summaries = "TrialSummaries", .source = "TrialSource",
	},
	[PEDIGREE_EXPERIMENT] = {
		.name = "ExperimentName", .arn = "ExperimentArn",
		.noun = "Experiment", .summaries = "ExperimentSummaries",
		.source = "ExperimentSource",
	},
};

static bool is_arn(const char *text)
{
	return strncmp(text, "arn:", 4) == 0;
}

static int first_row(struct pedigree_rows *rows, int status,
		     pedigree_row *ret_row)
{
	if (!status && rows->n)
		*ret_row = rows->v[0];
	else if (!status)
		status = 1;
	pedigree_rows_clear(rows);
	return status;
}

int pedigree_call_look(struct pedigree_call *call, enum pedigree_kind kind,
		       const char *name_or_arn, pedigree_row *ret_row,
		       struct pedigree_error *err)
{
	struct pedigree_entity named = { .kind = kind,
					 .name = (char *)name_or_arn };
	_cleanup_free_ char *arn = NULL;
	struct pedigree_rows rows = { 0 };
	int status;

	if (!call->ledger)
		return 1;
	arn = is_arn(name_or_arn) ? strdup(name_or_arn)
				  : pedigree_local_arn(&named);
	if (!arn)
		return pedigree_fail_memory(err);
	if (pedigree_arn_kind(arn) != (int)kind)
		return 1;
	status =
		first_row(&rows,
			  pedigree_ledger_by_arn(call->ledger, arn, &rows, err),
			  ret_row);
	/* What came from elsewhere has an ARN of its own. */
	if (status > 0 && !is_arn(name_or_arn))
		status = first_row(
			&rows,
			pedigree_ledger_by_name(call->ledger, (int)kind,
						name_or_arn, &rows, err),
			ret_row);
	return status;
}

int pedigree_call_find(struct pedigree_call *call, enum pedigree_kind kind,
		       const char *name_or_arn, pedigree_row *ret_row,
		       struct pedigree_entity *ret_entity,
		       struct pedigree_error *err)
{
	int status = pedigree_call_look(call, kind, name_or_arn, ret_row, err);

	if (status > 0)
		return pedigree_refuse(call, PEDIGREE_ENOTFOUND,
				       "%s '%s' does not exist.",
				       pedigree_kind_words[kind].noun,
				       name_or_arn);
	if (!status && ret_entity)
		status = pedigree_ledger_entity(call->ledger, *ret_row,
						ret_entity, err);
	return status;
}

int pedigree_call_find_arn(struct pedigree_call *call, const char *arn,
			   pedigree_row *ret_row, enum pedigree_kind *ret_kind,
			   struct pedigree_error *err)
{
	int kind = pedigree_arn_kind(arn);

	if (kind < 0)
		return pedigree_refuse(call, PEDIGREE_ENOTFOUND,
				       "'%s' is no entity of this ledger.",
				       arn);
	*ret_kind = (enum pedigree_kind)kind;
	return pedigree_call_find(call, *ret_kind, arn, ret_row, NULL, err);
}

json_t *pedigree_entity_describe(const struct pedigree_entity *entity)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;

	if (pedigree_entity_to_json(entity, false, &text, NULL) < 0 ||
	    pedigree_buf_error(&text))
		return NULL;
	return json_loadb(text.data, text.len, 0, NULL);
}

static int answer_arn(struct pedigree_call *call,
		      const struct pedigree_entity *entity,
		      struct pedigree_error *err)
{
	if (pedigree_put_text(call->answer,
			      pedigree_kind_words[entity->kind].arn,
			      entity->arn))
		return pedigree_fail_memory(err);
	return 0;
}

static int refuse_duplicate(struct pedigree_call *call,
			    const struct pedigree_entity *entity)
{
	const char *noun = pedigree_kind_words[entity->kind].noun;

	if (entity->kind == PEDIGREE_ARTIFACT)
		return pedigree_refuse(
			call, PEDIGREE_EEXIST,
			"Artifact with SourceUri (%s) and the same SourceTypes already exists: %s",
			entity->source_uri, entity->arn);
	return pedigree_refuse(call, PEDIGREE_EEXIST,
			       "%s with name (%s) already exists.", noun,
			       entity->name);
}

/* A trial is made in an experiment that is there. */
static int check_parent(struct pedigree_call *call,
			struct pedigree_entity *entity,
			struct pedigree_error *err)
{
	pedigree_row row;

	if (entity->kind != PEDIGREE_TRIAL)
		return 0;
	return pedigree_call_find(call, PEDIGREE_EXPERIMENT, entity->experiment,
				  &row, NULL, err);
}

int pedigree_do_create(struct pedigree_call *call, struct pedigree_error *err)
{
	_cleanup_(pedigree_entity_clear) struct pedigree_entity entity = {
		.kind = (enum pedigree_kind)call->operation->kind,
	};
	struct pedigree_error why = PEDIGREE_ERROR_INIT;
	pedigree_row row;
	int status = pedigree_entity_apply(call, &entity, false, err);

	if (!status)
		status = check_parent(call, &entity, err);
	if (!status)
		status = pedigree_call_look(call, entity.kind,
					    entity.kind == PEDIGREE_ARTIFACT
						    ? entity.arn
						    : entity.name,
					    &row, err);
	if (status == 0)
		return refuse_duplicate(call, &entity);
	if (status > 0)
		status = pedigree_call_quota(call, (int)entity.kind, err);
	if (status)
		return status;
	status = pedigree_editor_add(call->editor, &entity, &row, &why);
	if (status == PEDIGREE_EEXIST)
		return refuse_duplicate(call, &entity);
	if (status)
		return pedigree_fail(err, status, "%s", why.text);
	return answer_arn(call, &entity, err);
}

static const char *identifier(const struct pedigree_call *call)
{
	const struct pedigree_kind_words *words =
		&pedigree_kind_words[call->operation->kind];

	return pedigree_call_text(
		call, call->operation->kind == PEDIGREE_ARTIFACT ? words->arn
								 : words->name);
}

/* The API has DisplayName default to the name. */
static int complete(json_t *answer, const struct pedigree_entity *entity)
{
	bool shown = entity->kind == PEDIGREE_TRIAL_COMPONENT ||
		     entity->kind == PEDIGREE_TRIAL ||
		     entity->kind == PEDIGREE_EXPERIMENT;

	if (shown && !entity->display_name)
		return pedigree_put_text(answer, "DisplayName", entity->name);
	return 0;
}

int pedigree_do_describe(struct pedigree_call *call, struct pedigree_error *err)
{
	_cleanup_(pedigree_entity_clear) struct pedigree_entity entity = { 0 };
	enum pedigree_kind kind = (enum pedigree_kind)call->operation->kind;
	_cleanup_json_ json_t *answer = NULL;
	pedigree_row row;
	int status = pedigree_call_find(call, kind, identifier(call), &row,
					&entity, err);

	if (status)
		return status;
	answer = pedigree_entity_describe(&entity);
	if (!answer || complete(answer, &entity) ||
	    json_object_update(call->answer, answer))
		return pedigree_fail_memory(err);
	return 0;
}

int pedigree_do_update(struct pedigree_call *call, struct pedigree_error *err)
{
	_cleanup_(pedigree_entity_clear) struct pedigree_entity entity = { 0 };
	enum pedigree_kind kind = (enum pedigree_kind)call->operation->kind;
	pedigree_row row;
	int status = pedigree_call_find(call, kind, identifier(call), &row,
					&entity, err);

	if (!status)
		status = pedigree_entity_apply(call, &entity, true, err);
	if (!status)
		status =
			pedigree_editor_change(call->editor, row, &entity, err);
	return status ? status : answer_arn(call, &entity, err);
}

/* Refuses when the list that `filter` describes has a member. */
static int refuse_parent(struct pedigree_call *call,
			 struct pedigree_ledger_filter *filter,
			 const struct pedigree_entity *entity, const char *what,
			 struct pedigree_error *err)
{
	_cleanup_(pedigree_rows_clear) struct pedigree_rows rows = { 0 };
	_cleanup_(pedigree_entity_clear) struct pedigree_entity first = { 0 };
	int status;

	filter->limit = 1;
	status = pedigree_ledger_list(call->ledger, filter, &rows, err);
	if (status || !rows.n)
		return status;
	status = pedigree_ledger_entity(call->ledger, rows.v[0], &first, err);
	if (status)
		return status;
	return pedigree_refuse(call, PEDIGREE_EINVAL,
			       "%s '%s' cannot be deleted: it %s '%s'.",
			       pedigree_kind_words[entity->kind].noun,
			       entity->name, what, first.name);
}

static int check_free(struct pedigree_call *call,
		      const struct pedigree_entity *entity, pedigree_row row,
		      struct pedigree_error *err)
{
	struct pedigree_ledger_filter trials_in = { .kind = PEDIGREE_TRIAL,
						    .component = row };
	struct pedigree_ledger_filter trials_of = { .kind = PEDIGREE_TRIAL,
						    .experiment =
							    entity->name };
	struct pedigree_ledger_filter components_of = {
		.kind = PEDIGREE_TRIAL_COMPONENT, .trial = entity->name
	};
	uint64_t degree = 0;
	int status = pedigree_editor_degree(call->editor, row, &degree, err);

	if (status)
		return status;
	if (degree)
		return pedigree_refuse(
			call, PEDIGREE_EINVAL,
			"%s '%s' cannot be deleted: it still has %llu association%s. Delete them first (ListAssociations by SourceArn and by DestinationArn names them).",
			pedigree_kind_words[entity->kind].noun,
			entity->kind == PEDIGREE_ARTIFACT ? entity->arn
							  : entity->name,
			(unsigned long long)degree, degree == 1 ? "" : "s");
	if (entity->kind == PEDIGREE_TRIAL_COMPONENT)
		return refuse_parent(call, &trials_in, entity,
				     "is still in trial", err);
	if (entity->kind == PEDIGREE_EXPERIMENT)
		return refuse_parent(call, &trials_of, entity,
				     "still has trial", err);
	if (entity->kind == PEDIGREE_TRIAL)
		return refuse_parent(call, &components_of, entity,
				     "still has trial component", err);
	return 0;
}

/* DeleteArtifact takes the ARN, or the source, which identifies it too. */
static int find_deleted(struct pedigree_call *call, pedigree_row *ret_row,
			struct pedigree_entity *ret_entity,
			struct pedigree_error *err)
{
	_cleanup_(pedigree_entity_clear) struct pedigree_entity named = { 0 };
	enum pedigree_kind kind = (enum pedigree_kind)call->operation->kind;
	json_t *source = json_object_get(call->request, "Source");
	const char *name = identifier(call);

	if (name && source)
		return pedigree_refuse(
			call, PEDIGREE_EINVAL,
			"Only one of ArtifactArn and Source may be given.");
	if (!name && !source)
		return pedigree_refuse(
			call, PEDIGREE_EINVAL,
			"One of ArtifactArn and Source must be given.");
	if (name)
		return pedigree_call_find(call, kind, name, ret_row, ret_entity,
					  err);
	named.kind = kind;
	if (pedigree_entity_take_source(source, &named) ||
	    !(named.arn = pedigree_local_arn(&named)))
		return pedigree_fail_memory(err);
	return pedigree_call_find(call, kind, named.arn, ret_row, ret_entity,
				  err);
}

int pedigree_do_delete(struct pedigree_call *call, struct pedigree_error *err)
{
	_cleanup_(pedigree_entity_clear) struct pedigree_entity entity = { 0 };
	pedigree_row row;
	int status = find_deleted(call, &row, &entity, err);

	if (!status)
		status = check_free(call, &entity, row, err);
	if (!status)
		status = pedigree_editor_remove(call->editor, row, entity.kind,
						err);
	return status ? status : answer_arn(call, &entity, err);
}
