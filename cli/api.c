/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <pedigree/lineage.h>

#include "cli/cli.h"

/* As the AWS CLI has them. */
enum {
	API_USAGE = 252,   /* the command line makes no sense */
	API_CONFIG = 253,  /* the configuration does not */
	API_REFUSED = 254, /* the API's error is on stderr */
	API_FAILED = 255
};

struct options {
	const char *operation;
	const char *backend;
	const char *input; /* --cli-input-json */
	const char *query;
	bool text;
	bool no_paginate;
	bool has_max_items;
	struct pedigree_pages pages;
	const char **members; /* what is left: the operation's own */
};

static bool set_number(const char *name, const char *value, unsigned long *ret)
{
	char *end;

	errno = 0;
	*ret = strtoul(value, &end, 10);
	if (!*end && end != value && *value != '-' && !errno && *ret)
		return true;
	cli_say("--%s is a number from 1 on, not '%s'", name, value);
	return false;
}

static bool set_option(struct options *options, const char *name,
		       const char *value)
{
	if (strcmp(name, "backend") == 0)
		options->backend = value;
	else if (strcmp(name, "cli-input-json") == 0)
		options->input = value;
	else if (strcmp(name, "query") == 0)
		options->query = value;
	else if (strcmp(name, "starting-token") == 0)
		options->pages.starting_token = value;
	else if (strcmp(name, "no-paginate") == 0)
		options->no_paginate = true;
	else if (strcmp(name, "max-items") == 0)
		return set_number(name, value, &options->pages.max_items);
	else if (strcmp(name, "page-size") == 0)
		return set_number(name, value, &options->pages.page_size);
	else if (strcmp(value, "text") == 0 || strcmp(value, "json") == 0)
		options->text = *value == 't';
	else {
		cli_say("--output is json or text, not '%s'", value);
		return false;
	}
	return true;
}

static const struct cli_option *find_option(const struct cli_command *self,
					    const char *name, size_t n)
{
	for (const struct cli_option *o = self->options; o->name; o++)
		if (strlen(o->name) == n && strncmp(o->name, name, n) == 0)
			return o;
	return NULL;
}

/* Sorts our options from the operation's members, which may stand anywhere
   among them. Returns false after telling what is wrong. */
static bool sort_arguments(const struct cli_command *self, int argc,
			   char **argv, struct options *options)
{
	size_t n = 0;

	for (int i = 1; i < argc; i++) {
		const char *argument = argv[i];
		size_t length = strcspn(argument, "=");
		const struct cli_option *option = NULL;
		const char *value = NULL;

		if (strncmp(argument, "--", 2) == 0)
			option = find_option(self, argument + 2, length - 2);
		if (!option) {
			if (!options->operation && *argument != '-')
				options->operation = argument;
			else
				options->members[n++] = argument;
			continue;
		}
		if (option->value) {
			value = argument[length] ? argument + length + 1
				: i + 1 < argc	 ? argv[++i]
						 : NULL;
			if (!value) {
				cli_usage(self, "--%s needs a value: %s",
					  option->name, option->value);
				return false;
			}
		}
		if (!set_option(options, option->name, value))
			return false;
	}
	options->members[n] = NULL;
	return true;
}

static void print_operation(void *ctx, const struct pedigree_operation_view *o)
{
	(void)ctx;
	printf("  %-32s  %s\n", o->command, o->summary);
}

struct help {
	int answer; /* which members are printed */
};

static void print_member(void *ctx, const struct pedigree_member_view *m)
{
	const struct help *help = ctx;

	if (m->answer != help->answer)
		return;
	if (m->answer)
		printf("  %-28s  %s\n", m->name, m->type);
	else
		printf("  --%-26s  %s%s\n", m->flag, m->type,
		       m->required ? " (required)" : "");
}

