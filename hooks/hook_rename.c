/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names that appear and move: rename, link, symlink and their -at siblings.
 *
 * Records: RENAME (with what was overwritten, looked at before), LINK and
 * SYMLINK after success.
 * Before start-up: the raw system call; nothing is recorded.
 * Safe in a signal handler and in a vfork child: yes.
 */
#include "config.h"

#include "hooks/gate.h"
#include "hooks/note.h"
#include "hooks/real.h"
#include "hooks/sys.h"

static int raw_rename(int fromfd, const char *from, int tofd, const char *to,
		      unsigned int flags)
{
	return (int)pedigree_sys_result(
		pedigree_sys(SYS_renameat2, fromfd, from, tofd, to, flags));
}

static int note(const struct pedigree_rename *rename, int result)
{
	if (!result && pedigree_gate_on())
		pedigree_note_rename(rename);
	return result;
}

int rename(const char *from, const char *to)
{
	struct pedigree_rename both = {
		.fromfd = AT_FDCWD,
		.from = from,
		.tofd = AT_FDCWD,
		.to = to,
	};

	if (!pedigree_real.rename)
		return raw_rename(AT_FDCWD, from, AT_FDCWD, to, 0);
	pedigree_note_before_rename(&both);
	return note(&both, pedigree_real.rename(from, to));
}

int renameat(int fromfd, const char *from, int tofd, const char *to)
{
	struct pedigree_rename both = {
		.fromfd = fromfd,
		.from = from,
		.tofd = tofd,
		.to = to,
	};

	if (!pedigree_real.renameat)
		return raw_rename(fromfd, from, tofd, to, 0);
	pedigree_note_before_rename(&both);
	return note(&both, pedigree_real.renameat(fromfd, from, tofd, to));
}

int renameat2(int fromfd, const char *from, int tofd, const char *to,
	      unsigned int flags)
{
	struct pedigree_rename both = {
		.fromfd = fromfd,
		.from = from,
		.tofd = tofd,
		.to = to,
		.flags = flags,
	};

	if (!pedigree_real.renameat2)
		return raw_rename(fromfd, from, tofd, to, flags);
	pedigree_note_before_rename(&both);
	return note(&both,
		    pedigree_real.renameat2(fromfd, from, tofd, to, flags));
}

static int note_link(int fromfd, const char *from, int tofd, const char *to,
		     int flags, int result)
{
	if (!result && pedigree_gate_on())
		pedigree_note_link(fromfd, from, tofd, to, flags);
	return result;
}

int link(const char *from, const char *to)
{
	if (!pedigree_real.link)
		return (int)pedigree_sys_result(pedigree_sys(
			SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0));
	return note_link(AT_FDCWD, from, AT_FDCWD, to, 0,
			 pedigree_real.link(from, to));
}

int linkat(int fromfd, const char *from, int tofd, const char *to, int flags)
{
	if (!pedigree_real.linkat)
		return (int)pedigree_sys_result(pedigree_sys(
			SYS_linkat, fromfd, from, tofd, to, flags));
	return note_link(fromfd, from, tofd, to, flags,
			 pedigree_real.linkat(fromfd, from, tofd, to, flags));
}

static int note_symlink(const char *target, int dirfd, const char *path,
			int result)
{
	if (!result && pedigree_gate_on())
		pedigree_note_symlink(target, dirfd, path);
	return result;
}

int symlink(const char *target, const char *path)
{
	if (!pedigree_real.symlink)
		return (int)pedigree_sys_result(
			pedigree_sys(SYS_symlinkat, target, AT_FDCWD, path));
	return note_symlink(target, AT_FDCWD, path,
			    pedigree_real.symlink(target, path));
}

int symlinkat(const char *target, int dirfd, const char *path)
{
	if (!pedigree_real.symlinkat)
		return (int)pedigree_sys_result(
			pedigree_sys(SYS_symlinkat, target, dirfd, path));
	return note_symlink(target, dirfd, path,
			    pedigree_real.symlinkat(target, dirfd, path));
}
