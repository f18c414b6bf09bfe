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

/* No wait is told to be longer, in ms. */
#define PEDIGREE_AWS_FOREVER_MS INT32_MAX

/*
 * The milliseconds of a header that has a number of them, or of what HTTP's
 * Retry-After says at `now_s`, in seconds or as a date. False when it says
 * neither.
 */
bool pedigree_aws_wait(const char *text, int64_t *ret_ms);
bool pedigree_aws_retry_after(const char *text, int64_t now_s, int64_t *ret_ms);

#endif
