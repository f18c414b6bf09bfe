/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Logs that were cut, damaged or made by an enemy: refused, or read as far as
 * they make sense with a count of what was lost.
 */
#include "config.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <cmocka.h>

#include "evlog/reader.h"
#include "tests/unit/support/alloc.h"
#include "tests/unit/support/folder.h"
#include "tests/unit/support/log.h"

/* Everything a log can hold, in four chunks. */
static void make_sample(struct test_log *log)
{
	const struct pedigree_old old = { 1, 2, 3, 4 };
	const struct pedigree_blind blind = { .kind = 17 };
	struct pedigree_two two = { 0 };
	uint32_t cwd, process, child;

	test_log_begin(log, "run", "host");
	test_log_chunk(log, 1024, 10, 0);
	cwd = test_log_folder(log, 0, "/cwd");
	process = test_log_process(log, cwd, 10, 1, "python3");
	two.folder = test_log_folder(log, cwd, "sub");
	test_log_open(log, PEDIGREE_F_READ, cwd, "in.csv");
	test_log_chunk(log, 1024, 11, 0);
	child = test_log_fork(log, 11, 10, process);
	for (uint8_t type = PEDIGREE_EV_RENAME; type <= PEDIGREE_EV_SYMLINK;
	     type++)
		test_log_add(log, &(struct test_frame){
					  .type = type,
					  .folder = cwd,
					  .body = &two,
					  .body_size = sizeof(two),
					  .text = { "from", "to" },
				  });
	test_log_chunk(log, 1024, 10, process);
	test_log_add(log, &(struct test_frame){
				  .type = PEDIGREE_EV_UNLINK,
				  .flags = PEDIGREE_F_OLD,
				  .folder = two.folder,
				  .old = &old,
				  .text = { "gone" },
			  });
	test_log_add(log, &(struct test_frame){
				  .type = PEDIGREE_EV_BLIND,
				  .body = &blind,
				  .body_size = sizeof(blind),
				  .text = { "/usr/bin/static" },
			  });
	test_log_chunk(log, 1024, 11, child);
	test_log_add(log, &(struct test_frame){
				  .type = PEDIGREE_EV_PARAM,
				  .text = { "lr", "0.1" },
			  });
	test_log_add(log, &(struct test_frame){ .type = PEDIGREE_EV_EXIT });
	test_log_end(log);
}

#define SAMPLE_EVENTS 10u

static size_t lost(const struct pedigree_evlog *log)
{
	return log->loss.torn_chunks + log->loss.bad_frames + log->loss.unknown;
}

/* Every pointer and index of a log leads somewhere. */
static void assert_sound(const struct pedigree_evlog *log)
{
	struct pedigree_buf path = PEDIGREE_BUF_INIT;
	size_t bytes = 0;

	for (size_t i = 0; i < log->n_folders; i++)
		assert_int_equal(log->folders[i][0], '/');
	for (size_t i = 0; i < log->n_processes; i++) {
		const struct pedigree_process *process = &log->processes[i];
		const char *arg = process->args;

		assert_true(process->host < log->n_hosts);
		assert_true(process->image == PEDIGREE_NONE ||
			    (process->image < log->n_processes &&
			     !log->processes[process->image].forked));
		assert_true(process->cwd == PEDIGREE_NONE ||
			    process->cwd < log->n_folders);
		bytes += strlen(process->program);
		for (uint32_t n = 0; n < process->argc; n++)
			arg += strlen(arg) + 1;
	}
	for (size_t i = 0; i < log->n_events; i++) {
		const struct pedigree_event *event = &log->events[i];

		assert_true(event->process < log->n_processes);
		assert_true(event->folder == PEDIGREE_NONE ||
			    event->folder < log->n_folders);
		assert_true(event->folder2 == PEDIGREE_NONE ||
			    event->folder2 < log->n_folders);
		assert_non_null(pedigree_event_word(event->type));
		pedigree_evlog_path(log, event->folder, event->text, &path);
		bytes += path.len + strlen(event->text2) + strlen(event->text3);
		if (event->old)
			bytes += event->old->size & 1;
	}
	assert_true(bytes < SIZE_MAX);
	pedigree_buf_clear(&path);
}

