/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Taking secrets out of arguments and URLs. Pure code like secret.h, for the
 * library (redact.c) and for the shim (hooks/args.c).
 */
#ifndef PEDIGREE_RULES_MASK_H
#define PEDIGREE_RULES_MASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PEDIGREE_REDACTED "[redacted]"

enum {
	PEDIGREE_MASK_KEY = 16,
	PEDIGREE_MASK_PASSES = 8,
	PEDIGREE_MASK_MARK = 24 /* the longest mark, with a NUL */
};

struct pedigree_mask {
	const char *rules; /* secret.h; or NULL */
	/* The key of this installation, or NULL: marks tell nothing then. */
	const unsigned char *(*key)(void);
	void (*put)(void *ctx, const char *bytes, size_t n);
	/* Told of each secret and what it was known by; or NULL. */
	void (*took)(void *ctx, const char *why, const char *detail);
	void *ctx;
	/* Was anything taken? Then what was put is worth another reading. */
	bool taken;
};

/* Where in a command line one is; zeros at its start. */
struct pedigree_mask_line {
	const char *program;  /* its first argument */
	const char *previous; /* the argument before; or NULL */
	bool pem;	      /* inside a PEM block of many arguments */
};

/*
 * Puts the mark of a secret: "[redacted:1f0c8a22]", where the digits are the
 * same for the same secret and tell nobody without the key what it was.
 */
void pedigree_mask_mark(struct pedigree_mask *mask, const char *secret,
			size_t n);

/*
 * One reading of an argument, or of a URL. What is left out may take away what
 * said how to read the rest, so what was put is to be read again as long as
 * mask->taken, at most PEDIGREE_MASK_PASSES times: a text that does not come
 * to rest is not worth keeping.
 */
void pedigree_mask_arg(struct pedigree_mask *mask,
		       const struct pedigree_mask_line *line, const char *arg);
void pedigree_mask_url(struct pedigree_mask *mask, const char *url);

/* Moves on behind `arg`, which was masked with this line. */
void pedigree_mask_next(struct pedigree_mask_line *line, const char *arg);

#endif
