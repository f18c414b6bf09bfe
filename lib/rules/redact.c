/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "rules/redact.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "rules/mask.h"
#include "rules/secret.h"

/* What is in use, and what was before: others may still be reading that. */
static struct in_use {
	struct in_use *before;
	bool has_key;
	unsigned char key[PEDIGREE_MASK_KEY];
	char rules[PEDIGREE_SECRET_RULES_MAX];
} * _Atomic in_use;

static const unsigned char *get_key(void)
{
	struct in_use *now = atomic_load(&in_use);

	return now && now->has_key ? now->key : NULL;
}

static const char *get_rules(void)
{
	struct in_use *now = atomic_load(&in_use);

	return now ? now->rules : NULL;
}

bool pedigree_redact_use(const char *rules, size_t n, const unsigned char *key)
{
	struct in_use *now = atomic_load(&in_use), *next;

	if (n > PEDIGREE_SECRET_RULES_MAX - 1)
		return false;
	next = calloc(1, sizeof(*next));
	if (!next)
		return false;
	if (n)
		memcpy(next->rules, rules, n);
	next->has_key = key != NULL;
	if (key)
		memcpy(next->key, key, sizeof(next->key));
	do {
		if (now && now->has_key == next->has_key &&
		    !memcmp(now->key, next->key, sizeof(now->key)) &&
		    !memcmp(now->rules, next->rules, sizeof(now->rules))) {
			free(next);
			return true;
		}
		next->before = now;
	} while (!atomic_compare_exchange_weak(&in_use, &now, next));
	return true;
}

bool pedigree_secret_name(const char *name)
{
	return pedigree_secret_named(get_rules(), name, strlen(name), NULL);
}

bool pedigree_secret_value(const char *value)
{
	const char *rules = get_rules();

	for (const char *at = value; *at; at++) {
		char before = at > value ? at[-1] : '\0';

		if (!pedigree_secret_is_alnum(before) &&
		    pedigree_secret_look(rules, at, before, NULL))
			return true;
	}
	return false;
}

/*
 * Readings until nothing is taken any more
 */

struct to_buf {
	struct pedigree_buf *buf;
	pedigree_redact_told *told;
	void *ctx;
};

static void put(void *ctx, const char *bytes, size_t n)
{
	struct to_buf *to = ctx;

	pedigree_buf_add(to->buf, bytes, n);
}

static void took(void *ctx, const char *why, const char *detail)
{
	struct to_buf *to = ctx;

	if (to->told)
		to->told(to->ctx, why, detail);
}

static void mask_url(struct pedigree_mask *mask,
		     const struct pedigree_mask_line *line, const char *url)
{
	(void)line;
	pedigree_mask_url(mask, url);
}

typedef void reading(struct pedigree_mask *mask,
		     const struct pedigree_mask_line *line, const char *text);

static void until_at_rest(struct pedigree_buf *buf, reading *read,
			  const struct pedigree_mask_line *line,
			  const char *text, const struct to_buf *teller)
{
	_cleanup_buf_ struct pedigree_buf one = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf other = PEDIGREE_BUF_INIT;
	struct to_buf to = { .buf = &one };
	struct pedigree_mask mask = {
		.rules = get_rules(),
		.key = get_key,
		.put = put,
		.took = took,
		.ctx = &to,
	};

	if (teller) {
		to.told = teller->told;
		to.ctx = teller->ctx;
	}
	for (int pass = 0; pass < PEDIGREE_MASK_PASSES; pass++) {
		pedigree_buf_reset(to.buf);
		mask.taken = false;
		read(&mask, line, text);
		if (pedigree_buf_error(to.buf))
			break;
		if (!mask.taken) {
			pedigree_buf_add(buf, to.buf->data, to.buf->len);
			return;
		}
		text = to.buf->data;
		to.buf = to.buf == &one ? &other : &one;
	}
	pedigree_buf_add_str(buf, PEDIGREE_REDACTED);
}

void pedigree_redact_url(struct pedigree_buf *buf, const char *url)
{
	until_at_rest(buf, mask_url, NULL, url, NULL);
}

void pedigree_redact_arg(struct pedigree_buf *buf, const char *previous,
			 const char *arg)
{
	const struct pedigree_mask_line line = { .previous = previous };

	until_at_rest(buf, pedigree_mask_arg, &line, arg, NULL);
}

void pedigree_redact_next(struct pedigree_buf *buf,
			  struct pedigree_mask_line *line, const char *arg,
			  pedigree_redact_told *told, void *ctx)
{
	const struct to_buf teller = { .told = told, .ctx = ctx };

	until_at_rest(buf, pedigree_mask_arg, line, arg, &teller);
	pedigree_mask_next(line, arg);
}

static void put_mark(struct pedigree_buf *buf, const char *value)
{
	struct to_buf to = { .buf = buf };
	struct pedigree_mask mask = { .key = get_key, .put = put, .ctx = &to };

	pedigree_mask_mark(&mask, value, strlen(value));
}

void pedigree_redact_value(struct pedigree_buf *buf, const char *name,
			   const char *value)
{
	if (*value &&
	    (pedigree_secret_name(name) || pedigree_secret_value(value)))
		put_mark(buf, value);
	else
		pedigree_redact_arg(buf, NULL, value);
}
