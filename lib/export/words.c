/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "export/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/base.h"
#include "base/digest.h"
#include "base/fs.h"
#include "base/utf8.h"

#define SHA256_PREFIX "sha256:"

/* Of our UUIDs: that of version 5 of "urn:pedigree:run" as a URL. */
static const unsigned char uuid_namespace[16] = {
	0x01, 0xa1, 0x52, 0xad, 0x0e, 0xe3, 0x50, 0xd6,
	0xa7, 0x71, 0xf4, 0x48, 0x59, 0x4d, 0x1a, 0x04,
};

const char *pedigree_export_param(const struct pedigree_entity *run,
				  const char *key)
{
	for (size_t i = 0; i < run->parameters.n; i++)
		if (strcmp(run->parameters.v[i].key, key) == 0)
			return run->parameters.v[i].value;
	return NULL;
}

int pedigree_export_uuid(const struct pedigree_entity *run, const char *name,
			 char ret_uuid[PEDIGREE_UUID])
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	const char *host = pedigree_export_param(run, "host");
	char hex[PEDIGREE_SHA1_HEX];

	pedigree_buf_add(&text, uuid_namespace, sizeof(uuid_namespace));
	pedigree_buf_add_str(&text, run->arn ? run->arn : "");
	/* Two machines may have a run of one name. */
	pedigree_buf_addf(&text, "\n%s\n%s\n%" PRId64, name ? name : "",
			  host ? host : "", run->start_ms);
	if (pedigree_buf_error(&text) ||
	    pedigree_sha1(text.data, text.len, hex) < 0)
		return PEDIGREE_ENOMEM;
	hex[12] = '5';
	hex[16] = "89ab"[(hex[16] <= '9' ? hex[16] - '0' : hex[16] - 'a' + 10) &
			 3];
	snprintf(ret_uuid, PEDIGREE_UUID, "%.8s-%.4s-%.4s-%.4s-%.12s", hex,
		 hex + 8, hex + 12, hex + 16, hex + 20);
	return 0;
}

void pedigree_export_time(struct pedigree_buf *buf, int64_t ms)
{
	time_t s = (time_t)((ms > 0 ? ms : 0) / 1000);
	struct tm tm = { 0 };
	char text[32] = "";

	if (gmtime_r(&s, &tm) && tm.tm_year <= 9999 - 1900)
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	else
		strcpy(text, "9999-12-31T23:59:59");
	pedigree_buf_addf(buf, "%s.%03dZ", text, (int)(ms > 0 ? ms % 1000 : 0));
}

int64_t pedigree_export_began(const struct pedigree_entity *run)
{
	return run->start_ms ? run->start_ms : run->created_ms;
}

int64_t pedigree_export_ended(const struct pedigree_entity *run)
{
	bool goes_on = run->status && (!strcmp(run->status, "InProgress") ||
				       !strcmp(run->status, "Stopping"));

	if (run->end_ms || goes_on)
		return run->end_ms;
	return run->modified_ms;
}

void pedigree_export_uri(struct pedigree_buf *buf, const char *uri)
{
	static const char allowed[] = "-._~:/?#[]@!$&'()*+,;=%";
	/* Of these the key is written as it is read. */
	bool plain = strncmp(uri, "s3://", 5) == 0 ||
		     strncmp(uri, "gs://", 5) == 0 ||
		     strncmp(uri, "hf://", 5) == 0;

	for (const char *c = uri; *c; c++) {
		bool letter = (*c >= 'a' && *c <= 'z') ||
			      (*c >= 'A' && *c <= 'Z') ||
			      (*c >= '0' && *c <= '9');
		bool keep = letter || (strchr(allowed, *c) &&
				       !(plain && strchr("%?#[]", *c)));

		if (keep)
			pedigree_buf_add_char(buf, *c);
		else
			pedigree_buf_addf(buf, "%%%02X", (unsigned char)*c);
	}
}

static bool is_utf8(const char *text)
{
	while (*text) {
		size_t n = pedigree_utf8_length(text);

		if (!n)
			return false;
		text += n;
	}
	return true;
}

