/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "graph/ranks.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hash.h"
#include "graph/builder.h"

#define RANKS_MOST (1u << 16) /* a launcher that says more is not believed */

int pedigree_rank_compare(const char *one, const char *two)
{
	char *end1, *end2;
	const long n1 = strtol(one, &end1, 10);
	const long n2 = strtol(two, &end2, 10);

	if (!*end1 != !*end2)
		return *end1 ? 1 : -1;
	if (!*end1 && n1 != n2)
		return n1 < n2 ? -1 : 1;
	return strcmp(one, two);
}

void pedigree_log_ranks_clear(struct pedigree_log_ranks *ranks)
{
	pedigree_vec_clear(&ranks->all);
	free(ranks->of);
	ranks->of = NULL;
}

/* The rank's index, which is new when nobody was it before. */
static int rank_at(struct pedigree_log_ranks *ranks, struct pedigree_map *known,
		   const struct pedigree_event *event, uint32_t *ret)
{
	_cleanup_buf_ struct pedigree_buf key = PEDIGREE_BUF_INIT;
	struct pedigree_log_rank *rank;
	void **at;
	bool new;

	pedigree_buf_addf(&key, "%s %s", event->text, event->text2);
	at = pedigree_buf_error(&key)
		     ? NULL
		     : pedigree_map_at(known, key.data, key.len, &new);
	if (!at)
		return PEDIGREE_ENOMEM;
	if (new) {
		rank = pedigree_vec_push(&ranks->all);
		if (!rank)
			return PEDIGREE_ENOMEM;
		*rank = (struct pedigree_log_rank){
			.launcher = event->text,
			.rank = event->text2,
			.ranks = event->text3,
			.process = event->process,
		};
		*at = (void *)(uintptr_t)ranks->all.n;
	}
	*ret = (uint32_t)(uintptr_t)*at - 1;
	return 0;
}

/*
 * A forked child is what its parent is; so is a program that was started with
 * another environment, whose parent is known by its process id.
 */
static int inherit(const struct pedigree_evlog *log,
		   struct pedigree_log_ranks *ranks)
{
	_cleanup_map_ struct pedigree_map *by_pid = pedigree_map_new();

	for (size_t i = 0; by_pid && i < log->n_processes; i++) {
		const struct pedigree_process *process = &log->processes[i];
		uint32_t key[] = { process->host, process->pid };
		uint32_t parent[] = { process->host, process->ppid };
		void *from = pedigree_map_get(by_pid, parent, sizeof(parent));
		void **at = pedigree_map_at(by_pid, key, sizeof(key), NULL);

		if (!at)
			return PEDIGREE_ENOMEM;
		if (ranks->of[i] == PEDIGREE_NONE && process->forked &&
		    process->image < i)
			ranks->of[i] = ranks->of[process->image];
		if (ranks->of[i] == PEDIGREE_NONE && *at)
			ranks->of[i] = (uint32_t)(uintptr_t)*at - 1;
		else if (ranks->of[i] == PEDIGREE_NONE && from)
			ranks->of[i] = (uint32_t)(uintptr_t)from - 1;
		if (ranks->of[i] != PEDIGREE_NONE)
			*at = (void *)(uintptr_t)(ranks->of[i] + 1);
	}
	return by_pid ? 0 : PEDIGREE_ENOMEM;
}

/* Programs that the first one became by exec are the same process. */
static void note_ends(const struct pedigree_evlog *log,
		      struct pedigree_log_ranks *ranks)
{
	for (size_t i = 0; i < log->n_processes; i++) {
		const struct pedigree_process *process = &log->processes[i];
		struct pedigree_log_rank *rank;
		const struct pedigree_process *first;

		if (!process->ended || ranks->of[i] == PEDIGREE_NONE)
			continue;
		rank = &ranks->all.v[ranks->of[i]];
		first = &log->processes[rank->process];
		if (first->pid == process->pid && first->host == process->host)
			rank->ended = true;
	}
}

int pedigree_log_ranks_find(const struct pedigree_evlog *log,
			    struct pedigree_log_ranks *ret)
{
	_cleanup_map_ struct pedigree_map *known = pedigree_map_new();
	struct pedigree_log_ranks ranks = { 0 };
	int r = 0;

	ranks.of = malloc((log->n_processes + 1) * sizeof(*ranks.of));
	if (!known || !ranks.of)
		r = PEDIGREE_ENOMEM;
	else
		memset(ranks.of, 0xff,
		       (log->n_processes + 1) * sizeof(*ranks.of));
	for (size_t i = 0; r == 0 && i < log->n_events; i++)
		if (log->events[i].type == PEDIGREE_EV_RANK &&
		    log->events[i].process < log->n_processes)
			r = rank_at(&ranks, known, &log->events[i],
				    &ranks.of[log->events[i].process]);
	if (r == 0 && ranks.all.n)
		r = inherit(log, &ranks);
	if (r == 0)
		note_ends(log, &ranks);
	if (r < 0)
		pedigree_log_ranks_clear(&ranks);
	else
		*ret = ranks;
	return r;
}

