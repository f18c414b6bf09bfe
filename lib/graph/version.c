/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "graph/version.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "graph/settled.h"

#define LEAST_TICK_NS UINT64_C(1000000)
#define NS_PER_SECOND UINT64_C(1000000000)

void pedigree_hasher_init(struct pedigree_hasher *hasher,
			  const struct pedigree_run_facts *facts,
			  const struct pedigree_build_options *options)
{
	struct timespec tick = { 0 };

	*hasher = (struct pedigree_hasher){
		.start_ns = facts->start_ns,
		.tick_ns = LEAST_TICK_NS,
	};
	if (options) {
		hasher->cache = options->cache;
		hasher->keep_on = options->keep_on;
		hasher->ctx = options->ctx;
	}
	if (clock_getres(CLOCK_REALTIME_COARSE, &tick) == 0 &&
	    pedigree_time_ns(&tick) > LEAST_TICK_NS)
		hasher->tick_ns = pedigree_time_ns(&tick);
}

/* The latest time that a file may have changed: buckets that are mounted, and
   some file systems, have times of whole seconds. */
static uint64_t latest(uint64_t ctime_ns)
{
	return ctime_ns % NS_PER_SECOND ? ctime_ns
					: ctime_ns + NS_PER_SECOND - 1;
}

bool pedigree_input_unchanged(const struct pedigree_hasher *hasher,
			      const struct pedigree_file *file,
			      uint64_t ctime_ns)
{
	ctime_ns = latest(ctime_ns);
	if ((file->flags & PEDIGREE_FILE_SETTLED) &&
	    ctime_ns <= hasher->settled_ns)
		return true;
	return ctime_ns < file->read_ns || ctime_ns <= hasher->start_ns;
}

bool pedigree_output_changed(const struct pedigree_hasher *hasher,
			     const struct pedigree_file *file,
			     uint64_t ctime_ns)
{
	/* What was emptied was changed, whatever a server's clock says. */
	return (file->flags & PEDIGREE_FILE_TRUNC) ||
	       latest(ctime_ns) + hasher->tick_ns >= file->write_ns;
}

static void set_digest(struct pedigree_version *version,
		       const struct pedigree_digest *digest)
{
	snprintf(version->value, sizeof(version->value), "sha256:%s",
		 digest->sha256);
	memcpy(version->md5, digest->md5, sizeof(version->md5));
	version->bytes = digest->size;
	version->sized = true;
}

static void set_unverified(struct pedigree_version *version)
{
	strcpy(version->value, PEDIGREE_UNVERIFIED);
	version->md5[0] = '\0';
}

static void set_absent(struct pedigree_version *version, const char *why)
{
	version->value[0] = '\0';
	snprintf(version->absent, sizeof(version->absent), "%s", why);
}

static bool ask_keep_on(void *ctx, uint64_t done)
{
	struct pedigree_hasher *hasher = ctx;

	if (hasher->keep_on &&
	    !hasher->keep_on(hasher->ctx, hasher->done + done, hasher->all))
		hasher->stopped = true;
	return !hasher->stopped;
}

/*
 * A file changed within the clock's last tick could change again and keep
 * its times; its digest would be kept under them for ever. One short wait
 * covers all files of a run that has just ended.
 */
static void settle(const struct pedigree_hasher *hasher, const struct stat *st)
{
	struct timespec now;
	uint64_t wanted = pedigree_time_ns(&st->st_ctim) + 2 * hasher->tick_ns;
	struct timespec wait = { 0 };

	if (clock_gettime(CLOCK_REALTIME, &now) < 0 ||
	    pedigree_time_ns(&now) >= wanted ||
	    wanted - pedigree_time_ns(&now) > 2 * hasher->tick_ns)
		return;
	wait.tv_nsec = (long)(wanted - pedigree_time_ns(&now));
	nanosleep(&wait, NULL);
}

static bool same_state(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	       a->st_size == b->st_size &&
	       pedigree_time_ns(&a->st_mtim) == pedigree_time_ns(&b->st_mtim) &&
	       pedigree_time_ns(&a->st_ctim) == pedigree_time_ns(&b->st_ctim);
}

static void hash_file(struct pedigree_hasher *hasher, const char *path,
		      struct stat *st, struct pedigree_version *version)
{
	const struct pedigree_digest_cache *cache = hasher->cache;
	_cleanup_fd_ int fd = -1;
	struct pedigree_digest digest;
	struct stat now;
	int r;

	settle(hasher, st);
	fd = open(path,
		  O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || fstat(fd, &now) < 0) {
		char why[96];

		snprintf(why, sizeof(why), "not readable: %s", strerror(errno));
		set_absent(version, why);
		return;
	}
	if (!same_state(st, &now)) {
		set_unverified(version);
		version->changed = true;
		return;
	}
	r = pedigree_digest_more_fd(fd, ask_keep_on, hasher, hasher->more,
				    &digest, NULL);
	if (r < 0) {
		set_absent(version, hasher->stopped ? "hashing was stopped"
						    : "reading it failed");
		return;
	}
	hasher->done += digest.size;
	if (fstat(fd, &now) < 0 || !same_state(st, &now)) {
		set_unverified(version);
		version->changed = true;
		return;
	}
	set_digest(version, &digest);
	if (cache && cache->put)
		cache->put(cache->ctx, st, &digest);
}

