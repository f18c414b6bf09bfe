/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Logs as writers leave them: whole, killed in the middle, of several hosts.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "evlog/reader.h"
#include "tests/unit/support/folder.h"
#include "tests/unit/support/log.h"

static struct pedigree_evlog *read_log(const struct test_log *log)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree_evlog *read = pedigree_evlog_new();
	const char *path = test_path("one.events");

	test_log_write(path, log->bytes.data, log->bytes.len, 0);
	assert_non_null(read);
	assert_int_equal(pedigree_evlog_add(read, path, &err), 0);
	pedigree_evlog_sort(read);
	return read;
}

static void assert_nothing_lost(const struct pedigree_evlog *log)
{
	const struct pedigree_loss none = { 0 };

	assert_memory_equal(&log->loss, &none, sizeof(none));
}

static void assert_path(const struct pedigree_evlog *log, uint32_t folder,
			const char *text, const char *expected)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;

	assert_true(pedigree_evlog_path(log, folder, text, &path));
	assert_string_equal(path.data, expected);
	assert_int_equal(path.len, strlen(expected));
}

static void test_an_event_comes_back_as_it_was_written(void **state)
{
	const struct pedigree_old old = { 5, 6, 7, 8 };
	struct pedigree_two two = { 0 };
	struct pedigree_blind blind = { .kind = PEDIGREE_BLIND_IO_URING };
	struct pedigree_evlog *read;
	struct test_log log;
	uint32_t home, data;

	(void)state;
	test_log_begin(&log, "run-1", "host-1");
	test_log_chunk(&log, 2048, 42, 0);
	home = test_log_folder(&log, 0, "/home/me");
	test_log_process(&log, home, 42, 1, "./train");
	data = test_log_folder(&log, home, "data/../data");
	two.folder = home;
	test_log_open(&log, PEDIGREE_F_READ, data, "a b\n.csv");
	test_log_add(&log, &(struct test_frame){
				   .type = PEDIGREE_EV_RENAME,
				   .flags = PEDIGREE_F_OLD,
				   .folder = data,
				   .old = &old,
				   .body = &two,
				   .body_size = sizeof(two),
				   .text = { "tmp", "model.bin" },
			   });
	test_log_add(&log, &(struct test_frame){
				   .type = PEDIGREE_EV_BLIND,
				   .body = &blind,
				   .body_size = sizeof(blind),
			   });
	test_log_add(&log, &(struct test_frame){
				   .type = PEDIGREE_EV_DEPLOY,
				   .text = { "endpoint", "", "s3://m/m" },
			   });
	test_log_add(&log, &(struct test_frame){ .type = PEDIGREE_EV_EXIT });
	test_log_end(&log);

	read = read_log(&log);
	assert_nothing_lost(read);
	assert_int_equal(read->n_hosts, 1);
	assert_string_equal(read->hosts[0], "host-1");
	assert_int_equal(read->expected, 1);
	assert_int_equal(read->images, 1);
	assert_int_equal(read->n_folders, 2);
	assert_int_equal(read->n_processes, 1);
	assert_int_equal(read->processes[0].pid, 42);
	assert_int_equal(read->processes[0].ppid, 1);
	assert_int_equal(read->processes[0].image, 0);
	assert_true(read->processes[0].ended);
	assert_false(read->processes[0].forked);
	assert_string_equal(read->processes[0].program, "./train");
	assert_int_equal(read->processes[0].argc, 1);
	assert_string_equal(read->processes[0].args, "./train");
	assert_path(read, read->processes[0].cwd, "", "/home/me");

	assert_int_equal(read->n_events, 6);
	assert_int_equal(read->events[0].type, PEDIGREE_EV_PROCESS);
	assert_int_equal(read->events[1].type, PEDIGREE_EV_OPEN);
	assert_int_equal(read->events[1].flags, PEDIGREE_F_READ);
	assert_null(read->events[1].old);
	assert_path(read, read->events[1].folder, read->events[1].text,
		    "/home/me/data/a b\n.csv");
	assert_path(read, read->events[2].folder, read->events[2].text,
		    "/home/me/data/tmp");
	assert_path(read, read->events[2].folder2, read->events[2].text2,
		    "/home/me/model.bin");
	assert_memory_equal(read->events[2].old, &old, sizeof(old));
	assert_int_equal(read->events[3].number, PEDIGREE_BLIND_IO_URING);
	assert_string_equal(read->events[3].text, "");
	assert_string_equal(read->events[4].text, "endpoint");
	assert_string_equal(read->events[4].text2, "");
	assert_string_equal(read->events[4].text3, "s3://m/m");
	assert_int_equal(read->events[5].type, PEDIGREE_EV_EXIT);
	for (size_t i = 0; i < read->n_events; i++)
		assert_int_equal(read->events[i].process, 0);
	pedigree_evlog_free(read);
	test_log_clear(&log);
}

