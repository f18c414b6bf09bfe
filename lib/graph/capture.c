/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was seen of a run, and what was not.
 */
#include "config.h"

#include <string.h>

#include "base/hash.h"
#include "graph/builder.h"
#include "rules/words.h"

static int blind(struct pedigree_builder *builder, unsigned int kind,
		 const char *path, uint64_t count)
{
	const char *word = pedigree_blind_word(kind);
	const char *text = pedigree_blind_meaning(kind);

	/* A log of a later version may know more kinds. */
	return pedigree_record_blind(builder->record, word ? word : "Unknown",
				     text ? text : "something was not seen",
				     path, count);
}

static int count_processes(struct pedigree_builder *builder)
{
	_cleanup_map_ struct pedigree_map *seen = pedigree_map_new();
	const struct pedigree_evlog *log = builder->log;

	if (!seen)
		return PEDIGREE_ENOMEM;
	for (size_t i = 0; i < log->n_processes; i++) {
		const uint32_t key[] = { log->processes[i].host,
					 log->processes[i].pid };

		if (!pedigree_map_at(seen, key, sizeof(key), NULL))
			return PEDIGREE_ENOMEM;
	}
	builder->record->processes = pedigree_map_count(seen);
	return 0;
}

/* Kinds that are of a program that was started. */
static bool is_of_program(uint32_t kind)
{
	return kind <= PEDIGREE_BLIND_UNREACHABLE ||
	       kind == PEDIGREE_BLIND_RAW_CALLS;
}

static int blind_events(struct pedigree_builder *builder)
{
	const struct pedigree_evlog *log = builder->log;
	_cleanup_words_ struct pedigree_words harmless = { 0 };
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;

	if (pedigree_config_words(builder->config, "capture", "harmless",
				  &harmless) < 0)
		return PEDIGREE_ENOMEM;

	for (size_t i = 0; i < log->n_events; i++) {
		const struct pedigree_event *event = &log->events[i];

		if (event->type != PEDIGREE_EV_BLIND)
			continue;
		pedigree_buf_reset(&path);
		if (event->text[0])
			pedigree_evlog_path(log, event->folder, event->text,
					    &path);
		if (path.len && is_of_program(event->number) &&
		    pedigree_words_match(&harmless, path.data))
			continue;
		if (blind(builder, event->number, path.len ? path.data : NULL,
			  1) < 0)
			return PEDIGREE_ENOMEM;
	}
	return 0;
}

/* A connection of a process, by which both of its events name it. */
static int connection_key(const struct pedigree_event *event,
			  struct pedigree_buf *key)
{
	pedigree_buf_reset(key);
	pedigree_buf_addf(key, "%u %s", event->process, event->text2);
	return pedigree_buf_error(key) ? PEDIGREE_ENOMEM : 0;
}

static int settled(const struct pedigree_evlog *log, struct pedigree_map *all)
{
	_cleanup_buf_ struct pedigree_buf key = PEDIGREE_BUF_INIT;

	for (size_t i = 0; i < log->n_events; i++)
		if (log->events[i].type == PEDIGREE_EV_SETTLED &&
		    (connection_key(&log->events[i], &key) < 0 ||
		     !pedigree_map_at(all, key.data, key.len, NULL)))
			return PEDIGREE_ENOMEM;
	return 0;
}

/* What has a port behind its name or address is not on that of TLS. */
static unsigned int kind_of(const char *host)
{
	const char *colon = strrchr(host, ':');

	return colon && !strchr(colon, ']') ? PEDIGREE_BLIND_UNSEEN_CONNECTION
					    : PEDIGREE_BLIND_UNSEEN_TLS;
}

/* Connections whose process was killed, or left by _exit, before it was known
   what they carry. One that began just now may yet be settled. */
