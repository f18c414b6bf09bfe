/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "cli/cli.h"
#include "cli/json.h"

struct options {
	struct pedigree_print print;
	bool show_origin;
	bool check;
};

struct listing {
	bool show_origin;
	bool json;
	bool any;
	char section[256]; /* whose header was printed last */
};

static bool on_option(void *ctx, const struct cli_option *option,
		      const char *value)
{
	struct options *options = ctx;
	bool ok = true;

	if (strcmp(option->name, "show-origin") == 0)
		options->show_origin = true;
	else if (strcmp(option->name, "check") == 0)
		options->check = true;
	else
		cli_print_option(option, value, &options->print, &ok);
	return ok;
}

/* Values from the environment may hold any byte but NUL. */
static void put_text(const char *text)
{
	for (; *text; text++)
		putchar((unsigned char)*text < ' ' || *text == 0x7f ? '?'
								    : *text);
}

static void put_json(const char *name, const char *value, const char *end)
{
	printf("\"%s\": ", name);
	cli_json_string(value);
	fputs(end, stdout);
}

static void list_json(struct listing *listing,
		      const struct pedigree_setting_view *setting)
{
	fputs(listing->any ? ",\n  {" : "[\n  {", stdout);
	put_json("Section", setting->section, ", ");
	put_json("Key", setting->key, ", ");
	put_json("Value", setting->value, ", ");
	put_json("Origin", setting->origin, ", ");
	printf("\"InForce\": %s}", setting->in_force ? "true" : "false");
	listing->any = true;
}

static void list_text(struct listing *listing,
		      const struct pedigree_setting_view *setting)
{
	if (!setting->in_force && !listing->show_origin)
		return;
	if (!listing->any || strcmp(listing->section, setting->section) != 0) {
		fputs(listing->any ? "\n[" : "[", stdout);
		put_text(setting->section);
		puts("]");
		snprintf(listing->section, sizeof(listing->section), "%s",
			 setting->section);
	}
	listing->any = true;
	if (!setting->in_force)
		fputs("; replaced: ", stdout);
	put_text(setting->key);
	fputs(" = ", stdout);
	put_text(setting->value);
	if (listing->show_origin) {
		fputs(" ; ", stdout);
		put_text(setting->origin);
	}
	putchar('\n');
}

static void list_one(void *ctx, const struct pedigree_setting_view *setting)
{
	struct listing *listing = ctx;

	if (listing->json)
		list_json(listing, setting);
	else
		list_text(listing, setting);
}

static int list(const struct pedigree *pedigree, const struct options *options)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct listing listing = {
		.show_origin = options->show_origin,
		.json = options->print.format == PEDIGREE_JSON,
	};

	if (pedigree_settings(pedigree, list_one, &listing, &err) < 0)
		return cli_fail(&err);
	if (listing.json)
		puts(listing.any ? "\n]" : "[]");
	return CLI_OK;
}

static int print_value(const struct pedigree *pedigree, const char *name)
{
	const char *value = pedigree_setting(pedigree, name);

	if (!value)
		return CLI_NOTHING;
	puts(value);
	return CLI_OK;
}

struct mistakes {
	bool json;
	size_t n;
};

static void print_mistake(void *ctx, const char *sentence)
{
	struct mistakes *mistakes = ctx;

	if (!mistakes->json) {
		puts(sentence);
	} else {
		fputs(mistakes->n ? ",\n  {" : "[\n  {", stdout);
		put_json("Mistake", sentence, "}");
	}
	mistakes->n++;
}

static int check(const char *file, bool json)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct mistakes mistakes = { .json = json };

	if (pedigree_check_configuration(file, print_mistake, &mistakes, &err) <
	    0)
		return cli_fail(&err);
	if (json)
		puts(mistakes.n ? "\n]" : "[]");
	return mistakes.n ? CLI_NOTHING : CLI_OK;
}

static int config(const struct cli_command *self, int argc, char **argv)
{
	struct options options = { 0 };
	struct pedigree *pedigree;
	int first, status;

	cli_print_init(&options.print, stdout);
	first = cli_parse(self, argc, argv, on_option, &options);
	if (first < 0)
		return CLI_TROUBLE;
	if (argc - first > 1)
		return cli_usage(self,
				 "config takes one name, and '%s' is a second",
				 argv[first + 1]);
	if (options.check)
		return check(first < argc ? argv[first] : NULL,
			     options.print.format == PEDIGREE_JSON);
	pedigree = cli_open(NULL);
	if (!pedigree)
		return CLI_TROUBLE;
	status = first < argc ? print_value(pedigree, argv[first])
			      : list(pedigree, &options);
	pedigree_close(pedigree);
	return status;
}

static const struct cli_option config_options[] = {
	{ .name = "check",
	  .help = "list all mistakes, of all files or of the one that is named" },
	{ .name = "show-origin",
	  .help = "say where each value comes from; list replaced ones, too" },
	{ .name = "format",
	  .value = "FORMAT",
	  .choices = "text|json",
	  .help = "print text (the default) or JSON" },
	{ .name = "json", .help = "the same as --format json" },
	{ .name = NULL },
};

const struct cli_command cli_config = {
	.name = "config",
	.arguments = "[SECTION.KEY | FILE]",
	.summary = "print the configuration and where it comes from",
	.description =
		"Prints all settings in force, lowest layer first: built-in ones, then files,\n"
		"environment and flags. Of rules (match in [artifact NAME] and [exclude]) those\n"
		"of higher layers are tried first. With SECTION.KEY prints that value alone.\n"
		"\n"
		"Exit status: 0, 1 when SECTION.KEY has no value or --check found a mistake, 2\n"
		"when the configuration is wrong. pedigree.conf(5) describes the files.",
	.options = config_options,
	.main = config,
};
