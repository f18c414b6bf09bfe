/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "cli/reach.h"

#include <stdlib.h>
#include <string.h>

#include "cli/value.h"

void cli_reach_clear(struct cli_reach *reach)
{
	free(reach->kinds);
	free(reach->types);
	free(reach->tag);
}

static bool set_direction(struct cli_reach *reach,
			  const struct cli_option *option, const char *value)
{
	static const enum pedigree_direction directions[] = {
		PEDIGREE_UP,
		PEDIGREE_DOWN,
		PEDIGREE_BOTH,
	};
	int choice = cli_value_choice(option, value);

	if (choice < 0)
		return false;
	reach->trace.direction = directions[choice];
	return true;
}

static bool set_depth(struct cli_reach *reach, const struct cli_option *option,
		      const char *value)
{
	unsigned long depth;

	if (!cli_value_count(option, value, &depth))
		return false;
	/* No lineage is that deep. */
	reach->trace.depth = depth > 1000000 ? 0 : (unsigned int)depth;
	return true;
}

/* Appends to a list that ends with NULL. */
static bool add_word(const char ***list, const char *value)
{
	const char **longer;
	size_t n = 0;

	while (*list && (*list)[n])
		n++;
	longer = realloc(*list, (n + 2) * sizeof(*longer));
	if (!longer) {
		cli_say("out of memory");
		return false;
	}
	longer[n] = value;
	longer[n + 1] = NULL;
	*list = longer;
	return true;
}

static bool set_kind(struct cli_reach *reach, const struct cli_option *option,
		     const char *value)
{
	if (cli_value_choice(option, value) < 0)
		return false;
	if (!add_word(&reach->kinds, value))
		return false;
	reach->trace.kinds = reach->kinds;
	return true;
}

static bool set_type(struct cli_reach *reach, const char *value)
{
	if (!add_word(&reach->types, value))
		return false;
	reach->trace.types = reach->types;
	return true;
}

bool cli_reach_option(struct cli_reach *reach, const struct cli_option *option,
		      const char *value)
{
	struct pedigree_trace_options *trace = &reach->trace;
	const char *name = option->name;

	if (strcmp(name, "direction") == 0)
		reach->ok = set_direction(reach, option, value);
	else if (strcmp(name, "depth") == 0)
		reach->ok = set_depth(reach, option, value);
	else if (strcmp(name, "limit") == 0)
		reach->ok = cli_value_count(option, value, &trace->limit);
	else if (strcmp(name, "kind") == 0)
		reach->ok = set_kind(reach, option, value);
	else if (strcmp(name, "type") == 0)
		reach->ok = set_type(reach, value);
	else if (strcmp(name, "tag") == 0)
		reach->ok = cli_value_tag(value, &reach->tag, &trace->tag_key,
					  &trace->tag_value);
	else if (strcmp(name, "since") == 0)
		reach->ok =
			cli_value_time(option, value, &trace->created_after_ms);
	else if (strcmp(name, "until") == 0)
		reach->ok = cli_value_time(option, value,
					   &trace->created_before_ms);
	else
		return false;
	return true;
}
