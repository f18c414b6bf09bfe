/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "store/sagemaker_step.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "store/ledger_merge.h"
#include "store/sagemaker_words.h"

/* Suffix of a name that another run has there. */
#define SUFFIX 6
#define NAME_MAX_LETTERS 120
/* How often a job's trial component is looked for, and the first pause. */
#define LOOKS 6
#define LOOK_MS 250

static const struct pedigree_sagemaker_words *const words =
	pedigree_sagemaker_words;

/* An endpoint that AWS knows has a context which SageMaker may have made. */
static bool is_remote_endpoint(const struct pedigree_entity *entity)
{
	return entity->kind == PEDIGREE_CONTEXT && entity->source_uri &&
	       strncmp(entity->source_uri, "arn:", 4) == 0 &&
	       !strstr(entity->source_uri, ":sagemaker:local:");
}

/* SageMaker makes a trial component for each of its jobs. */
static bool is_job(const struct pedigree_entity *entity)
{
	return entity->kind == PEDIGREE_TRIAL_COMPONENT && entity->source_uri &&
	       pedigree_job_type(entity->source_uri);
}

static bool is_found_by_source(const struct pedigree_entity *entity)
{
	return entity->kind == PEDIGREE_ARTIFACT || is_remote_endpoint(entity);
}

static int make_request(struct pedigree_step *step, struct pedigree_error *err)
{
	_cleanup_free_ char *text = NULL;
	char hex[PEDIGREE_SHA256_HEX];

	json_decref(step->create);
	step->create = pedigree_sagemaker_create(
		step->entity, step->delivery->identity, step->run, step->name);
	text = step->create
		       ? json_dumps(step->create, JSON_COMPACT | JSON_SORT_KEYS)
		       : NULL;
	if (!text || pedigree_sha256(text, strlen(text), hex) < 0)
		return pedigree_fail_memory(err);
	free(step->digest);
	step->digest = strdup(hex);
	return step->digest ? 0 : pedigree_fail_memory(err);
}

int pedigree_step_entity(struct pedigree_step *step,
			 struct pedigree_sagemaker_delivery *delivery,
			 const struct pedigree_entity *entity, const char *run,
			 struct pedigree_error *err)
{
	_cleanup_free_ char *digest = NULL;
	int status;

	*step = (struct pedigree_step){
		.delivery = delivery,
		.kind = PEDIGREE_STEP_ENTITY,
		.entity = entity,
		.run = run,
	};
	status = make_request(step, err);
	if (!status)
		status = pedigree_progress_find(delivery->progress, entity->arn,
						&step->remote, &digest, err);
	if (status < 0)
		return status;
	if (status == 0)
		step->state = pedigree_sagemaker_shared(entity) ||
					      is_remote_endpoint(entity) ||
					      is_job(entity)
				      ? PEDIGREE_STEP_LOOK
				      : PEDIGREE_STEP_CREATE;
	/* What was adopted is not ours to change. */
	else if (!*digest || strcmp(digest, step->digest) == 0)
		step->state = PEDIGREE_STEP_DONE;
	else
		step->state = PEDIGREE_STEP_UPDATE;
	return 0;
}

static int find_remote(struct pedigree_sagemaker_delivery *delivery,
		       const char *local, char **ret_remote,
		       struct pedigree_error *err)
{
	_cleanup_free_ char *digest = NULL;
	int status = pedigree_progress_find(delivery->progress, local,
					    ret_remote, &digest, err);

	if (status == 0)
		return pedigree_fail(
			err, PEDIGREE_EINVAL,
			"an association of the record ends at %s, which was not delivered",
			local);
	return status < 0 ? status : 0;
}

int pedigree_step_edge(struct pedigree_step *step,
		       struct pedigree_sagemaker_delivery *delivery,
		       enum pedigree_step_kind kind, const char *source,
		       const char *destination, const char *type,
		       struct pedigree_error *err)
{
	int status;

	*step = (struct pedigree_step){
		.delivery = delivery,
		.kind = kind,
		.state = PEDIGREE_STEP_CREATE,
		.source = source,
		.destination = destination,
		.type = type,
	};
	status = find_remote(delivery, source, &step->remote_source, err);
	if (!status && kind != PEDIGREE_STEP_MEMBER)
		status = find_remote(delivery, destination,
				     &step->remote_destination, err);
	return status;
}

