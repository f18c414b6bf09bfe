/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times on the command line.
 */
#ifndef PEDIGREE_CLI_WHEN_H
#define PEDIGREE_CLI_WHEN_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Milliseconds since the epoch of an ISO 8601 date ("2026-11-22"), date and
 * time ("2026-11-22T23:01:07.5+01:00"; a space for the T, "Z" or no zone for
 * UTC) or number of seconds since the epoch.
 */
bool cli_when(const char *text, int64_t *ret_ms);

#endif
