/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The digits are SipHash-2-4 of the secret, folded to 32 bits: a keyed
 * function, so that a short secret cannot be guessed from the record without
 * the key, which never leaves the state folder. libcrypto is no choice here,
 * for the shim has nothing but libc.
 */

#include <config.h>

#include "rules/mask_mark.h"

#include <stdint.h>
#include <string.h>

#include "rules/mask.h"

struct sip {
	uint64_t a, b, c, d;
};

static uint64_t rotate(uint64_t x, unsigned int n)
{
	return x << n | x >> (64 - n);
}

static void mix(struct sip *s, int rounds)
{
	while (rounds--) {
		s->a += s->b;
		s->c += s->d;
		s->b = rotate(s->b, 13) ^ s->a;
		s->d = rotate(s->d, 16) ^ s->c;
		s->a = rotate(s->a, 32);
		s->c += s->b;
		s->a += s->d;
		s->b = rotate(s->b, 17) ^ s->c;
		s->d = rotate(s->d, 21) ^ s->a;
		s->c = rotate(s->c, 32);
	}
}

static uint64_t read_word(const char *bytes, size_t n)
{
	uint64_t word = 0;

	for (size_t i = 0; i < n; i++)
		word |= (uint64_t)(unsigned char)bytes[i] << 8 * i;
	return word;
}

static void add(struct sip *s, uint64_t word)
{
	s->d ^= word;
	mix(s, 2);
	s->a ^= word;
}

static uint64_t siphash(const unsigned char *key, const char *bytes, size_t n)
{
	uint64_t low = read_word((const char *)key, 8);
	uint64_t high = read_word((const char *)key + 8, 8);
	struct sip s = {
		low ^ UINT64_C(0x736f6d6570736575),
		high ^ UINT64_C(0x646f72616e646f6d),
		low ^ UINT64_C(0x6c7967656e657261),
		high ^ UINT64_C(0x7465646279746573),
	};
	uint64_t length = (uint64_t)n << 56;

	for (; n >= 8; bytes += 8, n -= 8)
		add(&s, read_word(bytes, 8));
	add(&s, length | read_word(bytes, n));
	s.c ^= 0xff;
	mix(&s, 4);
	return s.a ^ s.b ^ s.c ^ s.d;
}

enum {
	PLAIN = sizeof(PEDIGREE_REDACTED) - 1,
	DIGITS = 8
};

size_t pedigree_mark_make(const unsigned char *key, const char *secret,
			  size_t n, char *ret)
{
	size_t at = PLAIN - 1;
	uint64_t hash;

	memcpy(ret, PEDIGREE_REDACTED, PLAIN + 1);
	if (!key)
		return PLAIN;
	hash = siphash(key, secret, n);
	hash ^= hash >> 32;
	ret[at++] = ':';
	for (unsigned int i = 0; i < DIGITS; i++)
		ret[at++] = "0123456789abcdef"[hash >> (28 - 4 * i) & 15];
	ret[at++] = ']';
	ret[at] = '\0';
	return at;
}

size_t pedigree_mark_length(const char *text)
{
	if (strncmp(text, PEDIGREE_REDACTED, PLAIN - 1) != 0)
		return 0;
	if (text[PLAIN - 1] == ']')
		return PLAIN;
	if (text[PLAIN - 1] != ':')
		return 0;
	for (size_t i = PLAIN; i < PLAIN + DIGITS; i++)
		if (!text[i] || !strchr("0123456789abcdef", text[i]))
			return 0;
	return text[PLAIN + DIGITS] == ']' ? PLAIN + DIGITS + 1 : 0;
}

bool pedigree_mark_is_one(const char *text, size_t n)
{
	return n >= PLAIN && pedigree_mark_length(text) == n;
}