void pedigree_step_clear(struct pedigree_step *step)
{
	free(step->name);
	json_decref(step->create);
	free(step->digest);
	free(step->remote);
	free(step->remote_source);
	free(step->remote_destination);
	*step = (struct pedigree_step){ 0 };
}

static bool asks_by_source(const struct pedigree_step *step)
{
	return step->state == PEDIGREE_STEP_LOOK ||
	       (step->state == PEDIGREE_STEP_CONFIRM &&
		is_found_by_source(step->entity));
}

const char *pedigree_step_operation(const struct pedigree_step *step)
{
	enum pedigree_kind kind;

	switch (step->kind) {
	case PEDIGREE_STEP_EDGE:
		return step->state == PEDIGREE_STEP_CREATE ? "AddAssociation"
							   : "ListAssociations";
	case PEDIGREE_STEP_DROP:
		return "DeleteAssociation";
	case PEDIGREE_STEP_MEMBER:
		return "AssociateTrialComponent";
	case PEDIGREE_STEP_ENTITY:
		break;
	}
	kind = step->entity->kind;
	if (asks_by_source(step))
		return words[kind].list;
	if (step->state == PEDIGREE_STEP_CREATE)
		return words[kind].create;
	return step->state == PEDIGREE_STEP_CONFIRM ? words[kind].describe
						    : words[kind].update;
}

static json_t *edge_request(const struct pedigree_step *step)
{
	json_t *request = json_pack("{ssss}", "SourceArn", step->remote_source,
				    "DestinationArn", step->remote_destination);

	if (request && step->type && step->kind == PEDIGREE_STEP_EDGE &&
	    step->state == PEDIGREE_STEP_CREATE &&
	    json_object_set_new(request, "AssociationType",
				json_string(step->type))) {
		json_decref(request);
		return NULL;
	}
	return request;
}

/* It may have another name there than here: its ARN ends with that. */
static json_t *member_request(const struct pedigree_step *step)
{
	const char *slash = strrchr(step->remote_source, '/');

	return json_pack("{ssss}", "TrialComponentName",
			 slash ? slash + 1 : step->remote_source, "TrialName",
			 step->destination);
}

