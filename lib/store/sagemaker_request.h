/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests of the SageMaker API made of a record's entities, within the
 * API's limits: what is too long is cut with a mark, what is too much goes
 * into one more property or parameter, and no record is refused for either.
 */
#ifndef PEDIGREE_STORE_SAGEMAKER_REQUEST_H
#define PEDIGREE_STORE_SAGEMAKER_REQUEST_H

#include <jansson.h>
#include <stdbool.h>

#include "base/base.h"
#include "graph/model.h"

static inline void pedigree_sagemaker_decref(json_t **json)
{
	json_decref(*json);
}
#define _cleanup_request_ _cleanup_(pedigree_sagemaker_decref)

/* How an artifact in an object store is identified. */
enum pedigree_sagemaker_identity {
	/* By its URI alone, as SageMaker does: its version is a property. */
	PEDIGREE_IDENTITY_URI,
	/* By URI and version: two versions are two artifacts. */
	PEDIGREE_IDENTITY_VERSION
};

/* Is the artifact one that SageMaker itself, or another account's tool, may
   have made under the same source? Files of a host are not. */
bool pedigree_sagemaker_shared(const struct pedigree_entity *entity);

/*
 * The request of CreateArtifact and relatives. `run` is not NULL for the run
 * itself: it marks the entity as made of that run, so that another run of
 * the same name is told from it; `name` replaces its name. NULL: memory ran
 * out.
 */
json_t *pedigree_sagemaker_create(const struct pedigree_entity *entity,
				  enum pedigree_sagemaker_identity identity,
				  const char *run, const char *name);

/* The request of the Update operation that brings what Create would have
   made to the same content; `remote` is its ARN there. */
json_t *pedigree_sagemaker_update(const struct pedigree_entity *entity,
				  const json_t *create, const char *remote);

/* What MetadataProperties.GeneratedBy says of a run: by whom it was made. */
char *pedigree_sagemaker_mark(const struct pedigree_entity *entity,
			      const char *run);

/* `text` with at most `most` characters: a longer one ends with a mark that
   says how long it was. No line break is left. Malloc'ed. */
char *pedigree_sagemaker_cut(const char *text, size_t most);

#endif
