/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "aws/endpoint.h"

#include <string.h>
#include <strings.h>

#include "base/err.h"

enum partition_id {
	AWS,
	AWS_US_GOV,
	OTHER
};

static const struct partition {
	const char *prefix; /* of its regions' names */
	const char *suffix, *dual_suffix;
	enum partition_id id;
} partitions[] = {
	{ "cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn", OTHER },
	{ "us-gov-", "amazonaws.com", "api.aws", AWS_US_GOV },
	{ "us-iso-", "c2s.ic.gov", "api.aws.ic.gov", OTHER },
	{ "us-isob-", "sc2s.sgov.gov", "api.aws.scloud", OTHER },
	{ "eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk", OTHER },
	{ "us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov", OTHER },
	{ "eusc-", "amazonaws.eu", "api.amazonwebservices.eu", OTHER },
	{ "", "amazonaws.com", "api.aws", AWS },
};

static const struct service {
	const char *variable, *key, *host;
	const char *fips;     /* where the partition has no other */
	const char *fips_aws; /* NULL: the same */
	const char *fips_gov;
	/* Its IPv6 hosts: a label behind the host's; NULL: a suffix. */
	const char *dual;
} services[] = {
	[PEDIGREE_AWS_SAGEMAKER] = {
		.variable = "AWS_ENDPOINT_URL_SAGEMAKER",
		.key = "sagemaker.endpoint_url",
		.host = "api.sagemaker",
		.fips = "api.sagemaker-fips",
		.fips_aws = "api-fips.sagemaker",
		.fips_gov = "api-fips.sagemaker",
	},
	[PEDIGREE_AWS_STS] = {
		.variable = "AWS_ENDPOINT_URL_STS",
		.key = "sts.endpoint_url",
		.host = "sts",
		.fips = "sts-fips",
		.fips_gov = "sts",
	},
	[PEDIGREE_AWS_SSO] = {
		.variable = "AWS_ENDPOINT_URL_SSO",
		.key = "sso.endpoint_url",
		.host = "portal.sso",
		.fips = "portal.sso-fips",
		.fips_gov = "portal.sso",
	},
	[PEDIGREE_AWS_S3] = {
		.variable = "AWS_ENDPOINT_URL_S3",
		.key = "s3.endpoint_url",
		.host = "s3",
		.fips = "s3-fips",
		.fips_gov = "s3-fips",
		.dual = ".dualstack",
	},
};

static int from_section(const struct pedigree_aws_files *files,
			const char *profile, const struct service *service,
			const char **ret, struct pedigree_error *err)
{
	const char *section = pedigree_aws_files_get(
		files, PEDIGREE_AWS_PROFILE, profile, "services");

	*ret = NULL;
	if (!section)
		return 0;
	if (!pedigree_aws_files_have(files, PEDIGREE_AWS_SERVICES, section))
		return pedigree_fail(
			err, PEDIGREE_ECONFIG,
			"AWS profile %s refers to [services %s], which the AWS config file does not have",
			profile, section);
	*ret = pedigree_aws_files_get(files, PEDIGREE_AWS_SERVICES, section,
				      service->key);
	return 0;
}

/* What the user configured; NULL when AWS's own is to be used. */
static int configured(const struct pedigree_aws_files *files,
		      const char *profile, const struct service *service,
		      const char *chosen, const char **ret,
		      struct pedigree_error *err)
{
	int result;

	*ret = chosen && *chosen ? chosen : NULL;
	if (*ret || pedigree_aws_flag(files, profile,
				      "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
				      "ignore_configured_endpoint_urls"))
		return 0;
	*ret = pedigree_aws_env(service->variable);
	if (!*ret)
		*ret = pedigree_aws_env("AWS_ENDPOINT_URL");
	if (*ret)
		return 0;
	result = from_section(files, profile, service, ret, err);
	if (result == 0 && !*ret)
		*ret = pedigree_aws_files_get(files, PEDIGREE_AWS_PROFILE,
					      profile, "endpoint_url");
	return result;
}

static bool is_label(const char *text)
{
	size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz"
				"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");

	return n && n < 64 && !text[n] && text[0] != '-' && text[n - 1] != '-';
}