static void set_time(struct pedigree_version *version,
		     const struct pedigree_look *look)
{
	version->bytes = look->size;
	version->sized = true;
	version->by_time = true;
	snprintf(version->value, sizeof(version->value), "mtime:%" PRIu64,
		 look->mtime_ns);
}

static void version_of(struct pedigree_hasher *hasher, const char *path,
		       struct stat *st, struct pedigree_version *version)
{
	const struct pedigree_digest_cache *cache = hasher->cache;
	uint64_t size = (uint64_t)st->st_size;
	struct pedigree_digest digest;

	if (hasher->max_size && size > hasher->max_size) {
		const struct pedigree_look look = pedigree_look_of(st);

		set_time(version, &look);
		return;
	}
	version->bytes = size;
	version->sized = true;
	if (!hasher->more && cache && cache->get &&
	    cache->get(cache->ctx, st, false, &digest)) {
		set_digest(version, &digest);
		hasher->done += size;
		return;
	}
	if (!ask_keep_on(hasher, 0)) {
		set_absent(version, "hashing was stopped");
		return;
	}
	hash_file(hasher, path, st, version);
}

/* What is under a path: as it was seen (`name`, not to be hashed) or now. */
static bool look_again(const char *path, const struct pedigree_name *name,
		       struct stat *st, struct pedigree_look *ret)
{
	if (name) {
		*ret = name->look;
		return name->kind == PEDIGREE_NAME_REGULAR;
	}
	if (lstat(path, st) < 0 || !S_ISREG(st->st_mode))
		return false;
	*ret = pedigree_look_of(st);
	return true;
}

static void version_of_destroyed(const struct pedigree_hasher *hasher,
				 const struct pedigree_file *file,
				 struct pedigree_version *version)
{
	const struct pedigree_digest_cache *cache = hasher->cache;
	struct pedigree_digest digest;

	version->changed = true;
	if (file->old) {
		version->bytes = file->old->size;
		version->sized = true;
	}
	if (file->old && file->old->mtime_ns < file->read_ns && cache &&
	    cache->get_old && cache->get_old(cache->ctx, file->old, &digest))
		set_digest(version, &digest);
	else
		set_unverified(version);
}

void pedigree_version_input(struct pedigree_hasher *hasher,
			    const struct pedigree_file *file, const char *path,
			    const struct pedigree_name *name,
			    struct pedigree_version *ret)
{
	struct pedigree_look look;
	struct stat st;

	memset(ret, 0, sizeof(*ret));
	if (file->flags & PEDIGREE_FILE_DESTROYED) {
		version_of_destroyed(hasher, file, ret);
		return;
	}
	if (!look_again(path, name, &st, &look)) {
		set_unverified(ret);
		ret->changed = true;
		return;
	}
	if (!pedigree_input_unchanged(hasher, file, look.ctime_ns)) {
		if ((file->flags & PEDIGREE_FILE_WRITTEN) ||
		    look.mtime_ns >= file->read_ns) {
			set_unverified(ret);
			ret->changed = true;
			return;
		}
		ret->metadata = true;
	}
	if (name)
		set_time(ret, &look);
	else
		version_of(hasher, path, &st, ret);
}

/* Programs of a script follow each other within a tick: of what one of them
   wrote last, the order of the writing says more than its time. */
static bool changed_after(const struct pedigree_hasher *hasher,
			  const char *path, uint64_t ctime_ns)
{
	enum pedigree_writer writer = PEDIGREE_WRITER_UNKNOWN;
	uint64_t end = hasher->end_ns + hasher->tick_ns;

	if (hasher->settled)
		writer = pedigree_settled_writer(hasher->settled, path,
						 hasher->step);
	if (writer == PEDIGREE_WRITER_OTHER)
		return true;
	if (writer == PEDIGREE_WRITER_SAME && hasher->settled_ns > end)
		end = hasher->settled_ns;
	return hasher->end_ns && ctime_ns > end;
}

void pedigree_version_output(struct pedigree_hasher *hasher,
			     const struct pedigree_file *file, const char *path,
			     const struct pedigree_name *name,
			     struct pedigree_version *ret)
{
	struct pedigree_look look;
	struct stat st;

	memset(ret, 0, sizeof(*ret));
	if (!look_again(path, name, &st, &look)) {
		set_absent(ret, "there is no such file");
		return;
	}
	if (file && changed_after(hasher, path, look.ctime_ns)) {
		set_unverified(ret);
		ret->changed_after = true;
		return;
	}
	if (name)
		set_time(ret, &look);
	else
		version_of(hasher, path, &st, ret);
}
