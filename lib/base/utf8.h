/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PEDIGREE_UTF8_H
#define PEDIGREE_UTF8_H

#include <stddef.h>

/* Length of the UTF-8 sequence at `s`, 0 when there is none. */
size_t pedigree_utf8_length(const char *s);

#endif
