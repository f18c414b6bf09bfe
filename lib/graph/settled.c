/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "graph/settled.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/vec.h"

struct write {
	uint64_t seq;
	uint32_t step; /* PEDIGREE_NONE: the shell itself */
};

struct pedigree_settled {
	const struct pedigree_evlog *log;
	const struct pedigree_log_steps *steps;
	struct pedigree_map *paths; /* index into last + 1 */
	PEDIGREE_VEC(struct write) last;
};

static int note(struct pedigree_settled *settled,
		const struct pedigree_event *event, const char *path, size_t n)
{
	void **place = pedigree_map_at(settled->paths, path, n, NULL);
	struct write *write;

	if (!place)
		return PEDIGREE_ENOMEM;
	if (!*place) {
		if (!pedigree_vec_push(&settled->last))
			return PEDIGREE_ENOMEM;
		*place = (void *)(uintptr_t)settled->last.n;
	}
	write = &settled->last.v[(uintptr_t)*place - 1];
	write->seq = event->seq;
	write->step = pedigree_log_step_of(settled->steps, event);
	return 0;
}

static bool writes(const struct pedigree_event *event)
{
	switch (event->type) {
	case PEDIGREE_EV_OPEN:
		return event->flags & (PEDIGREE_F_WRITE | PEDIGREE_F_TRUNC);
	case PEDIGREE_EV_STREAM:
		return (event->flags & PEDIGREE_F_WRITE) &&
		       event->text[0] == '/';
	case PEDIGREE_EV_TRUNCATE:
	case PEDIGREE_EV_RENAME:
	case PEDIGREE_EV_LINK:
		return true;
	default:
		return false;
	}
}

static int read_log(struct pedigree_settled *settled)
{
	const struct pedigree_evlog *log = settled->log;
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;

	for (size_t i = 0; i < log->n_events; i++) {
		const struct pedigree_event *event = &log->events[i];
		bool two = event->type == PEDIGREE_EV_RENAME ||
			   event->type == PEDIGREE_EV_LINK;

		if (!writes(event) ||
		    !pedigree_evlog_path(
			    log, two ? event->folder2 : event->folder,
			    two ? event->text2 : event->text, &path))
			continue;
		if (pedigree_buf_error(&path) ||
		    note(settled, event, path.data, path.len) < 0)
			return PEDIGREE_ENOMEM;
	}
	return 0;
}

struct pedigree_settled *
pedigree_settled_new(const struct pedigree_evlog *log,
		     const struct pedigree_log_steps *steps)
{
	struct pedigree_settled *settled = calloc(1, sizeof(*settled));

	if (!settled)
		return NULL;
	settled->log = log;
	settled->steps = steps;
	settled->paths = pedigree_map_new();
	if (settled->paths && read_log(settled) == 0)
		return settled;
	pedigree_settled_free(settled);
	return NULL;
}

void pedigree_settled_free(struct pedigree_settled *settled)
{
	if (!settled)
		return;
	pedigree_map_free(settled->paths);
	pedigree_vec_clear(&settled->last);
	free(settled);
}

static const struct write *last_write(const struct pedigree_settled *settled,
				      const char *path)
{
	uintptr_t at =
		(uintptr_t)pedigree_map_get(settled->paths, path, strlen(path));

	return at ? &settled->last.v[at - 1] : NULL;
}

enum pedigree_writer
pedigree_settled_writer(const struct pedigree_settled *settled,
			const char *path, uint32_t step)
{
	const struct write *write = last_write(settled, path);

	if (!write)
		return PEDIGREE_WRITER_UNKNOWN;
	return write->step == step ? PEDIGREE_WRITER_SAME
				   : PEDIGREE_WRITER_OTHER;
}

bool pedigree_settled_path(const struct pedigree_settled *settled,
			   const char *path, uint64_t seq, uint32_t step)
{
	const struct write *write = last_write(settled, path);
	uint64_t end_seq;

	if (!write || write->seq >= seq || write->step == step)
		return false;
	if (write->step == PEDIGREE_NONE)
		return true;
	end_seq = settled->steps->all.v[write->step].end_seq;
	return end_seq && end_seq < seq;
}

bool pedigree_settled_event(const struct pedigree_settled *settled,
			    const struct pedigree_event *event, uint32_t step)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;

	return event->type == PEDIGREE_EV_OPEN &&
	       (event->flags & PEDIGREE_F_READ) && !writes(event) &&
	       pedigree_evlog_path(settled->log, event->folder, event->text,
				   &path) &&
	       !pedigree_buf_error(&path) &&
	       pedigree_settled_path(settled, path.data, event->seq, step);
}
