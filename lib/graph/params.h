/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A command line as the Parameters of a trial component:
 *
 *	--lr 0.1, --lr=0.1, -x 3	lr, x
 *	model.lr=0.1, +seed=1		as Hydra has it
 *	--verbose			"true"
 *
 * Arguments by position are no parameters. The whole line is the parameter
 * "command". Secrets are replaced (rules/redact.h), long values cut.
 */
#ifndef PEDIGREE_GRAPH_PARAMS_H
#define PEDIGREE_GRAPH_PARAMS_H

#include "base/buf.h"
#include "graph/model.h"

/*
 * Sets a parameter under the API's limits: the key and value are cleaned and
 * cut, the value of a secret name or of a secret look replaced, and what is
 * one parameter too many is left out. PEDIGREE_ENOMEM.
 */
int pedigree_param_put(struct pedigree_params *params, const char *key,
		       const char *value);

/* As _put, but leaves a parameter of that name as it is and uses
   "pedigree.KEY" instead. */
int pedigree_param_own(struct pedigree_params *params, const char *key,
		       const char *value);

/* Parameters of the arguments from `first` on; argv may be NULL. */
int pedigree_params_read(struct pedigree_params *params, char *const *argv,
			 size_t first);

/* Appends the command line, redacted and quoted for a shell. */
void pedigree_command_text(struct pedigree_buf *buf, char *const *argv);

#endif
