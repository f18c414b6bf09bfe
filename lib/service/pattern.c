/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The patterns of the API's strings, by hand: the API's own expressions
 * repeat groups up to 119 times, which regcomp(3) turns into megabytes, and
 * name Unicode's classes, which it does not know.
 */
#include "config.h"

#include <string.h>

#include "graph/model.h"
#include "service/shapes.h"

#define ARN "arn:aws[a-z\\-]*:sagemaker:[a-z0-9\\-]*:[0-9]{12}:"
#define NAME "[a-zA-Z0-9](-*[a-zA-Z0-9]){0,119}"
#define CONTEXT_NAME "[a-zA-Z0-9]([-_]*[a-zA-Z0-9]){0,119}"

static bool is_alphanumeric(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9');
}

static bool is_name_with(const char *value, const char *inner)
{
	size_t n = strlen(value), letters = 0;

	if (n == 0 || !is_alphanumeric(value[0]) ||
	    !is_alphanumeric(value[n - 1]))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (is_alphanumeric(value[i]))
			letters++;
		else if (!strchr(inner, value[i]))
			return false;
	}
	return letters <= 120;
}

static bool is_name(const char *value)
{
	return is_name_with(value, "-");
}

static bool is_context_name(const char *value)
{
	return is_name_with(value, "-_");
}

/* What follows "arn:aws…:sagemaker:REGION:ACCOUNT:"; NULL: no such ARN. */
static const char *resource_of(const char *arn)
{
	static const char service[] = ":sagemaker:";
	const char *at;

	if (strncmp(arn, "arn:aws", 7) != 0)
		return NULL;
	at = arn + 7 + strspn(arn + 7, "abcdefghijklmnopqrstuvwxyz-");
	if (strncmp(at, service, strlen(service)) != 0)
		return NULL;
	at += strlen(service);
	at += strspn(at, "abcdefghijklmnopqrstuvwxyz0123456789-");
	if (*at++ != ':' || strspn(at, "0123456789") != 12 || at[12] != ':')
		return NULL;
	return at + 13;
}

static bool is_resource_arn(const char *value)
{
	const char *resource = resource_of(value);

	return resource && *resource;
}

static bool is_artifact_arn(const char *value)
{
	const char *resource = resource_of(value);

	return resource && strncmp(resource, "artifact/", 9) == 0;
}

/* A trial has an ARN and can be no end of an association. */
static bool is_end_arn(const char *value)
{
	static const char *const words[] = {
		"experiment/", "experiment-trial-component/",
		"artifact/",   "action/",
		"context/",
	};
	const char *resource = resource_of(value);

	for (size_t i = 0; resource && i < PEDIGREE_COUNT(words); i++)
		if (strncmp(resource, words[i], strlen(words[i])) == 0)
			return true;
	return false;
}

static bool is_name_or_arn(const char *value)
{
	const char *resource = resource_of(value);
	const char *slash = resource ? strchr(resource, '/') : NULL;

	return is_name(slash ? slash + 1 : value);
}

static bool is_context_name_or_arn(const char *value)
{
	const char *resource = resource_of(value);

	if (resource && strncmp(resource, "context/", 8) == 0)
		return is_context_name(resource + 8);
	return is_context_name(value);
}

/*
 * [\p{L}\p{Z}\p{N}_.:/=+\-@]*: letters, separators and numbers of every
 * script. Outside ASCII all characters pass but the controls: a table of
 * Unicode's classes would refuse what the service takes as soon as it is
 * older than the service's.
 */
static bool is_tag_text(const char *value)
{
	for (const unsigned char *c = (const unsigned char *)value; *c; c++) {
		if (*c == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0)
			return false;
		if (*c >= 0x80 || is_alphanumeric((char)*c) ||
		    strchr(" _.:/=+-@", *c))
			continue;
		return false;
	}
	return true;
}

static bool is_media_word(const char *from, const char *to, const char *inner)
{
	if (from == to)
		return false;
	for (; from < to; from++)
		if (!is_alphanumeric(*from) && !strchr(inner, *from))
			return false;
	return true;
}

static bool is_media_type(const char *value)
{
	const char *slash = strchr(value, '/');

	return slash && is_media_word(value, slash, "-_") &&
	       is_media_word(slash + 1, value + strlen(value), "-_+");
}

static bool is_some(const char *value)
{
	return *value && !strchr(value, '\n');
}

const struct pedigree_pattern pedigree_pattern_name = { NAME, is_name };
const struct pedigree_pattern pedigree_pattern_context_name = {
	CONTEXT_NAME, is_context_name
};
const struct pedigree_pattern pedigree_pattern_name_or_arn = {
	"(" ARN
	"(experiment|experiment-trial|experiment-trial-component|artifact|action|context)\\/)?(" NAME
	")",
	is_name_or_arn
};
const struct pedigree_pattern pedigree_pattern_context_name_or_arn = {
	"(" ARN "context\\/)?(" CONTEXT_NAME ")", is_context_name_or_arn
};
const struct pedigree_pattern pedigree_pattern_artifact_arn = {
	ARN "artifact/.*", is_artifact_arn
};
const struct pedigree_pattern pedigree_pattern_end_arn = {
	ARN
	"(experiment|experiment-trial-component|artifact|action|context)/.*",
	is_end_arn
};
const struct pedigree_pattern pedigree_pattern_resource_arn = {
	ARN ".+", is_resource_arn
};
const struct pedigree_pattern pedigree_pattern_tag = {
	"([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)", is_tag_text
};
const struct pedigree_pattern pedigree_pattern_media_type = {
	"[-\\w]+/[-\\w+]+", is_media_type
};
const struct pedigree_pattern pedigree_pattern_some = { ".+", is_some };
