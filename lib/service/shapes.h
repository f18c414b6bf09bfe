/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shapes of the API's members, and the patterns of its strings.
 */
#ifndef PEDIGREE_SERVICE_SHAPES_H
#define PEDIGREE_SERVICE_SHAPES_H

#include "service/shape.h"

/* shapes.def: one shape a row. */
#define SHAPE(name, ...) \
	extern const struct pedigree_shape pedigree_shape_##name;
#include "service/shapes.def"
#undef SHAPE

extern const struct pedigree_pattern pedigree_pattern_name;
extern const struct pedigree_pattern pedigree_pattern_context_name;
extern const struct pedigree_pattern pedigree_pattern_name_or_arn;
extern const struct pedigree_pattern pedigree_pattern_context_name_or_arn;
extern const struct pedigree_pattern pedigree_pattern_artifact_arn;
extern const struct pedigree_pattern pedigree_pattern_end_arn;
extern const struct pedigree_pattern pedigree_pattern_resource_arn;
extern const struct pedigree_pattern pedigree_pattern_tag;
extern const struct pedigree_pattern pedigree_pattern_media_type;
extern const struct pedigree_pattern pedigree_pattern_some;

extern const struct pedigree_member pedigree_members_artifact_source[];
extern const struct pedigree_member pedigree_members_source_type[];
extern const struct pedigree_member pedigree_members_source[];
extern const struct pedigree_member pedigree_members_metadata[];
extern const struct pedigree_member pedigree_members_tag[];
extern const struct pedigree_member pedigree_members_parameter[];
extern const struct pedigree_member pedigree_members_component_artifact[];
extern const struct pedigree_member pedigree_members_component_status[];
extern const struct pedigree_member pedigree_members_metric[];
extern const struct pedigree_member pedigree_members_query_filters[];
extern const struct pedigree_member pedigree_members_search_filter[];
extern const struct pedigree_member pedigree_members_nested_filter[];
extern const struct pedigree_member pedigree_members_search_expression[];

#endif
