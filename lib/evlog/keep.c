/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One frame of the file becomes an event, a folder or a process.
 */
#include "config.h"

#include <string.h>

#include "evlog/frame.h"
#include "evlog/raw.h"

static const char *keep_text(struct pedigree_raw *raw, const char *text)
{
	if (!*text)
		return "";
	return pedigree_arena_copy(&raw->parts->arena, text, strlen(text));
}

static bool keep_folder(struct pedigree_raw *raw, uint32_t ref,
			const struct pedigree_frame_parts *parts)
{
	struct pedigree_raw_folder *folder = pedigree_vec_push(&raw->folders);

	if (!folder)
		return false;
	folder->ref = ref;
	folder->parent = parts->head.folder;
	folder->seq = parts->head.seq;
	folder->text = keep_text(raw, parts->text[0]);
	return folder->text;
}

static bool keep_wire(struct pedigree_raw *raw,
		      const struct pedigree_frame_parts *parts,
		      const struct pedigree_wire **ret)
{
	struct pedigree_wire *wire =
		pedigree_arena_alloc(&raw->parts->arena, sizeof(*wire));

	if (!wire)
		return false;
	wire->head = parts->exchange;
	wire->fields = "";
	if (parts->args_size)
		wire->fields = pedigree_arena_copy(
			&raw->parts->arena, parts->args, parts->args_size);
	*ret = wire;
	return wire->fields;
}

/* No frame has more than one of these bodies. */
static uint16_t number_of(const struct pedigree_frame_parts *parts)
{
	return (uint16_t)(parts->blind.kind | parts->stream.fd |
			  parts->reaped.status);
}

static bool keep_event(struct pedigree_raw *raw,
		       const struct pedigree_frame_parts *parts,
		       struct pedigree_event **ret)
{
	struct pedigree_event *event = pedigree_vec_push(&raw->parts->events);
	struct pedigree_old *old = NULL;

	if (!event)
		return false;
	event->seq = parts->head.seq;
	event->time_ns = parts->head.time_ns;
	event->process = (uint32_t)(raw->writers.n - 1);
	event->folder = parts->head.folder;
	event->folder2 = parts->two.folder;
	event->type = parts->head.type;
	event->flags = parts->head.flags;
	event->number = number_of(parts);
	event->pid = parts->reaped.pid;
	event->text = keep_text(raw, parts->text[0]);
	event->text2 = keep_text(raw, parts->text[1]);
	event->text3 = keep_text(raw, parts->text[2]);
	if (parts->has_old) {
		old = pedigree_arena_alloc(&raw->parts->arena, sizeof(*old));
		if (!old)
			return false;
		*old = parts->old;
	}
	event->old = old;
	event->wire = NULL;
	if ((event->type == PEDIGREE_EV_EXCHANGE ||
	     event->type == PEDIGREE_EV_CONTROL) &&
	    !keep_wire(raw, parts, &event->wire))
		return false;
	if (event->type == PEDIGREE_EV_OPEN)
		event->flags &= (uint8_t)~PEDIGREE_F_SETTLED;
	*ret = event;
	return event->text && event->text2 && event->text3;
}

/* The rest of the chunk is this process's, if the chunk named none. */
static void name_writer(struct pedigree_raw *raw, uint32_t ref)
{
	struct pedigree_raw_writer *writer =
		&raw->writers.v[raw->writers.n - 1];

	if (!writer->ref)
		writer->ref = ref;
}

static bool keep_process(struct pedigree_raw *raw, uint32_t ref,
			 const struct pedigree_frame_parts *parts,
			 const struct pedigree_event *event)
{
	struct pedigree_raw_process *about = pedigree_vec_push(&raw->processes);
	struct pedigree_process *process =
		about ? pedigree_vec_push(&raw->parts->processes) : NULL;

	if (!process)
		return false;
	about->ref = ref;
	about->image = parts->image.image;
	about->cwd = parts->head.folder;
	about->seq = parts->head.seq;
	process->pid = parts->image.pid;
	process->ppid = parts->image.ppid;
	process->host = raw->host;
	process->forked = event->type == PEDIGREE_EV_FORK;
	process->cut = !process->forked && (event->flags & PEDIGREE_F_CUT);
	process->time_ns = event->time_ns;
	process->program = event->text;
	process->args = "";
	if (!process->forked) {
		process->argc = parts->image.argc;
		process->args = pedigree_arena_copy(
			&raw->parts->arena, parts->args, parts->args_size);
	}
	name_writer(raw, ref);
	return process->args;
}

bool pedigree_raw_keep(struct pedigree_raw *raw, uint32_t ref,
		       const char *bytes, size_t size)
{
	struct pedigree_frame_parts parts;
	struct pedigree_raw_writer *writer;
	struct pedigree_event *event;

	raw->bytes += size;
	switch (pedigree_frame_parse(bytes, size, &parts)) {
	case PEDIGREE_FRAME_BAD:
		raw->loss.bad_frames++;
		return true;
	case PEDIGREE_FRAME_UNKNOWN:
		raw->loss.unknown++;
		return true;
	case PEDIGREE_FRAME_GOOD:
		break;
	}
	if (parts.head.seq > raw->max_seq)
		raw->max_seq = parts.head.seq;
	writer = &raw->writers.v[raw->writers.n - 1];
	if (!writer->seq)
		writer->seq = parts.head.seq;
	if (parts.head.type == PEDIGREE_EV_FOLDER)
		return keep_folder(raw, ref, &parts);
	if (!keep_event(raw, &parts, &event))
		return false;
	if (parts.head.type == PEDIGREE_EV_PROCESS ||
	    parts.head.type == PEDIGREE_EV_FORK)
		return keep_process(raw, ref, &parts, event);
	return true;
}
