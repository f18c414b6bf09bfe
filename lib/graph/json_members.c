/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "graph/json_members.h"

#define ROW(object, word, how, member) \
	{ \
		.in = (object), .key = (word), .shape = PEDIGREE_JSON_##how, \
		.offset = offsetof(struct pedigree_entity, member) \
	}

#define VALUES(word, values, types) \
	{ \
		.key = (word), .shape = PEDIGREE_JSON_VALUES, \
		.offset = offsetof(struct pedigree_entity, values), \
		.media = offsetof(struct pedigree_entity, types) \
	}

#define SOURCE \
	ROW("Source", "SourceUri", TEXT, source_uri), \
		ROW("Source", "SourceType", TEXT, source_type), \
		ROW("Source", "SourceId", TEXT, source_id)

#define SOURCE_ARN \
	ROW("Source", "SourceArn", TEXT, source_uri), \
		ROW("Source", "SourceType", TEXT, source_type)

#define METADATA \
	ROW("MetadataProperties", "CommitId", TEXT, commit_id), \
		ROW("MetadataProperties", "Repository", TEXT, repository), \
		ROW("MetadataProperties", "GeneratedBy", TEXT, generated_by), \
		ROW("MetadataProperties", "ProjectId", TEXT, project_id)

#define TIMES \
	ROW(NULL, "CreationTime", TIME, created_ms), \
		ROW(NULL, "LastModifiedTime", TIME, modified_ms)

#define END \
	{ \
		.key = NULL \
	}

static const struct pedigree_json_member artifact[] = {
	ROW(NULL, "ArtifactName", TEXT, name),
	ROW(NULL, "ArtifactArn", TEXT, arn),
	ROW("Source", "SourceUri", TEXT, source_uri),
	ROW("Source", "SourceTypes", TYPES, source_types),
	ROW(NULL, "ArtifactType", TEXT, type),
	ROW(NULL, "Properties", MAP, properties),
	TIMES,
	METADATA,
	END
};

static const struct pedigree_json_member action[] = {
	ROW(NULL, "ActionName", TEXT, name),
	ROW(NULL, "ActionArn", TEXT, arn),
	SOURCE,
	ROW(NULL, "ActionType", TEXT, type),
	ROW(NULL, "Description", TEXT, description),
	ROW(NULL, "Status", TEXT, status),
	ROW(NULL, "Properties", MAP, properties),
	TIMES,
	METADATA,
	END
};

static const struct pedigree_json_member context[] = {
	ROW(NULL, "ContextName", TEXT, name),
	ROW(NULL, "ContextArn", TEXT, arn),
	SOURCE,
	ROW(NULL, "ContextType", TEXT, type),
	ROW(NULL, "Description", TEXT, description),
	ROW(NULL, "Properties", MAP, properties),
	TIMES,
	END
};

static const struct pedigree_json_member trial_component[] = {
	ROW(NULL, "TrialComponentName", TEXT, name),
	ROW(NULL, "TrialComponentArn", TEXT, arn),
	ROW(NULL, "DisplayName", TEXT, display_name),
	SOURCE_ARN,
	ROW("Status", "PrimaryStatus", TEXT, status),
	ROW("Status", "Message", TEXT, message),
	ROW(NULL, "StartTime", TIME, start_ms),
	ROW(NULL, "EndTime", TIME, end_ms),
	TIMES,
	ROW(NULL, "Parameters", PARAMS, parameters),
	ROW(NULL, "Metrics", METRICS, metrics),
	VALUES("InputArtifacts", input_artifacts, input_media),
	VALUES("OutputArtifacts", output_artifacts, output_media),
	METADATA,
	END
};

static const struct pedigree_json_member trial[] = {
	ROW(NULL, "TrialName", TEXT, name),
	ROW(NULL, "TrialArn", TEXT, arn),
	ROW(NULL, "DisplayName", TEXT, display_name),
	ROW(NULL, "ExperimentName", TEXT, experiment),
	SOURCE_ARN,
	TIMES,
	METADATA,
	END
};

static const struct pedigree_json_member experiment[] = {
	ROW(NULL, "ExperimentName", TEXT, name),
	ROW(NULL, "ExperimentArn", TEXT, arn),
	ROW(NULL, "DisplayName", TEXT, display_name),
	SOURCE_ARN,
	ROW(NULL, "Description", TEXT, description),
	TIMES,
	END
};

#define NUMBER(key, member) \
	{ \
		key, offsetof(struct pedigree_metric, member) \
	}

const struct pedigree_json_number pedigree_json_metric[] = {
	NUMBER("Max", max), NUMBER("Min", min),	       NUMBER("Last", last),
	NUMBER("Avg", avg), NUMBER("StdDev", std_dev), { NULL, 0 },
};

const struct pedigree_json_member
	*const pedigree_json_members[PEDIGREE_KINDS] = {
		[PEDIGREE_ARTIFACT] = artifact,
		[PEDIGREE_ACTION] = action,
		[PEDIGREE_CONTEXT] = context,
		[PEDIGREE_TRIAL_COMPONENT] = trial_component,
		[PEDIGREE_TRIAL] = trial,
		[PEDIGREE_EXPERIMENT] = experiment,
	};
