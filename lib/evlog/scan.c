/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding the chunks of a log and the frames of a chunk, whatever state the
 * file is in. Positions only grow, so that references come out ascending.
 */
#include "config.h"

#include <string.h>

#include "base/err.h"
#include "evlog/raw.h"

struct scan {
	struct pedigree_raw *raw;
	struct pedigree_source *source;
	uint64_t at;
	uint64_t cursor;  /* the header's, within the file */
	uint64_t seq;	  /* the header's when the scan began */
	uint64_t claimed; /* end of the newest chunk */
	bool torn;	  /* the newest chunk or gap is counted */
	bool live;	  /* its next frame is being written just now */
};

static void count_torn(struct scan *scan, uint64_t bytes)
{
	if (!bytes)
		return;
	if (!scan->torn)
		scan->raw->loss.torn_chunks++;
	scan->torn = true;
	scan->raw->loss.torn_bytes += bytes;
}

/*
 * Passes over bytes in which nothing begins. Zeroes are as they should be in
 * a chunk behind its last frame and where nothing was claimed yet.
 */
static void pass(struct scan *scan, uint64_t to, bool zero)
{
	uint64_t from = scan->at;

	scan->at = to;
	if (!zero) {
		if (!scan->live || to > scan->claimed)
			count_torn(scan, to - from);
		return;
	}
	if (from < scan->claimed)
		from = scan->claimed;
	if (to > scan->cursor)
		to = scan->cursor;
	if (to <= from)
		return;
	if (from == scan->claimed)
		scan->torn = false; /* another's claim begins */
	count_torn(scan, to - from);
}

static int look(struct scan *scan, size_t n, const char **ret_bytes,
		size_t *ret_n, struct pedigree_error *err)
{
	uint64_t left = scan->source->size - scan->at;

	return pedigree_source_at(scan->source, scan->at,
				  left < n ? (size_t)left : n, ret_bytes, ret_n,
				  err);
}

static uint64_t next_grain(uint64_t at)
{
	return (at + PEDIGREE_CHUNK_GRAIN - 1) &
	       ~(uint64_t)(PEDIGREE_CHUNK_GRAIN - 1);
}

/*
 * Where frames end: nothing, a frame that was not published, or damage. A
 * frame newer than our look at the header is not lost, only not there yet.
 */
static int leave_chunk(struct scan *scan, bool damaged,
		       struct pedigree_error *err)
{
	struct pedigree_frame head = { 0 };
	uint64_t to = next_grain(scan->at);
	const char *bytes;
	size_t n;
	int result = look(scan, sizeof(head), &bytes, &n, err);

	if (result < 0)
		return result;
	memcpy(&head, bytes, n);
	scan->live = !damaged && head.seq > scan->seq;
	if (to > scan->source->size)
		to = scan->source->size;
	if (damaged || (head.seq && !scan->live))
		count_torn(scan, to - scan->at);
	scan->at = to;
	return 0;
}

/* One frame; *ret_more is false at the end of the chunk's frames. */
static int read_frame(struct scan *scan, bool *ret_more,
		      struct pedigree_error *err)
{
	uint64_t left = scan->claimed - scan->at;
	struct pedigree_frame head;
	const char *bytes;
	size_t n, size;
	int result;

	*ret_more = false;
	if (left < sizeof(head)) {
		scan->at = scan->claimed;
		return 0;
	}
	result = look(scan, sizeof(head), &bytes, &n, err);
	if (result < 0)
		return result;
	if (n < sizeof(head))
		return leave_chunk(scan, true, err);
	memcpy(&head, bytes, sizeof(head));
	size = head.units * (size_t)8;
	if (size == 0)
		return leave_chunk(scan, false, err);
	if (size < sizeof(head) || size > left) {
		scan->raw->loss.bad_frames++;
		return leave_chunk(scan, true, err);
	}
	result = look(scan, size, &bytes, &n, err);
	if (result < 0)
		return result;
	if (n < size)
		return leave_chunk(scan, true, err);
	if (!pedigree_raw_keep(scan->raw, (uint32_t)(scan->at / 8), bytes,
			       size))
		return pedigree_fail_memory(err);
	scan->at += size;
	*ret_more = true;
	return 0;
}

