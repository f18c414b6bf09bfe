/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Start-up and fork. Start-up does nothing that the plain loader does not do
 * as well (open, map, close), and fails in silence.
 */
#include "config.h"

#include "hooks/gate.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>

#include "hooks/args.h"
#include "hooks/cold.h"
#include "hooks/env.h"
#include "hooks/loaded.h"
#include "hooks/log.h"
#include "hooks/paths.h"
#include "hooks/rank.h"
#include "hooks/real.h"
#include "hooks/scratch.h"
#include "hooks/secure.h"
#include "hooks/seen.h"
#include "hooks/shared.h"
#include "hooks/sockets.h"
#include "hooks/steps.h"
#include "hooks/sys.h"
#include "hooks/tap.h"
#include "hooks/watched.h"

static _Atomic uint32_t never; /* of processes that are not captured */
_Atomic uint32_t *pedigree_gate = &never;
const char *pedigree_gate_self;
size_t pedigree_gate_folder_n;
unsigned long pedigree_gate_uid;

static _Atomic bool active;
static _Atomic uint32_t pid;
/*
 * One of its pages, of up to 64 KiB, is the one that fork wipes. Not aligned
 * by the linker, which would then tear our memory over more pages.
 */
PEDIGREE_COLD char pedigree_fork_pages[2 * 65536];

/* Only glibc tells its version, and gives constructors the arguments. */
extern const char *gnu_get_libc_version(void) __attribute__((weak));

bool pedigree_gate_is_guest(void)
{
	return (uint32_t)pedigree_sys(SYS_getpid) !=
	       atomic_load_explicit(&pid, memory_order_relaxed);
}

bool pedigree_gate_is_captured(void)
{
	return atomic_load_explicit(&active, memory_order_acquire);
}

/*
 * In a forked child one thread clears up; others, and a signal handler that
 * interrupted it, drop their event rather than wait.
 */
bool pedigree_gate_slow(void)
{
	uint32_t state = PEDIGREE_GATE_WIPED;

	if (!atomic_load_explicit(&active, memory_order_acquire))
		return false;
	if (atomic_compare_exchange_strong(pedigree_gate, &state,
					   PEDIGREE_GATE_BUSY)) {
		atomic_store(&pid, (uint32_t)pedigree_sys(SYS_getpid));
		pedigree_scratch_forked();
		pedigree_seen_forked();
		pedigree_shared_forked();
		pedigree_secure_forked();
		pedigree_sockets_forked();
		pedigree_tap_forked();
		pedigree_log_forked();
		atomic_store_explicit(pedigree_gate, PEDIGREE_GATE_OPEN,
				      memory_order_release);
		return true;
	}
	for (int i = 0; i < 16 && state == PEDIGREE_GATE_BUSY; i++) {
		pedigree_sys(SYS_sched_yield);
		state = atomic_load_explicit(pedigree_gate,
					     memory_order_acquire);
	}
	if (state == PEDIGREE_GATE_OPEN)
		return true;
	pedigree_log_drop(PEDIGREE_DROP_BUSY);
	return false;
}

/*
 * A child of libc's fork, where there is no kernel to wipe a page: old ones
 * refuse it, and emulators of other processors (qemu's) say that they did.
 */
static void wipe(void)
{
	atomic_store(pedigree_gate, PEDIGREE_GATE_WIPED);
}

static void watch_forks(void)
{
	uintptr_t size = getauxval(AT_PAGESZ);
	uintptr_t page =
		((uintptr_t)pedigree_fork_pages + size - 1) & ~(size - 1);

	pedigree_gate = (_Atomic uint32_t *)page;
	pedigree_sys(SYS_madvise, page, size, MADV_WIPEONFORK);
	pthread_atfork(NULL, NULL, wipe);
}

static bool be(const char *self)
{
	if (!self || self[0] != '/')
		return false;
	pedigree_gate_self = self;
	pedigree_gate_folder_n = (size_t)(strrchr(self, '/') - self);
	return pedigree_gate_folder_n > 0;
}

/* Our path, as LD_PRELOAD has it, and its folder: the run's. */
static bool find_self(void)
{
	Dl_info info;

	return dladdr(pedigree_fork_pages, &info) && be(info.dli_fname);
}

/*
 * The buffers are on the stack, here alone: it is the main thread's, and the
 * loader has just touched it, while other memory would cost a fault a page.
 */
static bool start_log(int argc, char **argv, bool preloaded)
{
	const char *program = (const char *)getauxval(AT_EXECFN);
	char cwd[PEDIGREE_SCRATCH_SIZE], args[PEDIGREE_ARGS_SIZE];
	struct pedigree_identity identity = {
		.program = program ? program : "",
	};

	/* Loaded by `pedigree run`, to start the command as any hook would:
	   the process has nothing to say of itself. */
	if (!preloaded)
		return pedigree_log_start(pedigree_gate_self,
					  pedigree_gate_folder_n, NULL);
	pedigree_args_mask(argc, argv, args, &identity);
	if (pedigree_paths_ask_cwd(cwd, &identity.cwd.n))
		identity.cwd.bytes = cwd;
	return pedigree_log_start(pedigree_gate_self, pedigree_gate_folder_n,
				  &identity);
}

/*
 * Runs once, before the program's main and mostly before other threads.
 * Pointers first: hooks work even where nothing is captured.
 */
static __attribute__((constructor)) void start(int argc, char **argv,
					       char **envp)
{
	bool preloaded, watched;

	pedigree_real_resolve();
	if (getauxval(AT_SECURE) || !gnu_get_libc_version)
		return;
	if (!find_self())
		return;
	preloaded = pedigree_env_is_preloaded();
	/* Without a run around it the program may be one that begins its own,
	   in whose folder we are from then on. */
	watched = !pedigree_watched_is_run(pedigree_gate_self,
					   pedigree_gate_folder_n);
	if (watched && !be(pedigree_watched_begin(argc, argv)))
		return;
	preloaded |= watched;
	if (!start_log(argc, argv, preloaded))
		return;
	if (watched) {
		atomic_fetch_add_explicit(pedigree_log_counter(expected), 1,
					  memory_order_relaxed);
		pedigree_watched_ready();
	}
	pedigree_gate_uid = getauxval(AT_UID);
	pedigree_paths_start(pedigree_log_first_cwd());
	pedigree_loaded_start();
	watch_forks();
	atomic_store(&pid, (uint32_t)pedigree_sys(SYS_getpid));
	atomic_store(pedigree_gate, PEDIGREE_GATE_OPEN);
	atomic_store_explicit(&active, true, memory_order_release);
	if (!preloaded)
		return;
	pedigree_loaded_tell();
	pedigree_rank_tell(envp);
	if (pedigree_steps_wanted())
		pedigree_steps_streams();
}
