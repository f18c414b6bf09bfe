/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The structures of <pedigree/entity.h> in the API's words.
 */
#ifndef PEDIGREE_API_FORMS_H
#define PEDIGREE_API_FORMS_H

#include <pedigree/entity.h>

#include "service/typed.h"

/* Rows of the tables, whose structure SELF is. */
#define PEDIGREE_ROW(of, word, member) \
	.name = (word), .kind = PEDIGREE_FIELD_##of, \
	.at = offsetof(SELF, member)
#define PEDIGREE_ROWS(of, word, member, shape) \
	PEDIGREE_ROW(of, word, member), .count = offsetof(SELF, n_##member), \
					.item = &(shape)

extern const struct pedigree_form pedigree_form_artifact;
extern const struct pedigree_form pedigree_form_action;
extern const struct pedigree_form pedigree_form_context;
extern const struct pedigree_form pedigree_form_trial_component;
extern const struct pedigree_form pedigree_form_trial;
extern const struct pedigree_form pedigree_form_experiment;
extern const struct pedigree_form pedigree_form_association;
extern const struct pedigree_form pedigree_form_tag;
extern const struct pedigree_form pedigree_form_property;

extern const struct pedigree_form pedigree_form_filter;
extern const struct pedigree_form pedigree_form_association_filter;
extern const struct pedigree_form pedigree_form_removal;
extern const struct pedigree_form pedigree_form_search;
extern const struct pedigree_form pedigree_form_lineage_query;

/* What a request names that is no structure of the public header. */
struct pedigree_named {
	const char *entity; /* name or ARN; whichever the operation takes */
};
struct pedigree_ends {
	const char *source, *destination, *type;
};
struct pedigree_membership {
	const char *trial, *component;
};
struct pedigree_tagging {
	const char *arn;
	const struct pedigree_tag *tags;
	size_t n;
	const char *const *keys; /* ended by NULL */
};
struct pedigree_resource {
	const char *name; /* "Experiment", … */
};
extern const struct pedigree_form pedigree_form_named;
extern const struct pedigree_form pedigree_form_ends;
extern const struct pedigree_form pedigree_form_membership;
extern const struct pedigree_form pedigree_form_tagging;
extern const struct pedigree_form pedigree_form_resource;

/* A page of QueryLineage; its edges name their ends. */
struct pedigree_arn_edge {
	const char *source, *destination, *type;
};
struct pedigree_lineage_page {
	const struct pedigree_lineage_vertex *vertices;
	size_t n_vertices;
	const struct pedigree_arn_edge *edges;
	size_t n_edges;
	const char *token; /* of the next one, or NULL; also of a request */
};
extern const struct pedigree_form pedigree_form_lineage_page;

#endif
