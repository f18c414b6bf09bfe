/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "run/ranks.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fs.h"
#include "graph/ranks.h"
#include "run/run.h"
#include "run/spool.h"

#define RECORDED_NAME "recorded"
#define LAUNCH_PREFIX ".launch-"
/* For a record under way; the rank's start must not wait for longer. */
#define JOIN_MS 200
#define JOIN_STEP_MS 5

static void launch_link(const struct pedigree_config *config, const char *key,
			struct pedigree_buf *ret)
{
	_cleanup_buf_ struct pedigree_buf place = PEDIGREE_BUF_INIT;

	pedigree_spool_place(config, 0, &place);
	pedigree_buf_add_str(ret, place.data);
	pedigree_buf_addf(ret, "/" LAUNCH_PREFIX "%s", key);
}

/* The folder of each rank in turn; false from `visit` ends it. */
static void each_rank(const char *folder,
		      bool (*visit)(const char *rank, void *ctx), void *ctx)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	struct dirent *entry;
	bool go_on = true;
	DIR *ranks;

	pedigree_path_join(&path, folder, PEDIGREE_RANKS_NAME);
	ranks = pedigree_buf_error(&path) ? NULL : opendir(path.data);
	while (ranks && go_on && (entry = readdir(ranks)) != NULL) {
		_cleanup_buf_ struct pedigree_buf rank = PEDIGREE_BUF_INIT;

		if (entry->d_name[0] == '.')
			continue;
		pedigree_path_join(&rank, path.data, entry->d_name);
		if (!pedigree_buf_error(&rank) &&
		    pedigree_spool_has(rank.data, PEDIGREE_BEGIN_NAME))
			go_on = visit(rank.data, ctx);
	}
	if (ranks)
		closedir(ranks);
}

static bool is_here(const struct pedigree_run_facts *facts)
{
	struct utsname here;

	return facts->host && uname(&here) == 0 &&
	       strcmp(facts->host, here.nodename) == 0;
}

/* Its wrapper holds the lock, or was killed and the command goes on. */
static bool lives(const char *rank, const struct pedigree_run_facts *facts)
{
	int lock;

	if (is_here(facts) && facts->pid && facts->pid_start &&
	    pedigree_pid_start((pid_t)facts->pid) == facts->pid_start)
		return true;
	lock = pedigree_spool_lock(rank, false);
	if (lock < 0)
		return true;
	close(lock);
	return false;
}

static size_t number(const char *text)
{
	char *end = NULL;
	unsigned long n = text ? strtoul(text, &end, 10) : 0;

	return end && !*end && n <= 1u << 20 ? n : 0;
}

static bool look_at(const char *rank, void *ctx)
{
	struct pedigree_ranks_look *look = ctx;
	struct pedigree_run_facts facts = { .git_dirty = -1 };
	bool ended = pedigree_spool_has(rank, PEDIGREE_END_NAME);

	if (pedigree_begin_read(rank, &facts, NULL) < 0)
		return true;
	look->all++;
	look->ended += ended;
	look->alive += !ended && lives(rank, &facts);
	if (number(facts.ranks) > look->expected)
		look->expected = number(facts.ranks);
	pedigree_run_facts_clear(&facts);
	return true;
}

static void recorded_path(const char *folder, struct pedigree_buf *ret)
{
	pedigree_buf_add_str(ret, folder);
	pedigree_buf_add_str(ret, "/" PEDIGREE_RANKS_NAME "/" RECORDED_NAME);
}

void pedigree_ranks_look(const char *folder, struct pedigree_ranks_look *ret)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;

	*ret = (struct pedigree_ranks_look){ 0 };
	each_rank(folder, look_at, ret);
	recorded_path(folder, &path);
	if (ret->all && !pedigree_buf_error(&path) &&
	    pedigree_read_file(path.data, 32, &text, NULL) == 0 && text.len)
		ret->recorded = number(text.data);
}

bool pedigree_ranks_are_recorded(const char *folder)
{
	struct pedigree_ranks_look look;

	if (!pedigree_spool_has(folder, PEDIGREE_RANKS_NAME))
		return true;
	pedigree_ranks_look(folder, &look);
	return look.recorded == look.all;
}

int pedigree_ranks_recorded(const char *folder,
			    const struct pedigree_ranks_look *look,
			    struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	char text[32];
	int n = snprintf(text, sizeof(text), "%zu", look->all);

	recorded_path(folder, &path);
	if (pedigree_buf_error(&path))
		return pedigree_fail_memory(err);
	return pedigree_write_file_soon(path.data, text, (size_t)n, err);
}

