/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing a record's entities.
 *
 * The same records give the same ledger whatever the order they arrive in,
 * as far as it matters to a trace: `observed` and `produced` are those of
 * the earliest run that named the artifact, not of the first to be put.
 */
#include "config.h"

#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "graph/json.h"
#include "store/ledger_merge.h"
#include "store/ledger_write.h"

/* What a run did with an artifact, bits in put->roles. */
#define ROLE_USED ((uintptr_t)1)
#define ROLE_MADE ((uintptr_t)2)

/* What the ledger has of an entity. */
struct known {
	pedigree_row row;
	int kind;
	bool others; /* it is a run, and not this record's */
	int64_t observed, produced, latest, created;
	bool tied;
	struct pedigree_entity entity;
};

static int note_role(struct pedigree_map *roles, const char *arn,
		     uintptr_t role)
{
	void **place = pedigree_map_at(roles, arn, strlen(arn), NULL);

	if (!place)
		return PEDIGREE_ENOMEM;
	*place = (void *)((uintptr_t)*place | role);
	return 0;
}

static int note_roles(struct pedigree_ledger_put *put,
		      struct pedigree_error *err)
{
	const struct pedigree_record *record = put->record;

	for (size_t i = 0; i < record->associations.n; i++) {
		const struct pedigree_record_association *edge =
			&record->associations.v[i];
		int status = 0;

		if (!edge->source || !edge->destination)
			continue;
		if (edge->type && !strcmp(edge->type, "Produced"))
			status = note_role(put->roles, edge->destination,
					   ROLE_MADE);
		else
			status = note_role(put->roles, edge->source, ROLE_USED);
		if (status)
			return pedigree_fail_memory(err);
	}
	return 0;
}

/* Of two artifacts with the same bytes that one run named, the one it only
   read was there before the one it made. */
static int64_t produced(const struct pedigree_ledger_put *put, const char *arn)
{
	void *role = pedigree_map_get(put->roles, arn, strlen(arn));

	return (uintptr_t)role == ROLE_MADE;
}

/* 1 and *ret_known, 0 when there is none, or a failure. */
static int find(struct pedigree_ledger_put *put,
		const struct pedigree_entity *entity, struct known *ret_known,
		struct pedigree_error *err)
{
	sqlite3_stmt *stmt = NULL;
	struct known known = { 0 };
	int status = pedigree_db_ask(put->db, PEDIGREE_SQL_FIND, &stmt, err,
				     "s", entity->arn);

	if (status <= 0)
		return status;
	const char *run = (const char *)sqlite3_column_text(stmt, 2);
	known.row = sqlite3_column_int64(stmt, 0);
	known.kind = sqlite3_column_int(stmt, 1);
	known.others = run && strcmp(run, put->record->run) != 0;
	known.observed = sqlite3_column_int64(stmt, 3);
	known.produced = sqlite3_column_int64(stmt, 4);
	known.latest = sqlite3_column_int64(stmt, 5);
	known.created = sqlite3_column_int64(stmt, 6);
	known.tied = sqlite3_column_int(stmt, 7);
	if (known.kind != (int)entity->kind)
		status = pedigree_fail(
			err, PEDIGREE_EINVAL,
			"%s is of another kind in the ledger than in this record",
			entity->arn);
	else
		status = pedigree_entity_from_json(
			entity->kind, pedigree_db_text(stmt, 8),
			(size_t)sqlite3_column_bytes(stmt, 8), &known.entity,
			err);
	pedigree_db_done(stmt);
	if (status)
		return status;
	*ret_known = known;
	return 1;
}

static int put_tags(struct pedigree_ledger_put *put, pedigree_row row,
		    const struct pedigree_pairs *tags, bool over,
		    struct pedigree_error *err)
{
	enum pedigree_ledger_sql id =
		over ? PEDIGREE_SQL_TAG_SET : PEDIGREE_SQL_TAG_ADD;

	for (size_t i = 0; i < tags->n; i++) {
		int status = pedigree_db_run(put->db, id, err, "iss", row,
					     tags->v[i].key, tags->v[i].value);
		if (status)
			return status;
	}
	return 0;
}

static int doc_of(const struct pedigree_entity *entity,
		  struct pedigree_buf *doc, struct pedigree_error *err)
{
	int status = pedigree_entity_to_json(entity, false, doc, err);

	if (status)
		return status;
	return pedigree_buf_error(doc) ? pedigree_fail_memory(err) : 0;
}

/* `run` is the record's run when the entity is that run, else NULL. */
static int add(struct pedigree_ledger_put *put,
	       const struct pedigree_entity *entity, const char *run,
	       pedigree_row *ret_row, struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf doc = PEDIGREE_BUF_INIT;
	struct pedigree_entity dated = *entity; /* borrows */
	int status;

	if (!dated.created_ms)
		dated.created_ms = put->created_ms;
	if (!dated.modified_ms)
		dated.modified_ms = dated.created_ms;
	status = doc_of(&dated, &doc, err);
	if (!status)
		status = pedigree_db_run(
			put->db, PEDIGREE_SQL_ADD, err, "sisssssiiiiiiss",
			entity->arn, (int64_t)entity->kind, entity->name,
			entity->type, entity->source_uri,
			pedigree_ledger_version(entity),
			pedigree_ledger_md5(entity),
			pedigree_ledger_bytes(entity),
			(int64_t)pedigree_ledger_tied(entity), dated.created_ms,
			dated.modified_ms, put->start_ms,
			produced(put, entity->arn), run, doc.data);
	if (status)
		return status;
	*ret_row = sqlite3_last_insert_rowid(put->db->handle);
	status = put_tags(put, *ret_row, &entity->tags, true, err);
	if (!status && entity->kind == PEDIGREE_ARTIFACT)
		status = pedigree_ledger_artifact_touched(put, *ret_row, err);
	return status;
}

