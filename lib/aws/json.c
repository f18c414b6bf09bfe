/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "aws/json.h"

#include <string.h>

#include <jansson.h>

#include "aws/when.h"
#include "base/err.h"

/* Opaque: a json_t. */
static json_t *root(const struct pedigree_aws_json *json)
{
	return (json_t *)(uintptr_t)json;
}

struct pedigree_aws_json *pedigree_aws_json_parse(const void *text, size_t n)
{
	json_t *value = json_loadb(text, n, 0, NULL);

	if (!json_is_object(value)) {
		pedigree_aws_json_free((struct pedigree_aws_json *)value);
		return NULL;
	}
	return (struct pedigree_aws_json *)value;
}

/* jansson bounds the depth at which it parses. */
static void wipe(json_t *value)
{
	const char *key;
	json_t *member;
	size_t i;

	if (json_is_string(value))
		explicit_bzero((char *)(uintptr_t)json_string_value(value),
			       json_string_length(value));
	json_object_foreach(value, key, member) wipe(member);
	json_array_foreach(value, i, member) wipe(member);
}

void pedigree_aws_json_free(struct pedigree_aws_json *json)
{
	if (!json)
		return;
	wipe(root(json));
	json_decref(root(json));
}

static const json_t *at(const struct pedigree_aws_json *json, const char *path)
{
	const json_t *value = root(json);

	for (;;) {
		size_t n = strcspn(path, ".");
		char key[64];

		if (n >= sizeof(key))
			return NULL;
		memcpy(key, path, n);
		key[n] = '\0';
		value = json_object_get(value, key);
		if (!value || !path[n])
			return value;
		path += n + 1;
	}
}

const char *pedigree_aws_json_text(const struct pedigree_aws_json *json,
				   const char *path)
{
	return json_string_value(at(json, path));
}

bool pedigree_aws_json_integer(const struct pedigree_aws_json *json,
			       const char *path, int64_t *ret)
{
	const json_t *value = at(json, path);

	if (!json_is_integer(value))
		return false;
	*ret = json_integer_value(value);
	return true;
}

static int missing(const char *who, const char *name,
		   struct pedigree_error *err)
{
	return pedigree_fail(err, PEDIGREE_EFORMAT,
			     "%s answered without a usable %s", who, name);
}

static bool expiry(const struct pedigree_aws_json *json,
		   const struct pedigree_aws_json_names *names, int64_t *ret)
{
	const json_t *value = at(json, names->expires);

	*ret = 0;
	if (!value || json_is_null(value))
		return !names->needs_expires;
	if (json_is_integer(value)) {
		*ret = json_integer_value(value) / 1000;
		return true;
	}
	return json_is_string(value) &&
	       pedigree_aws_when(json_string_value(value), ret);
}

int pedigree_aws_json_credentials(const struct pedigree_aws_json *json,
				  const struct pedigree_aws_json_names *names,
				  const char *who,
				  struct pedigree_aws_credentials *ret,
				  struct pedigree_error *err)
{
	const char *access = pedigree_aws_json_text(json, names->access_key);
	const char *secret = pedigree_aws_json_text(json, names->secret_key);
	int64_t expires;

	if (!access || !*access)
		return missing(who, names->access_key, err);
	if (!secret || !*secret)
		return missing(who, names->secret_key, err);
	if (!expiry(json, names, &expires))
		return missing(who, names->expires, err);
	if (pedigree_aws_credentials_set(
		    ret, access, secret,
		    pedigree_aws_json_text(json, names->session_token),
		    expires) < 0)
		return pedigree_fail_memory(err);
	return 0;
}
