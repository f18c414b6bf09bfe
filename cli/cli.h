/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the subcommands share. A subcommand is one file ending in one
 * `const struct cli_command`; commands.c lists them. `pedigree --help`,
 * `pedigree COMMAND --help` and the completions are made of these records.
 *
 * Only public headers are included in cli/.
 */
#ifndef PEDIGREE_CLI_H
#define PEDIGREE_CLI_H

#include <stdbool.h>
#include <stdio.h>

#include <pedigree/error.h>
#include <pedigree/pedigree.h>
#include <pedigree/query.h>

/* Exit statuses of queries; `run` and `deploy` have their own. */
enum {
	CLI_OK = 0,	 /* found */
	CLI_NOTHING = 1, /* nothing found, differs, not verified */
	CLI_TROUBLE = 2	 /* usage, or cannot tell */
};

struct cli_option {
	const char *name;    /* "depth": as --depth */
	char letter;	     /* 'q': also as -q; 0: none */
	const char *value;   /* "N", "K=V"; NULL: a switch */
	const char *help;    /* what it does, one line */
	const char *choices; /* "up|down|both", or NULL */
};

struct cli_command {
	const char *name;
	const char *arguments;	 /* "TARGET", "[--] COMMAND [ARG…]" */
	const char *summary;	 /* one line */
	const char *description; /* paragraphs for --help; lines <= 78 */
	const struct cli_option *options; /* ended by a NULL name */
	bool stop_at_first;		  /* options end at the first operand */
	/* argv[0] is the command's name. Returns the exit status. */
	int (*main)(const struct cli_command *self, int argc, char **argv);
};

/* commands.c; ends with NULL. */
extern const struct cli_command *const cli_commands[];
const struct cli_command *cli_command_find(const char *name);

/*
 * Parses options as the record says; --help (prints and exits 0) is known to
 * all. `on_option` is called for each, with the value or NULL; it returns
 * false for a bad value after telling why. Returns the index of the first
 * operand in argv (operands are moved behind the options unless
 * stop_at_first), or -1 after printing what is wrong and how to get help.
 */
int cli_parse(const struct cli_command *self, int argc, char **argv,
	      bool (*on_option)(void *ctx, const struct cli_option *option,
				const char *value),
	      void *ctx);

/* The options --format and --json, for the tables of commands that print. */
/* clang-format off */
#define CLI_PRINT_OPTIONS \
	{ .name = "format", .value = "FORMAT", .choices = "text|json", \
	  .help = "print text (the default) or JSON" }, \
	{ .name = "json", .help = "the same as --format json" }, \
	{ .name = "wide", .help = "do not shorten names and versions" }, \
	{ .name = "quiet", .letter = 'q', \
	  .help = "print no progress" }, \
	{ .name = "no-recover", \
	  .help = "do not finish the records of earlier runs first" }
/* clang-format on */

/* Handles those; true when `option` was one of them and well-formed (*ret_ok
   false after telling why when it was not). */
bool cli_print_option(const struct cli_option *option, const char *value,
		      struct pedigree_print *print, bool *ret_ok);
/* Terminal width, colour (NO_COLOR), UTF-8 or not. Call before parsing. */
void cli_print_init(struct pedigree_print *print, FILE *out);

/* Opens the library and prints configuration warnings; NULL after printing
   the failure. `backend`: what questions are answered from, or NULL. */
struct pedigree *cli_open(const char *backend);
/* The same with settings above all others: "run.quiet=yes", NULL-ended. */
struct pedigree *cli_open_with(const char *backend,
			       const char *const *settings);
/* The same with whatever the library may be told. */
struct pedigree *cli_open_options(const struct pedigree_options *options);
/* Finishes what earlier runs left, telling on stderr. Never fails. */
void cli_recover(const struct pedigree *pedigree);

/* "pedigree: TEXT" on stderr, one line. */
void cli_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Prints the error and returns the exit status that fits its code. */
int cli_fail(const struct pedigree_error *err);
/* Prints a usage error and the hint to --help; returns CLI_TROUBLE. */
int cli_usage(const struct cli_command *self, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void cli_help(const struct cli_command *command, FILE *out);

#endif
