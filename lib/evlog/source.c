/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "evlog/source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/err.h"

#define WINDOW (256u * 1024u)

/*
 * Below this offset holes are read like data: a file system that does not
 * ask the page cache (some FUSE) shows a hole where a mapping wrote.
 */
#define HOLES_FROM (UINT64_C(64) << 20)

static int read_at(const struct pedigree_source *source, uint64_t offset,
		   char *to, size_t n, size_t *ret_n,
		   struct pedigree_error *err)
{
	size_t done = 0;

	while (done < n) {
		ssize_t got = pread(source->fd, to + done, n - done,
				    (off_t)(offset + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return pedigree_fail_errno(
				err, "cannot read the event log %s",
				source->path);
		if (got == 0)
			break;
		done += (size_t)got;
	}
	*ret_n = done;
	return 0;
}

int pedigree_source_header(const struct pedigree_source *source,
			   struct pedigree_log_header *ret,
			   struct pedigree_error *err)
{
	size_t n;
	int result = read_at(source, 0, (char *)ret, sizeof(*ret), &n, err);

	if (result < 0)
		return result;
	if (n < sizeof(*ret))
		return pedigree_fail(
			err, PEDIGREE_EFORMAT,
			"%s is not an event log: it ends within its header",
			source->path);
	return 0;
}

static int check_header(const struct pedigree_source *source,
			struct pedigree_error *err)
{
	const struct pedigree_log_header *header = &source->header;

	if (memcmp(header->magic, PEDIGREE_LOG_MAGIC, sizeof(header->magic)))
		return pedigree_fail(err, PEDIGREE_EFORMAT,
				     "%s is not an event log", source->path);
	if (header->byte_order != PEDIGREE_LOG_BYTE_ORDER)
		return pedigree_fail(
			err, PEDIGREE_EFORMAT,
			"the event log %s was written on a machine of another byte order; read it there",
			source->path);
	if (header->version != PEDIGREE_LOG_VERSION)
		return pedigree_fail(
			err, PEDIGREE_EFORMAT,
			"the event log %s is of version %u and this pedigree reads version %u; read it with the pedigree that wrote it, or a newer one",
			source->path, header->version, PEDIGREE_LOG_VERSION);
	if (header->header_size != PEDIGREE_LOG_HEADER_SIZE ||
	    header->grain != PEDIGREE_CHUNK_GRAIN)
		return pedigree_fail(
			err, PEDIGREE_EFORMAT,
			"the header of the event log %s is damaged",
			source->path);
	return 0;
}

static int open_file(struct pedigree_source *source, struct pedigree_error *err)
{
	struct stat st;

	/* Not to wait for a writer where somebody put a FIFO. */
	source->fd = open(source->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (source->fd < 0 && errno == ENOENT)
		return pedigree_fail(err, PEDIGREE_ENOTFOUND,
				     "there is no event log %s", source->path);
	if (source->fd < 0 || fstat(source->fd, &st) < 0)
		return pedigree_fail_errno(err, "cannot open the event log %s",
					   source->path);
	if (!S_ISREG(st.st_mode))
		return pedigree_fail(
			err, PEDIGREE_EFORMAT,
			"%s is not an event log: not a regular file",
			source->path);
	source->size = (uint64_t)st.st_size;
	if (source->size > PEDIGREE_LOG_MAX)
		source->size = PEDIGREE_LOG_MAX;
	return 0;
}

int pedigree_source_open(struct pedigree_source *ret, const char *path,
			 struct pedigree_error *err)
{
	struct pedigree_source source = { .path = path, .fd = -1 };
	int result = open_file(&source, err);

	if (result == 0)
		result = pedigree_source_header(&source, &source.header, err);
	if (result == 0)
		result = check_header(&source, err);
	if (result == 0) {
		source.window = malloc(WINDOW);
		if (!source.window)
			result = pedigree_fail_memory(err);
	}
	if (result < 0) {
		pedigree_source_close(&source);
		return result;
	}
	*ret = source;
	return 0;
}

void pedigree_source_close(struct pedigree_source *source)
{
	free(source->window);
	source->window = NULL;
	pedigree_closep(&source->fd);
	source->fd = -1;
}

int pedigree_source_at(struct pedigree_source *source, uint64_t offset,
		       size_t n, const char **ret_bytes, size_t *ret_n,
		       struct pedigree_error *err)
{
	size_t skip;

	if (offset < source->start ||
	    offset + n > source->start + source->filled) {
		int result = read_at(source, offset, source->window, WINDOW,
				     &source->filled, err);

		if (result < 0) {
			source->filled = 0;
			return result;
		}
		source->start = offset;
	}
	skip = (size_t)(offset - source->start);
	*ret_bytes = source->window + skip;
	*ret_n = source->filled - skip < n ? source->filled - skip : n;
	return 0;
}

uint64_t pedigree_source_next(struct pedigree_source *source, uint64_t offset)
{
	off_t data, hole;

	if (offset < source->data_end)
		return offset;
	if (offset < source->header.cursor && offset < HOLES_FROM)
		return offset;
	data = lseek(source->fd, (off_t)offset, SEEK_DATA);
	if (data < 0) /* ENXIO: nothing but a hole; else: not supported */
		return errno == ENXIO ? source->size : offset;
	hole = lseek(source->fd, data, SEEK_HOLE);
	if (hole > data)
		source->data_end = (uint64_t)hole;
	if ((uint64_t)data <= offset)
		return offset;
	return (uint64_t)data & ~(uint64_t)(PEDIGREE_CHUNK_GRAIN - 1);
}