static void test_an_exchange_has_the_fields_it_says(void **state)
{
	struct pedigree_exchange exchange = {
		.sent = 3,
		.received = 5,
		.status = 200,
		.query = PEDIGREE_QUERY_PART,
		.method = PEDIGREE_METHOD_PUT,
		.service = PEDIGREE_SERVICE_S3,
		.fields = 2,
	};
	struct test_frame frame = {
		.type = PEDIGREE_EV_EXCHANGE,
		.body = &exchange,
		.body_size = sizeof(exchange),
		.text = { "https://b.s3.amazonaws.com", "/k", "etag", "\"1\"",
			  "x-amz-version-id", "7" },
	};
	const struct pedigree_wire *wire;
	struct pedigree_evlog *read;
	struct test_log log;

	(void)state;
	test_log_begin(&log, "run-1", "host-1");
	test_log_chunk(&log, 2048, 42, 0);
	test_log_process(&log, 0, 42, 1, "aws");
	test_log_add(&log, &frame);
	exchange.fields = 12;
	test_log_add(&log, &frame);
	test_log_end(&log);

	read = read_log(&log);
	assert_int_equal(read->loss.bad_frames, 1);
	assert_int_equal(read->n_events, 2);
	assert_null(read->events[0].wire);
	wire = read->events[1].wire;
	assert_string_equal(read->events[1].text2, "/k");
	assert_int_equal(wire->head.received, 5);
	assert_string_equal(pedigree_method_word(wire->head.method), "PUT");
	assert_string_equal(pedigree_wire_field(wire, "etag"), "\"1\"");
	assert_string_equal(pedigree_wire_field(wire, "x-amz-version-id"), "7");
	assert_null(pedigree_wire_field(wire, "7"));
	pedigree_evlog_free(read);
	test_log_clear(&log);
}

static void test_a_log_without_chunks_has_no_events(void **state)
{
	struct pedigree_evlog *read;
	struct test_log log;

	(void)state;
	test_log_begin(&log, "run", "host");
	test_log_end(&log);
	read = read_log(&log);
	assert_nothing_lost(read);
	assert_int_equal(read->n_events, 0);
	pedigree_evlog_free(read);
	test_log_clear(&log);
}

static void test_relative_text_without_folder_stays_as_it_is(void **state)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	struct pedigree_evlog *log = pedigree_evlog_new();

	(void)state;
	assert_false(pedigree_evlog_path(log, PEDIGREE_NONE, "a/b", &path));
	assert_string_equal(path.data, "a/b");
	assert_true(pedigree_evlog_path(log, PEDIGREE_NONE, "/a/./b", &path));
	assert_string_equal(path.data, "/a/b");
	pedigree_evlog_free(log);
}

/* A parent, its forked child, and what the child then executed. */
static void test_chunks_are_attributed_to_their_processes(void **state)
{
	uint32_t parent, child, image;
	struct pedigree_evlog *read;
	struct test_log log;

	(void)state;
	test_log_begin(&log, "run", "host");
	test_log_chunk(&log, 1024, 10, 0);
	parent = test_log_process(&log, 0, 10, 1, "/bin/sh");
	test_log_open(&log, PEDIGREE_F_READ, 0, "/by/parent");
	test_log_chunk(&log, 1024, 11, 0);
	child = test_log_fork(&log, 11, 10, parent);
	test_log_open(&log, PEDIGREE_F_READ, 0, "/by/child");
	test_log_chunk(&log, 1024, 10, parent);
	test_log_open(&log, PEDIGREE_F_READ, 0, "/by/parent");
	test_log_chunk(&log, 1024, 11, child);
	test_log_open(&log, PEDIGREE_F_READ, 0, "/by/child");
	test_log_chunk(&log, 1024, 11, 0);
	image = test_log_process(&log, 0, 11, 10, "/bin/true");
	test_log_open(&log, PEDIGREE_F_READ, 0, "/by/image");
	test_log_end(&log);
	assert_true(image > child);

	read = read_log(&log);
	assert_nothing_lost(read);
	assert_int_equal(read->n_processes, 3);
	assert_true(read->processes[1].forked);
	assert_int_equal(read->processes[1].image, 0);
	assert_int_equal(read->processes[1].pid, 11);
	assert_int_equal(read->processes[2].image, 2);
	assert_string_equal(read->processes[2].program, "/bin/true");
	for (size_t i = 0; i < read->n_events; i++) {
		const struct pedigree_event *event = &read->events[i];
		static const char *const by[] = { "/by/parent", "/by/child",
						  "/by/image" };

		if (event->type == PEDIGREE_EV_OPEN)
			assert_string_equal(event->text, by[event->process]);
	}
	pedigree_evlog_free(read);
	test_log_clear(&log);
}

