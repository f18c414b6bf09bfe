/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "hooks/launch.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "hooks/elf.h"
#include "hooks/gate.h"
#include "hooks/log.h"
#include "hooks/note.h"
#include "hooks/paths.h"
#include "hooks/scratch.h"
#include "hooks/sys.h"

static void expect(struct pedigree_launch *launch, int images)
{
	atomic_fetch_add_explicit(pedigree_log_counter(expected),
				  (uint64_t)images, memory_order_relaxed);
	launch->expected = images > 0;
}

static void note_blind(uint32_t kind, int dirfd, const char *path, int flags)
{
	_cleanup_scratch_ char *scratch = NULL;

	if (!pedigree_gate_on())
		return;
	if (flags & AT_EMPTY_PATH && !*path) {
		scratch = pedigree_scratch_get();
		path = pedigree_dirs_ask(dirfd, scratch) ? scratch : NULL;
		dirfd = AT_FDCWD;
	}
	pedigree_note_blind(kind, dirfd, path);
}

/*
 * The loader complains on standard error about a preload that it cannot
 * open, which would be the job's output: su and runuser, chroot, a mount
 * namespace, a spool that is gone. The run's folder is its user's alone, and
 * who gave up being root may still open it until the exec takes the
 * capabilities away.
 */
static bool is_reachable(void)
{
	uint32_t user = (uint32_t)pedigree_sys(SYS_geteuid);
	long fd;

	if (user && user != pedigree_gate_uid)
		return false;
	fd = pedigree_sys(SYS_openat, AT_FDCWD, pedigree_gate_self,
			  O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		pedigree_sys(SYS_close, fd);
	return fd != -EACCES && fd != -ENOENT && fd != -ENOTDIR;
}

/* A loader that is not ours complains, or gives up, on finding us. */
static bool may_preload(uint8_t kind)
{
	return kind != PEDIGREE_BLIND_SANITIZED &&
	       kind != PEDIGREE_BLIND_FOREIGN &&
	       kind != PEDIGREE_BLIND_UNREACHABLE;
}

void pedigree_launch_begin(struct pedigree_launch *launch, int dirfd,
			   const char *path, int flags, char *const envp[],
			   enum pedigree_launch_how how)
{
	uint8_t kind;

	launch->expected = false;
	launch->guest = 0;
	launch->env.envp = envp;
	launch->env.map = NULL;
	if (!pedigree_gate_is_captured())
		return;
	/* First, so that the header's page is mapped by a store at once. */
	expect(launch, 1);
	kind = pedigree_elf_kind(dirfd, path, flags);
	if (!kind && how == PEDIGREE_LAUNCH_SPAWN)
		kind = PEDIGREE_PROGRAM_ORDINARY;
	if (kind == PEDIGREE_PROGRAM_ORDINARY && !is_reachable())
		kind = PEDIGREE_BLIND_UNREACHABLE;
	if (kind != PEDIGREE_PROGRAM_ORDINARY)
		expect(launch, -1);
	if (!kind)
		return;
	if (kind != PEDIGREE_PROGRAM_ORDINARY)
		note_blind(kind, dirfd, path, flags);
	pedigree_env_prepare(&launch->env, envp, may_preload(kind), false);
	if (how == PEDIGREE_LAUNCH_EXEC)
		launch->guest = pedigree_paths_guest_leave();
}

void pedigree_launch_search(struct pedigree_launch *launch, const char *file,
			    char *const envp[], enum pedigree_launch_how how)
{
	_cleanup_scratch_ char *scratch = NULL;

	if (pedigree_gate_is_captured() && file) {
		scratch = pedigree_scratch_get();
		file = pedigree_elf_search(file, scratch);
	}
	pedigree_launch_begin(launch, AT_FDCWD, file, 0, envp, how);
}

void pedigree_launch_done(struct pedigree_launch *launch)
{
	pedigree_env_release(&launch->env);
}

void pedigree_launch_failed(struct pedigree_launch *launch)
{
	if (launch->expected)
		expect(launch, -1);
	pedigree_paths_guest_return(launch->guest);
	pedigree_env_release(&launch->env);
}
