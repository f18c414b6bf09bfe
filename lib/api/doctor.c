/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a run will need, looked at the way a run will use it.
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <pedigree/pedigree.h>

#include "api/api.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/fs.h"
#include "run/spool.h"
#include "store/ledger.h"
#include "store/store.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

struct visit {
	const struct pedigree_config *config;
	void (*each)(void *ctx, enum pedigree_health health, const char *what,
		     const char *sentence);
	void *ctx;
	enum pedigree_health worst;
};

static void found(struct visit *visit, enum pedigree_health health,
		  const char *what, const char *format, ...)
	PEDIGREE_PRINTF(4, 5);

static void found(struct visit *visit, enum pedigree_health health,
		  const char *what, const char *format, ...)
{
	char sentence[1200];
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	if (health > visit->worst)
		visit->worst = health;
	visit->each(visit->ctx, health, what, sentence);
}

static void look_at_configuration(struct visit *visit)
{
	size_t n = pedigree_config_warnings(visit->config);

	for (size_t i = 0; i < n; i++)
		found(visit, PEDIGREE_HEALTH_NOTE, "configuration", "%s",
		      pedigree_config_warning(visit->config, i));
	if (n == 0)
		found(visit, PEDIGREE_HEALTH_OK, "configuration",
		      "every section and key is known");
	if (!pedigree_config_bool(visit->config, "capture", "enabled"))
		found(visit, PEDIGREE_HEALTH_NOTE, "capture",
		      "switched off by [capture] enabled");
}

/* How many of the last folders of a path are not there. */
static size_t count_missing(const char *path)
{
	_cleanup_free_ char *folder = strdup(path);
	size_t n = 0;
	char *slash;

	while (folder && *folder && access(folder, F_OK) < 0 &&
	       (slash = strrchr(folder, '/')) != NULL) {
		*slash = '\0';
		n++;
	}
	return n;
}

/* Removes the last `n` folders of a path, as far as they are empty. */
static void remove_last(const char *path, size_t n)
{
	_cleanup_free_ char *folder = strdup(path);

	for (; folder && n && rmdir(folder) == 0; n--)
		*strrchr(folder, '/') = '\0';
}

/* Makes a log and removes it: the only proof that one can be made. */
static int try_log(const char *place, struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf folder = PEDIGREE_BUF_INIT;
	struct utsname host;
	int rc;

	rc = pedigree_mkdirs(place, 0700, err);
	if (rc < 0)
		return rc;
	pedigree_buf_addf(&folder, "%s/.doctor-XXXXXX", place);
	if (pedigree_buf_error(&folder))
		return pedigree_fail_memory(err);
	if (!mkdtemp(folder.data))
		return pedigree_fail_errno(err, "cannot make a folder in %s",
					   place);
	if (uname(&host) < 0)
		strcpy(host.nodename, "localhost");
	rc = pedigree_spool_make_log(folder.data, "doctor", host.nodename, err);
	pedigree_remove_tree(folder.data, NULL);
	return rc;
}

static void look_at_spool(struct visit *visit)
{
	static const char *const names[] = { "spool", "spare spool" };
	static const enum pedigree_health bad[] = { PEDIGREE_HEALTH_BAD,
						    PEDIGREE_HEALTH_NOTE };
	_cleanup_buf_ struct pedigree_buf place = PEDIGREE_BUF_INIT;

	for (size_t i = 0; pedigree_spool_place(visit->config, i, &place) &&
			   !pedigree_buf_error(&place);
	     i++) {
		struct pedigree_error err = PEDIGREE_ERROR_INIT;
		size_t missing = count_missing(place.data);
		int rc = try_log(place.data, &err);

		remove_last(place.data, missing);
		if (rc == 0)
			found(visit, PEDIGREE_HEALTH_OK, names[i],
			      "event logs can be written in %s", place.data);
		else
			found(visit, bad[i], names[i], "%s", err.text);
	}
}

