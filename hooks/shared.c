/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "hooks/shared.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "hooks/gate.h"
#include "hooks/log.h"
#include "hooks/scratch.h"
#include "hooks/sys.h"

/*
 * Levels of growing size, each mapped when a process gets to it. A key is in
 * one bucket of each: the first with a free place has it. So keys that are
 * few take few pages, and nothing is ever moved or removed.
 */
#define LEVELS 5u
#define STEP (64u << 10) /* reserved at once; the size of level 0 */
#define STEPS 341u	 /* 1 + 4 + 16 + 64 + 256 */
#define PLACES 8u	 /* in a bucket: one cache line */
#define RETRIES 16

/* Reads by all forked children of the run, before it is worth a file. */
#define WORTHWHILE 256u
/* The part of RLIMIT_AS that a level may take is one of so many. */
#define MODEST 1024u

static bool forked;
static _Atomic bool off;
static _Atomic uint32_t mapping; /* by one thread; only ever tried */
static _Atomic uint64_t *_Atomic levels[LEVELS];
static _Atomic uint64_t reserved[(STEPS + 63) / 64]; /* a bit for a step */

void pedigree_shared_stop(void)
{
	if (!pedigree_gate_is_guest())
		atomic_store_explicit(&off, true, memory_order_relaxed);
}

/* Mappings are inherited; that their pages can be written to is not. */
void pedigree_shared_forked(void)
{
	forked = true;
	atomic_store_explicit(&mapping, 0, memory_order_relaxed);
	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
		atomic_store_explicit(&reserved[i], 0, memory_order_relaxed);
}

uint64_t pedigree_shared_key(uint64_t key)
{
	uint64_t image;

	if (!forked || !pedigree_log ||
	    atomic_load_explicit(&off, memory_order_relaxed))
		return 0;
	image = pedigree_log_image();
	if (!image)
		return 0;
	if (atomic_load_explicit(pedigree_log_counter(forked_reads),
				 memory_order_relaxed) < WORTHWHILE) {
		atomic_fetch_add_explicit(pedigree_log_counter(forked_reads), 1,
					  memory_order_relaxed);
		return 0;
	}
	image |= (uint64_t)atomic_load_explicit(
			 pedigree_log_counter(folders_moved),
			 memory_order_relaxed)
		 << 32;
	key = (key ^ image * UINT64_C(0x9e3779b97f4a7c15)) *
	      UINT64_C(0xd6e8feb86659fd93);
	key ^= key >> 32;
	return key ? key : 1;
}

static size_t level_size(unsigned int level)
{
	return (size_t)STEP << 2 * level;
}

static size_t level_start(unsigned int level)
{
	return level ? level_start(level - 1) + level_size(level - 1) : 0;
}

static uint64_t limit_of(int resource)
{
	struct rlimit limit;

	if (pedigree_sys(SYS_prlimit64, 0, resource, 0, &limit))
		return 0;
	return limit.rlim_cur;
}

