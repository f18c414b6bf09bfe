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
#include <unistd.h>

#include "base/err.h"
#include "base/fs.h"
#include "base/spelling.h"
#include "rules/keys.h"
#include "rules/settings.h"

enum {
	FILE_MAX = 1 << 20,
	SECTION_MAX = 49 /* inih keeps that much of a section's name */
};

struct input {
	struct pedigree_config *config;
	struct pedigree_origin origin; /* line: the one inih works on */
	const char *next, *end;
	const struct input *parent; /* that includes this one; or NULL */
	dev_t device;		    /* of the file; 0, 0: none */
	ino_t inode;
	bool skip;  /* what follows a header that was a mistake */
	int result; /* of the first failure */
	struct pedigree_error *err;
};

static int read_file(struct pedigree_config *config, enum pedigree_layer layer,
		     const char *path, bool required,
		     const struct input *parent, struct pedigree_error *err);
static int read_text(struct input *in, const char *name,
		     struct pedigree_error *err);

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
	if (text[0] == ' ' || text[0] == '\t')
		return pedigree_config_fail(
			&in->origin, in->err,
			"[%s]: write it without a space behind the '['",
			pedigree_shown(text));
	for (const char *rest = close + 1; rest < line + n; rest++) {
		if (*rest == ';' || *rest == '#')
			break;
		if (*rest != ' ' && *rest != '\t')
			return pedigree_config_fail(
				&in->origin, in->err,
				"something stands behind [%s]; keys have lines of their own",
				pedigree_shown(text));
	}
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
	if (line[0] == '[')
		return check_header(in, line, n);
	if (!in->skip && !memchr(line, '=', n) && !memchr(line, ':', n))
		return pedigree_config_fail(
			&in->origin, in->err,
			"this is not [section] or key = value");
	return 0;
}

/* True when the line is for inih; a mistake that is passed over is not. */
static bool judge_line(struct input *in, const char *line, size_t n, int room)
{
	bool header = n && line[0] == '[';
	int r = check_line(in, line, n, room);

	if (header)
		in->skip = r < 0;
	in->result = pedigree_config_forgive_in(in->config, in->origin.layer, r,
						in->err);
	return r == 0 && !in->skip;
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
	if (!judge_line(in, line, n, room) || n + 2 > (size_t)room)
		n = 0; /* a mistake, or a comment */
	if (in->result < 0)
		return NULL;
	memcpy(out, line, n);
	out[n] = '\n';
	out[n + 1] = '\0';
	return out;
}

static int unknown_preset(struct input *in, const char *name)
{
	_cleanup_buf_ struct pedigree_buf known = PEDIGREE_BUF_INIT;
	struct pedigree_spelling spelling = { NULL };

	for (size_t i = 0; pedigree_presets[i].name; i++) {
		pedigree_buf_addf(&known, " %s", pedigree_presets[i].name);
		pedigree_spelling_try(&spelling, name,
				      pedigree_presets[i].name);
	}
	if (spelling.meant)
		return pedigree_config_fail(
			&in->origin, in->err,
			"unknown preset '%s'; did you mean '%s'?",
			pedigree_shown(name), spelling.meant);
	return pedigree_config_fail(
		&in->origin, in->err,
		"unknown preset '%s'; there are:%s; a file's name has a '/'",
		pedigree_shown(name), known.data);
}

static int include_preset(struct input *in, const char *name)
{
	for (size_t i = 0; pedigree_presets[i].name; i++) {
		struct input preset = {
			.config = in->config,
			.origin = { .layer = PEDIGREE_LAYER_PRESET },
			.next = pedigree_presets[i].text,
			.end = pedigree_presets[i].text +
			       strlen(pedigree_presets[i].text),
			.err = in->err,
		};

		if (strcmp(pedigree_presets[i].name, name) == 0)
			return read_text(&preset, name, in->err);
	}
	return unknown_preset(in, name);
}

/* Of ./pedigree.conf, which may be a stranger's, files elsewhere are not
   read: their mistakes would be shown with what stands in them. */
static int refuse_include(struct input *in, const char *name)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;

	pedigree_origin_text(&in->origin, &text);
	pedigree_buf_addf(
		&text,
		": include = %s is ignored: the configuration in the current folder may include presets and no files",
		pedigree_shown(name));
	return pedigree_config_warn(in->config, &text, in->err);
}

