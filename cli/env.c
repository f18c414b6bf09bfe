/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <pedigree/watch.h>

#include "cli/cli.h"
#include "cli/json.h"

#define FORMATS "sh|docker|systemd|slurm|json"

struct variable {
	const char *name;
	const char *value;
};

enum {
	VARIABLES = 4
};

struct format {
	const char *word;
	const char *before; /* lines in front; or NULL */
	const char *home;   /* PEDIGREE_HOME where it is not set; or NULL */
	void (*put)(const struct variable *variable);
};

struct options {
	const struct format *format;
	const char *list;
};

/* The value with `escape` in front of each byte of `special`. */
static void put_escaped(const char *value, const char *special, char escape)
{
	for (; *value; value++) {
		if (strchr(special, *value))
			putchar(escape);
		putchar(*value);
	}
}

static void put_quoted(const char *value)
{
	putchar('\'');
	for (; *value; value++) {
		if (*value == '\'')
			fputs("'\\'", stdout);
		putchar(*value);
	}
	putchar('\'');
}

static bool is_preload(const struct variable *variable)
{
	return strcmp(variable->name, "LD_PRELOAD") == 0;
}

/* What is preloaded already stays. */
static void put_sh(const struct variable *variable)
{
	printf("export %s=", variable->name);
	put_quoted(variable->value);
	puts(is_preload(variable) ? "\"${LD_PRELOAD:+:$LD_PRELOAD}\"" : "");
}

static void put_docker(const struct variable *variable)
{
	printf("ENV %s=\"", variable->name);
	put_escaped(variable->value, "\"\\$", '\\');
	puts("\"");
}

static void put_systemd(const struct variable *variable)
{
	const char *value = variable->value;

	printf("Environment=\"%s=", variable->name);
	for (; *value; value++) {
		/* "%S" is the one specifier of ours. */
		if (*value == '%' && strncmp(value, "%S/pedigree", 11) != 0)
			putchar('%');
		if (*value == '"' || *value == '\\')
			putchar('\\');
		putchar(*value);
	}
	puts("\"");
}

/* A TaskProlog prints what is to be set for the task. */
static void put_slurm(const struct variable *variable)
{
	printf("echo 'export %s=", variable->name);
	for (const char *value = variable->value; *value; value++) {
		if (*value == '\'')
			fputs("'\\'", stdout);
		putchar(*value);
	}
	puts(is_preload(variable) ? "'\"${LD_PRELOAD:+:$LD_PRELOAD}\"" : "'");
}

static const struct format formats[] = {
	{ .word = "sh", .put = put_sh },
	{ .word = "docker", .home = "/var/lib/pedigree", .put = put_docker },
	{ .word = "systemd",
	  .before = "[Service]\nStateDirectory=pedigree\n",
	  .home = "%S/pedigree",
	  .put = put_systemd },
	{ .word = "slurm", .before = "#!/bin/sh\n", .put = put_slurm },
	{ .word = "json" },
};

static bool set_format(struct options *options, const char *word)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
		if (strcmp(formats[i].word, word) != 0)
			continue;
		options->format = &formats[i];
		return true;
	}
	cli_say("--format is " FORMATS ", not '%s'", word);
	return false;
}

static bool on_option(void *ctx, const struct cli_option *option,
		      const char *value)
{
	struct options *options = ctx;

	if (strcmp(option->name, "list") == 0) {
		options->list = value;
		return true;
	}
	return set_format(options,
			  strcmp(option->name, "json") == 0 ? "json" : value);
}

static const char *set_already(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

static void print_json(const struct variable *variables,
		       const struct pedigree_watch *watch)
{
	const char *comma = "";

	fputs("{\"Environment\": {", stdout);
	for (size_t i = 0; i < VARIABLES; i++) {
		if (!variables[i].value)
			continue;
		printf("%s\"%s\": ", comma, variables[i].name);
		cli_json_string(variables[i].value);
		comma = ", ";
	}
	fputs("}, \"WatchList\": ", stdout);
	cli_json_string(watch->list);
	printf(", \"Rules\": %lu}\n", watch->rules);
}

static void print(const struct options *options,
		  const struct pedigree_watch *watch)
{
	const struct format *format = options->format;
	const char *home = set_already("PEDIGREE_HOME");
	const struct variable variables[VARIABLES] = {
		{ "LD_PRELOAD", watch->shim },
		{ "PEDIGREE_HOME", home ? home : format->home },
		{ "PEDIGREE_CONFIG", set_already("PEDIGREE_CONFIG") },
		{ "PEDIGREE_WATCH", options->list ? watch->list : NULL },
	};

	if (!format->put) {
		print_json(variables, watch);
		return;
	}
	if (format->before)
		fputs(format->before, stdout);
	for (size_t i = 0; i < VARIABLES; i++)
		if (variables[i].value)
			format->put(&variables[i]);
}

static int env(const struct cli_command *self, int argc, char **argv)
{
	struct options options = { .format = &formats[0] };
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree_watch watch;
	struct pedigree *pedigree;
	int first = cli_parse(self, argc, argv, on_option, &options);
	int rc;

	if (first < 0)
		return CLI_TROUBLE;
	if (first < argc)
		return cli_usage(self, "env takes no argument '%s'",
				 argv[first]);
	pedigree = cli_open(NULL);
	if (!pedigree)
		return CLI_TROUBLE;
	rc = pedigree_watch_write(pedigree, options.list, &watch, &err);
	pedigree_close(pedigree);
	if (rc < 0)
		return cli_fail(&err);
	print(&options, &watch);
	if (!watch.rules)
		cli_say("the configuration has no [watch]: no program will be captured; see pedigree.conf(5)");
	return CLI_OK;
}

static const struct cli_option env_options[] = {
	{ .name = "format",
	  .value = "FORMAT",
	  .choices = FORMATS,
	  .help = "for whom: sh (the default), docker, systemd, slurm, json" },
	{ .name = "json", .help = "the same as --format json" },
	{ .name = "list",
	  .value = "FILE",
	  .help = "keep the compiled [watch] in FILE and have it used from there" },
	{ .name = NULL },
};

const struct cli_command cli_env = {
	.name = "env",
	.arguments = "",
	.summary =
		"print the settings that capture programs without pedigree run",
	.description =
		"Prints the lines that put the shim into an environment. A program\n"
		"that [watch] of the configuration names then begins a run by itself, without\n"
		"`pedigree run`; every other program runs as before. [watch] is compiled for\n"
		"the shim on the way, and again by itself when the configuration changes.\n"
		"\n"
		"  eval \"$(pedigree env)\"                          this shell\n"
		"  pedigree env --format docker >>Dockerfile       an image\n"
		"  pedigree env --format systemd                   a drop-in of a unit\n"
		"  pedigree env --format slurm                     a TaskProlog\n"
		"\n"
		"Exit status: 0, or 2 when the configuration is wrong or the shim is missing.",
	.options = env_options,
	.main = env,
};
