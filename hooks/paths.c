/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "hooks/paths.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>

#include "hooks/cold.h"
#include "hooks/gate.h"
#include "hooks/log.h"
#include "hooks/scratch.h"
#include "hooks/seen.h"
#include "hooks/sys.h"

/*
 * The cwd: how often it moved << 32 | its reference. One word, so that an
 * answer of the kernel that another thread's chdir made old is not kept.
 */
static _Atomic uint64_t cwd;
static _Atomic uint32_t cwd_asked; /* folders_moved at that time */
static _Atomic uint32_t guest;	   /* vfork child that moved itself */

static uint32_t folders_moved(void)
{
	return atomic_load_explicit(pedigree_log_counter(folders_moved),
				    memory_order_relaxed);
}

void pedigree_paths_start(uint32_t reference)
{
	atomic_store(&cwd_asked, folders_moved());
	atomic_store(&cwd, reference);
}

bool pedigree_paths_ask_cwd(char *scratch, size_t *ret_n)
{
	long n;

	if (!scratch)
		return false;
	n = pedigree_sys(SYS_getcwd, scratch, PEDIGREE_SCRATCH_SIZE);
	/* "(unreachable)/…" is no path. */
	if (n < 2 || scratch[0] != '/')
		return false;
	*ret_n = (size_t)n - 1;
	return true;
}

static uint32_t intern(uint64_t key, uint32_t base, const char *text, size_t n)
{
	struct pedigree_entry entry = {
		.type = PEDIGREE_EV_FOLDER,
		.folder = base,
		.text = { { .bytes = text, .n = n } },
	};
	uint32_t reference = pedigree_seen_folder(key);

	if (reference)
		return reference;
	reference = pedigree_log_add(&entry);
	if (reference)
		pedigree_seen_add_folder(key, reference);
	return reference;
}

static uint32_t intern_absolute(const char *text, size_t n)
{
	return intern(pedigree_seen_hash(0, text, n), 0, text, n);
}

static uint32_t ask_cwd(void)
{
	_cleanup_scratch_ char *scratch = pedigree_scratch_get();
	size_t n;

	if (!pedigree_paths_ask_cwd(scratch, &n))
		return 0;
	return intern_absolute(scratch, n);
}

static uint32_t cwd_reference(void)
{
	uint64_t known = atomic_load_explicit(&cwd, memory_order_acquire);
	uint32_t visitor = atomic_load_explicit(&guest, memory_order_relaxed);
	uint32_t moved = folders_moved(), reference;

	if (visitor && visitor == (uint32_t)pedigree_sys(SYS_getpid))
		return ask_cwd();
	if ((uint32_t)known &&
	    atomic_load_explicit(&cwd_asked, memory_order_relaxed) == moved)
		return (uint32_t)known;
	reference = ask_cwd();
	if (reference && atomic_compare_exchange_strong(
				 &cwd, &known, (known >> 32 << 32) | reference))
		atomic_store_explicit(&cwd_asked, moved, memory_order_relaxed);
	return reference;
}

void pedigree_paths_moved(void)
{
	uint64_t known = atomic_load_explicit(&cwd, memory_order_acquire);

	if (pedigree_gate_is_guest()) {
		atomic_store_explicit(&guest,
				      (uint32_t)pedigree_sys(SYS_getpid),
				      memory_order_relaxed);
		return;
	}
	while (!atomic_compare_exchange_weak(&cwd, &known,
					     ((known >> 32) + 1) << 32))
		;
}

uint32_t pedigree_paths_guest_leave(void)
{
	uint32_t visitor = atomic_load_explicit(&guest, memory_order_relaxed);

	if (!visitor || visitor != (uint32_t)pedigree_sys(SYS_getpid))
		return 0;
	atomic_store_explicit(&guest, 0, memory_order_relaxed);
	return visitor;
}

void pedigree_paths_guest_return(uint32_t visitor)
{
	if (visitor)
		atomic_store_explicit(&guest, visitor, memory_order_relaxed);
}

/* Descriptors beyond are asked for each time. */
#define DIRS 4096u

_Atomic bool pedigree_dirs_used;
extern _Atomic uint32_t pedigree_dirs[DIRS];
PEDIGREE_COLD _Atomic uint32_t pedigree_dirs[DIRS];
static _Atomic uint32_t dirs_asked; /* folders_moved at that time */

