/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Content and names that go: unlink, rmdir, remove, truncate.
 *
 * Records: UNLINK or TRUNCATE after success, with what was destroyed, looked
 * at before.
 * Before start-up: the raw system call; nothing is recorded.
 * Safe in a signal handler and in a vfork child: yes.
 */
#include "config.h"

#include "hooks/gate.h"
#include "hooks/note.h"
#include "hooks/real.h"
#include "hooks/sys.h"

static int raw_unlink(int dirfd, const char *path, int flags)
{
	return (int)pedigree_sys_result(
		pedigree_sys(SYS_unlinkat, dirfd, path, flags));
}

static void look(int dirfd, const char *path,
		 struct pedigree_victim *ret_victim)
{
	pedigree_note_look(dirfd, path, AT_SYMLINK_NOFOLLOW, ret_victim);
}

static int note(int dirfd, const char *path,
		const struct pedigree_victim *victim, int result)
{
	if (!result && pedigree_gate_on())
		pedigree_note_unlink(dirfd, path, victim);
	return result;
}

int unlink(const char *path)
{
	struct pedigree_victim victim;

	if (!pedigree_real.unlink)
		return raw_unlink(AT_FDCWD, path, 0);
	look(AT_FDCWD, path, &victim);
	return note(AT_FDCWD, path, &victim, pedigree_real.unlink(path));
}

int unlinkat(int dirfd, const char *path, int flags)
{
	struct pedigree_victim victim;

	if (!pedigree_real.unlinkat)
		return raw_unlink(dirfd, path, flags);
	look(dirfd, path, &victim);
	return note(dirfd, path, &victim,
		    pedigree_real.unlinkat(dirfd, path, flags));
}

int rmdir(const char *path)
{
	const struct pedigree_victim victim = { .folder = true };

	if (!pedigree_real.rmdir)
		return raw_unlink(AT_FDCWD, path, AT_REMOVEDIR);
	return note(AT_FDCWD, path, &victim, pedigree_real.rmdir(path));
}

/* Before start-up as libc does it: a file, or else a folder. */
int remove(const char *path)
{
	struct pedigree_victim victim;
	int result;

	if (!pedigree_real.remove) {
		result = raw_unlink(AT_FDCWD, path, 0);
		return result && errno == EISDIR
			       ? raw_unlink(AT_FDCWD, path, AT_REMOVEDIR)
			       : result;
	}
	look(AT_FDCWD, path, &victim);
	return note(AT_FDCWD, path, &victim, pedigree_real.remove(path));
}

static int note_truncate(const char *path, const struct pedigree_victim *victim,
			 int result)
{
	if (!result && pedigree_gate_on())
		pedigree_note_truncate(path, victim);
	return result;
}

int truncate(const char *path, off_t size)
{
	struct pedigree_victim victim;

	if (!pedigree_real.truncate)
		return (int)pedigree_sys_result(
			pedigree_sys(SYS_truncate, path, size));
	pedigree_note_look(AT_FDCWD, path, 0, &victim);
	return note_truncate(path, &victim, pedigree_real.truncate(path, size));
}

int truncate64(const char *path, off64_t size)
{
	struct pedigree_victim victim;

	if (!pedigree_real.truncate64)
		return (int)pedigree_sys_result(
			pedigree_sys(SYS_truncate, path, size));
	pedigree_note_look(AT_FDCWD, path, 0, &victim);
	return note_truncate(path, &victim,
			     pedigree_real.truncate64(path, size));
}
