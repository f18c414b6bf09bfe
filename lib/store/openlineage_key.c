/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "store/openlineage_key.h"

#include <stdlib.h>
#include <string.h>

#include "aws/profile.h"
#include "base/err.h"
#include "base/fs.h"

#define MOST_KEY 16384

#define USUAL_PATH "/api/v1/lineage"
#define USUAL_VARIABLE "OPENLINEAGE_API_KEY"

static int check_url(const char *url, struct pedigree_error *err)
{
	const char *host;

	if (!url || !*url)
		return pedigree_fail(
			err, PEDIGREE_ECONFIG,
			"it has no url; set url in its section to where the service takes events, such as https://HOST/api/v1/lineage");
	if (strncmp(url, "https://", 8) != 0 && strncmp(url, "http://", 7) != 0)
		return pedigree_fail(err, PEDIGREE_ECONFIG,
				     "its url does not begin with https://");
	host = strstr(url, "://") + 3;
	if (memchr(host, '@', strcspn(host, "/?#")))
		return pedigree_fail(
			err, PEDIGREE_ECONFIG,
			"its url has a user or password in it; set key_variable or key_file");
	return 0;
}

int pedigree_openlineage_url(const char *url, char **ret_url,
			     struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	int status = check_url(url, err);
	const char *path;

	if (status)
		return status;
	path = strstr(url, "://") + 3;
	path += strcspn(path, "/?#");
	pedigree_buf_add_str(&text, url);
	if (!*path || strcmp(path, "/") == 0) {
		pedigree_buf_cut(&text, (size_t)(path - url));
		pedigree_buf_add_str(&text, USUAL_PATH);
	}
	*ret_url = pedigree_buf_take(&text);
	return *ret_url ? 0 : pedigree_fail_memory(err);
}

static bool stays_here(const char *url)
{
	static const char *const hosts[] = { "http://127.0.0.1",
					     "http://localhost",
					     "http://[::1]" };

	for (size_t i = 0; i < PEDIGREE_COUNT(hosts); i++) {
		size_t n = strlen(hosts[i]);

		if (strncmp(url, hosts[i], n) == 0 &&
		    (!url[n] || strchr(":/?#", url[n])))
			return true;
	}
	return strncmp(url, "https://", 8) == 0;
}

int pedigree_openlineage_check_private(const char *url,
				       struct pedigree_error *err)
{
	return stays_here(url)
		       ? 0
		       : pedigree_fail(
				 err, PEDIGREE_ECONFIG,
				 "its key would go over the network in the clear; use an https:// url");
}

static int take_key(const char *key, size_t n, const char *where,
		    struct pedigree_buf *authorization,
		    struct pedigree_error *err)
{
	if (!n)
		return pedigree_fail(err, PEDIGREE_ECONFIG,
				     "its key is empty (%s)", where);
	for (size_t i = 0; i < n; i++)
		if (key[i] <= ' ' || key[i] >= 0x7f)
			return pedigree_fail(
				err, PEDIGREE_ECONFIG,
				"its key (%s) has a character that no header may have",
				where);
	pedigree_buf_add_str(authorization, "Bearer ");
	pedigree_buf_add(authorization, key, n);
	return pedigree_buf_error(authorization) ? pedigree_fail_memory(err)
						 : 0;
}

static int read_key(const char *file, struct pedigree_buf *authorization,
		    struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	struct pedigree_error why = PEDIGREE_ERROR_INIT;
	_cleanup_free_ char *path = pedigree_aws_expand(file);
	int status = path ? pedigree_read_file(path, MOST_KEY, &text, &why)
			  : PEDIGREE_ENOMEM;

	if (status == PEDIGREE_ENOMEM)
		return pedigree_fail_memory(err);
	if (status)
		return pedigree_fail(err, PEDIGREE_ECONFIG,
				     "cannot read its key_file: %s", why.text);
	status = take_key(text.data, strcspn(text.data, "\r\n"), file,
			  authorization, err);
	if (text.room)
		explicit_bzero(text.data, text.room);
	return status;
}

int pedigree_openlineage_key(const char *url, const char *variable,
			     const char *file,
			     struct pedigree_buf *authorization,
			     struct pedigree_error *err)
{
	bool named = (variable && *variable) || (file && *file);
	const char *key = getenv(USUAL_VARIABLE);

	if (!named && (!key || !*key))
		return 0;
	if (!named)
		variable = USUAL_VARIABLE;
	if (pedigree_openlineage_check_private(url, err) < 0)
		return PEDIGREE_ECONFIG;
	if (!variable || !*variable)
		return read_key(file, authorization, err);
	key = getenv(variable);
	if (!key)
		return pedigree_fail(
			err, PEDIGREE_ECONFIG,
			"its key is missing: $%s is not set (key_variable)",
			variable);
	return take_key(key, strlen(key), variable, authorization, err);
}