static int read_chunk(struct scan *scan, const struct pedigree_chunk *chunk,
		      struct pedigree_error *err)
{
	struct pedigree_raw_writer *writer =
		pedigree_vec_push(&scan->raw->writers);
	bool more = true;
	int result = 0;

	if (!writer)
		return pedigree_fail_memory(err);
	writer->ref = chunk->process;
	writer->pid = chunk->pid;
	writer->process = PEDIGREE_NONE;
	scan->claimed = scan->at + chunk->size;
	scan->at += sizeof(*chunk);
	scan->torn = scan->live = false;
	while (more && result == 0)
		result = read_frame(scan, &more, err);
	return result;
}

static bool is_chunk(const struct scan *scan,
		     const struct pedigree_chunk *chunk)
{
	return chunk->self == (scan->at ^ scan->source->header.salt) &&
	       chunk->size >= PEDIGREE_CHUNK_GRAIN &&
	       chunk->size <= PEDIGREE_CHUNK_MAX &&
	       chunk->size % PEDIGREE_CHUNK_GRAIN == 0;
}

static bool all_zero(const char *bytes, size_t n)
{
	return n == 0 ||
	       (bytes[0] == 0 && memcmp(bytes, bytes + 1, n - 1) == 0);
}

static int read_grain(struct scan *scan, struct pedigree_error *err)
{
	struct pedigree_chunk chunk;
	const char *bytes;
	size_t n;
	int result = look(scan, PEDIGREE_CHUNK_GRAIN, &bytes, &n, err);

	if (result < 0)
		return result;
	if (n >= sizeof(chunk)) {
		memcpy(&chunk, bytes, sizeof(chunk));
		if (is_chunk(scan, &chunk))
			return read_chunk(scan, &chunk, err);
	}
	if (n == 0) { /* the file shrank under us */
		pass(scan, scan->source->size, true);
		return 0;
	}
	pass(scan, scan->at + n, all_zero(bytes, n));
	return 0;
}

/* Behind the cursor only damage can be: look for it, but not for long. */
static bool is_over(const struct scan *scan)
{
	uint64_t last =
		scan->claimed > scan->cursor ? scan->claimed : scan->cursor;

	return scan->at >= scan->source->size ||
	       scan->at >= last + PEDIGREE_CHUNK_MAX;
}

/* What the header and the chunks promise beyond the end of a cut file. */
static void count_cut(struct scan *scan)
{
	const struct pedigree_log_header *header = &scan->source->header;
	uint64_t promised = header->cursor;

	if (promised > header->capacity)
		promised = header->capacity;
	if (promised > PEDIGREE_LOG_MAX)
		promised = PEDIGREE_LOG_MAX;
	if (promised < scan->claimed)
		promised = scan->claimed;
	if (promised <= scan->source->size)
		return;
	if (scan->claimed <= scan->source->size)
		scan->torn = false;
	count_torn(scan, promised - scan->source->size);
}

int pedigree_raw_scan(struct pedigree_raw *raw, struct pedigree_source *source,
		      struct pedigree_error *err)
{
	struct scan scan = {
		.raw = raw,
		.source = source,
		.at = PEDIGREE_LOG_HEADER_SIZE,
		.cursor = source->header.cursor,
		.seq = source->header.seq,
		.claimed = PEDIGREE_LOG_HEADER_SIZE,
	};

	if (scan.cursor > source->size)
		scan.cursor = source->size;
	while (!is_over(&scan)) {
		uint64_t next = pedigree_source_next(source, scan.at);
		int result;

		if (next > scan.at) {
			pass(&scan, next, true);
			continue;
		}
		result = read_grain(&scan, err);
		if (result < 0)
			return result;
	}
	count_cut(&scan);
	return 0;
}