/* Reads a file into a log of its own; NULL when it is refused. */
static struct pedigree_evlog *read_file(const char *path)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree_evlog *log = pedigree_evlog_new();
	int result;

	assert_non_null(log);
	result = pedigree_evlog_add(log, path, &err);
	if (result == 0) {
		assert_sound(log);
		return log;
	}
	assert_int_equal(result, PEDIGREE_EFORMAT);
	assert_int_equal(err.code, PEDIGREE_EFORMAT);
	assert_non_null(strstr(err.text, path));
	assert_int_equal(log->n_events + log->n_processes + log->n_folders +
				 log->n_hosts,
			 0);
	pedigree_evlog_free(log);
	return NULL;
}

static void test_every_truncation_is_read_as_far_as_it_goes(void **state)
{
	const char *path = test_path("cut.events");
	struct test_log sample;
	size_t last = 0;

	(void)state;
	make_sample(&sample);
	for (size_t n = 0; n <= sample.bytes.len; n++) {
		struct pedigree_evlog *log;

		test_log_write(path, sample.bytes.data, n, 0);
		log = read_file(path);
		assert_int_equal(log == NULL, n < PEDIGREE_LOG_HEADER_SIZE);
		if (!log)
			continue;
		assert_true(log->n_events >= last);
		assert_int_equal(lost(log) == 0, n == sample.bytes.len);
		assert_int_equal(log->loss.torn_bytes == 0,
				 n == sample.bytes.len);
		last = log->n_events;
		pedigree_evlog_free(log);
	}
	assert_int_equal(last, SAMPLE_EVENTS);
	test_log_clear(&sample);
}

/* A frame that vanishes must leave a trace in the counts. */
static void check_damaged(const char *path)
{
	struct pedigree_evlog *log = read_file(path);

	if (log && log->n_events < SAMPLE_EVENTS)
		assert_true(lost(log) > 0);
	pedigree_evlog_free(log);
}

static void test_every_damaged_byte_is_survived(void **state)
{
	static const unsigned char masks[] = { 0x01, 0x80, 0xff };
	const char *path = test_path("damaged.events");
	struct test_log sample;
	int fd;

	(void)state;
	make_sample(&sample);
	test_log_write(path, sample.bytes.data, sample.bytes.len, 0);
	fd = open(path, O_WRONLY);
	assert_true(fd >= 0);
	for (size_t at = 0; at < sample.bytes.len; at++) {
		unsigned char good = (unsigned char)sample.bytes.data[at];

		for (size_t i = 0; i < sizeof(masks); i++) {
			unsigned char bad = good ^ masks[i];

			assert_int_equal(pwrite(fd, &bad, 1, (off_t)at), 1);
			check_damaged(path);
		}
		assert_int_equal(pwrite(fd, &good, 1, (off_t)at), 1);
	}
	close(fd);
	test_log_clear(&sample);
}

/* The same sequence on every machine. */
static uint32_t noise(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (uint32_t)(*state >> 33);
}

static void test_noise_is_refused(void **state)
{
	const char *path = test_path("noise.events");
	uint64_t seed = 1;
	char bytes[6000];

	(void)state;
	for (int round = 0; round < 50; round++) {
		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = (char)noise(&seed);
		test_log_write(path, bytes, sizeof(bytes), 0);
		assert_null(read_file(path));
	}
}