/* Makes ranks/RANK-HOST-PID, locked, with begin.json in it. */
static int enter(const char *folder, struct pedigree_run_facts *facts,
		 int *ret_lock, struct pedigree_error *err)
{
	_cleanup_free_ char *word = pedigree_api_name(facts->rank);
	_cleanup_free_ char *member = NULL;
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	int lock, rc;

	if (!word || asprintf(&member, PEDIGREE_RANKS_NAME "/%s-%s-%d", word,
			      facts->host, (int)getpid()) < 0)
		return pedigree_fail_memory(err);
	pedigree_path_join(&path, folder, member);
	if (pedigree_buf_error(&path))
		return pedigree_fail_memory(err);
	rc = pedigree_mkdirs(path.data, 0700, err);
	if (rc < 0)
		return rc;
	lock = pedigree_spool_lock(path.data, false);
	if (lock < 0)
		return pedigree_fail_errno(err, "cannot lock %s", path.data);
	rc = pedigree_begin_write(path.data, facts, err);
	if (rc < 0) {
		close(lock);
		pedigree_remove_tree(path.data, NULL);
		return rc;
	}
	facts->member = pedigree_take(member);
	*ret_lock = lock;
	return 0;
}

int pedigree_ranks_first(const char *folder, const char *key,
			 struct pedigree_run_facts *facts, int *lock,
			 struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf link = PEDIGREE_BUF_INIT;
	const char *slash = strrchr(folder, '/');
	int own, rc;

	pedigree_buf_add(&link, folder, (size_t)(slash - folder));
	pedigree_buf_addf(&link, "/" LAUNCH_PREFIX "%s", key);
	if (pedigree_buf_error(&link))
		return pedigree_fail_memory(err);
	unlink(link.data);
	if (symlink(facts->run, link.data) < 0)
		return pedigree_fail_errno(err, "cannot make %s", link.data);
	rc = enter(folder, facts, &own, err);
	if (rc < 0) {
		unlink(link.data);
		return rc;
	}
	close(*lock);
	*lock = own;
	return 0;
}

struct same {
	const struct pedigree_run_facts *facts;
	bool over;
};

/* Was this rank in the run and has ended? Then this is the next command. */
static bool compare(const char *rank, void *ctx)
{
	struct same *same = ctx;
	struct pedigree_run_facts facts = { .git_dirty = -1 };

	if (!pedigree_spool_has(rank, PEDIGREE_END_NAME) ||
	    pedigree_begin_read(rank, &facts, NULL) < 0)
		return true;
	same->over = facts.rank && strcmp(facts.rank, same->facts->rank) == 0;
	pedigree_run_facts_clear(&facts);
	return !same->over;
}

static int lock_soon(const char *folder)
{
	const struct timespec step = { .tv_nsec = JOIN_STEP_MS * 1000000 };
	int lock = -1;

	for (int ms = 0; lock < 0 && ms < JOIN_MS; ms += JOIN_STEP_MS) {
		lock = pedigree_spool_lock(folder, false);
		if (lock < 0)
			nanosleep(&step, NULL);
	}
	return lock;
}

static void swap_text(char **one, char **two)
{
	char *kept = *one;

	*one = *two;
	*two = kept;
}

/* With the run's lock held: nobody settles the log or makes the record. */
static bool join(const struct pedigree_config *config, const char *folder,
		 struct pedigree_run_facts *facts,
		 struct pedigree_buf *ret_preload, int *ret_lock)
{
	struct pedigree_run_facts first = { .git_dirty = -1 };
	struct same same = { .facts = facts };
	bool ok;

	each_rank(folder, compare, &same);
	if (same.over || pedigree_begin_read(folder, &first, NULL) < 0)
		return false;
	swap_text(&facts->name, &first.name);
	swap_text(&facts->run, &first.run);
	ok = pedigree_log_unsettle(folder, facts->run, facts->host) &&
	     pedigree_shim_join(folder, ret_preload) &&
	     enter(folder, facts, ret_lock, NULL) == 0;
	if (ok) {
		pedigree_run_revive(config);
	} else {
		swap_text(&facts->name, &first.name);
		swap_text(&facts->run, &first.run);
	}
	pedigree_run_facts_clear(&first);
	return ok;
}

