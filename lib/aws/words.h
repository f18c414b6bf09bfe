/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A command line cut into words as a POSIX shell does it, without anything
 * else that a shell does: no variables, no patterns, no operators.
 */
#ifndef PEDIGREE_AWS_WORDS_H
#define PEDIGREE_AWS_WORDS_H

#include <pedigree/error.h>

/*
 * A NULL-terminated array in one allocation, for free(). PEDIGREE_EFORMAT: a
 * quote is not closed, a backslash ends the line, or there is no word.
 */
int pedigree_aws_words(const char *line, char ***ret);

#endif
