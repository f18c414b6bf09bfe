/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The target of a request: the path is kept, of the query no more than which
 * keys it has, of a credential the service it is for.
 */
#include "config.h"

#include <string.h>

#include "hooks/http_fields.h"

enum {
	PATH_MOST = 3200
}; /* 1024 bytes, percent-encoded, and a bucket */

enum {
	START,
	SCHEME,
	AUTHORITY,
	PATH,
	KEY,
	VALUE,
	FRAGMENT
};

static const struct {
	char key[24], value[16]; /* value "": any */
	uint16_t bit;
} keys[] = {
#define ASPECT(key) \
	{ \
		key, "", PEDIGREE_QUERY_ASPECT \
	}
#define LIST(key) \
	{ \
		key, "", PEDIGREE_QUERY_LIST \
	}
	{ "x-amz-signature", "", PEDIGREE_QUERY_SIGNATURE },
	{ "x-goog-signature", "", PEDIGREE_QUERY_SIGNATURE },
	{ "signature", "", PEDIGREE_QUERY_SIGNATURE },
	{ "sig", "", PEDIGREE_QUERY_SIGNATURE },
	{ "uploads", "", PEDIGREE_QUERY_UPLOADS },
	{ "uploadid", "", PEDIGREE_QUERY_UPLOAD_ID },
	{ "upload_id", "", PEDIGREE_QUERY_UPLOAD_ID },
	{ "partnumber", "", PEDIGREE_QUERY_PART },
	{ "comp", "list", PEDIGREE_QUERY_LIST },
	{ "comp", "block", PEDIGREE_QUERY_BLOCK },
	{ "comp", "blocklist", PEDIGREE_QUERY_BLOCK_LIST },
	ASPECT("comp"),
	{ "alt", "media", PEDIGREE_QUERY_MEDIA },
	{ "uploadtype", "", PEDIGREE_QUERY_UPLOAD_TYPE },
	{ "delete", "", PEDIGREE_QUERY_DELETE },
	LIST("list-type"),
	LIST("prefix"),
	LIST("delimiter"),
	LIST("marker"),
	LIST("max-keys"),
	LIST("start-after"),
	LIST("continuation-token"),
	LIST("key-marker"),
	LIST("restype"),
	ASPECT("accelerate"),
	ASPECT("acl"),
	ASPECT("analytics"),
	ASPECT("attributes"),
	ASPECT("compose"),
	ASPECT("cors"),
	ASPECT("encryption"),
	ASPECT("intelligent-tiering"),
	ASPECT("inventory"),
	ASPECT("legal-hold"),
	ASPECT("lifecycle"),
	ASPECT("location"),
	ASPECT("logging"),
	ASPECT("metadatatable"),
	ASPECT("metadataconfiguration"),
	ASPECT("metrics"),
	ASPECT("notification"),
	ASPECT("object-lock"),
	ASPECT("ownershipcontrols"),
	ASPECT("policy"),
	ASPECT("policystatus"),
	ASPECT("publicaccessblock"),
	ASPECT("renameobject"),
	ASPECT("replication"),
	ASPECT("requestpayment"),
	ASPECT("restore"),
	ASPECT("retention"),
	ASPECT("select"),
	ASPECT("session"),
	ASPECT("storageclass"),
	ASPECT("tagging"),
	ASPECT("torrent"),
	ASPECT("versioning"),
	ASPECT("versions"),
	ASPECT("website"),
#undef ASPECT
#undef LIST
};

/* What stands for a service in a scope; those with a prefix of another stand
   in front of it. */
static const struct {
	char scope[16];
	uint8_t service;
} scopes[] = {
	{ "s3express", PEDIGREE_SERVICE_S3 },
	{ "s3-outposts", PEDIGREE_SERVICE_S3 },
#define METHOD(number, name)
#define SERVICE(number, name, scope) { scope, PEDIGREE_SERVICE_##name },
#define QUERY(bit, name, meaning)
#include "evlog/wire.def"
#undef METHOD
#undef SERVICE
#undef QUERY
};

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static bool is(const char *bytes, size_t n, const char *word)
{
	return strlen(word) == n && !memcmp(bytes, word, n);
}

