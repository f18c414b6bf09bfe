/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Leaving out what nobody asked for, and keeping together what is left.
 */
#ifndef PEDIGREE_QUERY_FILTER_H
#define PEDIGREE_QUERY_FILTER_H

#include <stdbool.h>

#include "query/query.h"

/* Borrows what the options point to. */
struct pedigree_filter {
	const struct pedigree_trace_options *options;
	unsigned int kinds; /* bits, 1 << enum pedigree_kind */
	bool active;	    /* anything may be left out */
};

/* PEDIGREE_EINVAL for a kind that does not exist. */
int pedigree_filter_init(struct pedigree_filter *filter,
			 const struct pedigree_trace_options *options,
			 struct pedigree_error *err);
bool pedigree_filter_matches(const struct pedigree_filter *filter,
			     const struct pedigree_entity *entity);

/*
 * Removes the hidden vertices of a sorted graph. Two that stay and that were
 * tied only through hidden ones get an edge (`through`).
 */
int pedigree_graph_contract(struct pedigree_graph *graph,
			    struct pedigree_error *err);

#endif
