/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding the keys that requests are signed with, in botocore's order.
 *
 * No text that this makes holds a secret, and memory that held one is wiped
 * before it is released. (libcurl and jansson keep copies while they work
 * that only they could wipe.)
 */
#ifndef PEDIGREE_AWS_CREDENTIALS_H
#define PEDIGREE_AWS_CREDENTIALS_H

#include <stdint.h>

#include <pedigree/error.h>

#include "aws/profile.h"
#include "base/base.h"

struct pedigree_aws_credentials {
	char *access_key;
	char *secret_key;
	char *session_token; /* NULL: none */
	int64_t expires;     /* seconds since 1970; 0: never */
};

/* Wipes and releases; the struct is empty and usable again. */
void pedigree_aws_credentials_clear(struct pedigree_aws_credentials *keys);
#define _cleanup_aws_credentials_ _cleanup_(pedigree_aws_credentials_clear)

/* Copies of the texts; an empty token is none. */
int pedigree_aws_credentials_set(struct pedigree_aws_credentials *keys,
				 const char *access_key, const char *secret_key,
				 const char *session_token, int64_t expires);

/*
 * Who looks for them, and where.
 */
struct pedigree_aws_options {
	const char *profile; /* chosen by the user; NULL: $AWS_PROFILE */
	const char *region;  /* the same; NULL: see region.h */
};

struct pedigree_aws_chain;

/*
 * Reads the AWS tools' files. PEDIGREE_ECONFIG when they are wrong or have
 * no profile of the name that was chosen.
 */
int pedigree_aws_chain_new(const struct pedigree_aws_options *options,
			   struct pedigree_aws_chain **ret,
			   struct pedigree_error *err);
void pedigree_aws_chain_free(struct pedigree_aws_chain *chain);
#define _cleanup_aws_chain_ _cleanup_(pedigree_aws_chain_freep)
static inline void pedigree_aws_chain_freep(struct pedigree_aws_chain **chain)
{
	pedigree_aws_chain_free(*chain);
}

/*
 * The keys to sign with now. They are fetched at the first call, fetched
 * again when they are about to expire (15 minutes before if that works, and
 * from 10 minutes before on it has to), and valid until the next call.
 *
 * PEDIGREE_ENOTFOUND: no source has any; the text tells what to do. Other
 * codes: a source that is configured failed, and no other was asked.
 */
int pedigree_aws_chain_get(struct pedigree_aws_chain *chain, int64_t now,
			   const struct pedigree_aws_credentials **ret,
			   struct pedigree_error *err);
/* The service said that they expired: the next call fetches them again. */
void pedigree_aws_chain_expire(struct pedigree_aws_chain *chain);

/* For a person: "environment", "profile dev of ~/.aws/config"; or "". */
const char *pedigree_aws_chain_source(const struct pedigree_aws_chain *chain);

/* What the chain reads, for finding region and endpoint. */
const struct pedigree_aws_files *
pedigree_aws_chain_files(const struct pedigree_aws_chain *chain);
const char *pedigree_aws_chain_profile(const struct pedigree_aws_chain *chain);

#endif