void pedigree_http_scope_begin(struct pedigree_http_target *target)
{
	target->part_n = 0;
	target->before_n = 0;
}

void pedigree_http_scope_end(struct pedigree_http_target *target,
			     struct pedigree_http_call *call)
{
	static const char last[] = "aws4_request";
	bool found = target->part_n == sizeof(last) - 1 &&
		     !memcmp(target->part, last, sizeof(last) - 1);

	/* "AWS KEY:SIGNATURE", version 2, is left to S3 and its likes alone. */
	if (!target->before_n && is(target->part, target->part_n, "AWS"))
		call->head.service = PEDIGREE_SERVICE_S3;
	for (size_t i = 0; found && i < sizeof(scopes) / sizeof(*scopes); i++) {
		const char *scope = scopes[i].scope;

		/* The last one, OTHER, has no word. */
		if (*scope && !is(target->before, target->before_n, scope))
			continue;
		call->head.service = scopes[i].service;
		found = false;
	}
	pedigree_http_scope_begin(target);
}

static void next_part(struct pedigree_http_target *target)
{
	memcpy(target->before, target->part, target->part_n);
	target->before_n = target->part_n;
	target->part_n = 0;
}

/* Of a part that is too long its end is kept, which no word is as long as. */
static void add_to_part(struct pedigree_http_target *target, char c)
{
	if (target->part_n == sizeof(target->part)) {
		memmove(target->part, target->part + 1,
			sizeof(target->part) - 1);
		target->part_n--;
	}
	target->part[target->part_n++] = c;
	if (target->part_n >= 3 && target->part[target->part_n - 3] == '%' &&
	    target->part[target->part_n - 2] == '2' &&
	    lower(target->part[target->part_n - 1]) == 'f') {
		target->part_n = (uint8_t)(target->part_n - 3);
		next_part(target);
	}
}

static bool ends_scope(char c)
{
	return c == ',' || c == ' ' || c == ';' || c == '\t' || c == '\r' ||
	       c == '=';
}

void pedigree_http_scope_add(struct pedigree_http_target *target,
			     struct pedigree_http_call *call, const char *bytes,
			     size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (bytes[i] == '/')
			next_part(target);
		else if (ends_scope(bytes[i]))
			pedigree_http_scope_end(target, call);
		else
			add_to_part(target, bytes[i]);
	}
}

void pedigree_http_host_begin(struct pedigree_http *http)
{
	http->host_n = 0;
	http->bad_host = false;
}

/* A password in front of the host is forgotten at the '@'. */
void pedigree_http_host_add(struct pedigree_http *http, const char *bytes,
			    size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (bytes[i] == '@')
			pedigree_http_host_begin(http);
		else if (http->host_n < sizeof(http->host))
			http->host[http->host_n++] = lower(bytes[i]);
		else
			http->bad_host = true;
	}
}

void pedigree_http_target_begin(struct pedigree_http *http)
{
	struct pedigree_area area =
		pedigree_http_area(http, PEDIGREE_HTTP_SENT);

	http->target.state = START;
	http->target.key_n = 0;
	http->target.value_n = 0;
	http->absolute = false;
	pedigree_http_host_begin(http);
	pedigree_http_scope_begin(&http->target);
	pedigree_fields_begin(&area, PATH_MOST);
}

