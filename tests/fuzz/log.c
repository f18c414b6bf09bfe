/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The event log: any bytes as the log of one host, and of two, and the graph
 * that is built of what could be read. Logs that make sense, of which more
 * of the graph comes, are script.c's.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "tests/fuzz/fuzz.h"

#define SPARSE_MAX (UINT64_C(1) << 20)

/* As the file was made, with a hole behind what was written. */
static uint64_t capacity(const uint8_t *data, size_t size)
{
	struct pedigree_log_header header;

	if (size < sizeof(header))
		return 0;
	memcpy(&header, data, sizeof(header));
	return header.capacity < SPARSE_MAX ? header.capacity : 0;
}

static void check_counts(const struct pedigree_evlog *log, size_t size)
{
	/* A frame's head is 24 bytes; every frame has one fate. */
	size_t most = size / sizeof(struct pedigree_frame) * log->n_hosts;

	FUZZ_CHECK(log->n_events <= most);
	FUZZ_CHECK(log->n_folders <= most);
	/* Per chunk one process may have to be invented. */
	FUZZ_CHECK(log->n_processes <=
		   log->n_events + size / PEDIGREE_CHUNK_GRAIN * log->n_hosts);
	FUZZ_CHECK(log->loss.unknown <= most);
	FUZZ_CHECK(log->loss.torn_bytes <= PEDIGREE_LOG_MAX * log->n_hosts);
	FUZZ_CHECK(!log->loss.torn_bytes == !log->loss.torn_chunks);
}

static void check_same(const struct pedigree_evlog *one,
		       const struct pedigree_evlog *two)
{
	FUZZ_CHECK(two->n_hosts == 2 * one->n_hosts);
	FUZZ_CHECK(two->n_events == 2 * one->n_events);
	FUZZ_CHECK(two->n_processes == 2 * one->n_processes);
	FUZZ_CHECK(two->n_folders == 2 * one->n_folders);
	FUZZ_CHECK(two->loss.torn_bytes == 2 * one->loss.torn_bytes);
	FUZZ_CHECK(two->loss.bad_frames == 2 * one->loss.bad_frames);
	FUZZ_CHECK(two->loss.unknown == 2 * one->loss.unknown);
}

static void check_refused(const struct pedigree_evlog *log,
			  const struct pedigree_error *err, int r)
{
	FUZZ_CHECK(r == PEDIGREE_EFORMAT);
	fuzz_check_error(err, r);
	FUZZ_CHECK(!log->n_events && !log->n_processes && !log->n_folders &&
		   !log->n_hosts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct pedigree_run_facts facts = {
		.name = (char *)(uintptr_t) "fuzz",
		.cwd = (char *)(uintptr_t)FUZZ_PROJECT,
		.home = (char *)(uintptr_t) "/home/me",
		.start_ms = (int64_t)(FUZZ_START / 1000000),
		.start_ns = FUZZ_START,
		.git_dirty = -1,
	};
	struct pedigree_evlog *one = pedigree_evlog_new();
	struct pedigree_evlog *two = pedigree_evlog_new();
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	char path[FUZZ_PATH];
	int fd = fuzz_file(data, size, capacity(data, size), path);
	int r;

	FUZZ_CHECK(one && two);
	r = pedigree_evlog_add(one, path, &err);
	if (r < 0) {
		check_refused(one, &err, r);
	} else {
		pedigree_evlog_sort(one);
		fuzz_check_log(one);
		check_counts(one, size);
		fuzz_check_graph(&facts, one);
		FUZZ_CHECK(pedigree_evlog_add(two, path, NULL) == 0);
		FUZZ_CHECK(pedigree_evlog_add(two, path, NULL) == 0);
		pedigree_evlog_sort(two);
		fuzz_check_log(two);
		check_same(one, two);
	}
	close(fd);
	pedigree_evlog_free(one);
	pedigree_evlog_free(two);
	return 0;
}

#ifdef PEDIGREE_FUZZING
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size,
			       unsigned int seed);

/* What a log is known by, and what its chunks are known by: right by chance
   once in 2^64 times. */
static void make_plausible(uint8_t *data, size_t size)
{
	struct pedigree_log_header header;
	struct pedigree_chunk chunk;

	memcpy(&header, data, sizeof(header));
	memcpy(header.magic, PEDIGREE_LOG_MAGIC, sizeof(header.magic));
	header.version = PEDIGREE_LOG_VERSION;
	header.byte_order = PEDIGREE_LOG_BYTE_ORDER;
	header.header_size = PEDIGREE_LOG_HEADER_SIZE;
	header.grain = PEDIGREE_CHUNK_GRAIN;
	memcpy(data, &header, sizeof(header));
	for (size_t at = sizeof(header); at + sizeof(chunk) < size;) {
		memcpy(&chunk, data + at, sizeof(chunk));
		chunk.self = at ^ header.salt;
		chunk.size = (chunk.size % 4 + 1) * PEDIGREE_CHUNK_GRAIN;
		memcpy(data + at, &chunk, sizeof(chunk));
		at += chunk.size;
	}
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size,
			       unsigned int seed)
{
	size_t head = sizeof(struct pedigree_log_header);

	if (size < head + sizeof(struct pedigree_chunk) || seed % 16 == 0)
		return LLVMFuzzerMutate(data, size, max_size);
	/* Mostly the chunks: the header is long and few of it is read. */
	size = head +
	       LLVMFuzzerMutate(data + head, size - head, max_size - head);
	if (seed % 16 < 12)
		make_plausible(data, size);
	return size;
}
#endif
