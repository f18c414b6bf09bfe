/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "evlog/reader.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/fs.h"
#include "evlog/merge.h"
#include "evlog/raw.h"

struct reader {
	struct pedigree_evlog log; /* what the caller sees */
	struct pedigree_evlog_parts parts;
	struct pedigree_ranges ranges;
};

static struct reader *reader_of(struct pedigree_evlog *log)
{
	return pedigree_container_of(log, struct reader, log);
}

struct pedigree_evlog *pedigree_evlog_new(void)
{
	struct reader *reader = calloc(1, sizeof(*reader));

	return reader ? &reader->log : NULL;
}

void pedigree_evlog_free(struct pedigree_evlog *log)
{
	struct reader *reader;

	if (!log)
		return;
	reader = reader_of(log);
	pedigree_vec_clear(&reader->parts.events);
	pedigree_vec_clear(&reader->parts.processes);
	pedigree_vec_clear(&reader->parts.folders);
	pedigree_vec_clear(&reader->parts.hosts);
	pedigree_arena_clear(&reader->parts.arena);
	pedigree_ranges_clear(&reader->ranges);
	free(reader);
}

static uint64_t sum(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static void add_loss(struct pedigree_loss *to, const struct pedigree_loss *loss)
{
	for (int i = 0; i < PEDIGREE_DROP_REASONS; i++)
		to->dropped[i] = sum(to->dropped[i], loss->dropped[i]);
	to->torn_chunks = sum(to->torn_chunks, loss->torn_chunks);
	to->torn_bytes = sum(to->torn_bytes, loss->torn_bytes);
	to->bad_frames = sum(to->bad_frames, loss->bad_frames);
	to->unknown = sum(to->unknown, loss->unknown);
}

/* Shows what the parts are now. */
static void publish(struct reader *reader)
{
	struct pedigree_evlog *log = &reader->log;

	log->events = reader->parts.events.v;
	log->n_events = reader->parts.events.n;
	log->processes = reader->parts.processes.v;
	log->n_processes = reader->parts.processes.n;
	log->folders = reader->parts.folders.v;
	log->n_folders = reader->parts.folders.n;
	log->hosts = reader->parts.hosts.v;
	log->n_hosts = reader->parts.hosts.n;
}

static int add_host(struct reader *reader, const char *name, size_t room,
		    struct pedigree_error *err)
{
	const char **host = pedigree_vec_push(&reader->parts.hosts);

	if (host)
		*host = pedigree_arena_copy(&reader->parts.arena, name,
					    strnlen(name, room));
	return host && *host ? 0 : pedigree_fail_memory(err);
}

/* Completes `raw` with what the header says at the end. */
static int read_counters(struct pedigree_source *source,
			 struct pedigree_raw *raw,
			 struct pedigree_log_header *ret,
			 struct pedigree_error *err)
{
	int result = pedigree_source_header(source, ret, err);

	if (result < 0)
		return result;
	memcpy(raw->loss.dropped, ret->dropped, sizeof(ret->dropped));
	raw->limit = source->header.seq;
	if (raw->max_seq <= ret->seq)
		return 0;
	/* Either the counter or an event's number is damaged. */
	raw->loss.bad_frames++;
	raw->limit = UINT64_MAX;
	return 0;
}

static int read_source(struct reader *reader, struct pedigree_source *source,
		       struct pedigree_raw *raw,
		       struct pedigree_log_header *ret_header,
		       struct pedigree_error *err)
{
	int result = add_host(reader, source->header.host,
			      sizeof(source->header.host), err);

	if (result == 0)
		result = pedigree_raw_scan(raw, source, err);
	if (result == 0)
		result = read_counters(source, raw, ret_header, err);
	if (result == 0)
		result = pedigree_raw_resolve(raw, err);
	if (result == 0)
		result = pedigree_ranges_add(&reader->ranges,
					     &reader->parts.events,
					     raw->first_event, err);
	return result;
}

int pedigree_evlog_add(struct pedigree_evlog *log, const char *path,
		       struct pedigree_error *err)
{
	struct reader *reader = reader_of(log);
	struct pedigree_evlog_parts *parts = &reader->parts;
	struct pedigree_raw raw = {
		.parts = parts,
		.first_event = parts->events.n,
		.first_process = parts->processes.n,
		.host = (uint32_t)parts->hosts.n,
	};
	size_t folders = parts->folders.n;
	struct pedigree_log_header header;
	struct pedigree_source source;
	int result = pedigree_source_open(&source, path, err);

	if (result < 0)
		return result;
	result = read_source(reader, &source, &raw, &header, err);
	pedigree_source_close(&source);
	pedigree_raw_clear(&raw);
	if (result < 0) {
		parts->events.n = raw.first_event;
		parts->processes.n = raw.first_process;
		parts->folders.n = folders;
		parts->hosts.n = raw.host;
	} else {
		add_loss(&log->loss, &raw.loss);
		log->expected = sum(log->expected, header.expected);
		log->images = sum(log->images, header.images);
		log->modes |= header.modes;
	}
	publish(reader);
	return result;
}

void pedigree_evlog_sort(struct pedigree_evlog *log)
{
	struct reader *reader = reader_of(log);

	pedigree_ranges_merge(&reader->ranges, &reader->parts.events);
	publish(reader);
}

static int is_log(const struct dirent *entry)
{
	size_t n = strlen(entry->d_name);
	size_t suffix = sizeof(PEDIGREE_LOG_SUFFIX) - 1;

	return n > suffix &&
	       strcmp(entry->d_name + n - suffix, PEDIGREE_LOG_SUFFIX) == 0;
}

/* A log that cannot be read is a loss, not a failure. */
static int add_or_count(struct pedigree_evlog *log, const char *path,
			struct pedigree_buf *ret_trouble,
			struct pedigree_error *err)
{
	struct pedigree_error trouble = PEDIGREE_ERROR_INIT;
	int result = pedigree_evlog_add(log, path, &trouble);
	struct stat st;

	if (result == 0)
		return 0;
	if (result == PEDIGREE_ENOMEM)
		return pedigree_fail_memory(err);
	log->loss.torn_chunks = sum(log->loss.torn_chunks, 1);
	if (stat(path, &st) == 0)
		log->loss.torn_bytes =
			sum(log->loss.torn_bytes, (uint64_t)st.st_size);
	if (ret_trouble)
		pedigree_buf_addf(ret_trouble, "%s\n", trouble.text);
	return 0;
}

int pedigree_evlog_read(struct pedigree_evlog *log, const char *folder,
			struct pedigree_buf *ret_trouble,
			struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	struct dirent **entries;
	int n = scandir(folder, &entries, is_log, alphasort), result = 0;

	if (n < 0 && errno == ENOENT)
		return pedigree_fail(err, PEDIGREE_ENOTFOUND,
				     "there is no folder %s", folder);
	if (n < 0)
		return pedigree_fail_errno(err, "cannot read the folder %s",
					   folder);
	for (int i = 0; i < n; i++) {
		pedigree_buf_reset(&path);
		pedigree_path_join(&path, folder, entries[i]->d_name);
		if (result == 0)
			result = pedigree_buf_error(&path)
					 ? pedigree_fail_memory(err)
					 : add_or_count(log, path.data,
							ret_trouble, err);
		free(entries[i]);
	}
	free(entries);
	pedigree_evlog_sort(log);
	if (result == 0 && ret_trouble && pedigree_buf_error(ret_trouble))
		return pedigree_fail_memory(err);
	return result;
}

bool pedigree_evlog_path(const struct pedigree_evlog *log, uint32_t folder,
			 const char *text, struct pedigree_buf *buf)
{
	const char *above = "";

	pedigree_buf_reset(buf);
	if (text[0] != '/') {
		if (folder >= log->n_folders) {
			pedigree_buf_add_str(buf, text);
			return false;
		}
		above = log->folders[folder];
	}
	pedigree_path_join(buf, above, text);
	if (pedigree_buf_error(buf))
		return false;
	pedigree_path_clean(buf->data);
	buf->len = strlen(buf->data);
	return true;
}
