/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Overrides: dlclose, after which a library may be gone that a hook was about
 * to call into. (dlopen and dlsym are not overridden: what they find depends
 * on who calls.)
 * Records: nothing.
 * Before start-up: the real function is looked up.
 * Safe in a signal handler and in a vfork child: as far as dlclose is.
 */
#include "config.h"

#include "hooks/late.h"
#include "hooks/real.h"

int dlclose(void *library)
{
	int result;

	pedigree_late_closing();
	result = pedigree_real_of(dlclose)(library);
	pedigree_late_closed();
	return result;
}
