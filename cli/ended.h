/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of a process that is not our child.
 */
#ifndef PEDIGREE_CLI_ENDED_H
#define PEDIGREE_CLI_ENDED_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Waits until it has ended. True with what waitpid(2) would say; false when
 * that is not known, as nobody may be told but the parent: before Linux 6.15
 * it is only there until the parent has asked.
 */
bool cli_ended_wait(int pidfd, pid_t pid, int *ret_status);

#endif
