/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the ledger's writer share: one put in progress. All of
 * it happens in one transaction, which ledger_put.c owns.
 */
#ifndef PEDIGREE_STORE_LEDGER_WRITE_H
#define PEDIGREE_STORE_LEDGER_WRITE_H

#include <stdbool.h>
#include <stdint.h>

#include <pedigree/error.h>

#include "base/hash.h"
#include "base/vec.h"
#include "graph/model.h"
#include "store/ledger.h"
#include "store/ledger_db.h"

/* Statements of the writer; texts in ledger_sql.c. */
enum pedigree_ledger_sql {
	PEDIGREE_SQL_RUN_GET,
	PEDIGREE_SQL_RUN_SET,
	PEDIGREE_SQL_FIND,
	PEDIGREE_SQL_WHERE,
	PEDIGREE_SQL_ADD,
	PEDIGREE_SQL_OBSERVE,
	PEDIGREE_SQL_CHANGE,
	PEDIGREE_SQL_TAG_ADD,
	PEDIGREE_SQL_TAG_SET,
	PEDIGREE_SQL_TAGS_DROP,
	PEDIGREE_SQL_EDGE_ADD,
	PEDIGREE_SQL_STATE,
	PEDIGREE_SQL_STALE,
	PEDIGREE_SQL_STATE_DROP,
	PEDIGREE_SQL_EDGE_DROP,
	PEDIGREE_SQL_MEMBER_ADD,
	PEDIGREE_SQL_MEMBERS_DROP,
	PEDIGREE_SQL_MANIFEST_HAS,
	PEDIGREE_SQL_MANIFEST_ADD,
	PEDIGREE_SQL_STAR_CENTRE,
	PEDIGREE_SQL_STAR_STANDS,
	PEDIGREE_SQL_STAR_OF,
	PEDIGREE_SQL_STAR_ADD,
	PEDIGREE_SQL_STAR_DROP,
	PEDIGREE_SQL_STAR_SET,
	PEDIGREE_SQL_PART,
	PEDIGREE_SQL_PARTS_AT,
	PEDIGREE_SQL_PARTS_BELOW,
	PEDIGREE_SQL_PARTS_DROP_FROM,
	PEDIGREE_SQL_PARTS_DROP_INTO,
	PEDIGREE_SQL_PARTS_INTO,
	PEDIGREE_SQL_PART_ADD,
	PEDIGREE_SQL_DEPLOYED_DROP_RUN,
	PEDIGREE_SQL_DEPLOYED_SET_RUN,
	PEDIGREE_SQL_DEPLOYED_DROP_CONTEXT,
	PEDIGREE_SQL_DEPLOYED_SET_CONTEXT,
	PEDIGREE_SQL_CONTEXTS_OF_ACTION,
	PEDIGREE_SQL_CONTEXTS_OF_MODEL,
	PEDIGREE_SQL_ENDPOINT,
	PEDIGREE_SQL_DEPLOYMENTS,
	PEDIGREE_SQL_SET_DOC,
	PEDIGREE_SQLS
};
extern const char *const pedigree_ledger_sqls[PEDIGREE_SQLS];

struct pedigree_ledger_put {
	struct pedigree_db *db;
	const struct pedigree_record *record;
	int64_t start_ms;   /* of the run: when what it names was seen */
	int64_t created_ms; /* for what has no CreationTime */
	struct pedigree_map *roles; /* ARN of an artifact: see _entities.c */
	/* What the rules have to look at again; no row twice but in stars. */
	struct pedigree_map *touched; /* (list, row); NULL: nothing yet */
	struct pedigree_rows stars;   /* artifacts */
	struct pedigree_rows parts;   /* artifacts */
	struct pedigree_rows runs;    /* trial components */
	struct pedigree_rows contexts;
};

/* An end of an edge. */
struct pedigree_ledger_end {
	pedigree_row row;
	int kind;
};

/* PEDIGREE_EINVAL from any of these functions is the record's own fault: it
   can never be accepted. Every other failure may pass. */

/* ledger_entities.c: writes the record's entities, the run itself first. */
int pedigree_ledger_put_entities(struct pedigree_ledger_put *put,
				 pedigree_row *ret_run,
				 struct pedigree_error *err);

/* ledger_edges.c: writes the record's edges and drops those that an earlier
   revision stated and this one does not. */
int pedigree_ledger_put_edges(struct pedigree_ledger_put *put,
			      struct pedigree_error *err);

/* ledger_rules.c: remembers that an edge came or went, that an artifact is
   new, was seen earlier than known or has another type. */
int pedigree_ledger_edge_touched(struct pedigree_ledger_put *put,
				 const struct pedigree_ledger_end *source,
				 const struct pedigree_ledger_end *destination,
				 struct pedigree_error *err);
int pedigree_ledger_artifact_touched(struct pedigree_ledger_put *put,
				     pedigree_row artifact,
				     struct pedigree_error *err);
/* ledger_current.c: writes the newest deployment into an endpoint. */
int pedigree_ledger_set_current(struct pedigree_ledger_put *put,
				pedigree_row context,
				struct pedigree_error *err);

/* ledger_parts.c: ties an artifact to those it has files in common with. */
int pedigree_ledger_set_parts(struct pedigree_ledger_put *put,
			      pedigree_row artifact,
			      struct pedigree_error *err);

/* ledger_rules.c: makes the edges of the rules for what was touched. */
int pedigree_ledger_apply_rules(struct pedigree_ledger_put *put,
				struct pedigree_error *err);

#endif
