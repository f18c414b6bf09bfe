/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "service/shapes.h"

#define REQUIRED(word, of) \
	{ \
		.name = (word), .shape = &pedigree_shape_##of, \
		.required = true \
	}
#define MEMBER(word, of) \
	{ \
		.name = (word), .shape = &pedigree_shape_##of \
	}
#define END \
	{ \
		.name = NULL \
	}

const struct pedigree_member pedigree_members_source_type[] = {
	REQUIRED("SourceIdType", source_id_type),
	REQUIRED("Value", string_256),
	END,
};

const struct pedigree_member pedigree_members_artifact_source[] = {
	REQUIRED("SourceUri", uri),
	MEMBER("SourceTypes", source_types),
	END,
};

const struct pedigree_member pedigree_members_source[] = {
	REQUIRED("SourceUri", uri),
	MEMBER("SourceType", string_256),
	MEMBER("SourceId", string_256),
	END,
};

const struct pedigree_member pedigree_members_metadata[] = {
	MEMBER("CommitId", string_1024),
	MEMBER("Repository", string_1024),
	MEMBER("GeneratedBy", string_1024),
	MEMBER("ProjectId", string_1024),
	END,
};

const struct pedigree_member pedigree_members_tag[] = {
	REQUIRED("Key", tag_key),
	REQUIRED("Value", tag_value),
	END,
};

const struct pedigree_member pedigree_members_parameter[] = {
	MEMBER("StringValue", string_2500),
	MEMBER("NumberValue", number),
	END,
};

const struct pedigree_member pedigree_members_component_artifact[] = {
	MEMBER("MediaType", media_type),
	REQUIRED("Value", uri_or_none),
	END,
};

const struct pedigree_member pedigree_members_component_status[] = {
	MEMBER("PrimaryStatus", primary_status),
	MEMBER("Message", string_1024),
	END,
};

const struct pedigree_member pedigree_members_metric[] = {
	MEMBER("MetricName", property_name),
	MEMBER("TimeStamp", timestamp),
	MEMBER("Max", number),
	MEMBER("Min", number),
	MEMBER("Last", number),
	MEMBER("Count", count),
	MEMBER("Avg", number),
	MEMBER("StdDev", number),
	END,
};

const struct pedigree_member pedigree_members_query_filters[] = {
	MEMBER("Types", query_types),
	MEMBER("LineageTypes", lineage_types),
	MEMBER("CreatedBefore", timestamp),
	MEMBER("CreatedAfter", timestamp),
	MEMBER("ModifiedBefore", timestamp),
	MEMBER("ModifiedAfter", timestamp),
	MEMBER("Properties", query_properties),
	END,
};

const struct pedigree_member pedigree_members_search_filter[] = {
	REQUIRED("Name", property_name),
	MEMBER("Operator", operator),
	MEMBER("Value", filter_value),
	END,
};

const struct pedigree_member pedigree_members_nested_filter[] = {
	REQUIRED("NestedPropertyName", property_name),
	REQUIRED("Filters", search_filters),
	END,
};

const struct pedigree_member pedigree_members_search_expression[] = {
	MEMBER("Filters", search_filters),
	MEMBER("NestedFilters", nested_filters),
	MEMBER("SubExpressions", search_expressions),
	MEMBER("Operator", boolean_operator),
	END,
};

#define SHAPE(name, ...) \
	const struct pedigree_shape pedigree_shape_##name = { __VA_ARGS__ };
#include "service/shapes.def"
#undef SHAPE
