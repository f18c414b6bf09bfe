/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What earlier runs left to be done.
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fs.h"
#include "run/ranks.h"
#include "run/run.h"
#include "run/spool.h"
#include "store/store.h"

/* Recovery comes before somebody's question: what cannot be delivered at once
   can wait, the answer cannot. */
#define PATIENCE_MS 250

struct recovery {
	const struct pedigree_config *config;
	void (*tell)(void *ctx, const char *sentence);
	void *ctx;
	const struct pedigree_watcher *progress;
};

static void say(const struct recovery *recovery, const char *format, ...)
	PEDIGREE_PRINTF(2, 3);

static void say(const struct recovery *recovery, const char *format, ...)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	va_list args;

	if (!recovery->tell)
		return;
	va_start(args, format);
	pedigree_buf_vaddf(&text, format, args);
	va_end(args);
	if (!pedigree_buf_error(&text))
		recovery->tell(recovery->ctx, text.data);
}

/*
 * A folder that nothing can be made of is put where no later command trips
 * over it, and where a person can look at it.
 */
static void set_aside(const struct recovery *recovery, const char *run,
		      const char *folder, const char *why)
{
	_cleanup_buf_ struct pedigree_buf place = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf aside = PEDIGREE_BUF_INIT;

	pedigree_path_join(&place, pedigree_config_spool(recovery->config),
			   "broken");
	pedigree_path_join(&aside, place.data, run);
	if (pedigree_buf_error(&place) || pedigree_buf_error(&aside) ||
	    pedigree_mkdirs(place.data, 0700, NULL) < 0 ||
	    rename(folder, aside.data) < 0) {
		say(recovery, "cannot finish the record of run %s: %s", run,
		    why);
		return;
	}
	say(recovery,
	    "cannot finish the record of run %s: %s; what there is of it was moved to %s",
	    run, why, aside.data);
}

static const struct {
	const char *verb;
	const char *why;
} words[] = {
	[PEDIGREE_RUN_AMENDABLE] = { "amended",
				     "whose processes have ended since" },
	[PEDIGREE_RUN_ENDED] = { "finished", "which had ended without one" },
	[PEDIGREE_RUN_ABANDONED] = { "finished", "whose wrapper was killed" },
};

static bool has_no_wrapper(const char *folder)
{
	_cleanup_(pedigree_run_facts_clear) struct pedigree_run_facts facts = {
		.git_dirty = -1
	};

	return pedigree_begin_read(folder, &facts, NULL) == 0 && facts.watched;
}

struct hashing {
	const struct pedigree_watcher *progress;
	const char *what;
	uint64_t all; /* the last that was told */
};

static bool tell_hashing(void *ctx, uint64_t done, uint64_t all)
{
	struct hashing *hashing = ctx;

	hashing->all = all;
	pedigree_progress_tell(hashing->progress, hashing->what, done, all);
	return true;
}

static void finish_one(const struct recovery *recovery, const char *run,
		       const char *folder, enum pedigree_run_state state)
{
	struct pedigree_run_summary summary = { 0 };
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	_cleanup_buf_ struct pedigree_buf what = PEDIGREE_BUF_INIT;
	struct hashing hashing = { .progress = recovery->progress };
	int lock = pedigree_spool_lock(folder, false);
	const char *why = words[state].why;
	int rc;

	/* Somebody else is at it. */
	if (lock < 0)
		return;
	/* It may have been finished between the look and the lock. */
	if (state != PEDIGREE_RUN_AMENDABLE &&
	    pedigree_spool_has(folder, PEDIGREE_RECORD_NAME) &&
	    pedigree_ranks_are_recorded(folder)) {
		close(lock);
		return;
	}
	if (state == PEDIGREE_RUN_ABANDONED && has_no_wrapper(folder))
		why = "whose end nobody saw";
	pedigree_buf_addf(&what, "reading what the run %s used", run);
	hashing.what = what.data;
	rc = pedigree_spool_finish(recovery->config, run, lock, tell_hashing,
				   &hashing, &summary, &err);
	pedigree_progress_tell(recovery->progress, what.data, hashing.all,
			       hashing.all);
	if (summary.name)
		say(recovery, "%s the record of run %s, %s", words[state].verb,
		    summary.name, why);
	else if (rc == PEDIGREE_EFORMAT || rc == PEDIGREE_ENOTFOUND)
		set_aside(recovery, run, folder, err.text);
	else if (rc < 0)
		say(recovery, "cannot finish the record of run %s: %s", run,
		    err.text);
	pedigree_run_summary_clear(&summary);
	close(lock);
}

static bool due(enum pedigree_run_state state, const char *folder)
{
	switch (state) {
	case PEDIGREE_RUN_ENDED:
	case PEDIGREE_RUN_ABANDONED:
		return true;
	case PEDIGREE_RUN_AMENDABLE:
		return pedigree_alive_changed(folder);
	case PEDIGREE_RUN_FINISHED:
	case PEDIGREE_RUN_RUNNING:
		break;
	}
	return false;
}

int pedigree_spool_recover(const struct pedigree_config *config,
			   void (*tell)(void *ctx, const char *sentence),
			   void *ctx, const struct pedigree_watcher *progress,
			   struct pedigree_error *err)
{
	_cleanup_(pedigree_run_names_clear) struct pedigree_run_names names = {
		0
	};
	const struct recovery recovery = {
		.config = config,
		.tell = tell,
		.ctx = ctx,
		.progress = progress,
	};
	struct pedigree_push_result pushed = { 0 };
	int rc = pedigree_run_list_unfinished(config, &names, err);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < names.n; i++) {
		_cleanup_buf_ struct pedigree_buf folder = PEDIGREE_BUF_INIT;
		enum pedigree_run_state state;

		pedigree_spool_folder(config, names.v[i], &folder);
		if (pedigree_buf_error(&folder))
			return pedigree_fail_memory(err);
		state = pedigree_spool_state(config, names.v[i]);
		if (due(state, folder.data))
			finish_one(&recovery, names.v[i], folder.data, state);
	}
	if (pedigree_outbox_waiting(config, NULL) == 0)
		return 0;
	return pedigree_outbox_push_near(config, PATIENCE_MS, &pushed, err);
}
