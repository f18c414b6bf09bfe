/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Folders: opendir, and the calls that change what paths are relative to.
 *
 * Records: opendir: OPEN of a folder. chroot: BLIND. chdir, fchdir: nothing;
 * the cwd is asked for when it is needed next.
 * Before start-up: opendir, closedir: the real function. Others: the raw
 * system call. Nothing is recorded.
 * Safe in a signal handler: chdir, fchdir, chroot. In a vfork child: all; its
 * cwd is not the parent's, and hooks/paths.c keeps them apart.
 */
#include "config.h"

#include "hooks/gate.h"
#include "hooks/note.h"
#include "hooks/paths.h"
#include "hooks/real.h"
#include "hooks/sys.h"

DIR *opendir(const char *path)
{
	DIR *dir = pedigree_real_of(opendir)(path);

	if (dir && pedigree_gate_on())
		pedigree_note_open(AT_FDCWD, path, O_RDONLY | O_DIRECTORY,
				   dirfd(dir), NULL);
	return dir;
}

/* libc lets a caller be told that NULL is no folder. */
static void forget(DIR *dir)
{
	if (dir)
		pedigree_dirs_forget(dirfd(dir));
}

/* Its close inside libc cannot be interposed. */
int closedir(DIR *dir)
{
	if (pedigree_dirs_used)
		forget(dir);
	return pedigree_real_of(closedir)(dir);
}

static int moved(int result)
{
	if (!result && pedigree_gate_on())
		pedigree_paths_moved();
	return result;
}

int chdir(const char *path)
{
	if (!pedigree_real.chdir)
		return (int)pedigree_sys_result(pedigree_sys(SYS_chdir, path));
	return moved(pedigree_real.chdir(path));
}

int fchdir(int fd)
{
	if (!pedigree_real.fchdir)
		return (int)pedigree_sys_result(pedigree_sys(SYS_fchdir, fd));
	return moved(pedigree_real.fchdir(fd));
}

int chroot(const char *path)
{
	int result;

	if (!pedigree_real.chroot)
		return (int)pedigree_sys_result(pedigree_sys(SYS_chroot, path));
	result = pedigree_real.chroot(path);
	if (!result && pedigree_gate_on())
		pedigree_note_chroot(path);
	return result;
}
