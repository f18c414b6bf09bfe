/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <pedigree/compare.h>

#include "cli/ask.h"
#include "cli/json.h"
#include "cli/wrap.h"

struct again {
	struct cli_wrap wrap;
	struct cli_ask ask;
	struct cli_values arguments, params;
	const char *into, *name;
	bool force, dry_run;
	struct pedigree_rerun *rerun;
	int out; /* our own standard output: the command gets another */
};

static bool on_option(void *ctx, const struct cli_option *option,
		      const char *value)
{
	struct again *again = ctx;

	if (cli_ask_option(&again->ask, option, value))
		return again->ask.ok;
	if (strcmp(option->name, "into") == 0)
		again->into = value;
	else if (strcmp(option->name, "name") == 0)
		again->name = value;
	else if (strcmp(option->name, "arg") == 0)
		return cli_wrap_pair(option, value) &&
		       cli_values_add(&again->arguments, value);
	else if (strcmp(option->name, "force") == 0)
		again->force = true;
	else if (strcmp(option->name, "dry-run") == 0)
		again->dry_run = true;
	return true;
}

static void print_list(const char *key, const char *const *list)
{
	printf(",\"%s\":[", key);
	for (size_t i = 0; list[i]; i++) {
		if (i)
			putchar(',');
		cli_json_string(list[i]);
	}
	putchar(']');
}

/* As a shell takes it, and without what steers a terminal. */
static void print_quoted(const char *text)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:=@%+,-";
	const unsigned char *at = (const unsigned char *)text;
	bool control = false;

	if (*text && !text[strspn(text, plain)]) {
		fputs(text, stdout);
		return;
	}
	for (; *at; at++)
		control = control || *at < ' ' || *at >= 0x7f;
	fputs(control ? "$'" : "'", stdout);
	for (at = (const unsigned char *)text; *at; at++) {
		if (control && (*at < ' ' || *at >= 0x7f))
			printf("\\x%02x", *at);
		else if (control && (*at == '\'' || *at == '\\'))
			printf("\\%c", *at);
		else if (*at == '\'')
			fputs("'\\''", stdout);
		else
			putchar(*at);
	}
	putchar('\'');
}

static void print_plan(const struct pedigree_rerun *rerun, bool json)
{
	if (json) {
		fputs("{\"Folder\":", stdout);
		cli_json_string(rerun->folder);
		print_list("Command", rerun->argv);
		print_list("Environment", rerun->environment);
		print_list("Unset", rerun->unset);
		fputs(",\"Input\":", stdout);
		if (rerun->input)
			cli_json_string(rerun->input);
		else
			fputs("null", stdout);
		puts("}");
		return;
	}
	fputs("cd ", stdout);
	print_quoted(rerun->folder);
	fputs("\nenv", stdout);
	for (size_t i = 0; rerun->unset[i]; i++) {
		fputs(" -u ", stdout);
		print_quoted(rerun->unset[i]);
	}
	for (size_t i = 0; rerun->environment[i]; i++) {
		fputs(" \\\n  ", stdout);
		print_quoted(rerun->environment[i]);
	}
	fputs(" \\\n ", stdout);
	for (size_t i = 0; rerun->argv[i]; i++) {
		putchar(' ');
		print_quoted(rerun->argv[i]);
	}
	if (rerun->input) {
		fputs(" <", stdout);
		print_quoted(rerun->input);
	}
	putchar('\n');
}

