/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Matching a glob without braces. Pure code that needs four functions of
 * libc, so that the shim compiles it, too (hooks/watch.c).
 */
#ifndef PEDIGREE_RULES_GLOB_PLAIN_H
#define PEDIGREE_RULES_GLOB_PLAIN_H

#include <stdbool.h>

/* Matches all of `text`; braces mean nothing here. */
bool pedigree_glob_match_plain(const char *glob, const char *text);

#endif
