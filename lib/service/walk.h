/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The walk behind QueryLineage: what it visited, in order, and what of that
 * is answered. It is kept between the pages of an answer, as long as the
 * ledger stays as it was: each page would have to walk all of it again.
 */
#ifndef PEDIGREE_SERVICE_WALK_H
#define PEDIGREE_SERVICE_WALK_H

#include "base/hash.h"
#include "service/call.h"

/* One that was visited. */
struct pedigree_visit {
	pedigree_row row;
	char *arn; /* NULL: not looked at yet, or it does not pass */
	char *type;
	enum pedigree_kind kind;
};

struct pedigree_walked_edge {
	size_t source, destination; /* visits */
	char *type;		    /* may be NULL */
};

struct pedigree_walk {
	/* Of what: */
	char *request; /* without its page */
	const struct pedigree_ledger *ledger;
	struct pedigree_ledger_state state;
	/* What was found: */
	PEDIGREE_VEC(struct pedigree_visit) visits; /* by distance */
	size_t looked_at; /* so many visits know whether they pass */
	/* By the later of the ends, then as they were found. */
	PEDIGREE_VEC(struct pedigree_walked_edge) edges;
	/* While it walks: */
	struct pedigree_map *places; /* row to its visit + 1 */
	struct pedigree_map *known;  /* two rows: an edge */
};

/*
 * The walk of the call's request: the one kept in *call->walk when it fits,
 * else a new one, which is then kept there.
 */
int pedigree_walk_get(struct pedigree_call *call,
		      struct pedigree_walk **ret_walk,
		      struct pedigree_error *err);
void pedigree_walk_free(struct pedigree_walk *walk);

/* The later end of an edge: on its page the edge is answered. */
static inline size_t
pedigree_walked_later(const struct pedigree_walked_edge *edge)
{
	return edge->source > edge->destination ? edge->source
						: edge->destination;
}

#endif