/* Are the inputs as they were? CLI_OK: the command may start. */
static int verify(struct again *again, const struct pedigree *pedigree)
{
	struct pedigree_print print = again->ask.print;
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	enum pedigree_verification verdict = PEDIGREE_CANNOT_VERIFY;
	char *text = NULL;
	size_t n = 0;
	bool refused;
	FILE *out = open_memstream(&text, &n);
	int rc;

	if (!out) {
		cli_say("out of memory");
		return CLI_TROUBLE;
	}
	print.format = PEDIGREE_TEXT;
	rc = pedigree_verify_inputs(pedigree, again->rerun->arn, &print, out,
				    &verdict, &err);
	fclose(out);
	refused = verdict == PEDIGREE_NOT_VERIFIED && !again->force;
	if (rc == 0 && verdict != PEDIGREE_VERIFIED &&
	    (refused || !again->ask.quiet))
		fputs(text, stderr);
	free(text);
	if (rc < 0) {
		cli_fail(&err);
		return CLI_TROUBLE;
	}
	if (refused) {
		cli_say("what the run was made of has changed, so it was not run again; --force runs it anyway");
		return CLI_TROUBLE;
	}
	if (verdict == PEDIGREE_NOT_VERIFIED &&
	    !cli_values_add(&again->params, "pedigree.rerun-forced=yes"))
		return CLI_TROUBLE;
	return CLI_OK;
}

/* A relative one would name another place from the run's folder. */
static bool keep_absolute(const char *variable)
{
	const char *value = getenv(variable);
	char path[PATH_MAX];

	if (!value || !*value || *value == '/')
		return true;
	if (realpath(value, path))
		return setenv(variable, path, 1) == 0;
	cli_say("cannot find %s, '%s': %s", variable, value, strerror(errno));
	return false;
}

static bool set_environment(const struct pedigree_rerun *rerun)
{
	for (size_t i = 0; rerun->unset[i]; i++)
		unsetenv(rerun->unset[i]);
	for (size_t i = 0; rerun->environment[i]; i++) {
		const char *equals = strchr(rerun->environment[i], '=');
		char *name = strndup(rerun->environment[i],
				     (size_t)(equals - rerun->environment[i]));
		int rc = name ? setenv(name, equals + 1, 1) : -1;

		free(name);
		if (rc < 0) {
			cli_say("out of memory");
			return false;
		}
	}
	return true;
}

static bool open_input(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || dup2(fd, STDIN_FILENO) < 0) {
		cli_say("cannot read %s, the command's standard input: %s",
			path, strerror(errno));
		return false;
	}
	close(fd);
	return true;
}

/* Everything that the command finds around itself. */
static bool set_scene(struct again *again)
{
	const struct pedigree_rerun *rerun = again->rerun;
	struct pedigree_error err = PEDIGREE_ERROR_INIT;

	if (!keep_absolute("PEDIGREE_HOME") ||
	    !keep_absolute("PEDIGREE_CONFIG"))
		return false;
	if (pedigree_rerun_prepare(rerun, &err) < 0) {
		cli_fail(&err);
		return false;
	}
	if (rerun->input && !open_input(rerun->input))
		return false;
	if (chdir(rerun->folder) < 0) {
		cli_say("cannot go to %s, where the run was: %s; --into names another folder",
			rerun->folder, strerror(errno));
		return false;
	}
	/* The answer is what a program reads from our output. */
	again->out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	if (again->ask.print.format == PEDIGREE_JSON)
		dup2(STDERR_FILENO, STDOUT_FILENO);
	return set_environment(rerun);
}

static int compare(struct again *again, const char *run)
{
	static const int statuses[] = {
		[PEDIGREE_RERUN_SAME] = CLI_OK,
		[PEDIGREE_RERUN_DIFFERS] = CLI_NOTHING,
		[PEDIGREE_RERUN_UNKNOWN] = CLI_TROUBLE,
	};
	enum pedigree_rerun_outcome outcome = PEDIGREE_RERUN_UNKNOWN;
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree *pedigree = cli_ask_open(&again->ask);
	FILE *out = again->out < 0 ? NULL : fdopen(again->out, "w");
	int rc;

	if (!pedigree || !out)
		return CLI_TROUBLE;
	rc = pedigree_rerun_compare(pedigree, again->rerun, run,
				    &again->ask.print, out, &outcome, &err);
	pedigree_close(pedigree);
	fclose(out);
	if (rc < 0)
		cli_fail(&err);
	return rc < 0 ? CLI_TROUBLE : statuses[outcome];
}