static int blind_connections(struct pedigree_builder *builder)
{
	static const char text[] =
		"a connection began, and its process came to an end on which "
		"it could not say what went through it";
	_cleanup_map_ struct pedigree_map *all = pedigree_map_new();
	_cleanup_buf_ struct pedigree_buf key = PEDIGREE_BUF_INIT;
	const struct pedigree_evlog *log = builder->log;

	if (!all || settled(log, all) < 0)
		return PEDIGREE_ENOMEM;
	for (size_t i = 0; i < log->n_events; i++) {
		const struct pedigree_event *event = &log->events[i];

		if (event->type != PEDIGREE_EV_CONNECT)
			continue;
		if (connection_key(event, &key) < 0)
			return PEDIGREE_ENOMEM;
		if (!pedigree_map_has(all, key.data, key.len) &&
		    pedigree_record_blind(
			    builder->record,
			    pedigree_blind_word(kind_of(event->text)), text,
			    event->text, 1) < 0)
			return PEDIGREE_ENOMEM;
	}
	return 0;
}

/* What was put and may be gone is an output all the same. */
static int blind_removals(struct pedigree_builder *builder)
{
	static const char text[] =
		"objects were deleted many at once, which ones was not read: "
		"outputs of the run in that bucket may be gone";
	const struct pedigree_words *buckets = &builder->objects.emptied;

	for (size_t i = 0; i < buckets->n; i++)
		if (pedigree_record_blind(
			    builder->record,
			    pedigree_blind_word(PEDIGREE_BLIND_LOST_EXCHANGE),
			    text, buckets->v[i], 1) < 0)
			return PEDIGREE_ENOMEM;
	return 0;
}

/* What the command itself wrote is not there: its log was removed or replaced
   under it, or it never wrote any. */
static bool lacks_command(const struct pedigree_builder *builder)
{
	const struct pedigree_run_facts *facts = builder->facts;
	const struct pedigree_evlog *log = builder->log;

	for (size_t i = 0; i < log->n_processes; i++)
		if (log->processes[i].pid == facts->pid)
			return false;
	return facts->pid && !facts->no_capture;
}

static int blind_log(struct pedigree_builder *builder)
{
	const struct pedigree_loss *loss = &builder->log->loss;
	const struct pedigree_evlog *log = builder->log;
	uint64_t torn = loss->torn_chunks + loss->bad_frames;
	bool running = builder->options && builder->options->running;
	int r = 0;

	for (size_t i = 0; i < PEDIGREE_DROP_REASONS; i++)
		builder->record->dropped += loss->dropped[i];
	if (builder->record->dropped)
		r = blind(builder, PEDIGREE_BLIND_DROPPED, NULL,
			  builder->record->dropped);
	if (r == 0 && torn)
		r = blind(builder, PEDIGREE_BLIND_TORN_LOG, NULL, torn);
	if (r == 0 && builder->plan.access.lost_paths)
		r = blind(builder, PEDIGREE_BLIND_PATH_LOST, NULL,
			  builder->plan.access.lost_paths);
	/* Images that are just coming up are not lost. */
	if (r == 0 && !running && log->images < log->expected)
		r = blind(builder, PEDIGREE_BLIND_NOT_LOADED, NULL,
			  log->expected - log->images);
	else if (r == 0 && !running && !torn && lacks_command(builder))
		r = blind(builder,
			  log->n_events ? PEDIGREE_BLIND_TORN_LOG
					: PEDIGREE_BLIND_NOT_LOADED,
			  NULL, 1);
	return r;
}

static int blind_run(struct pedigree_builder *builder)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	const char *why = builder->facts->no_capture;

	if (!why)
		return 0;
	pedigree_buf_addf(&text, "%s: %s",
			  pedigree_blind_meaning(PEDIGREE_BLIND_NO_CAPTURE),
			  why);
	if (pedigree_buf_error(&text))
		return PEDIGREE_ENOMEM;
	return pedigree_record_blind(
		builder->record, pedigree_blind_word(PEDIGREE_BLIND_NO_CAPTURE),
		text.data, NULL, 1);
}

int pedigree_builder_capture(struct pedigree_builder *builder)
{
	int r;

	builder->record->events = builder->log->n_events;
	r = count_processes(builder);
	if (r == 0)
		r = blind_run(builder);
	if (r == 0)
		r = blind_events(builder);
	if (r == 0 && !(builder->options && builder->options->running))
		r = blind_connections(builder);
	if (r == 0)
		r = blind_removals(builder);
	if (r == 0)
		r = blind_log(builder);
	if (r == 0)
		r = pedigree_builder_ranks(builder);
	return r;
}
