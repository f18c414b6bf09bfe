/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The entities: a table of members a structure. A member that different
 * operations call by different names has a row for each.
 */
#include "config.h"

#include "api/forms.h"

#include "base/base.h"

#define ROW PEDIGREE_ROW
#define ROWS PEDIGREE_ROWS
#define FORM(table) \
	{ \
		.size = sizeof(SELF), .fields = (table), \
		.n = PEDIGREE_COUNT(table) \
	}

static const struct pedigree_field tag_fields[] = {
#define SELF struct pedigree_tag
	{ ROW(TEXT, "Key", key) },
	{ ROW(TEXT, "Value", value) },
};
const struct pedigree_form pedigree_form_tag = FORM(tag_fields);
#undef SELF

static const struct pedigree_field property_fields[] = {
#define SELF struct pedigree_property
	{ ROW(TEXT, "Key", key) },
	{ ROW(TEXT, NULL, value) },
};
const struct pedigree_form pedigree_form_property = FORM(property_fields);
#undef SELF

static const struct pedigree_field parameter_fields[] = {
#define SELF struct pedigree_parameter
	{ ROW(TEXT, "Key", key) },
	{ ROW(TEXT, "StringValue", text) },
	{ ROW(DOUBLE, "NumberValue", number) },
};
static const struct pedigree_form parameter_form = FORM(parameter_fields);
#undef SELF

static const struct pedigree_field source_type_fields[] = {
#define SELF struct pedigree_source_type
	{ ROW(TEXT, "SourceIdType", type) },
	{ ROW(TEXT, "Value", value) },
};
static const struct pedigree_form source_type_form = FORM(source_type_fields);
#undef SELF

static const struct pedigree_field component_artifact_fields[] = {
#define SELF struct pedigree_component_artifact
	{ ROW(TEXT, "Key", key) },
	{ ROW(TEXT, "Value", value) },
	{ ROW(TEXT, "MediaType", media_type) },
};
static const struct pedigree_form component_artifact_form =
	FORM(component_artifact_fields);
#undef SELF

#define METADATA \
	{ .in = "MetadataProperties", \
	  ROW(TEXT, "CommitId", metadata.commit_id) }, \
		{ .in = "MetadataProperties", \
		  ROW(TEXT, "Repository", metadata.repository) }, \
		{ .in = "MetadataProperties", \
		  ROW(TEXT, "GeneratedBy", metadata.generated_by) }, \
	{ \
		.in = "MetadataProperties", \
		ROW(TEXT, "ProjectId", metadata.project_id) \
	}
#define TIMES \
	{ ROW(TIME, "CreationTime", created_ms) }, \
	{ \
		ROW(TIME, "LastModifiedTime", modified_ms) \
	}
#define SOURCE \
	{ .in = "Source", ROW(TEXT, "SourceUri", source_uri) }, \
		{ .in = "Source", ROW(TEXT, "SourceType", source_type) }, \
	{ \
		.in = "Source", ROW(TEXT, "SourceId", source_id) \
	}

static const struct pedigree_field artifact_fields[] = {
#define SELF struct pedigree_artifact
	{ ROW(TEXT, "ArtifactArn", arn) },
	{ ROW(TEXT, "ArtifactName", name) },
	{ ROW(TEXT, "ArtifactType", type) },
	{ .in = "Source", ROW(TEXT, "SourceUri", source_uri) },
	{ .in = "Source",
	  ROWS(LIST, "SourceTypes", source_types, source_type_form) },
	{ ROWS(MAP, "Properties", properties, pedigree_form_property) },
	METADATA,
	{ ROWS(LIST, "Tags", tags, pedigree_form_tag) },
	TIMES,
};
const struct pedigree_form pedigree_form_artifact = FORM(artifact_fields);
#undef SELF

static const struct pedigree_field action_fields[] = {
#define SELF struct pedigree_action
	{ ROW(TEXT, "ActionArn", arn) },
	{ ROW(TEXT, "ActionName", name) },
	{ ROW(TEXT, "ActionType", type) },
	SOURCE,
	{ ROW(TEXT, "Description", description) },
	{ ROW(TEXT, "Status", status) },
	{ ROWS(MAP, "Properties", properties, pedigree_form_property) },
	METADATA,
	{ ROWS(LIST, "Tags", tags, pedigree_form_tag) },
	TIMES,
};
const struct pedigree_form pedigree_form_action = FORM(action_fields);
#undef SELF

