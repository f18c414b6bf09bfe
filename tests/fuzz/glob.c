/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patterns. Each two lines of the input are a glob and a path, and what is
 * said of them is compared with a matcher that tries everything.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "rules/glob.h"
#include "rules/rules.h"
#include "tests/fuzz/fuzz.h"

#define MOST 64 /* bytes that are compared */

struct attempt {
	const char *glob, *text;
	unsigned char known[MOST + 1][MOST + 1]; /* 0, or 1 + the answer */
};

static bool match(struct attempt *attempt, const char *glob, const char *text);

/* A star: the rest must match somewhere from `text` on. */
static bool match_star(struct attempt *attempt, const char *glob,
		       const char *text)
{
	bool deep = glob[1] == '*';
	bool folders = deep && glob[2] == '/' &&
		       (glob == attempt->glob || glob[-1] == '/');
	const char *rest = glob + (folders ? 3 : deep ? 2 : 1);

	for (const char *at = text;; at++) {
		if ((!folders || at == text || at[-1] == '/') &&
		    match(attempt, rest, at))
			return true;
		if (!*at || (!deep && *at == '/'))
			return false;
	}
}

static bool match_here(struct attempt *attempt, const char *glob,
		       const char *text)
{
	if (*glob == '*')
		return match_star(attempt, glob, text);
	if (!*glob || !*text)
		return !*glob && !*text;
	if (*glob == '?')
		return *text != '/' && match(attempt, glob + 1, text + 1);
	if (*glob == '\\' && glob[1])
		glob++;
	return *glob == *text && match(attempt, glob + 1, text + 1);
}

static bool match(struct attempt *attempt, const char *glob, const char *text)
{
	unsigned char *known =
		&attempt->known[glob - attempt->glob][text - attempt->text];

	if (!*known)
		*known = (unsigned char)(1 + match_here(attempt, glob, text));
	return *known == 2;
}

/* What sets mean is the unit tests' matter. */
static void compare(const char *glob, const char *text)
{
	struct attempt attempt = { .glob = glob, .text = text };

	if (strchr(glob, '[') || strlen(glob) > MOST || strlen(text) > MOST)
		return;
	if (pedigree_glob_match_plain(glob, text) ==
	    match(&attempt, glob, text))
		return;
	fprintf(stderr, "'%s' and '%s'\n", glob, text);
	FUZZ_CHECK(!"is this a match?");
}

/* A glob matches what one of its alternatives does. */
static void check_groups(const char *glob, const char *text)
{
	_cleanup_(pedigree_globs_clear) struct pedigree_globs globs = { 0 };
	const char *name = strrchr(text, '/');
	bool any = false;
	int r = pedigree_glob_expand(glob, &globs);

	FUZZ_CHECK(r == 0 || r == PEDIGREE_ELIMIT);
	if (r < 0)
		return;
	if (name && !strchr(glob, '/'))
		text = name + 1;
	for (size_t i = 0; i < globs.n; i++)
		any |= pedigree_glob_match_plain(globs.v[i], text);
	FUZZ_CHECK(any == pedigree_glob_match(glob, text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = fuzz_text(data, size);
	char *at = text, *glob, *path;

	while ((glob = fuzz_line(&at)) && (path = fuzz_line(&at))) {
		pedigree_glob_match_plain(glob, path);
		compare(glob, path);
		check_groups(glob, path);
	}
	return 0;
}
