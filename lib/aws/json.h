/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading the JSON that credentials and errors come in.
 */
#ifndef PEDIGREE_AWS_JSON_H
#define PEDIGREE_AWS_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pedigree/error.h>

#include "aws/credentials.h"
#include "base/base.h"

struct pedigree_aws_json;

/* NULL when it is no JSON object (or memory ran out). */
struct pedigree_aws_json *pedigree_aws_json_parse(const void *text, size_t n);
/* Wipes all strings in it. */
void pedigree_aws_json_free(struct pedigree_aws_json *json);
#define _cleanup_aws_json_ _cleanup_(pedigree_aws_json_freep)
static inline void pedigree_aws_json_freep(struct pedigree_aws_json **json)
{
	pedigree_aws_json_free(*json);
}

/* The string at "member" or "member.member"; NULL when there is none. */
const char *pedigree_aws_json_text(const struct pedigree_aws_json *json,
				   const char *path);
bool pedigree_aws_json_integer(const struct pedigree_aws_json *json,
			       const char *path, int64_t *ret);

/* The names under which an answer has its credentials. */
struct pedigree_aws_json_names {
	const char *access_key, *secret_key, *session_token;
	const char *expires; /* a text, or milliseconds since 1970 */
	bool needs_expires;
};

/*
 * PEDIGREE_EFORMAT with a text that names `who` and the member that is
 * missing, and none of the values.
 */
int pedigree_aws_json_credentials(const struct pedigree_aws_json *json,
				  const struct pedigree_aws_json_names *names,
				  const char *who,
				  struct pedigree_aws_credentials *ret,
				  struct pedigree_error *err);

#endif
