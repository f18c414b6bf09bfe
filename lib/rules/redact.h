/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeping secrets out of records.
 */
#ifndef PEDIGREE_RULES_REDACT_H
#define PEDIGREE_RULES_REDACT_H

#include <stdbool.h>

#include "base/buf.h"

#define PEDIGREE_REDACTED "[redacted]"

/* Does a parameter, option or variable of this name look like it holds a
   secret ("password", "api-key", "AWS_SECRET_ACCESS_KEY", "token")? */
bool pedigree_secret_name(const char *name);

/* Does a value look like one by itself (AWS key id, bearer token, PEM block,
   JWT)? */
bool pedigree_secret_value(const char *value);

/* Appends a URL without user information and query; "git@host:path" stays. */
void pedigree_redact_url(struct pedigree_buf *buf, const char *url);

/*
 * Appends one command-line argument as it may be kept: NAME=VALUE and
 * --name=value with secret names, URLs with user information, values that
 * look secret. `previous` is the argument before it or NULL ("--password").
 */
void pedigree_redact_arg(struct pedigree_buf *buf, const char *previous,
			 const char *arg);

#endif
