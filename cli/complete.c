/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `pedigree --complete [WORD…]`: what could stand in place of the last WORD.
 *
 * The completions of bash, zsh and fish (completions/) ask this and know no
 * command or option themselves, so they cannot go stale. A line of the answer
 * is a word, a tab and what it means; or one of these, for the shell to do:
 *
 *	:files		names of files
 *	:command N	another command begins at WORD N (the first is 0)
 */
#include "config.h"

#include <string.h>

#include "cli/complete.h"

static bool starts_with(const char *text, const char *start, size_t n)
{
	return strncmp(text, start, n) == 0;
}

/* Prints each of "a|b|c" that goes on from `word`, after `before`. */
static void offer_choices(const char *choices, const char *before,
			  const char *word, FILE *out)
{
	size_t n = strlen(word);

	while (*choices) {
		size_t length = strcspn(choices, "|");

		if (length >= n && starts_with(choices, word, n))
			fprintf(out, "%s%.*s\t\n", before, (int)length,
				choices);
		choices += length;
		choices += *choices == '|';
	}
}

static void offer(const char *text, const char *help, const char *word,
		  FILE *out)
{
	if (starts_with(text, word, strlen(word)))
		fprintf(out, "%s\t%s\n", text, help);
}

static void offer_commands(const char *word, FILE *out)
{
	for (size_t i = 0; cli_commands[i]; i++)
		offer(cli_commands[i]->name, cli_commands[i]->summary, word,
		      out);
	if (word[0] != '-')
		return;
	offer("--help", "print help", word, out);
	offer("--version", "print the version", word, out);
}

static void offer_options(const struct cli_command *command, const char *word,
			  FILE *out)
{
	char text[64];

	for (const struct cli_option *at = command->options; at && at->name;
	     at++) {
		snprintf(text, sizeof(text), "--%s", at->name);
		offer(text, at->help, word, out);
	}
	offer("--help", "print help", word, out);
}

static bool takes_file(const char *placeholder)
{
	static const char *const files[] = { "FILE", "PATH", "TARGET", "URI" };

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (strstr(placeholder, files[i]))
			return true;
	return false;
}

static void offer_values(const struct cli_option *option, const char *before,
			 const char *word, FILE *out)
{
	if (option->choices)
		offer_choices(option->choices, before, word, out);
	else if (takes_file(option->value))
		fputs(":files\n", out);
}

/* The option `word` names, as --name, --name=… or -x; NULL: none. */
static const struct cli_option *option_of(const struct cli_command *command,
					  const char *word)
{
	size_t n = strcspn(word, "=");

	if (word[0] != '-' || !word[1])
		return NULL;
	for (const struct cli_option *at = command->options; at && at->name;
	     at++) {
		if (word[1] == '-' && n == strlen(at->name) + 2 &&
		    starts_with(word + 2, at->name, n - 2))
			return at;
		if (at->letter && word[1] == at->letter && !word[2])
			return at;
	}
	return NULL;
}

/* Operands that are one of a few words are given as "a|b|c". */
static void offer_operand(const struct cli_command *command, const char *word,
			  FILE *out)
{
	const char *arguments = command->arguments;

	if (strchr(arguments, '|') && !strpbrk(arguments, " […"))
		offer_choices(arguments, "", word, out);
	else if (takes_file(arguments))
		fputs(":files\n", out);
}

static void complete_command(const struct cli_command *command,
			     const char *const *words, size_t n, FILE *out)
{
	const struct cli_option *wants = NULL; /* a value, in the next word */
	const char *word = words[n - 1];
	bool options = true;

	for (size_t i = 1; i < n - 1; i++) {
		if (wants) {
			wants = NULL;
		} else if (options && strcmp(words[i], "--") == 0) {
			options = false;
		} else if (options && words[i][0] == '-' && words[i][1]) {
			const struct cli_option *option =
				option_of(command, words[i]);

			if (option && option->value && !strchr(words[i], '='))
				wants = option;
		} else if (command->stop_at_first) {
			fprintf(out, ":command %zu\n", i);
			return;
		}
	}

	if (wants) {
		offer_values(wants, "", word, out);
	} else if (options && word[0] == '-' && strchr(word, '=')) {
		const struct cli_option *option = option_of(command, word);
		size_t before = strcspn(word, "=") + 1;
		char name[64];

		snprintf(name, sizeof(name), "%.*s", (int)before, word);
		if (option && option->value)
			offer_values(option, name, word + before, out);
	} else if (options && word[0] == '-') {
		offer_options(command, word, out);
	} else if (command->stop_at_first) {
		fprintf(out, ":command %zu\n", n - 1);
	} else {
		offer_operand(command, word, out);
	}
}

void cli_complete(const char *const *words, size_t n, FILE *out)
{
	const struct cli_command *command;

	if (n < 2) {
		offer_commands(n ? words[0] : "", out);
		return;
	}
	command = cli_command_find(words[0]);
	if (command)
		complete_command(command, words, n, out);
}
