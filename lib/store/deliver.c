/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pushing one backend's folder of the outbox, one process at a time.
 *
 *	put says	the file	then
 *	DELIVERED	is removed	the next one
 *	RETRY		stays		stop: what comes later may need it
 *	REJECTED	is set aside	the next one
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#include "base/err.h"
#include "base/fs.h"
#include "store/outbox.h"

#define STEP_MS 10

struct push {
	const char *name; /* of the backend */
	const char *folder;
	unsigned int patience_ms; /* 0: others may take as long as they like */
	struct pedigree_backend *backend;
	const struct pedigree_watcher *watch; /* or NULL */
	uint64_t done, all;		      /* bytes of records */
	uint64_t size;			      /* of the one under way */
	struct pedigree_push_result *result;
};

/* Another process that pushes may itself wait for somebody. */
static int wait_for_lock(int fd, unsigned int patience_ms)
{
	const struct timespec step = { .tv_nsec = STEP_MS * 1000000 };

	if (!patience_ms)
		return flock(fd, LOCK_EX);
	for (unsigned int ms = 0; flock(fd, LOCK_EX | LOCK_NB) < 0;
	     ms += STEP_MS) {
		if (errno != EWOULDBLOCK || ms >= patience_ms)
			return -1;
		nanosleep(&step, NULL);
	}
	return 0;
}

static int lock_folder(const char *folder, unsigned int patience_ms,
		       int *ret_fd, struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;

	pedigree_path_join(&path, folder, "lock");
	if (pedigree_buf_error(&path))
		return pedigree_fail_memory(err);
	_cleanup_fd_ int fd =
		open(path.data, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return pedigree_fail_errno(err, "cannot open %s", path.data);
	while (wait_for_lock(fd, patience_ms) < 0) {
		if (errno == EWOULDBLOCK)
			return pedigree_fail(
				err, PEDIGREE_EBUSY,
				"another process is delivering what is in %s",
				folder);
		if (errno != EINTR)
			return pedigree_fail_errno(err, "cannot lock %s",
						   path.data);
	}
	*ret_fd = fd;
	fd = -1;
	return 0;
}

static int set_aside(const struct push *push, const char *name,
		     const char *path, const char *why,
		     struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf aside = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf reason = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	int status;

	pedigree_buf_addf(&aside, "%s/rejected", push->folder);
	if (pedigree_buf_error(&aside))
		return pedigree_fail_memory(err);
	status = pedigree_mkdirs(aside.data, 0700, err);
	if (status)
		return status;
	pedigree_buf_addf(&aside, "/%s", name);
	pedigree_buf_addf(&reason, "%s.why", aside.data);
	pedigree_buf_addf(&text, "%s\n", why);
	if (pedigree_buf_error(&aside) || pedigree_buf_error(&reason) ||
	    pedigree_buf_error(&text))
		return pedigree_fail_memory(err);
	status = pedigree_write_file(reason.data, text.data, text.len, err);
	if (status)
		return status;
	if (rename(path, aside.data) < 0)
		return pedigree_fail_errno(err, "cannot move %s to %s", path,
					   aside.data);
	return 0;
}

static int reject(struct push *push, const char *name, const char *path,
		  const struct pedigree_error *why, struct pedigree_error *err)
{
	const char *text = *why->text ? why->text : "no reason was given";
	int status = set_aside(push, name, path, text, err);

	if (status)
		return status;
	push->result->rejected++;
	return pedigree_fail(
		err, why->code ? why->code : PEDIGREE_EINVAL,
		"backend %s rejected %s: %s; the record is kept in %s/rejected",
		push->name, name, text, push->folder);
}

/* A removal that fails brings the record here once more, which the backend
   takes for what it is. */
static int delivered(struct push *push, const char *path,
		     struct pedigree_error *err)
{
	push->result->delivered++;
	if (unlink(path) < 0 && errno != ENOENT)
		return pedigree_fail_errno(err, "cannot remove %s", path);
	return 0;
}

static void tell(const struct push *push, uint64_t done)
{
	_cleanup_buf_ struct pedigree_buf what = PEDIGREE_BUF_INIT;

	pedigree_buf_addf(&what, "delivering to %s", push->name);
	if (push->all && !pedigree_buf_error(&what))
		pedigree_progress_tell(push->watch, what.data, done, push->all);
}

/* Part of the record under way is delivered. */
static void on_progress(void *ctx, size_t done, size_t all)
{
	const struct push *push = ctx;
	double part = all ? (double)done / (double)all : 0;

	tell(push, push->done + (uint64_t)((double)push->size *
					   (part < 1 ? part : 1)));
}

static uint64_t size_of(const struct push *push,
			const struct pedigree_outbox_file *file)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	struct stat st;

	pedigree_path_join(&path, push->folder, file->name);
	return !pedigree_buf_error(&path) && stat(path.data, &st) == 0
		       ? (uint64_t)st.st_size
		       : 0;
}

