/* SPDX-License-Identifier: Apache-2.0 */
/*
 * List of every kind of entity.
 */
#include "config.h"

#include <string.h>

#include "base/err.h"
#include "service/call.h"

#define PAGE 10 /* the API's, when the request names none */

/* What a summary has of what Describe answers. */
static const char *const summarised[] = {
	"ArtifactArn",
	"ArtifactName",
	"ArtifactType",
	"ActionArn",
	"ActionName",
	"ActionType",
	"ContextArn",
	"ContextName",
	"ContextType",
	"TrialComponentName",
	"TrialComponentArn",
	"StartTime",
	"EndTime",
	"TrialName",
	"TrialArn",
	"ExperimentName",
	"ExperimentArn",
	"DisplayName",
	"Source",
	"Status",
	"CreationTime",
	"LastModifiedTime",
};

/* A trial's summary has no experiment. */
static bool left_out(const struct pedigree_entity *entity, const char *name)
{
	return entity->kind == PEDIGREE_TRIAL &&
	       strcmp(name, "ExperimentName") == 0;
}

static json_t *summarise(const struct pedigree_entity *entity)
{
	_cleanup_json_ json_t *all = pedigree_entity_describe(entity);
	const struct pedigree_kind_words *words =
		&pedigree_kind_words[entity->kind];
	json_t *summary = json_object();
	int status = all && summary ? 0 : PEDIGREE_ENOMEM;

	for (size_t i = 0; !status && i < PEDIGREE_COUNT(summarised); i++) {
		const char *name = summarised[i];
		json_t *value = json_object_get(all, name);

		if (!value || left_out(entity, name))
			continue;
		if (strcmp(name, "Source") == 0)
			name = words->source;
		if (json_object_set(summary, name, value))
			status = PEDIGREE_ENOMEM;
	}
	if (!status && !entity->display_name &&
	    entity->kind >= PEDIGREE_TRIAL_COMPONENT)
		status =
			pedigree_put_text(summary, "DisplayName", entity->name);
	if (!status)
		return summary;
	json_decref(summary);
	return NULL;
}

static json_t *mark_of(const struct pedigree_entity *entity, pedigree_row row,
		       bool by_name)
{
	if (by_name)
		return json_pack("{sssI}", "n",
				 entity->name ? entity->name : "", "r",
				 (json_int_t)row);
	return json_pack("{sIsI}", "c", (json_int_t)entity->created_ms, "r",
			 (json_int_t)row);
}

static void take_mark(const json_t *mark, struct pedigree_ledger_mark *behind)
{
	behind->name = json_string_value(json_object_get(mark, "n"));
	behind->created_ms = json_integer_value(json_object_get(mark, "c"));
	behind->row = json_integer_value(json_object_get(mark, "r"));
}

/* The rows of a page, and one more if there are more. */
static int write_page(struct pedigree_call *call,
		      const struct pedigree_page *page,
		      const struct pedigree_rows *rows, bool by_name,
		      json_t *summaries, struct pedigree_error *err)
{
	for (size_t i = 0; i < rows->n && i < page->size; i++) {
		_cleanup_(
			pedigree_entity_clear) struct pedigree_entity entity = {
			0
		};
		int status = pedigree_ledger_entity(call->ledger, rows->v[i],
						    &entity, err);

		if (status)
			return status;
		if (json_array_append_new(summaries, summarise(&entity)))
			return pedigree_fail_memory(err);
		if (i + 1 < page->size || rows->n <= page->size)
			continue;
		if (pedigree_page_more(call, page,
				       mark_of(&entity, rows->v[i], by_name)))
			return pedigree_fail_memory(err);
	}
	return 0;
}

/* Filters that name another entity. */
static int find_named(struct pedigree_call *call,
		      struct pedigree_ledger_filter *filter,
		      struct pedigree_error *err)
{
	const char *experiment = pedigree_call_text(call, "ExperimentName");
	const char *component = pedigree_call_text(call, "TrialComponentName");
	const char *trial = pedigree_call_text(call, "TrialName");
	pedigree_row row;
	int status = 0;

	filter->experiment = experiment;
	filter->trial = trial;
	if (experiment)
		status = pedigree_call_find(call, PEDIGREE_EXPERIMENT,
					    experiment, &row, NULL, err);
	if (!status && trial)
		status = pedigree_call_find(call, PEDIGREE_TRIAL, trial, &row,
					    NULL, err);
	if (!status && component)
		status = pedigree_call_find(call, PEDIGREE_TRIAL_COMPONENT,
					    component, &filter->component, NULL,
					    err);
	return status;
}

int pedigree_do_list(struct pedigree_call *call, struct pedigree_error *err)
{
	const struct pedigree_kind_words *words =
		&pedigree_kind_words[call->operation->kind];
	const char *order = pedigree_call_text(call, "SortOrder");
	const char *by = pedigree_call_text(call, "SortBy");
	const char *source = pedigree_call_text(call, "SourceUri");
	_cleanup_(pedigree_page_close) struct pedigree_page page = { 0 };
	_cleanup_(pedigree_rows_clear) struct pedigree_rows rows = { 0 };
	struct pedigree_ledger_filter filter = {
		.kind = call->operation->kind,
		.type = words->type ? pedigree_call_text(call, words->type)
				    : NULL,
		.source_uri =
			source ? source : pedigree_call_text(call, "SourceArn"),
		.created_after_ms = pedigree_call_time(call, "CreatedAfter"),
		.created_before_ms = pedigree_call_time(call, "CreatedBefore"),
		.by_name = by && strcmp(by, "Name") == 0,
		.ascending = order && strcmp(order, "Ascending") == 0,
	};
	json_t *summaries = json_array();
	int status = pedigree_put(call->answer, words->summaries, summaries);

	if (!status)
		status = pedigree_page_open(call, PAGE, &page);
	if (!status)
		status = find_named(call, &filter, err);
	if (status || !call->ledger)
		return status;
	take_mark(page.mark, &filter.behind);
	filter.limit = page.size + 1;
	status = pedigree_ledger_list(call->ledger, &filter, &rows, err);
	if (!status)
		status = write_page(call, &page, &rows, filter.by_name,
				    summaries, err);
	return status;
}
