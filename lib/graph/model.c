/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "graph/model.h"

#include <math.h>
#include <string.h>

#include "base/buf.h"

#define FREE_ALL(list, clear_one) \
	do { \
		for (size_t i_ = 0; i_ < (list)->n; i_++) \
			clear_one(&(list)->v[i_]); \
		pedigree_vec_clear(list); \
	} while (0)

static void clear_pair(struct pedigree_pair *pair)
{
	free(pair->key);
	free(pair->value);
}

static void clear_param(struct pedigree_param *param)
{
	free(param->key);
	free(param->value);
}

static void clear_association(struct pedigree_record_association *association)
{
	free(association->source);
	free(association->destination);
	free(association->type);
}

static void clear_still_running(struct pedigree_still_running *still)
{
	free(still->program);
}

static void clear_rank(struct pedigree_rank_seen *rank)
{
	free(rank->launcher);
	free(rank->rank);
	free(rank->ranks);
	free(rank->host);
	free(rank->status);
	free(rank->message);
}

static void clear_blind_spot(struct pedigree_blind_spot *spot)
{
	free(spot->kind);
	free(spot->text);
	free(spot->path);
}

static void clear_manifest(struct pedigree_manifest *manifest)
{
	free(manifest->digest);
	free(manifest->text);
}

static void clear_string(char **string)
{
	free(*string);
}

struct pedigree_record *pedigree_record_new(void)
{
	return calloc(1, sizeof(struct pedigree_record));
}

void pedigree_record_free(struct pedigree_record *record)
{
	if (!record)
		return;
	FREE_ALL(&record->entities, pedigree_entity_clear);
	FREE_ALL(&record->associations, clear_association);
	FREE_ALL(&record->manifests, clear_manifest);
	FREE_ALL(&record->trials, clear_string);
	FREE_ALL(&record->steps, clear_string);
	FREE_ALL(&record->still_running, clear_still_running);
	FREE_ALL(&record->blind_spots, clear_blind_spot);
	FREE_ALL(&record->ranks, clear_rank);
	free(record->run);
	free(record);
}

static void clear_metric(struct pedigree_metric *metric)
{
	free(metric->name);
}

void pedigree_metrics_clear(struct pedigree_metrics *metrics)
{
	FREE_ALL(metrics, clear_metric);
}

bool pedigree_record_is_member(const struct pedigree_record *record, size_t i,
			       size_t *step)
{
	const struct pedigree_entity *entity = &record->entities.v[i];

	if (i == 0)
		return true;
	if (*step >= record->steps.n || !entity->name ||
	    entity->kind != PEDIGREE_TRIAL_COMPONENT ||
	    strcmp(entity->name, record->steps.v[*step]) != 0)
		return false;
	++*step;
	return true;
}

static bool is_told_of(const struct pedigree_record *record, const char *arn)
{
	for (size_t i = 0; i < record->associations.n; i++)
		if (strcmp(record->associations.v[i].source, arn) == 0 ||
		    strcmp(record->associations.v[i].destination, arn) == 0)
			return true;
	return false;
}

void pedigree_record_drop_outputs(struct pedigree_record *record)
{
	size_t kept = 0;

	for (size_t i = 0; i < record->associations.n; i++) {
		struct pedigree_record_association *edge =
			&record->associations.v[i];

		if (edge->type && strcmp(edge->type, "Produced") == 0)
			clear_association(edge);
		else
			record->associations.v[kept++] = *edge;
	}
	record->associations.n = kept;
	kept = 0;
	for (size_t i = 0; i < record->entities.n; i++) {
		struct pedigree_entity *entity = &record->entities.v[i];

		if (entity->kind == PEDIGREE_ARTIFACT &&
		    !is_told_of(record, entity->arn))
			pedigree_entity_clear(entity);
		else
			record->entities.v[kept++] = *entity;
	}
	record->entities.n = kept;
}

bool pedigree_entity_deletes(const struct pedigree_entity *entity)
{
	return entity->kind == PEDIGREE_ACTION && entity->type &&
	       strcmp(entity->type, PEDIGREE_DELETION) == 0;
}

void pedigree_entity_clear(struct pedigree_entity *entity)
{
	char *strings[] = {
		entity->arn,	      entity->name,	   entity->display_name,
		entity->type,	      entity->description, entity->status,
		entity->message,      entity->source_uri,  entity->source_type,
		entity->source_id,    entity->commit_id,   entity->repository,
		entity->generated_by, entity->project_id,  entity->experiment,
	};

	for (size_t i = 0; i < PEDIGREE_COUNT(strings); i++)
		free(strings[i]);
	pedigree_pairs_clear(&entity->source_types);
	pedigree_pairs_clear(&entity->properties);
	FREE_ALL(&entity->parameters, clear_param);
	pedigree_metrics_clear(&entity->metrics);
	pedigree_pairs_clear(&entity->input_artifacts);
	pedigree_pairs_clear(&entity->output_artifacts);
	pedigree_pairs_clear(&entity->input_media);
	pedigree_pairs_clear(&entity->output_media);
	pedigree_pairs_clear(&entity->tags);
	memset(entity, 0, sizeof(*entity));
}

