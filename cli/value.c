/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "cli/value.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/when.h"

bool cli_value_time(const struct cli_option *option, const char *value,
		    int64_t *ret_ms)
{
	if (cli_when(value, ret_ms))
		return true;
	cli_say("--%s is a date such as 2026-11-22, 2026-11-22T23:01:07Z or a number of seconds since 1970, not '%s'",
		option->name, value);
	return false;
}

int cli_value_choice(const struct cli_option *option, const char *value)
{
	const char *at = option->choices;

	for (int i = 0; *at; i++) {
		size_t n = strcspn(at, "|");

		if (strlen(value) == n && strncmp(at, value, n) == 0)
			return i;
		at += n + (at[n] == '|');
	}
	cli_say("--%s is %s, not '%s'", option->name, option->choices, value);
	return -1;
}

bool cli_value_count(const struct cli_option *option, const char *value,
		     unsigned long *ret_count)
{
	char *end;

	errno = 0;
	*ret_count = strtoul(value, &end, 10);
	if (!*end && end != value && *value != '-' && !errno)
		return true;
	cli_say("--%s is a number, not '%s'", option->name, value);
	return false;
}

bool cli_value_tag(const char *value, char **owned, const char **ret_key,
		   const char **ret_value)
{
	char *equals;

	free(*owned);
	*owned = strdup(value);
	if (!*owned) {
		cli_say("out of memory");
		return false;
	}
	equals = strchr(*owned, '=');
	if (equals)
		*equals = '\0';
	*ret_key = *owned;
	*ret_value = equals ? equals + 1 : NULL;
	return true;
}
