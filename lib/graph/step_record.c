/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Steps (steps.h) as trial components of the run's record. Each is built as a
 * run is, of its own part of the log.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/hash.h"
#include "graph/builder.h"
#include "graph/command_line.h"
#include "graph/params.h"
#include "graph/settled.h"
#include "graph/sheet.h"
#include "graph/steps.h"

/* More of them are no graph that anybody reads, and AWS has quotas. */
#define STEPS_MAX 10000
#define NAME_MAX_BYTES 120
#define NS_PER_MS 1000000u

struct parts {
	const struct pedigree_evlog *log;
	const struct pedigree_log_steps *steps;
	struct pedigree_event *events; /* of step after step */
	size_t *first;		       /* of each step, in events */
	size_t *entities;	       /* of each step, + 1, in the record */
	struct pedigree_map *names;    /* taken: how often */
	const struct pedigree_settled *settled;
	uint64_t end_ns; /* of the run, or its last event */
};

static void parts_clear(struct parts *parts)
{
	free(parts->events);
	free(parts->first);
	free(parts->entities);
	pedigree_map_free(parts->names);
}

static bool is_whole(const struct pedigree_log_steps *steps, uint32_t i)
{
	return steps->all.v[i].into == i;
}

/* The log's events, sorted by step and else as they were. */
static int sort_events(struct parts *parts)
{
	const struct pedigree_log_steps *steps = parts->steps;
	const struct pedigree_evlog *log = parts->log;
	size_t n = steps->all.n, sum = 0;
	_cleanup_free_ size_t *next = malloc(n * sizeof(*next));

	parts->events = malloc(log->n_events * sizeof(*parts->events));
	parts->first = malloc(n * sizeof(*parts->first));
	parts->entities = calloc(n, sizeof(*parts->entities));
	parts->names = pedigree_map_new();
	if (!next || !parts->events || !parts->first || !parts->entities ||
	    !parts->names)
		return PEDIGREE_ENOMEM;
	for (size_t i = 0; i < n; i++) {
		next[i] = parts->first[i] = sum;
		sum += steps->all.v[i].n_events;
	}
	for (size_t i = 0; i < log->n_events; i++) {
		uint32_t step = pedigree_log_step_of(steps, &log->events[i]);
		struct pedigree_event *event;

		if (log->events[i].time_ns > parts->end_ns)
			parts->end_ns = log->events[i].time_ns;
		if (step == PEDIGREE_NONE)
			continue;
		event = &parts->events[next[step]++];
		*event = log->events[i];
		if (pedigree_settled_event(parts->settled, event, step))
			event->flags |= PEDIGREE_F_SETTLED;
	}
	return 0;
}

/* Is the name that of a run, or of another run's step? */
static bool is_taken(const struct pedigree_builder *run, char *name)
{
	const struct pedigree_memory *memory =
		run->options ? run->options->memory : NULL;
	struct pedigree_entity step = {
		.kind = PEDIGREE_TRIAL_COMPONENT,
		.name = name,
	};
	struct pedigree_entity known = { 0 };
	_cleanup_free_ char *arn = pedigree_local_arn(&step);
	const char *self = run->record->entities.v[0].name;
	bool taken;

	if (!arn || !memory || !memory->by_arn ||
	    !memory->by_arn(memory->ctx, arn, &known))
		return false;
	taken = true;
	for (size_t i = 0; i < known.parameters.n; i++)
		if ((strcmp(known.parameters.v[i].key, PEDIGREE_PARAM_RUN) ==
			     0 ||
		     strcmp(known.parameters.v[i].key,
			    "pedigree." PEDIGREE_PARAM_RUN) == 0) &&
		    known.parameters.v[i].value &&
		    strcmp(known.parameters.v[i].value, self) == 0)
			taken = false;
	pedigree_entity_clear(&known);
	return taken;
}

/* RUN-STEP, then RUN-STEP-2, …: within what a name may have. */
static int join_name(const char *run, const char *stem, size_t number,
		     struct pedigree_buf *ret)
{
	char suffix[24] = "";

	pedigree_buf_reset(ret);
	if (number > 1)
		snprintf(suffix, sizeof(suffix), "-%zu", number);
	pedigree_buf_addf(ret, "%.*s-%s", NAME_MAX_BYTES / 2, run, stem);
	if (ret->len > NAME_MAX_BYTES - sizeof(suffix))
		pedigree_buf_cut(ret, NAME_MAX_BYTES - sizeof(suffix));
	while (ret->len && ret->data[ret->len - 1] == '-')
		pedigree_buf_cut(ret, ret->len - 1);
	pedigree_buf_add_str(ret, suffix);
	return pedigree_buf_error(ret) ? PEDIGREE_ENOMEM : 0;
}

