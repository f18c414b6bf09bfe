/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Associations, and which trial components are in which trials.
 */
#include "config.h"

#include <string.h>

#include "base/err.h"
#include "service/call.h"

#define PAGE 10 /* the API's, when the request names none */

static bool is_experiment_entity(enum pedigree_kind kind)
{
	return kind == PEDIGREE_TRIAL_COMPONENT || kind == PEDIGREE_TRIAL ||
	       kind == PEDIGREE_EXPERIMENT;
}

struct ends {
	const char *source_arn, *destination_arn;
	struct pedigree_editor_end source, destination;
};

static int find_ends(struct pedigree_call *call, struct ends *ends,
		     struct pedigree_error *err)
{
	int status;

	ends->source_arn = pedigree_call_text(call, "SourceArn");
	ends->destination_arn = pedigree_call_text(call, "DestinationArn");
	status = pedigree_call_find_arn(call, ends->source_arn,
					&ends->source.row, &ends->source.kind,
					err);
	if (!status)
		status = pedigree_call_find_arn(call, ends->destination_arn,
						&ends->destination.row,
						&ends->destination.kind, err);
	return status;
}

static int answer_ends(struct pedigree_call *call, const struct ends *ends,
		       struct pedigree_error *err)
{
	if (pedigree_put_text(call->answer, "SourceArn", ends->source_arn) ||
	    pedigree_put_text(call->answer, "DestinationArn",
			      ends->destination_arn))
		return pedigree_fail_memory(err);
	return 0;
}

static int check_ends(struct pedigree_call *call, const struct ends *ends)
{
	if (ends->source.row == ends->destination.row)
		return pedigree_refuse(
			call, PEDIGREE_EINVAL,
			"The source and the destination of an association must be different entities.");
	if (is_experiment_entity(ends->source.kind) &&
	    is_experiment_entity(ends->destination.kind))
		return pedigree_refuse(
			call, PEDIGREE_EINVAL,
			"An association with both source and destination in the set [Experiment, Trial, TrialComponent] is invalid.");
	return 0;
}

int pedigree_do_associate(struct pedigree_call *call,
			  struct pedigree_error *err)
{
	struct pedigree_error why = PEDIGREE_ERROR_INIT;
	struct ends ends;
	int status = find_ends(call, &ends, err);

	if (!status)
		status = check_ends(call, &ends);
	if (!status)
		status = pedigree_call_quota(call, -1, err);
	if (status)
		return status;
	status = pedigree_editor_associate(
		call->editor, &ends.source, &ends.destination,
		pedigree_call_text(call, "AssociationType"), call->now_ms,
		&why);
	if (status == PEDIGREE_EEXIST)
		return pedigree_refuse(
			call, status,
			"An association between %s and %s already exists.",
			ends.source_arn, ends.destination_arn);
	if (status)
		return pedigree_fail(err, status, "%s", why.text);
	return answer_ends(call, &ends, err);
}

int pedigree_do_dissociate(struct pedigree_call *call,
			   struct pedigree_error *err)
{
	struct pedigree_error why = PEDIGREE_ERROR_INIT;
	struct ends ends;
	int status = find_ends(call, &ends, err);

	if (status)
		return status;
	status = pedigree_editor_dissociate(call->editor, &ends.source,
					    &ends.destination, &why);
	if (status == PEDIGREE_ENOTFOUND)
		return pedigree_refuse(
			call, status,
			"There is no association between %s and %s.",
			ends.source_arn, ends.destination_arn);
	if (status)
		return pedigree_fail(err, status, "%s", why.text);
	return answer_ends(call, &ends, err);
}

