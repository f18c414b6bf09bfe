/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/json.h"
#include "cli/value.h"

struct options {
	bool test;
	bool json;
};

static bool on_option(void *ctx, const struct cli_option *option,
		      const char *value)
{
	struct options *options = ctx;

	if (strcmp(option->name, "test") == 0) {
		options->test = true;
	} else if (strcmp(option->name, "json") == 0) {
		options->json = true;
	} else if (cli_value_choice(option, value) >= 0) {
		options->json = strcmp(value, "json") == 0;
	} else {
		return false;
	}
	return true;
}

static void print(void *ctx, unsigned long i, const char *kept, const char *why)
{
	const struct options *options = ctx;

	(void)i;
	if (!options->json) {
		fputs(kept, stdout);
		if (why)
			printf("\t# %s", why);
		putchar('\n');
		return;
	}
	fputs("{\"Kept\": ", stdout);
	cli_json_string(kept);
	fputs(", \"Rule\": ", stdout);
	if (why)
		cli_json_string(why);
	else
		fputs("null", stdout);
	puts("}");
}

/* Each line stands for itself. */
static int test_lines(const struct pedigree *pedigree, struct options *options,
		      struct pedigree_error *err)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t n;
	int lost = 0;

	while ((n = getline(&line, &room, stdin)) >= 0) {
		const char *word = line;
		int rc;

		if (n && line[n - 1] == '\n')
			line[n - 1] = '\0';
		rc = pedigree_redact_test(pedigree, &word, 1, print, options,
					  err);
		if (rc < 0) {
			lost = rc;
			break;
		}
		lost |= rc;
	}
	free(line);
	return lost;
}

static int redact(const struct cli_command *self, int argc, char **argv)
{
	struct options options = { .test = false };
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	int first = cli_parse(self, argc, argv, on_option, &options);
	struct pedigree *pedigree;
	int lost;

	if (first < 0)
		return CLI_TROUBLE;
	if (!options.test)
		return cli_usage(
			self, "redact needs --test: it changes nothing itself");
	pedigree = cli_open(NULL);
	if (!pedigree)
		return CLI_TROUBLE;
	if (first < argc)
		lost = pedigree_redact_test(pedigree,
					    (const char *const *)argv + first,
					    (unsigned long)(argc - first),
					    print, &options, &err);
	else
		lost = test_lines(pedigree, &options, &err);
	pedigree_close(pedigree);
	if (lost < 0)
		return cli_fail(&err);
	return lost ? CLI_OK : CLI_NOTHING;
}

static const struct cli_option redact_options[] = {
	{ .name = "test", .help = "show what would be kept; required" },
	{ .name = "format",
	  .value = "FORMAT",
	  .choices = "text|json",
	  .help = "text (the default), or one JSON object per line" },
	{ .name = "json", .help = "the same as --format json" },
	{ .name = NULL },
};

const struct cli_command cli_redact = {
	.name = "redact",
	.arguments = "[--] [ARGUMENT…]",
	.summary = "show what would be kept of arguments that may hold secrets",
	.description =
		"Prints what a record would keep of each ARGUMENT, taken together as one command\n"
		"line, or of each line of standard input on its own. After each that would lose\n"
		"something it says how that was recognised: by its name, its look, its place in\n"
		"a URL, an option of the program, or a pattern of [redact] in the configuration.\n"
		"Nothing is recorded.\n"
		"\n"
		"  pedigree redact --test -- train.py --password hunter2\n"
		"\n"
		"Exit status: 0 when something would be left out, 1 when nothing would, 2 on\n"
		"trouble.",
	.options = redact_options,
	.main = redact,
};
