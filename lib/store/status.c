/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is in the outbox, and what a push would do with it.
 */
#include "config.h"

#include <string.h>

#include "base/err.h"
#include "base/fs.h"
#include "store/outbox.h"

struct view {
	const char *backend;
	bool rejected;
	const char *folder;
	void (*each)(void *ctx, const struct pedigree_outbox_view *record);
	void *ctx;
};

static int view_record(const struct view *view,
		       const struct pedigree_outbox_file *file,
		       struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf why = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf reason = PEDIGREE_BUF_INIT;
	_cleanup_free_ char *run = strndup(file->name, file->run_len);

	pedigree_path_join(&path, view->folder, file->name);
	if (view->rejected) {
		pedigree_buf_addf(&why, "%s.why", path.data);
		/* Without it nobody can tell any more. */
		pedigree_read_file(why.data, 1 << 20, &reason, NULL);
		while (reason.len && reason.data[reason.len - 1] == '\n')
			pedigree_buf_cut(&reason, reason.len - 1);
	}
	if (!run || pedigree_buf_error(&path) || pedigree_buf_error(&reason))
		return pedigree_fail_memory(err);
	view->each(view->ctx,
		   &(struct pedigree_outbox_view){
			   .backend = view->backend,
			   .run = run,
			   .revision = file->revision,
			   .path = path.data,
			   .why = view->rejected ? reason.data : NULL,
		   });
	return 0;
}

static int view_folder(struct view *view, struct pedigree_error *err)
{
	struct pedigree_outbox_list list = { 0 };
	int status = pedigree_outbox_list(view->folder, &list, err);

	for (size_t i = 0; !status && i < list.n; i++)
		status = view_record(view, &list.v[i], err);
	pedigree_outbox_clear(&list);
	return status;
}

static int view_backend(void *ctx, const char *backend, const char *folder,
			struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf aside = PEDIGREE_BUF_INIT;
	struct view view = *(struct view *)ctx;
	int status;

	view.backend = backend;
	view.folder = folder;
	status = view_folder(&view, err);
	pedigree_path_join(&aside, folder, "rejected");
	if (!status && pedigree_buf_error(&aside))
		status = pedigree_fail_memory(err);
	view.folder = aside.data;
	view.rejected = true;
	return status ? status : view_folder(&view, err);
}

int pedigree_outbox_view(
	const struct pedigree_config *config, const char *backend,
	void (*each)(void *ctx, const struct pedigree_outbox_view *record),
	void *ctx, struct pedigree_error *err)
{
	struct view view = { .each = each, .ctx = ctx };

	return pedigree_outbox_each(config, backend, view_backend, &view, err);
}

struct plan {
	const struct pedigree_config *config;
	void (*tell)(void *ctx, const char *sentence);
	void *ctx;
};

static int plan_record(const struct plan *plan, const char *name,
		       struct pedigree_backend *backend, const char *folder,
		       const struct pedigree_outbox_file *file,
		       struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf json = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf sentence = PEDIGREE_BUF_INIT;
	_cleanup_free_ char *run = strndup(file->name, file->run_len);
	int status;

	pedigree_path_join(&path, folder, file->name);
	pedigree_buf_addf(&sentence, "%s: %s, revision %u", name,
			  run ? run : "", file->revision);
	if (!run || pedigree_buf_error(&path) || pedigree_buf_error(&sentence))
		return pedigree_fail_memory(err);
	status = pedigree_read_file(path.data, SIZE_MAX / 2, &json, err);
	/* Delivered by another process meanwhile. */
	if (status == PEDIGREE_ENOTFOUND)
		return 0;
	if (status)
		return status;
	plan->tell(plan->ctx, sentence.data);
	if (!backend->ops->plan)
		return 0;
	return backend->ops->plan(backend,
				  &(struct pedigree_delivery){
					  .run = run,
					  .revision = file->revision,
					  .json = json.data,
					  .n = json.len,
				  },
				  plan->tell, plan->ctx, err);
}

static int plan_backend(void *ctx, const char *name, const char *folder,
			struct pedigree_error *err)
{
	struct pedigree_outbox_list list = { 0 };
	struct pedigree_backend *backend = NULL;
	const struct plan *plan = ctx;
	int status = pedigree_outbox_list(folder, &list, err);

	if (!status && list.n)
		status = pedigree_backend_open(plan->config, name, 0, &backend,
					       err);
	for (size_t i = 0; !status && i < list.n; i++)
		status = plan_record(plan, name, backend, folder, &list.v[i],
				     err);
	pedigree_backend_close(backend);
	pedigree_outbox_clear(&list);
	return status;
}

int pedigree_outbox_plan(const struct pedigree_config *config,
			 const char *backend,
			 void (*tell)(void *ctx, const char *sentence),
			 void *ctx, struct pedigree_error *err)
{
	struct plan plan = { .config = config, .tell = tell, .ctx = ctx };

	return pedigree_outbox_each(config, backend, plan_backend, &plan, err);
}

/* What cannot be opened was told by whoever pushed, and has no usage. */
static int usage_of(void *ctx, const char *name, const char *folder,
		    struct pedigree_error *err)
{
	struct pedigree_backend *backend = NULL;
	const struct plan *plan = ctx;
	int status = 0;

	(void)folder;
	if (pedigree_backend_open(plan->config, name, 0, &backend, NULL) < 0)
		return 0;
	if (backend->ops->usage)
		status = backend->ops->usage(backend, plan->tell, plan->ctx,
					     err);
	pedigree_backend_close(backend);
	return status;
}

int pedigree_outbox_usage(const struct pedigree_config *config,
			  const char *backend,
			  void (*tell)(void *ctx, const char *sentence),
			  void *ctx, struct pedigree_error *err)
{
	struct plan plan = { .config = config, .tell = tell, .ctx = ctx };

	return pedigree_outbox_each(config, backend, usage_of, &plan, err);
}
