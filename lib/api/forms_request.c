/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is only ever asked: filters, removals, searches, names.
 */
#include "config.h"

#include "api/forms.h"

#include "base/base.h"

#define ROW PEDIGREE_ROW
#define ROWS PEDIGREE_ROWS
#define FORM(table) \
	{ \
		.size = sizeof(SELF), .fields = (table), \
		.n = PEDIGREE_COUNT(table), .strict = true \
	}

/* Newest first is what the API does when it is not asked. */
static const char *const orders[] = { NULL, "Ascending" };

static const struct pedigree_field filter_fields[] = {
#define SELF struct pedigree_filter
	{ ROW(TEXT, "ArtifactType", type) },
	{ ROW(TEXT, "ActionType", type) },
	{ ROW(TEXT, "ContextType", type) },
	{ ROW(TEXT, "SourceUri", source_uri) },
	{ ROW(TEXT, "SourceArn", source_uri) },
	{ ROW(TEXT, "ExperimentName", experiment) },
	{ ROW(TEXT, "TrialName", trial) },
	{ ROW(TEXT, "TrialComponentName", trial_component) },
	{ ROW(TIME, "CreatedAfter", created_after_ms) },
	{ ROW(TIME, "CreatedBefore", created_before_ms) },
	{ ROW(TEXT, "SortBy", sort_by) },
	{ ROW(CHOICE, "SortOrder", ascending), .words = orders },
};
const struct pedigree_form pedigree_form_filter = FORM(filter_fields);
#undef SELF

static const struct pedigree_field association_filter_fields[] = {
#define SELF struct pedigree_association_filter
	{ ROW(TEXT, "SourceArn", source_arn) },
	{ ROW(TEXT, "DestinationArn", destination_arn) },
	{ ROW(TEXT, "SourceType", source_type) },
	{ ROW(TEXT, "DestinationType", destination_type) },
	{ ROW(TEXT, "AssociationType", type) },
	{ ROW(TIME, "CreatedAfter", created_after_ms) },
	{ ROW(TIME, "CreatedBefore", created_before_ms) },
	{ ROW(TEXT, "SortBy", sort_by) },
	{ ROW(CHOICE, "SortOrder", ascending), .words = orders },
};
const struct pedigree_form pedigree_form_association_filter =
	FORM(association_filter_fields);
#undef SELF

static const struct pedigree_field removal_fields[] = {
#define SELF struct pedigree_removal
	{ ROW(WORDS, "PropertiesToRemove", properties) },
	{ ROW(WORDS, "ParametersToRemove", parameters) },
	{ ROW(WORDS, "InputArtifactsToRemove", inputs) },
	{ ROW(WORDS, "OutputArtifactsToRemove", outputs) },
};
const struct pedigree_form pedigree_form_removal = FORM(removal_fields);
#undef SELF

static const struct pedigree_field condition_fields[] = {
#define SELF struct pedigree_condition
	{ ROW(TEXT, "Name", name) },
	{ ROW(TEXT, "Operator", op) },
	{ ROW(TEXT, "Value", value) },
};
static const struct pedigree_form condition_form = FORM(condition_fields);
#undef SELF

static const char *const joiners[] = { NULL, "Or" };

static const struct pedigree_field search_fields[] = {
#define SELF struct pedigree_search
	{ .in = "SearchExpression",
	  ROW(LIST, "Filters", conditions),
	  .count = offsetof(SELF, n_conditions),
	  .item = &condition_form },
	{ .in = "SearchExpression",
	  ROW(CHOICE, "Operator", any),
	  .words = joiners },
	{ ROW(TEXT, "SortBy", sort_by) },
	{ ROW(CHOICE, "SortOrder", ascending), .words = orders },
};
const struct pedigree_form pedigree_form_search = FORM(search_fields);
#undef SELF

static const char *const directions[] = {
	[PEDIGREE_UP] = "Ascendants",
	[PEDIGREE_DOWN] = "Descendants",
	[PEDIGREE_BOTH] = "Both",
};

static const struct pedigree_field lineage_query_fields[] = {
#define SELF struct pedigree_lineage_query
	{ ROW(ONE, "StartArns", start_arn) },
	{ ROW(CHOICE, "Direction", direction), .words = directions },
	{ ROW(NUMBER, "MaxDepth", depth) },
	{ ROW(NOT, "IncludeEdges", no_edges) },
	{ .in = "Filters", ROW(WORDS, "Types", types) },
	{ .in = "Filters", ROW(WORDS, "LineageTypes", lineage_types) },
	{ .in = "Filters",
	  ROW(MAP, "Properties", properties),
	  .count = offsetof(SELF, n_properties),
	  .item = &pedigree_form_property },
	{ .in = "Filters", ROW(TIME, "CreatedAfter", created_after_ms) },
	{ .in = "Filters", ROW(TIME, "CreatedBefore", created_before_ms) },
	{ .in = "Filters", ROW(TIME, "ModifiedAfter", modified_after_ms) },
	{ .in = "Filters", ROW(TIME, "ModifiedBefore", modified_before_ms) },
};
const struct pedigree_form pedigree_form_lineage_query =
	FORM(lineage_query_fields);
#undef SELF

static const struct pedigree_field named_fields[] = {
#define SELF struct pedigree_named
	{ ROW(TEXT, "ArtifactArn", entity) },
	{ ROW(TEXT, "ActionName", entity) },
	{ ROW(TEXT, "ContextName", entity) },
	{ ROW(TEXT, "TrialComponentName", entity) },
	{ ROW(TEXT, "TrialName", entity) },
	{ ROW(TEXT, "ExperimentName", entity) },
};
const struct pedigree_form pedigree_form_named = FORM(named_fields);
#undef SELF

static const struct pedigree_field ends_fields[] = {
#define SELF struct pedigree_ends
	{ ROW(TEXT, "SourceArn", source) },
	{ ROW(TEXT, "DestinationArn", destination) },
	{ ROW(TEXT, "AssociationType", type) },
};
const struct pedigree_form pedigree_form_ends = FORM(ends_fields);
#undef SELF

static const struct pedigree_field membership_fields[] = {
#define SELF struct pedigree_membership
	{ ROW(TEXT, "TrialName", trial) },
	{ ROW(TEXT, "TrialComponentName", component) },
};
const struct pedigree_form pedigree_form_membership = FORM(membership_fields);
#undef SELF

static const struct pedigree_field tagging_fields[] = {
#define SELF struct pedigree_tagging
	{ ROW(TEXT, "ResourceArn", arn) },
	{ ROW(LIST, "Tags", tags), .count = offsetof(SELF, n),
	  .item = &pedigree_form_tag },
	{ ROW(WORDS, "TagKeys", keys) },
};
const struct pedigree_form pedigree_form_tagging = FORM(tagging_fields);
#undef SELF

static const struct pedigree_field resource_fields[] = {
#define SELF struct pedigree_resource
	{ ROW(TEXT, "Resource", name) },
};
const struct pedigree_form pedigree_form_resource = FORM(resource_fields);
#undef SELF
