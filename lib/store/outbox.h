/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What outbox.c (the folders) and deliver.c (the pushing) share.
 */
#ifndef PEDIGREE_STORE_OUTBOX_H
#define PEDIGREE_STORE_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pedigree/error.h>

#include "base/vec.h"
#include "store/store.h"

/* A record that waits. */
struct pedigree_outbox_file {
	char *name;	/* RUN.REVISION.json */
	size_t run_len; /* of RUN */
	unsigned int revision;
	int64_t mtime_ns;
};
PEDIGREE_VEC_TYPE(pedigree_outbox_list, struct pedigree_outbox_file);
void pedigree_outbox_clear(struct pedigree_outbox_list *list);

/* Splits RUN.REVISION.json; false for any other name. */
bool pedigree_outbox_parse(const char *name, size_t *ret_run_len,
			   unsigned int *ret_revision);

/* What waits in a folder, in the order of delivery. A missing folder is an
   empty one. */
int pedigree_outbox_list(const char *folder, struct pedigree_outbox_list *list,
			 struct pedigree_error *err);

/* Calls `each` with the folder of one backend or (NULL) of all in use. */
int pedigree_outbox_each(const struct pedigree_config *config,
			 const char *backend,
			 int (*each)(void *ctx, const char *backend,
				     const char *folder,
				     struct pedigree_error *err),
			 void *ctx, struct pedigree_error *err);

/* deliver.c: pushes one backend's folder; adds to `result`. */
int pedigree_outbox_deliver(const struct pedigree_config *config,
			    const char *backend, const char *folder,
			    unsigned int patience_ms,
			    const struct pedigree_watcher *watch,
			    struct pedigree_push_result *result,
			    struct pedigree_error *err);

#endif
