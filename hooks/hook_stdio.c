/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fopen and freopen, whose open inside libc cannot be interposed. fdopen
 * opens nothing.
 *
 * Records: OPEN after success; freopen with a NULL path opens nothing new.
 * Before start-up: the real function; nothing is recorded.
 * Safe in a signal handler and in a vfork child: as the real ones (no).
 */
#include "config.h"

#include "hooks/gate.h"
#include "hooks/note.h"
#include "hooks/paths.h"
#include "hooks/real.h"

/* What flags fopen makes of a mode: r w a, then +, up to a comma. */
static int mode_flags(const char *mode)
{
	int flags = *mode == 'r' ? 0 : O_CREAT;
	int access = *mode == 'r' ? O_RDONLY : O_WRONLY;

	if (*mode == 'w')
		flags |= O_TRUNC;
	while (*mode && *mode != ',')
		if (*mode++ == '+')
			access = O_RDWR;
	return flags | access;
}

/* A mode that libc will refuse destroys nothing. */
static void look(const char *path, const char *mode,
		 struct pedigree_victim *ret_victim)
{
	ret_victim->content = false;
	if (path && mode && *mode == 'w')
		pedigree_note_before_open(AT_FDCWD, path, mode_flags(mode),
					  ret_victim);
}

static FILE *note(const char *path, const char *mode, FILE *stream,
		  const struct pedigree_victim *victim)
{
	if (stream && path && pedigree_gate_on())
		pedigree_note_open(AT_FDCWD, path, mode_flags(mode),
				   pedigree_dirs_used ? fileno(stream) : -1,
				   victim);
	return stream;
}

FILE *fopen(const char *path, const char *mode)
{
	struct pedigree_victim victim;

	look(path, mode, &victim);
	return note(path, mode, pedigree_real_of(fopen)(path, mode), &victim);
}

FILE *fopen64(const char *path, const char *mode)
{
	struct pedigree_victim victim;

	look(path, mode, &victim);
	return note(path, mode, pedigree_real_of(fopen64)(path, mode), &victim);
}

FILE *freopen(const char *path, const char *mode, FILE *stream)
{
	struct pedigree_victim victim;

	look(path, mode, &victim);
	return note(path, mode, pedigree_real_of(freopen)(path, mode, stream),
		    &victim);
}

FILE *freopen64(const char *path, const char *mode, FILE *stream)
{
	struct pedigree_victim victim;

	look(path, mode, &victim);
	return note(path, mode, pedigree_real_of(freopen64)(path, mode, stream),
		    &victim);
}
