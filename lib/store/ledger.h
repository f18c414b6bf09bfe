/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading the ledger: what lib/query asks. Writing goes through the backend
 * `ledger` (ledger_ops). SQLite stays inside lib/store/ledger*.c.
 *
 * The file is DATA/ledger.db, or [backend ledger] path. A reader never makes
 * the file: PEDIGREE_ENOTFOUND when nothing was recorded yet,
 * PEDIGREE_EFORMAT when it is no ledger or of a newer version (the text
 * names the file and says what to do), PEDIGREE_EBUSY when it stayed locked.
 */
#ifndef PEDIGREE_STORE_LEDGER_H
#define PEDIGREE_STORE_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pedigree/error.h>
#include <pedigree/sys/backend.h>

#include "base/buf.h"
#include "graph/model.h"
#include "rules/config.h"

extern const struct pedigree_backend_ops pedigree_ledger_ops;

struct pedigree_ledger;

int pedigree_ledger_open(const struct pedigree_config *config,
			 struct pedigree_ledger **ret_ledger,
			 struct pedigree_error *err);
void pedigree_ledger_close(struct pedigree_ledger *ledger);
#define _cleanup_ledger_ _cleanup_(pedigree_ledger_closep)
static inline void pedigree_ledger_closep(struct pedigree_ledger **ledger)
{
	pedigree_ledger_close(*ledger);
}

/* A row number: names an entity within one ledger. 0 is none. */
typedef int64_t pedigree_row;

PEDIGREE_VEC_TYPE(pedigree_rows, pedigree_row);
static inline void pedigree_rows_clear(struct pedigree_rows *rows)
{
	pedigree_vec_clear(rows);
}

/* Found rows are appended in order of creation, oldest first. Nothing found
   is success with nothing appended. */
int pedigree_ledger_by_arn(struct pedigree_ledger *ledger, const char *arn,
			   struct pedigree_rows *rows,
			   struct pedigree_error *err);
/* Name, compared without case, of any kind or of one (`kind` -1: any). */
int pedigree_ledger_by_name(struct pedigree_ledger *ledger, int kind,
			    const char *name, struct pedigree_rows *rows,
			    struct pedigree_error *err);
/* Calls `each` with the names of all, newest first, and at most 100,000 of
   them, until it answers false: of an artifact that has one, its URI and no
   name, of others the name and no URI. */
int pedigree_ledger_names(struct pedigree_ledger *ledger,
			  bool (*each)(void *ctx, const char *name,
				       const char *uri),
			  void *ctx, struct pedigree_error *err);
int pedigree_ledger_by_uri(struct pedigree_ledger *ledger, const char *uri,
			   struct pedigree_rows *rows,
			   struct pedigree_error *err);
/* The artifact of a URI that a run named last; PEDIGREE_ENOTFOUND. */
int pedigree_ledger_latest(struct pedigree_ledger *ledger, const char *uri,
			   pedigree_row *ret_row, struct pedigree_error *err);
/* The nth URI, in order, of artifacts' URIs that begin with `prefix`, which
   ends in a slash; malloc'ed. PEDIGREE_ENOTFOUND. */
int pedigree_ledger_below(struct pedigree_ledger *ledger, const char *prefix,
			  size_t n, char **ret_uri, struct pedigree_error *err);
/* Artifacts whose version is this value ("sha256:…") or whose properties
   have this MD5 (32 hex digits): by when a run first named them, and what a
   run read before what it made. */
int pedigree_ledger_by_digest(struct pedigree_ledger *ledger,
			      const char *digest, struct pedigree_rows *rows,
			      struct pedigree_error *err);
/* Artifacts whose version is that of a manifest the ledger has: what a run
   named last comes first. */
int pedigree_ledger_listed(struct pedigree_ledger *ledger,
			   struct pedigree_rows *rows,
			   struct pedigree_error *err);

/* The whole entity, tags included. */
int pedigree_ledger_entity(struct pedigree_ledger *ledger, pedigree_row row,
			   struct pedigree_entity *ret_entity,
			   struct pedigree_error *err);
/* ARN, type and times alone, for many entities; of a trial component, whose
   type is its source's, all of it. */
int pedigree_ledger_outline(struct pedigree_ledger *ledger, pedigree_row row,
			    struct pedigree_entity *ret_entity,
			    struct pedigree_error *err);
