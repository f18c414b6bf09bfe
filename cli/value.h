/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of options that several commands take. Each function answers false,
 * or -1, after telling what is wrong.
 */
#ifndef PEDIGREE_CLI_VALUE_H
#define PEDIGREE_CLI_VALUE_H

#include <stdint.h>

#include "cli/cli.h"

/* As cli_when (when.h). */
bool cli_value_time(const struct cli_option *option, const char *value,
		    int64_t *ret_ms);
/*
 * Which of the option's choices the value is, from 0; -1 when it is none.
 * What the choices mean stands in tables in their order.
 */
int cli_value_choice(const struct cli_option *option, const char *value);
bool cli_value_count(const struct cli_option *option, const char *value,
		     unsigned long *ret_count);
/* "KEY" or "KEY=VALUE"; *owned, to be freed, holds what key and value point
   into. */
bool cli_value_tag(const char *value, char **owned, const char **ret_key,
		   const char **ret_value);

#endif
