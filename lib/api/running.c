/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "api/running.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/err.h"
#include "query/query.h"
#include "run/run.h"

void pedigree_entities_clear(struct pedigree_entities *entities)
{
	for (size_t i = 0; i < entities->n; i++)
		pedigree_entity_clear(&entities->v[i]);
	pedigree_vec_clear(entities);
}

static bool is_called(const struct pedigree_run_facts *facts, const char *name)
{
	struct pedigree_entity entity = {
		.kind = facts->deploy ? PEDIGREE_ACTION
				      : PEDIGREE_TRIAL_COMPONENT,
		.name = facts->name,
	};
	_cleanup_free_ char *arn = NULL;

	if (!facts->name)
		return false;
	if (strcasecmp(facts->name, name) == 0)
		return true;
	if (strncmp(name, "arn:", 4) != 0)
		return false;
	arn = pedigree_local_arn(&entity);
	return arn && strcmp(arn, name) == 0;
}

static int take_run(const char *name, char **ret_run,
		    struct pedigree_error *err)
{
	char *run = strdup(name);

	if (!run)
		return pedigree_fail_memory(err);
	*ret_run = run;
	return 0;
}

static int find_in_ledger(struct pedigree_ledger *ledger, const char *name,
			  char **ret_run, struct pedigree_error *err)
{
	_cleanup_(pedigree_rows_clear) struct pedigree_rows rows = { 0 };
	_cleanup_(pedigree_entity_clear) struct pedigree_entity entity = { 0 };
	_cleanup_buf_ struct pedigree_buf run = PEDIGREE_BUF_INIT;
	const char *of = NULL;
	int rc = pedigree_ledger_by_arn(ledger, name, &rows, err);

	if (rc == 0 && !rows.n)
		rc = pedigree_ledger_by_name(ledger, -1, name, &rows, err);
	for (size_t i = rows.n; rc == 0 && !run.len && i > 0; i--)
		rc = pedigree_ledger_run(ledger, rows.v[i - 1], &run, err);
	if (rc < 0)
		return rc;
	if (pedigree_buf_error(&run))
		return pedigree_fail_memory(err);
	if (run.len)
		return take_run(run.data, ret_run, err);
	if (rows.n && pedigree_ledger_entity(ledger, rows.v[rows.n - 1],
					     &entity, NULL) == 0)
		of = pedigree_step_of(ledger, &entity);
	if (of)
		return pedigree_fail(
			err, PEDIGREE_ENOTFOUND,
			"%s is a step of run %s, which has the events of them all: ask for %s",
			entity.name, of, of);
	return pedigree_fail(
		err, PEDIGREE_ENOTFOUND,
		"there is no run '%s'; `pedigree list runs` lists those there are",
		name);
}

static int find_run(const struct pedigree_config *config,
		    struct pedigree_ledger *ledger, const char *name,
		    char **ret_run, struct pedigree_error *err)
{
	_cleanup_(pedigree_run_names_clear) struct pedigree_run_names names = {
		0
	};
	int rc = pedigree_spool_list(config, &names, err);

	if (rc < 0 && rc != PEDIGREE_ENOTFOUND)
		return rc;
	for (size_t i = names.n; i > 0; i--)
		if (strcmp(names.v[i - 1], name) == 0)
			return take_run(name, ret_run, err);
	for (size_t i = names.n; i > 0; i--) {
		_cleanup_(pedigree_run_facts_clear) struct pedigree_run_facts
			facts = { 0 };

		/* What cannot be read is no run we could be asked about. */
		if (pedigree_spool_facts(config, names.v[i - 1], &facts,
					 NULL) == 0 &&
		    is_called(&facts, name))
			return take_run(names.v[i - 1], ret_run, err);
	}
	if (ledger)
		return find_in_ledger(ledger, name, ret_run, err);
	return pedigree_fail(
		err, PEDIGREE_ENOTFOUND,
		"there is no run '%s'; `pedigree list runs` lists those there are",
		name);
}

