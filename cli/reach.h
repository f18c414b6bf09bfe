/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far a question about lineage reaches: what `trace` and `graph` share.
 */
#ifndef PEDIGREE_CLI_REACH_H
#define PEDIGREE_CLI_REACH_H

#include <stdint.h>

#include "cli/cli.h"

struct cli_reach {
	struct pedigree_trace_options trace;
	/* What the members of `trace` point into. */
	const char **kinds, **types;
	char *tag;
	bool ok; /* false after a bad value */
};

void cli_reach_clear(struct cli_reach *reach);
/* Takes the options below; true when it was one, and `ok` tells how it was. */
bool cli_reach_option(struct cli_reach *reach, const struct cli_option *option,
		      const char *value);

/* clang-format off */
#define CLI_REACH_DIRECTION(which) \
	{ .name = "direction", .value = "WAY", .choices = "up|down|both", \
	  .help = "what it was made of (up), what became of it" which }
#define CLI_REACH_DEPTH(usual) \
	{ .name = "depth", .value = "N", \
	  .help = "go at most N steps (0: all the way" usual ")" }
#define CLI_REACH_LIMIT(usual) \
	{ .name = "limit", .value = "N", \
	  .help = "show at most N things, the nearest (0: all" usual ")" }
#define CLI_REACH_FILTERS \
	{ .name = "kind", .value = "KIND", \
	  .choices = "run|artifact|action|context", \
	  .help = "only this kind, or one of several" }, \
	{ .name = "type", .value = "TYPE", \
	  .help = "only this type (DataSet, Model, …), or one of several" }, \
	{ .name = "tag", .value = "K[=V]", .help = "only what has this tag" }, \
	{ .name = "since", .value = "TIME", \
	  .help = "only what was made then or later" }, \
	{ .name = "until", .value = "TIME", .help = "only what was made before" }
/* clang-format on */

#endif
