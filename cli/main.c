/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pedigree: finds the subcommand and runs it.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/complete.h"
#include "cli/watched.h"

/*
 * A program started with a standard descriptor closed would get that number
 * for the next file it opens, and messages would go there. The placeholders
 * are closed again at exec, so that a command sees what we were given.
 */
static void hold_standard_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

static void print_overview(FILE *out)
{
	fputs("pedigree: which data, code and models went into a run, and what came out\n"
	      "\n"
	      "usage: pedigree COMMAND [OPTION…] [ARGUMENT…]\n"
	      "\n"
	      "commands:\n",
	      out);
	for (size_t i = 0; cli_commands[i]; i++)
		fprintf(out, "  %-12s%s\n", cli_commands[i]->name,
			cli_commands[i]->summary);
	fputs("\n"
	      "'pedigree COMMAND --help' tells more of each. --version prints the version.\n",
	      out);
}

static int help(int argc, char **argv)
{
	const struct cli_command *command;

	if (argc < 2) {
		print_overview(stdout);
		return CLI_OK;
	}
	command = cli_command_find(argv[1]);
	if (!command) {
		cli_say("there is no command '%s'; 'pedigree --help' lists them",
			argv[1]);
		return CLI_TROUBLE;
	}
	cli_help(command, stdout);
	return CLI_OK;
}

static int dispatch(int argc, char **argv)
{
	const struct cli_command *command;

	if (argc < 2) {
		print_overview(stderr);
		return CLI_TROUBLE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    strcmp(argv[1], "help") == 0)
		return help(argc - 1, argv + 1);
	if (strcmp(argv[1], "--version") == 0) {
		printf("pedigree %s\n", pedigree_version());
		return CLI_OK;
	}
	if (strcmp(argv[1], "--complete") == 0) {
		cli_complete((const char *const *)argv + 2, (size_t)argc - 2,
			     stdout);
		return CLI_OK;
	}
	if (strcmp(argv[1], "--watched") == 0)
		return cli_watched(argc - 1, argv + 1);
	if (argv[1][0] == '-') {
		cli_say("%s: options stand behind the command; 'pedigree --help' lists the commands",
			argv[1]);
		return CLI_TROUBLE;
	}
	command = cli_command_find(argv[1]);
	if (!command) {
		cli_say("there is no command '%s'; 'pedigree --help' lists them, and 'pedigree run -- %s' captures a program",
			argv[1], argv[1]);
		return CLI_TROUBLE;
	}
	return command->main(command, argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
	int status;

	hold_standard_descriptors();
	status = dispatch(argc, argv);
	/* A full disk behind stdout must not look like an answer. */
	errno = 0;
	if (fflush(stdout) != 0 || ferror(stdout)) {
		/* Trouble was told by whoever had it. */
		if (errno != EPIPE && status != CLI_TROUBLE)
			cli_say("cannot write the answer: %s",
				errno ? strerror(errno) : "it is incomplete");
		if (status == CLI_OK || status == CLI_NOTHING)
			status = CLI_TROUBLE;
	}
	return status;
}
