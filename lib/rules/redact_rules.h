/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the rules and the key of redaction come from: [redact] of the
 * configuration, and a file of random bytes beside the spool.
 */
#ifndef PEDIGREE_RULES_REDACT_RULES_H
#define PEDIGREE_RULES_REDACT_RULES_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

struct pedigree_config;

/* The rules of [redact] as rules/secret.h has them; empty: there are none. */
int pedigree_redact_compile(const struct pedigree_config *config,
			    struct pedigree_buf *ret_rules,
			    struct pedigree_error *err);

/* The path of the key. */
void pedigree_redact_key_path(const struct pedigree_config *config,
			      struct pedigree_buf *buf);

/*
 * Has the process redact by a configuration. `make`: the key is made where
 * there is none. Without one, marks say no more than that something stood
 * there; that is no failure.
 */
int pedigree_redact_setup(const struct pedigree_config *config, bool make,
			  struct pedigree_error *err);

/* Puts rules and key where the shim of a run looks for them: into its
   folder. What cannot be put there is left out. */
void pedigree_redact_hand_over(const struct pedigree_config *config,
			       const char *folder);

#endif
