/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "aws/sigv4_canonical.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/vec.h"

/* By hand and not by ctype: independent of the locale. */
static bool is_unreserved(unsigned char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
	       c == '~';
}

static bool is_space(unsigned char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void encode(struct pedigree_buf *buf, unsigned char c)
{
	if (is_unreserved(c))
		pedigree_buf_add_char(buf, (char)c);
	else
		pedigree_buf_addf(buf, "%%%02X", c);
}

/*
 * Paths
 */

/* Drops the last segment of the canonical path behind `start`. */
static void drop_segment(struct pedigree_buf *buf, size_t start)
{
	size_t len = buf->len;

	while (len > start && buf->data[len - 1] != '/')
		len--;
	pedigree_buf_cut(buf, len > start ? len - 1 : start);
}

void pedigree_sigv4_path(struct pedigree_buf *buf, const char *path, bool plain)
{
	size_t start = buf->len;
	bool slash = false; /* the path ends in one */

	if (!path || !*path)
		path = "/";
	if (plain) {
		pedigree_buf_add_str(buf, path);
		return;
	}
	for (const char *next; *path; path = next) {
		size_t n;

		path += strspn(path, "/");
		n = strcspn(path, "/");
		next = path + n;
		slash = *next == '/' || n == 0;
		if (n == 0 || (n == 1 && path[0] == '.'))
			continue;
		if (n == 2 && path[0] == '.' && path[1] == '.') {
			drop_segment(buf, start);
			continue;
		}
		pedigree_buf_add_char(buf, '/');
		for (size_t i = 0; i < n; i++)
			encode(buf, (unsigned char)path[i]);
	}
	if (slash || buf->len == start)
		pedigree_buf_add_char(buf, '/');
}

/*
 * Queries
 */

struct parameter {
	const char *name, *value; /* behind each other in one buffer */
};

PEDIGREE_VEC_TYPE(parameters, struct parameter);

static int compare_parameters(const void *a, const void *b)
{
	const struct parameter *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : strcmp(x->value, y->value);
}

/* Encodes `n` bytes of the wire's query in the one canonical way. */
static void encode_again(struct pedigree_buf *buf, const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int high = -1, low = -1;

		if (text[i] == '%' && i + 2 < n) {
			high = hex_digit(text[i + 1]);
			low = hex_digit(text[i + 2]);
		}
		if (high < 0 || low < 0) {
			encode(buf, (unsigned char)text[i]);
			continue;
		}
		encode(buf, (unsigned char)(high << 4 | low));
		i += 2;
	}
}

/* Each name and value with its NUL; the buffer is as long as it gets. */
static void split_query(struct pedigree_buf *text, const char *query)
{
	for (const char *next; *query; query = next) {
		size_t n = strcspn(query, "&");
		const char *equal = memchr(query, '=', n);
		size_t name = equal ? (size_t)(equal - query) : n;

		next = query + n + (query[n] == '&');
		if (n == 0)
			continue;
		encode_again(text, query, name);
		pedigree_buf_add_char(text, '\0');
		if (equal)
			encode_again(text, equal + 1, n - name - 1);
		pedigree_buf_add_char(text, '\0');
	}
}

static int find_parameters(const struct pedigree_buf *text,
			   struct parameters *list)
{
	const char *at = text->data, *end = text->data + text->len;

	while (at < end) {
		struct parameter *parameter = pedigree_vec_push(list);

		if (!parameter)
			return PEDIGREE_ENOMEM;
		parameter->name = at;
		at += strlen(at) + 1;
		parameter->value = at;
		at += strlen(at) + 1;
	}
	return 0;
}