int pedigree_ranks_join(const struct pedigree_config *config, const char *key,
			struct pedigree_run_facts *facts,
			struct pedigree_buf *ret_preload, int *ret_lock,
			bool *ret_joined, struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf link = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf folder = PEDIGREE_BUF_INIT;
	char run[NAME_MAX + 1];
	_cleanup_fd_ int lock = -1;
	ssize_t n;

	launch_link(config, key, &link);
	if (pedigree_buf_error(&link))
		return pedigree_fail_memory(err);
	n = readlink(link.data, run, sizeof(run) - 1);
	if (n <= 0 || memchr(run, '/', (size_t)n) || run[0] == '.')
		return 0;
	run[n] = '\0';
	pedigree_spool_folder(config, run, &folder);
	if (pedigree_buf_error(&folder))
		return pedigree_fail_memory(err);
	if (!pedigree_spool_has(folder.data, PEDIGREE_RANKS_NAME))
		return 0;
	lock = lock_soon(folder.data);
	if (lock >= 0)
		*ret_joined =
			join(config, folder.data, facts, ret_preload, ret_lock);
	return 0;
}

static int by_rank(const void *a, const void *b)
{
	const struct pedigree_rank *one = a, *two = b;

	return pedigree_rank_compare(one->rank, two->rank);
}

struct collection {
	struct pedigree_run_facts *facts;
	struct pedigree_error *err;
	int rc;
};

/* Files that this rank inherited or declared, and others did not. */
static int merge(struct pedigree_run_facts *facts,
		 struct pedigree_run_facts *rank)
{
	for (size_t i = 0; i < rank->inherited.n; i++) {
		struct pedigree_inherited *to =
			pedigree_vec_push(&facts->inherited);

		if (!to)
			return PEDIGREE_ENOMEM;
		*to = rank->inherited.v[i];
		rank->inherited.v[i].path = NULL;
	}
	for (size_t i = 0; i < rank->params.n; i++)
		if (!pedigree_pairs_get(&facts->params,
					rank->params.v[i].key) &&
		    pedigree_pairs_set(&facts->params, rank->params.v[i].key,
				       rank->params.v[i].value) < 0)
			return PEDIGREE_ENOMEM;
	return 0;
}

static bool collect(const char *folder, void *ctx)
{
	struct collection *collection = ctx;
	struct pedigree_run_facts facts = { .git_dirty = -1 };
	struct pedigree_rank *rank;
	int rc = pedigree_begin_read(folder, &facts, NULL);

	if (rc == 0)
		rc = pedigree_end_read(folder, &facts, NULL);
	/* A machine's crash may have emptied the file of a rank. */
	if (rc < 0 || !facts.rank) {
		pedigree_run_facts_clear(&facts);
		return true;
	}
	rank = pedigree_vec_push(&collection->facts->members);
	if (!rank || merge(collection->facts, &facts) < 0) {
		pedigree_run_facts_clear(&facts);
		collection->rc = pedigree_fail_memory(collection->err);
		return false;
	}
	*rank = (struct pedigree_rank){
		.launcher = pedigree_take(facts.launcher),
		.rank = pedigree_take(facts.rank),
		.ranks = pedigree_take(facts.ranks),
		.host = pedigree_take(facts.host),
		.pid = facts.pid,
		.start_ms = facts.start_ms,
		.end_ms = facts.end_ms,
		.wait_status = facts.wait_status,
		.end_known = facts.end_known,
	};
	pedigree_run_facts_clear(&facts);
	return true;
}

int pedigree_ranks_facts(const char *folder, struct pedigree_run_facts *facts,
			 struct pedigree_error *err)
{
	struct collection collection = { .facts = facts, .err = err };

	if (!pedigree_spool_has(folder, PEDIGREE_RANKS_NAME))
		return 0;
	each_rank(folder, collect, &collection);
	if (collection.rc < 0 || !facts->members.n)
		return collection.rc;
	qsort(facts->members.v, facts->members.n, sizeof(*facts->members.v),
	      by_rank);
	facts->end_known = true;
	for (size_t i = 0; i < facts->members.n; i++) {
		const struct pedigree_rank *rank = &facts->members.v[i];

		if (rank->start_ms < facts->start_ms)
			facts->start_ms = rank->start_ms;
		if (rank->end_ms > facts->end_ms)
			facts->end_ms = rank->end_ms;
		if (!rank->end_known)
			facts->end_known = false;
		else if (!facts->wait_status)
			facts->wait_status = rank->wait_status;
	}
	return 0;
}