/* Noise where it hurts: in frames whose heads and chunks look right. */
static void test_noise_in_frames_is_survived(void **state)
{
	const char *path = test_path("frames.events");
	uint64_t seed = 2;

	(void)state;
	for (int round = 0; round < 400; round++) {
		struct pedigree_evlog *log;
		struct test_log bad;
		size_t start;

		test_log_begin(&bad, "run", "host");
		for (uint32_t i = 0; i < 4; i++) {
			test_log_chunk(&bad, 2048, noise(&seed) % 4,
				       i ? noise(&seed) % 1024 : 0);
			while (bad.bytes.len % 2048 < 1800) {
				test_log_add(
					&bad,
					&(struct test_frame){
						.type = (uint8_t)(noise(&seed) %
								  16),
						.flags = (uint8_t)noise(&seed),
						.folder = noise(&seed) % 1536,
						.text = { "/abcdefg",
							  "hijklmn" },
					});
				start = bad.bytes.len - 8;
				bad.bytes.data[start + noise(&seed) % 8] =
					(char)noise(&seed);
			}
		}
		test_log_end(&bad);
		test_log_header(&bad)->capacity = noise(&seed);
		test_log_write(path, bad.bytes.data, bad.bytes.len, 0);
		log = read_file(path);
		assert_non_null(log);
		pedigree_evlog_free(log);
		test_log_clear(&bad);
	}
}

static void test_folders_in_a_circle_have_no_path(void **state)
{
	const char *path = test_path("circle.events");
	uint32_t first, second, itself, good, forward;
	struct pedigree_evlog *log;
	struct test_log bad;

	(void)state;
	test_log_begin(&bad, "run", "host");
	test_log_chunk(&bad, 2048, 10, 0);
	test_log_process(&bad, 0, 10, 1, "a");
	/* Each of these frames is 32 bytes: 4 units of 8. */
	first = (uint32_t)(bad.bytes.len / 8);
	second = first + 4;
	assert_int_equal(test_log_folder(&bad, second, "x"), first);
	assert_int_equal(test_log_folder(&bad, first, "y"), second);
	itself = (uint32_t)(bad.bytes.len / 8);
	test_log_folder(&bad, itself, "z");
	forward = test_log_folder(&bad, itself + 8, "early");
	good = test_log_folder(&bad, 0, "/good");
	assert_int_equal(good, itself + 8);
	test_log_open(&bad, PEDIGREE_F_READ, first, "1");
	test_log_open(&bad, PEDIGREE_F_READ, itself, "2");
	test_log_open(&bad, PEDIGREE_F_READ, forward, "3");
	test_log_open(&bad, PEDIGREE_F_READ, 0xffffffff, "4");
	test_log_open(&bad, PEDIGREE_F_READ, good, "5");
	test_log_end(&bad);
	test_log_write(path, bad.bytes.data, bad.bytes.len, 0);
	log = read_file(path);
	assert_non_null(log);
	assert_int_equal(log->n_folders, 1);
	assert_string_equal(log->folders[0], "/good");
	assert_int_equal(log->n_events, 6);
	for (size_t i = 1; i < 5; i++)
		assert_int_equal(log->events[i].folder, PEDIGREE_NONE);
	assert_int_equal(log->events[5].folder, 0);
	/* Four folders without a path, four events without a folder. */
	assert_int_equal(log->loss.bad_frames, 8);
	pedigree_evlog_free(log);
	test_log_clear(&bad);
}

/* Each folder is a letter longer than the last: paths of O(n²) bytes. */
static void test_nested_folders_cannot_fill_the_memory(void **state)
{
	enum {
		CHUNKS = 64,
		CHUNK = 65536
	};
	const char *path = test_path("nested.events");
	struct pedigree_evlog *log;
	struct test_log bad;
	uint32_t folder = 0;
	size_t bytes = 0;

	(void)state;
	test_log_begin(&bad, "run", "host");
	for (int i = 0; i < CHUNKS; i++) {
		test_log_chunk(&bad, CHUNK, 10, 0);
		while (bad.bytes.len + 32 <= bad.chunk + CHUNK)
			folder = test_log_folder(&bad, folder,
						 folder ? "a" : "/a");
	}
	test_log_end(&bad);
	test_log_write(path, bad.bytes.data, bad.bytes.len, 0);
	log = read_file(path);
	assert_non_null(log);
	for (size_t i = 0; i < log->n_folders; i++)
		bytes += strlen(log->folders[i]);
	assert_true(log->n_folders > 1000);
	assert_true(bytes <= bad.bytes.len * 16 + (1u << 20));
	assert_true(log->loss.bad_frames > 0);
	pedigree_evlog_free(log);
	test_log_clear(&bad);
}

