/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths and file URIs as text; fs.c has what touches files.
 */
#include "config.h"

#include "base/fs.h"

#include <string.h>

#include "base/utf8.h"

void pedigree_path_join(struct pedigree_buf *buf, const char *folder,
			const char *name)
{
	if (name[0] != '/') {
		size_t n = strlen(folder);

		pedigree_buf_add(buf, folder, n);
		if (n && folder[n - 1] != '/')
			pedigree_buf_add_char(buf, '/');
	}
	pedigree_buf_add_str(buf, name);
}

void pedigree_path_clean(char *path)
{
	char *to = path; /* behind what is kept; no slash at its end */
	const char *from = path;

	while (*from) {
		const char *part;
		size_t n;

		while (*from == '/')
			from++;
		part = from;
		n = strcspn(part, "/");
		from += n;
		if (n == 0 || (n == 1 && part[0] == '.'))
			continue;
		if (n == 2 && part[0] == '.' && part[1] == '.') {
			while (to > path && *--to != '/')
				;
			continue;
		}
		*to++ = '/';
		memmove(to, part, n);
		to += n;
	}
	if (to == path)
		*to++ = '/';
	*to = '\0';
}

bool pedigree_path_under(const char *path, const char *folder)
{
	size_t n = strlen(folder);

	if (n == 1 && folder[0] == '/')
		return path[0] == '/';
	return strncmp(path, folder, n) == 0 &&
	       (path[n] == '\0' || path[n] == '/');
}

/* "unreserved" of RFC 3986, section 2.3, without regard to the locale. */
static bool unreserved(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || (c && strchr("-._~", c));
}

void pedigree_percent_encode(struct pedigree_buf *buf, const char *path)
{
	for (; *path; path++) {
		unsigned char c = (unsigned char)*path;

		if (unreserved(c) || c == '/')
			pedigree_buf_add_char(buf, (char)c);
		else
			pedigree_buf_addf(buf, "%%%02X", c);
	}
}

void pedigree_path_to_uri(struct pedigree_buf *buf, const char *path)
{
	pedigree_buf_add_str(buf, "file://");
	pedigree_percent_encode(buf, path);
}

void pedigree_uri_add_plain(struct pedigree_buf *buf, const char *key, size_t n)
{
	for (const char *end = key + n; key < end;) {
		/* A sequence is never longer than what its NUL cuts. */
		size_t step = pedigree_utf8_length(key);
		unsigned char c = (unsigned char)*key;

		if (!step || step > (size_t)(end - key) || c < 0x20 ||
		    c == 0x7f) {
			pedigree_buf_addf(buf, "%%%02X", c);
			step = 1;
		} else {
			pedigree_buf_add(buf, key, step);
		}
		key += step;
	}
}

bool pedigree_uri_has_plain_keys(const char *uri)
{
	return strncmp(uri, "s3://", 5) == 0 || strncmp(uri, "gs://", 5) == 0 ||
	       strncmp(uri, "hf://", 5) == 0;
}

void pedigree_uri_below(struct pedigree_buf *buf, const char *uri,
			const char *rest)
{
	const char *authority = strstr(uri, "://");
	size_t least = authority ? (size_t)(authority + 3 - uri) : 0;
	size_t n = strlen(uri);

	while (n > least && uri[n - 1] == '/')
		n--;
	pedigree_buf_add(buf, uri, n);
	if (pedigree_uri_has_plain_keys(uri))
		pedigree_uri_add_plain(buf, rest, strlen(rest));
	else
		pedigree_percent_encode(buf, rest);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool pedigree_percent_decode(struct pedigree_buf *buf, const char *text)
{
	size_t before = buf->len;

	for (const char *at = text; *at; at++) {
		char c = *at;

		if (c == '%') {
			int high = hex_digit(at[1]);
			int low = high < 0 ? -1 : hex_digit(at[2]);

			if (low < 0 || (high == 0 && low == 0)) {
				pedigree_buf_cut(buf, before);
				return false;
			}
			c = (char)(high << 4 | low);
			at += 2;
		}
		pedigree_buf_add_char(buf, c);
	}
	return !pedigree_buf_error(buf);
}

bool pedigree_uri_to_path(struct pedigree_buf *buf, const char *uri)
{
	const char *path;

	if (strncmp(uri, "file://", 7) != 0)
		return false;
	path = strchr(uri + 7, '/');
	return path && pedigree_percent_decode(buf, path);
}