int pedigree_sigv4_query(struct pedigree_buf *buf, const char *query)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	struct parameters list = { 0 };
	int result;

	if (!query || !*query)
		return 0;
	split_query(&text, query);
	if (pedigree_buf_error(&text))
		return PEDIGREE_ENOMEM;
	result = find_parameters(&text, &list);
	if (result == 0 && list.n)
		qsort(list.v, list.n, sizeof(*list.v), compare_parameters);
	for (size_t i = 0; result == 0 && i < list.n; i++)
		pedigree_buf_addf(buf, "%s%s=%s", i ? "&" : "", list.v[i].name,
				  list.v[i].value);
	pedigree_vec_clear(&list);
	if (result == 0 && pedigree_buf_error(buf))
		result = PEDIGREE_ENOMEM;
	return result;
}

/*
 * Headers
 */

bool pedigree_sigv4_unsigned(const char *name)
{
	/* botocore's list and what signing itself makes */
	static const char *const names[] = {
		"authorization",
		"connection",
		"expect",
		"keep-alive",
		"proxy-authenticate",
		"proxy-authorization",
		"te",
		"trailer",
		"transfer-encoding",
		"upgrade",
		"user-agent",
		"x-amzn-trace-id",
	};

	for (size_t i = 0; i < PEDIGREE_COUNT(names); i++)
		if (!strcasecmp(name, names[i]))
			return true;
	return false;
}

struct line {
	const struct pedigree_sigv4_header *header;
	size_t order; /* qsort keeps none */
};

PEDIGREE_VEC_TYPE(lines, struct line);

/* By the bytes of the lower-case name, which strcasecmp compares in "C". */
static int compare_names(const char *a, const char *b)
{
	while (*a && lower(*a) == lower(*b))
		a++, b++;
	return (unsigned char)lower(*a) - (unsigned char)lower(*b);
}

static int compare_lines(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	int order = compare_names(x->header->name, y->header->name);

	if (order)
		return order;
	return x->order < y->order ? -1 : 1;
}

static void add_name(struct pedigree_buf *buf, const char *name)
{
	for (; *name; name++)
		pedigree_buf_add_char(buf, lower(*name));
}

static void add_value(struct pedigree_buf *buf, const char *value)
{
	bool gap = false, begun = false;

	for (; *value; value++) {
		if (is_space((unsigned char)*value)) {
			gap = begun;
			continue;
		}
		if (gap)
			pedigree_buf_add_char(buf, ' ');
		gap = false;
		begun = true;
		pedigree_buf_add_char(buf, *value);
	}
}

static void add_lines(struct pedigree_buf *buf, const struct lines *lines,
		      struct pedigree_buf *names)
{
	for (size_t i = 0; i < lines->n; i++) {
		const struct pedigree_sigv4_header *header = lines->v[i].header;
		bool again = i && !compare_names(header->name,
						 lines->v[i - 1].header->name);

		if (again) {
			pedigree_buf_cut(buf, buf->len - 1); /* the newline */
			pedigree_buf_add_char(buf, ',');
		} else {
			if (i)
				pedigree_buf_add_char(names, ';');
			add_name(names, header->name);
			add_name(buf, header->name);
			pedigree_buf_add_char(buf, ':');
		}
		add_value(buf, header->value);
		pedigree_buf_add_char(buf, '\n');
	}
}

int pedigree_sigv4_headers(struct pedigree_buf *buf,
			   const struct pedigree_sigv4_header *headers,
			   size_t n, struct pedigree_buf *ret_signed)
{
	struct lines lines = { 0 };
	int result = 0;

	for (size_t i = 0; i < n && result == 0; i++) {
		struct line *line;

		if (pedigree_sigv4_unsigned(headers[i].name))
			continue;
		line = pedigree_vec_push(&lines);
		if (!line) {
			result = PEDIGREE_ENOMEM;
			break;
		}
		line->header = &headers[i];
		line->order = i;
	}
	if (result == 0 && lines.n)
		qsort(lines.v, lines.n, sizeof(*lines.v), compare_lines);
	if (result == 0)
		add_lines(buf, &lines, ret_signed);
	pedigree_vec_clear(&lines);
	if (pedigree_buf_error(buf) || pedigree_buf_error(ret_signed))
		result = PEDIGREE_ENOMEM;
	return result;
}
