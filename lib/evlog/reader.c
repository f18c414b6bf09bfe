/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One log file into struct pedigree_evlog; evlog.c owns what is read and
 * merges several hosts.
 *
 * The file is read twice from one list of chunks. The first pass collects
 * what frames refer to (folders, images) and the second resolves and keeps
 * the events, so that a reference may point forward: chunks of several
 * writers interleave in any order. Nothing read is trusted: every size is
 * checked against what was really read, every reference against the table of
 * frames found, and chains of folders are cut at a depth.
 */
#include "config.h"

#include "evlog/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fs.h"
#include "base/hash.h"
#include "base/vec.h"
#include "evlog/private.h"

#define FOLDER_DEPTH 64u	/* frames in a chain of FOLDERs */

/* A frame by reference, in the maps of struct reading: key is the reference,
   value an index + 1. */
static void *number(size_t index)
{
	return (void *)(uintptr_t)(index + 1);
}

struct raw_folder {
	uint32_t parent;	/* reference */
	const char *text;
	uint32_t index;		/* in log->folders, once resolved */
	bool resolved;
};

struct reading {
	struct pedigree_evlog *log;
	struct pedigree_error *err;
	int fd;
	uint32_t host;
	struct pedigree_log_header header;
	struct pedigree_map *folders;	/* reference → raw_folders */
	struct pedigree_map *processes;	/* reference → log->processes */
	PEDIGREE_VEC(struct raw_folder) raw_folders;
	unsigned char *chunk;		/* PEDIGREE_CHUNK_MAX */
	struct pedigree_loss loss;
};

static int note(struct reading *reading, struct pedigree_map *map,
		uint32_t reference, size_t index)
{
	void **place = pedigree_map_at(map, &reference, sizeof(reference),
				       NULL);

	if (!place)
		return pedigree_fail_memory(reading->err);
	*place = number(index);
	return 0;
}

static uint32_t look_up(const struct pedigree_map *map, uint32_t reference)
{
	uintptr_t value = (uintptr_t)pedigree_map_get(map, &reference,
						      sizeof(reference));

	return value ? (uint32_t)(value - 1) : PEDIGREE_NONE;
}

/* --- frames ------------------------------------------------------------ */

/* A frame with its parts found; the texts end within the frame. */
struct parts {
	struct pedigree_frame head;
	uint32_t reference;
	const struct pedigree_old *old;
	const unsigned char *body;	/* fixed part, or NULL */
	const char *text[3];		/* "" where there is none */
	const char *end;		/* behind the frame */
};

/* Size of the fixed part of a type's body. */
static size_t body_size(uint8_t type)
{
	switch (type) {
	case PEDIGREE_EV_RENAME:
	case PEDIGREE_EV_LINK:
	case PEDIGREE_EV_SYMLINK:
		return sizeof(struct pedigree_two);
	case PEDIGREE_EV_PROCESS:
	case PEDIGREE_EV_FORK:
		return sizeof(struct pedigree_image);
	case PEDIGREE_EV_BLIND:
		return sizeof(struct pedigree_blind);
	default:
		return 0;
	}
}

static bool may_have_old(uint8_t type)
{
	return type == PEDIGREE_EV_OPEN || type == PEDIGREE_EV_UNLINK ||
	       type == PEDIGREE_EV_RENAME || type == PEDIGREE_EV_TRUNCATE;
}

static unsigned int texts_of(uint8_t type)
{
	switch (type) {
	case PEDIGREE_EV_FORK:
	case PEDIGREE_EV_EXIT:
		return 0;
	case PEDIGREE_EV_RENAME:
	case PEDIGREE_EV_LINK:
	case PEDIGREE_EV_SYMLINK:
	case PEDIGREE_EV_INPUT:
	case PEDIGREE_EV_OUTPUT:
	case PEDIGREE_EV_PARAM:
	case PEDIGREE_EV_TAG:
	case PEDIGREE_EV_METRIC:
		return 2;
	case PEDIGREE_EV_DEPLOY:
		return 3;
	default:
		return 1;
	}
}

/* Takes a frame of `size` bytes apart; false when it contradicts itself. */
static bool take_apart(const unsigned char *at, size_t size,
		       struct parts *ret)
{
	const char *text, *end = (const char *)at + size;
	size_t fixed = sizeof(struct pedigree_frame);

