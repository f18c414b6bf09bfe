/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Logs of every released version of the format stay readable. Each is kept
 * as text, fixtures/vN.events.hex, made once by this program:
 *
 *	tests/unit/test_evlog_fixture --print >…/fixtures/v1.events.hex
 *
 * doc/event-log.md explains the first chunk of it byte by byte.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/fs.h"
#include "evlog/reader.h"
#include "tests/unit/support/folder.h"
#include "tests/unit/support/log.h"

static void add_simple(struct test_log *log, uint8_t type, uint8_t flags,
		       uint32_t folder, const struct pedigree_old *old,
		       const char *text)
{
	test_log_add(log, &(struct test_frame){
				  .type = type,
				  .flags = flags,
				  .folder = folder,
				  .old = old,
				  .text = { text },
			  });
}

static void add_two(struct test_log *log, uint8_t type, uint8_t flags,
		    uint32_t folder, uint32_t folder2, const char *text,
		    const char *text2)
{
	const struct pedigree_two two = { .folder = folder2 };

	test_log_add(log, &(struct test_frame){
				  .type = type,
				  .flags = flags,
				  .folder = folder,
				  .body = &two,
				  .body_size = sizeof(two),
				  .text = { text, text2 },
			  });
}

static void add_words(struct test_log *log, uint8_t type, const char *text,
		      const char *text2, const char *text3)
{
	test_log_add(log, &(struct test_frame){
				  .type = type,
				  .text = { text, text2, text3 },
			  });
}

/* A training: the interpreter in the first chunk, a forked worker in the
   second, the rest of the interpreter's events in the third. */
static void make_fixture(struct test_log *log)
{
	const struct pedigree_image image = { .pid = 4242,
					      .ppid = 4000,
					      .argc = 2 };
	const struct pedigree_old old = { 2049, 1234567, 4096,
					  UINT64_C(1699999999000000000) };
	const struct pedigree_blind blind = { .kind = PEDIGREE_BLIND_STATIC };
	uint32_t home, data, python, child;

	test_log_begin(log, "train-1", "laptop");
	test_log_chunk(log, 1024, 4242, 0);
	home = test_log_folder(log, 0, "/home/me");
	python = test_log_add(log, &(struct test_frame){
					   .type = PEDIGREE_EV_PROCESS,
					   .flags = PEDIGREE_F_CUT,
					   .folder = home,
					   .body = &image,
					   .body_size = sizeof(image),
					   .text = { "/usr/bin/python3",
						     "python3", "train.py" },
				   });
	data = test_log_folder(log, home, "data");
	test_log_open(log, PEDIGREE_F_READ, data, "in.csv");
	add_simple(log, PEDIGREE_EV_LOADED, 0, 0, NULL, "/lib/libm.so.6");
	test_log_chunk(log, 1024, 4243, 0);
	child = test_log_fork(log, 4243, 4242, python);
	test_log_open(log,
		      PEDIGREE_F_WRITE | PEDIGREE_F_CREATE | PEDIGREE_F_TRUNC,
		      data, "out.tmp");
	add_simple(log, PEDIGREE_EV_OPEN,
		   PEDIGREE_F_WRITE | PEDIGREE_F_TRUNC | PEDIGREE_F_OLD, home,
		   &old, "model.bin");
	add_two(log, PEDIGREE_EV_RENAME, 0, data, home, "out.tmp", "model.bin");
	add_simple(log, PEDIGREE_EV_EXIT, 0, 0, NULL, NULL);
	assert_true(child > python);
	test_log_chunk(log, 2048, 4242, python);
	add_two(log, PEDIGREE_EV_LINK, 0, home, data, "model.bin", "copy");
	add_two(log, PEDIGREE_EV_SYMLINK, 0, 0, data, "../model.bin", "new");
	add_simple(log, PEDIGREE_EV_UNLINK, 0, data, NULL, "copy");
	add_simple(log, PEDIGREE_EV_TRUNCATE, PEDIGREE_F_OLD, data, &old,
		   "log \xff\n\"'");
	test_log_add(log, &(struct test_frame){
				  .type = PEDIGREE_EV_BLIND,
				  .body = &blind,
				  .body_size = sizeof(blind),
				  .text = { "/sbin/ldconfig" },
			  });
	add_words(log, PEDIGREE_EV_INPUT, "s3://b/train", "DataSet", NULL);
	add_words(log, PEDIGREE_EV_OUTPUT, "s3://b/model", NULL, NULL);
	add_words(log, PEDIGREE_EV_PARAM, "lr", "0.1", NULL);
	add_words(log, PEDIGREE_EV_TAG, "team", "vision", NULL);
	add_words(log, PEDIGREE_EV_METRIC, "auc", "0.93", NULL);
	add_words(log, PEDIGREE_EV_DEPLOY, "fraud", "", "model.bin");
	add_words(log, 200, "of a later release", NULL, NULL);
	test_log_end(log);
	test_log_header(log)->dropped[PEDIGREE_DROP_SPACE] = 3;
}

