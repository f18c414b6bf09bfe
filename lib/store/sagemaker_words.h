/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the API calls what it has of each kind of entity.
 */
#ifndef PEDIGREE_STORE_SAGEMAKER_WORDS_H
#define PEDIGREE_STORE_SAGEMAKER_WORDS_H

#include "graph/model.h"

struct pedigree_sagemaker_words {
	const char *create, *describe, *update; /* operations */
	const char *name, *arn;			/* members */
	const char *list, *summaries; /* an operation and its member */
};

/* By enum pedigree_kind. */
extern const struct pedigree_sagemaker_words
	pedigree_sagemaker_words[PEDIGREE_KINDS];

#endif
