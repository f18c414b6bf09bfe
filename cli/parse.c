/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Options and help, from the records of the subcommands.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

static const struct cli_option help_option = {
	.name = "help",
	.letter = 'h',
	.help = "print this",
};

static const struct cli_option *find_long(const struct cli_command *self,
					  const char *name, size_t n)
{
	const struct cli_option *option = self->options;

	if (n == strlen(help_option.name) &&
	    strncmp(name, help_option.name, n) == 0)
		return &help_option;
	for (; option && option->name; option++)
		if (strlen(option->name) == n &&
		    strncmp(option->name, name, n) == 0)
			return option;
	return NULL;
}

static const struct cli_option *find_letter(const struct cli_command *self,
					    char letter)
{
	const struct cli_option *option = self->options;

	for (; option && option->name; option++)
		if (option->letter == letter)
			return option;
	return letter == help_option.letter ? &help_option : NULL;
}

struct parse {
	const struct cli_command *self;
	int argc;
	char **argv;
	int at; /* the argument looked at */
	bool (*on_option)(void *ctx, const struct cli_option *option,
			  const char *value);
	void *ctx;
};

/* `value` is what stood in the same argument, or NULL. */
static bool give(struct parse *parse, const struct cli_option *option,
		 const char *value)
{
	if (option == &help_option) {
		cli_help(parse->self, stdout);
		exit(fflush(stdout) == 0 ? CLI_OK : CLI_TROUBLE);
	}
	if (option->value && !value) {
		if (parse->at + 1 >= parse->argc) {
			cli_usage(parse->self, "--%s needs a value: %s",
				  option->name, option->value);
			return false;
		}
		value = parse->argv[++parse->at];
	}
	return parse->on_option(parse->ctx, option, value);
}

static bool parse_long(struct parse *parse, const char *text)
{
	size_t n = strcspn(text, "=");
	const struct cli_option *option = find_long(parse->self, text, n);
	const char *value = text[n] ? text + n + 1 : NULL;

	if (!option) {
		cli_usage(parse->self, "there is no option --%.*s", (int)n,
			  text);
		return false;
	}
	if (value && !option->value) {
		cli_usage(parse->self, "--%s takes no value", option->name);
		return false;
	}
	return give(parse, option, value);
}

static bool parse_letters(struct parse *parse, const char *text)
{
	for (; *text; text++) {
		const struct cli_option *option =
			find_letter(parse->self, *text);

		if (!option) {
			cli_usage(parse->self, "there is no option -%c", *text);
			return false;
		}
		if (option->value)
			return give(parse, option, text[1] ? text + 1 : NULL);
		if (!give(parse, option, NULL))
			return false;
	}
	return true;
}

int cli_parse(const struct cli_command *self, int argc, char **argv,
	      bool (*on_option)(void *ctx, const struct cli_option *option,
				const char *value),
	      void *ctx)
{
	struct parse parse = {
		.self = self,
		.argc = argc,
		.argv = argv,
		.at = 1,
		.on_option = on_option,
		.ctx = ctx,
	};
	char **operands = calloc((size_t)argc + 1, sizeof(*operands));
	int n = 0;

	if (!operands) {
		cli_say("out of memory");
		return -1;
	}
	for (; parse.at < argc; parse.at++) {
		char *arg = argv[parse.at];
		bool ok;

		if (strcmp(arg, "--") == 0) {
			parse.at++;
			break;
		}
		if (arg[0] != '-' || arg[1] == '\0') {
			if (self->stop_at_first)
				break;
			operands[n++] = arg;
			continue;
		}
		ok = arg[1] == '-' ? parse_long(&parse, arg + 2)
				   : parse_letters(&parse, arg + 1);
		if (!ok) {
			free(operands);
			return -1;
		}
	}
	/* What stands before parse.at has been used: operands fit there. */
	memcpy(argv + parse.at - n, operands, (size_t)n * sizeof(*operands));
	free(operands);
	return parse.at - n;
}

static void help_line(const struct cli_option *option, FILE *out)
{
	char head[64];
	int n;

	if (option->letter)
		n = snprintf(head, sizeof(head), "-%c, --%s", option->letter,
			     option->name);
	else
		n = snprintf(head, sizeof(head), "    --%s", option->name);
	if (option->value && n > 0 && (size_t)n < sizeof(head))
		snprintf(head + n, sizeof(head) - (size_t)n, " %s",
			 option->value);
	fprintf(out, "  %-26s  %s", head, option->help);
	if (option->choices)
		fprintf(out, " (%s)", option->choices);
	fputc('\n', out);
}

void cli_help(const struct cli_command *command, FILE *out)
{
	const struct cli_option *option = command->options;

	fprintf(out, "usage: pedigree %s [OPTION…]%s%s\n\n%s.\n", command->name,
		command->arguments[0] ? " " : "", command->arguments,
		command->summary);
	if (command->description)
		fprintf(out, "\n%s\n", command->description);
	fputs("\noptions:\n", out);
	for (; option && option->name; option++)
		help_line(option, out);
	help_line(&help_option, out);
}