/* file:///path, file://host/path */
static int file_dataset(const char *uri, struct pedigree_buf *namespace,
			struct pedigree_buf *name)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	const char *host = uri + strlen("file://");
	size_t n = strcspn(host, "/");

	pedigree_buf_add_str(namespace, "file");
	if (n) {
		pedigree_buf_add_str(namespace, "://");
		pedigree_buf_add(namespace, host, n);
	}
	if (pedigree_percent_decode(&path, host[n] ? host + n : "/") &&
	    is_utf8(path.data))
		pedigree_buf_add_str(name, path.data);
	else
		pedigree_buf_add_str(name, uri);
	return pedigree_buf_error(&path) ? PEDIGREE_ENOMEM : 0;
}

int pedigree_export_dataset(const struct pedigree_entity *entity,
			    struct pedigree_buf *namespace,
			    struct pedigree_buf *name)
{
	const char *uri = entity->source_uri ? entity->source_uri : entity->arn;
	const char *place = uri ? strstr(uri, "://") : NULL;

	if (place && strncmp(uri, "file://", 7) == 0) {
		if (file_dataset(uri, namespace, name) < 0)
			return PEDIGREE_ENOMEM;
	} else if (place && place > uri) {
		const char *rest = place + 3 + strcspn(place + 3, "/");

		pedigree_buf_add(namespace, uri, (size_t)(rest - uri));
		pedigree_buf_add_str(name, rest[0] && rest[1] ? rest + 1 : "/");
	} else {
		pedigree_buf_add_str(namespace, "pedigree");
		pedigree_buf_add_str(name, uri && *uri ? uri : "/");
	}
	return pedigree_buf_error(namespace) || pedigree_buf_error(name)
		       ? PEDIGREE_ENOMEM
		       : 0;
}

const char *pedigree_export_version(const struct pedigree_entity *entity)
{
	return entity->source_types.n ? entity->source_types.v[0].value : NULL;
}

static bool is_sha256(const char *text)
{
	return strlen(text) == PEDIGREE_SHA256_HEX - 1 &&
	       strspn(text, "0123456789abcdef") == PEDIGREE_SHA256_HEX - 1;
}

const char *pedigree_export_sha256(const struct pedigree_entity *entity,
				   bool *ret_manifest)
{
	const size_t n = strlen(SHA256_PREFIX);

	*ret_manifest = pedigree_pairs_get(&entity->properties, "Manifest");
	for (size_t i = 0; i < entity->source_types.n; i++) {
		const char *value = entity->source_types.v[i].value;

		if (value && strncmp(value, SHA256_PREFIX, n) == 0 &&
		    is_sha256(value + n))
			return value + n;
	}
	return NULL;
}

bool pedigree_export_code(const struct pedigree_entity *run,
			  struct pedigree_buf *url, const char **ret_commit)
{
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	const char *from = run->repository;
	const char *colon = from ? strchr(from, ':') : NULL;

	*ret_commit = run->commit_id;
	if (!from || !*from)
		return false;
	/* git's "user@host:path" is no URI. */
	if (*from == '/') {
		pedigree_buf_add_str(&text, "file://");
		pedigree_buf_add_str(&text, from);
	} else if (colon && !strstr(from, "://") && !strchr(from, '\n')) {
		pedigree_buf_add_str(&text, "ssh://");
		pedigree_buf_add(&text, from, (size_t)(colon - from));
		pedigree_buf_addf(&text, "%s%s", colon[1] == '/' ? "" : "/",
				  colon + 1);
	} else if (strstr(from, "://")) {
		pedigree_buf_add_str(&text, from);
	} else {
		return false;
	}
	if (!pedigree_buf_error(&text))
		pedigree_export_uri(url, text.data);
	url->failed |= pedigree_buf_error(&text);
	return true;
}

const char *pedigree_export_name(const struct pedigree_entity *run)
{
	if (run->display_name && *run->display_name)
		return run->display_name;
	return run->name && *run->name ? run->name : "run";
}
