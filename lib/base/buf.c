/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/buf.h"

#include <string.h>

/* Never written to: every write is preceded by a growth. */
char pedigree_buf_empty[1];

void pedigree_buf_init(struct pedigree_buf *buf)
{
	*buf = (struct pedigree_buf)PEDIGREE_BUF_INIT;
}

void pedigree_buf_clear(struct pedigree_buf *buf)
{
	if (buf->room)
		free(buf->data);
	pedigree_buf_init(buf);
}

void pedigree_buf_reset(struct pedigree_buf *buf)
{
	pedigree_buf_cut(buf, 0);
}

int pedigree_buf_reserve(struct pedigree_buf *buf, size_t n)
{
	size_t need, room = buf->room ? buf->room : 64;
	char *data;

	if (buf->failed)
		return PEDIGREE_ENOMEM;
	if (__builtin_add_overflow(buf->len, n, &need) ||
	    __builtin_add_overflow(need, 1, &need)) {
		buf->failed = true;
		return PEDIGREE_ENOMEM;
	}
	if (need <= buf->room)
		return 0;
	while (room < need && !__builtin_mul_overflow(room, 2, &room))
		;
	if (room < need)
		room = need;
	data = realloc(buf->room ? buf->data : NULL, room);
	if (!data) {
		buf->failed = true;
		return PEDIGREE_ENOMEM;
	}
	data[buf->len] = '\0';
	buf->data = data;
	buf->room = room;
	return 0;
}

void pedigree_buf_add(struct pedigree_buf *buf, const void *bytes, size_t n)
{
	if (n == 0 || pedigree_buf_reserve(buf, n) < 0)
		return;
	memcpy(buf->data + buf->len, bytes, n);
	buf->len += n;
	buf->data[buf->len] = '\0';
}

void pedigree_buf_add_str(struct pedigree_buf *buf, const char *text)
{
	pedigree_buf_add(buf, text, strlen(text));
}

void pedigree_buf_add_char(struct pedigree_buf *buf, char c)
{
	pedigree_buf_add(buf, &c, 1);
}

void pedigree_buf_vaddf(struct pedigree_buf *buf, const char *format,
			va_list args)
{
	va_list again;
	int n;

	va_copy(again, args);
	n = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (n < 0)
		buf->failed = true;
	if (n <= 0 || pedigree_buf_reserve(buf, (size_t)n) < 0)
		return;
	vsnprintf(buf->data + buf->len, (size_t)n + 1, format, args);
	buf->len += (size_t)n;
}

void pedigree_buf_addf(struct pedigree_buf *buf, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	pedigree_buf_vaddf(buf, format, args);
	va_end(args);
}

void pedigree_buf_cut(struct pedigree_buf *buf, size_t len)
{
	if (len >= buf->len)
		return;
	buf->len = len;
	buf->data[len] = '\0';
}

bool pedigree_buf_error(const struct pedigree_buf *buf)
{
	return buf->failed;
}

char *pedigree_buf_take(struct pedigree_buf *buf)
{
	char *taken = NULL;

	/* An empty buffer has no memory of its own to give away. */
	if (pedigree_buf_reserve(buf, 0) == 0) {
		taken = buf->data;
		buf->room = 0;
	}
	pedigree_buf_clear(buf);
	return taken;
}