	*ret = (struct parts){ .text = { "", "", "" }, .end = end };
	memcpy(&ret->head, at, sizeof(ret->head));
	if (may_have_old(ret->head.type) &&
	    ret->head.flags & PEDIGREE_F_OLD) {
		ret->old = (const struct pedigree_old *)(at + fixed);
		fixed += sizeof(struct pedigree_old);
	}
	ret->body = at + fixed;
	fixed += body_size(ret->head.type);
	if (fixed > size)
		return false;
	text = (const char *)at + fixed;
	for (unsigned int i = 0; i < texts_of(ret->head.type); i++) {
		const char *nul = memchr(text, '\0', (size_t)(end - text));

		if (!nul)
			return false;
		ret->text[i] = text;
		text = nul + 1;
	}
	return true;
}

static bool known(uint8_t type)
{
	return pedigree_event_word(type);
}

/* --- first pass: what is referred to ----------------------------------- */

static int keep_folder(struct reading *reading, const struct parts *parts)
{
	struct raw_folder *folder;

	folder = pedigree_vec_push(&reading->raw_folders);
	if (!folder)
		return pedigree_fail_memory(reading->err);
	folder->parent = parts->head.folder;
	folder->text = pedigree_arena_text(reading->log, parts->text[0]);
	if (!folder->text)
		return pedigree_fail_memory(reading->err);
	return note(reading, reading->folders, parts->reference,
		    reading->raw_folders.n - 1);
}

/* The arguments of a PROCESS frame; those that do not end are left out. */
static int keep_arguments(struct reading *reading, const struct parts *parts,
			  uint32_t argc, struct pedigree_process *process)
{
	const char *first = parts->text[0] + strlen(parts->text[0]) + 1;
	const char *at = first;

	process->argc = 0;
	while (process->argc < argc && at < parts->end) {
		const char *nul = memchr(at, '\0', (size_t)(parts->end - at));

		if (!nul)
			break;
		at = nul + 1;
		process->argc++;
	}
	if (process->argc < argc)
		process->cut = true;
	process->args = pedigree_arena(reading->log, first,
				       (size_t)(at - first));
	return process->args ? 0 : pedigree_fail_memory(reading->err);
}

static int keep_process(struct reading *reading, const struct parts *parts)
{
	struct pedigree_process *process;
	struct pedigree_image image;

	memcpy(&image, parts->body, sizeof(image));
	process = pedigree_evlog_add_process(reading->log);
	if (!process)
		return pedigree_fail_memory(reading->err);
	*process = (struct pedigree_process){
		.pid = image.pid,
		.ppid = image.ppid,
		.host = reading->host,
		/* References, until link_processes() makes them indexes. */
		.image = image.image,
		.cwd = parts->head.folder,
		.forked = parts->head.type == PEDIGREE_EV_FORK,
		.cut = parts->head.flags & PEDIGREE_F_CUT,
		.time_ns = parts->head.time_ns,
		.program = "",
		.args = "",
	};
	if (!process->forked) {
		process->program = pedigree_arena_text(reading->log,
						       parts->text[0]);
		if (!process->program)
			return pedigree_fail_memory(reading->err);
		if (keep_arguments(reading, parts, image.argc, process) < 0)
			return PEDIGREE_ENOMEM;
	}
	return note(reading, reading->processes, parts->reference,
		    reading->log->n_processes - 1);
}

static int first_pass(struct reading *reading, const struct parts *parts,
		      const struct pedigree_chunk *chunk)
{
	(void)chunk;
	switch (parts->head.type) {
	case PEDIGREE_EV_FOLDER:
		return keep_folder(reading, parts);
	case PEDIGREE_EV_PROCESS:
	case PEDIGREE_EV_FORK:
		return keep_process(reading, parts);
	default:
		return 0;
	}
}

/* --- between the passes: references become indexes --------------------- */

static int resolve_folder(struct reading *reading, uint32_t raw,
			  unsigned int depth);

