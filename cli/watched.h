/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the shim starts, and nobody else: no subcommand, silent, and with
 * nothing to tell but one line for the shim.
 *
 *	--watched compile FD LIST		makes the watch list
 *	--watched begin FD PID apart ARGV…	begins the run of process PID,
 *						waits for its end, finishes it
 *	--watched begin FD PID inside ARGV…	begins it only
 *	--watched finish FD SHIM STATUS		finishes such a run
 */
#ifndef PEDIGREE_CLI_WATCHED_H
#define PEDIGREE_CLI_WATCHED_H

int cli_watched(int argc, char **argv);

#endif