static json_t *summarise(const struct pedigree_edge *edge,
			 const struct pedigree_entity *source,
			 const struct pedigree_entity *destination)
{
	json_t *summary = json_object();
	int status =
		summary ? pedigree_put_text(summary, "SourceArn", source->arn)
			: PEDIGREE_ENOMEM;

	if (!status)
		status = pedigree_put_text(summary, "DestinationArn",
					   destination->arn);
	if (!status)
		status = pedigree_put_text(summary, "SourceType",
					   pedigree_end_type(source));
	if (!status)
		status = pedigree_put_text(summary, "DestinationType",
					   pedigree_end_type(destination));
	if (!status)
		status = pedigree_put_text(summary, "AssociationType",
					   edge->type);
	if (!status)
		status = pedigree_put_text(summary, "SourceName", source->name);
	if (!status)
		status = pedigree_put_text(summary, "DestinationName",
					   destination->name);
	if (!status)
		status = pedigree_put_time(summary, "CreationTime",
					   edge->created_ms);
	if (!status)
		return summary;
	json_decref(summary);
	return NULL;
}

static json_t *mark_of(const struct pedigree_edge *edge,
		       enum pedigree_edge_order by,
		       const struct pedigree_entity *source,
		       const struct pedigree_entity *destination)
{
	const char *const texts[] = {
		[PEDIGREE_EDGES_BY_CREATION] = "",
		[PEDIGREE_EDGES_BY_SOURCE] = source->arn,
		[PEDIGREE_EDGES_BY_DESTINATION] = destination->arn,
		[PEDIGREE_EDGES_BY_SOURCE_TYPE] = pedigree_end_type(source),
		[PEDIGREE_EDGES_BY_DESTINATION_TYPE] =
			pedigree_end_type(destination),
	};

	return json_pack("{sIsIsIss}", "s", (json_int_t)edge->source, "d",
			 (json_int_t)edge->destination, "c",
			 (json_int_t)edge->created_ms, "t", texts[by]);
}

static void take_mark(const json_t *mark, struct pedigree_edge_filter *filter)
{
	filter->behind.source = json_integer_value(json_object_get(mark, "s"));
	filter->behind.destination =
		json_integer_value(json_object_get(mark, "d"));
	filter->behind.created_ms =
		json_integer_value(json_object_get(mark, "c"));
	filter->behind.text = json_string_value(json_object_get(mark, "t"));
}

static int write_page(struct pedigree_call *call,
		      const struct pedigree_page *page,
		      const struct pedigree_edges *edges,
		      enum pedigree_edge_order by, json_t *summaries,
		      struct pedigree_error *err)
{
	for (size_t i = 0; i < edges->n && i < page->size; i++) {
		_cleanup_(
			pedigree_entity_clear) struct pedigree_entity source = {
			0
		};
		_cleanup_(pedigree_entity_clear) struct pedigree_entity
			destination = { 0 };
		const struct pedigree_edge *edge = &edges->v[i];
		int status = pedigree_ledger_entity(call->ledger, edge->source,
						    &source, err);

		if (!status)
			status = pedigree_ledger_entity(call->ledger,
							edge->destination,
							&destination, err);
		if (status)
			return status;
		if (json_array_append_new(summaries, summarise(edge, &source,
							       &destination)))
			return pedigree_fail_memory(err);
		if (i + 1 == page->size && edges->n > page->size &&
		    pedigree_page_more(call, page,
				       mark_of(edge, by, &source,
					       &destination)))
			return pedigree_fail_memory(err);
	}
	return 0;
}

static enum pedigree_edge_order order_of(const char *by)
{
	static const char *const words[] = {
		[PEDIGREE_EDGES_BY_CREATION] = "CreationTime",
		[PEDIGREE_EDGES_BY_SOURCE] = "SourceArn",
		[PEDIGREE_EDGES_BY_DESTINATION] = "DestinationArn",
		[PEDIGREE_EDGES_BY_SOURCE_TYPE] = "SourceType",
		[PEDIGREE_EDGES_BY_DESTINATION_TYPE] = "DestinationType",
	};

	for (size_t i = 0; by && i < PEDIGREE_COUNT(words); i++)
		if (strcmp(by, words[i]) == 0)
			return (enum pedigree_edge_order)i;
	return PEDIGREE_EDGES_BY_CREATION;
}

/* An end that is not there has no associations. */
static int find_filter_end(struct pedigree_call *call, const char *member,
			   pedigree_row *ret_row, struct pedigree_error *err)
{
	const char *arn = pedigree_call_text(call, member);
	enum pedigree_kind kind;

	return arn ? pedigree_call_find_arn(call, arn, ret_row, &kind, err) : 0;
}