static int change(struct pedigree_ledger_put *put, pedigree_row row,
		  const struct pedigree_entity *entity, const char *run,
		  struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf doc = PEDIGREE_BUF_INIT;
	int status = doc_of(entity, &doc, err);

	if (status)
		return status;
	return pedigree_db_run(put->db, PEDIGREE_SQL_CHANGE, err, "issssiiisss",
			       row, entity->name, entity->type,
			       entity->source_uri, pedigree_ledger_md5(entity),
			       pedigree_ledger_bytes(entity),
			       (int64_t)pedigree_ledger_tied(entity),
			       entity->modified_ms, run, doc.data,
			       pedigree_ledger_version(entity));
}

/* The run itself: its newest revision is all there is to say about it. */
static int replace(struct pedigree_ledger_put *put, const struct known *known,
		   const struct pedigree_entity *entity,
		   struct pedigree_error *err)
{
	struct pedigree_entity dated = *entity; /* borrows */
	int status;

	if (known->others)
		return pedigree_fail(
			err, PEDIGREE_EINVAL,
			"the name \"%s\" belongs to another run in this ledger (%s); give runs that share a ledger names of their own",
			entity->name ? entity->name : "", entity->arn);
	dated.created_ms = known->created;
	if (!dated.modified_ms)
		dated.modified_ms = put->created_ms;
	status = change(put, known->row, &dated, put->record->run, err);
	if (!status)
		status = pedigree_db_run(put->db, PEDIGREE_SQL_TAGS_DROP, err,
					 "i", known->row);
	if (!status)
		status = put_tags(put, known->row, &entity->tags, true, err);
	return status;
}

static int observe(struct pedigree_ledger_put *put, const struct known *known,
		   const char *arn, bool *ret_earlier,
		   struct pedigree_error *err)
{
	int64_t here = produced(put, arn);
	bool earlier =
		put->start_ms < known->observed ||
		(put->start_ms == known->observed && here < known->produced);
	bool later = put->start_ms > known->latest;

	*ret_earlier = earlier;
	if (!earlier && !later)
		return 0;
	return pedigree_db_run(put->db, PEDIGREE_SQL_OBSERVE, err, "iiii",
			       known->row,
			       earlier ? put->start_ms : known->observed,
			       earlier ? here : known->produced,
			       later ? put->start_ms : known->latest);
}

static int merge(struct pedigree_ledger_put *put, struct known *known,
		 const struct pedigree_entity *entity,
		 struct pedigree_error *err)
{
	bool newer = put->start_ms >= known->latest;
	bool artifact = entity->kind == PEDIGREE_ARTIFACT;
	struct pedigree_entity news = *entity; /* borrows */
	bool changed, earlier;
	int status;

	if (!news.modified_ms)
		news.modified_ms = put->created_ms;
	if (pedigree_ledger_merge(&known->entity, &news, newer, &changed) < 0)
		return pedigree_fail_memory(err);
	status = observe(put, known, entity->arn, &earlier, err);
	if (!status && changed)
		status = change(put, known->row, &known->entity, NULL, err);
	if (!status)
		status = put_tags(put, known->row, &entity->tags,
				  newer && !artifact, err);
	if (!status && artifact && (changed || earlier))
		status = pedigree_ledger_artifact_touched(put, known->row, err);
	return status;
}

static int put_entity(struct pedigree_ledger_put *put, size_t i,
		      pedigree_row *ret_row, struct pedigree_error *err)
{
	const struct pedigree_entity *entity = &put->record->entities.v[i];
	struct known known;
	int status;

	if (!entity->arn || !*entity->arn)
		return pedigree_fail(err, PEDIGREE_EINVAL,
				     "entity %zu of the record has no ARN", i);
	status = find(put, entity, &known, err);
	if (status < 0)
		return status;
	if (status == 0)
		return add(put, entity, i == 0 ? put->record->run : NULL,
			   ret_row, err);
	*ret_row = known.row;
	status = i == 0 ? replace(put, &known, entity, err)
			: merge(put, &known, entity, err);
	pedigree_entity_clear(&known.entity);
	return status;
}

static int put_member(struct pedigree_ledger_put *put, pedigree_row row,
		      struct pedigree_error *err)
{
	const struct pedigree_names *trials = &put->record->trials;
	int status = pedigree_db_run(put->db, PEDIGREE_SQL_MEMBERS_DROP, err,
				     "i", row);

	for (size_t i = 0; !status && i < trials->n; i++)
		status = pedigree_db_run(put->db, PEDIGREE_SQL_MEMBER_ADD, err,
					 "si", trials->v[i], row);
	return status;
}

int pedigree_ledger_put_entities(struct pedigree_ledger_put *put,
				 pedigree_row *ret_run,
				 struct pedigree_error *err)
{
	int status = note_roles(put, err);
	size_t step = 0;

	for (size_t i = 0; !status && i < put->record->entities.n; i++) {
		pedigree_row row = 0;

		status = put_entity(put, i, &row, err);
		if (!status && i == 0)
			*ret_run = row;
		if (!status && pedigree_record_is_member(put->record, i, &step))
			status = put_member(put, row, err);
	}
	return status;
}
