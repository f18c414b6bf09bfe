/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include <pedigree/capture.h>

#include "cli/cli.h"
#include "cli/json.h"

enum {
	BOUNDS = 9,
	SETTING_MAX = 128
};

struct options {
	char settings[BOUNDS][SETTING_MAX];
	const char *given[BOUNDS + 1]; /* of these, ended by NULL */
	bool dry_run;
	bool quiet;
	struct pedigree_print print;
	bool ok; /* of a printing option */
};

struct listing {
	bool json;
	bool quiet;
	bool dry_run;
	size_t n;
};

/* Options that are keys of [gc] for once, in the order of `settings`. */
static const char *const bounds[BOUNDS][2] = {
	{ "age", "spool_age" },
	{ "count", "spool_count" },
	{ "size", "spool_size" },
	{ "quarantine-age", "quarantine_age" },
	{ "quarantine-count", "quarantine_count" },
	{ "quarantine-size", "quarantine_size" },
	{ "manifest-age", "manifest_age" },
	{ "manifest-count", "manifest_count" },
	{ "manifest-size", "manifest_size" },
};

/* False: it is none of the bounds. */
static bool set_bound(struct options *options, const char *name,
		      const char *value)
{
	size_t n = 0;
	int length;

	for (size_t i = 0; i < BOUNDS; i++) {
		if (strcmp(name, bounds[i][0]) != 0)
			continue;
		length = snprintf(options->settings[i], SETTING_MAX, "gc.%s=%s",
				  bounds[i][1], value);
		if (length >= SETTING_MAX) {
			cli_say("the value of --%s has %zu characters: that is no bound",
				name, strlen(value));
			options->ok = false;
			return true;
		}
		while (options->given[n] &&
		       options->given[n] != options->settings[i])
			n++;
		options->given[n] = options->settings[i];
		return true;
	}
	return false;
}

static bool on_option(void *ctx, const struct cli_option *option,
		      const char *value)
{
	struct options *options = ctx;

	if (strcmp(option->name, "dry-run") == 0)
		options->dry_run = true;
	else if (strcmp(option->name, "quiet") == 0)
		options->quiet = true;
	else if (!set_bound(options, option->name, value))
		cli_print_option(option, value, &options->print, &options->ok);
	return options->ok;
}

/* "12.3 MiB" */
static const char *show_bytes(char out[32], uint64_t bytes)
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB" };
	double shown = (double)bytes / 1024;
	size_t unit = 0;

	while (shown >= 1024 && unit < 3) {
		shown /= 1024;
		unit++;
	}
	snprintf(out, 32, "%.1f %s", shown, units[unit]);
	return out;
}

/* "3 days", in the largest unit that gives at least two, or seconds. */
static const char *show_age(char out[32], uint64_t seconds)
{
	static const struct {
		uint64_t seconds;
		const char *name;
	} units[] = { { 86400, "days" }, { 3600, "hours" }, { 60, "minutes" } };

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (seconds < 2 * units[i].seconds)
			continue;
		snprintf(out, 32, "%llu %s",
			 (unsigned long long)(seconds / units[i].seconds),
			 units[i].name);
		return out;
	}
	snprintf(out, 32, "%llu seconds", (unsigned long long)seconds);
	return out;
}

static void print_json(const struct pedigree_gc_view *view)
{
	printf("{\"Kind\":\"%s\",\"Name\":", view->kind);
	cli_json_string(view->name);
	fputs(",\"Path\":", stdout);
	cli_json_string(view->path);
	printf(",\"Bytes\":%llu,\"AgeSeconds\":%llu,\"Why\":\"%s\"}",
	       (unsigned long long)view->bytes, (unsigned long long)view->age,
	       view->why);
}

static void print_one(void *ctx, const struct pedigree_gc_view *view)
{
	struct listing *listing = ctx;
	char bytes[32], age[32];

	if (listing->json) {
		fputs(listing->n++ ? ",\n " : "\n ", stdout);
		print_json(view);
		return;
	}
	if (listing->quiet)
		return;
	printf("%s %s %s, %s, %s old (%s)\n",
	       listing->dry_run ? "would remove" : "removed",
	       strcmp(view->kind, "Run") == 0	     ? "run"
	       : strcmp(view->kind, "Manifest") == 0 ? "manifest"
						     : view->path,
	       view->name, show_bytes(bytes, view->bytes),
	       show_age(age, view->age), view->why);
}

