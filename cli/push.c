/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include <pedigree/capture.h>

#include "cli/cli.h"
#include "cli/json.h"
#include "cli/progress.h"

struct options {
	const char *backend;
	bool quiet;
	bool status;
	bool dry_run;
	struct pedigree_print print;
	bool ok; /* of a printing option */
};

static bool on_option(void *ctx, const struct cli_option *option,
		      const char *value)
{
	struct options *options = ctx;

	const char *name = option->name;

	if (strcmp(name, "backend") == 0)
		options->backend = value;
	else if (strcmp(name, "quiet") == 0)
		options->quiet = true;
	else if (strcmp(name, "status") == 0)
		options->status = true;
	else if (strcmp(name, "dry-run") == 0)
		options->dry_run = true;
	else if (cli_print_option(option, value, &options->print, &options->ok))
		return options->ok;
	return true;
}

struct listing {
	bool json;
	size_t n;
	size_t waiting, rejected;
};

static void put_member(const char *before, const char *name, const char *text)
{
	printf("%s\"%s\":", before, name);
	cli_json_string(text);
}

static void print_record(void *ctx, const struct pedigree_outbox_view *record)
{
	struct listing *listing = ctx;

	if (record->why)
		listing->rejected++;
	else
		listing->waiting++;
	if (listing->json) {
		printf("%s", listing->n++ ? ",\n" : "");
		put_member("{", "Backend", record->backend);
		put_member(",", "Run", record->run);
		printf(",\"Revision\":%u", record->revision);
		put_member(",", "State", record->why ? "Rejected" : "Waiting");
		put_member(",", "Path", record->path);
		if (record->why)
			put_member(",", "Why", record->why);
		putchar('}');
		return;
	}
	printf("%s  %s, revision %u: %s%s\n", record->backend, record->run,
	       record->revision, record->why ? "rejected: " : "waits",
	       record->why ? record->why : "");
	if (record->why)
		printf("    kept in %s; when the cause is gone, move it to the folder above and push\n",
		       record->path);
}

static void print_sentence(void *ctx, const char *sentence)
{
	(void)ctx;
	puts(sentence);
}

static int show_status(const struct pedigree *pedigree,
		       const struct options *options)
{
	struct listing listing = { .json = options->print.format ==
					   PEDIGREE_JSON };
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	int rc;

	if (listing.json)
		putchar('[');
	rc = pedigree_outbox(pedigree, options->backend, print_record, &listing,
			     &err);
	if (listing.json)
		puts("]");
	if (rc < 0)
		return cli_fail(&err);
	if (!listing.json && !options->quiet)
		printf("%zu waiting, %zu rejected\n", listing.waiting,
		       listing.rejected);
	if (!listing.json && !options->quiet &&
	    pedigree_push_usage(pedigree, options->backend, print_sentence,
				NULL, &err) < 0)
		return cli_fail(&err);
	return listing.waiting || listing.rejected ? CLI_NOTHING : CLI_OK;
}

static void print_plan(void *ctx, const char *sentence)
{
	size_t *n = ctx;

	if ((*n)++)
		puts(",");
	put_member("{", "Plan", sentence);
	putchar('}');
}

static int show_plan(const struct pedigree *pedigree,
		     const struct options *options)
{
	bool json = options->print.format == PEDIGREE_JSON;
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	size_t n = 0;
	int rc;

	if (json)
		putchar('[');
	rc = pedigree_push_plan(pedigree, options->backend,
				json ? print_plan : print_sentence, &n, &err);
	if (json)
		puts("]");
	return rc < 0 ? cli_fail(&err) : CLI_OK;
}

static int deliver(const struct pedigree *pedigree,
		   const struct options *options)
{
	struct pedigree_push_counts counts = { 0 };
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	int rc = pedigree_push(pedigree, options->backend, &counts, &err);

	cli_progress_clear();
	if (options->print.format == PEDIGREE_JSON)
		printf("{\"Delivered\":%zu,\"Waiting\":%zu,\"Rejected\":%zu}\n",
		       counts.delivered, counts.waiting, counts.rejected);
	else if (!options->quiet)
		printf("%zu delivered, %zu waiting, %zu rejected\n",
		       counts.delivered, counts.waiting, counts.rejected);
	/* After it: what recovery makes, it delivers itself. */
	cli_recover(pedigree);
	if (rc < 0)
		return cli_fail(&err);
	return counts.waiting || counts.rejected ? CLI_NOTHING : CLI_OK;
}

static int push(const struct cli_command *self, int argc, char **argv)
{
	struct options options = { 0 };
	struct pedigree *pedigree;
	int first, status;

	cli_print_init(&options.print, stdout);
	first = cli_parse(self, argc, argv, on_option, &options);
	if (first < 0)
		return CLI_TROUBLE;
	if (first < argc)
		return cli_usage(self, "push takes no argument '%s'",
				 argv[first]);
	if (options.status && options.dry_run)
		return cli_usage(self, "either --status or --dry-run");
	pedigree = cli_open_options(&(struct pedigree_options){
		.progress = options.quiet ? NULL : cli_progress,
	});
	if (!pedigree)
		return CLI_TROUBLE;
	status = options.status	   ? show_status(pedigree, &options)
		 : options.dry_run ? show_plan(pedigree, &options)
				   : deliver(pedigree, &options);
	pedigree_close(pedigree);
	return status;
}

static const struct cli_option push_options[] = {
	{ .name = "backend", .value = "NAME", .help = "only to this backend" },
	{ .name = "dry-run",
	  .help = "list what would be delivered, and how; send nothing" },
	{ .name = "status",
	  .help = "list what waits and what was rejected, and why" },
	{ .name = "format",
	  .value = "FORMAT",
	  .choices = "text|json",
	  .help = "print text (the default) or JSON" },
	{ .name = "json", .help = "the same as --format json" },
	{ .name = "quiet", .letter = 'q', .help = "print no counts" },
	{ .name = NULL },
};

const struct cli_command cli_push = {
	.name = "push",
	.arguments = "",
	.summary = "deliver the records that wait in the outbox",
	.description =
		"Exit status: 0 when nothing is left to deliver, 1 when records wait or were\n"
		"set aside, 2 when a backend could not be reached.",
	.options = push_options,
	.main = push,
};