static void end_pair(struct pedigree_http *http)
{
	struct pedigree_http_target *target = &http->target;
	struct pedigree_http_call *call =
		pedigree_http_call(http, PEDIGREE_HTTP_SENT);
	uint16_t bit = PEDIGREE_QUERY_OTHER;

	pedigree_http_scope_end(target, call);
	if (!target->key_n)
		return;
	/* Of a URL that was signed in version 2. */
	if (is(target->key, target->key_n, "awsaccesskeyid"))
		call->head.service = PEDIGREE_SERVICE_S3;
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		if (*target->key != *keys[i].key ||
		    !is(target->key, target->key_n, keys[i].key) ||
		    (*keys[i].value &&
		     !is(target->value, target->value_n, keys[i].value)))
			continue;
		bit = keys[i].bit;
		break;
	}
	call->head.query |= bit;
	target->key_n = 0;
	target->value_n = 0;
}

/* What is longer than the room for it is none of the words. */
static void add_short(char *word, size_t size, uint8_t *n, char c)
{
	if (*n < size)
		word[(*n)++] = c;
	else
		*word = 0;
}

static void on_query(struct pedigree_http *http, char c)
{
	struct pedigree_http_target *target = &http->target;

	if (c == '&' || c == '#') {
		end_pair(http);
		target->state = c == '&' ? KEY : FRAGMENT;
	} else if (target->state == KEY && c == '=') {
		target->state = VALUE;
		target->value_n = 0;
	} else if (target->state == KEY) {
		add_short(target->key, sizeof(target->key), &target->key_n,
			  lower(c));
	} else {
		add_short(target->value, sizeof(target->value),
			  &target->value_n, lower(c));
		if (is(target->key, target->key_n, "x-amz-credential"))
			pedigree_http_scope_add(
				target,
				pedigree_http_call(http, PEDIGREE_HTTP_SENT),
				&c, 1);
	}
}

/* The scheme of an absolute target is in `value`. */
static void on_scheme(struct pedigree_http *http, char c)
{
	struct pedigree_http_target *target = &http->target;

	if (c != '/') {
		add_short(target->value, sizeof(target->value),
			  &target->value_n, lower(c));
		return;
	}
	if (is(target->value, target->value_n, "https:"))
		http->https = true;
	else if (is(target->value, target->value_n, "http:"))
		http->https = false;
	else
		http->bad_host = true;
	http->absolute = true;
	target->state = AUTHORITY;
	target->key_n = 0; /* slashes that are still to come: one */
}

static void on_target(struct pedigree_http *http, char c)
{
	struct pedigree_http_target *target = &http->target;
	struct pedigree_area area =
		pedigree_http_area(http, PEDIGREE_HTTP_SENT);

	if (target->state == START)
		target->state = c == '/' || c == '*' ? PATH : SCHEME;
	if (target->state == SCHEME) {
		on_scheme(http, c);
	} else if (target->state == AUTHORITY && c != '/' && c != '?' &&
		   c != '#') {
		target->key_n = 1;
		pedigree_http_host_add(http, &c, 1);
	} else if (target->state == AUTHORITY && c == '/' && !target->key_n) {
		target->key_n = 1;
	} else if (c == '?' || c == '#') {
		if (target->state == AUTHORITY)
			pedigree_fields_add(&area, "/", 1);
		target->state = c == '?' ? KEY : FRAGMENT;
		target->key_n = 0;
	} else {
		target->state = PATH;
		pedigree_fields_add(&area, &c, 1);
	}
}

void pedigree_http_target_add(struct pedigree_http *http, const char *bytes,
			      size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (http->target.state == KEY || http->target.state == VALUE)
			on_query(http, bytes[i]);
		else if (http->target.state != FRAGMENT)
			on_target(http, bytes[i]);
	}
}

void pedigree_http_target_end(struct pedigree_http *http)
{
	struct pedigree_http_call *call =
		pedigree_http_call(http, PEDIGREE_HTTP_SENT);
	struct pedigree_area area =
		pedigree_http_area(http, PEDIGREE_HTTP_SENT);
	int n;

	if (http->target.state == KEY || http->target.state == VALUE)
		end_pair(http);
	else if (http->target.state == AUTHORITY && !call->tunnel)
		pedigree_fields_add(&area, "/", 1);
	n = pedigree_fields_take(&area);
	if (n < 0) {
		call->flags |= PEDIGREE_F_CUT;
		return;
	}
	call->path_n = (uint16_t)n;
}

