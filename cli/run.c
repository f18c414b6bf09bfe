/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "cli/cli.h"
#include "cli/spawn.h"
#include "cli/wrap.h"

struct options {
	struct cli_wrap wrap;
	struct cli_values params, tags, inputs, outputs;
};

static bool on_option(void *ctx, const struct cli_option *option,
		      const char *value)
{
	struct options *options = ctx;
	const char *name = option->name;

	if (strcmp(name, "name") == 0)
		options->wrap.spec.name = value;
	else if (strcmp(name, "experiment") == 0)
		options->wrap.spec.experiment = value;
	else if (strcmp(name, "serve") == 0)
		options->wrap.spec.serve = value;
	else if (strcmp(name, "steps") == 0)
		options->wrap.spec.steps = value;
	else if (strcmp(name, "quiet") == 0)
		options->wrap.quiet = true;
	else if (strcmp(name, "param") == 0)
		return cli_wrap_pair(option, value) &&
		       cli_values_add(&options->params, value);
	else if (strcmp(name, "tag") == 0)
		return cli_wrap_pair(option, value) &&
		       cli_values_add(&options->tags, value);
	else if (strcmp(name, "input") == 0)
		return cli_values_add(&options->inputs, value);
	else if (strcmp(name, "output") == 0)
		return cli_values_add(&options->outputs, value);
	return true;
}

static int run(const struct cli_command *self, int argc, char **argv)
{
	struct options options = { .wrap = { .self = self } };
	int first = cli_parse(self, argc, argv, on_option, &options);

	if (first < 0)
		return CLI_SPAWN_TROUBLE;
	if (first >= argc) {
		cli_usage(self, "there is no command to run");
		return CLI_SPAWN_TROUBLE;
	}
	options.wrap.argv = argv + first;
	options.wrap.spec.params = options.params.v;
	options.wrap.spec.tags = options.tags.v;
	options.wrap.spec.inputs = options.inputs.v;
	options.wrap.spec.outputs = options.outputs.v;
	return cli_wrap(&options.wrap);
}

static const struct cli_option run_options[] = {
	{ .name = "name", .value = "NAME", .help = "the name of the run" },
	{ .name = "experiment",
	  .value = "NAME",
	  .help = "put the run into this experiment" },
	{ .name = "param", .value = "K=V", .help = "record a parameter" },
	{ .name = "tag", .value = "K=V", .help = "record a tag" },
	{ .name = "input",
	  .value = "URI",
	  .help = "record an input that is not seen as a file" },
	{ .name = "output",
	  .value = "URI",
	  .help = "record an output that is not seen as a file" },
	{ .name = "serve",
	  .value = "NAME",
	  .help = "the command is this endpoint, with the models that it reads" },
	{ .name = "steps",
	  .value = "WHICH",
	  .choices = "rules|auto|no",
	  .help = "programs of a script that become runs of their own" },
	{ .name = "quiet", .letter = 'q', .help = "print nothing" },
	{ .name = NULL },
};

const struct cli_command cli_run = {
	.name = "run",
	.arguments = "[--] COMMAND [ARG…]",
	.summary = "run a program and record its inputs, outputs and code",
	.description =
		"The command's input, output, terminal, signals and exit status are its own.\n"
		"What it reads and writes is recorded while it runs; a line on stderr at the\n"
		"end says what was recorded. Whatever goes wrong with that, the command runs.\n"
		"\n"
		"Exit status: the command's; 127 when there is no such program, 126 when it\n"
		"cannot be run, 125 when pedigree was misused. PEDIGREE_DISABLE=1\n"
		"runs the command as if pedigree were not there.",
	.options = run_options,
	.stop_at_first = true,
	.main = run,
};