static int choose_name(const struct pedigree_builder *run,
		       const struct parts *parts, const char *stem,
		       struct pedigree_buf *ret)
{
	_cleanup_free_ char *clean = pedigree_api_name(stem);
	void **place = clean ? pedigree_map_at(parts->names, clean,
					       strlen(clean), NULL)
			     : NULL;
	size_t number;
	int r;

	if (!place)
		return PEDIGREE_ENOMEM;
	number = (size_t)(uintptr_t)*place;
	do {
		r = join_name(run->record->entities.v[0].name, clean, ++number,
			      ret);
	} while (r == 0 && is_taken(run, ret->data));
	*place = (void *)(uintptr_t)number;
	return r;
}

/* Borrowed words, ended by NULL; to be freed as a whole. */
static const char **words_of(const struct pedigree_process *process)
{
	const char **words = calloc(process->argc + 1, sizeof(*words));
	const char *arg = process->args;

	for (uint32_t i = 0; words && i < process->argc; i++) {
		words[i] = arg;
		arg += strlen(arg) + 1;
	}
	return words;
}

/* What the run made and removed again is none of its files (step_ties.c). */
static bool is_gone(const struct parts *parts, uint32_t step, const char *path)
{
	return pedigree_settled_writer(parts->settled, path, step) ==
		       PEDIGREE_WRITER_OTHER &&
	       access(path, F_OK) < 0;
}

/* Files that the step's programs got for their streams. */
static int add_streams(const struct parts *parts, uint32_t step,
		       struct pedigree_run_facts *facts)
{
	const struct pedigree_log_steps *steps = parts->steps;

	/* What is part of another step began after it. */
	for (uint32_t i = step; i < steps->all.n; i++) {
		const struct pedigree_log_step *part = &steps->all.v[i];

		for (size_t k = 0; part->into == step && k < part->streams.n;
		     k++) {
			const struct pedigree_event *event = part->streams.v[k];
			struct pedigree_inherited *file;

			if (is_gone(parts, step, event->text))
				continue;
			file = pedigree_vec_push(&facts->inherited);
			if (!file)
				return PEDIGREE_ENOMEM;
			*file = (struct pedigree_inherited){
				.path = (char *)event->text,
				.fd = event->number,
				.read = event->flags & PEDIGREE_F_READ,
				.written = event->flags & PEDIGREE_F_WRITE,
				.settled = pedigree_settled_path(
					parts->settled, event->text, event->seq,
					step),
			};
		}
	}
	return 0;
}

static void set_end(const struct pedigree_builder *run,
		    const struct pedigree_log_step *step,
		    struct pedigree_run_facts *facts)
{
	bool running = run->options && run->options->running;

	if (running && !step->reaped && !step->left) {
		facts->end_ms = 0;
		facts->end_known = false;
		return;
	}
	facts->end_ms = (int64_t)(step->last_ns / NS_PER_MS);
	/* A shell that becomes its last program ends as the run does. */
	if (facts->pid == run->facts->pid) {
		facts->end_ms = run->facts->end_ms;
		return;
	}
	facts->end_known = step->reaped;
	facts->wait_status = step->status;
}

/* The end of a program that nobody waited for is not known. */
static int tell_end(const struct pedigree_run_facts *facts,
		    const struct pedigree_log_step *step,
		    struct pedigree_entity *entity)
{
	const char *why =
		step->left ? "it left by itself; with which status was not seen"
			   : "its end was not seen";

	if (facts->end_known || strcmp(entity->status, "InProgress") == 0)
		return 0;
	free(entity->status);
	free(entity->message);
	entity->status = NULL;
	entity->message = strdup(why);
	return entity->message ? 0 : PEDIGREE_ENOMEM;
}

static int name_parameters(const struct pedigree_builder *run,
			   const struct pedigree_log_step *step,
			   struct pedigree_entity *entity)
{
	if (pedigree_param_own(&entity->parameters, PEDIGREE_PARAM_RUN,
			       run->record->entities.v[0].name) < 0)
		return PEDIGREE_ENOMEM;
	return step->rule ? pedigree_param_own(&entity->parameters, "step",
					       step->rule)
			  : 0;
}

static int tell_name(struct pedigree_record *record, const char *name)
{
	char **place = pedigree_vec_push(&record->steps);

	if (place)
		*place = strdup(name);
	return place && *place ? 0 : PEDIGREE_ENOMEM;
}

static int fill(struct pedigree_builder *builder,
		const struct pedigree_builder *run,
		const struct pedigree_log_step *step)
{
	struct pedigree_entity *self;
	int r = pedigree_builder_run(builder);

	if (r < 0)
		return r;
	self = &builder->record->entities.v[builder->run];
	r = tell_name(builder->record, self->name);
	if (r == 0)
		r = tell_end(builder->facts, step, self);
	if (r == 0)
		r = name_parameters(run, step, self);
	if (r == 0)
		r = pedigree_builder_bytes(builder);
	if (r == 0)
		r = pedigree_builder_declared(builder);
	if (r == 0)
		r = pedigree_builder_artifacts(builder);
	return r;
}

