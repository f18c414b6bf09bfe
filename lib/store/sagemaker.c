/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The backend `sagemaker`: a run record becomes calls of the SageMaker API.
 *
 * The calls of one phase go out together, as many at once as there are
 * connections; a phase begins when the one before it has ended:
 *
 *	1	experiments
 *	2	trials, trial components, artifacts, actions, contexts
 *	3	associations; which components are in which trials
 *
 * What the service accepted is written down call by call (progress.h), so a
 * delivery that is killed anywhere goes on where it was.
 */
#include "config.h"

#include "store/sagemaker.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "aws/client.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/fs.h"
#include "graph/json.h"
#include "store/progress.h"
#include "store/sagemaker_step.h"

#define CONNECTIONS 32
#define WAIT_MS 1000

struct sagemaker {
	struct pedigree_backend base;
	struct pedigree_aws_client *client;
	struct pedigree_progress *progress;
	enum pedigree_sagemaker_identity identity;
	size_t connections;
	/* The record under way, of whose calls so many were answered. */
	const struct pedigree_delivery *what;
	size_t done, all;
};

static void sagemaker_close(struct pedigree_backend *backend)
{
	if (!backend)
		return;
	struct sagemaker *sagemaker =
		pedigree_container_of(backend, struct sagemaker, base);
	pedigree_aws_client_free(sagemaker->client);
	pedigree_progress_close(sagemaker->progress);
	free(sagemaker);
}

static int read_identity(const char *word,
			 enum pedigree_sagemaker_identity *ret,
			 struct pedigree_error *err)
{
	if (strcmp(word, "uri") == 0)
		*ret = PEDIGREE_IDENTITY_URI;
	else if (strcmp(word, "version") == 0)
		*ret = PEDIGREE_IDENTITY_VERSION;
	else
		return pedigree_fail(
			err, PEDIGREE_ECONFIG,
			"identity of [aws] is uri or version, not \"%s\"",
			word);
	return 0;
}

static int open_parts(struct sagemaker *sagemaker,
		      const struct pedigree_backend_env *env,
		      struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	const struct pedigree_aws_client_options options = {
		.profile = env->option(env, "profile"),
		.region = env->option(env, "region"),
		.endpoint = env->option(env, "endpoint"),
		.connections = (unsigned int)sagemaker->connections,
	};
	int status = read_identity(env->option(env, "identity"),
				   &sagemaker->identity, err);

	if (!status)
		status = pedigree_aws_client_new(&options, &sagemaker->client,
						 err);
	if (status)
		return status;
	/* Another account or region is another service: what one of them has,
	   the other has not. */
	pedigree_path_join(&path, env->data_folder, "sagemaker-");
	for (const char *c = pedigree_aws_client_endpoint(sagemaker->client);
	     *c; c++)
		pedigree_buf_add_char(&path, strchr("/:[]%", *c) ? '_' : *c);
	pedigree_buf_addf(&path, "-%s.db",
			  pedigree_aws_client_region(sagemaker->client));
	if (pedigree_buf_error(&path))
		return pedigree_fail_memory(err);
	return pedigree_progress_open(path.data, &sagemaker->progress, err);
}

static int sagemaker_open(const struct pedigree_backend_env *env,
			  struct pedigree_backend **ret_backend,
			  struct pedigree_error *err)
{
	struct sagemaker *sagemaker = calloc(1, sizeof(*sagemaker));
	int status;

	if (!sagemaker)
		return pedigree_fail_memory(err);
	sagemaker->base.ops = &pedigree_sagemaker_ops;
	sagemaker->connections =
		strtoul(env->option(env, "connections"), NULL, 10);
	if (!sagemaker->connections)
		sagemaker->connections = CONNECTIONS;
	status = open_parts(sagemaker, env, err);
	if (status) {
		sagemaker_close(&sagemaker->base);
		return status;
	}
	*ret_backend = &sagemaker->base;
	return 0;
}

PEDIGREE_VEC_TYPE(steps, struct pedigree_step);

static void steps_clear(struct steps *steps)
{
	for (size_t i = 0; i < steps->n; i++)
		pedigree_step_clear(&steps->v[i]);
	pedigree_vec_clear(steps);
}

