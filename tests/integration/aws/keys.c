/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prints the credentials that it finds as JSON: `keys [PROFILE]`. Each line
 * on stdin is a time (seconds since 1970, or "" for now) at which it asks;
 * "expire" says that the service refused the last ones.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "aws/credentials.h"

static void print(struct pedigree_aws_chain *chain, int64_t now)
{
	const struct pedigree_aws_credentials *keys;
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	json_t *answer;

	if (pedigree_aws_chain_get(chain, now, &keys, &err) < 0)
		answer = json_pack("{s:i, s:s}", "code", err.code, "error",
				   err.text);
	else
		answer = json_pack("{s:s, s:s, s:s?, s:I, s:s}", "access_key",
				   keys->access_key, "secret_key",
				   keys->secret_key, "token",
				   keys->session_token, "expires",
				   (json_int_t)keys->expires, "source",
				   pedigree_aws_chain_source(chain));
	json_dumpf(answer, stdout, JSON_COMPACT);
	putchar('\n');
	fflush(stdout);
	json_decref(answer);
}

int main(int argc, char **argv)
{
	_cleanup_aws_chain_ struct pedigree_aws_chain *chain = NULL;
	const struct pedigree_aws_options options = {
		.profile = argc > 1 ? argv[1] : NULL,
	};
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	char line[64];

	if (pedigree_aws_chain_new(&options, &chain, &err) < 0) {
		json_t *answer = json_pack("{s:i, s:s}", "code", err.code,
					   "error", err.text);

		json_dumpf(answer, stdout, JSON_COMPACT);
		putchar('\n');
		json_decref(answer);
		return 0;
	}
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		if (!strcmp(line, "expire"))
			pedigree_aws_chain_expire(chain);
		else
			print(chain, *line ? atoll(line) : time(NULL));
	}
	return 0;
}
