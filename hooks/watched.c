/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "hooks/watched.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "evlog/format.h"
#include "hooks/cold.h"
#include "hooks/env.h"
#include "hooks/gate.h"
#include "hooks/helper.h"
#include "hooks/sys.h"
#include "hooks/watch.h"

#define BEGIN_MS 10000
#define SHIM_NAME "/libpedigree-preload.so"

PEDIGREE_COLD struct pedigree_watched pedigree_watched;
PEDIGREE_COLD char pedigree_watched_shim[PEDIGREE_WATCH_PATH];
static bool finishes; /* at its own end */
static long owner;    /* the process that is the run's first */

bool pedigree_watched_is_run(const char *folder, size_t n)
{
	char path[PEDIGREE_WATCH_PATH];

	if (n + sizeof("/" PEDIGREE_BEGIN_NAME) > sizeof(path))
		return true;
	memcpy(path, folder, n);
	memcpy(path + n, "/" PEDIGREE_BEGIN_NAME,
	       sizeof("/" PEDIGREE_BEGIN_NAME));
	return !pedigree_sys(SYS_faccessat, AT_FDCWD, path, 0);
}

static size_t token(const char *list)
{
	size_t n = 0;

	while (list[n] && list[n] != ':' && list[n] != ' ')
		n++;
	return n;
}

/*
 * Another shim in LD_PRELOAD before us is a run's, of a pedigree installed
 * elsewhere: that run surrounds us.
 */
static bool is_surrounded(void)
{
	const size_t shim_n = sizeof(SHIM_NAME) - 1;
	const char *list = pedigree_env_get("LD_PRELOAD");

	while (list && *list) {
		size_t n = token(list);

		if (n > shim_n &&
		    !strncmp(list + n - shim_n, SHIM_NAME, shim_n))
			return strncmp(list, pedigree_gate_self, n) != 0 ||
			       pedigree_gate_self[n];
		list += n + (list[n] != '\0');
	}
	return false;
}

static bool takes_in_orphans(void)
{
	int is = 0;

	return pedigree_sys(SYS_getpid) == 1 ||
	       (!pedigree_sys(SYS_prctl, PR_GET_CHILD_SUBREAPER, &is) && is);
}

const char *pedigree_watched_begin(int argc, char *const argv[])
{
	char pid[PEDIGREE_HELPER_NUMBER];
	const char *words[] = { "--watched", "begin", PEDIGREE_HELPER_ANSWER,
				pid,	     NULL,    NULL };
	struct pedigree_helper helper = {
		.command = pedigree_watched.command,
		.words = words,
		.more = argv,
		.limit_ms = BEGIN_MS,
		.answer = pedigree_watched_shim,
		.room = sizeof(pedigree_watched_shim),
	};

	if (is_surrounded() ||
	    !pedigree_watch_matches(argc, argv, &pedigree_watched))
		return NULL;
	pedigree_helper_number(pid, (uint64_t)pedigree_sys(SYS_getpid));
	finishes = takes_in_orphans();
	words[4] = finishes ? "inside" : "apart";
	return pedigree_helper_run(&helper) ? NULL : pedigree_watched_shim;
}

/* Runs after all destructors, the log's last event among them. */
static void finish(int status, void *unused)
{
	char number[PEDIGREE_HELPER_NUMBER], answer[16];
	const char *const words[] = {
		"--watched",	       "finish", PEDIGREE_HELPER_ANSWER,
		pedigree_watched_shim, number,	 NULL
	};
	struct pedigree_helper helper = {
		.command = pedigree_watched.command,
		.words = words,
		.limit_ms = (int)pedigree_watched.finish_ms,
		.answer = answer,
		.room = sizeof(answer),
	};

	(void)unused;
	/* A forked child that leaves by exit() is not the program. */
	if (pedigree_sys(SYS_getpid) != owner)
		return;
	if (owner != 1)
		helper.limit_ms = 0;
	pedigree_helper_number(number, (uint64_t)(status & 0xff));
	pedigree_helper_run(&helper);
}

void pedigree_watched_ready(void)
{
	owner = pedigree_sys(SYS_getpid);
	if (finishes)
		on_exit(finish, NULL);
}
