/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration's [store NAME] sections: which hosts are which kind of
 * object store. Higher layers come first, as with rules.
 */
#include "config.h"

#include <string.h>

#include "base/err.h"
#include "graph/uri.h"
#include "rules/glob.h"
#include "rules/keys.h"
#include "rules/rules.h"
#include "rules/settings.h"

#define BUCKET "{bucket}."

struct row {
	char *host; /* a glob, without BUCKET */
	enum pedigree_store_kind kind;
	bool bucket; /* what stands before it is one */
};

struct pedigree_stores {
	PEDIGREE_VEC(struct row) rows;
};

static const struct {
	const char *word;
	enum pedigree_store_kind kind;
} kinds[] = {
	{ "s3", PEDIGREE_STORE_S3 },
	{ "gcs", PEDIGREE_STORE_GCS },
	{ "azure", PEDIGREE_STORE_AZURE },
	{ "huggingface", PEDIGREE_STORE_HUGGING_FACE },
	{ "none", PEDIGREE_STORE_NONE },
};

static int kind_of(const struct pedigree_config *config,
		   const struct pedigree_setting *setting,
		   enum pedigree_store_kind *ret, struct pedigree_error *err)
{
	const char *word =
		pedigree_config_get(config, "store", setting->name, "kind");

	for (size_t i = 0; word && i < PEDIGREE_COUNT(kinds); i++) {
		if (strcmp(word, kinds[i].word) == 0) {
			*ret = kinds[i].kind;
			return 0;
		}
	}
	return pedigree_config_fail(
		&setting->origin, err,
		"[store %s] needs a kind, which is s3, gcs, azure, huggingface or none",
		pedigree_shown(setting->name));
}

static int add_hosts(struct pedigree_stores *stores,
		     const struct pedigree_setting *setting,
		     enum pedigree_store_kind kind, struct pedigree_error *err)
{
	_cleanup_free_ char *word = malloc(strlen(setting->value) + 1);
	const char *text = setting->value;

	if (!word)
		return pedigree_fail_memory(err);
	while (pedigree_next_word(&text, word) > 0) {
		struct row *row = pedigree_vec_push(&stores->rows);
		bool bucket = strncmp(word, BUCKET, strlen(BUCKET)) == 0;

		if (!row)
			return pedigree_fail_memory(err);
		row->kind = kind;
		row->bucket = bucket;
		row->host = strdup(word + (bucket ? strlen(BUCKET) : 0));
		if (!row->host)
			return pedigree_fail_memory(err);
	}
	return 0;
}

static int add_layer(struct pedigree_stores *stores,
		     const struct pedigree_config *config, int layer,
		     struct pedigree_error *err)
{
	for (size_t i = 0; i < pedigree_config_count(config); i++) {
		const struct pedigree_setting *setting =
			pedigree_config_at(config, i);
		enum pedigree_store_kind kind = PEDIGREE_STORE_NONE;
		int r;

		if ((int)setting->origin.layer != layer ||
		    strcmp(setting->section, "store") != 0 ||
		    strcmp(setting->key, "host") != 0)
			continue;
		r = kind_of(config, setting, &kind, err);
		if (r == 0)
			r = add_hosts(stores, setting, kind, err);
		if (r < 0)
			return r;
	}
	return 0;
}

int pedigree_stores_new(const struct pedigree_config *config,
			struct pedigree_stores **ret_stores,
			struct pedigree_error *err)
{
	struct pedigree_stores *stores = calloc(1, sizeof(*stores));
	int r = 0;

	if (!stores)
		return pedigree_fail_memory(err);
	for (int layer = PEDIGREE_LAYER_FLAG;
	     layer >= PEDIGREE_LAYER_BUILTIN && r == 0; layer--)
		r = add_layer(stores, config, layer, err);
	if (r < 0) {
		pedigree_stores_free(stores);
		return r;
	}
	*ret_stores = stores;
	return 0;
}

void pedigree_stores_free(struct pedigree_stores *stores)
{
	if (!stores)
		return;
	for (size_t i = 0; i < stores->rows.n; i++)
		free(stores->rows.v[i].host);
	pedigree_vec_clear(&stores->rows);
	free(stores);
}

/* `host` with its port, `plain` without. */
static bool matches(const struct row *row, const char *host, const char *plain,
		    size_t *ret_bucket)
{
	*ret_bucket = 0;
	if (!row->bucket)
		return pedigree_glob_match(row->host, host) ||
		       pedigree_glob_match(row->host, plain);
	for (const char *dot = strchr(host, '.'); dot;
	     dot = strchr(dot + 1, '.')) {
		size_t n = (size_t)(dot - host);

		if (n && (pedigree_glob_match(row->host, dot + 1) ||
			  (strlen(plain) > n &&
			   pedigree_glob_match(row->host, plain + n + 1)))) {
			*ret_bucket = n;
			return true;
		}
	}
	return false;
}

enum pedigree_store_kind
pedigree_stores_at(const struct pedigree_stores *stores, const char *origin,
		   size_t *ret_bucket)
{
	_cleanup_buf_ struct pedigree_buf plain = PEDIGREE_BUF_INIT;
	size_t n;
	const char *host = pedigree_origin_host(origin, &n);

	*ret_bucket = 0;
	pedigree_buf_add(&plain, host, n);
	for (size_t i = 0; i < stores->rows.n; i++)
		if (matches(&stores->rows.v[i], host, plain.data, ret_bucket))
			return stores->rows.v[i].kind;
	*ret_bucket = 0;
	return PEDIGREE_STORE_NONE;
}