/* The service has ARNs in small letters. */
static json_t *job_request(const struct pedigree_step *step)
{
	_cleanup_free_ char *arn = strdup(step->entity->source_uri);

	for (char *c = arn; c && *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	return arn ? json_pack("{ss}", "SourceArn", arn) : NULL;
}

static json_t *source_request(const struct pedigree_step *step)
{
	if (step->entity->kind == PEDIGREE_TRIAL_COMPONENT)
		return job_request(step);
	json_t *uri = json_object_get(json_object_get(step->create, "Source"),
				      "SourceUri");
	json_t *request =
		json_pack("{sOsi}", "SourceUri", uri, "MaxResults", 100);

	if (request && step->entity->kind == PEDIGREE_CONTEXT &&
	    json_object_set_new(request, "ContextType",
				json_string("Endpoint"))) {
		json_decref(request);
		return NULL;
	}
	return request;
}

json_t *pedigree_step_request(const struct pedigree_step *step)
{
	if (step->kind == PEDIGREE_STEP_MEMBER)
		return member_request(step);
	if (step->kind != PEDIGREE_STEP_ENTITY)
		return edge_request(step);
	if (asks_by_source(step))
		return source_request(step);
	if (step->state == PEDIGREE_STEP_CREATE)
		return json_incref(step->create);
	if (step->state == PEDIGREE_STEP_UPDATE)
		return pedigree_sagemaker_update(step->entity, step->create,
						 step->remote);
	const char *name = words[step->entity->kind].name;
	return json_pack("{sO}", name, json_object_get(step->create, name));
}

unsigned int pedigree_step_delay(const struct pedigree_step *step)
{
	return step->looked && step->state == PEDIGREE_STEP_LOOK
		       ? LOOK_MS << (step->looked - 1)
		       : 0;
}

/* `adopted`: somebody else made it, and its content stays as it is. */
static int note_entity(struct pedigree_step *step, bool adopted,
		       struct pedigree_error *err)
{
	const char *version = step->entity->kind == PEDIGREE_ARTIFACT
				      ? pedigree_ledger_version(step->entity)
				      : NULL;

	step->state = PEDIGREE_STEP_DONE;
	return pedigree_progress_set(step->delivery->progress,
				     step->entity->arn, step->remote,
				     adopted ? "" : step->digest, version, err);
}

static int note_edge(struct pedigree_step *step, struct pedigree_error *err)
{
	const struct pedigree_record *record = step->delivery->record;
	struct pedigree_progress *progress = step->delivery->progress;

	step->state = PEDIGREE_STEP_DONE;
	if (step->kind == PEDIGREE_STEP_EDGE)
		return pedigree_progress_add_edge(
			progress, record->run, record->revision, step->source,
			step->destination, step->type, err);
	if (step->kind == PEDIGREE_STEP_DROP)
		return pedigree_progress_drop_edge(progress, step->source,
						   step->destination, err);
	return 0;
}

static int take_remote(struct pedigree_step *step, const json_t *answer,
		       struct pedigree_error *err)
{
	const char *arn = json_string_value(
		json_object_get(answer, words[step->entity->kind].arn));
	char *copy = arn ? strdup(arn) : NULL;

	if (!arn)
		return pedigree_fail(err, PEDIGREE_EFORMAT,
				     "the answer to %s has no %s",
				     pedigree_step_operation(step),
				     words[step->entity->kind].arn);
	if (!copy)
		return pedigree_fail_memory(err);
	free(step->remote);
	step->remote = copy;
	return 0;
}

static bool same_types(const json_t *a, const json_t *b)
{
	size_t i, j;
	json_t *x, *y;

	if (json_array_size(a) != json_array_size(b))
		return false;
	json_array_foreach((json_t *)a, i, x)
	{
		bool found = false;

		json_array_foreach((json_t *)b, j, y) found |= json_equal(x, y);
		if (!found)
			return false;
	}
	return true;
}

/* The summary that stands for our entity: of artifacts the one with the same
   source types, else, when the URI identifies it, the first of its type. */
static const json_t *choose(const struct pedigree_step *step,
			    const json_t *summaries)
{
	const json_t *types = json_object_get(
		json_object_get(step->create, "Source"), "SourceTypes");
	const json_t *type = json_object_get(step->create, "ArtifactType");
	bool by_uri = step->delivery->identity == PEDIGREE_IDENTITY_URI &&
		      pedigree_sagemaker_shared(step->entity);
	const json_t *chosen = NULL;
	json_t *summary;
	size_t i;

	if (step->entity->kind != PEDIGREE_ARTIFACT)
		return json_array_get(summaries, 0);
	json_array_foreach((json_t *)summaries, i, summary)
	{
		const json_t *theirs = json_object_get(
			json_object_get(summary, "Source"), "SourceTypes");

		if (same_types(types, theirs))
			return summary;
		if (by_uri && !chosen &&
		    json_equal(type, json_object_get(summary, "ArtifactType")))
			chosen = summary;
	}
	return chosen;
}

static int answer_list(struct pedigree_step *step, const json_t *answer,
		       struct pedigree_error *err)
{
	const json_t *summaries =
		json_object_get(answer, words[step->entity->kind].summaries);
	const json_t *chosen = choose(step, summaries);
	int status;

	if (!chosen && step->state == PEDIGREE_STEP_CONFIRM) {
		step->state = PEDIGREE_STEP_REFUSED;
		return 0;
	}
	if (!chosen && is_job(step->entity) && ++step->looked < LOOKS)
		return 0;
	if (!chosen) {
		step->state = PEDIGREE_STEP_CREATE;
		return 0;
	}
	status = take_remote(step, chosen, err);
	return status ? status : note_entity(step, true, err);
}

/* Another run has this name there: ours gets the end of its run's name in
   the spool, which is random. */
static int rename_run(struct pedigree_step *step, struct pedigree_error *err)
{
	const char *run = step->run;
	size_t n = strlen(run);
	const char *suffix = n > SUFFIX ? run + n - SUFFIX : run;
	_cleanup_buf_ struct pedigree_buf name = PEDIGREE_BUF_INIT;
	size_t room = NAME_MAX_LETTERS - SUFFIX - 1;
	size_t length = strlen(step->entity->name);

	pedigree_buf_add(&name, step->entity->name,
			 length < room ? length : room);
	pedigree_buf_addf(&name, "-%s", suffix);
	step->name = pedigree_api_name(name.data);
	if (pedigree_buf_error(&name) || !step->name)
		return pedigree_fail_memory(err);
	step->state = PEDIGREE_STEP_CREATE;
	return make_request(step, err);
}

static bool is_ours(const struct pedigree_step *step, const json_t *answer)
{
	const json_t *mine = json_object_get(
		json_object_get(step->create, "MetadataProperties"),
		"GeneratedBy");
	const json_t *theirs = json_object_get(
		json_object_get(answer, "MetadataProperties"), "GeneratedBy");

	return mine && theirs && json_equal(mine, theirs);
}

static int answer_describe(struct pedigree_step *step, const json_t *answer,
			   struct pedigree_error *err)
{
	int status;

	if (step->run && !is_ours(step, answer)) {
		if (!step->name)
			return rename_run(step, err);
		step->state = PEDIGREE_STEP_REFUSED;
		return 0;
	}
	status = take_remote(step, answer, err);
	if (!status)
		step->state = PEDIGREE_STEP_UPDATE;
	return status;
}

int pedigree_step_answer(struct pedigree_step *step, json_t *answer,
			 struct pedigree_error *err)
{
	int status;

	if (step->kind == PEDIGREE_STEP_EDGE &&
	    step->state == PEDIGREE_STEP_CONFIRM &&
	    json_array_size(json_object_get(answer, "AssociationSummaries")) ==
		    0) {
		step->state = PEDIGREE_STEP_REFUSED;
		return 0;
	}
	if (step->kind != PEDIGREE_STEP_ENTITY)
		return note_edge(step, err);
	if (asks_by_source(step))
		return answer_list(step, answer, err);
	if (step->state == PEDIGREE_STEP_CONFIRM)
		return answer_describe(step, answer, err);
	status = take_remote(step, answer, err);
	return status ? status : note_entity(step, false, err);
}

static void keep_refusal(struct pedigree_step *step,
			 const struct pedigree_step_refusal *refusal)
{
	if (step->why.code)
		return;
	pedigree_fail(&step->why, PEDIGREE_EINVAL,
		      "%s of %s was refused: %s: %s (request %s)",
		      pedigree_step_operation(step),
		      step->entity   ? step->entity->arn
		      : step->source ? step->source
				     : "?",
		      refusal->code, refusal->message,
		      *refusal->request_id ? refusal->request_id : "unknown");
}

/* Words in which the service says that it has something already. */
static bool says_exists(const struct pedigree_step_refusal *refusal)
{
	return strcasestr(refusal->message, "already exists") ||
	       strcasestr(refusal->message, "must be unique");
}

int pedigree_step_refused(struct pedigree_step *step,
			  const struct pedigree_step_refusal *refusal,
			  struct pedigree_error *err)
{
	bool invalid = strcmp(refusal->code, "ValidationException") == 0 ||
		       strcmp(refusal->code, "ConflictException") == 0 ||
		       strcmp(refusal->code, "ResourceInUse") == 0;
	bool missing = strcmp(refusal->code, "ResourceNotFound") == 0;

	if (step->kind == PEDIGREE_STEP_EDGE &&
	    step->state == PEDIGREE_STEP_CREATE && invalid &&
	    says_exists(refusal))
		return note_edge(step, err);
	if (step->kind == PEDIGREE_STEP_DROP && missing)
		return note_edge(step, err);
	if (step->state == PEDIGREE_STEP_CREATE && invalid &&
	    step->kind != PEDIGREE_STEP_MEMBER) {
		keep_refusal(step, refusal);
		step->state = PEDIGREE_STEP_CONFIRM;
		return 0;
	}
	/* Somebody deleted it there since we made it. */
	if (step->state == PEDIGREE_STEP_UPDATE && missing) {
		step->state = PEDIGREE_STEP_CREATE;
		return pedigree_progress_forget(step->delivery->progress,
						step->entity->arn, err);
	}
	keep_refusal(step, refusal);
	step->state = PEDIGREE_STEP_REFUSED;
	return 0;
}
