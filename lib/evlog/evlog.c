/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The events of a run in memory: storage, several hosts as one, words.
 */
#include "config.h"

#include "evlog/reader.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/fs.h"
#include "base/hash.h"
#include "base/vec.h"
#include "evlog/private.h"

/*
 * Small pieces of text live in blocks, since a log may hold millions: a
 * malloc each would cost more than the text.
 */
#define BLOCK (256u * 1024u)

struct block {
	struct block *next;
	size_t used, size;
	_Alignas(8) char bytes[];
};

struct whole {
	struct pedigree_evlog log;
	size_t events_room, processes_room;
	struct pedigree_map *folders;	/* path → index + 1 */
	PEDIGREE_VEC(const char *) folder_list;
	PEDIGREE_VEC(const char *) host_list;
	struct block *blocks;
};

static struct whole *whole(struct pedigree_evlog *log)
{
	return pedigree_container_of(log, struct whole, log);
}

struct pedigree_evlog *pedigree_evlog_new(void)
{
	struct whole *new = calloc(1, sizeof(*new));

	if (!new)
		return NULL;
	new->folders = pedigree_map_new();
	if (!new->folders) {
		free(new);
		return NULL;
	}
	return &new->log;
}

void pedigree_evlog_free(struct pedigree_evlog *log)
{
	struct block *block, *next;

	if (!log)
		return;
	for (block = whole(log)->blocks; block; block = next) {
		next = block->next;
		free(block);
	}
	pedigree_map_free(whole(log)->folders);
	pedigree_vec_clear(&whole(log)->folder_list);
	pedigree_vec_clear(&whole(log)->host_list);
	free(log->events);
	free(log->processes);
	free(whole(log));
}

void *pedigree_arena(struct pedigree_evlog *log, const void *bytes, size_t n)
{
	struct block *block = whole(log)->blocks;
	size_t need = (n + 7) & ~(size_t)7;
	void *place;

	if (!block || block->size - block->used < need) {
		size_t size = need > BLOCK ? need : BLOCK;

		block = malloc(sizeof(*block) + size);
		if (!block)
			return NULL;
		block->next = whole(log)->blocks;
		block->used = 0;
		block->size = size;
		whole(log)->blocks = block;
	}
	place = block->bytes + block->used;
	block->used += need;
	if (n)
		memcpy(place, bytes, n);
	return place;
}

const char *pedigree_arena_text(struct pedigree_evlog *log, const char *text)
{
	return pedigree_arena(log, text, strlen(text) + 1);
}

struct pedigree_event *pedigree_evlog_add_event(struct pedigree_evlog *log)
{
	return pedigree_vec_push_((void **)&log->events, &log->n_events,
				  &whole(log)->events_room,
				  sizeof(*log->events));
}

struct pedigree_process *pedigree_evlog_add_process(struct pedigree_evlog *log)
{
	return pedigree_vec_push_((void **)&log->processes, &log->n_processes,
				  &whole(log)->processes_room,
				  sizeof(*log->processes));
}

uint32_t pedigree_evlog_folder(struct pedigree_evlog *log, const char *path)
{
	struct whole *all = whole(log);
	void **place;
	const char **element;
	bool new;

	place = pedigree_map_at(all->folders, path, strlen(path), &new);
	if (!place)
		return PEDIGREE_NONE;
	if (*place)
		return (uint32_t)((uintptr_t)*place - 1);
	element = pedigree_vec_push(&all->folder_list);
	if (!element)
		return PEDIGREE_NONE;
	*element = pedigree_map_key(all->folders,
				    pedigree_map_count(all->folders) - 1,
				    NULL);
	*place = (void *)(uintptr_t)all->folder_list.n;
	log->folders = all->folder_list.v;
	log->n_folders = all->folder_list.n;
	return (uint32_t)(log->n_folders - 1);
}

uint32_t pedigree_evlog_host(struct pedigree_evlog *log, const char *host)
{
	struct whole *all = whole(log);
	const char **element;

	for (size_t i = 0; i < log->n_hosts; i++)
		if (strcmp(log->hosts[i], host) == 0)
			return (uint32_t)i;
	element = pedigree_vec_push(&all->host_list);
	if (!element)
		return PEDIGREE_NONE;
	*element = pedigree_arena_text(log, host);
	if (!*element) {
		all->host_list.n--;
		return PEDIGREE_NONE;
	}
	log->hosts = all->host_list.v;
	log->n_hosts = all->host_list.n;
	return (uint32_t)(log->n_hosts - 1);
}

struct pedigree_evlog_mark pedigree_evlog_mark(const struct pedigree_evlog *log)
{
	return (struct pedigree_evlog_mark){
		.n_events = log->n_events,
		.n_processes = log->n_processes,
	};
}

void pedigree_evlog_reset(struct pedigree_evlog *log,
			  const struct pedigree_evlog_mark *mark)
{
	log->n_events = mark->n_events;
	log->n_processes = mark->n_processes;
}

