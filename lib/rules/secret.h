/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is a secret. Pure code that needs a few functions of libc, so that the
 * shim compiles it, too (hooks/args.c): no memory, no locale, and work that
 * grows with the length of what is looked at. The words are in secret.def.
 */
#ifndef PEDIGREE_RULES_SECRET_H
#define PEDIGREE_RULES_SECRET_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The rules of [redact], one after another: 'n' (names that are secrets'),
 * 'k' (names that are not) or 'v' (values), and a glob, each ended by a NUL,
 * and another one at the end.
 */
#define PEDIGREE_SECRET_RULES_MAX 2048

enum {
	PEDIGREE_SECRET_NAME = 128 /* bytes of a name that count, with a NUL */
};

/* Of ASCII alone. */
bool pedigree_secret_is_alnum(char c);

/* Does the name of `n` bytes look like a secret's? `rules` may be NULL. On
   success *ret_why, which may be NULL, is the word that said so. */
bool pedigree_secret_named(const char *rules, const char *name, size_t n,
			   const char **ret_why);

/* Does an argument that is no option announce the next as a secret? */
bool pedigree_secret_announced(const char *arg);

/* Length of a secret that begins right at `text`, known by its look; 0: none
   does. `before`: the byte in front of it, or 0. */
size_t pedigree_secret_look(const char *rules, const char *text, char before,
			    const char **ret_why);

/* The length of an option of `program` at the start of `arg` that takes a
   secret (`mysql -pX`, `redis-cli -a X`); 0: none. */
size_t pedigree_secret_option(const char *program, const char *arg);

/* Such a program, when a command line begins with it right at `text`. */
const char *pedigree_secret_program(const char *text);

#endif
