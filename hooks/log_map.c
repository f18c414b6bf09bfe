/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "hooks/log_map.h"

#include <fcntl.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/utsname.h>

#include "hooks/log.h"
#include "hooks/sys.h"

#define LOG_PATH 1024u /* a run's folder is not deeper */

struct pedigree_log_header *pedigree_log;

static char path[LOG_PATH];   /* of the log; written before threads */
static long starting_fd = -1; /* kept from _open to _ready, no longer */
static uint64_t page;	      /* the kernel's size of one */
static _Atomic bool writes;   /* through write(2) */
static _Atomic bool is_full;

bool pedigree_window_is_full(void)
{
	return atomic_load_explicit(&is_full, memory_order_relaxed);
}

static bool failed_map(long result)
{
	return result < 0 && result >= -4095;
}

static long open_log(void)
{
	if (starting_fd >= 0)
		return starting_fd;
	return pedigree_sys(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC);
}

static void close_log(long fd)
{
	if (fd >= 0 && fd != starting_fd)
		pedigree_sys(SYS_close, fd);
}

static bool set_path(const char *folder, size_t n, const char *host)
{
	size_t host_n = strlen(host);

	if (!host_n || strchr(host, '/') ||
	    n + 1 + host_n + sizeof(PEDIGREE_LOG_SUFFIX) > sizeof(path))
		return false;
	memcpy(path, folder, n);
	path[n] = '/';
	memcpy(path + n + 1, host, host_n);
	memcpy(path + n + 1 + host_n, PEDIGREE_LOG_SUFFIX,
	       sizeof(PEDIGREE_LOG_SUFFIX));
	return true;
}

static bool is_ours(const struct pedigree_log_header *header)
{
	return !memcmp(header->magic, PEDIGREE_LOG_MAGIC,
		       sizeof(header->magic)) &&
	       header->version == PEDIGREE_LOG_VERSION &&
	       header->byte_order == PEDIGREE_LOG_BYTE_ORDER &&
	       header->header_size == PEDIGREE_LOG_HEADER_SIZE &&
	       header->grain == PEDIGREE_CHUNK_GRAIN &&
	       header->capacity <= PEDIGREE_LOG_MAX;
}

/*
 * Makes stores to a mapping safe: after success they cannot raise SIGBUS for
 * want of space.
 */
static long populate(char *map, size_t size)
{
	return pedigree_sys(SYS_madvise, map, size, MADV_POPULATE_WRITE);
}

/* The kernel is older than 5.14, or a sandbox lets nobody ask. */
static bool cannot_populate(long result)
{
	return result == -EINVAL || result == -EPERM || result == -ENOSYS;
}

static void use_write(void)
{
	writes = true;
	atomic_fetch_or_explicit(pedigree_log_counter(modes),
				 PEDIGREE_MODE_WRITE, memory_order_relaxed);
}

