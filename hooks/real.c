/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "hooks/real.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct pedigree_real pedigree_real;

/*
 * One string, in the order of struct pedigree_real: a table of pointers to
 * names would cost every process a relocation per name.
 */
static const char names[] =
#define HOOK(type, name, parameters) #name "\0"
#include "hooks/interpose.def"
#undef HOOK
	;

void pedigree_real_resolve(void)
{
	void **place = (void **)&pedigree_real;
	bool missing = false;

	for (const char *name = names; *name; name += strlen(name) + 1) {
		*place = dlsym(RTLD_NEXT, name);
		missing |= !*place;
		place++;
	}
	/* The program must not find an error of ours. */
	if (missing)
		(void)dlerror();
}
