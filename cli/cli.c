/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What subcommands share: messages, the library's handle, how to print.
 */
#include "config.h"

#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <pedigree/capture.h>

#include "cli/cli.h"
#include "cli/progress.h"
#include "cli/value.h"

/*
 * One write(2) a line: lines of several processes do not mix, and a command
 * that shares our stderr sees whole lines.
 */
static void say(const char *format, va_list args)
{
	char line[2048] = "pedigree: ";
	const size_t start = strlen(line);
	int n = vsnprintf(line + start, sizeof(line) - start - 1, format, args);
	size_t len;

	if (n < 0)
		return;
	cli_progress_clear();
	len = strlen(line);
	/* File names may hold anything; a message is one line. */
	for (size_t i = start; i < len; i++)
		if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
			line[i] = '?';
	line[len++] = '\n';
	fflush(stdout);
	if (write(STDERR_FILENO, line, len) < 0)
		return; /* nobody is left to be told */
}

void cli_say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args);
	va_end(args);
}

int cli_fail(const struct pedigree_error *err)
{
	cli_say("%s", err->text[0] ? err->text : pedigree_code_name(err->code));
	return err->code == PEDIGREE_ENOTFOUND ? CLI_NOTHING : CLI_TROUBLE;
}

int cli_usage(const struct cli_command *self, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args);
	va_end(args);
	cli_say("see 'pedigree %s --help'", self->name);
	return CLI_TROUBLE;
}

static void warn(void *ctx, const char *sentence)
{
	(void)ctx;
	cli_say("%s", sentence);
}

struct pedigree *cli_open_with(const char *backend, const char *const *settings)
{
	const struct pedigree_options options = {
		.backend = backend,
		.settings = settings,
	};

	return cli_open_options(&options);
}

struct pedigree *cli_open_options(const struct pedigree_options *options)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree *pedigree = NULL;
	const struct sigaction ignore = { .sa_handler = SIG_IGN };

	/* A file as large as the limit allows is an error, and no end. */
	sigaction(SIGXFSZ, &ignore, NULL);
	if (pedigree_open(options, &pedigree, &err) < 0) {
		cli_fail(&err);
		return NULL;
	}
	pedigree_warnings(pedigree, warn, NULL);
	return pedigree;
}

struct pedigree *cli_open(const char *backend)
{
	return cli_open_with(backend, NULL);
}

void cli_recover(const struct pedigree *pedigree)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;

	if (pedigree_recover(pedigree, warn, NULL, &err) < 0)
		cli_say("%s", err.text);
}

void cli_print_init(struct pedigree_print *print, FILE *out)
{
	const char *no_colour = getenv("NO_COLOR");
	const char *term = getenv("TERM");
	bool terminal = isatty(fileno(out)) == 1;
	struct winsize size;

	*print = (struct pedigree_print){ .format = PEDIGREE_TEXT };
	/* Only the character set: numbers and dates stay the C locale's. */
	setlocale(LC_CTYPE, "");
	print->ascii = strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
	if (!terminal)
		return;
	print->colour =
		!(no_colour && *no_colour) && term && strcmp(term, "dumb") != 0;
	print->columns = 80;
	if (ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col >= 20)
		print->columns = size.ws_col;
}

bool cli_print_option(const struct cli_option *option, const char *value,
		      struct pedigree_print *print, bool *ret_ok)
{
	static const enum pedigree_format formats[] = { PEDIGREE_TEXT,
							PEDIGREE_JSON };
	int choice;

	*ret_ok = true;
	if (strcmp(option->name, "json") == 0) {
		print->format = PEDIGREE_JSON;
		return true;
	}
	if (strcmp(option->name, "wide") == 0) {
		print->wide = 1;
		print->columns = 0;
		return true;
	}
	if (strcmp(option->name, "format") != 0)
		return false;
	choice = cli_value_choice(option, value);
	if (choice >= 0)
		print->format = formats[choice];
	*ret_ok = choice >= 0;
	return true;
}