static const struct pedigree_field context_fields[] = {
#define SELF struct pedigree_context
	{ ROW(TEXT, "ContextArn", arn) },
	{ ROW(TEXT, "ContextName", name) },
	{ ROW(TEXT, "ContextType", type) },
	SOURCE,
	{ ROW(TEXT, "Description", description) },
	{ ROWS(MAP, "Properties", properties, pedigree_form_property) },
	{ ROWS(LIST, "Tags", tags, pedigree_form_tag) },
	TIMES,
};
const struct pedigree_form pedigree_form_context = FORM(context_fields);
#undef SELF

static const struct pedigree_field trial_component_fields[] = {
#define SELF struct pedigree_trial_component
	{ ROW(TEXT, "TrialComponentArn", arn) },
	{ ROW(TEXT, "TrialComponentName", name) },
	{ ROW(TEXT, "DisplayName", display_name) },
	{ .in = "Source", ROW(TEXT, "SourceArn", source_arn) },
	{ .in = "TrialComponentSource", ROW(TEXT, "SourceArn", source_arn) },
	{ .in = "Status", ROW(TEXT, "PrimaryStatus", status) },
	{ .in = "Status", ROW(TEXT, "Message", message) },
	{ ROW(TIME, "StartTime", start_ms) },
	{ ROW(TIME, "EndTime", end_ms) },
	{ ROWS(MAP, "Parameters", parameters, parameter_form) },
	{ ROWS(MAP, "InputArtifacts", inputs, component_artifact_form) },
	{ ROWS(MAP, "OutputArtifacts", outputs, component_artifact_form) },
	METADATA,
	{ ROWS(LIST, "Tags", tags, pedigree_form_tag) },
	TIMES,
};
const struct pedigree_form pedigree_form_trial_component =
	FORM(trial_component_fields);
#undef SELF

static const struct pedigree_field trial_fields[] = {
#define SELF struct pedigree_trial
	{ ROW(TEXT, "TrialArn", arn) },
	{ ROW(TEXT, "TrialName", name) },
	{ ROW(TEXT, "DisplayName", display_name) },
	{ ROW(TEXT, "ExperimentName", experiment) },
	METADATA,
	{ ROWS(LIST, "Tags", tags, pedigree_form_tag) },
	TIMES,
};
const struct pedigree_form pedigree_form_trial = FORM(trial_fields);
#undef SELF

static const struct pedigree_field experiment_fields[] = {
#define SELF struct pedigree_experiment
	{ ROW(TEXT, "ExperimentArn", arn) },
	{ ROW(TEXT, "ExperimentName", name) },
	{ ROW(TEXT, "DisplayName", display_name) },
	{ ROW(TEXT, "Description", description) },
	{ ROWS(LIST, "Tags", tags, pedigree_form_tag) },
	TIMES,
};
const struct pedigree_form pedigree_form_experiment = FORM(experiment_fields);
#undef SELF

static const struct pedigree_field association_fields[] = {
#define SELF struct pedigree_association
	{ ROW(TEXT, "SourceArn", source_arn) },
	{ ROW(TEXT, "SourceName", source_name) },
	{ ROW(TEXT, "SourceType", source_type) },
	{ ROW(TEXT, "DestinationArn", destination_arn) },
	{ ROW(TEXT, "DestinationName", destination_name) },
	{ ROW(TEXT, "DestinationType", destination_type) },
	{ ROW(TEXT, "AssociationType", type) },
	{ ROW(TIME, "CreationTime", created_ms) },
};
const struct pedigree_form pedigree_form_association = FORM(association_fields);
#undef SELF

static const struct pedigree_field vertex_fields[] = {
#define SELF struct pedigree_lineage_vertex
	{ ROW(TEXT, "Arn", arn) },
	{ ROW(TEXT, "Type", type) },
	{ ROW(TEXT, "LineageType", kind) },
};
static const struct pedigree_form vertex_form = FORM(vertex_fields);
#undef SELF

static const struct pedigree_field arn_edge_fields[] = {
#define SELF struct pedigree_arn_edge
	{ ROW(TEXT, "SourceArn", source) },
	{ ROW(TEXT, "DestinationArn", destination) },
	{ ROW(TEXT, "AssociationType", type) },
};
static const struct pedigree_form arn_edge_form = FORM(arn_edge_fields);
#undef SELF

static const struct pedigree_field lineage_page_fields[] = {
#define SELF struct pedigree_lineage_page
	{ ROWS(LIST, "Vertices", vertices, vertex_form) },
	{ ROWS(LIST, "Edges", edges, arn_edge_form) },
	{ ROW(TEXT, "NextToken", token) },
};
const struct pedigree_form pedigree_form_lineage_page =
	FORM(lineage_page_fields);
#undef SELF
