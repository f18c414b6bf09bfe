/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mkstemp family. The name is known after the call.
 *
 * Records: OPEN after success, read and write, created.
 * Before start-up: the real function; nothing is recorded.
 * Safe in a signal handler and in a vfork child: as the real ones.
 */
#include "config.h"

#include "hooks/gate.h"
#include "hooks/note.h"
#include "hooks/real.h"

static int note(const char *path, int fd)
{
	if (fd >= 0 && pedigree_gate_on())
		pedigree_note_open(AT_FDCWD, path, O_RDWR | O_CREAT, fd, NULL);
	return fd;
}

int mkstemp(char *pattern)
{
	return note(pattern, pedigree_real_of(mkstemp)(pattern));
}

int mkstemp64(char *pattern)
{
	return note(pattern, pedigree_real_of(mkstemp64)(pattern));
}

int mkostemp(char *pattern, int flags)
{
	return note(pattern, pedigree_real_of(mkostemp)(pattern, flags));
}

int mkostemp64(char *pattern, int flags)
{
	return note(pattern, pedigree_real_of(mkostemp64)(pattern, flags));
}

int mkstemps(char *pattern, int suffix)
{
	return note(pattern, pedigree_real_of(mkstemps)(pattern, suffix));
}

int mkstemps64(char *pattern, int suffix)
{
	return note(pattern, pedigree_real_of(mkstemps64)(pattern, suffix));
}

int mkostemps(char *pattern, int suffix, int flags)
{
	return note(pattern,
		    pedigree_real_of(mkostemps)(pattern, suffix, flags));
}

int mkostemps64(char *pattern, int suffix, int flags)
{
	return note(pattern,
		    pedigree_real_of(mkostemps64)(pattern, suffix, flags));
}
