/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions to the ledger.
 */
#ifndef PEDIGREE_QUERY_QUERY_H
#define PEDIGREE_QUERY_QUERY_H

#include <stdbool.h>
#include <stddef.h>

#include <pedigree/error.h>
#include <pedigree/query.h>

#include "base/buf.h"
#include "base/progress.h"
#include "graph/model.h"
#include "store/ledger.h"

/*
 * What TARGET names: an ARN, a path that exists (by its bytes, then by its
 * URI), a URI, a run's name, an endpoint's name, any other name; a path
 * that does not exist any more is looked up by its URI; at last the rolled-up
 * data set that holds a file of this path (and bytes). The first way that
 * finds anything wins. Several artifacts with the same bytes: the one with
 * this path's URI if there is one, else the earliest. Several versions of
 * one URI: the newest, and *ret_note says so (a sentence, or empty).
 * PEDIGREE_ENOTFOUND with the text saying what was tried, and the nearest
 * names. Other things of the name that was found are listed in *ret_note.
 */
int pedigree_resolve(struct pedigree_ledger *ledger, const char *target,
		     pedigree_row *ret_row, struct pedigree_buf *ret_note,
		     struct pedigree_error *err);

/* The same, telling how far it is with the bytes of a file; and a path at one of
   the places (graph/places.h; or NULL) has the URI of that. */
int pedigree_resolve_telling(struct pedigree_ledger *ledger, const char *target,
			     const struct pedigree_pairs *places,
			     const struct pedigree_watcher *progress,
			     pedigree_row *ret_row,
			     struct pedigree_buf *ret_note,
			     struct pedigree_error *err);

/* The same of a run, whatever else is called so: PEDIGREE_EINVAL when it is
   the name of something else. */
int pedigree_resolve_run(struct pedigree_ledger *ledger, const char *target,
			 pedigree_row *ret_row, struct pedigree_buf *ret_note,
			 struct pedigree_error *err);
/* The name of the run of which this one is a step, borrowed from it; NULL: of
   none that is recorded. */
const char *pedigree_step_of(struct pedigree_ledger *ledger,
			     const struct pedigree_entity *run);

/* A sub-graph: entities with what is needed to print them, and edges. */
struct pedigree_vertex {
	pedigree_row row;
	struct pedigree_entity entity;
	unsigned int depth; /* steps from the start */
	bool hidden;	    /* the filter leaves it out; while walking */
};
/*
 * Of an edge from an action to a context: does the endpoint still serve what
 * that action brought? The newest one that did not fail is the current one,
 * also when the walk did not come across the newer ones.
 */
enum pedigree_deployed {
	PEDIGREE_NO_DEPLOYMENT,
	PEDIGREE_DEPLOYED_CURRENT,
	PEDIGREE_DEPLOYED_REPLACED,
	PEDIGREE_DEPLOYED_FAILED
};
struct pedigree_graph_edge {
	size_t source, destination; /* indexes into vertices */
	char *type;		    /* may be NULL */
	int64_t created_ms;
	enum pedigree_deployed deployed;
	bool through;  /* stands for a way through what is left out */
	bool shortcut; /* pictures do without it: other edges say the same */
};
struct pedigree_graph {
	enum pedigree_direction direction;
	PEDIGREE_VEC(struct pedigree_vertex) vertices; /* [0]: the start */
	PEDIGREE_VEC(struct pedigree_graph_edge) edges;
	bool cut;	 /* the depth limit left something out */
	bool limited;	 /* so did the limit of vertices */
	size_t left_out; /* vertices that the filter left out */
	bool tangled;	 /* some ways through those are left out too */
};
void pedigree_graph_free(struct pedigree_graph *graph);

/*
 * Breadth first from `start`, at most `depth` steps (0: no limit). With
 * PEDIGREE_BOTH, ancestors and descendants of the start, not relatives of
 * relatives. Order is fixed: by depth, creation, URI or name, and ARN; edges
 * by the order of their destinations, then of their sources.
 */
int pedigree_walk(struct pedigree_ledger *ledger, pedigree_row start,
		  enum pedigree_direction direction, unsigned int depth,
		  struct pedigree_graph **ret_graph,
		  struct pedigree_error *err);
/* The same of what `options` do not leave out. */
int pedigree_walk_some(struct pedigree_ledger *ledger, pedigree_row start,
		       const struct pedigree_trace_options *options,
		       struct pedigree_graph **ret_graph,
		       struct pedigree_error *err);

/* An entity next to the one shown, and what ties them. */
struct pedigree_neighbour {
	struct pedigree_entity entity;
	char *type; /* of the association; may be NULL */
};
PEDIGREE_VEC_TYPE(pedigree_neighbours, struct pedigree_neighbour);

/* Everything `show` prints of one entity. Neighbours: oldest first. */
struct pedigree_shown {
	struct pedigree_entity entity;
	struct pedigree_neighbours before; /* with an edge into it */
	struct pedigree_neighbours after;  /* with an edge out of it */
	char *capture;			   /* JSON text of Capture, or NULL */
	char *run;			   /* name in the spool, or NULL */
};
void pedigree_shown_free(struct pedigree_shown *shown);
int pedigree_show_row(struct pedigree_ledger *ledger, pedigree_row row,
		      struct pedigree_shown **ret_shown,
		      struct pedigree_error *err);

/*
 * The manifest of a data set: a line a file. PEDIGREE_ENOTFOUND when the
 * entity has none.
 */
int pedigree_manifest_row(struct pedigree_ledger *ledger, pedigree_row row,
			  struct pedigree_buf *ret_text,
			  struct pedigree_error *err);

/* Value of the artifact's first source type ("sha256:…"), or NULL. */
const char *pedigree_version_of(const struct pedigree_entity *entity);

/* How many files of a data set were read, and how many there were. */
struct pedigree_extent {
	uint64_t files, present;
};
/* False when that is not known. */
bool pedigree_extent_of(const struct pedigree_entity *entity,
			struct pedigree_extent *ret_extent);

/* Associations as a graph whose vertices are their ends. */
int pedigree_associations(struct pedigree_ledger *ledger,
			  const struct pedigree_edge_filter *filter,
			  struct pedigree_graph **ret_graph,
			  struct pedigree_error *err);

#endif
