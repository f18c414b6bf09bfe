/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sources of credentials: a row each in the table of credentials.c.
 */
#ifndef PEDIGREE_AWS_SOURCE_H
#define PEDIGREE_AWS_SOURCE_H

#include <stdbool.h>

#include <pedigree/error.h>

#include "aws/credentials.h"
#include "aws/profile.h"
#include "base/buf.h"

/* What a source may look at. */
struct pedigree_aws_search {
	const struct pedigree_aws_files *files;
	const char *profile; /* the one that is looked at */
	const char *region;  /* for STS; NULL: none is configured */
	bool environment;    /* its variables count */
	int64_t now;
	/*
	 * Profiles that lead here by source_profile, each pointing to the
	 * search before it.
	 */
	const struct pedigree_aws_search *parent;
};

/*
 * 0: `ret` has credentials. PEDIGREE_ENOTFOUND: not configured, ask the next
 * one; `err` is untouched. Anything else: configured, and it failed.
 */
typedef int pedigree_aws_source_get(const struct pedigree_aws_search *search,
				    struct pedigree_aws_credentials *ret,
				    struct pedigree_error *err);

pedigree_aws_source_get pedigree_aws_from_environment;
pedigree_aws_source_get pedigree_aws_from_credentials_file;
pedigree_aws_source_get pedigree_aws_from_config_file;
pedigree_aws_source_get pedigree_aws_from_process;
pedigree_aws_source_get pedigree_aws_from_role;
pedigree_aws_source_get pedigree_aws_from_web_identity;
pedigree_aws_source_get pedigree_aws_from_sso;
pedigree_aws_source_get pedigree_aws_from_container;
pedigree_aws_source_get pedigree_aws_from_imds;

/* Asks what can be configured in a profile, without its role_arn. */
pedigree_aws_source_get pedigree_aws_from_profile;

/* A key of the profile that is looked at; NULL when missing or empty. */
const char *pedigree_aws_setting(const struct pedigree_aws_search *search,
				 const char *key);

#endif
