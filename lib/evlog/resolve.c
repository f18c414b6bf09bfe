/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "evlog/raw.h"

#include <string.h>

#include "base/err.h"

void pedigree_raw_clear(struct pedigree_raw *raw)
{
	pedigree_vec_clear(&raw->writers);
	pedigree_vec_clear(&raw->folders);
	pedigree_vec_clear(&raw->processes);
}

uint32_t pedigree_raw_find(const void *array, size_t n, size_t size,
			   uint32_t ref)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		uint32_t there;

		memcpy(&there, (const char *)array + middle * size,
		       sizeof(there));
		if (there == ref)
			return (uint32_t)middle;
		if (there < ref)
			low = middle + 1;
		else
			high = middle;
	}
	return PEDIGREE_NONE;
}

/* Turns folder references into indices; neighbours often share one. */
struct folders {
	const struct pedigree_raw *raw;
	const uint32_t *known;
	uint32_t ref, index; /* the last answer */
};

static uint32_t folder_of(struct folders *folders, uint32_t ref)
{
	uint32_t at;

	if (!ref)
		return PEDIGREE_NONE;
	if (ref == folders->ref)
		return folders->index;
	at = pedigree_raw_find(folders->raw->folders.v, folders->raw->folders.n,
			       sizeof(*folders->raw->folders.v), ref);
	folders->ref = ref;
	folders->index = at == PEDIGREE_NONE ? at : folders->known[at];
	return folders->index;
}

static void resolve_processes(struct pedigree_raw *raw, struct folders *folders)
{
	struct pedigree_process *all;

	if (!raw->processes.n)
		return;
	all = raw->parts->processes.v + raw->first_process;
	for (size_t i = 0; i < raw->processes.n; i++) {
		const struct pedigree_raw_process *about = &raw->processes.v[i];
		uint32_t image = (uint32_t)i;

		all[i].cwd = folder_of(folders, about->cwd);
		if (all[i].forked)
			image = pedigree_raw_find(raw->processes.v,
						  raw->processes.n,
						  sizeof(*raw->processes.v),
						  about->image);
		if (image != PEDIGREE_NONE && all[image].forked)
			image = PEDIGREE_NONE;
		all[i].image = image == PEDIGREE_NONE
				       ? image
				       : (uint32_t)raw->first_process + image;
	}
}

/*
 * Events numbered later than the log was when we began are left out: what
 * they refer to may have been written where we had already looked.
 */
static void resolve_events(struct pedigree_raw *raw, struct folders *folders)
{
	struct pedigree_events *events = &raw->parts->events;
	size_t kept = raw->first_event;

	for (size_t i = raw->first_event; i < events->n; i++) {
		struct pedigree_event event = events->v[i];
		uint32_t folder = event.folder, folder2 = event.folder2;

		if (event.seq > raw->limit)
			continue;
		event.folder = folder_of(folders, folder);
		event.folder2 = folder_of(folders, folder2);
		if ((folder && event.folder == PEDIGREE_NONE) ||
		    (folder2 && event.folder2 == PEDIGREE_NONE))
			raw->loss.bad_frames++;
		event.process = raw->writers.v[event.process].process;
		if (event.type == PEDIGREE_EV_EXIT)
			raw->parts->processes.v[event.process].ended = true;
		events->v[kept++] = event;
	}
	events->n = kept;
}

int pedigree_raw_resolve(struct pedigree_raw *raw, struct pedigree_error *err)
{
	_cleanup_free_ uint32_t *known = pedigree_raw_folders(raw);
	struct folders folders = { .raw = raw, .known = known };
	int result;

	if (!known)
		return pedigree_fail_memory(err);
	resolve_processes(raw, &folders);
	result = pedigree_raw_attribute(raw, err);
	if (result < 0)
		return result;
	resolve_events(raw, &folders);
	return 0;
}