static const struct partition *partition_of(const char *region)
{
	const struct partition *at = partitions;

	while (strncmp(region, at->prefix, strlen(at->prefix)) != 0)
		at++;
	return at;
}

static int own(const struct service *service, const char *region, bool fips,
	       bool dual, struct pedigree_buf *ret, struct pedigree_error *err)
{
	const struct partition *partition;
	const char *host = service->host;

	if (!is_label(region))
		return pedigree_fail(err, PEDIGREE_ECONFIG,
				     "'%s' is no AWS region", region);
	partition = partition_of(region);
	if (fips) {
		host = service->fips;
		if (!dual && partition->id == AWS && service->fips_aws)
			host = service->fips_aws;
		if (!dual && partition->id == AWS_US_GOV)
			host = service->fips_gov;
	}
	pedigree_buf_addf(ret, "https://%s%s.%s.%s", host,
			  dual && service->dual ? service->dual : "", region,
			  dual && !service->dual ? partition->dual_suffix
						 : partition->suffix);
	return 0;
}

bool pedigree_aws_endpoint_given(const struct pedigree_aws_files *files,
				 const char *profile,
				 enum pedigree_aws_service which)
{
	const char *url = NULL;

	return configured(files, profile, &services[which], NULL, &url, NULL) ==
		       0 &&
	       url;
}

static int given(const char *url, bool fips, bool dual,
		 struct pedigree_buf *ret, struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf host = PEDIGREE_BUF_INIT;
	const char *path;

	if (fips || dual)
		return pedigree_fail(
			err, PEDIGREE_ECONFIG,
			"an endpoint of your own (AWS_ENDPOINT_URL) and %s contradict each other; unset one",
			fips ? "AWS_USE_FIPS_ENDPOINT"
			     : "AWS_USE_DUALSTACK_ENDPOINT");
	if (!pedigree_aws_url_host(url, &host, &path) || strpbrk(url, "?#"))
		return pedigree_fail(
			err, PEDIGREE_ECONFIG,
			"the AWS endpoint is no URL such as https://host:port");
	pedigree_buf_add_str(ret, url);
	while (ret->len && ret->data[ret->len - 1] == '/')
		pedigree_buf_cut(ret, ret->len - 1);
	return 0;
}

int pedigree_aws_endpoint(const struct pedigree_aws_files *files,
			  const char *profile, enum pedigree_aws_service which,
			  const char *region, const char *chosen,
			  struct pedigree_buf *ret, struct pedigree_error *err)
{
	const struct service *service = &services[which];
	bool fips = pedigree_aws_flag(files, profile, "AWS_USE_FIPS_ENDPOINT",
				      "use_fips_endpoint");
	bool dual =
		pedigree_aws_flag(files, profile, "AWS_USE_DUALSTACK_ENDPOINT",
				  "use_dualstack_endpoint");
	const char *url;
	int result = configured(files, profile, service, chosen, &url, err);

	if (result < 0)
		return result;
	pedigree_buf_reset(ret);
	result = url ? given(url, fips, dual, ret, err)
		     : own(service, region, fips, dual, ret, err);
	if (result == 0 && pedigree_buf_error(ret))
		return pedigree_fail_memory(err);
	return result;
}

bool pedigree_aws_url_host(const char *url, struct pedigree_buf *ret_host,
			   const char **ret_path)
{
	static const struct {
		const char *scheme, *port;
	} schemes[] = { { "https://", ":443" }, { "http://", ":80" } };

	for (size_t i = 0; i < PEDIGREE_COUNT(schemes); i++) {
		const char *host = url + strlen(schemes[i].scheme);
		size_t n, n_port = strlen(schemes[i].port);

		if (strncasecmp(url, schemes[i].scheme, (size_t)(host - url)) !=
		    0)
			continue;
		n = strcspn(host, "/?#");
		*ret_path = host + n;
		/* A name and password there would go where errors go. */
		if (n == 0 || memchr(host, '@', n) || strpbrk(url, " \r\n\t"))
			return false;
		if (n > n_port &&
		    !memcmp(host + n - n_port, schemes[i].port, n_port))
			n -= n_port;
		pedigree_buf_add(ret_host, host, n);
		return true;
	}
	return false;
}