static void test_a_huge_sparse_log_is_read_at_once(void **state)
{
	const char *path = test_path("huge.events");
	uint64_t far = PEDIGREE_LOG_MAX - 2048, self;
	struct pedigree_evlog *log;
	struct timespec start, end;
	struct test_log bad;
	int fd;

	(void)state;
	make_sample(&bad);
	test_log_header(&bad)->cursor = UINT64_MAX;
	test_log_header(&bad)->capacity = UINT64_MAX;
	test_log_header(&bad)->seq = UINT64_MAX;
	test_log_write(path, bad.bytes.data, bad.bytes.len, 0);
	fd = open(path, O_WRONLY);
	assert_true(fd >= 0);
	if (ftruncate(fd, (off_t)PEDIGREE_LOG_MAX) < 0) {
		close(fd);
		skip();
	}
	/* The first chunk once more, at the far end. */
	self = far ^ test_log_header(&bad)->salt;
	memcpy(bad.bytes.data + 4096, &self, sizeof(self));
	assert_int_equal(pwrite(fd, bad.bytes.data + 4096, 1024, (off_t)far),
			 1024);
	close(fd);
	clock_gettime(CLOCK_MONOTONIC, &start);
	log = read_file(path);
	clock_gettime(CLOCK_MONOTONIC, &end);
	assert_non_null(log);
	assert_int_equal(log->n_events, SAMPLE_EVENTS + 2);
	assert_true(log->loss.torn_bytes > PEDIGREE_LOG_MAX / 2);
	assert_true(end.tv_sec - start.tv_sec < 10);
	pedigree_evlog_free(log);
	test_log_clear(&bad);
	assert_int_equal(remove(path), 0);
}

static void test_a_cursor_set_back_hides_nothing(void **state)
{
	const char *path = test_path("back.events");
	struct pedigree_evlog *log;
	struct test_log bad;

	(void)state;
	make_sample(&bad);
	test_log_header(&bad)->cursor = 0;
	test_log_header(&bad)->seq = 3;
	test_log_write(path, bad.bytes.data, bad.bytes.len, UINT64_C(1) << 30);
	log = read_file(path);
	assert_non_null(log);
	assert_int_equal(log->n_events, SAMPLE_EVENTS);
	assert_int_equal(log->loss.bad_frames, 1);
	pedigree_evlog_free(log);
	test_log_clear(&bad);
}

static void test_a_chunk_too_large_does_not_swallow_the_next(void **state)
{
	const char *path = test_path("large.events");
	struct pedigree_evlog *log;
	struct test_log bad;
	uint32_t size = PEDIGREE_CHUNK_MAX;

	(void)state;
	make_sample(&bad);
	memcpy(bad.bytes.data + 4096 + 8, &size, sizeof(size));
	test_log_write(path, bad.bytes.data, bad.bytes.len, 0);
	log = read_file(path);
	assert_non_null(log);
	assert_int_equal(log->n_events, SAMPLE_EVENTS);
	pedigree_evlog_free(log);
	test_log_clear(&bad);
}

static void test_unknown_events_are_counted_and_passed_over(void **state)
{
	const char *path = test_path("unknown.events");
	struct pedigree_evlog *log;
	struct test_log future;

	(void)state;
	test_log_begin(&future, "run", "host");
	test_log_chunk(&future, 1024, 10, 0);
	test_log_process(&future, 0, 10, 1, "a");
	for (unsigned int type = 250; type <= 255; type++)
		test_log_add(&future, &(struct test_frame){
					      .type = (uint8_t)type,
					      .flags = 0xff,
					      .text = { "what", "is", "this" },
				      });
	test_log_open(&future, PEDIGREE_F_READ, 0, "/known");
	test_log_end(&future);
	test_log_write(path, future.bytes.data, future.bytes.len, 0);
	log = read_file(path);
	assert_non_null(log);
	assert_int_equal(log->loss.unknown, 6);
	assert_int_equal(log->loss.bad_frames, 0);
	assert_int_equal(log->n_events, 2);
	assert_string_equal(log->events[1].text, "/known");
	pedigree_evlog_free(log);
	test_log_clear(&future);
}

