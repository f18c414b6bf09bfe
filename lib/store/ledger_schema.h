/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ledger's tables.
 *
 *	entity		a row per entity. `doc` is its Describe document and
 *			the truth about it; the other columns are what is
 *			searched and sorted by. For artifacts:
 *			version	 the "sha256:…" among its source types, else
 *				 their first value
 *			tied	 1 if SameAs may tie it: not Code, at least
 *				 64 bytes, version by SHA-256
 *			observed when the run started that first named it
 *			produced 1 if that run made it, 0 if it read it
 *			latest	 when the newest run started that named it
 *	association	an edge; rule is 0 for those that records state, else
 *			enum pedigree_rule of the rule that made it
 *	stated		which run's record states which edge
 *	tag, run, membership, manifest	as they are called
 *
 * user_version grows with every change of the tables. A reader refuses
 * newer ones; older ones are to be brought up to date in ledger_db.c when
 * there are any.
 */
#ifndef PEDIGREE_STORE_LEDGER_SCHEMA_H
#define PEDIGREE_STORE_LEDGER_SCHEMA_H

#include "base/buf.h"
#include "rules/config.h"
#include "store/ledger_db.h"

enum pedigree_rule {
	PEDIGREE_RULE_NONE,
	PEDIGREE_RULE_SAME_AS,	/* same bytes under another URI */
	PEDIGREE_RULE_DEPLOYED, /* run whose model an endpoint serves */
	PEDIGREE_RULE_PART	/* files in common: ledger_parts.c */
};

extern const struct pedigree_db_kind pedigree_ledger_kind;

/* The file: `path` of [backend ledger] if any, in the data folder. */
void pedigree_ledger_path(const char *data_folder, const char *path,
			  struct pedigree_buf *buf);
/* The file that the configuration names; PEDIGREE_ENOMEM. */
int pedigree_ledger_configured(const struct pedigree_config *config,
			       struct pedigree_buf *path,
			       struct pedigree_error *err);

#endif
