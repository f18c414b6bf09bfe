/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "base/err.h"
#include "base/fs.h"
#include "store/store.h"

/* An environment that knows where its options come from. */
struct config_env {
	struct pedigree_backend_env base;
	const struct pedigree_config *config;
	const struct pedigree_backend_ops *ops;
};

const struct pedigree_backend_ops *
pedigree_backend_of(const struct pedigree_config *config, const char *name)
{
	const struct pedigree_backend_ops *ops = pedigree_backend_find(name);
	const char *type;

	if (ops)
		return ops;
	type = pedigree_config_get(config, "backend", name, "type");
	return type ? pedigree_backend_find(type) : NULL;
}

static const char *option_of(const struct pedigree_config *config,
			     const char *name,
			     const struct pedigree_backend_ops *ops,
			     const char *key)
{
	const struct pedigree_backend_option *known = ops->options;

	for (; known && known->key; known++) {
		if (strcmp(known->key, key) != 0)
			continue;
		const char *value =
			pedigree_config_get(config, "backend", name, key);
		if (!value && ops->section)
			value = pedigree_config_get(config, ops->section, NULL,
						    key);
		return value ? value : known->fallback;
	}
	return NULL;
}

const char *pedigree_backend_option(const struct pedigree_config *config,
				    const struct pedigree_backend_ops *ops,
				    const char *key)
{
	return option_of(config, ops->name, ops, key);
}

static const char *option(const struct pedigree_backend_env *base,
			  const char *key)
{
	const struct config_env *env =
		pedigree_container_of(base, struct config_env, base);

	return option_of(env->config, base->name, env->ops, key);
}

static int unknown(const char *name, struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf names = PEDIGREE_BUF_INIT;

	for (size_t i = 0; pedigree_backends[i]; i++)
		pedigree_buf_addf(&names, "%s%s", i ? ", " : "",
				  pedigree_backends[i]->name);
	return pedigree_fail(
		err, PEDIGREE_ENOTFOUND,
		"there is no backend \"%s\"; there are: %s. Change `use` in [backend]",
		name, names.data);
}

int pedigree_backend_open(const struct pedigree_config *config,
			  const char *name, unsigned int patience_ms,
			  struct pedigree_backend **ret_backend,
			  struct pedigree_error *err)
{
	const struct pedigree_backend_ops *ops =
		pedigree_backend_of(config, name);
	const char *folder = pedigree_config_data(config);

	if (!ops)
		return unknown(name, err);
	if (ops->version != PEDIGREE_BACKEND_VERSION)
		return pedigree_fail(
			err, PEDIGREE_EUNSUPPORTED,
			"backend %s is of interface version %d and this pedigree of %d",
			name, ops->version, PEDIGREE_BACKEND_VERSION);
	if (!ops->open)
		return pedigree_fail(err, PEDIGREE_EUNSUPPORTED,
				     "backend %s cannot be opened", name);
	int status = pedigree_mkdirs(folder, 0700, err);
	if (status)
		return status;
	struct config_env env = {
		.base = {
			.name = name,
			.data_folder = folder,
			.patience_ms = patience_ms,
			.option = option,
		},
		.config = config,
		.ops = ops,
	};
	return ops->open(&env.base, ret_backend, err);
}

enum pedigree_outcome
pedigree_backend_put(struct pedigree_backend *backend,
		     const struct pedigree_delivery *delivery,
		     struct pedigree_error *err)
{
	if (!backend->ops->put) {
		pedigree_fail(err, PEDIGREE_EUNSUPPORTED,
			      "backend %s takes no records",
			      backend->ops->name);
		return PEDIGREE_REJECTED;
	}
	return backend->ops->put(backend, delivery, err);
}

void pedigree_backend_close(struct pedigree_backend *backend)
{
	if (backend && backend->ops->close)
		backend->ops->close(backend);
}
