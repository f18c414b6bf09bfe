/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "graph/uri.h"

#include <ctype.h>
#include <string.h>

#include "base/fs.h"

void pedigree_act_clear(struct pedigree_act *act)
{
	pedigree_buf_clear(&act->uri);
	pedigree_buf_clear(&act->from);
	pedigree_buf_clear(&act->revision);
}

const char *pedigree_origin_host(const char *origin, size_t *ret_n)
{
	const char *host = strstr(origin, "://");
	const char *end;

	host = host ? host + 3 : origin;
	if (*host == '[' && (end = strchr(host, ']')))
		*ret_n = (size_t)(end + 1 - host);
	else
		*ret_n = strcspn(host, ":/");
	return host;
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Bytes of one percent-encoded byte at `at` (3), or 0: it is none. */
static size_t encoded(const char *at, size_t n, char *ret)
{
	if (n < 3 || *at != '%' || hex(at[1]) < 0 || hex(at[2]) < 0)
		return 0;
	*ret = (char)(hex(at[1]) * 16 + hex(at[2]));
	return 3;
}

static void decode(struct pedigree_buf *buf, const char *text, size_t n)
{
	while (n) {
		char c = *text;
		size_t step = encoded(text, n, &c);

		step = step ? step : 1;
		pedigree_buf_add_char(buf, c);
		text += step;
		n -= step;
	}
}

void pedigree_uri_add_key(struct pedigree_buf *buf, const char *key, size_t n)
{
	_cleanup_buf_ struct pedigree_buf plain = PEDIGREE_BUF_INIT;

	decode(&plain, key, n);
	if (pedigree_buf_error(&plain))
		buf->failed = true;
	pedigree_uri_add_plain(buf, plain.data, plain.len);
}

void pedigree_uri_add_path(struct pedigree_buf *buf, const char *path, size_t n)
{
	while (n) {
		char c = *path;
		size_t step = encoded(path, n, &c);
		bool free_byte =
			isalnum((unsigned char)c) || (c && strchr("-._~", c));
		/* Encoded, these would be no delimiters. */
		bool as_it_is = !step && c && strchr("/!$&'()*+,;=:@", c);

		if ((unsigned char)c < 0x80 && (free_byte || as_it_is))
			pedigree_buf_add_char(buf, c);
		else
			pedigree_buf_addf(buf, "%%%02X", (unsigned char)c);
		step = step ? step : 1;
		path += step;
		n -= step;
	}
}

static bool is_web(const char *origin)
{
	return strncmp(origin, "https://", 8) == 0 ||
	       strncmp(origin, "http://", 7) == 0;
}

/* Any other host: bytes that were fetched or put. */
static int act_web(const struct pedigree_event *event, struct pedigree_act *act)
{
	const struct pedigree_exchange *head = &event->wire->head;

	if (!is_web(event->text))
		return 0;
	if (head->method == PEDIGREE_METHOD_GET)
		act->kind = PEDIGREE_ACT_READ;
	else if (head->method == PEDIGREE_METHOD_PUT)
		act->kind = PEDIGREE_ACT_WRITE;
	else
		return 0;
	pedigree_buf_add_str(&act->uri, event->text);
	pedigree_uri_add_path(&act->uri, event->text2, strlen(event->text2));
	return 0;
}

static bool redirects(const struct pedigree_exchange *head)
{
	return (head->status >= 301 && head->status <= 303) ||
	       head->status == 307 || head->status == 308;
}

/* An object that was asked for, and is to be had elsewhere. */
static void follow(const struct pedigree_event *event, struct pedigree_act *act)
{
	const struct pedigree_exchange *head = &event->wire->head;
	const char *location = pedigree_wire_field(event->wire, "location");

	if (head->method == PEDIGREE_METHOD_HEAD)
		act->kind = PEDIGREE_ACT_READ;
	if (act->kind != PEDIGREE_ACT_READ || !location) {
		act->kind = PEDIGREE_ACT_NONE;
		return;
	}
	act->kind = PEDIGREE_ACT_MOVED;
	/* Hosts may answer with a path alone. */
	if (location[0] == '/' && location[1] != '/')
		pedigree_buf_add_str(&act->from, event->text);
	pedigree_buf_add(&act->from, location, strcspn(location, "?#"));
}

int pedigree_act_of(const struct pedigree_stores *stores,
		    const struct pedigree_event *event,
		    struct pedigree_act *ret)
{
	const struct pedigree_exchange *head = &event->wire->head;
	size_t bucket = 0;
	int r = 0;

	pedigree_buf_reset(&ret->uri);
	pedigree_buf_reset(&ret->from);
	pedigree_buf_reset(&ret->revision);
	ret->kind = PEDIGREE_ACT_NONE;
	ret->elsewhere = false;
	ret->store = pedigree_stores_at(stores, event->text, &bucket);
	if (ret->store == PEDIGREE_STORE_NONE &&
	    head->service == PEDIGREE_SERVICE_S3)
		ret->store = PEDIGREE_STORE_S3;
	else if (ret->store == PEDIGREE_STORE_NONE && head->service)
		return 0;
	/* A store that began to answer before it knew. */
	if (pedigree_wire_field(event->wire, "xml-Error"))
		return 0;
	if ((head->status < 200 || head->status >= 300) && !redirects(head))
		return 0;
	switch (ret->store) {
	case PEDIGREE_STORE_NONE:
		r = act_web(event, ret);
		break;
	case PEDIGREE_STORE_S3:
		r = pedigree_act_s3(event, bucket, ret);
		break;
	case PEDIGREE_STORE_GCS:
		r = pedigree_act_gcs(event, ret);
		break;
	case PEDIGREE_STORE_AZURE:
		r = pedigree_act_azure(event, ret);
		break;
	case PEDIGREE_STORE_HUGGING_FACE:
		r = pedigree_act_hugging_face(event, ret);
		break;
	}
	if (redirects(head))
		follow(event, ret);
	if (r == 0 &&
	    (pedigree_buf_error(&ret->uri) || pedigree_buf_error(&ret->from) ||
	     pedigree_buf_error(&ret->revision)))
		r = PEDIGREE_ENOMEM;
	return r;
}