/* 0: go on; 1: go on, though a failure was noted; negative: stop. */
static int deliver(struct push *push, const struct pedigree_outbox_file *file,
		   struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf json = PEDIGREE_BUF_INIT;
	_cleanup_free_ char *run = strndup(file->name, file->run_len);
	struct pedigree_error why = PEDIGREE_ERROR_INIT;
	int status;

	pedigree_path_join(&path, push->folder, file->name);
	if (!run || pedigree_buf_error(&path))
		return pedigree_fail_memory(err);
	status = pedigree_read_file(path.data, SIZE_MAX / 2, &json, &why);
	if (status == PEDIGREE_ENOTFOUND)
		return 0;
	if (status)
		return pedigree_fail(err, status, "%s", why.text);
	const struct pedigree_delivery delivery = {
		.run = run,
		.revision = file->revision,
		.json = json.data,
		.n = json.len,
		.progress = push->watch ? on_progress : NULL,
		.progress_ctx = push,
	};
	switch (pedigree_backend_put(push->backend, &delivery, &why)) {
	case PEDIGREE_DELIVERED:
		return delivered(push, path.data, err);
	case PEDIGREE_REJECTED:
		status = reject(push, file->name, path.data, &why, err);
		/* Set aside is dealt with; a move that failed is not. */
		return access(path.data, F_OK) == 0 ? status : 1;
	case PEDIGREE_RETRY:
		break;
	}
	return pedigree_fail(err, why.code ? why.code : PEDIGREE_EIO, "%s",
			     *why.text ? why.text : "no reason was given");
}

static int deliver_all(struct push *push,
		       const struct pedigree_outbox_list *list,
		       struct pedigree_error *err)
{
	int result = 0;

	for (size_t i = 0; push->watch && i < list->n; i++)
		push->all += size_of(push, &list->v[i]);
	for (size_t i = 0; i < list->n; i++) {
		struct pedigree_error failure = PEDIGREE_ERROR_INIT;
		int status;

		push->size = push->watch ? size_of(push, &list->v[i]) : 0;
		status = deliver(push, &list->v[i], &failure);
		push->done += push->size;

		if (status && !result)
			result = pedigree_fail(err, failure.code, "%s",
					       failure.text);
		/* The end is told in any case: nobody waits any longer. */
		tell(push, status < 0 ? push->all : push->done);
		if (status < 0)
			return result;
	}
	return result;
}

/* Says whose failure it is, how much waits and when it is tried again. */
static int explain(const struct push *push, int status, size_t waiting,
		   const struct pedigree_error *failure,
		   struct pedigree_error *err)
{
	if (!waiting)
		return pedigree_fail(err, status, "%s", failure->text);
	return pedigree_fail(
		err, status,
		"backend %s: %s (%zu record%s in %s; the next pedigree command tries again, or `pedigree push --backend %s`)",
		push->name, failure->text, waiting,
		waiting == 1 ? " waits" : "s wait", push->folder, push->name);
}

static int deliver_locked(const struct pedigree_config *config,
			  struct push *push, struct pedigree_error *err)
{
	struct pedigree_error failure = PEDIGREE_ERROR_INIT;
	struct pedigree_outbox_list list = { 0 }, left = { 0 };
	int status = pedigree_outbox_list(push->folder, &list, &failure);

	/* A backend with nothing to do is not opened: its trouble can wait. */
	if (!status && list.n) {
		status = pedigree_backend_open(config, push->name,
					       push->patience_ms,
					       &push->backend, &failure);
		if (!status)
			status = deliver_all(push, &list, &failure);
		pedigree_backend_close(push->backend);
	}
	pedigree_outbox_clear(&list);
	pedigree_outbox_list(push->folder, &left, NULL);
	size_t waiting = left.n;
	pedigree_outbox_clear(&left);
	push->result->waiting += waiting;
	return status ? explain(push, status, waiting, &failure, err) : 0;
}

int pedigree_outbox_deliver(const struct pedigree_config *config,
			    const char *backend, const char *folder,
			    unsigned int patience_ms,
			    const struct pedigree_watcher *watch,
			    struct pedigree_push_result *result,
			    struct pedigree_error *err)
{
	struct push push = {
		.name = backend,
		.folder = folder,
		.patience_ms = patience_ms,
		.watch = watch,
		.result = result,
	};
	struct pedigree_error failure = PEDIGREE_ERROR_INIT;
	_cleanup_fd_ int lock = -1;
	struct stat st;

	if (stat(folder, &st) < 0 && errno == ENOENT)
		return 0;
	int status = lock_folder(folder, patience_ms, &lock, &failure);
	if (status) {
		size_t waiting = pedigree_outbox_waiting(config, backend);

		result->waiting += waiting;
		return explain(&push, status, waiting, &failure, err);
	}
	return deliver_locked(config, &push, err);
}