/* Beside the log, by the name of the host as the log has it. */
static long open_table(void)
{
	_cleanup_scratch_ char *path = pedigree_scratch_get();
	size_t n = pedigree_gate_folder_n, host_n;

	if (!path)
		return -ENOMEM;
	host_n = strlen(pedigree_log->host);
	if (n + 1 + host_n + sizeof(PEDIGREE_SEEN_SUFFIX) >
	    PEDIGREE_SCRATCH_SIZE)
		return -ENAMETOOLONG;
	memcpy(path, pedigree_gate_self, n);
	path[n] = '/';
	memcpy(path + n + 1, pedigree_log->host, host_n);
	memcpy(path + n + 1 + host_n, PEDIGREE_SEEN_SUFFIX,
	       sizeof(PEDIGREE_SEEN_SUFFIX));
	return pedigree_sys(SYS_openat, AT_FDCWD, path,
			    O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
}

/* Makes it as long as it ever gets; all who do it at once do the same. */
static bool stretch(long fd)
{
	uint64_t size = level_start(LEVELS);
	struct stat st;

	if (pedigree_sys(SYS_fstat, fd, &st) || !S_ISREG(st.st_mode))
		return false;
	if ((uint64_t)st.st_size == size)
		return true;
	/* Beyond the limit there is a signal. */
	return !st.st_size && limit_of(RLIMIT_FSIZE) >= size &&
	       !pedigree_sys(SYS_ftruncate, fd, size);
}

static _Atomic uint64_t *map_level(unsigned int level)
{
	size_t size = level_size(level);
	long fd, map = -1;

	if (limit_of(RLIMIT_AS) / MODEST < size)
		return NULL;
	fd = open_table();
	if (fd < 0)
		return NULL;
	if (stretch(fd))
		map = pedigree_sys(SYS_mmap, 0, size, PROT_READ | PROT_WRITE,
				   MAP_SHARED, fd, level_start(level));
	pedigree_sys(SYS_close, fd);
	if (map < 0 && map >= -4095)
		return NULL;
	pedigree_sys(SYS_madvise, map, size, MADV_DONTDUMP);
	return (_Atomic uint64_t *)map;
}

/* NULL: not now, or never again. */
static _Atomic uint64_t *get_level(unsigned int level)
{
	_Atomic uint64_t *words =
		atomic_load_explicit(&levels[level], memory_order_acquire);

	if (words ||
	    atomic_exchange_explicit(&mapping, 1, memory_order_acquire))
		return words;
	words = atomic_load_explicit(&levels[level], memory_order_acquire);
	if (!words)
		words = map_level(level);
	if (words)
		atomic_store_explicit(&levels[level], words,
				      memory_order_release);
	else
		atomic_store_explicit(&off, true, memory_order_relaxed);
	atomic_store_explicit(&mapping, 0, memory_order_release);
	return words;
}

/*
 * After success no access to these pages raises SIGBUS for want of space; on
 * tmpfs even a look would.
 */
static bool reserve(_Atomic uint64_t *words, unsigned int level, size_t at)
{
	size_t step = level_start(level) / STEP + at / STEP;
	uint64_t bit = UINT64_C(1) << step % 64;

	if (atomic_load_explicit(&reserved[step / 64], memory_order_relaxed) &
	    bit)
		return true;
	if (pedigree_sys(SYS_madvise, (char *)words + at / STEP * STEP, STEP,
			 MADV_POPULATE_WRITE)) {
		atomic_store_explicit(&off, true, memory_order_relaxed);
		return false;
	}
	atomic_fetch_or_explicit(&reserved[step / 64], bit,
				 memory_order_relaxed);
	return true;
}

/* The place of `key`, or the free one where it belongs; NULL: neither. */
static _Atomic uint64_t *find(uint64_t key)
{
	for (unsigned int level = 0; level < LEVELS; level++) {
		_Atomic uint64_t *words = get_level(level);
		size_t at = key * PLACES * 8 & (level_size(level) - 1);

		if (!words || !reserve(words, level, at))
			return NULL;
		words += at / 8;
		for (size_t i = 0; i < PLACES; i++) {
			uint64_t found = atomic_load_explicit(
				&words[i], memory_order_acquire);

			if (!found || found == key)
				return &words[i];
		}
	}
	return NULL;
}

bool pedigree_shared_has(uint64_t key)
{
	_Atomic uint64_t *place = find(key);

	return place &&
	       atomic_load_explicit(place, memory_order_acquire) == key;
}

void pedigree_shared_add(uint64_t key)
{
	for (int i = 0; i < RETRIES; i++) {
		_Atomic uint64_t *place = find(key);
		uint64_t found = 0;

		if (!place ||
		    atomic_compare_exchange_strong(place, &found, key))
			return;
		if (found == key)
			return;
	}
}
