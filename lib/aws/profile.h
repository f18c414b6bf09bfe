/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The AWS tools' files: ~/.aws/config ($AWS_CONFIG_FILE) and
 * ~/.aws/credentials ($AWS_SHARED_CREDENTIALS_FILE).
 *
 * Read here and not by inih, which as Debian builds it cuts lines at 200
 * bytes and names of sections at 50; session tokens are longer than that, and
 * the indented settings below a key are an extension of the AWS tools' own.
 */
#ifndef PEDIGREE_AWS_PROFILE_H
#define PEDIGREE_AWS_PROFILE_H

#include <stdbool.h>

#include <pedigree/error.h>

#include "base/base.h"

enum pedigree_aws_file {
	PEDIGREE_AWS_CREDENTIALS_FILE,
	PEDIGREE_AWS_CONFIG_FILE,
};

enum pedigree_aws_section {
	PEDIGREE_AWS_PROFILE,	  /* [profile x], [default]; [x] */
	PEDIGREE_AWS_SSO_SESSION, /* [sso-session x] */
	PEDIGREE_AWS_SERVICES,	  /* [services x] */
};

struct pedigree_aws_files;

/*
 * Reads both files; a missing one is empty. PEDIGREE_ECONFIG with file and
 * line when one cannot be understood.
 */
int pedigree_aws_files_read(struct pedigree_aws_files **ret,
			    struct pedigree_error *err);
/* Wipes what it held. */
void pedigree_aws_files_free(struct pedigree_aws_files *files);
#define _cleanup_aws_files_ _cleanup_(pedigree_aws_files_freep)
static inline void pedigree_aws_files_freep(struct pedigree_aws_files **files)
{
	pedigree_aws_files_free(*files);
}

bool pedigree_aws_files_have(const struct pedigree_aws_files *files,
			     enum pedigree_aws_section section,
			     const char *name);

/*
 * A value, or NULL when missing or empty. Keys are in lower case; a setting
 * indented below a key is "key.setting". The credentials file wins.
 */
const char *pedigree_aws_files_get(const struct pedigree_aws_files *files,
				   enum pedigree_aws_section section,
				   const char *name, const char *key);
/* The same from one of the files. */
const char *pedigree_aws_files_get_from(const struct pedigree_aws_files *files,
					enum pedigree_aws_file file,
					enum pedigree_aws_section section,
					const char *name, const char *key);

/* An environment variable, or NULL when unset or empty. */
const char *pedigree_aws_env(const char *name);
/* Does the variable, else the profile's key, say "true"? */
bool pedigree_aws_flag(const struct pedigree_aws_files *files,
		       const char *profile, const char *variable,
		       const char *key);

/* The file's path; `~` is the home folder. NULL: out of memory. */
char *pedigree_aws_file_path(enum pedigree_aws_file file);
/* "~/x" below the home folder; anything else as it is. */
char *pedigree_aws_expand(const char *path);

#endif
