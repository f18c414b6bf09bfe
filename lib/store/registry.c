/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "store/jsonl.h"
#include "store/ledger.h"
#include "store/null.h"
#include "store/openlineage.h"
#include "store/sagemaker.h"
#include "store/store.h"

const struct pedigree_backend_ops *const pedigree_backends[] = {
	&pedigree_ledger_ops,	 &pedigree_jsonl_ops,	    &pedigree_null_ops,
	&pedigree_sagemaker_ops, &pedigree_openlineage_ops, NULL,
};

const struct pedigree_backend_ops *pedigree_backend_of_test;

const struct pedigree_backend_ops *pedigree_backend_find(const char *name)
{
	if (pedigree_backend_of_test &&
	    !strcmp(pedigree_backend_of_test->name, name))
		return pedigree_backend_of_test;
	for (size_t i = 0; pedigree_backends[i]; i++)
		if (!strcmp(pedigree_backends[i]->name, name))
			return pedigree_backends[i];
	return NULL;
}
