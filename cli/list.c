/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli/ask.h"
#include "cli/value.h"

struct options {
	struct cli_ask ask;
	struct pedigree_list_options list;
	char *tag; /* copy that tag_key points into */
};

static bool set_sort(struct options *options, const char *value)
{
	static const char *const words[][2] = {
		{ "CreationTime", "CreationTime" },
		{ "time", "CreationTime" },
		{ "Name", "Name" },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (strcasecmp(words[i][0], value) != 0)
			continue;
		options->list.sort_by = words[i][1];
		return true;
	}
	if (strncmp(value, "Tags.", 5) == 0 && value[5]) {
		options->list.sort_by = value;
		return true;
	}
	cli_say("--sort-by is CreationTime, Name or Tags.KEY, not '%s'", value);
	return false;
}

static bool on_option(void *ctx, const struct cli_option *option,
		      const char *value)
{
	struct options *options = ctx;
	struct pedigree_list_options *list = &options->list;
	const char *name = option->name;

	if (cli_ask_option(&options->ask, option, value))
		return options->ask.ok;
	if (strcmp(name, "type") == 0)
		list->type = value;
	else if (strcmp(name, "name") == 0)
		list->name = value;
	else if (strcmp(name, "source-uri") == 0)
		list->source_uri = value;
	else if (strcmp(name, "tag") == 0)
		return cli_value_tag(value, &options->tag, &list->tag_key,
				     &list->tag_value);
	else if (strcmp(name, "created-after") == 0)
		return cli_value_time(option, value, &list->created_after_ms);
	else if (strcmp(name, "created-before") == 0)
		return cli_value_time(option, value, &list->created_before_ms);
	else if (strcmp(name, "sort-by") == 0)
		return set_sort(options, value);
	else if (strcmp(name, "ascending") == 0)
		list->ascending = 1;
	else
		return cli_value_count(option, value, &list->limit);
	return true;
}

static int list(const struct cli_command *self, int argc, char **argv)
{
	struct options options = { 0 };
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree *pedigree;
	int first, status;
	long n;

	cli_ask_init(&options.ask);
	first = cli_parse(self, argc, argv, on_option, &options);
	if (first < 0) {
		free(options.tag);
		return CLI_TROUBLE;
	}
	if (argc - first != 1) {
		free(options.tag);
		return cli_usage(
			self,
			"say what to list: runs, datasets, models, deployments, endpoints, artifacts, actions, contexts, trials, experiments or associations");
	}
	options.list.what = argv[first];
	pedigree = cli_ask_open(&options.ask);
	if (!pedigree) {
		free(options.tag);
		return CLI_TROUBLE;
	}
	n = pedigree_list(pedigree, &options.list, &options.ask.print, stdout,
			  &err);
	status = cli_ask_end(pedigree, n, &err);
	free(options.tag);
	if (n != 0)
		return status;
	cli_say("there are no %s%s", argv[first],
		options.ask.print.format == PEDIGREE_JSON
			? ""
			: " that were asked for; 'pedigree run -- COMMAND' records a run");
	return CLI_NOTHING;
}

static const struct cli_option list_options[] = {
	{ .name = "type", .value = "TYPE", .help = "only those of this type" },
	{ .name = "name",
	  .value = "TEXT",
	  .help = "only those with this text in the name" },
	{ .name = "source-uri",
	  .value = "URI",
	  .help = "only those with this source" },
	{ .name = "tag",
	  .value = "KEY[=VALUE]",
	  .help = "only those with this tag" },
	{ .name = "created-after",
	  .value = "TIME",
	  .help = "only newer ones; 2026-11-22, 2026-11-22T23:01:07Z or seconds" },
	{ .name = "created-before",
	  .value = "TIME",
	  .help = "only older ones" },
	{ .name = "sort-by",
	  .value = "KEY",
	  .choices = "CreationTime|Name|Tags.",
	  .help = "sort by this, or by Tags.KEY (CreationTime)" },
	{ .name = "ascending",
	  .help = "oldest first, or in alphabetical order" },
	{ .name = "limit", .value = "N", .help = "at most N" },
	CLI_ASK_BACKEND,
	CLI_PRINT_OPTIONS,
	{ .name = NULL },
};

const struct cli_command cli_list = {
	.name = "list",
	.arguments =
		"runs|datasets|models|deployments|endpoints|artifacts|actions|contexts|trials|experiments|associations",
	.summary = "list what is recorded",
	.description =
		"datasets and models are artifacts of these types, deployments are actions and\n"
		"endpoints are contexts; artifacts, actions and contexts list those of any type.\n"
		"\n"
		"Runs that have not ended yet are listed too, as InProgress. Times without a\n"
		"zone are UTC.\n"
		"\n"
		"Exit status: 0 something was listed, 1 nothing, 2 wrong usage or a ledger that\n"
		"cannot be read.",
	.options = list_options,
	.main = list,
};
