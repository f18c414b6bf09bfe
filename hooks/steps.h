/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is written only in runs whose programs are told apart as steps
 * (PEDIGREE_MODE_STEPS): what ties programs that a shell starts, and how they
 * end. Nothing here touches errno.
 */
#ifndef PEDIGREE_STEPS_H
#define PEDIGREE_STEPS_H

#include <stdbool.h>
#include <stdint.h>

#include "hooks/log.h"

static inline bool pedigree_steps_wanted(void)
{
	return pedigree_log && (pedigree_log->modes & PEDIGREE_MODE_STEPS);
}

/* At start-up: which files and pipes the program got for its streams. */
void pedigree_steps_streams(void);
/* A child ended; `status` as wait(2) has it. Others are no ends. */
void pedigree_steps_reaped(uint32_t pid, int status);

#endif
