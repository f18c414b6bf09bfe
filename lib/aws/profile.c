/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "aws/profile.h"

#include <pwd.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/vec.h"

enum {
	FILE_MAX = 1 << 20
};

struct entry {
	enum pedigree_aws_file file;
	enum pedigree_aws_section section;
	char *name;
	char *key;   /* NULL: the section's header alone */
	char *value; /* may be a secret */
};

PEDIGREE_VEC_TYPE(entries, struct entry);

struct pedigree_aws_files {
	struct entries entries;
};

struct parser {
	struct pedigree_aws_files *files;
	enum pedigree_aws_file file;
	const char *path;
	unsigned int line;
	struct pedigree_error *err;
	/* where we are */
	enum pedigree_aws_section section;
	char *name;	 /* NULL: in a section that is not ours */
	bool in_section; /* some header was seen */
	char *key;	 /* of the last option; NULL: none yet */
	bool nests;	 /* that option had no value: settings may follow */
	size_t indent;	 /* of that option */
};

static const struct {
	enum pedigree_aws_file file;
	const char *variable, *path;
} places[] = {
	{ PEDIGREE_AWS_CREDENTIALS_FILE, "AWS_SHARED_CREDENTIALS_FILE",
	  "~/.aws/credentials" },
	{ PEDIGREE_AWS_CONFIG_FILE, "AWS_CONFIG_FILE", "~/.aws/config" },
};

