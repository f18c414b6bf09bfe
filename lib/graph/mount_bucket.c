/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Buckets that are mounted through FUSE. The mount table does not tell which
 * ones, but the arguments of the programs that serve them do.
 */
#include "config.h"

#include <ctype.h>
#include <string.h>

#include "base/fs.h"
#include "graph/places.h"

/*
 * What the manual of each program says: the options that name the bucket or a
 * folder in it, where the word in front of the mount point is not all of it.
 */
static const struct server {
	char program[12];
	char type[20];
	char scheme[6];	    /* "": Azure, told by account and container */
	const char *bucket; /* an option of its own */
	const char *folder;
} servers[] = {
	{ "s3fs", "fuse.s3fs", "s3://", "bucket", NULL },
	{ "goofys", "fuse.goofys", "s3://", NULL, NULL },
	{ "gcsfuse", "fuse.gcsfuse", "gs://", NULL, "only-dir" },
	{ "mount-s3", "fuse.mountpoint-s3", "s3://", NULL, "prefix" },
	{ "blobfuse", "fuse.blobfuse", "", "container-name", NULL },
	{ "blobfuse2", "fuse.blobfuse2", "", "container-name", "subdirectory" },
};

/* Arguments one after another, each ended by a NUL. */
struct arguments {
	const char *at, *end;
};

static const char *next(struct arguments *arguments)
{
	const char *word = arguments->at;

	if (word >= arguments->end)
		return NULL;
	arguments->at += strlen(word) + 1;
	return word;
}

static struct arguments all(const struct pedigree_buf *args)
{
	return (struct arguments){ args->data, args->data + args->len };
}

/* The value of --NAME VALUE, --NAME=VALUE or -o a=b,NAME=VALUE. */
static bool option(const struct pedigree_buf *args, const char *name,
		   struct pedigree_buf *ret)
{
	struct arguments left = all(args);
	size_t n = strlen(name);
	const char *word;

	while ((word = next(&left))) {
		const char *at = word + strspn(word, "-");

		if (word[0] == '-' && strncmp(at, name, n) == 0 && !at[n])
			at = next(&left);
		else if (word[0] == '-' && strncmp(at, name, n) == 0 &&
			 at[n] == '=')
			at += n + 1;
		else
			at = NULL;
		if (at) {
			pedigree_buf_add_str(ret, at);
			return true;
		}
		if (strncmp(word, "-o", 2) != 0)
			continue;
		word = word[2] ? word + 2 : next(&left);
		for (at = word; at; at = strchr(at, ',')) {
			at += *at == ',';
			if (strncmp(at, name, n) != 0 || at[n] != '=')
				continue;
			at += n + 1;
			pedigree_buf_add(ret, at, strcspn(at, ","));
			return true;
		}
	}
	return false;
}

/* Some programs name what they mount after the bucket. */
static bool is_source(const char *word, const char *source)
{
	size_t n = strlen(source);

	return n && strncmp(word, source, n) == 0 && strchr(":/", word[n]);
}

/*
 * The word in front of the mount point. Behind an option it may be that one's
 * value: it is not where there is no other word that could be the bucket, or
 * where the mount has its name.
 */
static const char *named(const struct pedigree_buf *args, const char *source,
			 const char *point)
{
	struct arguments left = all(args);
	const char *word, *before = NULL, *previous = NULL;
	size_t others = 0;

	next(&left); /* the program */
	while ((word = next(&left))) {
		if (strcmp(word, point) == 0)
			break;
		others += previous && previous[0] != '-';
		before = previous;
		previous = word;
	}
	if (!word || !previous || previous[0] == '-' ||
	    (before && strcmp(before, "-o") == 0))
		return NULL;
	if (before && before[0] == '-' && !strchr(before, '=') && others &&
	    !is_source(previous, source))
		return NULL;
	return previous;
}

static bool is_name(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)text[i]) && !strchr("-._", text[i]))
			return false;
	return n >= 3 && n <= 255;
}

/* BUCKET, BUCKET:PREFIX, BUCKET:/PATH, a URI, or an access point's ARN. */
static bool add_bucket(const char *scheme, const char *text,
		       struct pedigree_buf *uri)
{
	size_t n;

	if (strncmp(text, scheme, strlen(scheme)) == 0)
		text += strlen(scheme);
	n = strncmp(text, "arn:aws", 7) == 0 ? strcspn(text, "/") : 0;
	if (n && text[n] && strstr(text, ":accesspoint/")) {
		n += strcspn(text + n + 1, "/") + 1;
	} else {
		n = strcspn(text, ":/");
		if (!is_name(text, n))
			return false;
	}
	pedigree_buf_add_str(uri, scheme);
	pedigree_buf_add(uri, text, n);
	text += n;
	text += *text == ':';
	text += strspn(text, "/");
	if (*text) {
		pedigree_buf_add_char(uri, '/');
		pedigree_uri_add_plain(uri, text, strlen(text));
	}
	return true;
}