static void test_a_lost_process_is_known_by_its_pid(void **state)
{
	struct pedigree_evlog *read;
	struct test_log log;

	(void)state;
	test_log_begin(&log, "run", "host");
	test_log_chunk(&log, 1024, 10, 0);
	test_log_process(&log, 0, 10, 1, "/bin/sh");
	test_log_chunk(&log, 1024, 10, 77); /* 77: nothing */
	test_log_open(&log, PEDIGREE_F_READ, 0, "/known");
	for (int i = 0; i < 2; i++) {
		test_log_chunk(&log, 1024, 12, 0);
		test_log_open(&log, PEDIGREE_F_READ, 0, "/unknown");
	}
	test_log_end(&log);

	read = read_log(&log);
	assert_int_equal(read->loss.bad_frames, 3);
	assert_int_equal(read->n_processes, 2);
	assert_int_equal(read->events[1].process, 0);
	assert_int_equal(read->events[2].process, 1);
	assert_int_equal(read->events[3].process, 1);
	assert_int_equal(read->processes[1].pid, 12);
	assert_int_equal(read->processes[1].image, PEDIGREE_NONE);
	assert_string_equal(read->processes[1].program, "");
	pedigree_evlog_free(read);
	test_log_clear(&log);
}

static void
test_a_thread_may_write_while_another_tells_who_the_process_is(void **state)
{
	struct pedigree_evlog *read;
	struct test_log log;

	(void)state;
	test_log_begin(&log, "run", "host");
	test_log_chunk(&log, 1024, 10, 0);
	test_log_open(&log, PEDIGREE_F_READ, 0, "/early");
	test_log_chunk(&log, 1024, 10, 0);
	test_log_process(&log, 0, 10, 1, "/bin/sh");
	test_log_end(&log);

	read = read_log(&log);
	assert_int_equal(read->n_processes, 1);
	assert_string_equal(read->processes[0].program, "/bin/sh");
	assert_int_equal(read->events[0].process, 0);
	pedigree_evlog_free(read);
	test_log_clear(&log);
}

static void test_events_come_in_order_of_their_numbers(void **state)
{
	struct pedigree_evlog *read;
	struct test_log log;
	uint32_t first;

	(void)state;
	test_log_begin(&log, "run", "host");
	test_log_chunk(&log, 1024, 10, 0);
	log.seq = 100;
	first = test_log_process(&log, 0, 10, 1, "a");
	test_log_open(&log, PEDIGREE_F_READ, 0, "/third");
	test_log_chunk(&log, 1024, 10, first);
	log.seq = 50;
	test_log_open(&log, PEDIGREE_F_READ, 0, "/first");
	log.seq = 102;
	test_log_end(&log);
	read = read_log(&log);
	assert_nothing_lost(read);
	assert_string_equal(read->events[0].text, "/first");
	assert_string_equal(read->events[1].text, "a");
	assert_string_equal(read->events[2].text, "/third");
	pedigree_evlog_free(read);
	test_log_clear(&log);
}

/* kill -9 between claiming a chunk and writing its header. */
static void test_a_claim_without_header_is_counted(void **state)
{
	struct pedigree_evlog *read;
	struct test_log log;
	uint32_t first;

	(void)state;
	test_log_begin(&log, "run", "host");
	test_log_chunk(&log, 2048, 10, 0);
	first = test_log_process(&log, 0, 10, 1, "a");
	test_log_chunk(&log, 3072, 11, 0);
	memset(log.bytes.data + log.chunk, 0, sizeof(struct pedigree_chunk));
	log.chunk = 0;
	while (log.bytes.len < 4096 + 2048 + 3072)
		pedigree_buf_add_char(&log.bytes, 0);
	test_log_chunk(&log, 1024, 10, first);
	test_log_open(&log, PEDIGREE_F_READ, 0, "/later");
	test_log_end(&log);
	read = read_log(&log);
	assert_int_equal(read->loss.torn_chunks, 1);
	assert_int_equal(read->loss.torn_bytes, 3072);
	assert_int_equal(read->n_events, 2);
	assert_string_equal(read->events[1].text, "/later");
	pedigree_evlog_free(read);
	test_log_clear(&log);
}

