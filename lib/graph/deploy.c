/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deployments: model artifacts –ContributedTo→ action –AssociatedWith→
 * endpoint context. What a deployment's command read besides its models are
 * no edges: a deploy script is not what an endpoint is made of.
 */
#include "config.h"

#include <string.h>

#include "base/fs.h"
#include "graph/builder.h"
#include "graph/text.h"

#define MODEL "Model"
#define DEPLOYMENT "ModelDeployment"
#define ENDPOINT "Endpoint"
#define ARN "ARN"
#define LOCAL_ENDPOINT "arn:aws:sagemaker:local:000000000000:endpoint/"

static int set(char **place, const char *text)
{
	char *copy = pedigree_clean_text(text, PEDIGREE_URI_MAX);

	if (!copy)
		return PEDIGREE_ENOMEM;
	free(*place);
	*place = copy;
	return 0;
}

/* Is it a ContextName? Those may have underscores. */
static bool context_name(const char *text)
{
	size_t n = strlen(text);

	return n && n <= 120 &&
	       strspn(text,
		      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") ==
		       n &&
	       !strchr("-_", text[0]) && !strchr("-_", text[n - 1]);
}

static char *endpoint_arn(const char *endpoint, const char *given)
{
	_cleanup_buf_ struct pedigree_buf arn = PEDIGREE_BUF_INIT;

	if (given && given[0])
		return pedigree_clean_text(given, PEDIGREE_URI_MAX);
	pedigree_buf_add_str(&arn, LOCAL_ENDPOINT);
	for (; *endpoint; endpoint++)
		pedigree_buf_add_char(&arn,
				      *endpoint >= 'A' && *endpoint <= 'Z'
					      ? (char)(*endpoint - 'A' + 'a')
					      : *endpoint);
	if (pedigree_buf_error(&arn))
		return NULL;
	return pedigree_clean_text(arn.data, PEDIGREE_URI_MAX);
}

static int add_context(struct pedigree_builder *builder, const char *endpoint,
		       const char *arn, const char *type, size_t *ret_index)
{
	struct pedigree_entity context = {
		.kind = PEDIGREE_CONTEXT,
		.created_ms = builder->facts->start_ms,
		.modified_ms = builder->facts->start_ms,
	};

	context.name = context_name(endpoint) ? strdup(endpoint)
					      : pedigree_api_name(endpoint);
	if (!context.name || set(&context.type, type ? type : ENDPOINT) < 0 ||
	    set(&context.source_uri, arn) < 0 ||
	    set(&context.source_type, ARN) < 0) {
		pedigree_entity_clear(&context);
		return PEDIGREE_ENOMEM;
	}
	return pedigree_builder_add(builder, &context, ret_index);
}

int pedigree_builder_endpoint(struct pedigree_builder *builder, size_t action,
			      const char *endpoint, const char *given_arn,
			      const char *type)
{
	_cleanup_free_ char *arn = endpoint_arn(endpoint, given_arn);
	struct pedigree_entity *entity = &builder->record->entities.v[action];
	size_t context;
	int r;

	if (!arn)
		return PEDIGREE_ENOMEM;
	if (!entity->source_uri && (set(&entity->source_uri, arn) < 0 ||
				    set(&entity->source_type, ARN) < 0))
		return PEDIGREE_ENOMEM;
	r = add_context(builder, endpoint, arn, type, &context);
	if (r < 0)
		return r;
	return pedigree_builder_edge(builder, action, context,
				     "AssociatedWith");
}

static int add_model(struct pedigree_builder *builder, size_t action,
		     const char *given)
{
	size_t model;
	int r = pedigree_builder_given(builder, given, MODEL,
				       PEDIGREE_ROLE_INPUT, &model);

	if (r == PEDIGREE_ENOTFOUND)
		return 0;
	return r < 0 ? r
		     : pedigree_builder_edge(builder, model, action,
					     "ContributedTo");
}

bool pedigree_plan_model(const struct pedigree_plan *plan,
			 const struct pedigree_item *item)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	const struct pedigree_paths *paths = &plan->access.paths;
	struct pedigree_verdict verdict = { 0 };

	if (item->role != PEDIGREE_ROLE_INPUT)
		return false;
	if (strcmp(plan->types.v[item->type], MODEL) == 0)
		return true;
	pedigree_paths_text(paths, paths->names.v[item->name].folder,
			    item->name, &path);
	pedigree_rules_judge(plan->rules, path.data, NULL, PEDIGREE_ROLE_OUTPUT,
			     &verdict);
	return verdict.kept && strcmp(verdict.type, MODEL) == 0;
}

