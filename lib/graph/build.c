/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "graph/build.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hash.h"
#include "graph/builder.h"
#include "graph/settled.h"
#include "graph/steps.h"

int pedigree_builder_add(struct pedigree_builder *builder,
			 struct pedigree_entity *entity, size_t *ret_index)
{
	struct pedigree_entity *place;
	void **at = NULL;

	entity->arn = pedigree_local_arn(entity);
	if (entity->arn)
		at = pedigree_map_at(builder->by_arn, entity->arn,
				     strlen(entity->arn), NULL);
	if (!at) {
		pedigree_entity_clear(entity);
		return PEDIGREE_ENOMEM;
	}
	if (*at) {
		if (ret_index)
			*ret_index = (size_t)(uintptr_t)*at - 1;
		pedigree_entity_clear(entity);
		return 0;
	}
	place = pedigree_vec_push(&builder->record->entities);
	if (!place) {
		pedigree_entity_clear(entity);
		return PEDIGREE_ENOMEM;
	}
	*place = *entity;
	memset(entity, 0, sizeof(*entity));
	*at = (void *)(uintptr_t)builder->record->entities.n;
	if (ret_index)
		*ret_index = builder->record->entities.n - 1;
	return 0;
}

int pedigree_builder_edge(struct pedigree_builder *builder, size_t source,
			  size_t destination, const char *type)
{
	const size_t key[] = { source, destination };
	const struct pedigree_entity *entities = builder->record->entities.v;
	bool new;

	if (!pedigree_map_at(builder->edges, key, sizeof(key), &new))
		return PEDIGREE_ENOMEM;
	if (!new)
		return 0;
	return pedigree_record_associate(builder->record, entities[source].arn,
					 entities[destination].arn, type);
}

int pedigree_builder_connect(struct pedigree_builder *builder, size_t artifact,
			     enum pedigree_role role)
{
	if (role == PEDIGREE_ROLE_OUTPUT)
		return pedigree_builder_edge(builder, builder->run, artifact,
					     "Produced");
	return pedigree_builder_edge(builder, artifact, builder->run,
				     "ContributedTo");
}

static int add_groups(struct pedigree_builder *builder,
		      const struct pedigree_item *items,
		      const struct pedigree_groups *groups, bool code)
{
	for (size_t i = 0; i < groups->n; i++) {
		const struct pedigree_group *group = &groups->v[i];
		size_t artifact;
		int r = pedigree_builder_group(builder, items, group, code,
					       &artifact);

		if (r == 0)
			r = pedigree_builder_connect(builder, artifact,
						     items[group->first].role);
		if (r < 0)
			return r;
	}
	return 0;
}

int pedigree_builder_artifacts(struct pedigree_builder *builder)
{
	const struct pedigree_plan *plan = &builder->plan;
	int r = add_groups(builder, plan->code.v, &plan->code_groups, true);

	if (r == 0)
		r = add_groups(builder, plan->items.v, &plan->groups, false);
	if (r == 0)
		r = pedigree_builder_objects(builder);
	return r;
}

static int fill(struct pedigree_builder *builder)
{
	int r = pedigree_builder_run(builder);

	if (r == 0)
		r = pedigree_builder_bytes(builder);
	if (r == 0)
		r = pedigree_builder_deploy(builder);
	if (r == 0)
		r = pedigree_builder_declared(builder);
	/* A deployment's command is not what the endpoint is made of. */
	if (r == 0 && !builder->facts->deploy)
		r = pedigree_builder_artifacts(builder);
	return r;
}

/* What changes later was not this run. */
static uint64_t end_of(const struct pedigree_builder *builder)
{
	const struct pedigree_build_options *options = builder->options;
	uint64_t last = builder->plan.access.last_ns;
	uint64_t end = (uint64_t)builder->facts->end_ms;

	/* A run that is amended had processes that went on. */
	if (!end || (options && (options->running || options->revision)))
		return 0;
	end = (end + 1) * UINT64_C(1000000);
	return end > last ? end : last;
}

int pedigree_builder_read(struct pedigree_builder *builder,
			  const struct pedigree_plan *like,
			  struct pedigree_error *err)
{
	const struct pedigree_hasher given = builder->hasher;
	int r;

	pedigree_hasher_init(&builder->hasher, builder->facts,
			     builder->options);
	builder->hasher.settled = given.settled;
	builder->hasher.settled_ns = given.settled_ns;
	builder->hasher.step = given.step;
	builder->hasher.max_size = pedigree_config_number(
		builder->config, "capture", "hash_max_size");
	r = pedigree_plan_make(&builder->plan, like, builder->facts,
			       builder->log, builder->config, &builder->hasher,
			       err);
	if (r == 0)
		r = pedigree_objects_read(&builder->objects, builder->log,
					  builder->config, err);
	builder->hasher.all = builder->plan.bytes;
	builder->hasher.end_ns = end_of(builder);
	return r;
}

void pedigree_builder_forget(struct pedigree_builder *builder)
{
	pedigree_plan_clear(&builder->plan);
	pedigree_objects_clear(&builder->objects);
}

