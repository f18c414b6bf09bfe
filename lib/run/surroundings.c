/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "run/surroundings.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include <pedigree/error.h>

#include "base/fs.h"
#include "graph/sheet.h"

#define DPKG "/var/lib/dpkg"
#define MEMO "packages"
#define TIME_MS 2000

static int64_t milliseconds(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t pedigree_surroundings_now(void)
{
	return milliseconds(CLOCK_MONOTONIC);
}

/* A run is also finished elsewhere, over a shared spool, or after a reboot. */
static bool ran_here(const struct pedigree_run_facts *facts)
{
	int64_t boot =
		milliseconds(CLOCK_REALTIME) - milliseconds(CLOCK_BOOTTIME);
	struct utsname here;

	return facts->host && uname(&here) == 0 &&
	       strcmp(here.nodename, facts->host) == 0 &&
	       facts->start_ms >= boot;
}

/* What was read, and what was run or loaded. */
struct touched {
	struct pedigree_map *read, *loaded;
};

static void touched_clear(struct touched *touched)
{
	pedigree_map_free(touched->read);
	pedigree_map_free(touched->loaded);
}

static int put(struct pedigree_map *map, const struct pedigree_evlog *log,
	       uint32_t folder, const char *text)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;

	if (!*text || !pedigree_evlog_path(log, folder, text, &path))
		return pedigree_buf_error(&path) ? PEDIGREE_ENOMEM : 0;
	return pedigree_map_at(map, path.data, path.len, NULL)
		       ? 0
		       : PEDIGREE_ENOMEM;
}

static int collect(const struct pedigree_evlog *log, struct touched *touched)
{
	touched->read = pedigree_map_new();
	touched->loaded = pedigree_map_new();
	if (!touched->read || !touched->loaded)
		return PEDIGREE_ENOMEM;
	for (size_t i = 0; i < log->n_processes; i++) {
		const struct pedigree_process *process = &log->processes[i];

		if (!process->forked && put(touched->loaded, log, process->cwd,
					    process->program) < 0)
			return PEDIGREE_ENOMEM;
	}
	for (size_t i = 0; i < log->n_events; i++) {
		const struct pedigree_event *event = &log->events[i];
		bool loaded = event->type == PEDIGREE_EV_LOADED;

		if (!loaded && event->type != PEDIGREE_EV_OPEN)
			continue;
		if (put(touched->read, log, event->folder, event->text) < 0 ||
		    (loaded &&
		     put(touched->loaded, log, event->folder, event->text) < 0))
			return PEDIGREE_ENOMEM;
	}
	return 0;
}

static int by_key(const void *a, const void *b)
{
	const struct pedigree_pair *x = a, *y = b;

	return strcmp(x->key, y->key);
}

/* `rc` is how finding them went: in time, or not. */
static int add_packages(struct pedigree_buf *sheet, const char *topic, int rc,
			struct pedigree_pairs *packages)
{
	if (rc == PEDIGREE_ENOMEM)
		return rc;
	if (rc < 0)
		pedigree_sheet_add(sheet, "partial", topic, "");
	/* In one order, so that the same packages are the same sheet. */
	if (packages->n)
		qsort(packages->v, packages->n, sizeof(*packages->v), by_key);
	for (size_t i = 0; i < packages->n; i++)
		pedigree_sheet_add(sheet, topic, packages->v[i].key,
				   packages->v[i].value);
	return 0;
}

static uint64_t end_of(const struct pedigree_run_facts *facts)
{
	return facts->end_ms ? ((uint64_t)facts->end_ms + 1) * 1000000 : 0;
}

static int find_packages(const struct pedigree_config *config,
			 const struct pedigree_run_facts *facts,
			 const struct pedigree_evlog *log,
			 struct pedigree_buf *sheet)
{
	_cleanup_(touched_clear) struct touched touched = { NULL, NULL };
	_cleanup_(pedigree_pairs_clear) struct pedigree_pairs python = { 0 };
	_cleanup_(pedigree_pairs_clear) struct pedigree_pairs debian = { 0 };
	_cleanup_buf_ struct pedigree_buf memo = PEDIGREE_BUF_INIT;
	int64_t deadline = pedigree_surroundings_now() + TIME_MS;
	int rc = collect(log, &touched);

	pedigree_path_join(&memo, pedigree_config_data(config), MEMO);
	if (rc < 0 || pedigree_buf_error(&memo))
		return PEDIGREE_ENOMEM;
	rc = pedigree_python_packages(touched.read, deadline, &python);
	if (add_packages(sheet, "python", rc, &python) < 0)
		return PEDIGREE_ENOMEM;
	rc = pedigree_debian_packages(touched.loaded, DPKG, memo.data,
				      end_of(facts), deadline, &debian);
	return add_packages(sheet, "debian", rc, &debian);
}

int pedigree_surroundings_add(const struct pedigree_config *config,
			      const struct pedigree_run_facts *facts,
			      const struct pedigree_evlog *log,
			      struct pedigree_record *record)
{
	_cleanup_buf_ struct pedigree_buf sheet = PEDIGREE_BUF_INIT;

	if (facts->deploy || !ran_here(facts))
		return 0;
	pedigree_sheet_begin(&sheet);
	pedigree_hardware_add(&sheet, "");
	/* Of what nobody watched, nothing is known to have been loaded. */
	if (facts->no_capture || !log->n_processes) {
		pedigree_sheet_add(&sheet, "partial", "python", "");
		pedigree_sheet_add(&sheet, "partial", "debian", "");
	} else if (find_packages(config, facts, log, &sheet) < 0) {
		return PEDIGREE_ENOMEM;
	}
	return pedigree_sheet_keep(record, PEDIGREE_PARAM_SURROUNDINGS, &sheet);
}
