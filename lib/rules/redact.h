/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeping secrets out of records.
 */
#ifndef PEDIGREE_RULES_REDACT_H
#define PEDIGREE_RULES_REDACT_H

#include <stdbool.h>

#include "base/buf.h"
#include "rules/mask.h"

/*
 * What pedigree_open has found: the rules of [redact] (secret.h) and the key
 * that makes marks of the same secret equal, or NULL. They hold for the whole
 * process, since nothing that is written down belongs to one session alone.
 * False: out of memory, or too many rules; then nothing changes.
 */
bool pedigree_redact_use(const char *rules, size_t n, const unsigned char *key);

/* Does a parameter, option or variable of this name look like it holds a
   secret ("password", "api-key", "AWS_SECRET_ACCESS_KEY", "token")? */
bool pedigree_secret_name(const char *name);

/* Does a value look like one by itself (AWS key id, bearer token, PEM block,
   JWT)? */
bool pedigree_secret_value(const char *value);

/* Appends the value of a parameter or variable as it may be kept. */
void pedigree_redact_value(struct pedigree_buf *buf, const char *name,
			   const char *value);

/* Appends a URL without user information and query; "git@host:path" stays. */
void pedigree_redact_url(struct pedigree_buf *buf, const char *url);

/*
 * Appends one command-line argument as it may be kept: NAME=VALUE and
 * --name=value with secret names, URLs with user information, values that
 * look secret. `previous` is the argument before it or NULL ("--password").
 */
void pedigree_redact_arg(struct pedigree_buf *buf, const char *previous,
			 const char *arg);

/* Called with what each secret was known by: "name", "look", "url", "option",
   and the word. */
typedef void pedigree_redact_told(void *ctx, const char *why,
				  const char *detail);

/* The same for one argument after the other: the program, options of one
   letter and PEM blocks count, too. `line` is zeros before the first; `told`
   may be NULL. */
void pedigree_redact_next(struct pedigree_buf *buf,
			  struct pedigree_mask_line *line, const char *arg,
			  pedigree_redact_told *told, void *ctx);

#endif