static int help_operation(const char *operation)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct help request = { 0 }, answer = { 1 };

	printf("usage: pedigree api %s [--MEMBER VALUE]…\n\nmembers:\n",
	       operation);
	if (pedigree_operation_members(operation, print_member, &request,
				       &err) < 0) {
		cli_say("%s", err.text);
		return API_USAGE;
	}
	puts("\nanswer:");
	pedigree_operation_members(operation, print_member, &answer, NULL);
	return CLI_OK;
}

static bool wants_help(const char *const *members)
{
	for (; *members; members++)
		if (strcmp(*members, "help") == 0 ||
		    strcmp(*members, "--help") == 0 ||
		    strcmp(*members, "-h") == 0)
			return true;
	return false;
}

/* The whole of a stream or file; NULL after telling why. */
static char *slurp(FILE *file, const char *name)
{
	size_t n = 0, room = 1 << 16, got;
	char *text = file ? malloc(room) : NULL;

	while (text && (got = fread(text + n, 1, room - n - 1, file)) > 0) {
		char *more = text;

		n += got;
		if (room - n < 2)
			more = realloc(text, room *= 2);
		if (!more)
			free(text);
		text = more;
	}
	if (!text || ferror(file)) {
		cli_say("cannot read --cli-input-json %s: %s", name,
			strerror(errno));
		free(text);
		return NULL;
	}
	text[n] = '\0';
	if (strlen(text) == n)
		return text;
	cli_say("--cli-input-json %s: a NUL character at offset %zu is no JSON",
		name, strlen(text));
	free(text);
	return NULL;
}

/* "-", a file, file://FILE, or the JSON itself. */
static char *read_input(const char *input)
{
	static const char scheme[] = "file://";
	FILE *file = stdin;
	char *text;

	if (input[strspn(input, " \t\r\n")] == '{') {
		text = strdup(input);
		if (!text)
			cli_say("out of memory");
		return text;
	}
	if (strncmp(input, scheme, strlen(scheme)) == 0)
		input += strlen(scheme);
	if (strcmp(input, "-") != 0)
		file = fopen(input, "re");
	text = slurp(file, input);
	if (file && file != stdin)
		fclose(file);
	return text;
}

/* "An error occurred (CODE) when calling the NAME operation: TEXT", as the
   AWS CLI has it, so that scripts which look for it find it. */
static int refuse(const char *name, const struct pedigree_error *err)
{
	size_t n = strcspn(err->text, ":");
	const char *text = err->text[n] ? err->text + n + 2 : "";

	fprintf(stderr,
		"\nAn error occurred (%.*s) when calling the %s operation: %s\n",
		(int)n, err->text, name, text);
	return API_REFUSED;
}

struct operation {
	const char *asked;
	const char *name; /* NULL: not found */
	const char *pages;
};

static void find_operation(void *ctx, const struct pedigree_operation_view *o)
{
	struct operation *operation = ctx;

	if (strcmp(o->command, operation->asked) != 0 &&
	    strcmp(o->name, operation->asked) != 0)
		return;
	operation->name = o->name;
	operation->pages = o->pages;
}

/* A list is followed to its end unless its pages were asked for. */
static bool joins_pages(const struct options *options,
			const struct operation *operation)
{
	if (!operation->pages || options->no_paginate)
		return false;
	for (const char *const *m = options->members; *m; m++)
		if (strncmp(*m, "--next-token", 12) == 0 ||
		    strncmp(*m, "--max-results", 13) == 0)
			return false;
	return !options->input || !strstr(options->input, "NextToken");
}

static int call(const struct pedigree *pedigree, const struct options *options,
		const char *request)
{
	struct operation operation = { .asked = options->operation };
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree_client *client = NULL;
	char *answer = NULL;
	int status, result = CLI_OK;

	pedigree_operations(find_operation, &operation);
	status =
		pedigree_client_open(pedigree, options->backend, &client, &err);
	if (status < 0) {
		cli_say("%s", err.text);
		return API_USAGE;
	}
	if (joins_pages(options, &operation))
		status = pedigree_client_call_pages(client, operation.name,
						    request, &options->pages,
						    &answer, &err);
	else
		status = pedigree_client_call(client, operation.name, request,
					      &answer, &err);
	pedigree_client_close(client);
	if (status < 0 && answer) {
		result = refuse(operation.name, &err);
	} else if (status < 0 ||
		   pedigree_answer_print(answer, options->query, options->text,
					 stdout, &err) < 0) {
		cli_say("%s", err.text);
		result = err.code == PEDIGREE_EINVAL ? API_USAGE : API_FAILED;
	}
	free(answer);
	return result;
}