static int after(struct cli_wrap *wrap, const char *run, int wait_status)
{
	struct again *again = (struct again *)wrap;
	int status = compare(again, run);

	pedigree_rerun_free(again->rerun);
	return wait_status == 0 ? status : -1;
}

/* What the new run's record says of the old one. */
static bool set_spec(struct again *again)
{
	const struct pedigree_rerun *rerun = again->rerun;
	struct pedigree_session_spec *spec = &again->wrap.spec;
	static char tie[512];

	snprintf(tie, sizeof(tie), "pedigree.rerun-of=%s", rerun->arn);
	if (!cli_values_add(&again->params, tie))
		return false;
	for (size_t i = 0; rerun->params[i]; i++)
		if (!cli_values_add(&again->params, rerun->params[i]))
			return false;
	spec->name = again->name ? again->name : rerun->name;
	spec->experiment = rerun->experiment;
	spec->params = again->params.v;
	again->wrap.argv = (char **)(uintptr_t)rerun->argv;
	again->wrap.quiet = again->ask.quiet;
	again->wrap.after = after;
	return true;
}

static int plan(struct again *again, const char *run)
{
	const struct pedigree_rerun_options options = {
		.into = again->into,
		.arguments = again->arguments.v,
		.force = again->force,
	};
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree *pedigree = cli_ask_open(&again->ask);
	int status = CLI_OK;

	if (!pedigree)
		return CLI_TROUBLE;
	if (pedigree_rerun_plan(pedigree, run, &options, &again->ask.print,
				&again->rerun, &err) < 0) {
		cli_fail(&err);
		status = CLI_TROUBLE;
	} else if (!again->dry_run && pedigree_disabled(pedigree)) {
		cli_say("pedigree is switched off, so there would be nothing to compare");
		status = CLI_TROUBLE;
	} else if (!again->dry_run) {
		status = verify(again, pedigree);
	}
	cli_ask_end(pedigree, 0, NULL);
	return status;
}

static int rerun(const struct cli_command *self, int argc, char **argv)
{
	struct again again = { .wrap = { .self = self }, .out = -1 };
	int first, status;

	cli_ask_init(&again.ask);
	first = cli_parse(self, argc, argv, on_option, &again);
	if (first < 0)
		return CLI_TROUBLE;
	if (argc - first != 1)
		return cli_usage(self, "rerun takes one run, not %d",
				 argc - first);
	status = plan(&again, argv[first]);
	if (status != CLI_OK)
		return status;
	if (again.dry_run) {
		print_plan(again.rerun,
			   again.ask.print.format == PEDIGREE_JSON);
		pedigree_rerun_free(again.rerun);
		return CLI_OK;
	}
	if (!set_scene(&again) || !set_spec(&again))
		return CLI_TROUBLE;
	return cli_wrap(&again.wrap);
}

static const struct cli_option rerun_options[] = {
	{ .name = "into",
	  .value = "FOLDER",
	  .help = "run in a new folder, so that the first outputs stay" },
	{ .name = "arg",
	  .value = "N=VALUE",
	  .help = "use this for argument N, for instance a secret" },
	{ .name = "name", .value = "NAME", .help = "the name of the new run" },
	{ .name = "force",
	  .help = "run even if inputs changed or outputs are overwritten" },
	{ .name = "dry-run", .help = "print the command and its folder" },
	CLI_PRINT_OPTIONS,
	{ .name = NULL },
};

const struct cli_command cli_rerun = {
	.name = "rerun",
	.arguments = "RUN",
	.summary = "do a run again and compare its outputs",
	.description =
		"Checks that inputs and code are as they were, runs the recorded command in its\n"
		"folder with the recorded environment, captures it, and tells whether the\n"
		"outputs have the same bytes. Without --into it writes over the first outputs.\n"
		"\n"
		"Exit status: the command's, if it fails; else 0 when the outputs are the same,\n"
		"1 when they differ, 2 when that is not known or it was not run.",
	.options = rerun_options,
	.main = rerun,
};