/* The part of the host behind its name: ":80", or nothing. */
static size_t name_length(const char *host, size_t n)
{
	size_t at = n;

	while (at && host[at - 1] >= '0' && host[at - 1] <= '9')
		at--;
	return at && host[at - 1] == ':' ? at - 1 : n;
}

/* The port behind the ':', 0 for none at all, -1 for what is none. */
static int port_number(const char *digits, size_t n)
{
	int port = 0;

	for (size_t i = 0; i < n; i++) {
		port = port * 10 + (digits[i] - '0');
		if (port > 65535)
			return -1;
	}
	return n && !port ? -1 : port;
}

/* A name, an IPv4 address or an IPv6 address in brackets. */
static bool is_host(const char *host, size_t n)
{
	bool bracket = n && host[0] == '[';

	if (!n || bracket != (host[n - 1] == ']') || (bracket && n < 4))
		return false;
	for (size_t i = bracket; i < n - bracket; i++)
		if ((unsigned char)host[i] <= ' ' || host[i] == 0x7f ||
		    strchr("/\\?#%<>\"[]", host[i]) ||
		    (host[i] == ':' && !bracket))
			return false;
	return true;
}

/* Cuts host and port down to their normal form; false when they have none. */
static bool normalise(struct pedigree_http *http)
{
	const char *host = http->host;
	size_t n = http->host_n, name;
	int port;

	while (n && (host[n - 1] == ' ' || host[n - 1] == '\t' ||
		     host[n - 1] == '\r'))
		n--;
	name = name_length(host, n);
	if (http->bad_host || !is_host(host, name))
		return false;
	port = name == n ? 0 : port_number(host + name + 1, n - name - 1);
	if (port < 0)
		return false;
	if (!port || port == (http->https ? 443 : 80))
		n = name;
	http->host_n = (uint16_t)n;
	return true;
}

static void add_origin(struct pedigree_http *http,
		       struct pedigree_http_call *call)
{
	struct pedigree_fields *fields = &http->sent.fields;
	const char *scheme = http->https ? "https://" : "http://";
	size_t scheme_n = strlen(scheme);
	size_t texts = (size_t)call->path_n + call->fields_n;
	char *at = http->text + fields->n - texts;
	size_t n;

	if (!normalise(http) ||
	    (n = scheme_n + http->host_n) > sizeof(http->text) - fields->n) {
		call->flags |= PEDIGREE_F_CUT;
		return;
	}
	memmove(at + n, at, texts);
	memcpy(at, scheme, scheme_n);
	memcpy(at + scheme_n, http->host, http->host_n);
	fields->n = (uint16_t)(fields->n + n);
	call->origin_n = (uint16_t)n;
}

/* To GCS, whose answer tells what came of it. */
static bool is_upload(const char *path, size_t n)
{
	static const char resumable[] = "/resumable";
	static const char upload[] = "/upload/storage/";

	if (n > sizeof(resumable) - 1 &&
	    !memcmp(path, resumable, sizeof(resumable) - 1)) {
		path += sizeof(resumable) - 1;
		n -= sizeof(resumable) - 1;
	}
	return n > sizeof(upload) - 1 &&
	       !memcmp(path, upload, sizeof(upload) - 1);
}

void pedigree_http_request(struct pedigree_http *http)
{
	struct pedigree_http_call *call =
		pedigree_http_call(http, PEDIGREE_HTTP_SENT);
	size_t texts = (size_t)call->path_n + call->fields_n;

	call->upload = (call->head.method == PEDIGREE_METHOD_PUT ||
			call->head.method == PEDIGREE_METHOD_POST) &&
		       is_upload(http->text + http->sent.fields.n - texts,
				 call->path_n);
	add_origin(http, call);
}