const char *pedigree_aws_env(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

static const char *home(void)
{
	const char *folder = pedigree_aws_env("HOME");
	const struct passwd *user;

	if (folder)
		return folder;
	user = getpwuid(getuid());
	return user && user->pw_dir ? user->pw_dir : "/";
}

char *pedigree_aws_expand(const char *path)
{
	_cleanup_buf_ struct pedigree_buf buf = PEDIGREE_BUF_INIT;

	if (path[0] == '~' && (path[1] == '/' || !path[1])) {
		pedigree_buf_add_str(&buf, home());
		path++;
	}
	pedigree_buf_add_str(&buf, path);
	return pedigree_buf_take(&buf);
}

char *pedigree_aws_file_path(enum pedigree_aws_file file)
{
	for (size_t i = 0; i < PEDIGREE_COUNT(places); i++) {
		const char *path;

		if (places[i].file != file)
			continue;
		path = pedigree_aws_env(places[i].variable);
		return pedigree_aws_expand(path ? path : places[i].path);
	}
	return NULL;
}

/*
 * Reading
 */

static int wrong(struct parser *p, const char *what)
{
	/* Never the line itself, which may hold a secret. */
	return pedigree_fail(p->err, PEDIGREE_ECONFIG, "%s:%u: %s", p->path,
			     p->line, what);
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Moves both ends to what is not white space. */
static void trim(const char **from, const char **to)
{
	while (*from < *to && is_blank(**from))
		++*from;
	while (*to > *from && is_blank((*to)[-1]))
		--*to;
}

static int add_entry(struct parser *p, const char *key, const char *value,
		     size_t n)
{
	struct entry *entry = pedigree_vec_push(&p->files->entries);

	if (!entry)
		return pedigree_fail_memory(p->err);
	entry->file = p->file;
	entry->section = p->section;
	entry->name = strdup(p->name);
	entry->key = key ? strdup(key) : NULL;
	entry->value = value ? strndup(value, n) : NULL;
	if (!entry->name || (key && !entry->key) || (value && !entry->value))
		return pedigree_fail_memory(p->err);
	return 0;
}

/* "profile x", "profile 'x y'" → the name behind the word, or NULL. */
static bool second_word(const char *from, const char *to, const char *word,
			const char **ret_from, const char **ret_to)
{
	size_t n = strlen(word);

	if ((size_t)(to - from) <= n || memcmp(from, word, n) != 0 ||
	    !is_blank(from[n]))
		return false;
	from += n;
	trim(&from, &to);
	if (to - from >= 2 && (*from == '"' || *from == '\'') &&
	    to[-1] == *from)
		from++, to--;
	*ret_from = from;
	*ret_to = to;
	return from < to;
}

/* What a header names: sets p->section and returns the name's ends. */
static bool known_section(struct parser *p, const char **from, const char **to)
{
	static const struct {
		const char *word;
		enum pedigree_aws_section section;
	} kinds[] = {
		{ "profile", PEDIGREE_AWS_PROFILE },
		{ "sso-session", PEDIGREE_AWS_SSO_SESSION },
		{ "services", PEDIGREE_AWS_SERVICES },
	};

	p->section = PEDIGREE_AWS_PROFILE;
	if (p->file == PEDIGREE_AWS_CREDENTIALS_FILE)
		return true;
	if (*to - *from == 7 && !memcmp(*from, "default", 7))
		return true;
	for (size_t i = 0; i < PEDIGREE_COUNT(kinds); i++) {
		p->section = kinds[i].section;
		if (second_word(*from, *to, kinds[i].word, from, to))
			return true;
	}
	return false;
}

static int take_header(struct parser *p, const char *from, const char *to)
{
	const char *close = memrchr(from, ']', (size_t)(to - from));

	if (!close)
		return wrong(p, "a '[' is not closed with ']'");
	from++;
	free(p->name);
	free(p->key);
	p->name = p->key = NULL;
	p->in_section = true;
	trim(&from, &close);
	if (!known_section(p, &from, &close))
		return 0;
	p->name = strndup(from, (size_t)(close - from));
	if (!p->name)
		return pedigree_fail_memory(p->err);
	return add_entry(p, NULL, NULL, 0);
}

static char *lower(const char *from, const char *to, const char *prefix)
{
	_cleanup_buf_ struct pedigree_buf buf = PEDIGREE_BUF_INIT;

	if (prefix) {
		pedigree_buf_add_str(&buf, prefix);
		pedigree_buf_add_char(&buf, '.');
	}
	for (; from < to; from++)
		pedigree_buf_add_char(&buf, *from >= 'A' && *from <= 'Z'
						    ? (char)(*from - 'A' + 'a')
						    : *from);
	return pedigree_buf_take(&buf);
}

/* key = value; below a key without a value, its settings. */
static int take_option(struct parser *p, const char *from, const char *to,
		       size_t indent)
{
	bool below = p->key && indent > p->indent;
	_cleanup_free_ char *key = NULL;
	const char *mid = from, *value;

	if (below && !p->nests)
		return 0; /* goes on with a value of several lines */
	while (mid < to && *mid != '=' && *mid != ':')
		mid++;
	if (mid == to)
		return below ? 0
			     : wrong(p, "neither a [section] nor key = value");
	value = mid + 1;
	trim(&from, &mid);
	trim(&value, &to);
	if (from == mid)
		return wrong(p, "there is no key before the '='");
	key = lower(from, mid, below ? p->key : NULL);
	if (!key)
		return pedigree_fail_memory(p->err);
	if (p->name && add_entry(p, key, value, (size_t)(to - value)) < 0)
		return PEDIGREE_ENOMEM;
	if (below)
		return 0;
	free(p->key);
	p->key = pedigree_take(key);
	p->nests = value == to;
	p->indent = indent;
	return 0;
}

static int take_line(struct parser *p, const char *from, const char *to)
{
	const char *start = from;

	p->line++;
	if (memchr(from, '\0', (size_t)(to - from)))
		return wrong(p, "the line holds a NUL byte");
	trim(&from, &to);
	if (from == to || *from == '#' || *from == ';')
		return 0;
	/* An indented '[' is a value's unless nothing can go on here. */
	if (*from == '[' && (!p->key || (size_t)(from - start) <= p->indent))
		return take_header(p, from, to);
	if (!p->in_section)
		return wrong(p, "a key stands before the first [section]");
	return take_option(p, from, to, (size_t)(from - start));
}

static int parse(struct parser *p, const char *at, size_t n)
{
	const char *end = at + n;
	int result = 0;

	if (n >= 3 && !memcmp(at, "\xef\xbb\xbf", 3))
		at += 3;
	while (at < end && result == 0) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *stop = newline ? newline : end;

		result = take_line(p, at, stop);
		at = newline ? newline + 1 : end;
	}
	free(p->name);
	free(p->key);
	return result;
}

static int read_file(struct pedigree_aws_files *files,
		     enum pedigree_aws_file file, struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	_cleanup_free_ char *path = pedigree_aws_file_path(file);
	struct parser parser = {
		.files = files,
		.file = file,
		.path = path,
		.err = err,
	};
	struct pedigree_error none = PEDIGREE_ERROR_INIT;
	int result;

	if (!path)
		return pedigree_fail_memory(err);
	result = pedigree_read_file(path, FILE_MAX, &text, &none);
	if (result == PEDIGREE_ENOTFOUND)
		return 0;
	if (result < 0)
		return pedigree_fail(err, result, "%s", none.text);
	result = parse(&parser, text.data, text.len);
	if (text.room)
		explicit_bzero(text.data, text.room);
	return result;
}

int pedigree_aws_files_read(struct pedigree_aws_files **ret,
			    struct pedigree_error *err)
{
	_cleanup_aws_files_ struct pedigree_aws_files *files =
		calloc(1, sizeof(*files));
	int result;

	if (!files)
		return pedigree_fail_memory(err);
	for (size_t i = 0; i < PEDIGREE_COUNT(places); i++) {
		result = read_file(files, places[i].file, err);
		if (result < 0)
			return result;
	}
	*ret = pedigree_take(files);
	return 0;
}

void pedigree_aws_files_free(struct pedigree_aws_files *files)
{
	if (!files)
		return;
	for (size_t i = 0; i < files->entries.n; i++) {
		struct entry *entry = &files->entries.v[i];

		if (entry->value)
			explicit_bzero(entry->value, strlen(entry->value));
		free(entry->name);
		free(entry->key);
		free(entry->value);
	}
	pedigree_vec_clear(&files->entries);
	free(files);
}

/*
 * Asking
 */

bool pedigree_aws_files_have(const struct pedigree_aws_files *files,
			     enum pedigree_aws_section section,
			     const char *name)
{
	for (size_t i = 0; i < files->entries.n; i++)
		if (files->entries.v[i].section == section &&
		    !strcmp(files->entries.v[i].name, name))
			return true;
	return false;
}

const char *pedigree_aws_files_get_from(const struct pedigree_aws_files *files,
					enum pedigree_aws_file file,
					enum pedigree_aws_section section,
					const char *name, const char *key)
{
	/* The last one wins, as it does for the AWS tools that allow two. */
	for (size_t i = files->entries.n; i-- > 0;) {
		const struct entry *entry = &files->entries.v[i];

		if (entry->file == file && entry->section == section &&
		    entry->key && !strcmp(entry->name, name) &&
		    !strcmp(entry->key, key))
			return entry->value[0] ? entry->value : NULL;
	}
	return NULL;
}

const char *pedigree_aws_files_get(const struct pedigree_aws_files *files,
				   enum pedigree_aws_section section,
				   const char *name, const char *key)
{
	const char *value = pedigree_aws_files_get_from(
		files, PEDIGREE_AWS_CREDENTIALS_FILE, section, name, key);

	return value ? value
		     : pedigree_aws_files_get_from(files,
						   PEDIGREE_AWS_CONFIG_FILE,
						   section, name, key);
}

bool pedigree_aws_flag(const struct pedigree_aws_files *files,
		       const char *profile, const char *variable,
		       const char *key)
{
	const char *value = pedigree_aws_env(variable);

	if (!value && files)
		value = pedigree_aws_files_get(files, PEDIGREE_AWS_PROFILE,
					       profile, key);
	return value && !strcasecmp(value, "true");
}
