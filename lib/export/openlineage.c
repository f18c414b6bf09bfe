/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "export/openlineage.h"

#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "export/openlineage_facets.h"
#include "export/words.h"
#include "graph/json.h"

#define SCHEMA \
	"https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
/* What of an event is neither run, job nor data sets. */
#define AROUND 512

/* The data sets of the next event: elements of two arrays. */
struct events {
	const struct pedigree_openlineage *how;
	int64_t began, ended;
	const char *last; /* the type of the last event, NULL: it goes on */
	struct pedigree_buf run, over, job; /* over: the run at its end */
	struct pedigree_buf inputs, outputs;
	size_t n_inputs, n_outputs;
};

static void events_clear(struct events *events)
{
	pedigree_buf_clear(&events->run);
	pedigree_buf_clear(&events->over);
	pedigree_buf_clear(&events->job);
	pedigree_buf_clear(&events->inputs);
	pedigree_buf_clear(&events->outputs);
}

static size_t size_of(const struct events *events)
{
	size_t run = events->over.len > events->run.len ? events->over.len
							: events->run.len;

	return AROUND + run + events->job.len + events->inputs.len +
	       events->outputs.len;
}

/*
 * A run that is over was running until then: whoever sorts by time shall find
 * its end last.
 */
static int64_t time_of(const struct events *events, const char *type)
{
	if (strcmp(type, "START") == 0 ||
	    (events->last && strcmp(type, "RUNNING") == 0))
		return events->began;
	return events->ended;
}

static int send(struct events *events, const char *type, bool over,
		struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf event = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf time = PEDIGREE_BUF_INIT;

	pedigree_export_time(&time, time_of(events, type));
	pedigree_buf_add_char(&event, '{');
	pedigree_json_member(&event, "eventType", type);
	pedigree_json_member(&event, "eventTime", time.data);
	pedigree_json_member(&event, "producer", PEDIGREE_EXPORT_PRODUCER);
	pedigree_json_member(&event, "schemaURL", SCHEMA);
	pedigree_buf_addf(&event, ",\"run\":%s,\"job\":%s,\"inputs\":[",
			  over ? events->over.data : events->run.data,
			  events->job.data);
	pedigree_buf_add(&event, events->inputs.data, events->inputs.len);
	pedigree_buf_add_str(&event, "],\"outputs\":[");
	pedigree_buf_add(&event, events->outputs.data, events->outputs.len);
	pedigree_buf_add_str(&event, "]}");
	if (pedigree_buf_error(&event) || pedigree_buf_error(&time) ||
	    pedigree_buf_error(&events->inputs) ||
	    pedigree_buf_error(&events->outputs))
		return pedigree_fail_memory(err);
	pedigree_buf_reset(&events->inputs);
	pedigree_buf_reset(&events->outputs);
	const struct pedigree_openlineage_event told = {
		.type = type,
		.json = event.data,
		.n = event.len,
		.inputs = events->n_inputs,
		.outputs = events->n_outputs,
	};
	events->n_inputs = events->n_outputs = 0;
	return events->how->each(events->how->ctx, &told, err);
}

/* What does not fit into an empty event fits into none. */
static bool is_empty(const struct events *events)
{
	return !events->inputs.len && !events->outputs.len;
}

enum full {
	STOP, /* leave the rest out */
	SEND  /* in events of type RUNNING, and go on */
};

/*
 * A data set whose name alone is too large for an event is told by its ARN;
 * nobody could receive it otherwise.
 */
static int describe(const struct events *events,
		    const struct pedigree_entity *entity, bool is_output,
		    struct pedigree_buf *text)
{
	struct pedigree_entity nameless = *entity;
	int status = pedigree_openlineage_dataset(entity, is_output, text);

	if (status || !events->how->most ||
	    text->len <= events->how->most * 2 / 5)
		return status;
	nameless.source_uri = NULL;
	pedigree_buf_reset(text);
	return pedigree_openlineage_dataset(&nameless, is_output, text);
}