/* Index in log->folders of a reference, PEDIGREE_NONE when it is lost. */
static int folder_index(struct reading *reading, uint32_t reference,
			unsigned int depth, uint32_t *ret_index)
{
	uint32_t raw = reference ? look_up(reading->folders, reference) :
				   PEDIGREE_NONE;
	int result;

	*ret_index = PEDIGREE_NONE;
	if (raw == PEDIGREE_NONE)
		return 0;
	result = resolve_folder(reading, raw, depth);
	if (result == 0)
		*ret_index = reading->raw_folders.v[raw].index;
	return result;
}

static int resolve_folder(struct reading *reading, uint32_t raw,
			  unsigned int depth)
{
	struct raw_folder *folder = &reading->raw_folders.v[raw];
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	uint32_t parent = PEDIGREE_NONE;
	int result;

	if (folder->resolved)
		return 0;
	/* Marked first: a cycle finds itself, without a place. */
	folder->resolved = true;
	folder->index = PEDIGREE_NONE;
	if (folder->text[0] != '/') {
		if (depth < FOLDER_DEPTH) {
			result = folder_index(reading, folder->parent,
					      depth + 1, &parent);
			if (result < 0)
				return result;
		}
		if (parent == PEDIGREE_NONE) {
			reading->loss.bad_frames++;
			return 0;
		}
	}
	pedigree_path_join(&path,
			   parent == PEDIGREE_NONE ?
				   "/" : reading->log->folders[parent],
			   folder->text);
	if (pedigree_buf_error(&path))
		return pedigree_fail_memory(reading->err);
	pedigree_path_clean(path.data);
	folder->index = pedigree_evlog_folder(reading->log, path.data);
	if (folder->index == PEDIGREE_NONE)
		return pedigree_fail_memory(reading->err);
	return 0;
}

static int link_processes(struct reading *reading, size_t first)
{
	struct pedigree_evlog *log = reading->log;

	for (size_t i = first; i < log->n_processes; i++) {
		struct pedigree_process *process = &log->processes[i];
		int result = folder_index(reading, process->cwd, 0,
					  &process->cwd);

		if (result < 0)
			return result;
		if (!process->forked)
			process->image = (uint32_t)i;
		else
			process->image = look_up(reading->processes,
						 process->image);
	}
	return 0;
}

/* --- second pass: events ----------------------------------------------- */

static int keep_event(struct reading *reading, const struct parts *parts,
		      uint32_t process)
{
	struct pedigree_event *event = pedigree_evlog_add_event(reading->log);
	const char **texts[3];
	int result;

	if (!event)
		return pedigree_fail_memory(reading->err);
	*event = (struct pedigree_event){
		.seq = parts->head.seq,
		.time_ns = parts->head.time_ns,
		.process = process,
		.folder2 = PEDIGREE_NONE,
		.type = parts->head.type,
		.flags = parts->head.flags,
	};
	result = folder_index(reading, parts->head.folder, 0, &event->folder);
	if (result == 0 && body_size(event->type) ==
				   sizeof(struct pedigree_two) &&
	    event->type != PEDIGREE_EV_BLIND) {
		struct pedigree_two two;

		memcpy(&two, parts->body, sizeof(two));
		result = folder_index(reading, two.folder, 0, &event->folder2);
	}
	if (result < 0)
		return result;
	if (event->type == PEDIGREE_EV_BLIND) {
		struct pedigree_blind blind;

		memcpy(&blind, parts->body, sizeof(blind));
		event->blind = (uint16_t)blind.kind;
	}
	if (parts->old) {
		event->old = pedigree_arena(reading->log, parts->old,
					    sizeof(*parts->old));
		if (!event->old)
			return pedigree_fail_memory(reading->err);
	}
	texts[0] = &event->text;
	texts[1] = &event->text2;
	texts[2] = &event->text3;
	for (unsigned int i = 0; i < 3; i++) {
		*texts[i] = "";
		if (!*parts->text[i])
			continue;
		*texts[i] = pedigree_arena_text(reading->log, parts->text[i]);
		if (!*texts[i])
			return pedigree_fail_memory(reading->err);
	}
	return 0;
}

static int second_pass(struct reading *reading, const struct parts *parts,
		       const struct pedigree_chunk *chunk)
{
	uint32_t process = PEDIGREE_NONE;
	uint32_t own = look_up(reading->processes, parts->reference);

	if (parts->head.type == PEDIGREE_EV_FOLDER)
		return 0;
	if (own != PEDIGREE_NONE)
		process = own;
	else if (chunk->process)
		process = look_up(reading->processes, chunk->process);
	if (parts->head.type == PEDIGREE_EV_EXIT && process != PEDIGREE_NONE)
		reading->log->processes[process].ended = true;
	return keep_event(reading, parts, process);
}

