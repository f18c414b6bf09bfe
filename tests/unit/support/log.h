/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making event logs in memory, good and bad ones, without the shim. Written
 * from doc/event-log.md, not from hooks/, so that one checks the other.
 */
#ifndef TESTS_UNIT_LOG_H
#define TESTS_UNIT_LOG_H

#include <stdint.h>

#include "base/buf.h"
#include "evlog/format.h"

struct test_log {
	struct pedigree_buf bytes; /* the file so far */
	size_t chunk;		   /* offset of the open chunk; 0: none */
	uint64_t seq;
	uint64_t time_ns; /* of the next frame */
};

/* What stands between head and texts, and the texts. NULL ends the texts. */
struct test_frame {
	uint8_t type;
	uint8_t flags;
	uint32_t folder;
	const struct pedigree_old *old;
	const void *body;
	size_t body_size;
	const char *text[26];
};

/* A header and nothing else. */
void test_log_begin(struct test_log *log, const char *run, const char *host);
void test_log_clear(struct test_log *log);
struct pedigree_log_header *test_log_header(struct test_log *log);

/* Closes the open chunk and opens one of `size` bytes. */
void test_log_chunk(struct test_log *log, uint32_t size, uint32_t pid,
		    uint32_t process);

/* Appends a frame to the open chunk and answers its reference. */
uint32_t test_log_add(struct test_log *log, const struct test_frame *frame);
uint32_t test_log_folder(struct test_log *log, uint32_t parent,
			 const char *text);
uint32_t test_log_open(struct test_log *log, uint8_t flags, uint32_t folder,
		       const char *path);
/* A PROCESS with one argument, its program's name. */
uint32_t test_log_process(struct test_log *log, uint32_t cwd, uint32_t pid,
			  uint32_t ppid, const char *program);
uint32_t test_log_fork(struct test_log *log, uint32_t pid, uint32_t ppid,
		       uint32_t image);

/* A whole log of one process that reads each of FILES files once,
   FOLDER/dDDDD/fNNNNNNN.dat, a thousand in each folder. */
void test_log_many(struct test_log *log, const char *folder, long files);

/* Closes the chunk and sets the header's counters. */
void test_log_end(struct test_log *log);

/* Writes `n` bytes as a file of `capacity` bytes (0: no longer than that). */
void test_log_write(const char *path, const void *bytes, size_t n,
		    uint64_t capacity);

#endif
