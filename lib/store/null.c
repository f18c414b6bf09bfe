/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The backend that forgets: the smallest complete one, and the template to
 * copy (doc/how-to-add-a-backend.md).
 */
#include "config.h"

#include "store/null.h"

#include "base/base.h"
#include "base/err.h"

struct null_backend {
	struct pedigree_backend base;
	/* What this backend needs between calls goes here. */
};

static int null_open(const struct pedigree_backend_env *env,
		     struct pedigree_backend **ret_backend,
		     struct pedigree_error *err)
{
	struct null_backend *null = calloc(1, sizeof(*null));

	(void)env;
	if (!null)
		return pedigree_fail_memory(err);
	null->base.ops = &pedigree_null_ops;
	*ret_backend = &null->base;
	return 0;
}

static void null_close(struct pedigree_backend *backend)
{
	if (!backend)
		return;
	free(pedigree_container_of(backend, struct null_backend, base));
}

static enum pedigree_outcome null_put(struct pedigree_backend *backend,
				      const struct pedigree_delivery *delivery,
				      struct pedigree_error *err)
{
	(void)backend;
	(void)delivery;
	(void)err;
	return PEDIGREE_DELIVERED;
}

const struct pedigree_backend_ops pedigree_null_ops = {
	.version = PEDIGREE_BACKEND_VERSION,
	.name = "null",
	.summary = "forgets every record",
	.open = null_open,
	.close = null_close,
	.put = null_put,
};