static int add(struct events *events, const struct pedigree_export_ends *ends,
	       bool is_output, enum full full, struct pedigree_error *err)
{
	struct pedigree_buf *to =
		is_output ? &events->outputs : &events->inputs;

	for (size_t i = 0; i < ends->n; i++) {
		_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
		bool fits;
		int status = describe(events, ends->v[i], is_output, &text);

		if (status < 0)
			return pedigree_fail_memory(err);
		fits = !events->how->most || is_empty(events) ||
		       size_of(events) + text.len + 1 <= events->how->most;
		if (!fits && full == STOP)
			return 0;
		if (!fits)
			status = send(events, "RUNNING", false, err);
		if (status)
			return status;
		if (to->len)
			pedigree_buf_add_char(to, ',');
		pedigree_buf_add(to, text.data, text.len);
		*(is_output ? &events->n_outputs : &events->n_inputs) += 1;
	}
	return 0;
}

/* The word for how it ended; NULL: it goes on, as far as is known. */
static const char *last_type(const struct pedigree_entity *run)
{
	static const struct {
		const char *status, *type;
	} types[] = {
		{ "Completed", "COMPLETE" }, { "Failed", "FAIL" },
		{ "Stopped", "ABORT" },	     { "InProgress", NULL },
		{ "Stopping", NULL },
	};

	for (size_t i = 0; run->status && i < PEDIGREE_COUNT(types); i++)
		if (strcmp(types[i].status, run->status) == 0)
			return types[i].type;
	return "OTHER";
}

/* The time of the last event: of its end, or of what is known of it. */
static int64_t last_time(const struct pedigree_entity *run)
{
	int64_t ms = pedigree_export_ended(run);

	if (!ms)
		ms = run->modified_ms;
	return ms ? ms : pedigree_export_began(run);
}

static int begin(struct events *events, const struct pedigree_export_run *run,
		 struct pedigree_error *err)
{
	const struct pedigree_openlineage *how = events->how;
	size_t most = (how->most ? how->most : PEDIGREE_OPENLINEAGE_MOST) / 3;

	if (pedigree_openlineage_run(run, how->job_namespace, most, false,
				     &events->run) < 0 ||
	    pedigree_openlineage_run(run, how->job_namespace, most, true,
				     &events->over) < 0)
		return pedigree_fail_memory(err);
	pedigree_openlineage_job(run, how->job_namespace, &events->job);
	if (pedigree_buf_error(&events->job))
		return pedigree_fail_memory(err);
	return 0;
}

int pedigree_openlineage_events(const struct pedigree_openlineage *how,
				const struct pedigree_export_run *run,
				struct pedigree_error *err)
{
	_cleanup_(events_clear) struct events events = {
		.how = how,
		.began = pedigree_export_began(run->run),
		.ended = last_time(run->run),
		.last = last_type(run->run),
		.run = PEDIGREE_BUF_INIT,
		.over = PEDIGREE_BUF_INIT,
		.job = PEDIGREE_BUF_INIT,
		.inputs = PEDIGREE_BUF_INIT,
		.outputs = PEDIGREE_BUF_INIT,
	};
	const char *last = events.last;
	int status = begin(&events, run, err);

	/* Whoever shows a run that goes on shows what it reads. */
	if (!status && !how->begun)
		status = add(&events, &run->inputs, false, STOP, err);
	if (!status && !how->begun)
		status = send(&events, "START", false, err);
	if (!status)
		status = add(&events, &run->inputs, false, SEND, err);
	if (!status)
		status = add(&events, &run->outputs, true, SEND, err);
	if (!status && (last || events.inputs.len || events.outputs.len))
		status = send(&events, last ? last : "RUNNING", last != NULL,
			      err);
	return status;
}

static int print_event(void *ctx,
		       const struct pedigree_openlineage_event *event,
		       struct pedigree_error *err)
{
	FILE *out = ctx;

	(void)err;
	fwrite(event->json, 1, event->n, out);
	fputc('\n', out);
	return 0;
}

static int print_run(struct pedigree_export *export,
		     const struct pedigree_export_run *run,
		     struct pedigree_error *err)
{
	const struct pedigree_openlineage how = {
		.job_namespace = export->job_namespace,
		.most = PEDIGREE_OPENLINEAGE_MOST,
		.each = print_event,
		.ctx = export->out,
	};

	return pedigree_openlineage_events(&how, run, err);
}

const struct pedigree_export_ops pedigree_export_openlineage = {
	.run = print_run,
};