static void assert_refused(struct test_log *bad, const char *reason)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree_evlog *log = pedigree_evlog_new();
	const char *path = test_path("refused.events");

	test_log_write(path, bad->bytes.data, bad->bytes.len, 0);
	assert_int_equal(pedigree_evlog_add(log, path, &err), PEDIGREE_EFORMAT);
	assert_non_null(strstr(err.text, reason));
	pedigree_evlog_free(log);
	test_log_clear(bad);
}

static void test_a_log_of_another_kind_is_refused_with_its_reason(void **state)
{
	struct test_log bad;

	(void)state;
	make_sample(&bad);
	test_log_header(&bad)->version = 2;
	assert_refused(&bad, "of version 2");
	make_sample(&bad);
	test_log_header(&bad)->byte_order = 0x04030201;
	assert_refused(&bad, "byte order");
	make_sample(&bad);
	test_log_header(&bad)->grain = 0;
	assert_refused(&bad, "damaged");
}

static void test_what_is_no_file_is_refused(void **state)
{
	const char *fifo = test_path("fifo.events");

	(void)state;
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_null(read_file(fifo));
	assert_null(read_file(test_folder));
}

static int read_with_failures(const char *folder, unsigned int n,
			      bool *ret_failed)
{
	struct pedigree_evlog *log;
	int result = PEDIGREE_ENOMEM;

	alloc_fail_at(n);
	log = pedigree_evlog_new();
	if (log)
		result = pedigree_evlog_read(log, folder, NULL, NULL);
	*ret_failed = alloc_failed();
	if (log && result < 0) {
		/* As it was before the log that failed. */
		assert_sound(log);
		assert_int_equal(log->n_events % SAMPLE_EVENTS, 0);
	}
	if (result == 0)
		assert_int_equal(log->n_events, 2 * SAMPLE_EVENTS);
	pedigree_evlog_free(log);
	return result;
}

static void test_every_allocation_may_fail(void **state)
{
	const char *folder = test_path("memory");
	struct test_log sample;
	unsigned int n = 1;
	bool failed;

	(void)state;
	make_sample(&sample);
	assert_int_equal(mkdir(folder, 0700), 0);
	test_log_write(test_path("memory/a.events"), sample.bytes.data,
		       sample.bytes.len, 0);
	test_log_write(test_path("memory/b.events"), sample.bytes.data,
		       sample.bytes.len, 0);
	for (;; n++) {
		int result = read_with_failures(folder, n, &failed);

		assert_int_equal(result, failed ? PEDIGREE_ENOMEM : 0);
		if (!failed)
			break;
	}
	assert_true(n > 20);
	test_log_clear(&sample);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_every_truncation_is_read_as_far_as_it_goes),
		cmocka_unit_test(test_every_damaged_byte_is_survived),
		cmocka_unit_test(test_noise_is_refused),
		cmocka_unit_test(test_noise_in_frames_is_survived),
		cmocka_unit_test(test_folders_in_a_circle_have_no_path),
		cmocka_unit_test(test_nested_folders_cannot_fill_the_memory),
		cmocka_unit_test(test_a_huge_sparse_log_is_read_at_once),
		cmocka_unit_test(test_a_cursor_set_back_hides_nothing),
		cmocka_unit_test(
			test_a_chunk_too_large_does_not_swallow_the_next),
		cmocka_unit_test(
			test_unknown_events_are_counted_and_passed_over),
		cmocka_unit_test(
			test_a_log_of_another_kind_is_refused_with_its_reason),
		cmocka_unit_test(test_what_is_no_file_is_refused),
		cmocka_unit_test(test_every_allocation_may_fail),
	};

	return cmocka_run_group_tests(tests, test_folder_make,
				      test_folder_remove);
}