static bool is_over(const struct pedigree_step *step)
{
	return step->state == PEDIGREE_STEP_DONE ||
	       step->state == PEDIGREE_STEP_REFUSED;
}

static int submit(struct sagemaker *sagemaker, struct pedigree_step *step,
		  struct pedigree_error *err)
{
	_cleanup_request_ json_t *request = pedigree_step_request(step);
	_cleanup_free_ char *body =
		request ? json_dumps(request, JSON_COMPACT) : NULL;

	if (!body)
		return pedigree_fail_memory(err);
	return pedigree_aws_client_submit_later(
		sagemaker->client, pedigree_step_operation(step), body,
		strlen(body), pedigree_step_delay(step), step, err);
}

/* The answer of a call; a failure ends the phase for now. */
static int take_answer(struct pedigree_step *step,
		       const struct pedigree_aws_answer *answer,
		       struct pedigree_error *err)
{
	_cleanup_request_ json_t *json = NULL;

	switch (answer->outcome) {
	case PEDIGREE_AWS_OK:
		json = json_loadb(answer->body.data, answer->body.len, 0, NULL);
		if (!json)
			return pedigree_fail(err, PEDIGREE_EFORMAT,
					     "%s was answered with no JSON",
					     pedigree_step_operation(step));
		return pedigree_step_answer(step, json, err);
	case PEDIGREE_AWS_REFUSED:
		/* Not the record's fault: somebody may allow it. */
		if (strcmp(answer->code, "AccessDeniedException") == 0)
			break;
		return pedigree_step_refused(step,
					     &(struct pedigree_step_refusal){
						     .code = answer->code,
						     .message = answer->message,
						     .request_id =
							     answer->request_id,
					     },
					     err);
	case PEDIGREE_AWS_LATER:
	case PEDIGREE_AWS_STOPPED:
		break;
	}
	return pedigree_fail(err, answer->err.code ? answer->err.code : -1,
			     "%s: %s", pedigree_step_operation(step),
			     answer->err.text);
}

/* What of a phase is under way. */
struct phase {
	struct sagemaker *sagemaker;
	struct steps *steps;
	size_t next;  /* the first step that was not begun */
	bool stopped; /* nothing new is sent: `err` says why */
};

static int send_more(struct phase *phase, struct pedigree_error *err)
{
	struct sagemaker *sagemaker = phase->sagemaker;
	/* Enough that no connection waits for us. */
	size_t room = sagemaker->connections * 2;

	while (!phase->stopped && phase->next < phase->steps->n &&
	       pedigree_aws_client_pending(sagemaker->client) < room) {
		struct pedigree_step *step = &phase->steps->v[phase->next++];
		int status = is_over(step) ? 0 : submit(sagemaker, step, err);

		if (status)
			return status;
	}
	return 0;
}

/* More calls than entities and edges are made where something is looked up
   or changed: the last of the way is longer then. */
static void tell_progress(struct sagemaker *sagemaker)
{
	const struct pedigree_delivery *what = sagemaker->what;

	if (sagemaker->done < sagemaker->all)
		sagemaker->done++;
	if (what && what->progress)
		what->progress(what->progress_ctx, sagemaker->done,
			       sagemaker->all);
}

static int take_one(struct phase *phase, struct pedigree_error *err)
{
	_cleanup_aws_answer_ struct pedigree_aws_answer answer =
		PEDIGREE_AWS_ANSWER_INIT;
	struct pedigree_aws_client *client = phase->sagemaker->client;
	struct pedigree_step *step;
	int status = pedigree_aws_client_wait(client, WAIT_MS, &answer, err);

	if (status <= 0)
		return status;
	step = answer.ctx;
	tell_progress(phase->sagemaker);
	status = take_answer(step, &answer, err);
	if (!status && !is_over(step) && !phase->stopped)
		status = submit(phase->sagemaker, step, err);
	return status;
}

/* The first failure stops what is not under way; what is, is waited for and
   noted, since the service may have acted. */
static int run_phase(struct sagemaker *sagemaker, struct steps *steps,
		     struct pedigree_error *err)
{
	struct phase phase = { .sagemaker = sagemaker, .steps = steps };
	int result = 0;