/* kill -9 between writing a frame's body and publishing it. */
static void test_a_torn_frame_ends_its_chunk(void **state)
{
	struct pedigree_evlog *read;
	struct test_log log;
	uint32_t first, torn;

	(void)state;
	test_log_begin(&log, "run", "host");
	test_log_chunk(&log, 1024, 10, 0);
	first = test_log_process(&log, 0, 10, 1, "a");
	torn = test_log_open(&log, PEDIGREE_F_READ, 0, "/torn");
	memset(log.bytes.data + torn * (size_t)8, 0, 8);
	test_log_chunk(&log, 1024, 10, first);
	test_log_open(&log, PEDIGREE_F_READ, 0, "/later");
	test_log_end(&log);
	read = read_log(&log);
	assert_int_equal(read->loss.torn_chunks, 1);
	assert_int_equal(read->loss.bad_frames, 0);
	assert_int_equal(read->n_events, 2);
	assert_string_equal(read->events[1].text, "/later");
	pedigree_evlog_free(read);
	test_log_clear(&log);
}

static void test_what_writers_dropped_is_told(void **state)
{
	struct pedigree_evlog *read;
	struct test_log log;

	(void)state;
	test_log_begin(&log, "run", "host");
	test_log_header(&log)->dropped[PEDIGREE_DROP_SPACE] = 7;
	test_log_header(&log)->dropped[PEDIGREE_DROP_SCRATCH] = UINT64_MAX;
	test_log_header(&log)->modes = PEDIGREE_MODE_WRITE;
	test_log_end(&log);
	read = read_log(&log);
	assert_int_equal(read->loss.dropped[PEDIGREE_DROP_SPACE], 7);
	assert_int_equal(read->modes, PEDIGREE_MODE_WRITE);
	/* Sums stay at the end of the scale. */
	assert_int_equal(
		pedigree_evlog_add(read, test_path("one.events"), NULL), 0);
	assert_int_equal(read->loss.dropped[PEDIGREE_DROP_SPACE], 14);
	assert_true(read->loss.dropped[PEDIGREE_DROP_SCRATCH] == UINT64_MAX);
	assert_int_equal(read->expected, 2);
	pedigree_evlog_free(read);
	test_log_clear(&log);
}

static void write_host(const char *folder, const char *host, uint64_t start_ns,
		       const char *const *paths, const int *seconds)
{
	struct pedigree_buf name = PEDIGREE_BUF_INIT;
	struct test_log log;

	test_log_begin(&log, "run", host);
	test_log_chunk(&log, 1024, 10, 0);
	log.time_ns = start_ns;
	test_log_process(&log, 0, 10, 1, host);
	for (int i = 0; paths[i]; i++) {
		log.time_ns = start_ns + (uint64_t)seconds[i] * 1000000000u;
		test_log_open(&log, PEDIGREE_F_READ, 0, paths[i]);
	}
	test_log_end(&log);
	pedigree_buf_addf(&name, "%s/%s.events", folder, host);
	test_log_write(name.data, log.bytes.data, log.bytes.len, 0);
	pedigree_buf_clear(&name);
	test_log_clear(&log);
}

static void test_hosts_are_merged_by_time_each_in_its_own_order(void **state)
{
	static const char *const a[] = { "/a1", "/a2", "/a3", NULL };
	static const char *const b[] = { "/b1", "/b2", NULL };
	static const char *const expected[] = { "a",   "b",   "/a1", "/b1",
						"/a2", "/a3", "/b2" };
	struct pedigree_evlog *log = pedigree_evlog_new();
	const char *folder = test_path("hosts");

	(void)state;
	assert_int_equal(mkdir(folder, 0700), 0);
	/* The clock of host a was set back after its second open. */
	write_host(folder, "a", 1000, a, (const int[]){ 1, 5, 2 });
	write_host(folder, "b", 2000, b, (const int[]){ 3, 6 });
	assert_int_equal(pedigree_evlog_read(log, folder, NULL, NULL), 0);
	assert_nothing_lost(log);
	assert_int_equal(log->n_hosts, 2);
	assert_int_equal(log->n_processes, 2);
	assert_int_equal(log->n_events, PEDIGREE_COUNT(expected));
	for (size_t i = 0; i < log->n_events; i++) {
		const struct pedigree_event *event = &log->events[i];
		uint32_t host = log->processes[event->process].host;

		assert_string_equal(event->text, expected[i]);
		assert_string_equal(log->hosts[host],
				    strchr(expected[i], 'a') ? "a" : "b");
	}
	pedigree_evlog_free(log);
}

