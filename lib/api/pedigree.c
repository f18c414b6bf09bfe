/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The handle, and the calls that only pass on to one lower layer.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <pedigree/capture.h>
#include <pedigree/pedigree.h>

#include "api/api.h"
#include "api/client.h"
#include "base/buf.h"
#include "base/err.h"
#include "rules/redact.h"
#include "rules/redact_rules.h"
#include "run/gc.h"
#include "run/run.h"
#include "store/store.h"

int pedigree_open(const struct pedigree_options *options, struct pedigree **ret,
		  struct pedigree_error *err)
{
	_cleanup_free_ struct pedigree *pedigree = NULL;
	const struct pedigree_config_sources sources = {
		.flags = options ? options->settings : NULL,
		.backends = pedigree_backends,
	};
	int rc;

	if (!ret)
		return pedigree_fail(err, PEDIGREE_EINVAL,
				     "pedigree_open: no place for the result");
	pedigree = calloc(1, sizeof(*pedigree));
	if (!pedigree)
		return pedigree_fail_memory(err);
	if (options && options->backend) {
		rc = pedigree_check_backend(options->backend,
					    &pedigree->is_remote, err);
		if (rc < 0)
			return rc;
	}
	if (options)
		pedigree->progress = (struct pedigree_watcher){
			.tell = options->progress,
			.count = options->progress_count,
			.ctx = options->progress_ctx,
		};
	rc = pedigree_config_load(&sources, &pedigree->config, err);
	if (rc == 0)
		rc = pedigree_redact_setup(pedigree->config, false, err);
	if (rc < 0)
		return rc;
	*ret = pedigree_take(pedigree);
	return 0;
}

void pedigree_close(struct pedigree *pedigree)
{
	if (!pedigree)
		return;
	pedigree_config_free(pedigree->config);
	free(pedigree);
}

const char *pedigree_version(void)
{
	return PACKAGE_VERSION;
}

/*
 * The variable PEDIGREE_DISABLE is the caller's wish whatever the
 * configuration is like, so it is looked at even without a handle.
 */
int pedigree_disabled(const struct pedigree *pedigree)
{
	const char *off = getenv("PEDIGREE_DISABLE");

	if (off && *off && strcmp(off, "0") != 0)
		return 1;
	return pedigree &&
	       !pedigree_config_bool(pedigree->config, "capture", "enabled");
}

const char *pedigree_setting(const struct pedigree *pedigree, const char *name)
{
	_cleanup_free_ char *section = NULL;
	char *key, *of;

	if (!pedigree || !name)
		return NULL;
	section = strdup(name);
	if (!section)
		return NULL;
	/* Names of sections may hold dots, keys do not. */
	key = strrchr(section, '.');
	if (!key)
		return NULL;
	*key++ = '\0';
	of = strchr(section, ' ');
	if (of)
		*of++ = '\0';
	return pedigree_config_get(pedigree->config, section, of, key);
}

void pedigree_warnings(const struct pedigree *pedigree,
		       void (*each)(void *ctx, const char *sentence), void *ctx)
{
	size_t n = pedigree_config_warnings(pedigree->config);

	for (size_t i = 0; i < n; i++)
		each(ctx, pedigree_config_warning(pedigree->config, i));
}

int pedigree_check_configuration(const char *file,
				 void (*each)(void *ctx, const char *sentence),
				 void *ctx, struct pedigree_error *err)
{
	const char *none = file ? "" : NULL;
	const struct pedigree_config_sources sources = {
		.system_file = none,
		.user_file = none,
		.folder_file = none,
		.named_file = file,
		.backends = pedigree_backends,
		.mistake = each,
		.mistake_ctx = ctx,
	};
	struct pedigree_config *config;
	int rc;

	if (!each)
		return pedigree_fail(
			err, PEDIGREE_EINVAL,
			"pedigree_check_configuration: nobody to tell");
	rc = pedigree_config_load(&sources, &config, err);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < pedigree_config_warnings(config); i++)
		each(ctx, pedigree_config_warning(config, i));
	pedigree_config_free(config);
	return 0;
}

int pedigree_settings(const struct pedigree *pedigree,
		      void (*each)(void *ctx,
				   const struct pedigree_setting_view *setting),
		      void *ctx, struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf origin = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf section = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf value = PEDIGREE_BUF_INIT;

	for (size_t i = 0; i < pedigree_config_count(pedigree->config); i++) {
		const struct pedigree_setting *at =
			pedigree_config_at(pedigree->config, i);
		struct pedigree_setting_view view;

		pedigree_buf_reset(&origin);
		pedigree_buf_reset(&section);
		pedigree_buf_reset(&value);
		pedigree_origin_text(&at->origin, &origin);
		pedigree_buf_add_str(&section, at->section);
		if (at->name && *at->name) {
			pedigree_buf_add_char(&section, ' ');
			pedigree_buf_add_str(&section, at->name);
		}
		/* Where records are sent may hold a key; rules are no secret. */
		if (strcmp(at->section, "backend") == 0)
			pedigree_redact_arg(&value, NULL, at->value);
		else
			pedigree_buf_add_str(&value, at->value);
		if (pedigree_buf_error(&origin) ||
		    pedigree_buf_error(&section) || pedigree_buf_error(&value))
			return pedigree_fail_memory(err);
		view = (struct pedigree_setting_view){
			.section = section.data,
			.key = at->key,
			.value = value.data,
			.origin = origin.data,
			.in_force =
				pedigree_config_in_force(pedigree->config, i),
		};
		each(ctx, &view);
	}
	return 0;
}

int pedigree_recover(const struct pedigree *pedigree,
		     void (*tell)(void *ctx, const char *sentence), void *ctx,
		     struct pedigree_error *err)
{
	return pedigree_spool_recover(pedigree->config, tell, ctx,
				      &pedigree->progress, err);
}

int pedigree_push(const struct pedigree *pedigree, const char *backend,
		  struct pedigree_push_counts *ret_counts,
		  struct pedigree_error *err)
{
	struct pedigree_push_result result = { 0 };
	int rc = pedigree_outbox_push_watched(
		pedigree->config, backend, &pedigree->progress, &result, err);

	if (ret_counts)
		*ret_counts = (struct pedigree_push_counts){
			.delivered = result.delivered,
			.waiting = result.waiting,
			.rejected = result.rejected,
		};
	return rc;
}

int pedigree_outbox(const struct pedigree *pedigree, const char *backend,
		    void (*each)(void *ctx,
				 const struct pedigree_outbox_view *record),
		    void *ctx, struct pedigree_error *err)
{
	return pedigree_outbox_view(pedigree->config, backend, each, ctx, err);
}

int pedigree_push_plan(const struct pedigree *pedigree, const char *backend,
		       void (*tell)(void *ctx, const char *sentence), void *ctx,
		       struct pedigree_error *err)
{
	return pedigree_outbox_plan(pedigree->config, backend, tell, ctx, err);
}

int pedigree_gc(const struct pedigree *pedigree, int dry_run,
		void (*each)(void *ctx, const struct pedigree_gc_view *view),
		void *ctx, struct pedigree_gc_counts *ret_counts,
		struct pedigree_error *err)
{
	return pedigree_spool_gc(pedigree->config, dry_run != 0, false, each,
				 ctx, ret_counts, err);
}

int pedigree_push_usage(const struct pedigree *pedigree, const char *backend,
			void (*tell)(void *ctx, const char *sentence),
			void *ctx, struct pedigree_error *err)
{
	return pedigree_outbox_usage(pedigree->config, backend, tell, ctx, err);
}
