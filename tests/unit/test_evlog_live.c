/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a log while another process appends to it as the shim does.
 */
#include "config.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "evlog/reader.h"
#include "tests/unit/support/folder.h"
#include "tests/unit/support/log.h"

#define EVENTS 200000u
#define CAPACITY (UINT64_C(1) << 26)
#define CHUNK 4096u

struct writer {
	char *map;
	struct pedigree_log_header *header;
	uint64_t at, end;
	uint32_t process;
	uint32_t folder;
};

static uint32_t publish(struct writer *writer, uint8_t type, uint32_t folder,
			const void *body, size_t body_size, const char *text)
{
	size_t n = strlen(text) + 1;
	size_t size = (sizeof(struct pedigree_frame) + body_size + n + 7) &
		      ~(size_t)7;
	struct pedigree_frame head = {
		.units = (uint16_t)(size / 8),
		.type = type,
		.folder = folder,
		.time_ns = 1,
	};
	char *frame = writer->map + writer->at;
	uint64_t first;

	head.seq =
		atomic_fetch_add((_Atomic uint64_t *)&writer->header->seq, 1) +
		1;
	memcpy(frame + 8, (char *)&head + 8, sizeof(head) - 8);
	if (body_size)
		memcpy(frame + sizeof(head), body, body_size);
	memcpy(frame + sizeof(head) + body_size, text, n);
	memcpy(&first, &head, sizeof(first));
	atomic_store_explicit((_Atomic uint64_t *)(void *)frame, first,
			      memory_order_release);
	writer->at += size;
	return (uint32_t)((frame - writer->map) / 8);
}

static void claim(struct writer *writer)
{
	const struct pedigree_image image = { .pid = 7, .ppid = 1 };
	struct pedigree_chunk chunk = {
		.size = CHUNK,
		.pid = 7,
		.process = writer->process,
	};

	writer->at = atomic_fetch_add(
		(_Atomic uint64_t *)&writer->header->cursor, CHUNK);
	writer->end = writer->at + CHUNK;
	chunk.self = writer->at ^ writer->header->salt;
	memcpy(writer->map + writer->at, &chunk, sizeof(chunk));
	writer->at += sizeof(chunk);
	if (!writer->process)
		writer->process = publish(writer, PEDIGREE_EV_PROCESS, 0,
					  &image, sizeof(image), "writer");
}

/* Frames are 32 bytes, or 40 for a folder. */
static void write_events(struct writer *writer)
{
	for (unsigned int i = 0; i < EVENTS; i++) {
		if (writer->end < writer->at + 80)
			claim(writer);
		if (i % 50 == 0)
			writer->folder = publish(writer, PEDIGREE_EV_FOLDER, 0,
						 NULL, 0, "/some/folder");
		publish(writer, PEDIGREE_EV_OPEN, writer->folder, NULL, 0,
			"name");
	}
}

static pid_t start_writer(const char *path)
{
	pid_t pid = fork();
	struct writer writer = { 0 };
	int fd;

	if (pid)
		return pid;
	fd = open(path, O_RDWR);
	writer.map =
		mmap(NULL, CAPACITY, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (writer.map == MAP_FAILED)
		_exit(1);
	writer.header = (void *)writer.map;
	write_events(&writer);
	_exit(0);
}

/* Answers the number of events. */
static size_t check(const char *path, bool whole)
{
	struct pedigree_evlog *log = pedigree_evlog_new();
	size_t n;

	assert_int_equal(pedigree_evlog_add(log, path, NULL), 0);
	assert_int_equal(log->loss.bad_frames, 0);
	assert_int_equal(log->loss.unknown, 0);
	for (size_t i = 0; i < log->n_events; i++) {
		const struct pedigree_event *event = &log->events[i];

		assert_int_equal(event->process, 0);
		if (event->type != PEDIGREE_EV_OPEN)
			continue;
		assert_string_equal(log->folders[event->folder],
				    "/some/folder");
		assert_string_equal(event->text, "name");
	}
	if (whole)
		assert_int_equal(log->loss.torn_chunks, 0);
	n = log->n_events;
	pedigree_evlog_free(log);
	return n;
}

static void test_a_log_can_be_read_while_it_is_written(void **state)
{
	const char *path = test_path("live.events");
	struct test_log log;
	size_t before = 0;
	int status;
	pid_t pid;

	(void)state;
	test_log_begin(&log, "run", "host");
	test_log_header(&log)->capacity = CAPACITY;
	test_log_write(path, log.bytes.data, log.bytes.len, CAPACITY);
	test_log_clear(&log);
	pid = start_writer(path);
	assert_true(pid > 0);
	while (waitpid(pid, &status, WNOHANG) == 0) {
		size_t now = check(path, false);

		assert_true(now >= before);
		before = now;
	}
	assert_int_equal(status, 0);
	/* One PROCESS, and all the opens. */
	assert_int_equal(check(path, true), EVENTS + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_log_can_be_read_while_it_is_written),
	};

	return cmocka_run_group_tests(tests, test_folder_make,
				      test_folder_remove);
}