int pedigree_rank_files(const struct pedigree_run_facts *facts,
			const struct pedigree_evlog *log,
			const struct pedigree_log_ranks *ranks, uint32_t rank,
			const struct pedigree_config *config,
			void (*each)(void *ctx, enum pedigree_role role,
				     const char *type, const char *path,
				     size_t files),
			void *ctx, struct pedigree_error *err)
{
	struct pedigree_run_facts alone = *facts;
	struct pedigree_evlog part = *log;
	struct pedigree_hasher hasher;
	struct pedigree_plan plan = { 0 };
	_cleanup_free_ struct pedigree_event *events =
		malloc((log->n_events + 1) * sizeof(*events));
	int r;

	if (!events)
		return pedigree_fail_memory(err);
	part.events = events;
	part.n_events = 0;
	for (size_t i = 0; i < log->n_events; i++)
		if (log->events[i].process < log->n_processes &&
		    ranks->of[log->events[i].process] == rank)
			events[part.n_events++] = log->events[i];
	/* The shell's redirections are of no rank in particular. */
	memset(&alone.inherited, 0, sizeof(alone.inherited));
	pedigree_hasher_init(&hasher, &alone, NULL);
	r = pedigree_plan_make(&plan, NULL, &alone, &part, config, &hasher,
			       err);
	for (size_t i = 0; r == 0 && i < plan.groups.n; i++) {
		const struct pedigree_group *group = &plan.groups.v[i];
		const struct pedigree_item *item = &plan.items.v[group->first];
		const struct pedigree_paths *paths = &plan.access.paths;
		_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;

		if (group->folder)
			pedigree_buf_add_str(&path, group->folder);
		else
			pedigree_paths_text(paths,
					    paths->names.v[item->name].folder,
					    item->name, &path);
		if (pedigree_buf_error(&path))
			r = pedigree_fail_memory(err);
		else
			each(ctx, item->role, plan.types.v[item->type],
			     path.data, group->n);
	}
	pedigree_plan_clear(&plan);
	return r;
}

/* The members of a pedigree_rank_seen that are texts. */
enum {
	LAUNCHER,
	RANK,
	RANKS,
	HOST,
	STATUS,
	MESSAGE,
	TEXTS
};

static int add_rank(struct pedigree_record *record, uint32_t pid,
		    const char *const texts[TEXTS])
{
	struct pedigree_rank_seen *rank = pedigree_vec_push(&record->ranks);
	char *copies[TEXTS] = { NULL };
	bool ok = rank != NULL;

	for (size_t i = 0; ok && i < TEXTS; i++)
		if (texts[i] && *texts[i])
			ok = (copies[i] = strdup(texts[i])) != NULL;
	if (rank)
		*rank = (struct pedigree_rank_seen){
			.launcher = copies[LAUNCHER],
			.rank = copies[RANK],
			.ranks = copies[RANKS],
			.host = copies[HOST],
			.pid = pid,
			.status = copies[STATUS],
			.message = copies[MESSAGE],
		};
	return ok ? 0 : PEDIGREE_ENOMEM;
}

/* Ranks under a wrapper of their own: how they ended is known. */
static int add_members(struct pedigree_builder *builder)
{
	const struct pedigree_run_facts *facts = builder->facts;
	int r = 0;

	for (size_t i = 0; r == 0 && i < facts->members.n; i++) {
		const struct pedigree_rank *rank = &facts->members.v[i];
		char message[PEDIGREE_END_MAX];
		const char *texts[TEXTS] = {
			[LAUNCHER] = rank->launcher, [RANK] = rank->rank,
			[RANKS] = rank->ranks,	     [HOST] = rank->host,
			[MESSAGE] = message,
		};

		texts[STATUS] = pedigree_end_word(rank->end_known,
						  rank->wait_status, message);
		r = add_rank(builder->record, rank->pid, texts);
	}
	return r;
}

static bool is_member(const struct pedigree_run_facts *facts,
		      const struct pedigree_log_rank *rank)
{
	for (size_t i = 0; i < facts->members.n; i++)
		if (!strcmp(facts->members.v[i].launcher, rank->launcher) &&
		    !strcmp(facts->members.v[i].rank, rank->rank))
			return true;
	return false;
}

/* Programs that always leave by _exit, as shells do, tell nothing by it. */
static bool any_ended(const struct pedigree_log_ranks *ranks)
{
	for (size_t i = 0; i < ranks->all.n; i++)
		if (ranks->all.v[i].ended)
			return true;
	return false;
}

