/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "cli/cli.h"
#include "cli/json.h"

static const struct {
	const char *text, *json;
} words[] = {
	[PEDIGREE_HEALTH_OK] = { "ok", "Ok" },
	[PEDIGREE_HEALTH_NOTE] = { "note", "Note" },
	[PEDIGREE_HEALTH_BAD] = { "BAD", "Bad" },
};

struct options {
	struct pedigree_print print;
	size_t n;
	bool ok; /* of a printing option */
};

static bool on_option(void *ctx, const struct cli_option *option,
		      const char *value)
{
	struct options *options = ctx;

	return !cli_print_option(option, value, &options->print,
				 &options->ok) ||
	       options->ok;
}

static void print_text(void *ctx, enum pedigree_health health, const char *what,
		       const char *sentence)
{
	(void)ctx;
	printf("%-5s %-16s %s\n", words[health].text, what, sentence);
}

static void print_json(void *ctx, enum pedigree_health health, const char *what,
		       const char *sentence)
{
	struct options *options = ctx;

	printf("%s{\"Health\":\"%s\",\"What\":", options->n++ ? ",\n" : "",
	       words[health].json);
	cli_json_string(what);
	printf(",\"Sentence\":");
	cli_json_string(sentence);
	putchar('}');
}

static int doctor(const struct cli_command *self, int argc, char **argv)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct options options = { .n = 0 };
	struct pedigree *pedigree;
	int first, health;
	bool json;

	cli_print_init(&options.print, stdout);
	first = cli_parse(self, argc, argv, on_option, &options);
	if (first < 0)
		return CLI_TROUBLE;
	if (first < argc)
		return cli_usage(self, "doctor takes no argument '%s'",
				 argv[first]);
	pedigree = cli_open(NULL);
	if (!pedigree)
		return CLI_TROUBLE;
	json = options.print.format == PEDIGREE_JSON;
	if (json)
		putchar('[');
	health = pedigree_doctor(pedigree, json ? print_json : print_text,
				 &options, &err);
	if (json)
		puts("]");
	pedigree_close(pedigree);
	if (health < 0)
		return cli_fail(&err);
	return health == PEDIGREE_HEALTH_BAD ? CLI_NOTHING : CLI_OK;
}

static const struct cli_option doctor_options[] = {
	{ .name = "format",
	  .value = "FORMAT",
	  .choices = "text|json",
	  .help = "print text (the default) or JSON" },
	{ .name = "json", .help = "the same as --format json" },
	{ .name = NULL },
};

const struct cli_command cli_doctor = {
	.name = "doctor",
	.arguments = "",
	.summary = "check that everything a run needs is in place",
	.description =
		"Exit status: 0 when runs will be captured and recorded, 1 when something is\n"
		"bad.",
	.options = doctor_options,
	.main = doctor,
};