int pedigree_find_run(const struct pedigree_config *config,
		      struct pedigree_ledger *ledger, const char *name,
		      char **ret_run, struct pedigree_error *err)
{
	_cleanup_free_ char *spelled = NULL;
	struct pedigree_error as_given = PEDIGREE_ERROR_INIT;
	int rc = find_run(config, ledger, name, ret_run, &as_given);

	/* Whoever began it may have called it by other letters. */
	if (rc == PEDIGREE_ENOTFOUND && !strchr(name, '/')) {
		spelled = pedigree_api_name(name);
		if (!spelled)
			return pedigree_fail_memory(err);
		if (find_run(config, ledger, spelled, ret_run, NULL) == 0)
			return 0;
	}
	return rc < 0 ? pedigree_fail(err, rc, "%s", as_given.text) : rc;
}

static bool has_tag(const struct pedigree_pairs *tags, const char *key,
		    const char *value)
{
	for (size_t i = 0; i < tags->n; i++)
		if ((!key || strcmp(tags->v[i].key, key) == 0) &&
		    (!value || strcmp(tags->v[i].value, value) == 0))
			return true;
	return false;
}

static bool passes(const struct pedigree_run_facts *facts,
		   enum pedigree_kind kind,
		   const struct pedigree_list_options *options)
{
	if (facts->deploy != (kind == PEDIGREE_ACTION))
		return false;
	if (options->type && !facts->deploy)
		return false;
	if (options->type && strcmp(options->type, "ModelDeployment") != 0)
		return false;
	if (options->source_uri)
		return false;
	if (options->name &&
	    (!facts->name || !strcasestr(facts->name, options->name)))
		return false;
	if ((options->tag_key || options->tag_value) &&
	    !has_tag(&facts->tags, options->tag_key, options->tag_value))
		return false;
	if (options->created_after_ms &&
	    facts->start_ms <= options->created_after_ms)
		return false;
	return !options->created_before_ms ||
	       facts->start_ms < options->created_before_ms;
}

static int make_entity(const struct pedigree_run_facts *facts,
		       enum pedigree_run_state state,
		       struct pedigree_entity *entity)
{
	*entity = (struct pedigree_entity){
		.kind = facts->deploy ? PEDIGREE_ACTION
				      : PEDIGREE_TRIAL_COMPONENT,
		.start_ms = facts->deploy ? 0 : facts->start_ms,
		.created_ms = facts->start_ms,
	};
	entity->name = strdup(facts->name);
	entity->status = strdup("InProgress");
	if (state != PEDIGREE_RUN_RUNNING && !facts->deploy)
		entity->message = strdup("ended; its record is being made");
	if (facts->deploy)
		entity->type = strdup("ModelDeployment");
	if (!entity->name || !entity->status ||
	    pedigree_entity_set_job(entity, facts->job_arn) < 0)
		return PEDIGREE_ENOMEM;
	entity->arn = pedigree_local_arn(entity);
	if (!entity->arn)
		return PEDIGREE_ENOMEM;
	for (size_t i = 0; i < facts->tags.n; i++)
		if (pedigree_pairs_set(&entity->tags, facts->tags.v[i].key,
				       facts->tags.v[i].value) < 0)
			return PEDIGREE_ENOMEM;
	return 0;
}

int pedigree_running(const struct pedigree_config *config,
		     enum pedigree_kind kind,
		     const struct pedigree_list_options *options,
		     struct pedigree_entities *entities,
		     struct pedigree_error *err)
{
	_cleanup_(pedigree_run_names_clear) struct pedigree_run_names names = {
		0
	};
	int rc = pedigree_run_list_unfinished(config, &names, err);

	if (rc < 0)
		return rc == PEDIGREE_ENOTFOUND ? 0 : rc;
	for (size_t i = names.n; i > 0; i--) {
		_cleanup_(pedigree_run_facts_clear) struct pedigree_run_facts
			facts = { 0 };
		enum pedigree_run_state state =
			pedigree_spool_state(config, names.v[i - 1]);
		struct pedigree_entity *entity;

		if (state == PEDIGREE_RUN_FINISHED ||
		    state == PEDIGREE_RUN_AMENDABLE)
			continue;
		if (pedigree_spool_facts(config, names.v[i - 1], &facts, NULL) <
			    0 ||
		    !facts.name || !passes(&facts, kind, options))
			continue;
		entity = pedigree_vec_push(entities);
		if (!entity || make_entity(&facts, state, entity) < 0)
			return pedigree_fail_memory(err);
	}
	return 0;
}