static bool map_header(long fd)
{
	long map = pedigree_sys(SYS_mmap, 0, PEDIGREE_LOG_HEADER_SIZE,
				PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	long populated;

	if (failed_map(map))
		return false;
	populated = populate((char *)map, PEDIGREE_LOG_HEADER_SIZE);
	if (populated && !cannot_populate(populated))
		goto unmap;
	if (!is_ours((struct pedigree_log_header *)map))
		goto unmap;
	pedigree_sys(SYS_madvise, map, PEDIGREE_LOG_HEADER_SIZE, MADV_DONTDUMP);
	pedigree_log = (struct pedigree_log_header *)map;
	if (populated)
		use_write();
	return true;
unmap:
	pedigree_sys(SYS_munmap, map, PEDIGREE_LOG_HEADER_SIZE);
	return false;
}

bool pedigree_window_open(const char *folder, size_t n)
{
	struct utsname name;
	long fd;

	page = getauxval(AT_PAGESZ);
	if (pedigree_sys(SYS_uname, &name) < 0 ||
	    !set_path(folder, n, name.nodename))
		return false;
	fd = open_log();
	if (fd == -ENOENT && !pedigree_log_make(folder, n, path, name.nodename))
		fd = open_log();
	if (fd < 0)
		return false;
	if (!map_header(fd)) {
		pedigree_sys(SYS_close, fd);
		return false;
	}
	starting_fd = fd;
	return true;
}

void pedigree_window_ready(void)
{
	pedigree_sys(SYS_close, starting_fd);
	starting_fd = -1;
}

void pedigree_window_close(void)
{
	if (pedigree_log)
		pedigree_sys(SYS_munmap, pedigree_log,
			     PEDIGREE_LOG_HEADER_SIZE);
	pedigree_log = NULL;
	writes = false;
}

void pedigree_window_drop(struct pedigree_window *window)
{
	if (window->map)
		pedigree_sys(SYS_munmap, window->map, window->size);
	window->map = NULL;
}

/*
 * Without a descriptor (chroot, dropped privileges, EMFILE): a second mapping
 * of the header, turned to other pages of the same file.
 */
static long map_again(uint64_t start, size_t size)
{
	long map =
		pedigree_sys(SYS_mremap, pedigree_log, 0, size, MREMAP_MAYMOVE);
	long turned;

	if (failed_map(map))
		return map;
	turned = pedigree_sys(SYS_remap_file_pages, map, size, 0, start / page,
			      0);
	if (!turned)
		return map;
	pedigree_sys(SYS_munmap, map, size);
	return turned;
}

static long map_pages(uint64_t start, size_t size)
{
	long fd, map;

	if (writes)
		return pedigree_sys(SYS_mmap, 0, size, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	fd = open_log();
	if (fd < 0)
		return map_again(start, size);
	map = pedigree_sys(SYS_mmap, 0, size, PROT_READ | PROT_WRITE,
			   MAP_SHARED, fd, start);
	close_log(fd);
	return map;
}

/* Maps the pages around a claimed chunk; false is counted. */
static bool map_chunk(struct pedigree_window *window, uint64_t at, size_t size)
{
	uint64_t start = at & ~(page - 1);
	size_t span = (size_t)(((at + size + page - 1) & ~(page - 1)) - start);
	long map = map_pages(start, span), populated = 0;

	if (!writes && !failed_map(map))
		populated = populate((char *)map, span);
	if (cannot_populate(populated)) {
		pedigree_sys(SYS_munmap, map, span);
		use_write();
		map = map_pages(start, span);
		populated = 0;
	}
	if (failed_map(map)) {
		pedigree_log_drop(PEDIGREE_DROP_OPEN);
		return false;
	}
	if (populated) {
		pedigree_sys(SYS_munmap, map, span);
		atomic_store_explicit(&is_full, true, memory_order_relaxed);
		pedigree_log_drop(PEDIGREE_DROP_SPACE);
		return false;
	}
	pedigree_sys(SYS_madvise, map, span, MADV_DONTDUMP);
	pedigree_window_drop(window);
	*window = (struct pedigree_window){
		.map = (char *)map,
		.size = span,
		.start = start,
	};
	return true;
}

char *pedigree_window_claim(struct pedigree_window *window, size_t size)
{
	_Atomic uint64_t *cursor = pedigree_log_counter(cursor);
	uint64_t at, next;

	atomic_store_explicit(&is_full, false, memory_order_relaxed);
	if (atomic_load_explicit(cursor, memory_order_relaxed) + size >
	    pedigree_log->capacity) {
		atomic_store_explicit(&is_full, true, memory_order_relaxed);
		pedigree_log_drop(PEDIGREE_DROP_SPACE);
		return NULL;
	}
	at = atomic_fetch_add_explicit(cursor, size, memory_order_relaxed);
	next = at + size;
	if (next <= pedigree_log->capacity && map_chunk(window, at, size))
		return window->map + (at - window->start);
	/* Give it back, unless others claimed meanwhile. */
	atomic_compare_exchange_strong_explicit(
		cursor, &next, at, memory_order_relaxed, memory_order_relaxed);
	return NULL;
}

/* RLIMIT_FSIZE would answer a write beyond it with a signal. */
static bool within_limit(uint64_t end)
{
	struct rlimit limit;

	return !pedigree_sys(SYS_prlimit64, 0, RLIMIT_FSIZE, 0, &limit) &&
	       end <= limit.rlim_cur;
}

bool pedigree_window_flush(const struct pedigree_window *window, const char *at,
			   size_t n)
{
	uint64_t offset = pedigree_window_offset(window, at);
	long fd, written;

	if (!writes)
		return true;
	fd = open_log();
	if (fd < 0) {
		pedigree_log_drop(PEDIGREE_DROP_OPEN);
		return false;
	}
	written = within_limit(offset + n)
			  ? pedigree_sys(SYS_pwrite64, fd, at, n, offset)
			  : -EFBIG;
	close_log(fd);
	if (written == (long)n)
		return true;
	pedigree_log_drop(PEDIGREE_DROP_SPACE);
	return false;
}
