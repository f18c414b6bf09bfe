/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A command under capture, from its options to its exit status: what `run`
 * and `deploy` share.
 */
#ifndef PEDIGREE_CLI_WRAP_H
#define PEDIGREE_CLI_WRAP_H

#include <stdbool.h>

#include <pedigree/capture.h>

#include "cli/cli.h"

/* A list of option values, ended by NULL. */
struct cli_values {
	const char **v;
	size_t n;
};
/* False when memory ran out, after saying so. */
bool cli_values_add(struct cli_values *values, const char *value);

struct cli_wrap {
	const struct cli_command *self;
	struct pedigree_session_spec spec;
	char **argv; /* the command; NULL-ended */
	/* Files that were not there at the start: told when they are not there
	   at the end either. */
	struct cli_values missing;
	bool quiet;
	/* NULL, or asked before anything begins; not 0: the exit status of not
	   starting the command. */
	int (*gate)(struct cli_wrap *wrap, const struct pedigree *pedigree);
	/* NULL, or asked after the end, when the record is complete, however
	   long that takes; the exit status, or -1: to end as the command did. */
	int (*after)(struct cli_wrap *wrap, const char *run, int wait_status);
};

/*
 * Runs the command and ends as it did; returns only the statuses 125 to 127
 * of a command that never started, and those of `gate` and `after`.
 */
int cli_wrap(struct cli_wrap *wrap);

/* "--param", "K=V": false after telling that there is no "=" or no key. */
bool cli_wrap_pair(const struct cli_option *option, const char *value);

#endif