static void test_an_unreadable_log_is_a_loss_beside_the_others(void **state)
{
	static const char *const paths[] = { "/x", NULL };
	_cleanup_buf_ struct pedigree_buf trouble = PEDIGREE_BUF_INIT;
	struct pedigree_evlog *log = pedigree_evlog_new();
	const char *folder = test_path("mixed");

	(void)state;
	assert_int_equal(mkdir(folder, 0700), 0);
	write_host(folder, "good", 1000, paths, (const int[]){ 1 });
	test_log_write(test_path("mixed/bad.events"), "noise", 5, 0);
	test_log_write(test_path("mixed/begin.json"), "{}", 2, 0);
	assert_int_equal(pedigree_evlog_read(log, folder, &trouble, NULL), 0);
	assert_int_equal(log->n_events, 2);
	assert_int_equal(log->n_hosts, 1);
	assert_int_equal(log->loss.torn_chunks, 1);
	assert_int_equal(log->loss.torn_bytes, 5);
	assert_non_null(strstr(trouble.data, "bad.events"));
	assert_int_equal(trouble.data[trouble.len - 1], '\n');
	pedigree_evlog_free(log);
}

static void test_a_missing_folder_is_not_found(void **state)
{
	struct pedigree_evlog *log = pedigree_evlog_new();

	(void)state;
	assert_int_equal(pedigree_evlog_read(log, test_path("none"), NULL,
					     NULL),
			 PEDIGREE_ENOTFOUND);
	assert_int_equal(pedigree_evlog_add(log, test_path("none"), NULL),
			 PEDIGREE_ENOTFOUND);
	pedigree_evlog_free(log);
}

static void test_every_number_has_its_word(void **state)
{
	(void)state;
	assert_string_equal(pedigree_event_word(PEDIGREE_EV_OPEN), "open");
	assert_string_equal(pedigree_event_word(PEDIGREE_EV_DEPLOY), "deploy");
	assert_null(pedigree_event_word(0));
	assert_null(pedigree_event_word(31));
	assert_null(pedigree_event_word(UINT32_MAX));
	assert_string_equal(pedigree_blind_word(PEDIGREE_BLIND_IO_URING),
			    "IoUring");
	assert_non_null(pedigree_blind_meaning(PEDIGREE_BLIND_TORN_LOG));
	assert_null(pedigree_blind_word(0));
	assert_null(pedigree_blind_meaning(UINT32_MAX));
	assert_string_equal(pedigree_drop_word(PEDIGREE_DROP_SPACE), "space");
	assert_string_equal(pedigree_drop_word(PEDIGREE_DROP_SCRATCH),
			    "scratch");
	assert_null(pedigree_drop_word(PEDIGREE_DROP_REASONS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_event_comes_back_as_it_was_written),
		cmocka_unit_test(test_an_exchange_has_the_fields_it_says),
		cmocka_unit_test(test_a_log_without_chunks_has_no_events),
		cmocka_unit_test(
			test_relative_text_without_folder_stays_as_it_is),
		cmocka_unit_test(test_chunks_are_attributed_to_their_processes),
		cmocka_unit_test(test_a_lost_process_is_known_by_its_pid),
		cmocka_unit_test(
			test_a_thread_may_write_while_another_tells_who_the_process_is),
		cmocka_unit_test(test_events_come_in_order_of_their_numbers),
		cmocka_unit_test(test_a_claim_without_header_is_counted),
		cmocka_unit_test(test_a_torn_frame_ends_its_chunk),
		cmocka_unit_test(test_what_writers_dropped_is_told),
		cmocka_unit_test(
			test_hosts_are_merged_by_time_each_in_its_own_order),
		cmocka_unit_test(
			test_an_unreadable_log_is_a_loss_beside_the_others),
		cmocka_unit_test(test_a_missing_folder_is_not_found),
		cmocka_unit_test(test_every_number_has_its_word),
	};

	return cmocka_run_group_tests(tests, test_folder_make,
				      test_folder_remove);
}