static int include(struct input *in, const char *name)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	const char *slash = strrchr(in->origin.file, '/');

	if (!strchr(name, '/'))
		return include_preset(in, name);
	if (in->origin.layer == PEDIGREE_LAYER_FOLDER)
		return refuse_include(in, name);
	if (name[0] != '/' && slash)
		pedigree_buf_add(&path, in->origin.file,
				 (size_t)(slash - in->origin.file) + 1);
	pedigree_buf_add_str(&path, name);
	if (pedigree_buf_error(&path))
		return pedigree_fail_memory(in->err);
	if (access(path.data, R_OK) < 0)
		return pedigree_config_fail(&in->origin, in->err,
					    "cannot include %s: %s", path.data,
					    strerror(errno));
	return read_file(in->config, in->origin.layer, path.data, true, in,
			 in->err);
}

static int take_pair(void *user, const char *section, const char *key,
		     const char *value)
{
	struct input *in = user;
	char text[SECTION_MAX + 1];
	const char *name;
	int r;

	if (in->result < 0)
		return 0;
	snprintf(text, sizeof(text), "%s", section);
	name = split_section(text);
	if (!section[0] && !strcmp(key, "include"))
		r = include(in, value);
	else if (!section[0])
		r = pedigree_config_fail(
			&in->origin, in->err,
			"'%s' stands before the first [section]",
			pedigree_shown(key));
	else
		r = pedigree_config_add(in->config, &in->origin, text, name,
					key, value, in->err);
	in->result = pedigree_config_forgive_in(in->config, in->origin.layer, r,
						in->err);
	return in->result == 0;
}

static int read_text(struct input *in, const char *name,
		     struct pedigree_error *err)
{
	int line;

	in->origin.file = pedigree_config_keep(in->config, name, strlen(name));
	if (!in->origin.file)
		return pedigree_fail_memory(err);
	line = ini_parse_stream(next_line, in, take_pair, in);
	if (in->result < 0)
		return in->result;
	if (line < 0)
		return pedigree_fail_memory(err);
	if (line == 0)
		return 0;
	in->origin.line = (unsigned int)line;
	return pedigree_config_fail(&in->origin, err,
				    "this is not [section] or key = value");
}

int pedigree_config_read_text(struct pedigree_config *config,
			      enum pedigree_layer layer, const char *name,
			      const char *text, size_t n,
			      struct pedigree_error *err)
{
	struct pedigree_error own = PEDIGREE_ERROR_INIT;
	struct input in = {
		.config = config,
		.origin = { .layer = layer },
		.next = text,
		.end = text + n,
		.err = err ? err : &own,
	};

	return read_text(&in, name, in.err);
}

/* A file that is being read cannot be included once more. */
static int check_loop(const struct input *parent, const struct stat *st,
		      const char *path, struct pedigree_error *err)
{
	for (const struct input *in = parent; in; in = in->parent) {
		if (in->device == st->st_dev && in->inode == st->st_ino)
			return pedigree_config_fail(
				&parent->origin, err,
				"%s is included from itself", path);
	}
	return 0;
}

static int read_file(struct pedigree_config *config, enum pedigree_layer layer,
		     const char *path, bool required,
		     const struct input *parent, struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	const struct pedigree_origin origin = { .layer = layer, .file = path };
	struct pedigree_config_file *file = pedigree_vec_push(&config->files);
	struct pedigree_error own = PEDIGREE_ERROR_INIT;
	struct input in = {
		.config = config,
		.origin = { .layer = layer },
		.parent = parent,
		.err = err ? err : &own,
	};
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
	r = check_loop(parent, &st, path, err);
	if (r == 0)
		r = pedigree_read_file(path, FILE_MAX, &text, err);
	if (r < 0)
		return r;
	in.device = st.st_dev;
	in.inode = st.st_ino;
	in.next = text.data;
	in.end = text.data + text.len;
	return read_text(&in, path, in.err);
}

int pedigree_config_read_file(struct pedigree_config *config,
			      enum pedigree_layer layer, const char *path,
			      bool required, struct pedigree_error *err)
{
	return read_file(config, layer, path, required, NULL, err);
}