	do {
		int status = send_more(&phase, err);

		if (!status)
			status = take_one(&phase, err);
		if (status && !result)
			result = status;
		phase.stopped |= status != 0;
		if (status && phase.sagemaker->client &&
		    status == PEDIGREE_ENOMEM)
			break;
	} while (pedigree_aws_client_pending(sagemaker->client) ||
		 (!phase.stopped && phase.next < steps->n));
	return result;
}

/* The first refusal of a phase, or 0. */
static int check_refusals(const struct steps *steps, struct pedigree_error *err)
{
	for (size_t i = 0; i < steps->n; i++) {
		const struct pedigree_step *step = &steps->v[i];

		if (step->state == PEDIGREE_STEP_REFUSED)
			return pedigree_fail(err, PEDIGREE_EINVAL, "%s",
					     step->why.text);
	}
	return 0;
}

/* What became of a phase or a record. */
struct verdict {
	bool refused; /* for good; else a failure may pass */
};

static int deliver_steps(struct sagemaker *sagemaker, struct steps *steps,
			 struct verdict *verdict, struct pedigree_error *err)
{
	int status = run_phase(sagemaker, steps, err);

	if (status)
		return status;
	status = check_refusals(steps, err);
	verdict->refused = status != 0;
	return status;
}

static int deliver_entities(struct sagemaker *sagemaker,
			    struct pedigree_sagemaker_delivery *delivery,
			    bool experiments, struct verdict *verdict,
			    struct pedigree_error *err)
{
	const struct pedigree_record *record = delivery->record;
	_cleanup_(steps_clear) struct steps steps = { 0 };

	for (size_t i = 0; i < record->entities.n; i++) {
		const struct pedigree_entity *entity = &record->entities.v[i];
		struct pedigree_step *step;
		int status;

		if ((entity->kind == PEDIGREE_EXPERIMENT) != experiments)
			continue;
		step = pedigree_vec_push(&steps);
		if (!step)
			return pedigree_fail_memory(err);
		status = pedigree_step_entity(step, delivery, entity,
					      i == 0 ? record->run : NULL, err);
		if (status)
			return status;
	}
	return deliver_steps(sagemaker, &steps, verdict, err);
}

static int add_edge(struct steps *steps,
		    struct pedigree_sagemaker_delivery *delivery,
		    enum pedigree_step_kind kind, const char *source,
		    const char *destination, const char *type,
		    struct pedigree_error *err)
{
	struct pedigree_step *step;
	int status = 0;

	if (kind == PEDIGREE_STEP_EDGE) {
		status = pedigree_progress_has_edge(delivery->progress, source,
						    destination, err);
		if (status < 0)
			return status;
	}
	/* This revision states it too. */
	if (status > 0)
		return pedigree_progress_add_edge(delivery->progress,
						  delivery->record->run,
						  delivery->record->revision,
						  source, destination, type,
						  err);
	step = pedigree_vec_push(steps);
	if (!step)
		return pedigree_fail_memory(err);
	return pedigree_step_edge(step, delivery, kind, source, destination,
				  type, err);
}

static int add_edges(struct steps *steps,
		     struct pedigree_sagemaker_delivery *delivery,
		     struct pedigree_progress_edges *edges,
		     enum pedigree_step_kind kind, const char *type,
		     struct pedigree_error *err)
{
	int status = 0;

	for (size_t i = 0; !status && i < edges->n; i++)
		status = add_edge(steps, delivery, kind, edges->v[i].source,
				  edges->v[i].destination, type, err);
	return status;
}

static int add_member(struct steps *steps,
		      struct pedigree_sagemaker_delivery *delivery,
		      const char *arn, struct pedigree_error *err)
{
	const struct pedigree_names *trials = &delivery->record->trials;
	int status = 0;

	for (size_t i = 0; !status && i < trials->n; i++)
		status = add_edge(steps, delivery, PEDIGREE_STEP_MEMBER, arn,
				  trials->v[i], NULL, err);
	return status;
}

static int add_stated(struct steps *steps,
		      struct pedigree_sagemaker_delivery *delivery,
		      struct pedigree_error *err)
{
	const struct pedigree_record *record = delivery->record;
	size_t step = 0;
	int status = 0;

