/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/progress.h"
#include "cli/spawn.h"
#include "cli/wrap.h"

struct options {
	struct cli_wrap wrap;
	struct cli_values params, tags, models;
	bool force;
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
	else if (strcmp(name, "force") == 0)
		options->force = true;
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

/* Behind all others, so that no --param says otherwise. */
static int record(struct options *options, const char *param)
{
	if (!cli_values_add(&options->params, param))
		return CLI_SPAWN_TROUBLE;
	options->wrap.spec.params = options->params.v;
	return 0;
}

static int judge(struct options *options, enum pedigree_verification verdict,
		 const char *reasons)
{
	static const char *const params[] = {
		[PEDIGREE_VERIFIED] = "Verification=Verified",
		[PEDIGREE_NOT_VERIFIED] = "Verification=NotVerified",
		[PEDIGREE_CANNOT_VERIFY] = "Verification=Unknown",
	};
	static const char *const words[] = {
		[PEDIGREE_NOT_VERIFIED] = "is not verified",
		[PEDIGREE_CANNOT_VERIFY] = "cannot be verified",
	};
	int status = record(options, params[verdict]);

	if (status || verdict == PEDIGREE_VERIFIED)
		return status;
	if (!options->force || !options->wrap.quiet)
		fputs(reasons, stderr);
	if (!options->force) {
		cli_say("the command was not started: [deploy] require = verified, and what it deploys %s; --force starts it anyway, and is recorded",
			words[verdict]);
		return CLI_NOTHING;
	}
	if (!options->wrap.quiet)
		cli_say("what is deployed %s; --force is recorded",
			words[verdict]);
	return record(options, "VerificationForced=yes");
}

static int verify(struct options *options, struct pedigree *pedigree)
{
	enum pedigree_verification verdict = PEDIGREE_CANNOT_VERIFY;
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree_print print = { 0 };
	char *reasons = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&reasons, &n);
	int rc, status;

	if (!out) {
		cli_say("out of memory");
		return CLI_SPAWN_TROUBLE;
	}
	cli_recover(pedigree);
	rc = pedigree_deploy_verify(pedigree, options->wrap.spec.argv,
				    options->wrap.spec.models, &print, out,
				    &verdict, &err);
	cli_progress_clear();
	if (rc < 0)
		fprintf(out, "%s\n", err.text);
	if (fclose(out) != 0 || !reasons) {
		cli_say("out of memory");
		status = CLI_SPAWN_TROUBLE;
	} else {
		status = judge(options, verdict, reasons);
	}
	free(reasons);
	return status;
}

/* [deploy] require = verified. What cannot be asked is not verified. */
static int gate(struct cli_wrap *wrap, const struct pedigree *pedigree)
{
	struct options *options = (struct options *)wrap;
	const struct pedigree_options with = {
		.progress = wrap->quiet ? NULL : cli_progress,
		.progress_count = wrap->quiet ? NULL : cli_progress_count,
	};
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree *own;
	int rc = pedigree_deploy_required(pedigree, wrap->spec.argv, &err);
	int status;

	if (rc < 0) {
		cli_say("%s", err.text);
		return CLI_SPAWN_TROUBLE;
	}
	if (rc == 0)
		return 0;
	own = cli_open_options(&with);
	if (!own)
		return CLI_SPAWN_TROUBLE;
	status = verify(options, own);
	pedigree_close(own);
	return status;
}

static int deploy(const struct cli_command *self, int argc, char **argv)
{
	struct options options = {
		.wrap = { .self = self, .spec = { .deploy = 1 }, .gate = gate },
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
	  .help = "its ARN, which names it, too; default: a local one" },
	{ .name = "model",
	  .value = "PATH|URI",
	  .help = "what is deployed; may be repeated; default: the models that the command reads" },
	{ .name = "name",
	  .value = "NAME",
	  .help = "the name of the deployment" },
	{ .name = "force",
	  .help = "start it even if what is deployed is not verified" },
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
		"With [deploy] require = verified in the configuration, the model is verified\n"
		"first, as 'pedigree verify' does; what is not verified is not deployed (exit\n"
		"status 1) without --force, which is recorded.\n"
		"\n"
		"The command and its exit status are treated as 'pedigree run' does.",
	.options = deploy_options,
	.stop_at_first = true,
	.main = deploy,
};