static void print_counts(const struct listing *listing,
			 const struct pedigree_gc_counts *counts)
{
	char freed[32], left[32];

	if (listing->json)
		printf("%s],\n\"Removed\":%zu,\"BytesFreed\":%llu,\"Kept\":%zu,\"BytesKept\":%llu,\"DryRun\":%s}\n",
		       listing->n ? "\n" : "", counts->removed,
		       (unsigned long long)counts->freed, counts->kept,
		       (unsigned long long)counts->left,
		       listing->dry_run ? "true" : "false");
	else if (!listing->quiet)
		printf("%zu %s, %s; %zu left, %s\n", counts->removed,
		       listing->dry_run ? "would go" : "removed",
		       show_bytes(freed, counts->freed), counts->kept,
		       show_bytes(left, counts->left));
}

static int gc(const struct cli_command *self, int argc, char **argv)
{
	struct options options = { .ok = true };
	struct pedigree_gc_counts counts = { 0 };
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct listing listing;
	struct pedigree *pedigree;
	int first, rc;

	cli_print_init(&options.print, stdout);
	first = cli_parse(self, argc, argv, on_option, &options);
	if (first < 0)
		return CLI_TROUBLE;
	if (first < argc)
		return cli_usage(self, "gc takes no argument '%s'",
				 argv[first]);
	pedigree = cli_open_with(NULL, options.given);
	if (!pedigree)
		return CLI_TROUBLE;
	listing = (struct listing){
		.json = options.print.format == PEDIGREE_JSON,
		.quiet = options.quiet,
		.dry_run = options.dry_run,
	};
	if (listing.json)
		fputs("{\"Items\":[", stdout);
	rc = pedigree_gc(pedigree, options.dry_run, print_one, &listing,
			 &counts, &err);
	print_counts(&listing, &counts);
	pedigree_close(pedigree);
	return rc < 0 ? cli_fail(&err) : CLI_OK;
}

static const struct cli_option gc_options[] = {
	{ .name = "dry-run",
	  .help = "list what would be removed; remove nothing" },
	{ .name = "age",
	  .value = "DURATION",
	  .help = "keep the logs of delivered runs this long (30d)" },
	{ .name = "count",
	  .value = "N",
	  .help = "keep at most N runs in the spool" },
	{ .name = "size",
	  .value = "SIZE",
	  .help = "keep the spool below this size (500M)" },
	{ .name = "quarantine-age",
	  .value = "DURATION",
	  .help = "keep this long what was set aside" },
	{ .name = "quarantine-count",
	  .value = "N",
	  .help = "keep at most N of what was set aside" },
	{ .name = "quarantine-size",
	  .value = "SIZE",
	  .help = "keep at most this much of what was set aside" },
	{ .name = "manifest-age",
	  .value = "DURATION",
	  .help = "keep file lists of data sets this long after their last use" },
	{ .name = "manifest-count",
	  .value = "N",
	  .help = "keep at most N file lists of data sets" },
	{ .name = "manifest-size",
	  .value = "SIZE",
	  .help = "keep at most this much of file lists" },
	{ .name = "format",
	  .value = "FORMAT",
	  .choices = "text|json",
	  .help = "print text (the default) or JSON" },
	{ .name = "json", .help = "the same as --format json" },
	{ .name = "quiet", .letter = 'q', .help = "print nothing" },
	{ .name = NULL },
};

const struct cli_command cli_gc = {
	.name = "gc",
	.arguments = "",
	.summary = "remove event logs of delivered runs, oldest first",
	.description =
		"The limits are those of [gc] in the configuration; each option replaces one of\n"
		"them, and 0 is no limit. Runs that go on, records that were not delivered and\n"
		"what the ledger says about runs are kept. File lists of data sets are removed\n"
		"only when a limit is set for them.\n"
		"\n"
		"Exit status: 0, or 2 when something could not be removed.",
	.options = gc_options,
	.main = gc,
};