	for (size_t i = 0; !status && i < record->associations.n; i++) {
		const struct pedigree_record_association *edge =
			&record->associations.v[i];

		status = add_edge(steps, delivery, PEDIGREE_STEP_EDGE,
				  edge->source, edge->destination, edge->type,
				  err);
	}
	for (size_t i = 0; !status && i < record->entities.n; i++)
		if (pedigree_record_is_member(record, i, &step))
			status = add_member(steps, delivery,
					    record->entities.v[i].arn, err);
	return status;
}

/* What the record states, and what it does not state any more. */
static int deliver_stated(struct sagemaker *sagemaker,
			  struct pedigree_sagemaker_delivery *delivery,
			  struct verdict *verdict, struct pedigree_error *err)
{
	const struct pedigree_record *record = delivery->record;
	_cleanup_(steps_clear) struct steps steps = { 0 };
	_cleanup_(pedigree_progress_edges_clear) struct pedigree_progress_edges
		stale = { 0 };
	int status = add_stated(&steps, delivery, err);

	if (!status)
		status =
			pedigree_progress_stale(delivery->progress, record->run,
						record->revision, &stale, err);
	if (!status)
		status = add_edges(&steps, delivery, &stale, PEDIGREE_STEP_DROP,
				   NULL, err);
	if (!status)
		status = deliver_steps(sagemaker, &steps, verdict, err);
	return status;
}

/* Runs are tied to the endpoints that serve what they made, whichever of
   the two was delivered first: see ledger_rules.c, which does it locally. */
static int deliver_deployed(struct sagemaker *sagemaker,
			    struct pedigree_sagemaker_delivery *delivery,
			    struct verdict *verdict, struct pedigree_error *err)
{
	_cleanup_(steps_clear) struct steps steps = { 0 };
	_cleanup_(pedigree_progress_edges_clear) struct pedigree_progress_edges
		ties = { 0 };
	int status = pedigree_progress_deployed(delivery->progress, &ties, err);

	if (!status)
		status = add_edges(&steps, delivery, &ties, PEDIGREE_STEP_EDGE,
				   "AssociatedWith", err);
	if (!status)
		status = deliver_steps(sagemaker, &steps, verdict, err);
	return status;
}

static int deliver(struct sagemaker *sagemaker,
		   const struct pedigree_record *record,
		   struct verdict *verdict, struct pedigree_error *err)
{
	struct pedigree_sagemaker_delivery delivery = {
		.record = record,
		.progress = sagemaker->progress,
		.identity = sagemaker->identity,
	};
	long known = -1;
	int status = pedigree_progress_revision(sagemaker->progress,
						record->run, &known, err);

	if (status || known >= (long)record->revision)
		return status;
	status = deliver_entities(sagemaker, &delivery, true, verdict, err);
	if (!status)
		status = deliver_entities(sagemaker, &delivery, false, verdict,
					  err);
	if (!status)
		status = deliver_stated(sagemaker, &delivery, verdict, err);
	if (!status)
		status = deliver_deployed(sagemaker, &delivery, verdict, err);
	if (!status)
		status = pedigree_progress_settle(sagemaker->progress,
						  record->run, record->revision,
						  err);
	if (!status)
		status =
			pedigree_progress_done(sagemaker->progress, record->run,
					       record->revision, err);
	return status;
}

static enum pedigree_outcome
sagemaker_put(struct pedigree_backend *backend,
	      const struct pedigree_delivery *delivery,
	      struct pedigree_error *err)
{
	struct sagemaker *sagemaker =
		pedigree_container_of(backend, struct sagemaker, base);
	_cleanup_record_ struct pedigree_record *record = NULL;
	struct verdict verdict = { 0 };
	int status = pedigree_record_from_json(delivery->json, delivery->n,
					       &record, err);

	if (status)
		return status == PEDIGREE_ENOMEM ? PEDIGREE_RETRY
						 : PEDIGREE_REJECTED;
	if (!record->run || record->entities.n == 0) {
		pedigree_fail(err, PEDIGREE_EINVAL,
			      "the record has no run or no entity");
		return PEDIGREE_REJECTED;
	}
	sagemaker->what = delivery;
	sagemaker->done = 0;
	sagemaker->all = record->entities.n + record->associations.n;
	status = deliver(sagemaker, record, &verdict, err);
	sagemaker->what = NULL;
	if (!status)
		return PEDIGREE_DELIVERED;
	return verdict.refused ? PEDIGREE_REJECTED : PEDIGREE_RETRY;
}

