/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a run's folder to a delivered record.
 *
 * The record goes into the outbox before record.json says that the run is
 * finished: a death between the two makes the same record again, under the
 * same name in the outbox.
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fs.h"
#include "base/hash.h"
#include "evlog/reader.h"
#include "graph/json.h"
#include "run/memory.h"
#include "run/ranks.h"
#include "run/recipe.h"
#include "run/run.h"
#include "run/spool.h"
#include "run/surroundings.h"
#include "store/store.h"

#define RECORD_MAX ((size_t)1 << 30)

static void log_free(struct pedigree_evlog **log)
{
	pedigree_evlog_free(*log);
}

void pedigree_run_summary_clear(struct pedigree_run_summary *summary)
{
	free(summary->name);
	*summary = (struct pedigree_run_summary){ 0 };
}

/* How often the run was recorded before, which is the revision of this time,
   and of how many events the last time. */
static int last_record(const char *folder, unsigned int *ret_revision,
		       uint64_t *ret_events, struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	_cleanup_record_ struct pedigree_record *record = NULL;
	int rc;

	*ret_revision = 0;
	*ret_events = 0;
	if (!pedigree_spool_has(folder, PEDIGREE_RECORD_NAME))
		return 0;
	pedigree_path_join(&path, folder, PEDIGREE_RECORD_NAME);
	if (pedigree_buf_error(&path))
		return pedigree_fail_memory(err);
	rc = pedigree_read_file(path.data, RECORD_MAX, &text, err);
	if (rc == 0)
		rc = pedigree_record_from_json(text.data, text.len, &record,
					       err);
	if (rc < 0)
		return rc;
	*ret_revision = record->revision + 1;
	*ret_events = record->events;
	return 0;
}

enum {
	READ = 1,
	MADE = 2
};

/* What the run and its steps did with each artifact, by ARN. */
static int note_uses(const struct pedigree_record *record,
		     struct pedigree_map *members, struct pedigree_map *uses)
{
	size_t step = 0;

	for (size_t i = 0; i < record->entities.n; i++) {
		const char *arn = record->entities.v[i].arn;

		if (pedigree_record_is_member(record, i, &step) &&
		    !pedigree_map_at(members, arn, strlen(arn), NULL))
			return PEDIGREE_ENOMEM;
	}
	for (size_t i = 0; i < record->associations.n; i++) {
		const struct pedigree_record_association *edge =
			&record->associations.v[i];
		const bool read = pedigree_map_has(members, edge->destination,
						   strlen(edge->destination));
		const char *arn = read ? edge->source : edge->destination;
		void **use;

		if (!read && !pedigree_map_has(members, edge->source,
					       strlen(edge->source)))
			continue;
		use = pedigree_map_at(uses, arn, strlen(arn), NULL);
		if (!use)
			return PEDIGREE_ENOMEM;
		*use = (void *)((uintptr_t)*use | (read ? READ : MADE));
	}
	return 0;
}

/* What one step made for another is no input of the whole, and what was
   removed before the end no output. */
static int count_artifacts(const struct pedigree_record *record,
			   struct pedigree_run_summary *summary)
{
	_cleanup_map_ struct pedigree_map *members = pedigree_map_new();
	_cleanup_map_ struct pedigree_map *uses = pedigree_map_new();

	if (!members || !uses || note_uses(record, members, uses) < 0)
		return PEDIGREE_ENOMEM;
	for (size_t i = 0; i < record->entities.n; i++) {
		const struct pedigree_entity *entity = &record->entities.v[i];
		uintptr_t use;

		if (entity->kind != PEDIGREE_ARTIFACT)
			continue;
		use = (uintptr_t)pedigree_map_get(uses, entity->arn,
						  strlen(entity->arn));
		if (use & READ && !(summary->steps && use & MADE))
			summary->inputs++;
		if (use & MADE &&
		    !pedigree_pairs_get(&entity->properties, "Temporary"))
			summary->outputs++;
	}
	return 0;
}

static int summarise(const struct pedigree_run_facts *facts,
		     const struct pedigree_record *record,
		     struct pedigree_run_summary *summary)
{
	summary->name = strdup(facts->name);
	summary->dropped = record->dropped;
	summary->blind_spots = record->blind_spots.n;
	summary->still_running = record->still_running.n;
	summary->steps = record->steps.n;
	for (size_t i = 0; i < record->entities.n; i++)
		summary->endpoints +=
			record->entities.v[i].kind == PEDIGREE_CONTEXT;
	return summary->name ? count_artifacts(record, summary)
			     : PEDIGREE_ENOMEM;
}

static int build(const struct pedigree_config *config,
		 const struct pedigree_run_facts *facts,
		 const struct pedigree_evlog *log,
		 const struct pedigree_build_options *wish,
		 struct pedigree_record **ret_record,
		 struct pedigree_error *err)
{
	struct pedigree_digests *digests = pedigree_digests_open(config);
	struct pedigree_build_options options = *wish;
	_cleanup_record_ struct pedigree_record *record = NULL;
	struct pedigree_digest_cache cache = { 0 };
	struct pedigree_run_memory memory;
	int rc;

