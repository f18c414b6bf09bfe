/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls of the client as the typed functions make them.
 */
#ifndef PEDIGREE_API_CLIENT_H
#define PEDIGREE_API_CLIENT_H

#include <pedigree/lineage.h>

#include "service/service.h"
#include "service/typed.h"

/* Is it a backend that answers, and is it the service? */
int pedigree_check_backend(const char *backend, bool *ret_remote,
			   struct pedigree_error *err);

/* The pages of a list in one. */
int pedigree_client_join(struct pedigree_client *client,
			 const struct pedigree_operation *operation,
			 const char *request,
			 const struct pedigree_pages *pages, char **ret_answer,
			 struct pedigree_error *err);

/* One operation, its request made of the parts; the first one's object must
   be there. *ret_answer, which may be NULL, is malloc'ed. */
int pedigree_typed_call(struct pedigree_client *client, const char *name,
			const struct pedigree_part *parts, size_t n,
			char **ret_answer, struct pedigree_error *err);
/* The same with the pages joined; no object must be there. */
int pedigree_typed_list(struct pedigree_client *client, const char *name,
			const struct pedigree_part *parts, size_t n,
			const struct pedigree_pages *pages, char **ret_answer,
			struct pedigree_error *err);

#endif
