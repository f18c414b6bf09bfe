/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making the event log of a host that has none yet: by `pedigree run` for the
 * host it starts on, by the first process for any other.
 */
#include "config.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <time.h>

#include "hooks/log.h"
#include "hooks/sys.h"

/* A log that takes less is not worth its header. */
#define SMALLEST (UINT64_C(1) << 20)

/* What is needed for the time of the call, in memory of its own. */
struct work {
	struct pedigree_log_header header;
	char path[PATH_MAX];
};

static int hex(char c)
{
	return c >= 'a' ? c - 'a' + 10 : c - '0';
}

static void read_boot_id(struct pedigree_log_header *header)
{
	char text[37] = "";
	size_t n = 0;
	long fd = pedigree_sys(SYS_openat, AT_FDCWD,
			       "/proc/sys/kernel/random/boot_id",
			       O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (pedigree_sys(SYS_read, fd, text, sizeof(text) - 1) == 36)
		for (size_t i = 0; i < 36 && n < 16; i++)
			if (text[i] != '-') {
				header->boot_id[n++] =
					(uint8_t)(hex(text[i]) << 4 |
						  hex(text[i + 1]));
				i++;
			}
	pedigree_sys(SYS_close, fd);
}

static void copy_name(char *to, size_t room, const char *from, size_t n)
{
	memcpy(to, from, n < room - 1 ? n : room - 1);
}

static void fill(struct pedigree_log_header *header,
		 const struct pedigree_log_new *new)
{
	struct timespec now;

	memcpy(header->magic, PEDIGREE_LOG_MAGIC, sizeof(header->magic));
	header->version = PEDIGREE_LOG_VERSION;
	header->byte_order = PEDIGREE_LOG_BYTE_ORDER;
	header->header_size = PEDIGREE_LOG_HEADER_SIZE;
	header->grain = PEDIGREE_CHUNK_GRAIN;
	clock_gettime(CLOCK_REALTIME, &now);
	header->created_ns =
		(uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
	if (pedigree_sys(SYS_getrandom, &header->salt, 8, GRND_NONBLOCK) != 8)
		header->salt = (header->created_ns ^
				(uint64_t)pedigree_sys(SYS_getpid) << 40) *
			       0x9e3779b97f4a7c15u;
	read_boot_id(header);
	copy_name(header->run, sizeof(header->run), new->run.bytes, new->run.n);
	copy_name(header->host, sizeof(header->host), new->host,
		  strlen(new->host));
	header->cursor = PEDIGREE_LOG_HEADER_SIZE;
	header->expected = new->expected;
}

/* A size beyond RLIMIT_FSIZE would be answered with a signal. */
static uint64_t largest_size(void)
{
	struct rlimit limit;

	if (pedigree_sys(SYS_prlimit64, 0, RLIMIT_FSIZE, 0, &limit) ||
	    limit.rlim_cur >= PEDIGREE_LOG_MAX)
		return PEDIGREE_LOG_MAX;
	return limit.rlim_cur & ~(uint64_t)(PEDIGREE_LOG_HEADER_SIZE - 1);
}

static long write_header(long fd, struct pedigree_log_header *header)
{
	uint64_t size = largest_size();
	long error = -EFBIG;

	/* Some file systems end at 4 GiB, or lower. */
	for (;;) {
		if (size < SMALLEST)
			return error == -EINVAL ? -EFBIG : error;
		error = pedigree_sys(SYS_ftruncate, fd, size);
		if (!error)
			break;
		if (error == -EINTR)
			continue;
		if (error != -EFBIG && error != -EINVAL && error != -ENOSPC)
			return error;
		size = size / 2 & ~(uint64_t)(PEDIGREE_LOG_HEADER_SIZE - 1);
	}
	header->capacity = size;
	error = pedigree_sys(SYS_pwrite64, fd, header, sizeof(*header), 0);
	if (error == (long)sizeof(*header))
		return 0;
	return error < 0 ? error : -ENOSPC;
}

/* Appends a name to a folder in work->path. */
static bool join(struct work *work, const char *folder, size_t n,
		 const char *name)
{
	size_t name_n = strlen(name) + 1;

	if (n + 1 + name_n > sizeof(work->path))
		return false;
	memcpy(work->path, folder, n);
	work->path[n] = '/';
	memcpy(work->path + n + 1, name, name_n);
	return true;
}

static long create(struct work *work, const struct pedigree_log_new *new)
{
	const char *slash = strrchr(new->path, '/');
	char name[] = ".log-0000000000000000";
	long fd, error;

	fill(&work->header, new);
	for (size_t i = 0; i < 16; i++)
		name[5 + i] =
			"0123456789abcdef"[work->header.salt >> 4 * i & 15];
	if (!slash || !join(work, new->path, (size_t)(slash - new->path), name))
		return -ENAMETOOLONG;
	fd = pedigree_sys(SYS_openat, AT_FDCWD, work->path,
			  O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return fd;
	/* Whatever the umask is. */
	pedigree_sys(SYS_fchmod, fd, 0600);
	error = write_header(fd, &work->header);
	pedigree_sys(SYS_close, fd);
	if (!error)
		error = pedigree_sys(SYS_linkat, AT_FDCWD, work->path, AT_FDCWD,
				     new->path, 0);
	/* A file system without hard links. */
	if (error == -EPERM || error == -EOPNOTSUPP || error == -ENOSYS)
		error = pedigree_sys(SYS_renameat2, AT_FDCWD, work->path,
				     AT_FDCWD, new->path, RENAME_NOREPLACE);
	pedigree_sys(SYS_unlinkat, AT_FDCWD, work->path, 0);
	return error;
}

/* Memory for a call that is on no stack: NULL or a zeroed one. */
static struct work *new_work(void)
{
	long memory = pedigree_sys(SYS_mmap, 0, sizeof(struct work),
				   PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return memory < 0 && memory >= -4095 ? NULL : (struct work *)memory;
}

long pedigree_log_create(const struct pedigree_log_new *new)
{
	struct work *work = new_work();
	long error;

	if (!work)
		return -ENOMEM;
	error = create(work, new);
	pedigree_sys(SYS_munmap, work, sizeof(*work));
	return error;
}

static long begun(const char *folder, size_t n)
{
	struct work *work = new_work();
	long error = -ENAMETOOLONG;

	if (!work)
		return -ENOMEM;
	if (join(work, folder, n, PEDIGREE_BEGIN_NAME))
		error = pedigree_sys(SYS_faccessat, AT_FDCWD, work->path, 0);
	pedigree_sys(SYS_munmap, work, sizeof(*work));
	return error;
}

long pedigree_log_make(const char *folder, size_t n, const char *path,
		       const char *host)
{
	struct pedigree_log_new new = {
		.path = path,
		.run = { .bytes = folder + n },
		.host = host,
		/* Who finds no log was started by somebody else. */
		.expected = 1,
	};
	long error = begun(folder, n);

	if (error)
		return error;
	while (new.run.bytes > folder &&new.run.bytes[-1] != '/')
		new.run.bytes--;
	new.run.n = (size_t)(folder + n - new.run.bytes);
	error = pedigree_log_create(&new);
	return error == -EEXIST ? 0 : error;
}