/* --- chunks ------------------------------------------------------------ */

typedef int (*pass_fn)(struct reading *reading, const struct parts *parts,
		       const struct pedigree_chunk *chunk);

/* Walks the frames of a chunk of `size` bytes in reading->chunk. */
static int walk_frames(struct reading *reading, uint64_t offset, size_t size,
		       pass_fn pass, bool count)
{
	struct pedigree_chunk chunk;
	size_t at = sizeof(chunk);

	memcpy(&chunk, reading->chunk, sizeof(chunk));
	while (at + sizeof(struct pedigree_frame) <= size) {
		const unsigned char *frame = reading->chunk + at;
		struct parts parts;
		uint16_t units;
		size_t n;
		int result;

		memcpy(&units, frame, sizeof(units));
		n = (size_t)units * 8;
		if (units == 0)
			break;
		if (n < sizeof(struct pedigree_frame) || n > size - at ||
		    !take_apart(frame, n, &parts)) {
			/* Where the next frame begins is not known. */
			if (count) {
				reading->loss.bad_frames++;
				reading->loss.torn_bytes += size - at;
			}
			break;
		}
		parts.reference = (uint32_t)((offset + at) / 8);
		/* A chunk whose process is 0 opens with its own. */
		if (!chunk.process &&
		    (parts.head.type == PEDIGREE_EV_PROCESS ||
		     parts.head.type == PEDIGREE_EV_FORK))
			chunk.process = parts.reference;
		if (known(parts.head.type))
			result = pass(reading, &parts, &chunk);
		else
			result = 0, reading->loss.unknown += count;
		if (result < 0)
			return result;
		at += n;
	}
	return 0;
}