	if (digests)
		pedigree_digests_cache(digests, &cache);
	options.cache = digests ? &cache : NULL;
	pedigree_run_memory_init(&memory, config);
	options.memory = &memory.memory;
	rc = pedigree_build(facts, log, config, &options, &record, err);
	pedigree_digests_close(digests);
	pedigree_run_memory_clear(&memory);
	if (rc == 0 &&
	    (pedigree_recipe_add(facts, record) < 0 ||
	     pedigree_surroundings_add(config, facts, log, record) < 0))
		rc = pedigree_fail_memory(err);
	if (rc == 0)
		*ret_record = pedigree_take(record);
	return rc;
}

int pedigree_spool_deliver(const struct pedigree_config *config,
			   unsigned int patience_ms,
			   struct pedigree_run_summary *summary,
			   struct pedigree_error *err)
{
	struct pedigree_push_result result = { 0 };
	int rc = pedigree_outbox_push_near(config, patience_ms, &result, err);

	summary->waiting = result.waiting;
	return rc;
}

static int keep(const char *folder, const struct pedigree_record *record,
		struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	int rc;

	rc = pedigree_alive_write(folder, record, err);
	if (rc < 0)
		return rc;
	pedigree_path_join(&path, folder, PEDIGREE_RECORD_NAME);
	rc = pedigree_record_to_json(record, &text, err);
	if (rc < 0)
		return rc;
	if (pedigree_buf_error(&path) || pedigree_buf_error(&text))
		return pedigree_fail_memory(err);
	return pedigree_write_file_soon(path.data, text.data, text.len, err);
}

/* Is there a model behind one of the record's endpoints? */
static bool serves(const struct pedigree_record *record)
{
	for (size_t i = 0; i < record->associations.n; i++) {
		const struct pedigree_record_association *edge =
			&record->associations.v[i];

		if (pedigree_arn_kind(edge->source) == PEDIGREE_ARTIFACT &&
		    pedigree_arn_kind(edge->destination) == PEDIGREE_ACTION)
			return true;
	}
	return false;
}

int pedigree_spool_serving(const struct pedigree_config *config,
			   const char *run,
			   bool (*keep_on)(void *ctx, uint64_t done,
					   uint64_t all),
			   void *ctx, struct pedigree_error *err)
{
	_cleanup_(pedigree_run_facts_clear) struct pedigree_run_facts facts = {
		.git_dirty = -1
	};
	_cleanup_(log_free) struct pedigree_evlog *log = pedigree_evlog_new();
	_cleanup_buf_ struct pedigree_buf folder = PEDIGREE_BUF_INIT;
	_cleanup_record_ struct pedigree_record *record = NULL;
	struct pedigree_build_options options = {
		.keep_on = keep_on,
		.ctx = ctx,
		.running = true,
	};
	uint64_t events = 0;
	int rc;

	pedigree_spool_folder(config, run, &folder);
	if (!log || pedigree_buf_error(&folder))
		return pedigree_fail_memory(err);
	rc = last_record(folder.data, &options.revision, &events, err);
	if (rc == 0)
		rc = pedigree_evlog_read(log, folder.data, NULL, err);
	if (rc < 0 || (options.revision && log->n_events == events))
		return rc;
	rc = pedigree_spool_facts(config, run, &facts, err);
	if (rc == 0)
		rc = build(config, &facts, log, &options, &record, err);
	/* What was not hashed in time has no version: better nothing. */
	if (rc < 0 || !serves(record) || (keep_on && !keep_on(ctx, 0, 0)))
		return rc;
	pedigree_record_drop_outputs(record);
	if (pedigree_alive_find(log, record) < 0)
		return pedigree_fail_memory(err);
	/* Over already: the finish comes, and nobody would amend this. */
	if (!record->still_running.n)
		return 0;
	rc = pedigree_outbox_put(config, record, err);
	if (rc == 0)
		rc = keep(folder.data, record, err);
	return rc < 0 ? rc : 1;
}

/*
 * Helpers of the command (multiprocessing's resource tracker, the last of a
 * pipeline) often end just after it: waiting a moment for them saves
 * amending the record.
 */
#define STRAGGLERS_MS 250
#define STRAGGLERS_STEP_MS 10

static int read_log(const char *folder, struct pedigree_evlog **log,
		    struct pedigree_error *err)
{
	const struct timespec step = { .tv_nsec =
					       STRAGGLERS_STEP_MS * 1000000 };
	int rc;

	for (int ms = 0;; ms += STRAGGLERS_STEP_MS) {
		_cleanup_record_ struct pedigree_record *probe =
			pedigree_record_new();

		pedigree_evlog_free(*log);
		*log = pedigree_evlog_new();
		if (!*log || !probe)
			return pedigree_fail_memory(err);
		rc = pedigree_evlog_read(*log, folder, NULL, err);
		if (rc < 0 || ms >= STRAGGLERS_MS)
			return rc;
		if (pedigree_alive_find(*log, probe) < 0)
			return pedigree_fail_memory(err);
		if (!probe->still_running.n)
			return 0;
		nanosleep(&step, NULL);
	}
}

