/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configuration files, through inih.
 *
 * How long a line may be, whether an indented line goes on with the one
 * before and whether handlers learn the line depend on how inih was built.
 * So lines are handed over one by one: each is counted here, its indentation
 * is dropped, and one that does not fit is refused rather than cut.
 */
#include <config.h>

#include <errno.h>
#include <ini.h>
#include <string.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/fs.h"
#include "rules/settings.h"

enum {
	FILE_MAX = 1 << 20,
	SECTION_MAX = 49 /* inih keeps that much of a section's name */
};

struct input {
	struct pedigree_config *config;
	struct pedigree_origin origin; /* line: the one inih works on */
	const char *next, *end;
	int result; /* of the first failure */
	struct pedigree_error *err;
};

/* "artifact model" → "artifact", "model" (in place). */
static const char *split_section(char *text)
{
	char *name = strpbrk(text, " \t");

	if (!name)
		return "";
	*name++ = '\0';
	return name + strspn(name, " \t");
}

/* A header whose section has no key never reaches the handler. */
static int check_header(struct input *in, const char *line, size_t n)
{
	const char *close = memchr(line, ']', n);
	char text[SECTION_MAX + 1];
	const char *name;
	size_t length;

	if (!close)
		return pedigree_config_fail(&in->origin, in->err,
					    "a '[' is not closed with ']'");
	length = (size_t)(close - line) - 1;
	if (length > SECTION_MAX)
		return pedigree_config_fail(
			&in->origin, in->err,
			"the section's name is longer than %d bytes",
			SECTION_MAX);
	memcpy(text, line + 1, length);
	text[length] = '\0';
	name = split_section(text);
	return pedigree_config_check_section(&in->origin, text, name, in->err);
}

static int check_line(struct input *in, const char *line, size_t n, int room)
{
	if (memchr(line, '\0', n))
		return pedigree_config_fail(
			&in->origin, in->err,
			"the line holds a NUL byte; this is not a text file");
	if (n == 0 || line[0] == '#' || line[0] == ';')
		return 0;
	if (n + 2 > (size_t)room)
		return pedigree_config_fail(
			&in->origin, in->err,
			"the line is longer than %d bytes; a key such as match may be repeated on several lines",
			room - 2);
	return line[0] == '[' ? check_header(in, line, n) : 0;
}

/* An ini_reader; after a failure it says that the file has ended. */
static char *next_line(char *out, int room, void *stream)
{
	struct input *in = stream;
	const char *line = in->next, *newline;
	size_t n;

	if (in->result < 0 || line == in->end)
		return NULL;
	newline = memchr(line, '\n', (size_t)(in->end - line));
	in->next = newline ? newline + 1 : in->end;
	n = (size_t)((newline ? newline : in->end) - line);
	if (in->origin.line++ == 0 && n >= 3 &&
	    !memcmp(line, "\xef\xbb\xbf", 3))
		line += 3, n -= 3;
	while (n && (*line == ' ' || *line == '\t'))
		line++, n--;
	while (n && (line[n - 1] == '\r' || line[n - 1] == ' ' ||
		     line[n - 1] == '\t'))
		n--;
	in->result = check_line(in, line, n, room);
	if (in->result < 0)
		return NULL;
	if (n + 2 > (size_t)room) /* a comment */
		n = 0;
	memcpy(out, line, n);
	out[n] = '\n';
	out[n + 1] = '\0';
	return out;
}

static int take_pair(void *user, const char *section, const char *key,
		     const char *value)
{
	struct input *in = user;
	char text[SECTION_MAX + 1];
	const char *name;

	if (in->result < 0)
		return 0;
	snprintf(text, sizeof(text), "%s", section);
	name = split_section(text);
	if (!section[0])
		in->result = pedigree_config_fail(
			&in->origin, in->err,
			"'%s' stands before the first [section]",
			pedigree_shown(key));
	else
		in->result = pedigree_config_add(in->config, &in->origin, text,
						 name, key, value, in->err);
	return in->result == 0;
}

int pedigree_config_read_text(struct pedigree_config *config,
			      enum pedigree_layer layer, const char *name,
			      const char *text, size_t n,
			      struct pedigree_error *err)
{
	struct input in = {
		.config = config,
		.origin = { .layer = layer },
		.next = text,
		.end = text + n,
		.err = err,
	};
	int line;

	in.origin.file = pedigree_config_keep(config, name, strlen(name));
	if (!in.origin.file)
		return pedigree_fail_memory(err);
	line = ini_parse_stream(next_line, &in, take_pair, &in);
	if (in.result < 0)
		return in.result;
	if (line < 0)
		return pedigree_fail_memory(err);
	if (line == 0)
		return 0;
	in.origin.line = (unsigned int)line;
	return pedigree_config_fail(&in.origin, err,
				    "this is not [section] or key = value");
}

int pedigree_config_read_file(struct pedigree_config *config,
			      enum pedigree_layer layer, const char *path,
			      bool required, struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	const struct pedigree_origin origin = { .layer = layer, .file = path };
	struct pedigree_config_file *file = pedigree_vec_push(&config->files);
	struct stat st;
	int r;

	if (!file)
		return pedigree_fail_memory(err);
	*file = (struct pedigree_config_file){
		.layer = layer,
		.path = pedigree_config_keep(config, path, strlen(path)),
	};
	if (!file->path)
		return pedigree_fail_memory(err);
	if (stat(path, &st) < 0) {
		if (!required && (errno == ENOENT || errno == ENOTDIR))
			return 0;
		return pedigree_config_fail(&origin, err, "cannot be read: %s",
					    strerror(errno));
	}
	file->exists = true;
	file->st = st;
	/* A FIFO could keep us waiting; only who names one may want that. */
	if (!S_ISREG(st.st_mode) && (!required || S_ISDIR(st.st_mode)))
		return pedigree_config_fail(&origin, err,
					    "is not a regular file");
	r = pedigree_read_file(path, FILE_MAX, &text, err);
	if (r < 0)
		return r;
	return pedigree_config_read_text(config, layer, path, text.data,
					 text.len, err);
}