#define QUOTA_ASSOCIATIONS 6000u

/* How many entities of a kind an account may make by hand. */
static const struct {
	enum pedigree_kind kind;
	const char *noun;
	unsigned int quota;
} quotas[] = {
	{ PEDIGREE_ARTIFACT, "artifacts", 6000 },
	{ PEDIGREE_ACTION, "actions", 3000 },
	{ PEDIGREE_CONTEXT, "contexts", 500 },
};

static void PEDIGREE_PRINTF(3, 4)
	say(void (*tell)(void *ctx, const char *sentence), void *ctx,
	    const char *format, ...)
{
	_cleanup_buf_ struct pedigree_buf sentence = PEDIGREE_BUF_INIT;
	va_list args;

	va_start(args, format);
	pedigree_buf_vaddf(&sentence, format, args);
	va_end(args);
	if (!pedigree_buf_error(&sentence))
		tell(ctx, sentence.data);
}

/* A question that changes nothing, to see who answers. */
static int ask_anything(struct pedigree_aws_client *client,
			struct pedigree_error *err)
{
	static const char request[] = "{\"MaxResults\":1}";
	_cleanup_aws_answer_ struct pedigree_aws_answer answer =
		PEDIGREE_AWS_ANSWER_INIT;
	int status = pedigree_aws_client_submit(client, "ListContexts", request,
						strlen(request), NULL, err);

	while (!status && pedigree_aws_client_pending(client)) {
		status =
			pedigree_aws_client_wait(client, WAIT_MS, &answer, err);
		if (status > 0)
			break;
	}
	if (status < 0 || answer.outcome == PEDIGREE_AWS_OK)
		return status < 0 ? status : 0;
	return pedigree_fail(err, answer.err.code ? answer.err.code : -1, "%s",
			     answer.err.text);
}

static int sagemaker_look(struct pedigree_backend *backend,
			  void (*tell)(void *ctx, const char *sentence),
			  void *ctx, struct pedigree_error *err)
{
	struct sagemaker *sagemaker =
		pedigree_container_of(backend, struct sagemaker, base);
	struct pedigree_aws_client *client = sagemaker->client;
	const char *source;
	int64_t ahead;
	int status;

	say(tell, ctx, "region %s, endpoint %s",
	    pedigree_aws_client_region(client),
	    pedigree_aws_client_endpoint(client));
	status = pedigree_aws_client_source(client, &source, err);
	if (status)
		return status;
	say(tell, ctx, "credentials from %s", source);
	status = ask_anything(client, err);
	if (status)
		return status;
	say(tell, ctx, "the service answers");
	if (pedigree_aws_client_clock(client, &ahead) && llabs(ahead) > 5)
		say(tell, ctx,
		    "this machine's clock is %lld s %s the service's; requests are signed with the service's time",
		    llabs(ahead), ahead > 0 ? "behind" : "ahead of");
	return 0;
}

struct planned {
	void (*tell)(void *ctx, const char *sentence);
	void *ctx;
	unsigned int made[PEDIGREE_KINDS];
	unsigned int edges;
};

static int plan_entity(struct pedigree_sagemaker_delivery *delivery, size_t i,
		       struct planned *planned, struct pedigree_error *err)
{
	const struct pedigree_record *record = delivery->record;
	const struct pedigree_entity *entity = &record->entities.v[i];
	struct pedigree_step step = { 0 };
	int status = pedigree_step_entity(&step, delivery, entity,
					  i == 0 ? record->run : NULL, err);

	if (!status && !is_over(&step)) {
		bool looks = step.state == PEDIGREE_STEP_LOOK;

		planned->made[entity->kind] +=
			step.state != PEDIGREE_STEP_UPDATE;
		say(planned->tell, planned->ctx, "  %s %s%s",
		    pedigree_step_operation(&step),
		    entity->kind == PEDIGREE_ARTIFACT ? entity->source_uri
						      : entity->name,
		    looks ? ", and create it when there is none" : "");
	}
	pedigree_step_clear(&step);
	return status;
}

static int plan_edges(struct pedigree_sagemaker_delivery *delivery,
		      struct planned *planned, struct pedigree_error *err)
{
	const struct pedigree_record *record = delivery->record;

