/* SPDX-License-Identifier: Apache-2.0 */
/*
 * FILE.index has lines "REVISION END DEVICE:INODE RUN": the record of RUN (a
 * JSON string) ends at byte END of the file with that inode.
 */
#include "config.h"

#include "store/jsonl_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/fs.h"
#include "graph/json.h"

/* Every line of ours begins so. */
static const char ours[] = "{\"Kind\":\"";

struct file {
	const char *path;
	char *index_path;
	int fd, index_fd;
	struct stat st;
	const char *run; /* as a JSON string */
	uint64_t end;	 /* of the last complete record */
	int64_t highest; /* revision of `run` there is; -1: none */
};

int pedigree_jsonl_make(const char *path, struct pedigree_error *err)
{
	_cleanup_free_ char *folder = strdup(path);

	if (!folder)
		return pedigree_fail_memory(err);
	char *slash = strrchr(folder, '/');
	if (slash && slash != folder) {
		*slash = '\0';
		int status = pedigree_mkdirs(folder, 0700, err);
		if (status)
			return status;
	}
	int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		return pedigree_fail_errno(err, "cannot open %s", path);
	close(fd);
	return 0;
}

static int lock(int fd)
{
	while (flock(fd, LOCK_EX) < 0)
		if (errno != EINTR)
			return -1;
	return 0;
}

/* Opens and locks the file that has the name now: while we waited for the
   lock, it may have been rotated away. */
