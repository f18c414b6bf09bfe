/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "hooks/declare.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <time.h>

#include "hooks/sys.h"

#define CHUNK 4096u

/* A frame in the making: its head, and what follows. */
struct frame {
	struct pedigree_frame *head;
	size_t n, room;
};

/* Room for one that tells who a process is. */
union small {
	struct pedigree_frame head;
	char bytes[8192];
};

#define counter(log, member) \
	((_Atomic __typeof__((log)->header->member) *)&(log)->header->member)

static long open_log(const struct pedigree_declarations *log)
{
	return pedigree_sys(SYS_openat, AT_FDCWD, log->path,
			    O_RDWR | O_CLOEXEC);
}

static bool is_log(const struct pedigree_log_header *header)
{
	return memcmp(header->magic, PEDIGREE_LOG_MAGIC,
		      sizeof(header->magic)) == 0 &&
	       header->version == PEDIGREE_LOG_VERSION &&
	       header->byte_order == PEDIGREE_LOG_BYTE_ORDER &&
	       header->header_size == PEDIGREE_LOG_HEADER_SIZE &&
	       header->grain == PEDIGREE_CHUNK_GRAIN &&
	       header->capacity <= PEDIGREE_LOG_MAX;
}

static int map_header(struct pedigree_declarations *log, long fd)
{
	long map = pedigree_sys(SYS_mmap, 0, PEDIGREE_LOG_HEADER_SIZE,
				PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (map < 0 && map >= -4095)
		return (int)map;
	/* Stores must not meet a full disk: a signal would be the answer.
	   Where the kernel cannot tell, the page was written before. */
	long ready = pedigree_sys(SYS_madvise, map, PEDIGREE_LOG_HEADER_SIZE,
				  MADV_POPULATE_WRITE);
	if (!is_log((const struct pedigree_log_header *)map))
		ready = -ENOEXEC;
	else if (ready == -EINVAL || ready == -EPERM || ready == -ENOSYS)
		ready = 0;
	if (ready) {
		pedigree_sys(SYS_munmap, map, PEDIGREE_LOG_HEADER_SIZE);
		return (int)ready;
	}
	pedigree_sys(SYS_madvise, map, PEDIGREE_LOG_HEADER_SIZE, MADV_DONTDUMP);
	log->header = (struct pedigree_log_header *)map;
	return 0;
}

/* All or an error; RLIMIT_FSIZE would answer with a signal. */
static int write_at(long fd, const void *bytes, size_t n, uint64_t at)
{
	struct rlimit limit;
	long done;

	if (!pedigree_sys(SYS_prlimit64, 0, RLIMIT_FSIZE, 0, &limit) &&
	    at + n > limit.rlim_cur)
		return -EFBIG;
	done = pedigree_sys(SYS_pwrite64, fd, bytes, n, at);
	if (done == (long)n)
		return 0;
	return done < 0 ? (int)done : -ENOSPC;
}

static bool read_at(long fd, void *bytes, size_t n, uint64_t at)
{
	return pedigree_sys(SYS_pread64, fd, bytes, n, at) == (long)n;
}

/* The frame in which a chunk of this process says who writes. */
static void find_in_chunk(struct pedigree_declarations *log, long fd,
			  uint64_t at, uint64_t end)
{
	struct {
		struct pedigree_frame head;
		struct pedigree_image image;
	} frame;

	while (at + sizeof(frame) <= end &&
	       read_at(fd, &frame, sizeof(frame), at) && frame.head.units) {
		if (frame.head.type == PEDIGREE_EV_PROCESS ||
		    frame.head.type == PEDIGREE_EV_FORK) {
			log->process = (uint32_t)(at / 8);
			log->image = frame.head.type == PEDIGREE_EV_FORK
					     ? frame.image.image
					     : log->process;
			return;
		}
		if (frame.head.type != PEDIGREE_EV_FOLDER)
			return;
		at += (uint64_t)frame.head.units * 8;
	}
}

/*
 * What the shim wrote of this process: in its last chunk or before, since a
 * process may have become another program.
 */
static void find_process(struct pedigree_declarations *log, long fd)
{
	uint64_t limit = atomic_load(counter(log, cursor));
	uint64_t at = PEDIGREE_LOG_HEADER_SIZE;
	struct pedigree_chunk chunk;

	while (at + sizeof(chunk) <= limit &&
	       read_at(fd, &chunk, sizeof(chunk), at)) {
		if ((chunk.self ^ log->header->salt) != at ||
		    chunk.size < PEDIGREE_CHUNK_GRAIN ||
		    chunk.size % PEDIGREE_CHUNK_GRAIN) {
			at += PEDIGREE_CHUNK_GRAIN;
			continue;
		}
		if (chunk.pid == log->pid && !chunk.process)
			find_in_chunk(log, fd, at + sizeof(chunk),
				      at + chunk.size);
		at += chunk.size;
	}
}

static struct frame begin(void *memory, size_t room,
			  enum pedigree_event_type type)
{
	struct frame frame = { .head = memory,
			       .n = sizeof(*frame.head),
			       .room = room };

	*frame.head = (struct pedigree_frame){ .type = (uint8_t)type };
	return frame;
}

static bool add_bytes(struct frame *frame, const void *bytes, size_t n)
{
	/* 8 bytes for the padding. */
	if (n > frame->room - 8 - frame->n)
		return false;
	memcpy((char *)frame->head + frame->n, bytes, n);
	frame->n += n;
	return true;
}

static bool add_text(struct frame *frame, const char *text)
{
	return add_bytes(frame, text, strlen(text) + 1);
}

static size_t size_of(const struct frame *frame)
{
	return (frame->n + 7) & ~(size_t)7;
}

/* Writes the frame where there is room for it; its head comes last. */
static int write_frame(struct pedigree_declarations *log, long fd,
		       struct frame *frame, uint32_t *ret_reference)
{
	size_t size = size_of(frame);
	struct timespec now = { 0 };
	int rc;

	memset((char *)frame->head + frame->n, 0, size - frame->n);
	clock_gettime(CLOCK_REALTIME_COARSE, &now);
	frame->head->units = (uint16_t)(size / 8);
	frame->head->seq = atomic_fetch_add(counter(log, seq), 1) + 1;
	frame->head->time_ns =
		(uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
	rc = write_at(fd, (char *)frame->head + 8, size - 8, log->at + 8);
	if (rc == 0)
		rc = write_at(fd, frame->head, 8, log->at);
	if (rc < 0) {
		log->end = log->at; /* a hole that nobody must enter */
		return rc;
	}
	if (ret_reference)
		*ret_reference = (uint32_t)(log->at / 8);
	log->at += size;
	return 0;
}

static int claim(struct pedigree_declarations *log, long fd, size_t need)
{
	struct pedigree_chunk chunk = { .pid = log->pid,
					.process = log->process };
	uint64_t at, next;
	int rc;

	need += sizeof(chunk);
	chunk.size = CHUNK;
	if (need > CHUNK)
		chunk.size = (uint32_t)((need + PEDIGREE_CHUNK_GRAIN - 1) &
					~(size_t)(PEDIGREE_CHUNK_GRAIN - 1));
	at = atomic_fetch_add(counter(log, cursor), chunk.size);
	next = at + chunk.size;
	chunk.self = at ^ log->header->salt;
	rc = next > log->header->capacity
		     ? -ENOSPC
		     : write_at(fd, &chunk, sizeof(chunk), at);
	if (rc < 0) {
		/* Give it back, unless others claimed meanwhile. */
		atomic_compare_exchange_strong(counter(log, cursor), &next, at);
		return rc;
	}
	log->at = at + sizeof(chunk);
	log->end = next;
	return 0;
}

/* Room for `size` bytes; in the first chunk after who writes. */
static int make_room(struct pedigree_declarations *log, long fd,
		     struct frame *self, size_t size)
{
	size_t need = size + (log->process ? 0 : size_of(self));
	int rc;

	if (log->end - log->at >= need)
		return 0;
	rc = claim(log, fd, need);
	if (rc == 0 && !log->process) {
		rc = write_frame(log, fd, self, &log->process);
		if (rc == 0 && self->head->type == PEDIGREE_EV_PROCESS)
			log->image = log->process;
	}
	return rc;
}

static struct frame name_self(const struct pedigree_declarations *log,
			      enum pedigree_event_type type,
			      const char *program, union small *memory)
{
	struct frame frame = begin(memory, sizeof(*memory), type);
	const struct pedigree_image image = {
		.pid = log->pid,
		.ppid = (uint32_t)pedigree_sys(SYS_getppid),
		.image = type == PEDIGREE_EV_FORK ? log->image : 0,
	};

	add_bytes(&frame, &image, sizeof(image));
	if (type == PEDIGREE_EV_FORK)
		return frame;
	frame.head->flags = PEDIGREE_F_CUT;
	if (!add_text(&frame, program))
		add_text(&frame, "");
	return frame;
}

/* A child has its parent's chunk before its eyes: leave it. */
static void note_fork(struct pedigree_declarations *log)
{
	uint32_t pid = (uint32_t)pedigree_sys(SYS_getpid);

	if (pid == log->pid)
		return;
	log->pid = pid;
	log->process = 0;
	log->at = log->end = 0;
}

static int add(struct pedigree_declarations *log, struct frame *frame)
{
	union small memory;
	struct frame self;
	long fd;
	int rc;

	if (!log->header)
		return -EBADF;
	note_fork(log);
	fd = open_log(log);
	if (fd < 0)
		return (int)fd;
	self = name_self(log, PEDIGREE_EV_FORK, NULL, &memory);
	rc = make_room(log, fd, &self, size_of(frame));
	if (rc == 0)
		rc = write_frame(log, fd, frame, NULL);
	pedigree_sys(SYS_close, fd);
	if (rc < 0)
		atomic_fetch_add(counter(log, dropped[PEDIGREE_DROP_SPACE]), 1);
	return rc;
}

int pedigree_declare(struct pedigree_declarations *log,
		     enum pedigree_event_type type, const char *const *texts)
{
	struct frame frame = begin(log->frame, sizeof(log->frame), type);

	for (; *texts; texts++)
		if (!add_text(&frame, *texts))
			return -E2BIG;
	return add(log, &frame);
}

int pedigree_declare_blind(struct pedigree_declarations *log,
			   enum pedigree_blind_kind kind)
{
	const struct pedigree_blind body = { .kind = (uint32_t)kind };
	struct frame frame =
		begin(log->frame, sizeof(log->frame), PEDIGREE_EV_BLIND);

	add_bytes(&frame, &body, sizeof(body));
	return add(log, &frame);
}

/* The first frames of a log that no shim writes to: where, and who. */
static int introduce(struct pedigree_declarations *log, long fd,
		     const char *program, const char *cwd)
{
	struct frame folder =
		begin(log->frame, sizeof(log->frame), PEDIGREE_EV_FOLDER);
	union small memory;
	struct frame self =
		name_self(log, PEDIGREE_EV_PROCESS, program, &memory);
	int rc;

	if (!add_text(&folder, cwd))
		return -E2BIG;
	rc = claim(log, fd, size_of(&folder) + size_of(&self));
	if (rc == 0)
		rc = write_frame(log, fd, &folder, &self.head->folder);
	if (rc == 0)
		rc = write_frame(log, fd, &self, &log->process);
	log->image = log->process;
	return rc;
}

int pedigree_declare_open(struct pedigree_declarations *log, const char *folder,
			  const char *program, const char *cwd)
{
	struct utsname name;
	long fd;
	int rc;

	memset(log, 0, sizeof(*log));
	if (pedigree_sys(SYS_uname, &name) < 0 ||
	    (size_t)snprintf(log->path, sizeof(log->path), "%s/%s%s", folder,
			     name.nodename,
			     PEDIGREE_LOG_SUFFIX) >= sizeof(log->path))
		return -ENAMETOOLONG;
	fd = open_log(log);
	if (fd < 0)
		return (int)fd;
	log->pid = (uint32_t)pedigree_sys(SYS_getpid);
	rc = map_header(log, fd);
	if (rc == 0 && program)
		rc = introduce(log, fd, program, cwd);
	else if (rc == 0)
		find_process(log, fd);
	pedigree_sys(SYS_close, fd);
	if (rc < 0)
		pedigree_declare_close(log);
	return rc;
}

void pedigree_declare_close(struct pedigree_declarations *log)
{
	if (log->header)
		pedigree_sys(SYS_munmap, log->header, PEDIGREE_LOG_HEADER_SIZE);
	log->header = NULL;
}
