/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of subcommands, in the order in which help shows them.
 */
#include "config.h"

#include <string.h>

#include "cli/cli.h"

#define COMMANDS(ROW) \
	ROW(run) \
	ROW(deploy) \
	ROW(trace) \
	ROW(upstream) \
	ROW(downstream) \
	ROW(graph) \
	ROW(export) \
	ROW(list) \
	ROW(show) \
	ROW(explain) \
	ROW(verify) \
	ROW(diff) \
	ROW(rerun) \
	ROW(events) \
	ROW(api) \
	ROW(config) \
	ROW(push) \
	ROW(gc) \
	ROW(redact) \
	ROW(env) \
	ROW(doctor)

#define DECLARE(name) extern const struct cli_command cli_##name;
COMMANDS(DECLARE)
#undef DECLARE

#define ADDRESS(name) &cli_##name,
const struct cli_command *const cli_commands[] = { COMMANDS(ADDRESS) NULL };
#undef ADDRESS

const struct cli_command *cli_command_find(const char *name)
{
	for (size_t i = 0; cli_commands[i]; i++)
		if (strcmp(cli_commands[i]->name, name) == 0)
			return cli_commands[i];
	return NULL;
}