int pedigree_builder_models_seen(struct pedigree_builder *builder,
				 size_t action)
{
	struct pedigree_plan *plan = &builder->plan;
	int type = pedigree_plan_type(plan, MODEL);

	if (type < 0)
		return PEDIGREE_ENOMEM;
	for (size_t i = 0; i < plan->groups.n; i++) {
		const struct pedigree_group *group = &plan->groups.v[i];
		struct pedigree_item *first = &plan->items.v[group->first];
		size_t model;
		int r;

		if (!pedigree_plan_model(plan, first))
			continue;
		first->type = (uint16_t)type;
		r = pedigree_builder_group(builder, plan->items.v, group, false,
					   &model);
		if (r == 0)
			r = pedigree_builder_edge(builder, model, action,
						  "ContributedTo");
		if (r < 0)
			return r;
	}
	return 0;
}

int pedigree_builder_action(struct pedigree_builder *builder,
			    const char *endpoint, unsigned int nth,
			    size_t *ret_index)
{
	_cleanup_buf_ struct pedigree_buf name = PEDIGREE_BUF_INIT;
	const struct pedigree_entity *run = builder->record->entities.v;
	struct pedigree_entity action = {
		.kind = PEDIGREE_ACTION,
		.created_ms = run->created_ms,
		.modified_ms = run->modified_ms,
	};

	if (builder->facts->deploy && !nth) {
		*ret_index = 0;
		return 0;
	}
	pedigree_buf_add_str(&name, run->name);
	pedigree_buf_add_str(&name, "-deploy-");
	pedigree_buf_add_str(&name, endpoint);
	if (nth)
		pedigree_buf_addf(&name, "-%u", nth + 1);
	action.name = pedigree_api_name(name.data);
	if (!action.name || set(&action.type, DEPLOYMENT) < 0 ||
	    set(&action.status, run->status) < 0 ||
	    set(&action.generated_by, PEDIGREE_GENERATED_BY) < 0) {
		pedigree_entity_clear(&action);
		return PEDIGREE_ENOMEM;
	}
	return pedigree_builder_add(builder, &action, ret_index);
}

static int deploy_events(struct pedigree_builder *builder, bool *ret_models)
{
	const struct pedigree_evlog *log = builder->log;

	for (size_t i = 0; i < log->n_events; i++) {
		const struct pedigree_event *event = &log->events[i];
		size_t action;
		int r;

		if (event->type != PEDIGREE_EV_DEPLOY || !event->text[0])
			continue;
		r = pedigree_builder_action(builder, event->text, 0, &action);
		if (r == 0)
			r = pedigree_builder_endpoint(builder, action,
						      event->text, event->text2,
						      NULL);
		if (r == 0 && event->text3 && event->text3[0]) {
			r = add_model(builder, action, event->text3);
			*ret_models = true;
		}
		if (r < 0)
			return r;
	}
	return 0;
}

/* A run that serves the models that it read. */
static int serve(struct pedigree_builder *builder, const char *endpoint)
{
	size_t action;
	int r = pedigree_builder_action(builder, endpoint, 0, &action);

	if (r == 0)
		r = pedigree_builder_endpoint(builder, action, endpoint, NULL,
					      NULL);
	return r < 0 ? r : pedigree_builder_models_seen(builder, action);
}

/* The API wants a source of every action. */
static int set_source(struct pedigree_builder *builder)
{
	_cleanup_buf_ struct pedigree_buf uri = PEDIGREE_BUF_INIT;
	struct pedigree_entity *action = builder->record->entities.v;
	const char *cwd = builder->facts->cwd;

	if (action->source_uri)
		return 0;
	pedigree_path_to_uri(&uri, cwd ? cwd : "/");
	if (pedigree_buf_error(&uri))
		return PEDIGREE_ENOMEM;
	return set(&action->source_uri, uri.data);
}

int pedigree_builder_deploy(struct pedigree_builder *builder)
{
	const struct pedigree_run_facts *facts = builder->facts;
	const struct pedigree_deployment *deployment = &facts->deployment;
	bool models = false;
	int r = pedigree_builder_control(builder, &models);

	if (r == 0 && facts->deploy && deployment->endpoint &&
	    deployment->endpoint[0])
		r = pedigree_builder_endpoint(builder, 0, deployment->endpoint,
					      deployment->endpoint_arn, NULL);
	for (size_t i = 0; facts->deploy && i < deployment->models.n; i++) {
		if (r == 0)
			r = add_model(builder, 0, deployment->models.v[i]);
		models = true;
	}
	if (r == 0)
		r = deploy_events(builder, &models);
	if (r == 0 &&
	    !(facts->deploy && deployment->endpoint && deployment->endpoint[0]))
		r = pedigree_builder_commands(builder, &models);
	if (r == 0 && facts->serve && facts->serve[0])
		r = serve(builder, facts->serve);
	if (r < 0 || !facts->deploy)
		return r;
	if (!models)
		r = pedigree_builder_models_seen(builder, 0);
	return r < 0 ? r : set_source(builder);
}
