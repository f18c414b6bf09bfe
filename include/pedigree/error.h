/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How pedigree's functions fail.
 *
 * A function that can fail returns 0 (or a documented count) on success and
 * one of the negative codes below otherwise. Its last parameter is then a
 * `struct pedigree_error *err` that the caller owns and that may be NULL. On
 * failure the function writes the code and one sentence for a person there:
 * what happened, where, and what to do next. The first message wins: a
 * function that passes on the failure of another leaves `err` as it is, and
 * a caller that reuses an error sets it to PEDIGREE_ERROR_INIT first.
 */
#ifndef PEDIGREE_ERROR_H
#define PEDIGREE_ERROR_H

#ifdef __cplusplus
extern "C" {
#endif

enum pedigree_code {
	PEDIGREE_OK = 0,
	PEDIGREE_EINVAL = -1,	 /* an argument is not allowed */
	PEDIGREE_ENOMEM = -2,	 /* out of memory */
	PEDIGREE_EIO = -3,	 /* the operating system refused; see text */
	PEDIGREE_ENOTFOUND = -4, /* there is no such thing */
	PEDIGREE_EEXIST = -5,	 /* it is there already */
	PEDIGREE_EFORMAT = -6,	 /* a file is not what it should be */
	PEDIGREE_ECONFIG = -7,	 /* a configuration file or value is wrong */
	PEDIGREE_EBUSY = -8,	 /* another process held it for too long */
	PEDIGREE_ELIMIT = -9,	 /* a limit or quota was reached */
	PEDIGREE_EUNSUPPORTED = -10, /* this backend or build cannot do it */
	PEDIGREE_EAMBIGUOUS = -11    /* a name fits several things; see text */
};

struct pedigree_error {
	int code;	 /* enum pedigree_code */
	char text[1020]; /* NUL-terminated UTF-8, no newline */
};

/* clang-format off */
#define PEDIGREE_ERROR_INIT { 0, "" }
/* clang-format on */

/** A short name for a code, such as "not found". Never NULL; static. */
const char *pedigree_code_name(int code);

#ifdef __cplusplus
}
#endif

#endif