void pedigree_dirs_clear(unsigned int first, unsigned int last)
{
	bool host = false;

	for (unsigned int fd = first; fd < DIRS && fd <= last; fd++) {
		if (!atomic_load_explicit(&pedigree_dirs[fd],
					  memory_order_relaxed))
			continue;
		if (!host && pedigree_gate_is_guest())
			return;
		host = true;
		atomic_store_explicit(&pedigree_dirs[fd], 0,
				      memory_order_relaxed);
	}
}

void pedigree_dirs_set(int fd, uint32_t reference)
{
	if (fd < 0 || (unsigned int)fd >= DIRS || pedigree_gate_is_guest())
		return;
	atomic_store_explicit(&pedigree_dirs_used, true, memory_order_relaxed);
	atomic_store_explicit(&pedigree_dirs[fd], reference,
			      memory_order_relaxed);
}

void pedigree_dirs_copy(int from, int to)
{
	uint32_t reference = 0;

	if (!atomic_load_explicit(&pedigree_dirs_used, memory_order_relaxed) ||
	    from == to || to < 0)
		return;
	if (from >= 0 && (unsigned int)from < DIRS)
		reference = atomic_load_explicit(&pedigree_dirs[from],
						 memory_order_relaxed);
	if (reference)
		pedigree_dirs_set(to, reference);
	else
		pedigree_dirs_forget(to);
}

void pedigree_fd_link(int fd, char link[PEDIGREE_FD_LINK])
{
	static const char folder[] = "/proc/thread-self/fd/";
	size_t n = 0, at = sizeof(folder) - 1;
	char digits[12];

	memcpy(link, folder, at);
	do
		digits[n++] = (char)('0' + fd % 10);
	while ((fd /= 10));
	while (n)
		link[at++] = digits[--n];
	link[at] = 0;
}

size_t pedigree_dirs_ask(int fd, char *scratch)
{
	char link[PEDIGREE_FD_LINK];
	long length;

	if (!scratch || fd < 0)
		return 0;
	pedigree_fd_link(fd, link);
	length = pedigree_sys(SYS_readlinkat, AT_FDCWD, link, scratch,
			      PEDIGREE_SCRATCH_SIZE - 1);
	if (length < 1 || scratch[0] != '/')
		return 0;
	scratch[length] = 0;
	return (size_t)length;
}

static uint32_t dir_reference(int fd)
{
	_cleanup_scratch_ char *scratch = NULL;
	uint32_t moved = folders_moved(), reference = 0;
	size_t n;

	if (fd >= 0 && (unsigned int)fd < DIRS)
		reference = atomic_load_explicit(&pedigree_dirs[fd],
						 memory_order_relaxed);
	if (reference &&
	    atomic_load_explicit(&dirs_asked, memory_order_relaxed) == moved)
		return reference;
	if (reference) {
		pedigree_dirs_clear(0, DIRS - 1);
		atomic_store_explicit(&dirs_asked, moved, memory_order_relaxed);
	}
	scratch = pedigree_scratch_get();
	n = pedigree_dirs_ask(fd, scratch);
	if (!n)
		return 0;
	reference = intern_absolute(scratch, n);
	pedigree_dirs_set(fd, reference);
	return reference;
}

void pedigree_path_look(int dirfd, const char *text,
			struct pedigree_path *ret_path)
{
	struct pedigree_path path = { .text = text, .n = strlen(text) };

	if (text[0] != '/')
		path.base = dirfd == AT_FDCWD ? cwd_reference()
					      : dir_reference(dirfd);
	if (path.base || text[0] == '/') {
		path.name = path.n;
		while (path.name && text[path.name - 1] != '/')
			path.name--;
	}
	/* No name ("a/", "/"): the whole is the name. */
	if (path.name == path.n)
		path.name = 0;
	path.folder_key = pedigree_seen_hash(
		path.base, text, path.name > 1 ? path.name - 1 : path.name);
	path.name_hash =
		pedigree_seen_hash(0, text + path.name, path.n - path.name);
	*ret_path = path;
}

uint32_t pedigree_path_folder(const struct pedigree_path *path)
{
	if (!path->name)
		return path->base;
	return intern(path->folder_key, path->base, path->text,
		      path->name > 1 ? path->name - 1 : path->name);
}

uint32_t pedigree_path_as_folder(const struct pedigree_path *path)
{
	size_t n = path->n;

	while (n > 1 && path->text[n - 1] == '/')
		n--;
	if (!path->base && path->text[0] != '/')
		return 0;
	if (path->base && n == 1 && path->text[0] == '.')
		return path->base;
	return intern(pedigree_seen_hash(path->base, path->text, n), path->base,
		      path->text, n);
}
