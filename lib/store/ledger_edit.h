/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changing the ledger by hand: single entities, tags and associations, as
 * the API's operations do it. What runs record is written by ledger_put.c.
 *
 * Changes are made between _begin and _commit, in one transaction, which
 * other processes see whole or not at all; _rollback after a failure. A
 * commit survives the end of the process; it survives power loss once the
 * editor is closed. One thread at a time, and not across fork.
 *
 * Names are unique without regard to case, because ARNs are in lower case.
 * The edges that follow from all records together (ledger_rules.c) are made
 * anew at the commit, and do not count as associations here: they neither
 * keep an entity from being removed nor an association from being added.
 */
#ifndef PEDIGREE_STORE_LEDGER_EDIT_H
#define PEDIGREE_STORE_LEDGER_EDIT_H

#include <stdbool.h>
#include <stdint.h>

#include <pedigree/error.h>

#include "graph/model.h"
#include "rules/config.h"
#include "store/ledger.h"

struct pedigree_editor;

/* Makes the ledger when there is none. */
int pedigree_editor_open(const struct pedigree_config *config,
			 struct pedigree_editor **ret_editor,
			 struct pedigree_error *err);
/* A ledger of its own that is gone when it is closed. */
int pedigree_editor_open_memory(struct pedigree_editor **ret_editor,
				struct pedigree_error *err);
void pedigree_editor_close(struct pedigree_editor *editor);

/* For reading within the editor's transactions. Borrowed. */
struct pedigree_ledger *pedigree_editor_ledger(struct pedigree_editor *editor);

int pedigree_editor_begin(struct pedigree_editor *editor,
			  struct pedigree_error *err);
int pedigree_editor_commit(struct pedigree_editor *editor,
			   struct pedigree_error *err);
/* Never fails; nothing when there is no transaction. */
void pedigree_editor_rollback(struct pedigree_editor *editor);

/*
 * Adds an entity with its tags. It needs its ARN and its times.
 * PEDIGREE_EEXIST when the ARN is there.
 */
int pedigree_editor_add(struct pedigree_editor *editor,
			const struct pedigree_entity *entity,
			pedigree_row *ret_row, struct pedigree_error *err);
/* Replaces all but the tags of an entity; its ARN and kind must stay. */
int pedigree_editor_change(struct pedigree_editor *editor, pedigree_row row,
			   const struct pedigree_entity *entity,
			   struct pedigree_error *err);
/* The caller has seen to it that nothing hangs on the entity. */
int pedigree_editor_remove(struct pedigree_editor *editor, pedigree_row row,
			   enum pedigree_kind kind, struct pedigree_error *err);

int pedigree_editor_tag(struct pedigree_editor *editor, pedigree_row row,
			const char *key, const char *value,
			struct pedigree_error *err);
int pedigree_editor_untag(struct pedigree_editor *editor, pedigree_row row,
			  const char *key, struct pedigree_error *err);

/* An entity that is, or is to become, the end of an association. */
struct pedigree_editor_end {
	pedigree_row row;
	enum pedigree_kind kind;
};
/* PEDIGREE_EEXIST when the two are associated; `type` may be NULL. */
int pedigree_editor_associate(struct pedigree_editor *editor,
			      const struct pedigree_editor_end *source,
			      const struct pedigree_editor_end *destination,
			      const char *type, int64_t now_ms,
			      struct pedigree_error *err);
/* PEDIGREE_ENOTFOUND when they are not. */
int pedigree_editor_dissociate(struct pedigree_editor *editor,
			       const struct pedigree_editor_end *source,
			       const struct pedigree_editor_end *destination,
			       struct pedigree_error *err);
/* How many associations that somebody stated an entity has. */
int pedigree_editor_degree(struct pedigree_editor *editor, pedigree_row row,
			   uint64_t *ret_degree, struct pedigree_error *err);

/* A trial component joins a trial (again: nothing), or leaves it
   (PEDIGREE_ENOTFOUND when it was not in it). */
int pedigree_editor_join(struct pedigree_editor *editor, const char *trial,
			 pedigree_row component, struct pedigree_error *err);
int pedigree_editor_leave(struct pedigree_editor *editor, const char *trial,
			  pedigree_row component, struct pedigree_error *err);

/* How many entities of a kind were made by hand; kind -1: associations. */
int pedigree_editor_count(struct pedigree_editor *editor, int kind,
			  uint64_t *ret_count, struct pedigree_error *err);

#endif
