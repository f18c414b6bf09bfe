/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "store/openlineage_sign.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "aws/credentials.h"
#include "aws/endpoint.h"
#include "aws/region.h"
#include "base/err.h"

struct pedigree_openlineage_signer {
	struct pedigree_aws_chain *chain;
	char *service, *region;
	struct pedigree_buf host;
	char *path, *query; /* query: NULL when there is none */
};

void pedigree_openlineage_signer_free(
	struct pedigree_openlineage_signer *signer)
{
	if (!signer)
		return;
	pedigree_aws_chain_free(signer->chain);
	pedigree_buf_clear(&signer->host);
	free(signer->service);
	free(signer->region);
	free(signer->path);
	free(signer->query);
	free(signer);
}

static int take_address(struct pedigree_openlineage_signer *signer,
			const char *url, struct pedigree_error *err)
{
	const char *path, *query;

	if (!pedigree_aws_url_host(url, &signer->host, &path))
		return pedigree_fail(err, PEDIGREE_ECONFIG,
				     "its url has no host");
	query = strchr(path, '?');
	signer->path = strndup(path, strcspn(path, "?#"));
	if (query)
		signer->query = strndup(query + 1, strcspn(query + 1, "#"));
	return !signer->path || (query && !signer->query) ||
			       pedigree_buf_error(&signer->host)
		       ? pedigree_fail_memory(err)
		       : 0;
}

static int take_region(struct pedigree_openlineage_signer *signer,
		       const char *chosen, struct pedigree_error *err)
{
	const char *region =
		pedigree_aws_region(pedigree_aws_chain_files(signer->chain),
				    pedigree_aws_chain_profile(signer->chain),
				    chosen);

	if (!region)
		return pedigree_fail(
			err, PEDIGREE_ECONFIG,
			"there is no region to sign for; set region in its section, or AWS_REGION");
	signer->region = strdup(region);
	return signer->region ? 0 : pedigree_fail_memory(err);
}

int pedigree_openlineage_signer_new(
	const struct pedigree_openlineage_signing *how,
	struct pedigree_openlineage_signer **ret, struct pedigree_error *err)
{
	const struct pedigree_aws_options who = {
		.profile = how->profile,
		.region = how->region,
	};
	struct pedigree_openlineage_signer *signer = calloc(1, sizeof(*signer));
	int status;

	if (!signer)
		return pedigree_fail_memory(err);
	pedigree_buf_init(&signer->host);
	signer->service = strdup(how->service);
	status = signer->service ? 0 : pedigree_fail_memory(err);
	if (!status)
		status = take_address(signer, how->url, err);
	if (!status)
		status = pedigree_aws_chain_new(&who, &signer->chain, err);
	if (!status)
		status = take_region(signer, how->region, err);
	if (status) {
		pedigree_openlineage_signer_free(signer);
		return status;
	}
	*ret = signer;
	return 0;
}

int pedigree_openlineage_sign(struct pedigree_openlineage_signer *signer,
			      const struct pedigree_sigv4_header *headers,
			      size_t n_headers, const char *body, size_t n,
			      struct pedigree_sigv4 *ret,
			      const char **ret_token,
			      struct pedigree_error *err)
{
	const struct pedigree_aws_credentials *keys;
	const struct pedigree_sigv4_scope scope = {
		.region = signer->region,
		.service = signer->service,
	};
	const struct pedigree_sigv4_request request = {
		.method = "POST",
		.host = signer->host.data,
		.path = signer->path,
		.query = signer->query,
		.headers = headers,
		.n_headers = n_headers,
		.body = body,
		.n_body = n,
	};
	time_t now = time(NULL);
	int status = pedigree_aws_chain_get(signer->chain, now, &keys, err);

	if (!status)
		status = pedigree_sigv4_sign(
			&request,
			&(struct pedigree_sigv4_keys){ keys->access_key,
						       keys->secret_key,
						       keys->session_token },
			&scope, now, ret, err);
	if (status)
		return status;
	*ret_token = keys->session_token && *keys->session_token
			     ? keys->session_token
			     : NULL;
	return 0;
}

void pedigree_openlineage_signer_renew(
	struct pedigree_openlineage_signer *signer)
{
	pedigree_aws_chain_expire(signer->chain);
}
