/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times as AWS writes them.
 */
#ifndef PEDIGREE_AWS_WHEN_H
#define PEDIGREE_AWS_WHEN_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Seconds since 1970 of "2026-11-23T02:03:04[.5]" followed by nothing, "Z",
 * "UTC" or an offset such as "+01:00". False when it is no such time.
 */
bool pedigree_aws_when(const char *text, int64_t *ret);

/* The same of HTTP's "Mon, 23 Nov 2026 02:03:04 GMT". */
bool pedigree_aws_http_date(const char *text, int64_t *ret);

#endif