/* Lines of 16 bytes; those that hold nothing but zeroes are left out. */
static void print_hex(const struct pedigree_buf *bytes)
{
	static const char zero[16];

	printf("# SPDX-License-Identifier: Apache-2.0\n# offset: bytes; what is not listed is zero; size %zu\n",
	       bytes->len);
	for (size_t at = 0; at < bytes->len; at += 16) {
		const unsigned char *row = (unsigned char *)bytes->data + at;

		if (memcmp(row, zero, 16) == 0)
			continue;
		printf("%06zx:", at);
		for (int i = 0; i < 16; i++)
			printf(" %02x", row[i]);
		printf("\n");
	}
}

/* The kept logs are little-endian, and a reader refuses any other order. */
static void read_hex(const char *name, struct pedigree_buf *ret)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	const char *top = getenv("top_srcdir"), *line;
	size_t size;

	if (__BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__)
		skip();
	pedigree_buf_addf(&path, "%s/tests/unit/fixtures/%s", top ? top : ".",
			  name);
	assert_int_equal(pedigree_read_file(path.data, 1u << 20, &text, NULL),
			 0);
	line = strstr(text.data, "size ");
	assert_non_null(line);
	assert_int_equal(sscanf(line, "size %zu", &size), 1);
	assert_true(size < 1u << 20);
	assert_int_equal(pedigree_buf_reserve(ret, size), 0);
	memset(ret->data, 0, size + 1);
	ret->len = size;
	for (line = strchr(line, '\n'); line && line[1];
	     line = strchr(line + 1, '\n')) {
		char *at;
		size_t offset = strtoul(line + 1, &at, 16);

		assert_int_equal(*at++, ':');
		assert_true(offset + 16 <= size);
		for (int i = 0; i < 16; i++)
			ret->data[offset++] = (char)strtoul(at, &at, 16);
	}
}

static void test_the_generator_still_makes_version_1(void **state)
{
	_cleanup_buf_ struct pedigree_buf kept = PEDIGREE_BUF_INIT;
	struct test_log log;

	(void)state;
	read_hex("v1.events.hex", &kept);
	make_fixture(&log);
	assert_int_equal(log.bytes.len, kept.len);
	assert_memory_equal(log.bytes.data, kept.data, kept.len);
	test_log_clear(&log);
}

