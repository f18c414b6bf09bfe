/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text that the API takes: UTF-8 and not too long.
 */
#ifndef PEDIGREE_GRAPH_TEXT_H
#define PEDIGREE_GRAPH_TEXT_H

#include <stddef.h>

#include "base/utf8.h"

/* What the API allows, in bytes here: never more than its characters. */
#define PEDIGREE_KEY_MAX 320
#define PEDIGREE_VALUE_MAX 2500
#define PEDIGREE_MESSAGE_MAX 1024
#define PEDIGREE_URI_MAX 2048
#define PEDIGREE_METADATA_MAX 1024
#define PEDIGREE_PARAMS_MAX 300
#define PEDIGREE_TAG_KEY_MAX 128
#define PEDIGREE_TAG_VALUE_MAX 256
#define PEDIGREE_TAGS_MAX 50

/*
 * A copy in which bytes that are not UTF-8 are U+FFFD, cut to at most `max`
 * bytes with "…" at its end where something was cut. Malloc'ed; NULL: no
 * memory.
 */
char *pedigree_clean_text(const char *text, size_t max);

#endif