	for (size_t i = 0; i < record->associations.n; i++) {
		const struct pedigree_record_association *edge =
			&record->associations.v[i];
		int status = pedigree_progress_has_edge(delivery->progress,
							edge->source,
							edge->destination, err);

		if (status < 0)
			return status;
		planned->edges += status == 0;
	}
	if (planned->edges)
		say(planned->tell, planned->ctx, "  AddAssociation %u times",
		    planned->edges);
	return 0;
}

static int sagemaker_plan(struct pedigree_backend *backend,
			  const struct pedigree_delivery *what,
			  void (*tell)(void *ctx, const char *sentence),
			  void *ctx, struct pedigree_error *err)
{
	struct sagemaker *sagemaker =
		pedigree_container_of(backend, struct sagemaker, base);
	_cleanup_record_ struct pedigree_record *record = NULL;
	struct planned planned = { .tell = tell, .ctx = ctx };
	int status =
		pedigree_record_from_json(what->json, what->n, &record, err);
	struct pedigree_sagemaker_delivery delivery = {
		.record = record,
		.progress = sagemaker->progress,
		.identity = sagemaker->identity,
	};

	for (size_t i = 0; !status && i < record->entities.n; i++)
		status = plan_entity(&delivery, i, &planned, err);
	if (!status)
		status = plan_edges(&delivery, &planned, err);
	for (size_t i = 0; !status && i < PEDIGREE_COUNT(quotas); i++)
		if (planned.made[quotas[i].kind])
			say(tell, ctx,
			    "  at most %u of the %u %s that an account may make by hand",
			    planned.made[quotas[i].kind], quotas[i].quota,
			    quotas[i].noun);
	if (!status && planned.edges)
		say(tell, ctx,
		    "  at most %u of the %u associations that an account may make by hand",
		    planned.edges, QUOTA_ASSOCIATIONS);
	return status;
}

static int sagemaker_usage(struct pedigree_backend *backend,
			   void (*tell)(void *ctx, const char *sentence),
			   void *ctx, struct pedigree_error *err)
{
	struct sagemaker *sagemaker =
		pedigree_container_of(backend, struct sagemaker, base);
	uint64_t made = 0;
	int status = 0;

	for (size_t i = 0; !status && i < PEDIGREE_COUNT(quotas); i++) {
		status = pedigree_progress_made(
			sagemaker->progress,
			pedigree_kind_arn_word(quotas[i].kind), &made, err);
		if (!status)
			say(tell, ctx,
			    "%" PRIu64
			    " %s made from here; an account may have %u unless its quota was raised",
			    made, quotas[i].noun, quotas[i].quota);
	}
	if (!status)
		status = pedigree_progress_made(sagemaker->progress, NULL,
						&made, err);
	if (!status)
		say(tell, ctx,
		    "%" PRIu64
		    " associations made from here; an account may have %u unless its quota was raised",
		    made, QUOTA_ASSOCIATIONS);
	return status;
}

static const struct pedigree_backend_option options[] = {
	{
		.key = "identity",
		.type = PEDIGREE_OPTION_STRING,
		.fallback = "uri",
		.help = "uri: an S3 object is one artifact, as for SageMaker itself; version: each version is one",
	},
	{
		.key = "region",
		.type = PEDIGREE_OPTION_STRING,
		.help = "the region; default: as the AWS CLI finds it",
	},
	{
		.key = "profile",
		.type = PEDIGREE_OPTION_STRING,
		.help = "the profile of ~/.aws/config; default: $AWS_PROFILE",
	},
	{
		.key = "endpoint",
		.type = PEDIGREE_OPTION_STRING,
		.help = "the URL of the API; default: as the AWS CLI finds it",
	},
	{
		.key = "connections",
		.type = PEDIGREE_OPTION_NUMBER,
		.fallback = "32",
		.help = "requests at once",
	},
	{ .key = NULL },
};

const struct pedigree_backend_ops pedigree_sagemaker_ops = {
	.version = PEDIGREE_BACKEND_VERSION,
	.name = "sagemaker",
	.summary = "the SageMaker lineage API of AWS",
	.section = "aws",
	.remote = 1,
	.options = options,
	.open = sagemaker_open,
	.close = sagemaker_close,
	.put = sagemaker_put,
	.plan = sagemaker_plan,
	.usage = sagemaker_usage,
	.look = sagemaker_look,
};