static void look_at_kernel(struct visit *visit)
{
	const size_t size = 4096;
	void *page = mmap(NULL, size, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		return;
	if (madvise(page, size, MADV_POPULATE_WRITE) == 0)
		found(visit, PEDIGREE_HEALTH_OK, "kernel",
		      "space for events is reserved before it is used");
	else
		found(visit, PEDIGREE_HEALTH_NOTE, "kernel",
		      "before Linux 5.14 every event costs a write(2)");
	munmap(page, size);
}

static void look_at_shim(struct visit *visit)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	struct pedigree_error err = PEDIGREE_ERROR_INIT;

	if (pedigree_shim_find(&path, &err) == 0)
		found(visit, PEDIGREE_HEALTH_OK, "shim", "%s", path.data);
	else
		found(visit, PEDIGREE_HEALTH_BAD, "shim", "%s", err.text);
}

static void look_at_ledger(struct visit *visit)
{
	_cleanup_ledger_ struct pedigree_ledger *ledger = NULL;
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	int rc = pedigree_ledger_open(visit->config, &ledger, &err);

	if (rc == 0)
		found(visit, PEDIGREE_HEALTH_OK, "ledger", "can be read");
	else if (rc == PEDIGREE_ENOTFOUND)
		found(visit, PEDIGREE_HEALTH_OK, "ledger",
		      "none yet; the first record makes it");
	else
		found(visit, PEDIGREE_HEALTH_BAD, "ledger", "%s", err.text);
}

static void look_at_outbox(struct visit *visit)
{
	size_t waiting = pedigree_outbox_waiting(visit->config, NULL);

	if (waiting == 0)
		found(visit, PEDIGREE_HEALTH_OK, "outbox", "empty");
	else
		found(visit, PEDIGREE_HEALTH_NOTE, "outbox",
		      "%zu %s to be delivered; 'pedigree push' tries now",
		      waiting, waiting == 1 ? "record waits" : "records wait");
}

struct told {
	struct visit *visit;
	const char *name;
};

static void tell(void *ctx, const char *sentence)
{
	const struct told *told = ctx;

	found(told->visit, PEDIGREE_HEALTH_OK, told->name, "%s", sentence);
}

static void look_closer(struct visit *visit, const char *name,
			struct pedigree_backend *backend)
{
	struct told told = { .visit = visit, .name = name };
	struct pedigree_error err = PEDIGREE_ERROR_INIT;

	if (!backend->ops->look)
		found(visit, PEDIGREE_HEALTH_OK, name, "can be opened");
	else if (backend->ops->look(backend, tell, &told, &err) < 0)
		found(visit, PEDIGREE_HEALTH_BAD, name, "%s", err.text);
}

/*
 * Opening the ledger as a backend would make it, and there is nothing to be
 * learned that look_at_ledger does not say.
 */
static void look_at_backend(struct visit *visit, const char *name)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct pedigree_backend *backend = NULL;

	if (strcmp(name, pedigree_ledger_ops.name) == 0)
		return;
	if (pedigree_backend_open(visit->config, name, 0, &backend, &err) == 0)
		look_closer(visit, name, backend);
	else
		found(visit, PEDIGREE_HEALTH_BAD, name, "%s", err.text);
	pedigree_backend_close(backend);
}

static int look_at_backends(struct visit *visit, struct pedigree_error *err)
{
	const char *use =
		pedigree_config_get(visit->config, "backend", NULL, "use");
	_cleanup_free_ char *names = strdup(use ? use : "");
	char *rest, *name;

	if (!names)
		return pedigree_fail_memory(err);
	for (name = strtok_r(names, " ,\t", &rest); name;
	     name = strtok_r(NULL, " ,\t", &rest))
		look_at_backend(visit, name);
	return 0;
}

int pedigree_doctor(const struct pedigree *pedigree,
		    void (*each)(void *ctx, enum pedigree_health health,
				 const char *what, const char *sentence),
		    void *ctx, struct pedigree_error *err)
{
	struct visit visit = {
		.config = pedigree->config,
		.each = each,
		.ctx = ctx,
		.worst = PEDIGREE_HEALTH_OK,
	};
	int rc;

	look_at_configuration(&visit);
	look_at_kernel(&visit);
	look_at_spool(&visit);
	look_at_shim(&visit);
	look_at_ledger(&visit);
	look_at_outbox(&visit);
	rc = look_at_backends(&visit, err);
	return rc < 0 ? rc : (int)visit.worst;
}