static void builder_clear(struct pedigree_builder *builder)
{
	pedigree_builder_forget(builder);
	pedigree_record_free(builder->record);
	pedigree_map_free(builder->by_arn);
	pedigree_map_free(builder->edges);
}

static int begin(struct pedigree_builder *builder)
{
	const struct pedigree_run_facts *facts = builder->facts;
	struct pedigree_record *record;

	builder->by_arn = pedigree_map_new();
	builder->edges = pedigree_map_new();
	builder->record = record = pedigree_record_new();
	if (!builder->by_arn || !builder->edges || !record)
		return PEDIGREE_ENOMEM;
	record->revision = builder->options ? builder->options->revision : 0;
	record->run = strdup(facts->run	   ? facts->run
			     : facts->name ? facts->name
					   : "");
	return record->run ? 0 : PEDIGREE_ENOMEM;
}

/* What a shell opened for a step's streams is the step's. */
static int stream_names(const struct pedigree_log_steps *steps,
			struct pedigree_map *names)
{
	for (size_t i = 0; i < steps->all.n; i++) {
		const struct pedigree_log_step *step = &steps->all.v[i];

		for (size_t k = 0; k < step->streams.n; k++) {
			const char *path = step->streams.v[k]->text;

			if (!pedigree_map_at(names, path, strlen(path), NULL))
				return PEDIGREE_ENOMEM;
		}
	}
	return 0;
}

static bool is_stream(const struct pedigree_evlog *log,
		      const struct pedigree_event *event,
		      const struct pedigree_map *names,
		      struct pedigree_buf *path)
{
	if (event->type != PEDIGREE_EV_OPEN || !pedigree_map_count(names))
		return false;
	pedigree_buf_reset(path);
	return pedigree_evlog_path(log, event->folder, event->text, path) &&
	       pedigree_map_has(names, path->data, path->len);
}

/* What of the log is the run's own: all, or what is of no step. A call that
   deploys is the run's, whichever step makes it. */
static int own_part(const struct pedigree_evlog *log,
		    const struct pedigree_log_steps *steps,
		    struct pedigree_evlog *ret)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	_cleanup_map_ struct pedigree_map *streams = NULL;

	*ret = *log;
	if (!steps->all.n)
		return 0;
	streams = pedigree_map_new();
	ret->events = malloc(log->n_events * sizeof(*ret->events));
	ret->n_events = 0;
	if (!ret->events || !streams || stream_names(steps, streams) < 0)
		return PEDIGREE_ENOMEM;
	for (size_t i = 0; i < log->n_events; i++) {
		const struct pedigree_event *event = &log->events[i];

		if (event->type == PEDIGREE_EV_CONTROL ||
		    event->type == PEDIGREE_EV_DEPLOY ||
		    (pedigree_log_step_of(steps, event) == PEDIGREE_NONE &&
		     !is_stream(log, event, streams, &path)))
			ret->events[ret->n_events++] = *event;
	}
	return 0;
}

static int make(struct pedigree_builder *builder,
		const struct pedigree_evlog *log,
		const struct pedigree_log_steps *steps,
		struct pedigree_error *err)
{
	int r = pedigree_builder_read(builder, NULL, err);

	if (r < 0)
		return r;
	r = begin(builder);
	if (r == 0)
		r = fill(builder);
	if (r == 0)
		r = pedigree_builder_steps(builder, log, steps, err);
	/* What was seen is of the whole run. */
	builder->log = log;
	if (r == 0)
		r = pedigree_builder_capture(builder);
	return r == PEDIGREE_ENOMEM ? pedigree_fail_memory(err) : r;
}

int pedigree_build(const struct pedigree_run_facts *facts,
		   const struct pedigree_evlog *log,
		   const struct pedigree_config *config,
		   const struct pedigree_build_options *options,
		   struct pedigree_record **ret_record,
		   struct pedigree_error *err)
{
	_cleanup_(pedigree_log_steps_clear) struct pedigree_log_steps steps = {
		0
	};
	struct pedigree_evlog own = { 0 };
	_cleanup_(builder_clear) struct pedigree_builder builder = {
		.facts = facts,
		.log = &own,
		.config = config,
		.options = options,
		.hasher = { .step = PEDIGREE_NONE },
	};
	_cleanup_(pedigree_settled_freep) struct pedigree_settled *settled =
		NULL;
	int r = pedigree_log_steps_find(facts, log, config, &steps);

	if (r == 0)
		r = own_part(log, &steps, &own);
	if (r == 0 && steps.all.n) {
		builder.hasher.settled = settled =
			pedigree_settled_new(log, &steps);
		if (!settled)
			r = PEDIGREE_ENOMEM;
	}
	r = r < 0 ? pedigree_fail_memory(err)
		  : make(&builder, log, &steps, err);
	if (r == 0)
		*ret_record = pedigree_take(builder.record);
	if (own.events != log->events)
		free(own.events);
	return r;
}