/* Reads up to `n` bytes; less only at the end of the file or on an error. */
static size_t read_at(int fd, void *to, size_t n, uint64_t offset)
{
	size_t done = 0;

	while (done < n) {
		ssize_t got = pread(fd, (char *)to + done, n - done,
				    (off_t)(offset + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		done += (size_t)got;
	}
	return done;
}

/*
 * The next offset at which there is data, at the grain; `end` when there is
 * none. Holes of a sparse log are skipped in one step.
 */
static uint64_t next_data(int fd, uint64_t offset, uint64_t end)
{
	off_t data = lseek(fd, (off_t)offset, SEEK_DATA);

	if (data < 0)
		return errno == ENXIO ? end : offset;
	if ((uint64_t)data <= offset)
		return offset;
	return (uint64_t)data & ~(uint64_t)(PEDIGREE_CHUNK_GRAIN - 1);
}

/* Is there a chunk at `offset`? Its size if so, else 0. */
static size_t chunk_at(const struct reading *reading, uint64_t offset)
{
	struct pedigree_chunk chunk;

	if (read_at(reading->fd, &chunk, sizeof(chunk), offset) <
	    sizeof(chunk))
		return 0;
	if ((chunk.self ^ reading->header.salt) != offset ||
	    chunk.size < PEDIGREE_CHUNK_GRAIN ||
	    chunk.size > PEDIGREE_CHUNK_MAX ||
	    chunk.size % PEDIGREE_CHUNK_GRAIN)
		return 0;
	return chunk.size;
}

/* One pass over all chunks below `end`. */
static int walk_chunks(struct reading *reading, uint64_t end, pass_fn pass,
		       bool count)
{
	uint64_t at = PEDIGREE_LOG_HEADER_SIZE;
	bool torn = false;	/* inside a stretch without chunks */

	while (at < end) {
		uint64_t data = next_data(reading->fd, at, end);
		size_t size, got;
		int result;

		if (data > at) {
			at = data;
			continue;
		}
		size = chunk_at(reading, at);
		if (!size) {
			if (count) {
				reading->loss.torn_chunks += !torn;
				reading->loss.torn_bytes +=
					PEDIGREE_CHUNK_GRAIN;
			}
			torn = true;
			at += PEDIGREE_CHUNK_GRAIN;
			continue;
		}
		torn = false;
		got = read_at(reading->fd, reading->chunk, size, at);
		if (got < size && count) {
			reading->loss.torn_chunks++;
			reading->loss.torn_bytes += size - got;
		}
		if (got >= sizeof(struct pedigree_chunk)) {
			result = walk_frames(reading, at, got, pass, count);
			if (result < 0)
				return result;
		}
		at += size;
	}
	return 0;
}

/* --- the file ---------------------------------------------------------- */

static int read_header(struct reading *reading, const char *path)
{
	struct pedigree_log_header *header = &reading->header;

	if (read_at(reading->fd, header, sizeof(*header), 0) <
		    sizeof(*header) ||
	    memcmp(header->magic, PEDIGREE_LOG_MAGIC, sizeof(header->magic)))
		return pedigree_fail(reading->err, PEDIGREE_EFORMAT,
				     "%s is not an event log", path);
	if (header->byte_order != PEDIGREE_LOG_BYTE_ORDER)
		return pedigree_fail(reading->err, PEDIGREE_EFORMAT,
				     "%s was written on a machine of another byte order; read it there",
				     path);
	if (header->version != PEDIGREE_LOG_VERSION)
		return pedigree_fail(reading->err, PEDIGREE_EFORMAT,
				     "%s is an event log of version %u, and this is pedigree for version %d; use the one that wrote it",
				     path, header->version,
				     PEDIGREE_LOG_VERSION);
	if (header->header_size != PEDIGREE_LOG_HEADER_SIZE ||
	    header->grain != PEDIGREE_CHUNK_GRAIN)
		return pedigree_fail(reading->err, PEDIGREE_EFORMAT,
				     "%s has a damaged header", path);
	return 0;
}

static int read_all(struct reading *reading, const char *path)
{
	struct pedigree_evlog *log = reading->log;
	size_t first = log->n_processes;
	char host[sizeof(reading->header.host) + 1] = "";
	struct stat st;
	uint64_t end;
	int result;

	if (fstat(reading->fd, &st) < 0)
		return pedigree_fail_errno(reading->err, "cannot read %s",
					   path);
	result = read_header(reading, path);
	if (result < 0)
		return result;
	memcpy(host, reading->header.host, sizeof(reading->header.host));
	reading->host = pedigree_evlog_host(log, host);
	reading->folders = pedigree_map_new();
	reading->processes = pedigree_map_new();
	reading->chunk = malloc(PEDIGREE_CHUNK_MAX);
	if (reading->host == PEDIGREE_NONE || !reading->folders ||
	    !reading->processes || !reading->chunk)
		return pedigree_fail_memory(reading->err);
	end = (uint64_t)st.st_size;
	if (reading->header.cursor < end)
		end = reading->header.cursor;
	result = walk_chunks(reading, end, first_pass, true);
	if (result == 0)
		result = link_processes(reading, first);
	if (result == 0)
		result = walk_chunks(reading, end, second_pass, false);
	return result;
}

static void add_loss(struct pedigree_loss *to, const struct pedigree_loss *loss,
		     const struct pedigree_log_header *header)
{
	for (size_t i = 0; i < PEDIGREE_DROP_REASONS; i++)
		to->dropped[i] += header->dropped[i];
	to->torn_chunks += loss->torn_chunks;
	to->torn_bytes += loss->torn_bytes;
	to->bad_frames += loss->bad_frames;
	to->unknown += loss->unknown;
}

int pedigree_evlog_add(struct pedigree_evlog *log, const char *path,
		       struct pedigree_error *err)
{
	struct reading reading = { .log = log, .err = err };
	struct pedigree_evlog_mark mark = pedigree_evlog_mark(log);
	int result;

	reading.fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (reading.fd < 0)
		return pedigree_fail_errno(err, "cannot open %s", path);
	result = read_all(&reading, path);
	if (result < 0) {
		pedigree_evlog_reset(log, &mark);
	} else {
		add_loss(&log->loss, &reading.loss, &reading.header);
		log->expected += reading.header.expected;
		log->images += reading.header.images;
		log->modes |= reading.header.modes;
	}
	pedigree_map_free(reading.folders);
	pedigree_map_free(reading.processes);
	pedigree_vec_clear(&reading.raw_folders);
	free(reading.chunk);
	close(reading.fd);
	return result;
}
