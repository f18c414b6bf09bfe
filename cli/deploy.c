/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/spawn.h"
#include "cli/wrap.h"

struct options {
	struct cli_wrap wrap;
	struct cli_values params, tags, models;
};

static bool on_option(void *ctx, const struct cli_option *option,
		      const char *value)
{
	struct options *options = ctx;
	const char *name = option->name;

	if (strcmp(name, "endpoint") == 0)
		options->wrap.spec.endpoint = value;
	else if (strcmp(name, "endpoint-arn") == 0)
		options->wrap.spec.endpoint_arn = value;
	else if (strcmp(name, "name") == 0)
		options->wrap.spec.name = value;
	else if (strcmp(name, "quiet") == 0)
		options->wrap.quiet = true;
	else if (strcmp(name, "model") == 0)
		return cli_values_add(&options->models, value);
	else if (strcmp(name, "param") == 0)
		return cli_wrap_pair(option, value) &&
		       cli_values_add(&options->params, value);
	else if (strcmp(name, "tag") == 0)
		return cli_wrap_pair(option, value) &&
		       cli_values_add(&options->tags, value);
	return true;
}

/* A slip of the pen would be a model without history. But the command may
   make the file, or move it to where it is served. */
static bool note_missing(struct options *options)
{
	for (size_t i = 0; i < options->models.n; i++) {
		const char *model = options->models.v[i];

		if (!strstr(model, "://") && access(model, F_OK) < 0 &&
		    !cli_values_add(&options->wrap.missing, model))
			return false;
	}
	return true;
}

static int deploy(const struct cli_command *self, int argc, char **argv)
{
	struct options options = {
		.wrap = { .self = self, .spec = { .deploy = 1 } },
	};
	int first = cli_parse(self, argc, argv, on_option, &options);

	if (first < 0)
		return CLI_SPAWN_TROUBLE;
	if (first >= argc) {
		cli_usage(self, "there is no command to run");
		return CLI_SPAWN_TROUBLE;
	}
	if (!note_missing(&options))
		return CLI_SPAWN_TROUBLE;
	options.wrap.argv = argv + first;
	options.wrap.spec.params = options.params.v;
	options.wrap.spec.tags = options.tags.v;
	options.wrap.spec.models = options.models.v;
	return cli_wrap(&options.wrap);
}

static const struct cli_option deploy_options[] = {
	{ .name = "endpoint",
	  .value = "NAME",
	  .help = "the endpoint that is deployed to" },
	{ .name = "endpoint-arn",
	  .value = "ARN",
	  .help = "its ARN; without one it gets a local ARN" },
	{ .name = "model",
	  .value = "PATH|URI",
	  .help = "what is deployed; may be repeated; without it: the models that the command reads" },
	{ .name = "name", .value = "NAME", .help = "call the deployment so" },
	{ .name = "param", .value = "K=V", .help = "record a property" },
	{ .name = "tag", .value = "K=V", .help = "record a tag" },
	{ .name = "quiet", .letter = 'q', .help = "print nothing" },
	{ .name = NULL },
};

const struct cli_command cli_deploy = {
	.name = "deploy",
	.arguments = "[--] COMMAND [ARG…]",
	.summary =
		"run a deployment and record which model went behind which endpoint",
	.description =
		"Put it in front of the command that deploys today. The record ties the model\n"
		"to the endpoint, and the run that made those bytes of the model to it too, so\n"
		"that 'pedigree trace ENDPOINT' walks back to the training data.\n"
		"\n"
		"The command and its exit status are treated as 'pedigree run' does.",
	.options = deploy_options,
	.stop_at_first = true,
	.main = deploy,
};