static int run(const struct options *options)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree *pedigree;
	char *input = NULL, *request = NULL;
	int status;

	if (options->input) {
		input = read_input(options->input);
		if (!input)
			return API_USAGE;
	}
	status = pedigree_request_from_args(options->operation, input,
					    options->members, &request, &err);
	free(input);
	if (status < 0) {
		cli_say("%s", err.text);
		if (err.code == PEDIGREE_EUNSUPPORTED)
			cli_say("'pedigree api --help' lists the operations");
		else
			cli_say("'pedigree api %s --help' lists its members",
				options->operation);
		return API_USAGE;
	}
	pedigree = cli_open(NULL);
	status = pedigree ? call(pedigree, options, request) : API_CONFIG;
	pedigree_close(pedigree);
	free(request);
	if (fflush(stdout) != 0 && status == CLI_OK) {
		cli_say("cannot print the answer: %s", strerror(errno));
		status = API_FAILED;
	}
	return status;
}

static int api(const struct cli_command *self, int argc, char **argv)
{
	struct options options = { 0 };
	int status;

	options.members = calloc((size_t)argc + 1, sizeof(*options.members));
	if (!options.members) {
		cli_say("out of memory");
		return API_FAILED;
	}
	if (!sort_arguments(self, argc, argv, &options)) {
		status = API_USAGE;
	} else if (wants_help(options.members)) {
		if (options.operation) {
			status = help_operation(options.operation);
		} else {
			cli_help(self, stdout);
			puts("\noperations:");
			pedigree_operations(print_operation, NULL);
			status = CLI_OK;
		}
	} else if (!options.operation) {
		cli_usage(self, "say which operation, such as list-artifacts");
		status = API_USAGE;
	} else {
		status = run(&options);
	}
	free(options.members);
	return status;
}

static const struct cli_option api_options[] = {
	{ .name = "cli-input-json",
	  .value = "FILE",
	  .help = "members as a JSON object, from FILE or (-) standard input" },
	{ .name = "backend",
	  .value = "BACKEND",
	  .choices = "ledger|sagemaker",
	  .help = "who answers: the ledger, or AWS (ledger)" },
	{ .name = "query",
	  .value = "EXPRESSION",
	  .help = "print this of the answer (JMESPath)" },
	{ .name = "output",
	  .value = "FORMAT",
	  .choices = "json|text",
	  .help = "print JSON (the default) or lines of text" },
	{ .name = "no-paginate",
	  .help = "print the first page of a list only" },
	{ .name = "max-items", .value = "N", .help = "at most N of a list" },
	{ .name = "page-size", .value = "N", .help = "ask for N at a time" },
	{ .name = "starting-token",
	  .value = "TOKEN",
	  .help = "continue where --max-items stopped" },
	{ .name = NULL },
};

const struct cli_command cli_api = {
	.name = "api",
	.arguments = "OPERATION [--MEMBER VALUE]…",
	.summary = "carry out an operation of the lineage API on the ledger",
	.description =
		"Operations, members, answers and errors are those of `aws sagemaker`: put\n"
		"`pedigree api` in place of these two words. `pedigree api OPERATION --help`\n"
		"lists the members.\n"
		"\n"
		"  pedigree api create-artifact --artifact-type DataSet \\\n"
		"      --source SourceUri=s3://bucket/train.csv --query ArtifactArn\n"
		"\n"
		"Exit status: 0, 252 wrong usage, 253 an invalid configuration, 254 the API\n"
		"refused (its code and message are on stderr), 255 anything else.",
	.options = api_options,
	.main = api,
};