/* --- several hosts ----------------------------------------------------- */

static int by_seq(const void *a, const void *b)
{
	const struct pedigree_event *x = a, *y = b;

	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

/*
 * Between hosts only the clock can order events; within one, `seq` does.
 * An event of a lost process has no host and goes by its time.
 */
static int by_time(const void *a, const void *b)
{
	const struct pedigree_event *x = a, *y = b;

	if (x->time_ns != y->time_ns)
		return x->time_ns < y->time_ns ? -1 : 1;
	if (x->process != y->process && x->seq == y->seq)
		return x->process < y->process ? -1 : 1;
	return by_seq(a, b);
}

void pedigree_evlog_sort(struct pedigree_evlog *log)
{
	if (log->n_events)
		qsort(log->events, log->n_events, sizeof(*log->events),
		      log->n_hosts > 1 ? by_time : by_seq);
}

static bool is_log(const char *name)
{
	size_t n = strlen(name), suffix = strlen(PEDIGREE_LOG_SUFFIX);

	return n > suffix && name[0] != '.' &&
	       strcmp(name + n - suffix, PEDIGREE_LOG_SUFFIX) == 0;
}

static void unreadable(struct pedigree_evlog *log, const char *path,
		       const struct pedigree_error *err,
		       struct pedigree_buf *ret_trouble)
{
	struct stat st;

	log->loss.torn_chunks++;
	if (stat(path, &st) == 0)
		log->loss.torn_bytes += (uint64_t)st.st_blocks * 512;
	if (ret_trouble)
		pedigree_buf_addf(ret_trouble, "%s\n", err->text);
}

static void closedirp(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

int pedigree_evlog_read(struct pedigree_evlog *log, const char *folder,
			struct pedigree_buf *ret_trouble,
			struct pedigree_error *err)
{
	_cleanup_(closedirp) DIR *dir = opendir(folder);
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	const struct dirent *entry;

	if (!dir)
		return pedigree_fail_errno(err, "cannot read the folder %s",
					   folder);
	while ((entry = readdir(dir))) {
		struct pedigree_error trouble = PEDIGREE_ERROR_INIT;
		int result;

		if (!is_log(entry->d_name))
			continue;
		pedigree_buf_reset(&path);
		pedigree_path_join(&path, folder, entry->d_name);
		if (pedigree_buf_error(&path))
			return pedigree_fail_memory(err);
		result = pedigree_evlog_add(log, path.data, &trouble);
		if (result == PEDIGREE_ENOMEM)
			return pedigree_fail_memory(err);
		if (result < 0)
			unreadable(log, path.data, &trouble, ret_trouble);
	}
	pedigree_evlog_sort(log);
	return 0;
}

bool pedigree_evlog_path(const struct pedigree_evlog *log, uint32_t folder,
			 const char *text, struct pedigree_buf *buf)
{
	pedigree_buf_reset(buf);
	if (text[0] != '/' && folder == PEDIGREE_NONE) {
		pedigree_buf_add_str(buf, text);
		return false;
	}
	pedigree_path_join(buf,
			   text[0] == '/' ? "" : log->folders[folder], text);
	if (pedigree_buf_error(buf))
		return false;
	pedigree_path_clean(buf->data);
	pedigree_buf_cut(buf, strlen(buf->data));
	return true;
}

/* --- words ------------------------------------------------------------- */

struct word {
	unsigned int number;
	const char *word;
	const char *meaning;
};

static const struct word events[] = {
#define EVENT(number, name, word, meaning) { number, word, meaning },
#include "evlog/events.def"
#undef EVENT
};

static const struct word blinds[] = {
#define BLIND(number, name, word, meaning) { number, word, meaning },
#include "evlog/blind.def"
#undef BLIND
};

static const struct word *find(const struct word *words, size_t n,
			       unsigned int number)
{
	for (size_t i = 0; i < n; i++)
		if (words[i].number == number)
			return &words[i];
	return NULL;
}

const char *pedigree_event_word(unsigned int type)
{
	const struct word *word = find(events, PEDIGREE_COUNT(events), type);

	return word ? word->word : NULL;
}

const char *pedigree_blind_word(unsigned int kind)
{
	const struct word *word = find(blinds, PEDIGREE_COUNT(blinds), kind);

	return word ? word->word : NULL;
}

const char *pedigree_blind_meaning(unsigned int kind)
{
	const struct word *word = find(blinds, PEDIGREE_COUNT(blinds), kind);

	return word ? word->meaning : NULL;
}

const char *pedigree_drop_word(unsigned int reason)
{
	static const char *const words[PEDIGREE_DROP_REASONS] = {
		[PEDIGREE_DROP_SPACE] = "space",
		[PEDIGREE_DROP_OPEN] = "open",
		[PEDIGREE_DROP_BUSY] = "busy",
		[PEDIGREE_DROP_SCRATCH] = "memory",
	};

	return reason < PEDIGREE_COUNT(words) ? words[reason] : NULL;
}