static void add_folder(const char *folder, struct pedigree_buf *uri)
{
	folder += strspn(folder, "/");
	while (uri->len && uri->data[uri->len - 1] == '/')
		pedigree_buf_cut(uri, uri->len - 1);
	if (!*folder)
		return;
	pedigree_buf_add_char(uri, '/');
	pedigree_uri_add_plain(uri, folder, strlen(folder));
}

/* "  NAME: value" or "NAME value", as both generations of blobfuse have it. */
static bool setting(const char *text, const char *const *names,
		    struct pedigree_buf *ret)
{
	for (; names[0]; names++) {
		size_t n = strlen(names[0]);

		for (const char *line = text; line && *line;
		     line = strchr(line, '\n')) {
			line += *line == '\n';
			line += strspn(line, " \t");
			if (strncmp(line, names[0], n) != 0 ||
			    !strchr(": \t", line[n]))
				continue;
			line += n + strspn(line + n, ": \t\"'");
			pedigree_buf_add(ret, line,
					 strcspn(line, " \t\r\n\"'#"));
			return ret->len > 0;
		}
	}
	return false;
}

/* Account and container are in its configuration. */
static bool add_azure(const struct pedigree_mount_world *world,
		      const struct server *server,
		      const struct pedigree_buf *args, struct pedigree_buf *uri)
{
	static const char *const accounts[] = { "account-name", "accountName",
						NULL };
	static const char *const containers[] = { "container", "containerName",
						  NULL };
	static const char *const folders[] = { "subdirectory", NULL };
	_cleanup_buf_ struct pedigree_buf file = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf account = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf container = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf folder = PEDIGREE_BUF_INIT;

	pedigree_buf_add_str(&text, "");
	if (!option(args, "config-file", &file) || pedigree_buf_error(&file) ||
	    file.data[0] != '/' || !world->read(world->ctx, file.data, &text) ||
	    pedigree_buf_error(&text) ||
	    !setting(text.data, accounts, &account))
		return false;
	if (!option(args, server->bucket, &container) &&
	    !setting(text.data, containers, &container))
		return false;
	if (server->folder && !option(args, server->folder, &folder))
		setting(text.data, folders, &folder);
	if (pedigree_buf_error(&account) || pedigree_buf_error(&container) ||
	    !is_name(account.data, account.len) ||
	    !is_name(container.data, container.len))
		return false;
	pedigree_buf_addf(uri, "https://%s.blob.core.windows.net/%s",
			  account.data, container.data);
	if (folder.len)
		add_folder(folder.data, uri);
	return true;
}

static bool add_uri(const struct pedigree_mount_world *world,
		    const struct server *server, const char *source,
		    const char *point, const struct pedigree_buf *args,
		    struct pedigree_buf *uri)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	const char *word = named(args, source, point);

	if (!server->scheme[0])
		return add_azure(world, server, args, uri);
	if (server->bucket && option(args, server->bucket, &text))
		word = text.data;
	if (!word || pedigree_buf_error(&text) ||
	    !add_bucket(server->scheme, word, uri))
		return false;
	pedigree_buf_reset(&text);
	if (server->folder && option(args, server->folder, &text) &&
	    !pedigree_buf_error(&text))
		add_folder(text.data, uri);
	return true;
}

bool pedigree_mounts_buckets(const char *program)
{
	for (size_t i = 0; i < PEDIGREE_COUNT(servers); i++)
		if (strcmp(program, servers[i].program) == 0)
			return true;
	return false;
}

/* Who mounted it, which the kernel says: anybody may name a process. */
static long mounted_by(const char *options)
{
	static const char key[] = "user_id=";

	for (const char *at = options; *at;) {
		if (strncmp(at, key, sizeof(key) - 1) == 0)
			return strtol(at + sizeof(key) - 1, NULL, 10);
		at += strcspn(at, ",");
		at += *at == ',';
	}
	return PEDIGREE_ANYBODY;
}

bool pedigree_mount_bucket(const struct pedigree_mount_world *world,
			   const struct pedigree_fuse *mount,
			   struct pedigree_buf *ret_uri)
{
	long user = mounted_by(mount->options);

	for (size_t i = 0; i < PEDIGREE_COUNT(servers); i++) {
		_cleanup_buf_ struct pedigree_buf args = PEDIGREE_BUF_INIT;

		if (strcmp(mount->type, "fuse") != 0 &&
		    strcmp(mount->type, servers[i].type) != 0)
			continue;
		if (world->daemon(world->ctx, servers[i].program, mount->point,
				  user, &args) &&
		    !pedigree_buf_error(&args) && args.len &&
		    add_uri(world, &servers[i], mount->source, mount->point,
			    &args, ret_uri))
			return true;
	}
	return false;
}
