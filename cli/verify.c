/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "cli/ask.h"

#include <stdlib.h>

static bool on_option(void *ctx, const struct cli_option *option,
		      const char *value)
{
	struct cli_ask *ask = ctx;

	return cli_ask_option(ask, option, value) && ask->ok;
}

/* A gate that is open needs no words. */
static int verify_quietly(struct pedigree *pedigree, const char *target,
			  const struct pedigree_print *print,
			  enum pedigree_verification *ret_verdict,
			  struct pedigree_error *err)
{
	char *text = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&text, &n);
	int rc;

	if (!out)
		return pedigree_verify(pedigree, target, print, stdout,
				       ret_verdict, err);
	rc = pedigree_verify(pedigree, target, print, out, ret_verdict, err);
	if (fclose(out) == 0 && text &&
	    (rc < 0 || *ret_verdict != PEDIGREE_VERIFIED ||
	     print->format == PEDIGREE_JSON))
		fputs(text, stdout);
	free(text);
	return rc;
}

static int verify(const struct cli_command *self, int argc, char **argv)
{
	static const int statuses[] = {
		[PEDIGREE_VERIFIED] = CLI_OK,
		[PEDIGREE_NOT_VERIFIED] = CLI_NOTHING,
		[PEDIGREE_CANNOT_VERIFY] = CLI_TROUBLE,
	};
	enum pedigree_verification verdict = PEDIGREE_CANNOT_VERIFY;
	struct cli_ask ask;
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree *pedigree;
	int first, rc, status;

	cli_ask_init(&ask);
	first = cli_parse(self, argc, argv, on_option, &ask);
	if (first < 0)
		return CLI_TROUBLE;
	if (argc - first != 1)
		return cli_usage(self, "verify takes one target, not %d",
				 argc - first);
	pedigree = cli_ask_open(&ask);
	if (!pedigree)
		return CLI_TROUBLE;
	rc = ask.quiet ? verify_quietly(pedigree, argv[first], &ask.print,
					&verdict, &err)
		       : pedigree_verify(pedigree, argv[first], &ask.print,
					 stdout, &verdict, &err);
	status = cli_ask_end(pedigree, rc, &err);
	return rc < 0 ? status : statuses[verdict];
}

static const struct cli_option verify_options[] = {
	CLI_PRINT_OPTIONS,
	{ .name = NULL },
};

const struct cli_command cli_verify = {
	.name = "verify",
	.arguments = "TARGET",
	.summary = "check that what is behind a target still has its bytes",
	.description =
		"Reads the inputs, the code and the outputs of the run behind a file, model or\n"
		"endpoint again, and lists what changed, what is gone and what cannot be checked.\n"
		"Local files are read; for objects in S3, the version or ETag is asked for.\n"
		"\n"
		"Exit status: 0 verified, 1 not verified or nothing is recorded of the target,\n"
		"2 not all could be checked, or wrong usage.",
	.options = verify_options,
	.main = verify,
};