void pedigree_pairs_clear(struct pedigree_pairs *pairs)
{
	FREE_ALL(pairs, clear_pair);
}

int pedigree_pairs_add(struct pedigree_pairs *pairs, const char *key,
		       const char *value)
{
	_cleanup_free_ char *key_copy = NULL;
	_cleanup_free_ char *value_copy = NULL;
	struct pedigree_pair *pair;

	if (!value)
		return 0;
	key_copy = strdup(key);
	value_copy = strdup(value);
	if (!key_copy || !value_copy)
		return PEDIGREE_ENOMEM;
	pair = pedigree_vec_push(pairs);
	if (!pair)
		return PEDIGREE_ENOMEM;
	pair->key = pedigree_take(key_copy);
	pair->value = pedigree_take(value_copy);
	return 0;
}

int pedigree_pairs_set(struct pedigree_pairs *pairs, const char *key,
		       const char *value)
{
	char *copy;

	if (!value)
		return 0;
	for (size_t i = 0; i < pairs->n; i++) {
		if (strcmp(pairs->v[i].key, key) != 0)
			continue;
		copy = strdup(value);
		if (!copy)
			return PEDIGREE_ENOMEM;
		free(pairs->v[i].value);
		pairs->v[i].value = copy;
		return 0;
	}
	return pedigree_pairs_add(pairs, key, value);
}

bool pedigree_pairs_drop(struct pedigree_pairs *pairs, const char *key)
{
	for (size_t i = 0; i < pairs->n; i++) {
		if (strcmp(pairs->v[i].key, key) != 0)
			continue;
		free(pairs->v[i].key);
		free(pairs->v[i].value);
		pairs->n--;
		memmove(pairs->v + i, pairs->v + i + 1,
			(pairs->n - i) * sizeof(*pairs->v));
		return true;
	}
	return false;
}

const char *pedigree_pairs_get(const struct pedigree_pairs *pairs,
			       const char *key)
{
	for (size_t i = 0; i < pairs->n; i++)
		if (strcmp(pairs->v[i].key, key) == 0)
			return pairs->v[i].value;
	return NULL;
}

/*
 * strtod also takes "nan", "0x1p3", "1e999" and blanks: not numbers here. Nor
 * is what a double would not give back: "007" and very long digits.
 */
static bool plain_number(const char *text, double *ret)
{
	size_t n = strlen(text);
	char *end;
	double number;

	if (!n || n > 24 || strspn(text, "0123456789+-.eE") != n)
		return false;
	if (text[0] == '0' && text[1] >= '0' && text[1] <= '9')
		return false;
	if (n > 15 && strspn(text, "0123456789") == n)
		return false;
	number = strtod(text, &end);
	if (end == text || *end || !isfinite(number))
		return false;
	*ret = number;
	return true;
}

int pedigree_params_set(struct pedigree_params *params, const char *key,
			const char *value)
{
	_cleanup_free_ char *key_copy = NULL;
	char *value_copy = NULL;
	struct pedigree_param *param = NULL;
	double number = 0;
	bool is_number;

	if (!value)
		return 0;
	is_number = plain_number(value, &number);
	for (size_t i = 0; i < params->n && !param; i++)
		if (strcmp(params->v[i].key, key) == 0)
			param = &params->v[i];
	if (!is_number) {
		value_copy = strdup(value);
		if (!value_copy)
			return PEDIGREE_ENOMEM;
	}
	if (!param) {
		key_copy = strdup(key);
		param = key_copy ? pedigree_vec_push(params) : NULL;
		if (!param) {
			free(value_copy);
			return PEDIGREE_ENOMEM;
		}
		param->key = pedigree_take(key_copy);
	}
	free(param->value);
	param->value = value_copy;
	param->number = number;
	param->is_number = is_number;
	return 0;
}

int pedigree_record_associate(struct pedigree_record *record,
			      const char *source, const char *destination,
			      const char *type)
{
	struct pedigree_record_association new = {
		.source = strdup(source),
		.destination = strdup(destination),
		.type = type ? strdup(type) : NULL,
	};
	struct pedigree_record_association *place = NULL;

	if (new.source &&new.destination && (new.type || !type))
		place = pedigree_vec_push(&record->associations);
	if (!place) {
		clear_association(&new);
		return PEDIGREE_ENOMEM;
	}
	*place = new;
	return 0;
}

static bool same(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

int pedigree_record_blind(struct pedigree_record *record, const char *kind,
			  const char *text, const char *path, uint64_t count)
{
	struct pedigree_blind_spot new = { .count = count };
	struct pedigree_blind_spot *place = NULL;

	for (size_t i = 0; i < record->blind_spots.n; i++) {
		struct pedigree_blind_spot *spot = &record->blind_spots.v[i];

		if (same(spot->kind, kind) && same(spot->path, path)) {
			spot->count += count;
			return 0;
		}
	}
	new.kind = strdup(kind);
	new.text = strdup(text);
	new.path = path ? strdup(path) : NULL;
	if (new.kind &&new.text && (new.path || !path))
		place = pedigree_vec_push(&record->blind_spots);
	if (!place) {
		clear_blind_spot(&new);
		return PEDIGREE_ENOMEM;
	}
	*place = new;
	return 0;
}