static int finish_locked(const struct pedigree_config *config, const char *run,
			 const char *folder,
			 struct pedigree_build_options *options,
			 const struct pedigree_ranks_look *ranks,
			 struct pedigree_run_summary *summary,
			 struct pedigree_error *err)
{
	_cleanup_(pedigree_run_facts_clear) struct pedigree_run_facts facts = {
		.git_dirty = -1
	};
	_cleanup_(log_free) struct pedigree_evlog *log = NULL;
	_cleanup_record_ struct pedigree_record *record = NULL;
	uint64_t events;
	int rc;

	rc = pedigree_spool_facts(config, run, &facts, err);
	if (rc < 0)
		return rc;
	/* begin.json moved nowhere else, so git's answer is beside it. */
	rc = last_record(folder, &options->revision, &events, err);
	if (rc == 0)
		rc = read_log(folder, &log, err);
	if (rc == 0)
		rc = build(config, &facts, log, options, &record, err);
	if (rc == 0 && pedigree_alive_find(log, record) < 0)
		rc = pedigree_fail_memory(err);
	if (rc == 0)
		rc = pedigree_outbox_put(config, record, err);
	if (rc == 0)
		rc = keep(folder, record, err);
	if (rc == 0 && ranks->all)
		rc = pedigree_ranks_recorded(folder, ranks, err);
	if (rc == 0 && summarise(&facts, record, summary) < 0)
		rc = pedigree_fail_memory(err);
	if (rc < 0)
		return rc;
	/* Processes that live may start others through the short link. */
	if (!record->still_running.n) {
		pedigree_shim_unlink(folder);
		pedigree_log_settle(folder);
	}
	return 0;
}

static void await_git(const struct pedigree_config *config, const char *folder)
{
	struct pedigree_run_facts facts = { 0 };

	if (pedigree_begin_read(folder, &facts, NULL) < 0)
		return;
	pedigree_git_await(folder, facts.start_ms,
			   pedigree_config_ms(config, "capture",
					      "git_timeout"));
	pedigree_run_facts_clear(&facts);
}

/*
 * The rank that ends last makes the record. One that knows of others that
 * have not begun yet leaves it to them, or to recovery; and what came
 * between the end and the lock may have made it.
 */
static bool left_to_others(const struct pedigree_ranks_look *ranks)
{
	return ranks->all && (ranks->alive || ranks->all < ranks->expected ||
			      ranks->recorded == ranks->all);
}

int pedigree_spool_finish(
	const struct pedigree_config *config, const char *run, int lock,
	bool (*keep_on)(void *ctx, uint64_t done, uint64_t all), void *ctx,
	struct pedigree_run_summary *ret_summary, struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf folder = PEDIGREE_BUF_INIT;
	struct pedigree_build_options options = {
		.keep_on = keep_on,
		.ctx = ctx,
	};
	struct pedigree_run_summary summary = { 0 };
	struct pedigree_ranks_look ranks;
	_cleanup_fd_ int own = -1;
	int rc;

	pedigree_spool_folder(config, run, &folder);
	if (pedigree_buf_error(&folder))
		return pedigree_fail_memory(err);
	if (lock < 0) {
		own = pedigree_spool_lock(folder.data, true);
		if (own < 0)
			return pedigree_fail_errno(err, "cannot lock %s",
						   folder.data);
	}
	pedigree_ranks_look(folder.data, &ranks);
	if (own >= 0 && left_to_others(&ranks)) {
		if (ret_summary)
			*ret_summary =
				(struct pedigree_run_summary){ .other_ranks =
								       true };
		return 0;
	}
	await_git(config, folder.data);
	rc = finish_locked(config, run, folder.data, &options, &ranks, &summary,
			   err);
	/* Without a name there is no record yet, and nothing to tell. */
	if (summary.name && ret_summary)
		*ret_summary = summary;
	else
		pedigree_run_summary_clear(&summary);
	return rc;
}

int pedigree_spool_finish_facts(const struct pedigree_config *config,
				const struct pedigree_run_facts *facts,
				struct pedigree_run_summary *ret_summary,
				struct pedigree_error *err)
{
	_cleanup_(log_free) struct pedigree_evlog *log = pedigree_evlog_new();
	_cleanup_record_ struct pedigree_record *record = NULL;
	struct pedigree_build_options options = { 0 };
	struct pedigree_run_facts named = *facts;
	struct pedigree_run_summary summary = { 0 };
	int rc;

	if (!log)
		return pedigree_fail_memory(err);
	if (!named.run)
		named.run = named.name; /* names the file in the outbox */
	rc = build(config, &named, log, &options, &record, err);
	if (rc == 0)
		rc = pedigree_outbox_put(config, record, err);
	if (rc == 0 && summarise(facts, record, &summary) < 0)
		rc = pedigree_fail_memory(err);
	if (summary.name && ret_summary)
		*ret_summary = summary;
	else
		pedigree_run_summary_clear(&summary);
	return rc;
}
