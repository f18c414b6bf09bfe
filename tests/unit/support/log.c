/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "tests/unit/support/log.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define SALT UINT64_C(0x5a17cafe00c0ffee)

static void must(int truth, const char *what)
{
	if (truth)
		return;
	perror(what);
	abort();
}

static void add_zeros(struct pedigree_buf *buf, size_t n)
{
	must(pedigree_buf_reserve(buf, n) == 0, "memory");
	memset(buf->data + buf->len, 0, n);
	buf->len += n;
	buf->data[buf->len] = '\0';
}

struct pedigree_log_header *test_log_header(struct test_log *log)
{
	return (void *)log->bytes.data;
}

void test_log_begin(struct test_log *log, const char *run, const char *host)
{
	struct pedigree_log_header header = {
		.version = PEDIGREE_LOG_VERSION,
		.byte_order = PEDIGREE_LOG_BYTE_ORDER,
		.header_size = PEDIGREE_LOG_HEADER_SIZE,
		.grain = PEDIGREE_CHUNK_GRAIN,
		.salt = SALT,
		.capacity = UINT64_C(1) << 30,
		.created_ns = UINT64_C(1700000000000000000),
		.cursor = PEDIGREE_LOG_HEADER_SIZE,
		.expected = 1,
		.images = 1,
	};

	memcpy(header.magic, PEDIGREE_LOG_MAGIC, sizeof(header.magic));
	snprintf(header.run, sizeof(header.run), "%s", run);
	snprintf(header.host, sizeof(header.host), "%s", host);
	*log = (struct test_log){ .bytes = PEDIGREE_BUF_INIT };
	log->time_ns = header.created_ns;
	pedigree_buf_add(&log->bytes, &header, sizeof(header));
}

void test_log_clear(struct test_log *log)
{
	pedigree_buf_clear(&log->bytes);
}

static void close_chunk(struct test_log *log)
{
	struct pedigree_chunk chunk;

	if (!log->chunk)
		return;
	memcpy(&chunk, log->bytes.data + log->chunk, sizeof(chunk));
	must(log->bytes.len <= log->chunk + chunk.size, "chunk too small");
	add_zeros(&log->bytes, log->chunk + chunk.size - log->bytes.len);
	log->chunk = 0;
}

void test_log_chunk(struct test_log *log, uint32_t size, uint32_t pid,
		    uint32_t process)
{
	struct pedigree_chunk chunk = {
		.size = size,
		.pid = pid,
		.process = process,
	};

	close_chunk(log);
	chunk.self = log->bytes.len ^ SALT;
	log->chunk = log->bytes.len;
	pedigree_buf_add(&log->bytes, &chunk, sizeof(chunk));
}

uint32_t test_log_add(struct test_log *log, const struct test_frame *frame)
{
	struct pedigree_buf *bytes = &log->bytes;
	size_t start = bytes->len;
	struct pedigree_frame head = {
		.type = frame->type,
		.flags = frame->flags,
		.folder = frame->folder,
		.seq = ++log->seq,
		.time_ns = log->time_ns,
	};

	log->time_ns += 1000000;
	pedigree_buf_add(bytes, &head, sizeof(head));
	if (frame->old)
		pedigree_buf_add(bytes, frame->old, sizeof(*frame->old));
	pedigree_buf_add(bytes, frame->body, frame->body_size);
	for (size_t i = 0; i < PEDIGREE_COUNT(frame->text); i++) {
		if (!frame->text[i])
			break;
		pedigree_buf_add(bytes, frame->text[i],
				 strlen(frame->text[i]) + 1);
	}
	add_zeros(bytes, -(bytes->len - start) & 7);
	head.units = (uint16_t)((bytes->len - start) / 8);
	memcpy(bytes->data + start, &head, sizeof(head));
	return (uint32_t)(start / 8);
}

uint32_t test_log_folder(struct test_log *log, uint32_t parent,
			 const char *text)
{
	return test_log_add(log, &(struct test_frame){
					 .type = PEDIGREE_EV_FOLDER,
					 .folder = parent,
					 .text = { text },
				 });
}

uint32_t test_log_open(struct test_log *log, uint8_t flags, uint32_t folder,
		       const char *path)
{
	return test_log_add(log, &(struct test_frame){
					 .type = PEDIGREE_EV_OPEN,
					 .flags = flags,
					 .folder = folder,
					 .text = { path },
				 });
}

uint32_t test_log_process(struct test_log *log, uint32_t cwd, uint32_t pid,
			  uint32_t ppid, const char *program)
{
	struct pedigree_image image = { .pid = pid, .ppid = ppid, .argc = 1 };

	return test_log_add(log, &(struct test_frame){
					 .type = PEDIGREE_EV_PROCESS,
					 .folder = cwd,
					 .body = &image,
					 .body_size = sizeof(image),
					 .text = { program, program },
				 });
}

uint32_t test_log_fork(struct test_log *log, uint32_t pid, uint32_t ppid,
		       uint32_t image_ref)
{
	struct pedigree_image image = {
		.pid = pid,
		.ppid = ppid,
		.image = image_ref,
	};

	return test_log_add(log, &(struct test_frame){
					 .type = PEDIGREE_EV_FORK,
					 .body = &image,
					 .body_size = sizeof(image),
				 });
}

void test_log_many(struct test_log *log, const char *folder, long files)
{
	const uint32_t size = 64 * 1024;
	uint32_t process, at = 0;

	test_log_begin(log, "many", "host");
	test_log_chunk(log, size, 100, 0);
	process = test_log_process(log, 0, 100, 1, "/usr/bin/loader");
	for (long i = 0; i < files; i++) {
		size_t room = i % 1000 ? 128 : 8192;
		char text[4096];

		if (log->bytes.len + room > log->chunk + size)
			test_log_chunk(log, size, 100, process);
		if (i % 1000 == 0) {
			snprintf(text, sizeof(text), "%s/d%04ld", folder,
				 i / 1000);
			at = test_log_folder(log, 0, text);
		}
		snprintf(text, sizeof(text), "f%07ld.dat", i);
		test_log_open(log, PEDIGREE_F_READ, at, text);
	}
	test_log_end(log);
}

void test_log_end(struct test_log *log)
{
	close_chunk(log);
	test_log_header(log)->cursor = log->bytes.len;
	test_log_header(log)->seq = log->seq;
	must(!pedigree_buf_error(&log->bytes), "memory");
}

void test_log_write(const char *path, const void *bytes, size_t n,
		    uint64_t capacity)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	must(fd >= 0, path);
	must(write(fd, bytes, n) == (ssize_t)n, path);
	must(capacity < n || ftruncate(fd, (off_t)capacity) == 0, path);
	must(close(fd) == 0, path);
}