static int open_locked(struct file *file, struct pedigree_error *err)
{
	for (;;) {
		struct stat named;

		file->fd = open(file->path,
				O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
		if (file->fd < 0)
			return pedigree_fail_errno(err, "cannot open %s",
						   file->path);
		if (lock(file->fd) < 0 || fstat(file->fd, &file->st) < 0)
			return pedigree_fail_errno(err, "cannot lock %s",
						   file->path);
		if (!S_ISREG(file->st.st_mode))
			return pedigree_fail(err, PEDIGREE_EFORMAT,
					     "%s is not a regular file",
					     file->path);
		if (stat(file->path, &named) == 0 &&
		    named.st_ino == file->st.st_ino &&
		    named.st_dev == file->st.st_dev)
			break;
		close(file->fd);
		file->fd = -1;
	}
	file->index_fd = open(file->index_path,
			      O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (file->index_fd < 0)
		return pedigree_fail_errno(err, "cannot open %s",
					   file->index_path);
	return 0;
}

/* Appends and, when that fails, cuts off what was. */
static int append(int fd, const char *path, const char *bytes, size_t n,
		  struct pedigree_error *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return pedigree_fail_errno(err, "cannot write %s", path);
	if (pedigree_write_all(fd, bytes, n) == 0 && fdatasync(fd) == 0)
		return 0;
	int status = pedigree_fail_errno(err, "cannot write %s", path);
	if (ftruncate(fd, st.st_size) < 0)
		return status; /* the next writer repairs it */
	return status;
}

static int add_to_index(struct file *file, int64_t revision, uint64_t end,
			const char *run, size_t n, struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf line = PEDIGREE_BUF_INIT;

	pedigree_buf_addf(&line, "%" PRId64 " %" PRIu64 " %ju:%ju ", revision,
			  end, (uintmax_t)file->st.st_dev,
			  (uintmax_t)file->st.st_ino);
	pedigree_buf_add(&line, run, n);
	pedigree_buf_add_char(&line, '\n');
	if (pedigree_buf_error(&line))
		return pedigree_fail_memory(err);
	return append(file->index_fd, file->index_path, line.data, line.len,
		      err);
}

static void take_index_line(struct file *file, const char *line)
{
	int64_t revision;
	uint64_t end;
	uintmax_t device, inode;
	int run = 0;

	if (sscanf(line, "%" SCNd64 " %" SCNu64 " %ju:%ju %n", &revision, &end,
		   &device, &inode, &run) != 4 ||
	    !run)
		return;
	if (revision > file->highest && !strcmp(line + run, file->run))
		file->highest = revision;
	if (device == (uintmax_t)file->st.st_dev &&
	    inode == (uintmax_t)file->st.st_ino && end > file->end)
		file->end = end;
}

/* Reads the index and cuts off a torn last line. */
static int read_index(struct file *file, struct pedigree_error *err)
{
	_cleanup_file_ FILE *stream = NULL;
	_cleanup_free_ char *line = NULL;
	size_t room = 0;
	off_t whole = 0;
	ssize_t n;
	int fd = dup(file->index_fd);

	stream = fd < 0 ? NULL : fdopen(fd, "r");
	if (!stream) {
		int status = pedigree_fail_errno(err, "cannot read %s",
						 file->index_path);
		if (fd >= 0)
			close(fd);
		return status;
	}
	while ((n = getline(&line, &room, stream)) > 0) {
		if (line[n - 1] != '\n') {
			if (ftruncate(file->index_fd, whole) < 0)
				return pedigree_fail_errno(err,
							   "cannot repair %s",
							   file->index_path);
			break;
		}
		line[n - 1] = '\0';
		whole += n;
		take_index_line(file, line);
	}
	if (ferror(stream))
		return pedigree_fail_errno(err, "cannot read %s",
					   file->index_path);
	return 0;
}

/* A Capture line after what the index knows. */
static int take_last_line(struct file *file, const char *line, uint64_t end,
			  struct pedigree_error *err)
{
	static const char key[] = ",\"Revision\":";
	const char *run = line + sizeof(PEDIGREE_JSONL_LAST) - 1;
	const char *at = run;
	int64_t revision;

	/* The run is a JSON string: it ends at a quote with no backslash. */
	if (*at++ != '"')
		return 0;
	for (; *at && *at != '"'; at++)
		if (*at == '\\' && at[1])
			at++;
	if (*at++ != '"' || strncmp(at, key, sizeof(key) - 1) != 0)
		return 0;
	revision = strtoll(at + sizeof(key) - 1, NULL, 10);
	size_t n = (size_t)(at - run);
	if (n == strlen(file->run) && !memcmp(run, file->run, n) &&
	    revision > file->highest)
		file->highest = revision;
	file->end = end;
	return add_to_index(file, revision, end, run, n, err);
}

/* A whole line: what others wrote is never cut off. */
static int take_line(struct file *file, const char *line, uint64_t end,
		     struct pedigree_error *err)
{
	if (strncmp(line, ours, sizeof(ours) - 1) != 0) {
		file->end = end;
		return 0;
	}
	if (strncmp(line, PEDIGREE_JSONL_LAST,
		    sizeof(PEDIGREE_JSONL_LAST) - 1) != 0)
		return 0;
	return take_last_line(file, line, end, err);
}

/* Nor is a torn line, unless it may be ours. */
static int take_torn(const struct file *file, const char *line, size_t n,
		     struct pedigree_error *err)
{
	if (n > sizeof(ours) - 1)
		n = sizeof(ours) - 1;
	if (!strncmp(line, ours, n))
		return 0;
	return pedigree_fail(
		err, PEDIGREE_EFORMAT,
		"%s ends in the middle of a line that pedigree did not write; end that line, or name another file as `path` in [backend jsonl]",
		file->path);
}

/* Reads on from file->end, and cuts off what no Capture line follows. */
static int scan(struct file *file, struct pedigree_error *err)
{
	_cleanup_file_ FILE *stream = NULL;
	_cleanup_free_ char *line = NULL;
	size_t room = 0;
	uint64_t at;
	ssize_t n;

	if (file->end > (uint64_t)file->st.st_size)
		file->end = 0;
	if (file->end == (uint64_t)file->st.st_size)
		return 0;
	at = file->end;
	stream = fopen(file->path, "re");
	if (!stream || fseeko(stream, (off_t)at, SEEK_SET) < 0)
		return pedigree_fail_errno(err, "cannot read %s", file->path);
	while ((n = getline(&line, &room, stream)) > 0) {
		at += (uint64_t)n;
		int status = line[n - 1] == '\n'
				     ? take_line(file, line, at, err)
				     : take_torn(file, line, (size_t)n, err);
		if (status)
			return status;
	}
	if (ferror(stream))
		return pedigree_fail_errno(err, "cannot read %s", file->path);
	if (at != file->end && ftruncate(file->fd, (off_t)file->end) < 0)
		return pedigree_fail_errno(err, "cannot repair %s", file->path);
	return 0;
}

static int append_record(struct file *file, unsigned int revision,
			 const struct pedigree_buf *lines,
			 struct pedigree_error *err)
{
	int status = open_locked(file, err);

	if (!status)
		status = read_index(file, err);
	if (!status)
		status = scan(file, err);
	if (status || file->highest >= (int64_t)revision)
		return status;
	status = append(file->fd, file->path, lines->data, lines->len, err);
	/* The record is there; should the index lack it, it is found by the
	   next scan. */
	if (!status)
		add_to_index(file, revision, file->end + lines->len, file->run,
			     strlen(file->run), NULL);
	return status;
}

int pedigree_jsonl_append(const char *path, const char *run,
			  unsigned int revision,
			  const struct pedigree_buf *lines,
			  struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf index = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf name = PEDIGREE_BUF_INIT;
	struct file file = {
		.path = path, .fd = -1, .index_fd = -1, .highest = -1
	};

	pedigree_buf_addf(&index, "%s.index", path);
	pedigree_json_string(&name, run);
	if (pedigree_buf_error(&index) || pedigree_buf_error(&name))
		return pedigree_fail_memory(err);
	file.index_path = index.data;
	file.run = name.data;
	int status = append_record(&file, revision, lines, err);
	if (file.index_fd >= 0)
		close(file.index_fd);
	if (file.fd >= 0)
		close(file.fd);
	return status;
}