static int build(const struct pedigree_builder *run, const struct parts *parts,
		 const struct pedigree_log_step *step,
		 const struct pedigree_run_facts *facts,
		 struct pedigree_error *err)
{
	struct pedigree_evlog part = *parts->log;
	struct pedigree_build_options options = { 0 };
	struct pedigree_builder builder = *run;
	int r;

	if (run->options)
		options = *run->options;
	options.running = options.running && !step->reaped && !step->left;
	part.events = parts->events + parts->first[step->into];
	part.n_events = step->n_events;
	builder.facts = facts;
	builder.log = &part;
	builder.options = &options;
	memset(&builder.plan, 0, sizeof(builder.plan));
	memset(&builder.objects, 0, sizeof(builder.objects));
	builder.hasher.step = step->into;
	builder.hasher.settled_ns = parts->end_ns + run->hasher.tick_ns;
	r = pedigree_builder_read(&builder, &run->plan, err);
	if (r == 0)
		r = fill(&builder, run, step);
	if (r == 0)
		parts->entities[step->into] = builder.run + 1;
	pedigree_builder_forget(&builder);
	return r;
}

static int add_step(const struct pedigree_builder *run,
		    const struct parts *parts, uint32_t index,
		    struct pedigree_error *err)
{
	const struct pedigree_log_step *step = &parts->steps->all.v[index];
	const struct pedigree_process *process =
		&parts->log->processes[step->process];
	_cleanup_free_ const char **words = words_of(process);
	_cleanup_buf_ struct pedigree_buf stem = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf name = PEDIGREE_BUF_INIT;
	struct pedigree_run_facts facts = *run->facts;
	int r;

	if (!words)
		return PEDIGREE_ENOMEM;
	if (step->rule)
		pedigree_buf_add_str(&stem, step->rule);
	else if (words[0])
		pedigree_command_name(&stem, words);
	r = choose_name(run, parts, stem.data ? stem.data : "", &name);
	if (r < 0)
		return r;
	facts.name = name.data;
	facts.argv = (char **)words;
	facts.pid = process->pid;
	if (process->cwd < parts->log->n_folders)
		facts.cwd = (char *)parts->log->folders[process->cwd];
	if (process->host < parts->log->n_hosts)
		facts.host = (char *)parts->log->hosts[process->host];
	facts.start_ns = step->start_ns;
	facts.start_ms = (int64_t)(step->start_ns / NS_PER_MS);
	/* What is said of the run as a whole is the run's. */
	facts.experiment = facts.serve = facts.job_arn = facts.no_capture =
		NULL;
	memset(&facts.params, 0, sizeof(facts.params));
	memset(&facts.inputs, 0, sizeof(facts.inputs));
	memset(&facts.outputs, 0, sizeof(facts.outputs));
	memset(&facts.inherited, 0, sizeof(facts.inherited));
	memset(&facts.members, 0, sizeof(facts.members));
	set_end(run, step, &facts);
	r = add_streams(parts, index, &facts);
	if (r == 0)
		r = build(run, parts, step, &facts, err);
	pedigree_vec_clear(&facts.inherited);
	return r;
}

static int tell_left_out(const struct pedigree_builder *run, size_t n)
{
	struct pedigree_params *params = &run->record->entities.v[0].parameters;
	char number[24];

	if (!n)
		return 0;
	snprintf(number, sizeof(number), "%zu", n);
	return pedigree_param_own(params, "steps_left_out", number);
}

int pedigree_builder_steps(struct pedigree_builder *builder,
			   const struct pedigree_evlog *log,
			   const struct pedigree_log_steps *steps,
			   struct pedigree_error *err)
{
	_cleanup_(parts_clear) struct parts parts = {
		.log = log,
		.steps = steps,
		.settled = builder->hasher.settled,
	};
	const struct pedigree_names *made = &builder->record->steps;
	size_t left_out = 0;
	int r;

	if (!steps->all.n)
		return 0;
	parts.end_ns = ((uint64_t)builder->facts->end_ms + 1) * NS_PER_MS;
	r = sort_events(&parts);
	for (uint32_t i = 0; r == 0 && i < steps->all.n; i++) {
		if (!is_whole(steps, i))
			continue;
		if (made->n < STEPS_MAX)
			r = add_step(builder, &parts, i, err);
		else
			left_out++;
	}
	if (r == 0)
		r = pedigree_builder_tie_steps(builder, log, steps,
					       parts.entities);
	return r < 0 ? r : tell_left_out(builder, left_out);
}