int pedigree_do_list_associations(struct pedigree_call *call,
				  struct pedigree_error *err)
{
	const char *order = pedigree_call_text(call, "SortOrder");
	_cleanup_(pedigree_page_close) struct pedigree_page page = { 0 };
	_cleanup_(pedigree_edges_clear) struct pedigree_edges edges = { 0 };
	struct pedigree_edge_filter filter = {
		.source_type = pedigree_call_text(call, "SourceType"),
		.destination_type = pedigree_call_text(call, "DestinationType"),
		.type = pedigree_call_text(call, "AssociationType"),
		.created_after_ms = pedigree_call_time(call, "CreatedAfter"),
		.created_before_ms = pedigree_call_time(call, "CreatedBefore"),
		.by = order_of(pedigree_call_text(call, "SortBy")),
		.ascending = order && strcmp(order, "Ascending") == 0,
	};
	json_t *summaries = json_array();
	int status =
		pedigree_put(call->answer, "AssociationSummaries", summaries);

	if (!status)
		status = pedigree_page_open(call, PAGE, &page);
	if (!status)
		status =
			find_filter_end(call, "SourceArn", &filter.source, err);
	if (!status)
		status = find_filter_end(call, "DestinationArn",
					 &filter.destination, err);
	if (status || !call->ledger)
		return status;
	take_mark(page.mark, &filter);
	filter.limit = page.size + 1;
	status = pedigree_ledger_find_edges(call->ledger, &filter, &edges, err);
	if (!status)
		status = write_page(call, &page, &edges, filter.by, summaries,
				    err);
	return status;
}

struct membership {
	struct pedigree_entity component, trial;
	pedigree_row component_row, trial_row;
};

static void membership_clear(struct membership *membership)
{
	pedigree_entity_clear(&membership->component);
	pedigree_entity_clear(&membership->trial);
}

static int find_membership(struct pedigree_call *call,
			   struct membership *membership,
			   struct pedigree_error *err)
{
	int status = pedigree_call_find(
		call, PEDIGREE_TRIAL_COMPONENT,
		pedigree_call_text(call, "TrialComponentName"),
		&membership->component_row, &membership->component, err);

	if (!status)
		status = pedigree_call_find(
			call, PEDIGREE_TRIAL,
			pedigree_call_text(call, "TrialName"),
			&membership->trial_row, &membership->trial, err);
	return status;
}

static int answer_membership(struct pedigree_call *call,
			     const struct membership *membership,
			     struct pedigree_error *err)
{
	if (pedigree_put_text(call->answer, "TrialComponentArn",
			      membership->component.arn) ||
	    pedigree_put_text(call->answer, "TrialArn", membership->trial.arn))
		return pedigree_fail_memory(err);
	return 0;
}

int pedigree_do_join_trial(struct pedigree_call *call,
			   struct pedigree_error *err)
{
	_cleanup_(membership_clear) struct membership membership = { 0 };
	int status = find_membership(call, &membership, err);

	if (!status)
		status = pedigree_editor_join(call->editor,
					      membership.trial.name,
					      membership.component_row, err);
	return status ? status : answer_membership(call, &membership, err);
}

int pedigree_do_leave_trial(struct pedigree_call *call,
			    struct pedigree_error *err)
{
	_cleanup_(membership_clear) struct membership membership = { 0 };
	struct pedigree_error why = PEDIGREE_ERROR_INIT;
	int status = find_membership(call, &membership, err);

	if (status)
		return status;
	status = pedigree_editor_leave(call->editor, membership.trial.name,
				       membership.component_row, &why);
	if (status == PEDIGREE_ENOTFOUND)
		return pedigree_refuse(
			call, status,
			"Trial component '%s' is not associated with trial '%s'.",
			membership.component.name, membership.trial.name);
	if (status)
		return pedigree_fail(err, status, "%s", why.text);
	return answer_membership(call, &membership, err);
}