/* An event as a line: word, flags, process, paths, texts. */
static void describe(const struct pedigree_evlog *log,
		     const struct pedigree_event *event,
		     struct pedigree_buf *line)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;

	pedigree_buf_addf(line, "%s %02x %u", pedigree_event_word(event->type),
			  event->flags, log->processes[event->process].pid);
	pedigree_evlog_path(log, event->folder, event->text, &path);
	pedigree_buf_addf(line, " <%s>", path.data);
	pedigree_evlog_path(log, event->folder2, event->text2, &path);
	pedigree_buf_addf(line, " <%s> <%s>", path.data, event->text3);
	if (event->old)
		pedigree_buf_addf(line, " %ju:%ju %ju %ju",
				  (uintmax_t)event->old->device,
				  (uintmax_t)event->old->inode,
				  (uintmax_t)event->old->size,
				  (uintmax_t)event->old->mtime_ns);
	if (event->number)
		pedigree_buf_addf(line, " %s",
				  pedigree_blind_word(event->number));
}

static const char *const expected[] = {
	"process 01 4242 </usr/bin/python3> <> <>",
	"open 01 4242 </home/me/data/in.csv> <> <>",
	"loaded 00 4242 </lib/libm.so.6> <> <>",
	"fork 00 4243 <> <> <>",
	"open 0e 4243 </home/me/data/out.tmp> <> <>",
	"open 8a 4243 </home/me/model.bin> <> <> 2049:1234567 4096 1699999999000000000",
	"rename 00 4243 </home/me/data/out.tmp> </home/me/model.bin> <>",
	"exit 00 4243 <> <> <>",
	"link 00 4242 </home/me/model.bin> </home/me/data/copy> <>",
	"symlink 00 4242 <../model.bin> </home/me/data/new> <>",
	"unlink 00 4242 </home/me/data/copy> <> <>",
	"truncate 80 4242 </home/me/data/log \xff\n\"'> <> <> 2049:1234567 4096 1699999999000000000",
	"blind 00 4242 </sbin/ldconfig> <> <> StaticProgram",
	"input 00 4242 <s3://b/train> <DataSet> <>",
	"output 00 4242 <s3://b/model> <> <>",
	"param 00 4242 <lr> <0.1> <>",
	"tag 00 4242 <team> <vision> <>",
	"metric 00 4242 <auc> <0.93> <>",
	"deploy 00 4242 <fraud> <> <model.bin>",
};

static void test_a_log_of_version_1_is_read(void **state)
{
	_cleanup_buf_ struct pedigree_buf kept = PEDIGREE_BUF_INIT;
	struct pedigree_evlog *log = pedigree_evlog_new();
	const char *path = test_path("v1.events");

	(void)state;
	read_hex("v1.events.hex", &kept);
	test_log_write(path, kept.data, kept.len, 0);
	assert_int_equal(pedigree_evlog_add(log, path, NULL), 0);
	assert_int_equal(log->n_events, PEDIGREE_COUNT(expected));
	for (size_t i = 0; i < log->n_events; i++) {
		_cleanup_buf_ struct pedigree_buf line = PEDIGREE_BUF_INIT;

		describe(log, &log->events[i], &line);
		assert_string_equal(line.data, expected[i]);
	}
	assert_string_equal(log->hosts[0], "laptop");
	assert_int_equal(log->n_processes, 2);
	assert_true(log->processes[0].cut);
	assert_int_equal(log->processes[0].argc, 2);
	assert_memory_equal(log->processes[0].args, "python3\0train.py", 17);
	assert_int_equal(log->processes[1].image, 0);
	assert_true(log->processes[1].ended);
	assert_int_equal(log->loss.dropped[PEDIGREE_DROP_SPACE], 3);
	assert_int_equal(log->loss.unknown, 1);
	assert_int_equal(log->loss.bad_frames, 0);
	assert_int_equal(log->loss.torn_chunks, 0);
	pedigree_evlog_free(log);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_generator_still_makes_version_1),
		cmocka_unit_test(test_a_log_of_version_1_is_read),
	};

	if (argc > 1 && strcmp(argv[1], "--print") == 0) {
		struct test_log log;

		make_fixture(&log);
		print_hex(&log.bytes);
		test_log_clear(&log);
		return 0;
	}
	return cmocka_run_group_tests(tests, test_folder_make,
				      test_folder_remove);
}