/* The Capture object of a run's record, as JSON text; "" when none. */
int pedigree_ledger_capture(struct pedigree_ledger *ledger, pedigree_row row,
			    struct pedigree_buf *ret_json,
			    struct pedigree_error *err);
/* The name in the spool of the run that is this entity; "" when none. */
int pedigree_ledger_run(struct pedigree_ledger *ledger, pedigree_row row,
			struct pedigree_buf *ret_run,
			struct pedigree_error *err);
/* Text of the manifest with this digest; PEDIGREE_ENOTFOUND. */
int pedigree_ledger_manifest(struct pedigree_ledger *ledger, const char *digest,
			     struct pedigree_buf *ret_text,
			     struct pedigree_error *err);

struct pedigree_edge {
	pedigree_row source, destination;
	char *type; /* NULL when none; owned */
	int64_t created_ms;
};
PEDIGREE_VEC_TYPE(pedigree_edges, struct pedigree_edge);
void pedigree_edges_clear(struct pedigree_edges *edges);

/*
 * What tells whether the ledger was changed since: by others, and through
 * this connection. Of one ledger that stays open.
 */
struct pedigree_ledger_state {
	int64_t others;
	int64_t own;
};
int pedigree_ledger_state(struct pedigree_ledger *ledger,
			  struct pedigree_ledger_state *ret_state,
			  struct pedigree_error *err);

/* Edges into (up) or out of (down) an entity, oldest first. */
int pedigree_ledger_edges(struct pedigree_ledger *ledger, pedigree_row row,
			  bool up, struct pedigree_edges *edges,
			  struct pedigree_error *err);

/*
 * Where a page of a list begins: behind the entity with this sort value and
 * row. Members of a list that come or go between two pages do not move it.
 */
struct pedigree_ledger_mark {
	const char *name;   /* when sorted by name */
	int64_t created_ms; /* else */
	pedigree_row row;   /* 0: the list's beginning */
};

/* For listing: NULL and 0 members do not filter. */
struct pedigree_ledger_filter {
	int kind; /* enum pedigree_kind */
	const char *type;
	const char *name; /* substring, without case */
	const char *source_uri;
	const char *tag_key, *tag_value;
	const char *experiment; /* name: its trials, their components */
	const char *trial;	/* name: its components */
	pedigree_row component; /* the trials it is in */
	int64_t created_after_ms, created_before_ms;
	bool by_name;	    /* else by creation */
	const char *by_tag; /* else; a key: what lacks it comes last */
	bool ascending;	    /* else newest first */
	struct pedigree_ledger_mark behind; /* not with by_tag */
	size_t limit;			    /* 0: all */
};
int pedigree_ledger_list(struct pedigree_ledger *ledger,
			 const struct pedigree_ledger_filter *filter,
			 struct pedigree_rows *rows,
			 struct pedigree_error *err);
enum pedigree_edge_order {
	PEDIGREE_EDGES_BY_CREATION,
	PEDIGREE_EDGES_BY_SOURCE, /* its ARN */
	PEDIGREE_EDGES_BY_DESTINATION,
	PEDIGREE_EDGES_BY_SOURCE_TYPE,
	PEDIGREE_EDGES_BY_DESTINATION_TYPE
};
/* NULL and 0 members do not filter. Types of ends are the API's: a trial
   component's is that of its source, "SageMakerTrainingJob", or
   "SageMakerExperimentTrialComponent". */
struct pedigree_edge_filter {
	pedigree_row source, destination;
	const char *source_type, *destination_type;
	const char *type;
	/* Of either end; the name a substring, without case. */
	const char *name, *source_uri;
	int64_t created_after_ms, created_before_ms;
	enum pedigree_edge_order by;
	bool ascending; /* else newest, or last, first */
	struct {
		pedigree_row source; /* 0: the list's beginning */
		pedigree_row destination;
		int64_t created_ms; /* when sorted by creation */
		const char *text;   /* else: ARN or type */
	} behind;		    /* the page begins behind this edge */
	size_t limit;		    /* 0: all */
};
int pedigree_ledger_find_edges(struct pedigree_ledger *ledger,
			       const struct pedigree_edge_filter *filter,
			       struct pedigree_edges *edges,
			       struct pedigree_error *err);

#endif