/* Ranks within one wrapper: what is known is what the log has. */
static int add_seen(struct pedigree_builder *builder,
		    const struct pedigree_log_ranks *ranks)
{
	const struct pedigree_evlog *log = builder->log;
	bool running = builder->options && builder->options->running;
	int r = 0;

	for (size_t i = 0; r == 0 && i < ranks->all.n; i++) {
		const struct pedigree_log_rank *rank = &ranks->all.v[i];
		const struct pedigree_process *process =
			&log->processes[rank->process];
		const char *texts[TEXTS] = {
			[LAUNCHER] = rank->launcher,
			[RANK] = rank->rank,
			[RANKS] = rank->ranks,
			[HOST] = log->hosts[process->host],
		};

		if (is_member(builder->facts, rank))
			continue;
		if (!rank->ended && !running && any_ended(ranks))
			texts[MESSAGE] =
				"its end was not seen: it was killed, or left by _exit";
		r = add_rank(builder->record, process->pid, texts);
	}
	return r;
}

static int by_rank(const void *a, const void *b)
{
	const struct pedigree_rank_seen *one = a, *two = b;
	int order = strcmp(one->launcher, two->launcher);

	return order ? order : pedigree_rank_compare(one->rank, two->rank);
}

/* A number as launchers write it, and no more than is believed. */
static bool is_number(const char *text, unsigned long *ret)
{
	size_t n = text ? strspn(text, "0123456789") : 0;

	if (!n || n > 6 || text[n])
		return false;
	*ret = strtoul(text, NULL, 10);
	return *ret <= RANKS_MOST;
}

/* The tasks of an array have any numbers; others count from 0. */
static bool counts_from_zero(const struct pedigree_rank_seen *rank)
{
	return strcmp(rank->launcher, "slurm-array") != 0;
}

/* The highest count that a launcher's ranks said, and how many of them said
   another one, or none that can be. */
static unsigned long count_said(const struct pedigree_rank_seen *ranks,
				size_t n, uint64_t *odd)
{
	unsigned long most = 0, said;

	for (size_t i = 0; i < n; i++)
		if (is_number(ranks[i].ranks, &said) && said > most)
			most = said;
	for (size_t i = 0; i < n; i++)
		if (ranks[i].ranks &&
		    (!is_number(ranks[i].ranks, &said) || said != most))
			++*odd;
	return most;
}

/* How many of a launcher's sorted ranks are missing, and how many of those that
   are there cannot be what they say. */
static uint64_t missing(const struct pedigree_rank_seen *ranks, size_t n,
			uint64_t *ret_odd)
{
	unsigned long most, number, last = ULONG_MAX, seen = 0;

	*ret_odd = 0;
	most = count_said(ranks, n, ret_odd);
	for (size_t i = 0; i < n; i++) {
		bool fits = is_number(ranks[i].rank, &number) &&
			    (!most || number < most ||
			     !counts_from_zero(&ranks[i]));

		if (!fits) {
			*ret_odd += ranks[i].ranks != NULL;
			continue;
		}
		seen += number != last;
		last = number;
	}
	return seen && seen < most ? most - seen : 0;
}

static int add_blind(struct pedigree_builder *builder, unsigned int kind,
		     uint64_t n)
{
	bool running = builder->options && builder->options->running;

	if (!n || running)
		return 0;
	return pedigree_record_blind(builder->record, pedigree_blind_word(kind),
				     pedigree_blind_meaning(kind), NULL, n);
}

/* Of each launcher in turn. */
static int add_missing(struct pedigree_builder *builder)
{
	const struct pedigree_record *record = builder->record;
	const struct pedigree_rank_seen *ranks = record->ranks.v;
	int r = 0;

	for (size_t first = 0, end; r == 0 && first < record->ranks.n;
	     first = end) {
		uint64_t n, odd;

		for (end = first + 1;
		     end < record->ranks.n &&
		     !strcmp(ranks[end].launcher, ranks[first].launcher);
		     end++)
			;
		n = missing(ranks + first, end - first, &odd);
		r = add_blind(builder, PEDIGREE_BLIND_MISSING_RANK, n);
		if (r == 0)
			r = add_blind(builder, PEDIGREE_BLIND_ODD_RANKS, odd);
	}
	return r;
}

int pedigree_builder_ranks(struct pedigree_builder *builder)
{
	struct pedigree_record *record = builder->record;
	struct pedigree_log_ranks ranks = { 0 };
	int r = pedigree_log_ranks_find(builder->log, &ranks);

	if (r == 0)
		r = add_members(builder);
	if (r == 0)
		r = add_seen(builder, &ranks);
	pedigree_log_ranks_clear(&ranks);
	if (r < 0 || !record->ranks.n)
		return r;
	qsort(record->ranks.v, record->ranks.n, sizeof(*record->ranks.v),
	      by_rank);
	return add_missing(builder);
}
